"""The sides of a formula that compute nothing: each names what the other sides compute and the code gives, if it may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from asrun.formulas.notation import quantity, row_of
from asrun.formulas.scope import CONSTANTS, DoesNotHold, Scope, names_in
from asrun.formulas.tree import Node, Side
from asrun.model import Meaning

SAME = 1e-9  # relative
REMEDY = "or mark the formula <!-- definition -->"


@dataclass
class _Name:
    """A side that names the result, its row of the notation table, and the rows that give the result in every draw."""

    node: Node
    row: Meaning
    others: frozenset[str]  # the symbols of the other sides
    alike: set[str] | None = None


@dataclass
class Names:
    """What a formula calls the result of its code."""

    tex: str
    code: str
    seen: dict[int, _Name] = field(default_factory=dict)

    def is_name(self, node: Node, scope: Scope) -> bool:
        """Whether a side has no value of its own: neither drawn, nor given by the page, nor by its row."""
        row = self._row(node, scope)
        if row is None:
            return False
        given = scope.values.keys() | scope.sizes.keys() | scope.definitions.keys()
        has_value = row.python in given or (scope.actual and row.python in scope.namespace)
        return not has_value and not row.definitions

    def _row(self, node: Node, scope: Scope) -> Meaning | None:
        """The row of a symbol or, of an entry as x_{ij}, that of the whole."""
        symbol, *indices = node.parts if node.kind in ("index", "call") else (node,)
        if symbol.kind != "symbol" or symbol.name.startswith("fn ") or symbol.name in CONSTANTS.keys() - scope.meanings:
            return None
        row = scope.meanings.get(symbol.name)
        if node.kind == "index" and (entry := row_of(scope.meanings, symbol.name, [part.name for part in indices])):
            row = scope.meaning_of(quantity(entry)) if entry.indices else entry
        if row is None:
            raise DoesNotHold(f"the symbol {symbol.name} is missing from the notation table", symbol.start)
        return row

    def see(self, node: Node, chain: list[Side], result: Any, scope: Scope) -> None:
        """One more draw, in which the code has given `result`: note which other rows give it, too."""
        row = self._row(node, scope)
        others = frozenset(name for side in chain if side.node is not node for name in symbols_in(side.node))
        others &= scope.meanings.keys()
        if row is None or row.parameters or row.index_size or not others:  # as d = 2, which is data
            return
        random = not scope.actual and 1 not in scope.sizes.values()  # an axis of length 1 tells nothing
        if random and np.ndim(result) and np.shape(result) != scope.shape(row):
            has = f"the shape ({', '.join(row.shape)})" if row.shape else "a number"
            text = self.tex[node.start : node.end]
            raise DoesNotHold(
                f"{text} is not what {self.code} gives: {row.python} is {has} in the notation table, and the code gives "
                f"{np.shape(result)}",
                node.start,
            )
        name = self.seen.setdefault(node.start, _Name(node, row, others))
        rows = scope.by_python if name.alike is None else name.alike
        name.alike = {python for python in rows if python != row.python and _gives(python, result, scope)}

    def check(self, meanings: dict[str, Meaning]) -> None:
        """Demand, when all has been drawn, that no name is one of something else. Raises DoesNotHold."""
        makes: dict[str, dict[str, str]] = {}  # Python name -> the rows that are made from it, and their symbols
        for row in meanings.values():
            for name in frozenset[str]().union(*map(names_in, row.definitions)):
                makes.setdefault(name, {}).setdefault(row.python, row.tex)
        for seen in self.seen.values():
            start, end = seen.node.start, seen.node.end
            text = f"{self.tex[start:end]} is not what {self.code} gives"
            if alike := next((row for row in meanings.values() if row.python in (seen.alike or ())), None):
                text += f": the notation table calls that {alike.tex} ({alike.python}). Write {alike.tex}, {REMEDY}"
                raise DoesNotHold(text, start)
            rows = [meanings[symbol] for symbol in seen.others]
            noise = [
                row for row in rows if not row.definitions and row.shape == seen.row.shape and row.python not in makes
            ]
            if seen.row.python in makes and not noise:
                made = ", ".join([*makes[seen.row.python].values()][:3])
                text += f": the notation table takes {seen.row.python} for data, from which it makes {made}. Write the symbol"
                raise DoesNotHold(f"{text} of what the code gives, {REMEDY}", start)


def _gives(python: str, result: Any, scope: Scope) -> bool:
    """Whether a row that is made from others gives just this."""
    row = scope.meaning_of(python)
    if row is None or not row.definitions or row.indices:
        return False
    try:
        value = np.asarray(scope.python_value(python))
        same_shape = value.shape == np.shape(result)
        return same_shape and bool(np.allclose(value, result, rtol=SAME, atol=SAME * np.abs(result).max(initial=0)))
    except (DoesNotHold, TypeError):
        return False


def symbols_in(node: Node) -> Iterator[str]:
    """The symbols of a part of a formula."""
    if node.kind == "symbol":
        yield node.name
    for part in node.parts:
        yield from symbols_in(part)


def check_indices(name: Node, chain: list[Side], scope: Scope, tex: str) -> None:
    """What names the result carries the indices that the other sides leave open: D_i, not D_1. Raises DoesNotHold."""
    of_others = set(open_indices([[side for side in chain if side.node is not name]], scope))
    if set(open_indices([[Side("", name)]], scope)) != of_others:
        text = tex[name.start : name.end]
        open_ = ", ".join(sorted(of_others)) or "none"
        raise DoesNotHold(f"{text} must carry the indices that the other sides leave open: {open_}", name.start)
    if name.kind == "index":
        _check_counts(name, scope, tex)


def _check_counts(node: Node, scope: Scope, tex: str) -> None:
    """D_i is one of n: the table must give D as many numbers as i counts."""
    symbol, *indices = node.parts
    whole = scope.meanings.get(symbol.name)
    counts = [scope.meanings[index.name].index_size for index in indices if index.name in scope.meanings]
    if whole is None or whole.shape is None or len(counts) != len(indices) or not all(counts):
        return
    if list(scope.shape(whole)[: len(counts)]) != [scope.size(count) for count in counts]:
        raise DoesNotHold(
            f"{tex[node.start : node.end]} counts to {', '.join(counts)}, and the notation table gives {whole.python} "
            f"the shape ({', '.join(whole.shape)})",
            node.start,
        )


def open_indices(chains: list[list[Side]], scope: Scope) -> list[str]:
    """The Python names of indices that no sum binds: the formula holds for each of their values."""
    found: list[str] = []

    def walk(node: Node, bound: frozenset[str]) -> None:
        parts = node.parts
        if node.kind in ("sum", "product", "extreme") and len(parts) > 1:
            for bounds in parts[2:]:
                walk(bounds, bound)
            walk(parts[0], bound | {parts[1].name})
            return
        meaning = scope.meanings.get(node.name) if node.kind == "symbol" else None
        if meaning and meaning.index_size and node.name not in bound and meaning.python not in found:
            found.append(meaning.python)
        for part in parts:
            walk(part, bound)

    for chain in chains:
        for side in chain:
            walk(side.node, frozenset())
    return found
