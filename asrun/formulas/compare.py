"""Compare a formula with the code that it is bound to, in several draws of random data.

Runs in the page's own process, with the page's names as they are at its end.
"""

import builtins
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import numpy as np

from asrun.formulas.evaluate import Evaluator
from asrun.formulas.naming import check_indices, check_name, is_name, open_indices
from asrun.formulas.reader import read
from asrun.formulas.scope import Sizes, as_code, compiled, names_in, number
from asrun.formulas.tree import CannotRead, DoesNotHold, Node, Side
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
        taken = _names_of(binding, meanings, namespace)
        meanings = _with_definitions(others, meanings, functions)
        draws: list[_Draw] = []
        for sizes in _sizes(binding, namespace):
            rng = np.random.default_rng([zlib.crc32(tex.encode()), *sizes.values()])
            scope = Evaluator(meanings, namespace, sizes, rng, taken, binding.actual)
            draws.append(_Draw(binding.code, chains, scope))
            with np.errstate(all="ignore"):  # what is not finite is told as an error of its own
                draws[-1].check()
        for place, (node, chain, _) in enumerate(draws[0].named):
            check_name(node, chain, binding.code, [(draw.scope, draw.named[place][2]) for draw in draws])
        return Checked(len(draws))
    except CannotRead as error:
        return Checked(0, f"{error} (understood so far: {tex[: error.offset].strip() or 'nothing'})", error.offset)
    except DoesNotHold as error:
        return Checked(0, str(error), error.offset)
    except RecursionError:
        return Checked(0, "the definitions in the notation table go round in a circle")


def _with_definitions(others: list[Check], meanings: dict[str, Meaning], functions: set[str]) -> dict[str, Meaning]:
    """The table with the code of the page for functions like L, where exactly one of its formulas says so."""
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
    codes = {python: tuple(codes) for python, codes in found.items() if len(codes) == 1}
    return {name: replace(row, definitions=codes.get(row.python, row.definitions)) for name, row in meanings.items()}


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
            text = f"the binding names {name}, a value of the page that the notation table does not know"
            raise DoesNotHold(f"{text}: add a row for it, or write <!-- value: … -->", None)
    return names


def _sizes(binding: Binding, namespace: dict[str, Any]) -> list[Sizes]:
    """The sizes to try: those of the page where its values are meant, else many within the domain. Raises DoesNotHold."""
    if binding.actual:
        return [{name: namespace[name] for name in "nd" if isinstance(namespace.get(name), (int, np.integer))}]
    every, where = [{"n": n, "d": d} for n, d in SIZES], binding.where
    try:
        found = [sizes for sizes in every if not where or eval(compiled(where), {"__builtins__": {}}, sizes)]
    except Exception as error:
        raise DoesNotHold(f"`where {where}` is no condition on n and d: {error}", None) from None
    if not found:
        raise DoesNotHold(f"`where {where}` leaves no sizes to try", None)
    return found


