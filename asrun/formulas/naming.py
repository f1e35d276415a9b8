"""The sides of a formula that compute nothing: each names what the other sides compute and the code gives, if it may."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from asrun.formulas.notation import quantity, row_of
from asrun.formulas.scope import CONSTANTS, Scope, names_in
from asrun.formulas.tree import DoesNotHold, Node, Side
from asrun.model import Meaning

SAME = 1e-9  # relative
REMEDY = "or mark the formula <!-- definition -->"


def is_name(node: Node, scope: Scope) -> bool:
    """Whether a side has no value of its own: neither drawn, nor given by the page, nor by its row. Raises DoesNotHold."""
    row = _row(node, scope)
    if row is None:
        return False
    has_value = row.python in scope.values or (scope.actual and row.python in scope.namespace)
    return not has_value and not row.definitions


def _row(node: Node, scope: Scope) -> Meaning | None:
    """The row of a symbol or, of an entry as x_{ij}, that of the whole."""
    symbol, *indices = node.parts if node.kind in ("index", "call") else (node,)
    if symbol.kind != "symbol" or symbol.name.startswith("fn ") or symbol.name in CONSTANTS.keys() - scope.meanings:
        return None
    row = scope.meanings.get(symbol.name)
    if node.kind == "index" and (entry := row_of(scope.meanings, symbol.name, [index.text for index in indices])):
        row = scope.by_python.get(quantity(entry)) if entry.indices else entry
    if row is None:
        raise symbol.wrong(f"the symbol {symbol.name} is missing from the notation table")
    return row


def check_name(node: Node, chain: list[Side], code: str, draws: list[tuple[Scope, Any]]) -> None:
    """Demand that what names the result of the code in all these draws is not the name of another. Raises DoesNotHold."""
    first, meanings = draws[0][0], draws[0][0].meanings
    row = _row(node, first)
    of_others = {part.name for side in chain if side.node is not node for part in side.node.walk()} & meanings.keys()
    if row is None or row.parameters or row.index_size or not of_others:  # as d = 2, which is data
        return
    fault = f"{node.text} is not what {code} gives: "
    alike = [python for python in first.by_python if python != row.python]
    for scope, result in draws:
        random = not scope.actual and 1 not in scope.sizes.values()  # an axis of length 1 tells nothing
        if random and np.ndim(result) and np.shape(result) != scope.sized(row.shape):
            has = f"the shape ({', '.join(row.shape)})" if row.shape else "a number"
            gives = f"and the code gives {np.shape(result)}"
            raise node.wrong(f"{fault}{row.python} is {has} in the notation table, {gives}")
        alike = [python for python in alike if _gives(python, result, scope)]
    if other := next((meaning for meaning in meanings.values() if meaning.python in alike), None):
        calls = f"the notation table calls that {other.tex} ({other.python})"
        raise node.wrong(f"{fault}{calls}. Write {other.tex}, {REMEDY}")
    made: dict[str, str] = {}  # from this row
    sources = set[str]()  # of any row
    for meaning in meanings.values():
        sources |= (names := frozenset[str]().union(*map(names_in, meaning.definitions)))
        if row.python in names:
            made.setdefault(meaning.python, meaning.tex)
    noise = [
        other
        for other in map(meanings.__getitem__, of_others)
        if not other.definitions and other.shape == row.shape and other.python not in sources
    ]
    if made and not noise:
        takes = f"the notation table takes {row.python} for data, from which it makes {', '.join([*made.values()][:3])}"
        raise node.wrong(f"{fault}{takes}. Write the symbol of what the code gives, {REMEDY}")


def _gives(python: str, result: Any, scope: Scope) -> bool:
    """Whether a row that is made from others gives just this."""
    row = scope.by_python[python]
    if not row.definitions or row.indices:
        return False
    try:
        value = np.asarray(scope.python_value(python))
        same_shape = value.shape == np.shape(result)
        return same_shape and bool(np.allclose(value, result, rtol=SAME, atol=SAME * np.abs(result).max(initial=0)))
    except (DoesNotHold, TypeError):
        return False


def check_indices(name: Node, chain: list[Side], scope: Scope) -> None:
    """What names the result carries the indices that the other sides leave open: D_i, not D_1. Raises DoesNotHold.

    D_i is one of n: the table must give D as many numbers as i counts.
    """
    of_others = set(open_indices((side.node for side in chain if side.node is not name), scope))
    if set(open_indices([name], scope)) != of_others:
        carried = ", ".join(sorted(of_others)) or "none"
        raise name.wrong(f"{name.text} must carry the indices that the other sides leave open: {carried}")
    if name.kind != "index":
        return
    symbol, *indices = name.parts
    whole = scope.meanings.get(symbol.name)
    counts = [scope.meanings[index.name].index_size for index in indices if index.name in scope.meanings]
    if whole is None or whole.shape is None or len(counts) != len(indices) or not all(counts):
        return
    if list(scope.sized(whole.shape)[: len(counts)]) != [scope.size(count) for count in counts]:
        shape = f"the notation table gives {whole.python} the shape ({', '.join(whole.shape)})"
        raise name.wrong(f"{name.text} counts to {', '.join(counts)}, and {shape}")


def open_indices(nodes: Iterable[Node], scope: Scope) -> list[str]:
    """The Python names of indices that no sum binds: the formula holds for each of their values."""
    return list(dict.fromkeys(name for node in nodes for name in _open(node, scope, frozenset())))


def _open(node: Node, scope: Scope, bound: frozenset[str]) -> Iterator[str]:
    if node.kind in ("sum", "product", "extreme") and len(node.parts) > 1:
        term, index, *bounds = node.parts
        for part in bounds:
            yield from _open(part, scope, bound)
        yield from _open(term, scope, bound | {index.name})
        return
    meaning = scope.meanings.get(node.name) if node.kind == "symbol" else None
    if meaning and meaning.index_size and node.name not in bound:
        yield meaning.python
    for part in node.parts:
        yield from _open(part, scope, bound)
