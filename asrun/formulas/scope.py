"""The values that a formula sees: drawn at random in the shapes of the notation table, derived, or those of the page."""

import ast
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from types import CodeType
from typing import Any, Self

import numpy as np

from asrun.formulas.tree import DoesNotHold
from asrun.model import Meaning

CONSTANTS: dict[str, Any] = {"e": np.e, r"\pi": np.pi}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "log": np.log, "ln": np.log, "exp": np.exp, "sin": np.sin, "cos": np.cos, "tan": np.tan, "mean": np.mean, "median": np.median,
    "Var": np.var, "var": np.var, "sd": np.std, "std": np.std, "max": np.max, "min": np.min, "sign": np.sign, "tr": np.trace, "trace": np.trace,
    "rank": np.linalg.matrix_rank, "cond": np.linalg.cond, "det": np.linalg.det, "diag": lambda m: np.diag(np.ravel(m)),
}  # fmt: skip
Sizes = dict[str, int]


@dataclass
class Scope:
    """The values that a formula sees in one draw."""

    meanings: dict[str, Meaning]
    namespace: dict[str, Any]
    sizes: Sizes
    rng: np.random.Generator
    prefer: frozenset[str]  # names that a definition should be made from
    actual: bool  # use the values of the page instead of drawing
    cache: dict[str, Any] = field(default_factory=dict)
    drawn: dict[str, Any] = field(default_factory=dict)  # one value for the whole draw, in sums and derivatives too
    busy: set[str] = field(default_factory=set)  # names whose definitions are being evaluated
    rough: list[bool] = field(default_factory=list)  # differences were needed

    def __post_init__(self) -> None:
        first = {meaning.python: meaning for meaning in reversed(self.meanings.values())}
        self.by_python: dict[str, Meaning] = first  # the first meaning of each Python name
        self.values: dict[str, Any] = dict(self.sizes)  # by Python name; also drawn, or set for a derivative or a sum

    def changed(self, **values: Any) -> Self:
        """The same with other values; what was derived is derived anew, and from these where it can be."""
        other = copy(self)
        other.values, other.prefer, other.cache = {**self.values, **values}, self.prefer | values.keys(), {}
        return other

    def size(self, text: str) -> int:
        """A size of the notation table: n, d, d + 1, 3."""
        try:
            return int(eval(compiled(text), {"__builtins__": {}}, dict(self.sizes)))
        except Exception:
            raise DoesNotHold(f"the size {text} has no value here") from None

    def sized(self, shape: tuple[str, ...] | None) -> tuple[int, ...]:
        """A shape of the notation table, as (n, d)."""
        return tuple(map(self.size, shape or ()))

    def draw(self, meaning: Meaning) -> Any:
        shape = self.sized(meaning.shape)
        if meaning.integer:
            return int(self.rng.integers(1, 5))
        value = self.rng.uniform(0.3, 2.0, shape) if meaning.positive else self.rng.normal(0.4, 1.0, shape)
        return value if shape else float(value)

    def python_value(self, python: str, offset: int | None = 0) -> Any:
        """The value of a Python name, as the code sees it."""
        for known in (self.values, self.cache, self.namespace if self.actual else {}):
            if python in known:
                return known[python]
        meaning = self.by_python.get(python)
        shape, definitions = (meaning.shape, meaning.definitions) if meaning else (None, ())
        # Of several definitions, the first that is made from the names at hand.
        code = max(definitions, key=lambda code: bool(names_in(code) & self.prefer), default="")
        # Two names may be defined by each other, as w and theta: then one of them is drawn.
        if code and python not in self.busy:
            self.busy.add(python)
            try:
                value = self.cache[python] = self.evaluate(code, offset)
            finally:
                self.busy.discard(python)
            if shape is not None and not self.actual and np.shape(value) != (stated := self.sized(shape)):
                text = (
                    f"the notation table gives {python} the shape {stated}, and its definition gives {np.shape(value)}"
                )
                raise DoesNotHold(text, offset)
            return value
        if meaning is None or shape is None:
            text = f"{python} has no value here: the notation table gives it neither shape nor definition"
            raise DoesNotHold(text, offset)
        if self.actual:
            raise DoesNotHold(f"the page gives {python} no value: give it one, or write <!-- code: … -->", offset)
        if python not in self.drawn:
            self.drawn[python] = self.draw(meaning)
        return self.drawn[python]

    def evaluate(self, code: str, offset: int | None = 0) -> Any:
        """Run an expression of the table or the page with this scope's values."""
        names = sorted(names_in(code) - called_in(code))  # in one order, so that each run draws the same
        known = [name for name in names if name in self.by_python or name in self.values]
        local = {name: self.python_value(name, offset) for name in known}
        try:
            return eval(compiled(code), {"np": np, **self.namespace, **local})
        except Exception as error:
            raise DoesNotHold(f"the code {code} raises {type(error).__name__}: {error}", offset) from None


# A sum or a derivative evaluates the same few expressions thousands of times: each is read once.


@cache
def compiled(code: str) -> CodeType:
    """An expression, ready to run. Raises SyntaxError."""
    return compile(code.strip(), "<expression>", "eval")


@cache
def names_in(code: str) -> frozenset[str]:
    """The names that an expression uses. Raises SyntaxError."""
    return frozenset(node.id for node in ast.walk(ast.parse(code, mode="eval")) if isinstance(node, ast.Name))


@cache
def called_in(code: str) -> frozenset[str]:
    """The names that an expression calls as functions. Raises SyntaxError."""
    calls = [node.func for node in ast.walk(ast.parse(code, mode="eval")) if isinstance(node, ast.Call)]
    return frozenset(function.id for function in calls if isinstance(function, ast.Name))


# ---- values ----


def matrix(value: Any) -> Any:
    """A value of the code as one of the mathematics: a vector becomes a column."""
    array = np.asarray(value)
    if array.dtype == object:
        array = array.astype(float)
    return array[()] if array.ndim == 0 else array.reshape(-1, 1) if array.ndim == 1 else array


def is_number(value: Any) -> bool:
    """Whether a value is no matrix."""
    return np.ndim(value) == 0


def number(value: Any) -> Any:
    """A 1 by 1 matrix is a number."""
    return value[0, 0] if not is_number(value) and value.shape == (1, 1) else value


def as_code(value: Any) -> Any:
    """A value of the mathematics as the code takes it: a column becomes a vector."""
    return value if is_number(value) or value.shape[1] != 1 else value[:, 0]