@dataclass
class _Draw:
    """A formula and its code with the values of one draw."""

    code: str
    chains: list[list[Side]]
    scope: Evaluator
    named: list[tuple[Node, list[Side], Any]] = field(default_factory=list)  # with its chain and what the code gave

    def check(self) -> None:
        """Demand that every side is what the code gives. Raises DoesNotHold."""
        scope, code, count = self.scope, self.code, len(self.chains)
        taken = () if scope.actual else sorted(scope.prefer & scope.by_python.keys() - scope.values.keys())
        for meaning in (scope.by_python[name] for name in taken):  # what the code takes is drawn, not derived
            if meaning.shape is not None and not meaning.index_size and not meaning.parameters:
                scope.values[meaning.python] = scope.draw(meaning)
        free = open_indices((side.node for chain in self.chains for side in chain), scope)
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
            joined = np.concatenate([np.ravel(part) for part in result]) if isinstance(result, tuple) else result
            wanted = np.asarray(joined, dtype=float)
        except (TypeError, ValueError):
            raise DoesNotHold(f"{self.code} gives {type(result).__name__}, and no numbers", None) from None
        compared = False
        for side, after in zip(chain, [*(side.relation for side in chain[1:]), ""], strict=True):
            node = side.node
            if node.kind == "argmin":
                self.minimum(node, wanted)
            elif after == "<-" or (len(chain) > 1 and is_name(node, self.scope)):
                check_indices(node, chain, self.scope)
                self.named += [] if after == "<-" else [(node, chain, wanted)]
                continue
            else:
                self.side(side, wanted, free)
            compared = True
        return compared

    def side(self, side: Side, wanted: Any, free: list[str]) -> None:
        """Demand that one side is what the code gives."""
        node, code, text = side.node, self.code, side.node.text
        self.scope.rough.clear()
        value = _stacked(lambda s: s.value(node), self.scope, free)
        given = np.asarray(value if free else as_code(value))
        # One example or one feature: an axis of length 1 tells nothing, and the other draws do.
        narrow = 1 in self.scope.sizes.values()
        same = given.squeeze().shape == wanted.squeeze().shape if narrow else given.shape == wanted.shape
        if not same and not (given.size == wanted.size == 1):
            raise node.wrong(f"{text} has shape {given.shape}, and {code} gives {wanted.shape}")
        given, wanted = given.ravel(), wanted.ravel()
        if not (np.isfinite(given).all() and np.isfinite(wanted).all()):
            raise node.wrong(f"{text} or {code} is not finite in a draw: state the domain, as `where n > d + 1`")
        if side.relation in ("<", ">", "<=", ">="):
            room = given - wanted if "<" in side.relation else wanted - given
            if not (room > (-EXACT if "=" in side.relation else 0)).all():
                raise node.wrong(f"{code} {side.relation} {text} does not hold")
            return
        tolerance = DIFFERENCES if self.scope.rough else EXACT
        allowed = tolerance * max(np.abs(given).max(initial=0), np.abs(wanted).max(initial=0))
        if side.relation == "~" and (match := re.fullmatch(r"-?\s*\d+(?:\.(\d+))?", text.strip())):
            allowed = 0.5 * 10.0 ** -len(match[1] or "") * (1 + 1e-9)
        differs = np.abs(given - wanted) > allowed
        if differs.any():
            ours, theirs = given[differs][0], wanted[differs][0]
            ratio = f", {ours / theirs:.6g} times as much" if theirs else ""
            raise node.wrong(f"{text} gives {ours:.6g}{ratio}, where {code} gives {theirs:.6g}")

    def minimum(self, node: Node, wanted: Any) -> None:
        """Demand that what the code gives is a minimum: the gradient is zero, and no step away lowers the value."""
        of, by = node.parts
        meanings = [self.scope.variable(variable) for variable in (by.parts if by.kind == "tuple" else (by,))]
        sizes = [int(np.size(self.scope.draw(meaning))) for meaning in meanings]
        if sum(sizes) != wanted.size:
            raise node.wrong(f"the code gives {wanted.size} numbers, and {by.text} has {sum(sizes)}")

        def at(point: Any) -> Evaluator:
            parts = np.split(point, np.cumsum(sizes)[:-1])
            values = {m.python: part if m.shape else float(part[0]) for m, part in zip(meanings, parts, strict=True)}
            return self.scope.changed(**values)

        def height(point: Any) -> float:
            return float(np.real(number(at(point).value(of))))

        point = wanted.ravel()
        least = height(point)
        for _ in range(20):
            step = self.scope.rng.normal(size=point.size)
            if min(height(point + step), height(point + 1e-2 * step)) < least - EXACT * max(1.0, abs(least)):
                raise node.wrong(f"the code does not give the minimum of {of.text}: a step away lowers it")
        for meaning in meanings:
            gradient, other = (at(place).gradient(of, meaning, node) for place in (point, point + 1.0))
            if np.abs(gradient).max() > DIFFERENCES * max(np.abs(other).max(), EXACT):
                raise node.wrong(f"the gradient of {of.text} is not zero where the code puts the minimum")


def _stacked(evaluate: Callable[[Evaluator], Any], scope: Evaluator, indices: list[str]) -> Any:
    """The value for each value of the free indices, as an array; without any, the value itself."""
    if not indices:
        return evaluate(scope)
    name, *rest = indices
    size = scope.size(scope.by_python[name].index_size)
    parts = (_stacked(evaluate, scope.changed(**{name: place}), rest) for place in range(size))
    return np.array([part if rest else as_code(number(part)) for part in parts])
