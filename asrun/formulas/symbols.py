"""Symbols that answer: mark each symbol of a formula, and each variable of the code, with its quantity.

The marks are made once, at build time; a small script shows what the notation table says of them.
"""

import ast
import json
import re
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from asrun.formulas.notation import quantities, quantity, row_of, said_here
from asrun.formulas.reader import symbol_of
from asrun.formulas.tree import CannotRead, Raw, aligned, cells, nodes_of, parts_of
from asrun.model import Binding, Block, Checked, Formula, Meaning, Page

ATTRIBUTE = "data-s"
# A name right before `=` is the keyword of an argument, which says nothing of the variable: alpha=0.6.
VARIABLE = re.compile(r'<span class="n">(\w+)</span>(?=(?P<keyword><span class="o">=</span>(?!<))?)')
SYMBOLS = ("mathord", "textord", "font", "accent", "overline", "mclass")
WORDS = ("text", "operatorname")
NAMES: dict[tuple[str, str], list[str]] = {}
Mark = tuple[int, int, str, str]  # start, end, and what stands before and behind
BLANK = re.compile(r'<span class="w">(\s+)</span>')


def tag(tex: str, tree: str, meanings: dict[str, Meaning], here: str = "") -> str:
    """The formula with its symbols marked, and the lines of an aligned one numbered; `tree` is KaTeX's, "" for none.

    `here` says which symbols are others than in the table.
    """
    nodes = nodes_of(tree) if tree else []
    events: list[tuple[int, int, int, int, str]] = []
    # The steps stand before the symbols, so that of two marks of one place the step is the outer one.
    for place, (start, end, opening, closing) in enumerate(
        [*_steps(nodes), *_symbols(tex, nodes, meanings, said_here(here))]
    ):
        events += [(start, 1, -end, place, opening), (end, 0, -start, -place, closing)]
    pieces, at = [], 0
    for offset, *_, text in sorted(events):
        pieces += [tex[at:offset], text]
        at = offset
    return "".join([*pieces, tex[at:]])


def _symbols(tex: str, nodes: list[Raw], meanings: dict[str, Meaning], here: Mapping[str, str]) -> Iterator[Mark]:
    """Each symbol of the table: the whole with its scripts, else what has a row of its own."""
    for node in nodes:
        base, end = node.get("base") if node["type"] == "supsub" else node, 0
        if base and base["type"] in SYMBOLS and "loc" in base:  # a prime has no place of its own
            start = base["loc"][0]
            for part, stop in _longest_first(node):
                name, *indices = _name(tex, part, start, stop)
                row = row_of(meanings, name, indices) if indices else None
                if meaning := row or meanings.get(name) or meanings.get(name.rpartition("_")[0]):
                    # In braces of its own, so that it can be the argument of a command, as in \frac1n.
                    end = stop
                    if mark := _mark_of(quantity(meaning), here):
                        yield start, end, rf"{{\htmlData{{s={mark}}}{{", "}}"
                    break
        if node["type"] not in WORDS:
            rest = [part for part in parts_of(node) if part.get("loc", (0,))[0] >= end]
            yield from _symbols(tex, rest, meanings, here)


def _mark_of(name: str, here: Mapping[str, str]) -> str:
    """What marks a quantity: its name, with a sum of the words where these say what it is here; "" where nothing does."""
    words = here.get(name)
    return name if words is None else words and f"{name}:{zlib.crc32(words.encode()):x}"


def _longest_first(node: Raw) -> Iterator[tuple[Raw, int]]:
    """A symbol with both scripts, with the first, without any, and where each of these ends."""
    if node["type"] == "supsub":
        scripts = sorted(({"sub", "sup"} & node.keys()), key=lambda key: node[key].get("loc", (0,))[0])
        for count in range(len(scripts), 0, -1):
            last = node[scripts[count - 1]]
            if "loc" in last:
                yield {key: node[key] for key in ("type", "base", *scripts[:count])}, last["loc"][1]
        node = node["base"]
    yield node, node["loc"][1]


