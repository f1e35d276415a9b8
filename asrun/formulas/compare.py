"""Compare a formula with the code that it is bound to, in several draws of random data.

Runs in the page's own process, with the page's names as they are at its end.
"""

from __future__ import annotations

import builtins
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from asrun.formulas.evaluate import Evaluator
from asrun.formulas.reader import read
from asrun.formulas.scope import CONSTANTS, DoesNotHold, Scope, Sizes, as_code, names_in, number, size_of
from asrun.formulas.tree import CannotRead, Node, Side
from asrun.model import Binding, Check, Checked, Meaning

# The first is the plainest to read in an error; then the corners: one example, one feature, more features than examples.
SIZES = ((7, 3), (1, 1), (2, 1), (5, 1), (3, 2), (4, 4), (6, 2), (2, 5), (9, 4))
EXACT, DIFFERENCES = 1e-9, 1e-6  # relative agreement wanted: evaluated, and by differences


def check(item: Check, meanings: dict[str, Meaning], namespace: dict[str, Any], others: list[Check]) -> Checked:
    """Compare a formula with its code in several draws; says how many agreed, or what does not hold and where.

    `others` are the other bound formulas of the page: they tell what code a function like L stands for there.
    """
    with np.errstate(all="ignore"):  # what is not finite is told as an error of its own
        return _check(item, meanings, namespace, others)


def _check(item: Check, meanings: dict[str, Meaning], namespace: dict[str, Any], others: list[Check]) -> Checked:
    binding, tex = item.binding, item.tex
    try:
        functions = {name for name, meaning in meanings.items() if meaning.parameters}
        chains = read(item.tree, tex, functions.__contains__)
        definitions = _definitions(others, meanings, functions)
        agreed = 0
        for sizes in SIZES[:1] if binding.actual else SIZES:
            if binding.where and not eval(binding.where, {"__builtins__": {}}, {"n": sizes[0], "d": sizes[1]}):
                continue
            draw = dict(zip(("n", "d"), sizes, strict=True))
            _check_draw(binding, tex, chains, meanings, namespace, definitions, draw)
            agreed += 1
        if not agreed:
            raise DoesNotHold(f"`where {binding.where}` leaves no sizes to try")
        return Checked(agreed)
    except CannotRead as error:
        return Checked(0, f"{error} (understood so far: {tex[: error.offset].strip() or 'nothing'})", error.offset)
    except DoesNotHold as error:
        return Checked(0, str(error), error.offset)
    except RecursionError:
        return Checked(0, "the definitions in the notation table go round in a circle")


