"""Compare a formula with the code that it is bound to, in several draws of random data.

Runs in the page's own process, with the page's names as they are at its end.
"""

from __future__ import annotations

import builtins
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np

from asrun.formulas.evaluate import Evaluator
from asrun.formulas.naming import Names, check_indices, open_indices
from asrun.formulas.reader import read
from asrun.formulas.scope import DoesNotHold, Scope, Sizes, as_code, compiled, names_in, number
from asrun.formulas.tree import CannotRead, Node, Side
from asrun.model import Binding, Check, Checked, Meaning

# The first is the plainest to read in an error; then the corners: one example, one feature, more features than examples.
SIZES = ((7, 3), (1, 1), (2, 1), (5, 1), (3, 2), (4, 4), (6, 2), (2, 5), (9, 4))
EXACT, DIFFERENCES = 1e-9, 1e-6  # relative agreement wanted: evaluated, and by differences


def check(item: Check, meanings: dict[str, Meaning], namespace: dict[str, Any], others: list[Check]) -> Checked:
    """Compare a formula with its code in several draws; says how many agreed, or what does not hold and where.

    `others` are the other bound formulas of the page: they tell what code a function like L stands for there.
    """
    binding, tex = item.binding, item.tex
    try:
        functions = {name for name, meaning in meanings.items() if meaning.parameters}
        chains = read(item.tree, tex, functions.__contains__)
        definitions = _definitions(others, meanings, functions)
        taken = _names_of(binding, meanings, namespace)
        names, agreed = Names(tex, binding.code), 0
        for sizes in _sizes(binding, namespace):
            rng = np.random.default_rng([zlib.crc32(tex.encode()), *sizes.values()])
            scope = Scope(meanings, namespace, sizes, rng, {}, definitions, taken, actual=binding.actual)
            with np.errstate(all="ignore"):  # what is not finite is told as an error of its own
                _Draw(binding, tex, chains, scope, names).check()
            agreed += 1
        names.check(meanings)
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


def _names_of(binding: Binding, meanings: dict[str, Meaning], namespace: dict[str, Any]) -> frozenset[str]:
    """The names that the code of a comment takes. Raises DoesNotHold where it has none of the page or of the table."""
    try:
        names = names_in(binding.code)
    except SyntaxError:
        raise DoesNotHold(f"the binding {binding.code} is not an expression", None) from None
    known = {meaning.python for meaning in meanings.values()} | {"n", "d"}
    for name in sorted(names - known - namespace.keys() - {"np"} - set(dir(builtins))):
        raise DoesNotHold(f"the binding names {name}, which neither the page nor the notation table knows", None)
    for name in () if binding.actual else sorted(names & namespace.keys() - known):
        if not callable(namespace[name]) and not isinstance(namespace[name], ModuleType):
            raise DoesNotHold(
                f"the binding names {name}, a value of the page that the notation table does not know: "
                "add a row for it, or write <!-- value: … -->",
                None,
            )
    return names


def _sizes(binding: Binding, namespace: dict[str, Any]) -> list[Sizes]:
    """The sizes to try: those of the page where its values are meant, else many within the domain. Raises DoesNotHold."""
    if binding.actual:
        return [{name: namespace[name] for name in "nd" if isinstance(namespace.get(name), (int, np.integer))}]
    every = [{"n": n, "d": d} for n, d in SIZES]
    try:
        found = [
            sizes for sizes in every if not binding.where or eval(compiled(binding.where), {"__builtins__": {}}, sizes)
        ]
    except Exception as error:
        raise DoesNotHold(f"`where {binding.where}` is no condition on n and d: {error}", None) from None
    if not found:
        raise DoesNotHold(f"`where {binding.where}` leaves no sizes to try", None)
    return found


