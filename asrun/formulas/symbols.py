"""Symbols that answer: mark each symbol of a formula, and each variable of the code, with its quantity.

The marks are made once, at build time; a small script shows what the notation table says of them.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterable
from functools import cache

from asrun.formulas.tree import ACCENTS, FONTS, GREEK, TOKEN, CannotRead, canonical
from asrun.model import Binding, Checked, Meaning, Page

ATTRIBUTE = "data-s"
# A name right before `=` is the keyword of an argument, which says nothing of the variable: alpha=0.6.
VARIABLE = re.compile(r'<span class="n">(\w+)</span>(?P<keyword>(?=<span class="o">=</span>(?!<)))?')
WORDS = (r"\text", r"\textrm", r"\textit", r"\mbox", r"\operatorname", r"\begin", r"\end", r"\tag")
LINE_BREAK = re.compile(r"\\\\\s*\[[^\]]*\]")
BLANK = re.compile(r'<span class="w">(\s+)</span>')


def quantity(meaning: Meaning) -> str:
    """The Python name that a symbol and its entries share: x_{ij} and X are one quantity."""
    return re.split(r"[\[(]", meaning.python)[0]


def tag(tex: str, meanings: dict[str, Meaning]) -> str:
    """The formula with its symbols marked, and the lines of an aligned one numbered."""
    marked = _mark_symbols(tex, meanings)
    return _number_steps(marked) if r"\begin{aligned}" in tex else marked


def _mark_symbols(tex: str, meanings: dict[str, Meaning]) -> str:
    pieces: list[str] = []
    place = 0
    while match := TOKEN.search(tex, place):
        pieces.append(tex[place : match.start()])
        token = match[0]
        if token in WORDS or LINE_BREAK.match(tex, match.start()):
            end = _group_end(tex, match.end() + (tex[match.end() : match.end() + 1] == "*"))
            if space := LINE_BREAK.match(tex, match.start()):
                end = space.end()
            pieces.append(tex[match.start() : end])
            place = end
            continue
        end, meaning = _symbol_at(tex, match.start(), meanings)
        if meaning is None:
            pieces.append(token)
            place = match.end()
        else:
            # In braces of its own, so that it can be the argument of a command, as in \frac1n.
            pieces.append(rf"{{\htmlData{{s={quantity(meaning)}}}{{{tex[match.start() : end]}}}}}")
            place = end
    return "".join([*pieces, tex[place:]])


def _symbol_at(tex: str, start: int, meanings: dict[str, Meaning]) -> tuple[int, Meaning | None]:
    """The longest symbol of the table that begins here: with its index, else without."""
    token = TOKEN.match(tex, start)
    if token is None or not (token[0].isalpha() or token[0] in GREEK | FONTS.keys() | ACCENTS.keys()):
        return start, None
    end = _group_end(tex, token.end()) if token[0] in FONTS or token[0] in ACCENTS else token.end()
    ends = [end]
    while end < len(tex) and tex[end] in "_^" and len(ends) < 3:
        end = _group_end(tex, end + 1)
        ends.append(end)
    for stop in reversed(ends):
        try:
            name = canonical(tex[start:stop])
        except (CannotRead, IndexError):
            continue
        found = meanings.get(name) or _with_index(name, meanings)
        if found:
            return stop, found
    return start, None


def _with_index(name: str, meanings: dict[str, Meaning]) -> Meaning | None:
    base, _, indices = name.rpartition("_")
    if not base:
        return None
    count = indices.count(",") + 1
    for meaning in meanings.values():
        if meaning.indices and meaning.base == base and len(meaning.indices) == count:
            return meaning
    return meanings.get(base)


def _group_end(tex: str, start: int) -> int:
    """Behind the braced group or the one token that begins at `start`."""
    match = TOKEN.search(tex, start)
    if match is None:
        return len(tex)
    if match[0] != "{":
        return _group_end(tex, match.end()) if match[0] in FONTS or match[0] in ACCENTS else match.end()
    depth = 0
    for token in TOKEN.finditer(tex, match.start()):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if not depth:
            return token.end()
    return len(tex)


def _number_steps(tex: str) -> str:
    """Mark the cells of each line of an aligned formula with the number of the line."""
    head, _, rest = tex.partition(r"\begin{aligned}")
    body, end, tail = rest.partition(r"\end{aligned}")
    lines = []
    for number, line in enumerate(_split(body, r"\\"), 1):
        cells = [rf"\htmlData{{step={number}}}{{{cell}}}" if cell.strip() else cell for cell in _split(line, "&")]
        lines.append("&".join(cells))
    return rf"{head}\begin{{aligned}}" + r"\\".join(lines) + end + tail


def _split(tex: str, mark: str) -> list[str]:
    """Split at a mark that stands in no group."""
    parts, depth, last = [], 0, 0
    for token in TOKEN.finditer(tex):
        depth += {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}.get(token[0], 0)
        if token[0] == mark and not depth:
            parts.append(tex[last : token.start()])
            last = token.end()
    return [*parts, tex[last:]]


def lines_of(tex: str) -> int:
    """How many lines an aligned formula has; 0 for another."""
    body = tex.partition(r"\begin{aligned}")[2].partition(r"\end{aligned}")[0]
    return len([line for line in _split(body, r"\\") if line.strip()])


def mark_code(html: str, names: Collection[str]) -> str:
    """A block of highlighted code with the variables marked that the page's formulas speak of.

    The marks that Pygments gives to other names and to blanks, which no style needs, go.
    """

    def mark(match: re.Match[str]) -> str:
        if match[1] not in names or match.groupdict().get("keyword") is not None:
            return match[1] if match[0].startswith("<span") else match[0]
        opening, _, rest = match[0].partition(">")
        return f'{opening} {ATTRIBUTE}="{match[1]}">{rest}'

    return VARIABLE.sub(mark, BLANK.sub(r"\1", html))


def marked(html: str) -> set[str]:
    """The quantities that a piece of HTML marks."""
    return set(re.findall(rf'{ATTRIBUTE}="(\w+)"', html))


def legend(html: str, meanings: dict[str, Meaning]) -> str:
    """What the script shows: name, shape and meaning of each quantity that the page marks, as data."""
    used = marked(html)
    facts: dict[str, list[str]] = {}
    # The row of the whole goes before that of an entry, and a row of this page before one for all.
    for meaning in sorted(meanings.values(), key=lambda row: (bool(row.pages), not row.indices)):
        if (name := quantity(meaning)) in used:
            facts[name] = [shape_text(meaning), meaning.text]
    if not facts:
        return ""
    data = json.dumps(facts, ensure_ascii=False, sort_keys=True).replace("&", "\\u0026").replace("<", "\\u003c")
    # No <script type="application/json">: instant navigation makes scripts anew, without their type.
    return f'<template id="book-symbols">{data}</template>'


def shape_text(meaning: Meaning) -> str:
    """The shape as the table gives it."""
    if meaning.index_size:
        return f"1…{meaning.index_size}"
    if not meaning.shape:
        return "number"
    return f"({', '.join(meaning.shape)}{',' if len(meaning.shape) == 1 else ''})"


def seal(binding: Binding, checked: Checked, target: str) -> str:
    """The mark beneath a formula that was compared with code; `target` is where the code stands."""
    cases = "the page’s values" if binding.actual else f"{checked.agreed} random cases"
    code = binding.code.replace("&", "&amp;").replace("<", "&lt;")
    name = f'<a href="{target}"><code>{code}</code></a>' if target else f"<code>{code}</code>"
    return f'<p class="book-seal" data-search-exclude>equals {name} in {cases}</p>'


def function_of(binding: Binding) -> str:
    """The first function that the bound code calls."""
    calls = [node for node in ast.walk(ast.parse(binding.code, mode="eval")) if isinstance(node, ast.Call)]
    names = [node.func.id for node in calls if isinstance(node.func, ast.Name)]
    return names[-1] if names else ""


@cache
def defined_in(code: str) -> tuple[str, ...]:
    """The functions and classes that the code of a block defines."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ()
    return tuple(node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)))


def shown_functions(pages: Iterable[Page]) -> dict[str, tuple[str, str]]:
    """For each function of the book the page that shows it first, and the id of the block there."""
    found: dict[str, tuple[str, str]] = {}
    for page in pages:
        for block in page.code_blocks:
            names = defined_in(block.code)
            for name in names:  # a block has one id, that of its first function
                found.setdefault(name, (page.uri, code_anchor(names[0])))
    return found


def code_anchor(name: str) -> str:
    """The id of the block that shows a function."""
    return f"code-{name.replace('_', '-')}"
