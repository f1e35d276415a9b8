"""The values that a formula sees: drawn at random in the shapes of the notation table, derived, or those of the page."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from types import CodeType
from typing import Any

import numpy as np

from asrun.formulas.tree import CannotRead
from asrun.model import Meaning

CONSTANTS: dict[str, Any] = {"e": np.e, r"\pi": np.pi}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "log": np.log, "ln": np.log, "exp": np.exp, "sin": np.sin, "cos": np.cos, "tan": np.tan, "mean": np.mean, "median": np.median,
    "Var": np.var, "var": np.var, "sd": np.std, "std": np.std, "max": np.max, "min": np.min, "sign": np.sign, "tr": np.trace, "trace": np.trace,
    "rank": np.linalg.matrix_rank, "cond": np.linalg.cond, "det": np.linalg.det, "diag": lambda m: np.diag(np.ravel(m)),
}  # fmt: skip
Sizes = dict[str, int]


class DoesNotHold(Exception):
    """The formula and the code part ways, or a side cannot be evaluated, at `offset`; None: the comment is wrong."""

    def __init__(self, message: str, offset: int | None = 0) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass
class Scope:
    """The values that a formula sees in one draw."""

    meanings: dict[str, Meaning]
    namespace: dict[str, Any]
    sizes: Sizes
    rng: np.random.Generator
    values: dict[str, Any]  # by Python name: drawn, or set for a derivative or a sum
    definitions: dict[str, str] = field(default_factory=dict)  # Python name -> code of the page
    prefer: frozenset[str] = frozenset()  # names that a definition should be made from
    cache: dict[str, Any] = field(default_factory=dict)
    actual: bool = False  # use the values of the page instead of drawing
    rough: list[bool] = field(default_factory=list)  # differences were needed
    drawn: dict[str, Any] = field(default_factory=dict)  # one value for the whole draw, in sums and derivatives too
    busy: set[str] = field(default_factory=set)  # names whose definitions are being evaluated
    by_python: dict[str, Meaning] = field(default_factory=dict)  # the first meaning of each Python name

    def __post_init__(self) -> None:
        if not self.by_python:
            for meaning in self.meanings.values():
                self.by_python.setdefault(meaning.python, meaning)

    def changed(self, **values: Any) -> Scope:
        """The same with other values; what was derived from them is derived anew."""
        return replace(self, values={**self.values, **values}, cache={})

    def meaning_of(self, python: str) -> Meaning | None:
        return self.by_python.get(python)

    def size(self, text: str) -> int:
        """A size of the notation table: n, d, d + 1, 3."""
        try:
            return int(eval(compiled(text), {"__builtins__": {}}, dict(self.sizes)))
        except Exception:
            raise DoesNotHold(f"the size {text} has no value here") from None

    def shape(self, meaning: Meaning) -> tuple[int, ...]:
        """The shape that the notation table gives a symbol."""
        return tuple(self.size(part) for part in meaning.shape or ())

    def python_value(self, python: str, offset: int | None = 0) -> Any:
        """The value of a Python name, as the code sees it."""
        if python in self.values:
            return self.values[python]
        if python in self.sizes:
            return self.sizes[python]
        if python in self.cache:
            return self.cache[python]
        if self.actual and python in self.namespace:
            return self.namespace[python]
        meaning = self.meaning_of(python)
        code = self.definitions.get(python) or (self._chosen(meaning) if meaning else "")
        # Two names may be defined by each other, as w and theta: then one of them is drawn.
        if code and python not in self.busy:
            self.busy.add(python)
            try:
                self.cache[python] = self.evaluate(code, offset)
            finally:
                self.busy.discard(python)
            if meaning and meaning.shape is not None and not self.actual and python not in self.definitions:
                self._check_shape(meaning, self.cache[python], offset)
            return self.cache[python]
        if meaning is None or meaning.shape is None:
            raise DoesNotHold(
                f"{python} has no value here: the notation table gives it neither shape nor definition", offset
            )
        if self.actual:
            raise DoesNotHold(f"the page gives {python} no value: give it one, or write <!-- code: … -->", offset)
        if python not in self.drawn:
            self.drawn[python] = self.draw(meaning)
        return self.drawn[python]

    def _check_shape(self, meaning: Meaning, value: Any, offset: int | None) -> None:
        """A row that gives both a shape and a definition must not contradict itself."""
        stated = self.shape(meaning)
        if np.shape(value) != stated:
            raise DoesNotHold(
                f"the notation table gives {meaning.python} the shape {stated}, and its definition gives {np.shape(value)}",
                offset,
            )

    def _chosen(self, meaning: Meaning) -> str:
        """Of several definitions the one that is made from the names at hand."""
        for code in meaning.definitions:
            if names_in(code) & self.prefer:
                return code
        return meaning.definitions[0] if meaning.definitions else ""

    def draw(self, meaning: Meaning) -> Any:
        shape = self.shape(meaning)
        if meaning.integer:
            return int(self.rng.integers(1, 5))
        value = self.rng.uniform(0.3, 2.0, shape) if meaning.positive else self.rng.normal(0.4, 1.0, shape)
        return value if shape else float(value)

    def evaluate(self, code: str, offset: int | None = 0) -> Any:
        """Run an expression of the table or the page with this scope's values."""
        known = {
            name
            for name in names_in(code) - called_in(code)
            if self.meaning_of(name) or name in self.values or name in self.sizes
        }
        local = {name: self.python_value(name, offset) for name in known}
        try:
            return eval(compiled(code), {"np": np, **self.namespace, **local})
        except (CannotRead, DoesNotHold):
            raise
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
    return frozenset(
        node.func.id
        for node in ast.walk(ast.parse(code, mode="eval"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )


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
