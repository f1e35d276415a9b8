"""Whether a statement of the prose holds, and the values of its parts."""

import ast
import builtins
import math
import types
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from asrun.model import Held, Statement
from asrun.running.namespace import what_it_says

NOTE = "__note"
FACTOR = 2  # how far a typed bound may be from the value


def hold(statement: Statement, names: dict[str, Any]) -> Held:
    """Evaluate a statement with the page's names: what is wrong with it, and the bounds that are typed in it."""
    import numpy as np

    source = statement.expression
    try:
        tree = ast.parse(source, mode="eval")
    except SyntaxError:
        return Held("is no expression")
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    used = (
        {node.id for node in found} - {node.id for node in found if isinstance(node.ctx, ast.Store)} - {*dir(builtins)}
    )
    if all(isinstance(names.get(name, 0), types.ModuleType) for name in used):
        return Held("names no value of the run, so that no run could refute it: name one")
    watch = _Watch(source)
    try:
        code = compile(ast.fix_missing_locations(watch.visit(tree)), "<statement>", "eval")
        value = eval(code, {**names, NOTE: watch.note})
    except Exception as error:
        return Held(f"raises {what_it_says(error)}")
    if not isinstance(value, (bool, np.bool)):
        return Held(f"gives {_short(value)}, which is neither True nor False")
    if not value:
        parts = watch.parts() or {
            name: names[name] for name in sorted(used & names.keys()) if not callable(names[name])
        }
        told = ", ".join(f"{part} = {_short(part_value)}" for part, part_value in parts.items())
        return Held(f"does not hold: {told or 'it is False'}")
    bounds = []
    for bound in watch.bounds:
        near = [one for value in watch.values.get(bound.beside, []) for one in _numbers(value)]
        said = any(math.isclose(abs(bound.value), number) for number in statement.numbers)
        if near and not (bound.value == 0 or said or any(_close(bound.value, one) for one in near)):
            text = source[bound.start : bound.end]
            what = f"types the bound {text}, which is neither a number of its sentence nor within a factor of two of"
            return Held(f"{what} {watch.sources[bound.beside]} = {_short(near[0])}")
        if near:
            bounds.append((bound.start, bound.end, float(near[0])))
    return Held(bounds=tuple(bounds))


def _close(bound: float, value: float) -> bool:
    return bound * value > 0 and abs(value) / FACTOR <= abs(bound) <= abs(value) * FACTOR


def _numbers(value: Any) -> list[float]:
    """The numbers that a value consists of."""
    import numpy as np

    try:
        return [float(one) for one in np.ravel(value)]
    except (TypeError, ValueError):
        return []


def _short(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


@dataclass(frozen=True)
class _Bound:
    """A number that is typed in a comparison: its span in the source, and the operand that it is compared with."""

    value: float
    start: int
    end: int
    beside: int


class _Watch(ast.NodeTransformer):
    """Makes an expression note the operands of its comparisons as it is evaluated."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.sources: list[str] = []  # of the operands, by number
        self.values: dict[int, list[Any]] = {}
        self.bounds: list[_Bound] = []

    def note(self, number: int, value: Any) -> Any:
        """Keep the value of an operand."""
        self.values.setdefault(number, []).append(value)
        return value

    def parts(self) -> dict[str, Any]:
        """The operands that were evaluated, and the last value of each."""
        return {self.sources[number]: values[-1] for number, values in self.values.items()}

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        """Note what is compared."""
        operands = [node.left, *node.comparators]
        numbers: list[int | None] = []
        for operand in operands:
            constant = _constant(operand) is not None
            numbers.append(None if constant else len(self.sources))
            if not constant:
                self.sources.append(ast.get_source_segment(self.source, operand) or "")
        for one, other in pairwise(range(len(operands))):
            for typed, beside in ((one, other), (other, one)):
                value, number = _constant(operands[typed]), numbers[beside]
                if value is not None and number is not None:
                    first, last = operands[typed].col_offset, operands[typed].end_col_offset or 0
                    text = self.source.encode()
                    self.bounds.append(_Bound(value, len(text[:first].decode()), len(text[:last].decode()), number))
        noted: list[ast.expr] = []
        for operand, number in zip(operands, numbers, strict=True):
            seen: ast.expr = self.visit(operand)
            if number is not None:
                seen = ast.Call(ast.Name(NOTE, ast.Load()), [ast.Constant(number), seen], [])
            noted.append(seen)
        return ast.Compare(noted[0], node.ops, noted[1:])


def _constant(node: ast.expr) -> float | None:
    """The number that is typed where no name stands, such as 0.5 or 1 / 30; a truth or a text is none."""
    if any(isinstance(part, (ast.Name, ast.Call)) for part in ast.walk(node)):
        return None
    value = eval(compile(ast.Expression(node), "<bound>", "eval"))
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
