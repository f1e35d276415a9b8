"""Evaluate the tree of a formula with the values of one draw.

Values are numbers or matrices; a vector is a column, so that a lost transpose does not fit.
"""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from asrun.formulas.notation import row_of
from asrun.formulas.scope import CONSTANTS, FUNCTIONS, Scope, as_code, is_number, matrix, number
from asrun.formulas.tree import DoesNotHold, Node
from asrun.model import Meaning

STEP = 1e-30  # of the complex step, which has no rounding error to fear
OF_ONE: dict[str, Callable[[Any], Any]] = {"negate": np.negative, "transpose": np.transpose, "pinv": np.linalg.pinv}
ELEMENTWISE = {"add": ("add", np.add), "subtract": ("subtract", np.subtract), "hadamard": ("multiply elementwise", np.multiply)}  # fmt: skip


def _shape(value: Any) -> str:
    """The shape of a value, as an author reads it."""
    return "a number" if is_number(value) else f"({value.shape[0]}, {value.shape[1]})"


def _told(node: Node, value: Any) -> str:
    return f"{node.text} {_shape(value)}"


class Evaluator(Scope):
    """A scope that evaluates the nodes of a formula."""

    def value(self, node: Node) -> Any:
        """The value of a part of the formula. Raises DoesNotHold."""
        if node.kind in OF_ONE:
            return OF_ONE[node.kind](self.value(node.parts[0]))
        if node.kind in ELEMENTWISE:
            return self.elementwise(node)
        return getattr(self, f"do_{node.kind}")(node)

    def do_number(self, node: Node) -> Any:
        return float(node.name)

    def do_group(self, node: Node) -> Any:
        return self.value(node.parts[0])

    def do_ones(self, node: Node) -> Any:
        return np.ones((self.sizes["n"], 1))

    def do_symbol(self, node: Node) -> Any:
        meaning = self.meanings.get(node.name)
        if meaning is None and node.name in CONSTANTS:
            return CONSTANTS[node.name]
        if meaning is None:
            raise node.wrong(f"the symbol {node.text} is missing from the notation table")
        if meaning.index_size and meaning.python not in self.values:
            raise node.wrong(f"the index {node.text} is bound by no sum here")
        if meaning.index_size:
            return float(self.values[meaning.python] + 1)
        if meaning.indices:
            return self.entry(meaning, [], node)
        return matrix(self.python_value(meaning.python, node.start))

    def do_index(self, node: Node) -> Any:
        base, *indices = node.parts
        places = [self.place(index) for index in indices]
        if row := row_of(self.meanings, base.name, [index.text for index in indices]):
            return self.entry(row, places, node)
        value = np.asarray(matrix(self.do_symbol(base)))
        if value.ndim == 0 or len(places) != (1 if value.shape[1] == 1 else 2):
            raise node.wrong(f"{node.text} has {len(places)} indices, and {base.text} is {_shape(value)}")
        at = (places[0], 0) if len(places) == 1 else tuple(places)
        if any(not 0 <= place < size for place, size in zip(at, value.shape, strict=True)):
            raise node.wrong(f"{node.text} lies outside {base.text}, which is {_shape(value)}")
        return value[at]

    def entry(self, row: Meaning, places: list[int], node: Node) -> Any:
        """The value of a row as x_{ij}, whose indices are these places or, without any, those of the sums around it."""
        names = dict(zip(row.indices, places, strict=True)) if row.indices and places else {}
        return matrix(self.changed(**names).evaluate(row.python, node.start))

    def place(self, node: Node) -> int:
        """An index, counted from 0."""
        value = number(self.value(node))
        if not is_number(value) or value != round(float(value)):
            raise node.wrong(f"the index {node.text} is not a whole number")
        return round(float(value)) - 1

    def do_tuple(self, node: Node) -> Any:
        return np.concatenate([np.atleast_2d(self.value(part)).reshape(-1, 1) for part in node.parts])

    def do_matrix(self, node: Node) -> Any:
        try:
            return np.block([[np.atleast_2d(self.value(part)) for part in row.parts] for row in node.parts])
        except ValueError as error:
            raise node.wrong(f"the blocks of this matrix do not fit: {error}") from None

    def elementwise(self, node: Node) -> Any:
        verb, operation = ELEMENTWISE[node.kind]
        left, right = map(self.value, node.parts)
        if not is_number(left) and not is_number(right) and left.shape != right.shape:
            first, second = node.parts
            raise second.wrong(f"cannot {verb} {_told(first, left)} and {_told(second, right)}")
        return operation(left, right)

    def do_multiply(self, node: Node) -> Any:
        left, right = (number(self.value(part)) for part in node.parts)
        if is_number(left) or is_number(right):
            return left * right
        if left.shape[1] != right.shape[0]:
            first, second = node.parts
            raise second.wrong(f"cannot multiply {_told(first, left)} with {_told(second, right)}")
        return number(left @ right)

    def do_divide(self, node: Node) -> Any:
        top, bottom = map(self.value, node.parts)
        bottom, below = number(bottom), node.parts[1]
        if not is_number(bottom):
            raise below.wrong(f"cannot divide by {below.text}, which is {_shape(bottom)}")
        return top / bottom

    def do_power(self, node: Node) -> Any:
        base, exponent = (number(self.value(part)) for part in node.parts)
        if is_number(base):
            return base**exponent
        if base.shape[0] != base.shape[1] or exponent != round(float(np.real(exponent))):
            raise node.wrong(f"cannot raise {_told(node.parts[0], base)} to the power {node.parts[1].text}")
        return np.linalg.matrix_power(base, round(float(exponent)))

    def do_inverse(self, node: Node) -> Any:
        of, value = node.parts[0].text, self.value(node.parts[0])
        if is_number(value):
            return 1 / value
        if value.shape[0] != value.shape[1]:
            raise node.wrong(f"cannot invert {of}, which is {_shape(value)}")
        if np.linalg.cond(value) > 1e12:
            raise node.wrong(f"{of} has no inverse in this draw: state the domain, as `where n > d + 1`")
        return np.linalg.inv(value)

    def do_root(self, node: Node) -> Any:
        order = number(self.value(node.parts[1])) if len(node.parts) > 1 else 2
        return number(self.value(node.parts[0])) ** (1 / order)

    def do_norm(self, node: Node) -> Any:
        value = np.asarray(self.value(node.parts[0]))
        if node.name == "1":
            return np.sqrt(value**2).sum()  # not by np.abs: the complex step differentiates it
        if node.name == "\\infty":
            return np.sqrt(value**2).max()
        if node.name not in ("", "2", "F"):
            raise node.wrong(f"cannot read the norm with index {node.name}")
        if value.ndim == 2 and value.shape[1] > 1 and node.name != "F":
            return np.linalg.norm(value, 2)
        return np.sqrt((value**2).sum())

    def do_abs(self, node: Node) -> Any:
        value = number(self.value(node.parts[0]))
        if not is_number(value):
            what = f"|…| of {node.parts[0].text}, which is {_shape(value)}"
            raise node.wrong(f"{what}: write \\lVert … \\rVert for a norm")
        return value * np.sign(np.real(value))

    def terms(self, node: Node) -> list[Any]:
        """The values of a term for each value of its index."""
        if len(node.parts) == 1:
            raise node.wrong(f"a {node.kind} without an index: say what it runs over")
        term, variable, *bounds = node.parts
        meaning = self.meanings.get(variable.name)
        if meaning is None or not meaning.index_size:
            raise variable.wrong(f"{variable.text} is not an index of the notation table")
        ends = [self.value(bound) for bound in bounds] or [1, self.size(meaning.index_size)]
        low, high = (round(float(number(end))) for end in ends)
        return [self.changed(**{meaning.python: place - 1}).value(term) for place in range(low, high + 1)]

    def do_sum(self, node: Node) -> Any:
        return sum(self.terms(node), 0.0)

    def do_product(self, node: Node) -> Any:
        return math.prod(self.terms(node), start=1.0)

    def do_extreme(self, node: Node) -> Any:
        return (max if node.name == "max" else min)(map(number, self.terms(node)))

    def do_call(self, node: Node) -> Any:
        function, *arguments = node.parts
        if not function.name.startswith("fn "):
            return self.called(function, arguments)
        name = function.name[3:]
        found = next(filter(callable, (self.namespace.get(name), FUNCTIONS.get(name))), None)
        if found is None:
            known = ", ".join(sorted(FUNCTIONS))
            raise function.wrong(f"unknown function {name}: define it on the page, or use one of {known}")
        return matrix(found(*(as_code(self.value(argument)) for argument in arguments)))

    def called(self, function: Node, arguments: list[Node]) -> Any:
        """A function of the table; L(w, b) says no more than L, but L(2) does."""
        meaning = self.meanings[function.name]
        names, given = meaning.parameters, dict[str, Any]()
        if any(argument.kind != "symbol" for argument in arguments):
            if len(arguments) != len(names):
                raise function.wrong(f"{function.text} takes {len(names)} arguments: {', '.join(names)}")
            given = {name: as_code(self.value(part)) for name, part in zip(names, arguments, strict=True)}
        return matrix(self.changed(**given).python_value(meaning.python, function.start))

    # -- derivatives --

    def variable(self, node: Node) -> Meaning:
        """The row of what is differentiated by."""
        symbol = node.parts[0] if node.kind == "index" else node
        meaning = self.meanings.get(symbol.name)
        if symbol.kind != "symbol" or meaning is None:
            raise node.wrong(f"cannot differentiate by {node.text}: it is no symbol of the notation table")
        return meaning

    def gradient(self, of: Node, meaning: Meaning, node: Node) -> Any:
        """The derivatives by all entries of a name, as a column; `node` asks for them."""
        at = np.asarray(self.python_value(meaning.python, node.start), dtype=float)

        def value(entries: Any) -> Any:
            result = number(self.changed(**{meaning.python: entries.reshape(at.shape)[()]}).value(of))
            if not is_number(result):
                what = f"cannot differentiate {of.text}, which is {_shape(result)}"
                raise node.wrong(f"{what}: only a number has a gradient")
            return result

        result, rough = derivatives(value, at.ravel())
        if rough:
            self.rough.append(True)
        return result.reshape(-1, 1)

    def do_partial(self, node: Node) -> Any:
        of, by = node.parts
        meaning = self.variable(by)
        gradient = self.gradient(of, meaning, node)
        if by.kind == "index":
            return gradient[self.place(by.parts[1]), 0]
        return gradient if np.ndim(self.python_value(meaning.python)) else gradient[0, 0]

    def do_nabla(self, node: Node) -> Any:
        of, *by = node.parts
        if not by and of.kind == "call" and len(of.parts) == 2:
            by = [of.parts[1]]
        if not by:
            raise node.wrong("a gradient by what? Write \\nabla_{\\theta} L")
        return self.gradient(of, self.variable(by[0]), node)

    def do_argmin(self, node: Node) -> Any:
        raise node.wrong("an arg min must be a side by itself")


def derivatives(value: Callable[[Any], Any], at: Any) -> tuple[Any, bool]:
    """The derivatives of a number by each entry of `at`, a flat array, and whether they are rough.

    They are those of a complex step. Where the function does not allow one (it raises an error, or warns, or the result
    is not that of differences), they are rough: those of differences.
    """
    units = np.eye(at.size)
    steps = 1e-5 * np.maximum(1.0, np.abs(at))[:, None] * units
    differences = [(value(at + step) - value(at - step)) / (2 * step.sum()) for step in steps]
    rough = np.real(differences).astype(float)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fine = np.array([np.imag(value(at + STEP * 1j * unit)) / STEP for unit in units])
    except (DoesNotHold, TypeError, ValueError, Warning):
        return rough, True
    is_fine = np.allclose(fine, rough, rtol=1e-4, atol=1e-4 * (1 + np.abs(rough).max()))
    return (fine, False) if is_fine else (rough, True)