def _name(tex: str, node: Raw, start: int, end: int) -> list[str]:
    """The name of a symbol and its indices, [""] for what is none; read once for all its places in the book."""
    key = tex[start:end], str(node.get("text"))  # a macro may stand for one letter here and for another there
    if key not in NAMES:
        try:
            NAMES[key] = symbol_of([node], tex)
        except CannotRead:
            NAMES[key] = [""]
    return NAMES[key]


def _steps(nodes: list[Raw]) -> Iterator[Mark]:
    """The cells of each line of an aligned formula, with the number of the line."""
    array = aligned(nodes)
    for number, row in enumerate(cells(array) if array else (), 1):
        for cell in row:
            placed = [node["loc"] for node in cell if node.get("loc")]
            if placed:
                yield placed[0][0], placed[-1][1], rf"\htmlData{{step={number}}}{{", "}"


def lines_of(html: str) -> int:
    """How many numbered lines a rendered formula has; 0 where it is none of several lines."""
    return len(set(re.findall(r'data-step="(\d+)"', html)))


def mark_code(html: str, names: Collection[str], here: str = "") -> str:
    """A block of highlighted code with the variables marked that the page's formulas speak of, or that are others `here`.

    The marks that Pygments gives to other names and to blanks, which no style needs, go.
    """

    others = said_here(here)

    def mark(match: re.Match[str]) -> str:
        named = match[1] in names or match[1] in others
        if not named or match["keyword"] or not (name := _mark_of(match[1], others)):
            return match[1]
        return f'<span class="n" {ATTRIBUTE}="{name}">{match[1]}</span>'

    return VARIABLE.sub(mark, BLANK.sub(r"\1", html))


def marked(html: str) -> set[str]:
    """The quantities that a piece of HTML marks."""
    return set(re.findall(rf'{ATTRIBUTE}="(\w+)"', html))


def of_places(page: Page) -> Iterator[str]:
    """What each block and formula of a page says of symbols that are others there."""
    places: list[Block | Formula] = [*page.code_blocks, *page.formulas]
    return (place.here for place in places if place.here)


def told_here(page: Page) -> Iterator[tuple[str, list[str]]]:
    """What the script shows of the symbols that are others somewhere on a page."""
    for here in map(said_here, of_places(page)):
        yield from ((_mark_of(name, here), ["here:", words]) for name, words in here.items() if words)


def legend(html: str, meanings: dict[str, Meaning], more: Iterable[tuple[str, list[str]]] = ()) -> str:
    """What the script shows: name, shape and meaning of each quantity that the page marks, as data, and what `more` there is."""
    used = marked(html)
    told = {name: [shape_text(row), row.text] for name, row in quantities(meanings).items() if name in used}
    facts = dict(more) | told
    if not facts:
        return ""
    data = json.dumps(facts, ensure_ascii=False, sort_keys=True).replace("&", "\\u0026").replace("<", "\\u003c")
    # No <script type="application/json">: instant navigation makes scripts anew, without their type.
    return f'<template id="book-symbols">{data}</template>'


def shape_text(meaning: Meaning) -> str:
    """The shape as the table gives it."""
    if meaning.index_size:
        return f"1…{meaning.index_size}"
    shape = meaning.shape or ()
    return f"({', '.join(shape)}{',' * (len(shape) == 1)})" if shape else "number"


def seal(binding: Binding, checked: Checked, target: str) -> str:
    """The mark at the end of a formula that was compared with code, and its sentence; `target` is where the code stands."""
    cases = "the page’s values" if binding.actual else f"{checked.agreed} random cases"
    code = binding.code.replace("&", "&amp;").replace("<", "&lt;")
    name = f'<a href="{target}"><code>{code}</code></a>' if target else f"<code>{code}</code>"
    stop = "" if target else ' tabindex="0"'  # the keyboard comes to the link, or to the sentence
    return f'<p class="book-seal" data-search-exclude{stop}>equals {name} in {cases}</p>'


def function_of(binding: Binding) -> str:
    """The first function that the bound code calls."""
    calls = [node.func for node in ast.walk(ast.parse(binding.code, mode="eval")) if isinstance(node, ast.Call)]
    return ([function.id for function in calls if isinstance(function, ast.Name)] or [""])[-1]


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
