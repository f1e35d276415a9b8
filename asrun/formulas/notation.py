"""The notation table: what each symbol of the book's formulas stands for, and on which pages.

One Markdown table under `## Symbols` of the page that the option `notation` names, with the columns
Symbol, Python, Shape, Meaning, Pages. It drives the formula check and the symbols that answer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from asrun.formulas import katex
from asrun.formulas.reader import symbol_of
from asrun.formulas.tree import CannotRead, nodes_of
from asrun.model import Meaning, Problem
from asrun.settings import Settings

COLUMNS = ("Symbol", "Python", "Shape", "Meaning", "Pages")
SYMBOL = re.compile(r"\$(.+?)\$")
FUNCTION = re.compile(r"(?P<name>\w+)\((?P<parameters>[\w, ]*)\)")
INDEXED = re.compile(r"(?P<name>\w+)\[(?P<indices>[\w, +-]+)\]")
SHAPES = ("number", "number > 0", "whole number")


def read_table(settings: Settings) -> tuple[list[Meaning], list[Problem]]:
    """The rows of the table, one for each way to write a symbol, and what is wrong with it."""
    uri = settings.options.notation
    path = settings.docs / uri
    if not uri or not path.is_file():
        return [], []
    file = settings.name(path)
    problems: list[Problem] = []
    found: list[tuple[int, list[str]]] = []
    inside = False
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("#"):
            inside = line.strip() == "## Symbols"
        if not inside or not line.startswith("|"):
            continue
        cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if tuple(cells) == COLUMNS or set("".join(cells)) <= set("-: "):
            continue
        if len(cells) != len(COLUMNS):
            problems.append(Problem(file, number, f"a row of the notation table has the columns {', '.join(COLUMNS)}"))
            continue
        found.append((number, cells))
    trees = katex.parse(settings, ((tex, False) for _, cells in found for tex in SYMBOL.findall(cells[0])))
    rows: list[Meaning] = []
    for number, cells in found:
        try:
            rows += _row(cells, number, trees)
        except (CannotRead, ValueError) as error:
            problems.append(Problem(file, number, f"the row of {cells[0]} cannot be read: {error}"))
    return rows, problems + _doubled(file, rows)


def _row(cells: list[str], line: int, trees: dict[tuple[str, bool], katex.Parsed]) -> list[Meaning]:
    written, python, shape, text, pages = cells
    symbols = SYMBOL.findall(written)
    if not symbols or not (code := re.fullmatch(r"`(.+)`", python)):
        raise ValueError("write the symbol in $…$ and its Python name in `…`")
    name, *definitions = [part.strip() for part in re.split(r"(?<![=<>!])=(?!=)", _without_keywords(code[1]))]
    definitions = [definition.replace("\0", "=") for definition in definitions]
    meaning = Meaning("", "", name, (), text, tuple(definitions), line=line)
    meaning = replace(meaning, pages=frozenset(page.strip(" `") for page in pages.split(",") if page.strip(" `")))
    if match := FUNCTION.fullmatch(name):
        parameters = tuple(part.strip() for part in match["parameters"].split(",") if part.strip())
        meaning = replace(meaning, python=match["name"], parameters=parameters)
    if match := re.fullmatch(r"1\s*(?:…|\.\.\.)\s*(.+)", shape):
        meaning = replace(meaning, shape=None, index_size=match[1].strip(" `"))
    elif shape.strip("`") in SHAPES:
        meaning = replace(meaning, positive=">" in shape, integer=shape.startswith("whole"))
    elif match := re.fullmatch(r"`?\(([^()]*),?\)`?", shape):
        meaning = replace(meaning, shape=tuple(part.strip() for part in match[1].split(",") if part.strip()))
    else:
        raise ValueError(f"the shape {shape} is none of (n, d), (n,), number, number > 0, whole number, 1…n")
    rows = []
    for tex in symbols:
        if error := trees[tex, False].error:
            raise ValueError(f"KaTeX cannot read {tex}: {error}")
        base, *others = symbol_of(nodes_of(trees[tex, False].tree), tex)
        symbol = f"{base}_{','.join(others)}" if others else base
        row = replace(meaning, symbol=symbol, tex=tex)
        if indexed := INDEXED.fullmatch(name):
            indices = tuple(part.strip() for part in indexed["indices"].split(","))
            if all(index.isalpha() for index in indices):
                row = replace(row, base=base, indices=indices)
        rows.append(row)
    return rows


def _without_keywords(code: str) -> str:
    """The code with the `=` of keyword arguments hidden from the split at definitions."""
    depth, result = 0, []
    for character in code:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        result.append("\0" if character == "=" and depth else character)
    return "".join(result)


def _doubled(file: str, rows: list[Meaning]) -> list[Problem]:
    """A symbol means one thing on a page."""
    problems = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        for page in row.pages or {""}:
            first = seen.setdefault((row.symbol, page), row.line)
            if first != row.line:
                where = f"on {page}" if page else "everywhere"
                problems.append(
                    Problem(file, row.line, f"${row.tex}$ has two meanings {where}: the other is at line {first}")
                )
    return problems


def meanings_on(stem: str, rows: Sequence[Meaning]) -> dict[str, Meaning]:
    """What each symbol stands for on one page: a row that names the page goes before the general one."""
    chosen: dict[str, Meaning] = {}
    by_rank: dict[bool, list[Meaning]] = defaultdict(list)
    for row in rows:
        by_rank[stem in row.pages].append(row)
    for row in [row for row in by_rank[False] if not row.pages] + by_rank[True]:
        chosen[row.symbol] = row
    return chosen


def row_of(meanings: Mapping[str, Meaning], name: str, indices: Sequence[str]) -> Meaning | None:
    """The row for a symbol with just these indices, as x_0, else the one for as many, as x_{ij}; not that of the whole."""
    exact = meanings.get(f"{name}_{','.join(indices)}")
    rows = (row for row in meanings.values() if row.indices and row.base == name and len(row.indices) == len(indices))
    return exact if exact and not exact.indices else next(rows, None)


def quantity(meaning: Meaning) -> str:
    """The Python name that a symbol and its entries share: x_{ij} and X are one quantity."""
    return re.split(r"[\[(]", meaning.python)[0]