def _definitions(others: list[Check], meanings: dict[str, Meaning], functions: set[str]) -> dict[str, str]:
    """The code of the page for functions like L, where exactly one of its formulas says so."""
    found: dict[str, set[str]] = {}
    for other in others:
        try:
            chains = read(other.tree, other.tex, functions.__contains__)
        except CannotRead:
            continue  # reported where it stands
        node = chains[0][0].node
        name = node.parts[0].name if node.kind == "call" else node.name
        if len(chains) == 1 and len(chains[0]) > 1 and name in functions and not other.binding.actual:
            found.setdefault(meanings[name].python, set()).add(other.binding.code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def _check_draw(
    binding: Binding,
    tex: str,
    chains: list[list[Side]],
    meanings: dict[str, Meaning],
    namespace: dict[str, Any],
    definitions: dict[str, str],
    sizes: Sizes,
) -> None:
    try:
        names = names_in(binding.code)
    except SyntaxError:
        raise DoesNotHold(f"the binding {binding.code} is not an expression") from None
    rng = np.random.default_rng([zlib.crc32(tex.encode()), *sizes.values()])
    scope = Scope(meanings, namespace, sizes, rng, {}, definitions, frozenset(names), actual=binding.actual)
    known = {meaning.python for meaning in meanings.values()}
    for name in names - known - namespace.keys() - sizes.keys() - {"np"} - set(dir(builtins)):
        raise DoesNotHold(f"the binding names {name}, which neither the page nor the notation table knows")
    if not binding.actual:
        for name in sorted(names & namespace.keys() - known - sizes.keys()):
            if not callable(namespace[name]) and not isinstance(namespace[name], ModuleType):
                raise DoesNotHold(
                    f"the binding names {name}, a value of the page that the notation table does not know: "
                    "add a row for it, or write <!-- value: … -->"
                )
        for name in sorted(names & known - sizes.keys()):  # what the code takes is drawn, not derived
            meaning = scope.meaning_of(name)
            if meaning and meaning.shape is not None and not meaning.index_size and not meaning.parameters:
                scope.values[name] = scope.draw(meaning)
    free = _free_indices(chains, scope)
    per_index = [name for name in free if name in names]
    results = _stacked(lambda s: s.evaluate(binding.code), scope, per_index)
    parts = list(results) if isinstance(results, tuple) and len(chains) > 1 else [results] * len(chains)
    if len(chains) > 1 and (not isinstance(results, tuple) or len(parts) != len(chains)):
        raise DoesNotHold(f"the formula states {len(chains)} things, and {binding.code} does not give {len(chains)}")
    compared = False
    for chain, result in zip(chains, parts, strict=True):
        compared |= _check_chain(binding, tex, chain, result, scope, free)
    if not compared:
        raise DoesNotHold("the formula states nothing to compute: mark it <!-- definition --> or <!-- statement -->")


def _check_chain(binding: Binding, tex: str, chain: list[Side], result: Any, scope: Scope, free: list[str]) -> bool:
    compared = False
    wanted = (
        np.concatenate([np.ravel(part) for part in result])
        if isinstance(result, tuple)
        else np.asarray(result, dtype=float)
    )
    for number_, side in enumerate(chain):
        node = side.node
        if node.kind == "argmin":
            _check_minimum(node, wanted, scope, tex)
            compared = True
            continue
        defined = chain[number_ + 1].relation == "<-" if number_ + 1 < len(chain) else False
        if defined or (len(chain) > 1 and _is_name_of_result(node, scope)):
            _check_indices(side, chain, scope, tex)
            continue
        scope.rough.clear()
        value = _stacked(lambda s, node=node: Evaluator(s, tex).value(node), scope, free)  # type: ignore[misc]
        tolerance = DIFFERENCES if scope.rough else EXACT
        narrow = 1 in scope.sizes.values()
        _compare(side, value, wanted, tolerance, binding, tex, bool(free), narrow)
        compared = True
    return compared


def _check_indices(name: Side, chain: list[Side], scope: Scope, tex: str) -> None:
    """What names the result carries the indices that the other sides leave open: D_i, not D_1."""
    of_others = set(_free_indices([[side for side in chain if side is not name]], scope))
    if set(_free_indices([[name]], scope)) != of_others:
        text = tex[name.node.start : name.node.end]
        open_ = ", ".join(sorted(of_others)) or "none"
        raise DoesNotHold(f"{text} must carry the indices that the other sides leave open: {open_}", name.node.start)
    if name.node.kind == "index":
        _check_counts(name.node, scope, tex)


def _check_counts(node: Node, scope: Scope, tex: str) -> None:
    """D_i is one of n: the table must give D as many numbers as i counts."""
    symbol, *indices = node.parts
    whole = scope.meanings.get(symbol.name)
    counts = [scope.meanings[index.name].index_size for index in indices if index.name in scope.meanings]
    if whole is None or whole.shape is None or len(counts) != len(indices) or not all(counts):
        return
    stated = [size_of(part, scope.sizes) for part in whole.shape]
    if stated[: len(counts)] != [size_of(count, scope.sizes) for count in counts]:
        raise DoesNotHold(
            f"{tex[node.start : node.end]} counts to {', '.join(counts)}, and the notation table gives {whole.python} "
            f"the shape ({', '.join(whole.shape)})",
            node.start,
        )


def _is_name_of_result(node: Node, scope: Scope) -> bool:
    """A side that only names what the other sides compute."""
    symbol = node.parts[0] if node.kind in ("index", "call") else node
    if symbol.kind != "symbol" or symbol.name.startswith("fn "):
        return False
    meaning = scope.meanings.get(symbol.name)
    if meaning is None:
        if symbol.name in CONSTANTS:
            return False
        raise DoesNotHold(f"the symbol {symbol.name} is missing from the notation table", symbol.start)
    return meaning.python not in scope.values and meaning.python not in scope.definitions and not meaning.definitions


def _compare(
    side: Side, value: Any, wanted: Any, tolerance: float, binding: Binding, tex: str, indexed: bool, narrow: bool
) -> None:
    node = side.node
    text = tex[node.start : node.end]
    given = np.asarray(as_code(value) if not indexed else value)
    # One example or one feature: an axis of length 1 tells nothing, and the other draws do.
    same = given.squeeze().shape == wanted.squeeze().shape if narrow else given.shape == wanted.shape
    if not same and not (given.size == wanted.size == 1):
        raise DoesNotHold(f"{text} has shape {given.shape}, and {binding.code} gives {wanted.shape}", node.start)
    given, wanted = given.ravel(), wanted.ravel()
    if not (np.isfinite(given).all() and np.isfinite(wanted).all()):
        raise DoesNotHold(
            f"{text} or {binding.code} is not finite in a draw: state the domain, as `where n > d + 1`", node.start
        )
    if side.relation in ("<", ">", "<=", ">="):
        holds = {
            "<": given > wanted,
            ">": given < wanted,
            "<=": given >= wanted - EXACT,
            ">=": given <= wanted + EXACT,
        }[side.relation].all()
        if not holds:
            raise DoesNotHold(f"{binding.code} {side.relation} {text} does not hold", node.start)
        return
    if side.relation == "~" and (match := re.fullmatch(r"-?\s*\d+(?:\.(\d+))?", text.strip())):
        tolerance_here = 0.5 * 10.0 ** -len(match[1] or "") * (1 + 1e-9)
        differs = np.abs(given - wanted) > tolerance_here
    else:
        size = max(np.abs(given).max(initial=0), np.abs(wanted).max(initial=0))
        differs = np.abs(given - wanted) > tolerance * size
    if differs.any():
        first = int(np.argmax(differs))
        ratio = f", {given[first] / wanted[first]:.6g} times as much" if wanted[first] else ""
        raise DoesNotHold(
            f"{text} gives {given[first]:.6g}{ratio}, where {binding.code} gives {wanted[first]:.6g}", node.start
        )


def _check_minimum(node: Node, wanted: Any, scope: Scope, tex: str) -> None:
    """At a minimum the gradient is zero, and no step away lowers the value."""
    of, by = node.parts
    variables = by.parts if by.kind == "tuple" else (by,)
    evaluator = Evaluator(scope, tex)
    meanings = [evaluator.variable(variable) for variable in variables]
    sizes = [int(np.size(scope.draw(meaning))) for meaning in meanings]
    if sum(sizes) != wanted.size:
        raise DoesNotHold(
            f"the code gives {wanted.size} numbers, and {tex[by.start : by.end]} has {sum(sizes)}", node.start
        )
    scope = replace(scope, prefer=scope.prefer | {meaning.python for meaning in meanings}, cache={})

    def at(point: Any) -> Scope:
        values, start = {}, 0
        for meaning, size in zip(meanings, sizes, strict=True):
            part = point[start : start + size]
            values[meaning.python] = part if meaning.shape else float(part[0])
            start += size
        return scope.changed(**values)

    point = wanted.ravel()
    least = float(np.real(number(Evaluator(at(point), tex).value(of))))
    for _ in range(20):
        step = scope.rng.normal(size=point.size)
        for length in (1.0, 1e-2):
            moved = float(np.real(number(Evaluator(at(point + length * step), tex).value(of))))
            if moved < least - EXACT * max(1.0, abs(least)):
                raise DoesNotHold(
                    f"the code does not give the minimum of {tex[of.start : of.end]}: a step away lowers it", node.start
                )
    for meaning in meanings:
        here = Evaluator(at(point), tex)
        gradient = here.gradient(of, meaning, node)
        there = Evaluator(at(point + 1.0), tex)
        scale = np.abs(there.gradient(of, meaning, node)).max()
        if np.abs(gradient).max() > DIFFERENCES * max(scale, EXACT):
            raise DoesNotHold(
                f"the gradient of {tex[of.start : of.end]} is not zero where the code puts the minimum", node.start
            )


def _free_indices(chains: list[list[Side]], scope: Scope) -> list[str]:
    """Indices that no sum binds: the formula holds for each of their values."""
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


def _stacked(evaluate: Callable[[Scope], Any], scope: Scope, indices: list[str]) -> Any:
    """The value for each value of the free indices, as an array; without any, the value itself."""
    if not indices:
        return evaluate(scope)
    name, *rest = indices
    meaning = scope.meaning_of(name)
    assert meaning is not None
    size = size_of(meaning.index_size, scope.sizes)
    parts = (_stacked(evaluate, scope.changed(**{name: place}), rest) for place in range(size))
    return np.array([part if rest else as_code(number(part)) for part in parts])