@dataclass(frozen=True)
class _Draw:
    """A formula and its code with the values of one draw."""

    binding: Binding
    tex: str
    chains: list[list[Side]]
    scope: Scope
    names: Names

    def check(self) -> None:
        """Demand that every side is what the code gives. Raises DoesNotHold or CannotRead."""
        scope, code, count = self.scope, self.binding.code, len(self.chains)
        taken = () if self.binding.actual else sorted(scope.prefer & scope.by_python.keys() - scope.sizes.keys())
        for meaning in (scope.by_python[name] for name in taken):  # what the code takes is drawn, not derived
            if meaning.shape is not None and not meaning.index_size and not meaning.parameters:
                scope.values[meaning.python] = scope.draw(meaning)
        free = open_indices(self.chains, scope)
        result = _stacked(lambda s: s.evaluate(code, None), scope, [name for name in free if name in scope.prefer])
        if count > 1 and (not isinstance(result, tuple) or len(result) != count):
            raise DoesNotHold(f"the formula states {count} things, and {code} does not give {count}")
        results = result if count > 1 else (result,)
        compared = [self.chain(chain, part, free) for chain, part in zip(self.chains, results, strict=True)]
        if not any(compared):
            raise DoesNotHold("the formula states nothing to compute: mark it <!-- definition -->")

    def chain(self, chain: list[Side], result: Any, free: list[str]) -> bool:
        """Compare all sides of a chain with the result; says whether there was one to compare."""
        try:
            parts = [np.asarray(part, dtype=float) for part in (result if isinstance(result, tuple) else (result,))]
        except (TypeError, ValueError):
            raise DoesNotHold(f"{self.binding.code} gives {type(result).__name__}, and no numbers", None) from None
        wanted = np.concatenate([part.ravel() for part in parts]) if isinstance(result, tuple) else parts[0]
        compared, named = False, list[Node]()
        for side, after in zip(chain, [*chain[1:], Side("", chain[0].node)], strict=True):
            node = side.node
            assigned = after.relation == "<-"
            if node.kind == "argmin":
                self.minimum(node, wanted)
            elif assigned or (len(chain) > 1 and self.names.is_name(node, self.scope)):
                check_indices(node, chain, self.scope, self.tex)
                named += [] if assigned else [node]
                continue
            else:
                self.side(side, wanted, free)
            compared = True
        for node in named:
            self.names.see(node, chain, wanted, self.scope)
        return compared

    def side(self, side: Side, wanted: Any, free: list[str]) -> None:
        """Demand that one side is what the code gives."""
        node, code, text = side.node, self.binding.code, self.tex[side.node.start : side.node.end]
        self.scope.rough.clear()
        value = _stacked(lambda s: Evaluator(s, self.tex).value(node), self.scope, free)
        given = np.asarray(value if free else as_code(value))
        # One example or one feature: an axis of length 1 tells nothing, and the other draws do.
        narrow = 1 in self.scope.sizes.values()
        same = given.squeeze().shape == wanted.squeeze().shape if narrow else given.shape == wanted.shape
        if not same and not (given.size == wanted.size == 1):
            raise DoesNotHold(f"{text} has shape {given.shape}, and {code} gives {wanted.shape}", node.start)
        given, wanted = given.ravel(), wanted.ravel()
        if not (np.isfinite(given).all() and np.isfinite(wanted).all()):
            raise DoesNotHold(
                f"{text} or {code} is not finite in a draw: state the domain, as `where n > d + 1`", node.start
            )
        if side.relation in ("<", ">", "<=", ">="):
            bounds = {
                "<": given > wanted,
                ">": given < wanted,
                "<=": given >= wanted - EXACT,
                ">=": given <= wanted + EXACT,
            }
            if not bounds[side.relation].all():
                raise DoesNotHold(f"{code} {side.relation} {text} does not hold", node.start)
            return
        tolerance = DIFFERENCES if self.scope.rough else EXACT
        allowed = tolerance * max(np.abs(given).max(initial=0), np.abs(wanted).max(initial=0))
        if side.relation == "~" and (match := re.fullmatch(r"-?\s*\d+(?:\.(\d+))?", text.strip())):
            allowed = 0.5 * 10.0 ** -len(match[1] or "") * (1 + 1e-9)
        differs = np.abs(given - wanted) > allowed
        if differs.any():
            first = int(np.argmax(differs))
            ratio = f", {given[first] / wanted[first]:.6g} times as much" if wanted[first] else ""
            raise DoesNotHold(
                f"{text} gives {given[first]:.6g}{ratio}, where {code} gives {wanted[first]:.6g}", node.start
            )

    def minimum(self, node: Node, wanted: Any) -> None:
        """Demand that what the code gives is a minimum: the gradient is zero, and no step away lowers the value."""
        of, by = node.parts
        text = self.tex[of.start : of.end]
        variables = by.parts if by.kind == "tuple" else (by,)
        meanings = [Evaluator(self.scope, self.tex).variable(variable) for variable in variables]
        sizes = [int(np.size(self.scope.draw(meaning))) for meaning in meanings]
        if sum(sizes) != wanted.size:
            raise DoesNotHold(
                f"the code gives {wanted.size} numbers, and {self.tex[by.start : by.end]} has {sum(sizes)}", node.start
            )
        scope = replace(self.scope, prefer=self.scope.prefer | {meaning.python for meaning in meanings}, cache={})

        def at(point: Any) -> Evaluator:
            parts = np.split(point, np.cumsum(sizes)[:-1])
            values = {m.python: part if m.shape else float(part[0]) for m, part in zip(meanings, parts, strict=True)}
            return Evaluator(scope.changed(**values), self.tex)

        point = wanted.ravel()
        least = float(np.real(number(at(point).value(of))))
        for _ in range(20):
            step = scope.rng.normal(size=point.size)
            for length in (1.0, 1e-2):
                moved = float(np.real(number(at(point + length * step).value(of))))
                if moved < least - EXACT * max(1.0, abs(least)):
                    raise DoesNotHold(
                        f"the code does not give the minimum of {text}: a step away lowers it", node.start
                    )
        for meaning in meanings:
            gradient, other = (at(place).gradient(of, meaning, node) for place in (point, point + 1.0))
            if np.abs(gradient).max() > DIFFERENCES * max(np.abs(other).max(), EXACT):
                raise DoesNotHold(f"the gradient of {text} is not zero where the code puts the minimum", node.start)


def _stacked(evaluate: Callable[[Scope], Any], scope: Scope, indices: list[str]) -> Any:
    """The value for each value of the free indices, as an array; without any, the value itself."""
    if not indices:
        return evaluate(scope)
    name, *rest = indices
    size = scope.size(scope.by_python[name].index_size)
    parts = (_stacked(evaluate, scope.changed(**{name: place}), rest) for place in range(size))
    return np.array([part if rest else as_code(number(part)) for part in parts])
