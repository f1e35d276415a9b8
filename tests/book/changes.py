"""What can drift: every change that the drift test knows (see `drift.py`)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from asrun.checking.book import verify
from asrun.checking.plots import plots_file
from asrun.formulas.katex import parse
from asrun.formulas.notation import meanings_on, read_table
from asrun.formulas.reader import read
from asrun.formulas.scope import names_in
from asrun.formulas.tree import Node
from asrun.model import Held, Page, Statement
from asrun.reading.pages import read_pages
from asrun.settings import Settings

KINDS = (
    "output",
    "number",
    "statement",
    "formula",
    "snippet",
    "notation",
    "here",
    "include",
    "container",
    "data",
    "plot",
)
# Calls that draw what their first argument says; `axline` its slope, and `annotate`, which begins with a text, what follows.
DRAWING = (
    "plot", "semilogx", "semilogy", "loglog", "hist", "fill", "fill_between", "errorbar", "vlines", "hlines", "axvline", "axhline", "axline",
    "contour", "plot_surface", "plot_wireframe", "text", "annotate",
)  # fmt: skip
NAMING = ("title", "xlabel", "ylabel", "set_title", "set_xlabel", "set_ylabel", "set_zlabel")
CONTAINERS = {
    "admonition": '!!! note "Hidden"\n\n    ```python\n    planted\n    ```\n',
    "details": '??? note "Hidden"\n\n    ```python\n    planted\n    ```\n',
    "tab": '=== "Hidden"\n\n    ```python\n    planted\n    ```\n',
    "list": "- Hidden\n\n    ```python\n    planted\n    ```\n",
    "numbered list": "1. Hidden\n\n    ```python\n    planted\n    ```\n",
    "quote": "> ```python\n> planted\n> ```\n",
    "div": '<div markdown="1">\n\n```python\nplanted\n```\n\n</div>\n',
    "footnote": "Hidden[^drift].\n\n[^drift]: Hidden\n\n    ```python\n    planted\n    ```\n",
    "definition": "Hidden\n\n:   Hidden\n\n    ```python\n    planted\n    ```\n",
    "tab in a list": '- Hidden\n\n    === "Tab"\n\n        ```python\n        planted\n        ```\n',
    "list marker": "- ```python\n  planted\n  ```\n",
    "indented code": "Hidden\n\n    planted = 1\n",
}


@dataclass(frozen=True)
class Mutant:
    """One change: `old` at `offset` of `file` becomes `new`."""

    kind: str
    name: str
    file: str
    offset: int
    old: str
    new: str
    page: str  # the page to ask first


def mutants(root: Path) -> list[Mutant]:
    """Every change that the drift test knows, in a fixed order."""
    settings = Settings.load(root)
    pages, runs = {page.uri: page for page in read_pages(settings)}, verify(settings).runs
    found: list[Mutant] = []
    for page in pages.values():
        for statement, held in zip(page.statements, runs[page.uri].held, strict=True):
            found += statement_mutants(page, statement, held)
        if not page.is_notebook:
            found += page_mutants(settings, page)
    for path in sorted(settings.modules.glob("*.py")):
        if path.stem not in settings.shared_modules:
            found += snippet_mutants(settings, path)
    for page in pages.values():
        found += plot_mutants(settings, page)
    found += notation_mutants(settings)
    found += data_mutants(settings, pages)
    return sorted(set(found), key=lambda m: (KINDS.index(m.kind), m.file, m.offset, m.new))


def another_digit(text: str) -> tuple[int, str]:
    """Where the last digit of a text is, and what becomes of it."""
    place = max(place for place, letter in enumerate(text) if letter.isdecimal())
    return place, str((int(text[place]) + 1) % 10)


def page_mutants(settings: Settings, page: Page) -> Iterator[Mutant]:
    text, uri = page.text, page.uri
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for block in page.blocks:
        if block.language == "output":
            body = text[starts[block.line] : starts[block.end - 1]]
            digits = [place for place, letter in enumerate(body) if letter.isdecimal()]
            for place in {digits[0], digits[-1]} if digits else ():
                offset = starts[block.line] + place
                yield Mutant(
                    "output",
                    f"{uri}:{block.line} digit {place}",
                    page.file,
                    offset,
                    text[offset],
                    str((int(text[offset]) + 1) % 10),
                    uri,
                )
    for number in page.numbers:
        place, digit = another_digit(number.text)
        offset = number.span[0] + place
        yield Mutant(
            "number", f"{uri}: {number.text} = {number.expression}", page.file, offset, text[offset], digit, uri
        )
    for formula in page.bound_formulas:
        begin = formula.span[0] + (2 if formula.display else 1)
        raw = text[begin : formula.span[1] - (2 if formula.display else 1)]
        for what, match_start, old, new in formula_changes(raw):
            yield Mutant(
                "formula",
                f"{uri}: {what} {raw.strip()[:40]} @{match_start}",
                page.file,
                begin + match_start,
                old,
                new,
                uri,
            )
    for match in re.finditer(r'(?:here="|<!-- here: )(\w+) is ', text):
        name, begin = match[1], match.start(1)
        yield Mutant("here", f"{uri}: {name} @{begin}", page.file, begin, name, f"{name}x", uri)
    for match in re.finditer(r'(?m)^[ \t]*--8<-- "([\w.]+):([\w-]+)"', text):
        others = re.findall(r"\[start:([\w-]+)\]", (settings.modules / match[1]).read_text(encoding="utf-8"))
        other = next((name for name in others if name != match[2]), "")
        for new in filter(None, (other, match[2] + "x")):
            yield Mutant("include", f"{uri}: {match[2]} -> {new}", page.file, match.start(2), match[2], new, uri)
    if page.is_chapter:
        for name, container in CONTAINERS.items():
            yield Mutant("container", f"{uri}: {name}", page.file, len(text), "", "\n" + container, uri)


OPPOSITES = {
    ast.Lt: ("<", ">="), ast.LtE: ("<=", ">"), ast.Gt: (">", "<="), ast.GtE: (">=", "<"), ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="), ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"),
}  # fmt: skip


def statement_mutants(page: Page, statement: Statement, held: Held) -> Iterator[Mutant]:
    """A comparison turned to its opposite, a bound moved past the value, one part of an `and` negated."""
    above = sum(len(line) + 1 for line in page.text.split("\n")[: statement.line - 1])
    begin, source = page.text.index(statement.expression, above), statement.expression

    def mutant(what: str, start: int, end: int, new: str) -> Mutant:
        name = f"{page.uri}: {what} @{start} of {source}"
        return Mutant("statement", name, page.file, begin + start, source[start:end], new, page.uri)

    def place(offset: int | None) -> int:
        return len(source.encode()[:offset].decode())

    for node in ast.walk(ast.parse(source, mode="eval")):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            for one, other, operator in zip(operands, operands[1:], node.ops, strict=False):
                old, new = OPPOSITES[type(operator)]
                start = source.index(old, place(one.end_col_offset), place(other.col_offset))
                yield mutant("opposite", start, start + len(old), new)
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            for part in node.values:
                start, end = place(part.col_offset), place(part.end_col_offset)
                yield mutant("negated", start, end, f"(not ({source[start:end]}))")
    for start, end, value in held.bounds:
        bound = float(eval(source[start:end]))
        yield mutant("bound", start, end, repr(2 * value - bound if value != bound else bound + 1))


def formula_changes(tex: str) -> Iterator[tuple[str, int, str, str]]:
    """A sign, a factor, an exponent, a transposition, an index, the hat of what is computed."""
    for match in re.finditer(r"^\s*(?:\\begin\{aligned\})?\s*(\\hat\s*)", tex):
        yield "hat", match.start(1), match[1], ""
    for match in re.finditer(r"(?<![_^{\\])\s*([+-])(?![^{]*\\text)", tex):
        yield "sign", match.start(1), match[1], "-" if match[1] == "+" else "+"
    for match in re.finditer(r"(?<![\^_\w{\\.])(\d+)(?![\w.])|(?<=\\frac\{)(\d+)(?=\})|(?<=\\frac)(\d)", tex):
        digits = match[1] or match[2] or match[3]
        yield "factor", match.start(), digits, str(int(digits) + 1)
    if equals := re.search(r"(?:=|\\leftarrow)\s*&?\s*", tex):
        yield "factor", equals.end(), "", "3 "
    for match in re.finditer(r"\^\{?2\}?", tex):
        yield "exponent", match.start(), match[0], match[0].replace("2", "3")
    for match in re.finditer(r"\^\{?\\top\}?", tex):
        yield "transposition", match.start(), match[0], ""
    for match in re.finditer(r"_i(?![\w=])|_\{i\}|_j(?![\w=])", tex):
        yield "index", match.start(), match[0], "_1" if match[0] == "_i" else "_{1}"


def snippet_mutants(settings: Settings, path: Path) -> Iterator[Mutant]:
    source = path.read_text(encoding="utf-8")
    lines = source.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    data = source.encode()
    file = settings.name(path)
    page = path.stem.replace("_", "-") + ".md"

    def offset(line: int, column: int) -> int:
        return len(data[: starts[line - 1] + column].decode())

    swaps = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"), ast.Pow: ("**", "*")}
    for function in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)):
        text_lines = {
            line
            for node in ast.walk(function)
            if isinstance(node, ast.JoinedStr)
            for line in range(node.lineno, (node.end_lineno or 0) + 1)
        }
        for node in ast.walk(function):
            where = f"{file}:{function.name}"
            if getattr(node, "lineno", None) in text_lines:
                continue  # the wording of messages
            if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in swaps:
                left, right = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
                begin, end = (
                    offset(left.end_lineno or 0, left.end_col_offset or 0),
                    offset(right.lineno, right.col_offset),
                )
                old, new = swaps[type(node.op)]
                place = source.index(old, begin, end)
                yield Mutant(
                    "snippet",
                    f"{where} {old} -> {new} @{node.lineno - function.lineno}:{node.col_offset}",
                    file,
                    place,
                    old,
                    new,
                    page,
                )
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, (int, float))
                and not isinstance(node.value, bool)
            ):
                begin, end = (
                    offset(node.lineno, node.col_offset),
                    offset(node.end_lineno or 0, node.end_col_offset or 0),
                )
                new = repr(node.value + 1 if isinstance(node.value, int) else node.value * 2 or 1.0)
                yield Mutant(
                    "snippet",
                    f"{where} {source[begin:end]} -> {new} @{node.lineno - function.lineno}:{node.col_offset}",
                    file,
                    begin,
                    source[begin:end],
                    new,
                    page,
                )


def notation_mutants(settings: Settings) -> Iterator[Mutant]:
    path = settings.docs / settings.options.notation
    text = path.read_text(encoding="utf-8")
    rows, _ = read_table(settings)
    # Lines of rows that a bound formula needs, by its code or its symbols, and the first page with such a formula.
    coded, written = dict[int, str](), dict[int, str]()
    for page in read_pages(settings):
        meanings = meanings_on(page.stem, rows)
        functions = {symbol for symbol, meaning in meanings.items() if meaning.parameters}
        bases = frozenset(meaning.base for meaning in meanings.values() if meaning.base)
        bound = page.bound_formulas if page.uri != path.name else []
        trees = parse(settings, [(formula.tex, formula.display) for formula in bound])
        for formula in bound:
            code = names_in(formula.binding.code) if formula.binding else frozenset()
            for meaning in meanings.values():
                if meaning.python in code:
                    coded.setdefault(meaning.line, page.uri)
            tree = trees[formula.tex, formula.display].tree
            for chain in read(tree, formula.tex, functions.__contains__):
                for name in (name for side in chain for name in symbols_in(side.node, bases) if name in meanings):
                    written.setdefault(meanings[name].line, page.uri)
    for match in re.finditer(r"^\| (\$[^|]+\$) \| `([^`|]+)` \| ([^|]+) \|", text, re.M):
        line = text.count("\n", 0, match.start()) + 1
        file = settings.name(path)
        if line in coded:
            name = re.split(r"\W", match[2])[0]
            yield Mutant("notation", f"name {match[2]}", file, match.start(2), name, f"{name}_", coded[line])
        if "(n" in match[3] and (page_uri := (written | coded).get(line)):
            place = match.start(3) + match[3].index("(n")
            yield Mutant("notation", f"shape of {match[2]}", file, place, "(n", "(d + 2", page_uri)
        if line in written:
            yield Mutant("notation", f"symbol {match[1]}", file, match.start(1) + 1, "", r"\Xi_{9}", written[line])


def symbols_in(node: Node, whole: frozenset[str] = frozenset()) -> Iterator[str]:
    """The symbols of a formula; with their indices, those of `whole` have rows of their own."""
    if node.kind == "symbol":
        yield node.name
    own = node.kind == "index" and node.parts[0].name in whole
    for part in node.parts[1:] if own else node.parts:
        yield from symbols_in(part, whole)


def data_mutants(settings: Settings, pages: dict[str, Page]) -> Iterator[Mutant]:
    for path in sorted((settings.docs / "data").rglob("*.csv")):
        text = path.read_text(encoding="utf-8")
        rows = list(re.finditer(r"^.*\d.*$", text, re.M))[1:]
        reader = next((uri for uri, page in pages.items() if path.name in page.text), "")
        for row in rows[:: max(1, len(rows) // 4)]:
            place = (
                max(match.start() for match in re.finditer(r"(?<=,)\d+(?:\.\d+)?(?=,)", row[0]))
                if re.search(r",\d+(?:\.\d+)?,", row[0])
                else None
            )
            if place is not None:
                offset = row.start() + place
                digit = text[offset]
                yield Mutant(
                    "data",
                    f"{path.name} {row[0][:30]}",
                    settings.name(path),
                    offset,
                    digit,
                    str(int(digit) % 9 + 1),
                    reader,
                )


def plot_mutants(settings: Settings, page: Page) -> Iterator[Mutant]:
    """What a call draws, doubled; a text of a figure, changed; of each stored figure the last number, changed."""
    lines = page.text.split("\n")
    for block in () if page.is_notebook else page.code_blocks:
        if block.prefix or not block.alts:
            continue
        above = sum(len(line) + 1 for line in lines[: block.line])
        own = block.source.split("\n")

        def place(line: int, column: int, own: list[str] = own) -> int:
            return sum(len(text) + 1 for text in own[: line - 1]) + len(own[line - 1].encode()[:column].decode())

        calls = (node for node in ast.walk(without_includes(block.source)) if isinstance(node, ast.Call) and node.args)
        for call in calls:
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            keywords = {keyword.arg: keyword.value for keyword in call.keywords}
            given = keywords.get("slope", call.args[0])  # a line without an end may begin in zero
            if name == "annotate":  # in data coordinates its text is drawn where it says, else near what it names
                given = call.args[1 if {"textcoords", "arrowprops"} & keywords.keys() else -1]
            value = given.value if isinstance(given, ast.Starred) else given
            start = place(value.lineno, value.col_offset)
            old = block.source[start : place(value.end_lineno or 0, value.end_col_offset or 0)]
            if name in DRAWING and old not in ("0", "[]"):
                new = f"__import__('numpy').multiply(2, {f'list({old})' if value is not given else old})"
            elif name in NAMING and isinstance(value, ast.Constant):
                new = f"{old[:-1]}, or so{old[-1]}"
            else:
                continue
            yield Mutant("plot", f"{page.uri}: {name} {old} @{start}", page.file, above + start, old, new, page.uri)
    path = plots_file(settings, page)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for section in re.finditer(r"^# (.+)\n(?:.+\n)+", text, re.M):
        *_, last = re.finditer(r"^ .* ±([\d.]+)(%?): (?:.* )?(-?[\d.]+(?:e[-+]\d+)?)$", section[0], re.M)
        step, percent, old = last.groups()
        digits = len(step.partition(".")[2])
        new = f"{2 * float(old):.3g}" if percent else f"{float(old) + 2 * float(step):.{digits}f}"
        name = f"{page.uri}: stored {section[1]}"
        yield Mutant("plot", name, settings.name(path), section.start() + last.start(3), old, new, page.uri)


def without_includes(source: str) -> ast.Module:
    """A block of a page, its includes as comments."""
    return ast.parse(re.sub(r"(?m)^(\s*)--8<--", r"\1#8<--", source))
