"""The notation table: what each symbol of the book's formulas stands for, and on which pages.

One Markdown table under `## Symbols` of the page that the option `notation` names, with the columns
Symbol, Python, Shape, Meaning, Pages. It drives the formula check and the symbols that answer.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from asrun.formulas import katex
from asrun.formulas.reader import symbol_of
from asrun.formulas.tree import CannotRead, nodes_of
from asrun.model import Meaning, Problem
from asrun.settings import Settings

COLUMNS = ("Symbol", "Python", "Shape", "Meaning", "Pages")
SYMBOL = re.compile(r"\$(.+?)\$")
FUNCTION = re.compile(r"(?P<name>\w+)\((?P<parameters>[\w, ]*)\)")
INDEXED = re.compile(r"\w+\[([\w, +-]+)\]")
HERE = re.compile(r"\s*(?P<names>\w+(?:, \w+)*) (?:is|are) (?P<words>\S.*?)\s*", re.S)
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
        if len(cells) == len(COLUMNS):
            found.append((number, cells))
        else:
            problems.append(Problem(file, number, f"a row of the notation table has the columns {', '.join(COLUMNS)}"))
    trees = katex.parse(settings, ((tex, False) for _, cells in found for tex in SYMBOL.findall(cells[0])))
    rows: list[Meaning] = []
    first: dict[tuple[str, str], int] = {}  # where a symbol has its meaning on a page
    for number, cells in found:
        try:
            read = _row(cells, number, trees)
        except (CannotRead, ValueError) as error:
            problems.append(Problem(file, number, f"the row of {cells[0]} cannot be read: {error}"))
            continue
        rows += read
        for row in read:
            for page in row.pages or {""}:
                if (other := first.setdefault((row.symbol, page), number)) != number:
                    text = f"${row.tex}$ has two meanings {f'on {page}' if page else 'everywhere'}"
                    problems.append(Problem(file, number, f"{text}: the other is at line {other}"))
    return rows, problems


def _row(cells: list[str], line: int, trees: dict[tuple[str, bool], katex.Rendered]) -> list[Meaning]:
    written, python, stated, text, pages = cells
    symbols = SYMBOL.findall(written)
    if not symbols or not (code := re.fullmatch(r"`(.+)`", python)):
        raise ValueError("write the symbol in $…$ and its Python name in `…`")
    name, *definitions = _definitions(code[1])
    more: dict[str, Any] = {"definitions": tuple(definitions), "pages": frozenset(_listed(pages)), "line": line}
    if function := FUNCTION.fullmatch(name):
        name, more["parameters"] = function["name"], _listed(function["parameters"])
    shape: tuple[str, ...] | None = ()
    if match := re.fullmatch(r"1\s*(?:…|\.\.\.)\s*(.+)", stated):
        shape, more["index_size"] = None, match[1].strip(" `")
    elif match := re.fullmatch(r"`?\(([^()]*),?\)`?", stated):
        shape = _listed(match[1])
    elif stated.strip("`") in SHAPES:
        more |= {"positive": ">" in stated, "integer": stated.startswith("whole")}
    else:
        raise ValueError(f"the shape {stated} is none of (n, d), (n,), number, number > 0, whole number, 1…n")
    indexed = INDEXED.fullmatch(name)
    indices = _listed(indexed[1]) if indexed else ()
    rows = []
    for tex in symbols:
        if error := trees[tex, False].error:
            raise ValueError(f"KaTeX cannot read {tex}: {error}")
        base, *others = symbol_of(nodes_of(trees[tex, False].tree), tex)
        if indices and all(index.isalpha() for index in indices):
            more |= {"base": base, "indices": indices}
        symbol = f"{base}_{','.join(others)}" if others else base
        rows.append(Meaning(symbol, tex, name, shape, text, **more))
    return rows


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip(" `") for part in text.split(",") if part.strip(" `"))


def _definitions(code: str) -> list[str]:
    """The sides of `y_hat = f(X, order=2) = …`: the `=` of an argument, which stands in parentheses, parts nothing."""
    depth, hidden = 0, ""
    for character in code:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        hidden += "\0" if character == "=" and depth else character
    return [part.strip().replace("\0", "=") for part in re.split(r"(?<![=<>!])=(?!=)", hidden)]


def meanings_on(stem: str, rows: Sequence[Meaning]) -> dict[str, Meaning]:
    """What each symbol stands for on one page: a row that names the page goes before the general one."""
    general = {row.symbol: row for row in rows if not row.pages}
    return general | {row.symbol: row for row in rows if stem in row.pages}


def row_of(meanings: Mapping[str, Meaning], name: str, indices: Sequence[str]) -> Meaning | None:
    """The row for a symbol with just these indices, as x_0, else the one for as many, as x_{ij}; not that of the whole."""
    exact = meanings.get(f"{name}_{','.join(indices)}")
    rows = (row for row in meanings.values() if row.indices and row.base == name and len(row.indices) == len(indices))
    return exact if exact and not exact.indices else next(rows, None)


def quantities(meanings: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """The row that says what each quantity is: that of the whole before one of an entry, one of this page before one for all."""
    rows = sorted(meanings.values(), key=lambda row: (bool(row.pages), not row.indices))
    return {quantity(row): row for row in rows}


def quantity(meaning: Meaning) -> str:
    """The Python name that a symbol and its entries share: x_{ij} and X are one quantity."""
    return re.split(r"[\[(]", meaning.python)[0]


def said_here(text: str) -> dict[str, str]:
    """What `x is a position | i, j are others` says of each name: "" where it is another, and no more is said."""
    found = filter(None, map(HERE.fullmatch, text.split(" | ")))
    words = [(part["names"].split(", "), " ".join(part["words"].split())) for part in found]
    return {name: "" if said in ("another", "others") else said for names, said in words for name in names}
