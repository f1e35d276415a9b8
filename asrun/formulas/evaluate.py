"""Evaluate the tree of a formula with the values of one draw.

Values are numbers or matrices; a vector is a column, so that a lost transpose does not fit.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np

from asrun.formulas.derivatives import derivatives
from asrun.formulas.notation import row_of
from asrun.formulas.scope import CONSTANTS, FUNCTIONS, DoesNotHold, Scope, as_code, is_number, matrix, number
from asrun.formulas.tree import Node
from asrun.model import Meaning


def shape_text(value: Any) -> str:
    """The shape of a value, as an author reads it."""
    return "a number" if is_number(value) else f"({value.shape[0]}, {value.shape[1]})"


class Evaluator:
    """Evaluates the nodes of a formula in a scope."""

    def __init__(self, scope: Scope, tex: str) -> None:
        self.scope, self.tex = scope, tex

    def text(self, node: Node) -> str:
        return self.tex[node.start : node.end]

    def told(self, node: Node, value: Any) -> str:
        """A part of the formula with the shape of its value."""
        return f"{self.text(node)} {shape_text(value)}"

    def wrong(self, node: Node, message: str) -> DoesNotHold:
        """The error to raise for a part of the formula."""
        return DoesNotHold(message, node.start)

    def value(self, node: Node) -> Any:
        return getattr(self, f"do_{node.kind}")(node)

    def do_number(self, node: Node) -> Any:
        return float(node.name)

    def do_group(self, node: Node) -> Any:
        return self.value(node.parts[0])

    def do_ones(self, node: Node) -> Any:
        return np.ones((self.scope.sizes["n"], 1))

    def do_symbol(self, node: Node) -> Any:
        meaning = self.scope.meanings.get(node.name)
        if meaning is None:
            if node.name in CONSTANTS:
                return CONSTANTS[node.name]
            raise self.wrong(node, f"the symbol {self.text(node)} is missing from the notation table")
        if meaning.index_size and meaning.python not in self.scope.values:
            raise self.wrong(node, f"the index {self.text(node)} is bound by no sum here")
        if meaning.index_size:
            return float(self.scope.values[meaning.python] + 1)
        if meaning.indices:
            return self.entry(meaning, (), node)
        return matrix(self.scope.python_value(meaning.python, node.start))

    def do_index(self, node: Node) -> Any:
        base, *indices = node.parts
        places = [self.place(index) for index in indices]
        if row := row_of(self.scope.meanings, base.name, [index.name for index in indices]):
            return self.entry(row, tuple(places), node)
        value = np.asarray(matrix(self.do_symbol(base)))
        if value.ndim == 0 or len(places) != (1 if value.shape[1] == 1 else 2):
            raise self.wrong(
                node, f"{self.text(node)} has {len(places)} indices, and {self.text(base)} is {shape_text(value)}"
            )
        at = (places[0], 0) if len(places) == 1 else tuple(places)
        if any(not 0 <= place < size for place, size in zip(at, value.shape, strict=True)):
            raise self.wrong(node, f"{self.text(node)} lies outside {self.text(base)}, which is {shape_text(value)}")
        return value[at]

    def entry(self, row: Meaning, places: tuple[int, ...], node: Node) -> Any:
        """The value of a row as x_{ij}, whose indices are these places or, without any, those of the sums around it."""
        names = dict(zip(row.indices, places, strict=True)) if row.indices and places else {}
        return matrix(self.scope.changed(**names).evaluate(row.python, node.start))

    def place(self, node: Node) -> int:
        """An index, counted from 0."""
        value = number(self.value(node))
        if not is_number(value) or value != round(float(value)):
            raise self.wrong(node, f"the index {self.text(node)} is not a whole number")
        return round(float(value)) - 1

    def do_tuple(self, node: Node) -> Any:
        return np.concatenate([np.atleast_2d(self.value(part)).reshape(-1, 1) for part in node.parts])

    def do_matrix(self, node: Node) -> Any:
        try:
            return np.block([[np.atleast_2d(self.value(part)) for part in row.parts] for row in node.parts])
        except ValueError as error:
            raise self.wrong(node, f"the blocks of this matrix do not fit: {error}") from None

    def pair(self, node: Node, verb: str) -> tuple[Any, Any]:
        left, right = (self.value(part) for part in node.parts)
        if not is_number(left) and not is_number(right) and left.shape != right.shape:
            raise self.wrong(
                node.parts[1],
                f"cannot {verb} {self.told(node.parts[0], left)} and {self.told(node.parts[1], right)}",
            )
        return left, right

    def do_add(self, node: Node) -> Any:
        return np.add(*self.pair(node, "add"))

    def do_subtract(self, node: Node) -> Any:
        return np.subtract(*self.pair(node, "subtract"))

    def do_hadamard(self, node: Node) -> Any:
        return np.multiply(*self.pair(node, "multiply elementwise"))

    def do_negate(self, node: Node) -> Any:
        return -self.value(node.parts[0])

    def do_multiply(self, node: Node) -> Any:
        left, right = (number(self.value(part)) for part in node.parts)
        if is_number(left) or is_number(right):
            return left * right
        if left.shape[1] != right.shape[0]:
            raise self.wrong(
                node.parts[1],
                f"cannot multiply {self.told(node.parts[0], left)} with {self.told(node.parts[1], right)}",
            )
        return number(left @ right)

    def do_divide(self, node: Node) -> Any:
        top, bottom = (self.value(part) for part in node.parts)
        bottom = number(bottom)
        if not is_number(bottom):
            raise self.wrong(
                node.parts[1], f"cannot divide by {self.text(node.parts[1])}, which is {shape_text(bottom)}"
            )
        return top / bottom

    def do_power(self, node: Node) -> Any:
        base, exponent = (number(self.value(part)) for part in node.parts)
        if is_number(base):
            return base**exponent
        if base.shape[0] != base.shape[1] or exponent != round(float(np.real(exponent))):
            raise self.wrong(
                node,
                f"cannot raise {self.told(node.parts[0], base)} to the power {self.text(node.parts[1])}",
            )
        return np.linalg.matrix_power(base, round(float(exponent)))

    def do_transpose(self, node: Node) -> Any:
        value = self.value(node.parts[0])
        return value if is_number(value) else value.T

    def do_inverse(self, node: Node) -> Any:
        value = self.value(node.parts[0])
        if is_number(value):
            return 1 / value
        if value.shape[0] != value.shape[1]:
            raise self.wrong(node, f"cannot invert {self.text(node.parts[0])}, which is {shape_text(value)}")
        if np.linalg.cond(value) > 1e12:
            raise self.wrong(
                node, f"{self.text(node.parts[0])} has no inverse in this draw: state the domain, as `where n > d + 1`"
            )
        return np.linalg.inv(value)

    def do_pinv(self, node: Node) -> Any:
        return np.linalg.pinv(self.value(node.parts[0]))

    def do_root(self, node: Node) -> Any:
        order = number(self.value(node.parts[1])) if len(node.parts) > 1 else 2
        return number(self.value(node.parts[0])) ** (1 / order)

    def do_norm(self, node: Node) -> Any:
        value = np.asarray(self.value(node.parts[0]))
        if node.name in ("1", "\\infty"):
            size = np.sqrt(value**2)
            return size.sum() if node.name == "1" else size.max()
        if node.name not in ("", "2", "F"):
            raise self.wrong(node, f"cannot read the norm with index {node.name}")
        if value.ndim == 2 and value.shape[1] > 1 and node.name != "F":
            return np.linalg.norm(value, 2)
        return np.sqrt((value**2).sum())  # not by np.abs: the complex step differentiates it

    def do_abs(self, node: Node) -> Any:
        value = number(self.value(node.parts[0]))
        if not is_number(value):
            raise self.wrong(
                node,
                f"|…| of {self.text(node.parts[0])}, which is {shape_text(value)}: write \\lVert … \\rVert for a norm",
            )
        return value * np.sign(np.real(value))

    def terms(self, node: Node) -> list[Any]:
        """The values of a term for each value of its index."""
        variable, *bounds = node.parts[1:]
        meaning = self.scope.meanings.get(variable.name)
        if meaning is None or not meaning.index_size:
            raise self.wrong(variable, f"{self.text(variable)} is not an index of the notation table")
        if bounds:
            low, high = (round(float(number(self.value(bound)))) for bound in bounds)
        else:
            low, high = 1, self.scope.size(meaning.index_size)
        scopes = (self.scope.changed(**{meaning.python: place - 1}) for place in range(low, high + 1))
        return [Evaluator(scope, self.tex).value(node.parts[0]) for scope in scopes]

    def do_sum(self, node: Node) -> Any:
        if len(node.parts) == 1:
            raise self.wrong(node, "a sum without an index: say what it runs over")
        return reduce(np.add, self.terms(node), 0.0)

    def do_product(self, node: Node) -> Any:
        return reduce(np.multiply, self.terms(node), 1.0)

    def do_extreme(self, node: Node) -> Any:
        terms = [number(term) for term in self.terms(node)]
        return max(terms) if node.name == "max" else min(terms)

    def do_call(self, node: Node) -> Any:
        function, *arguments = node.parts
        if not function.name.startswith("fn "):
            return self.called(function, arguments)
        name = function.name[3:]
        found = self.scope.namespace.get(name) or FUNCTIONS.get(name)
        if found is None:
            raise self.wrong(
                function,
                f"unknown function {name}: define it on the page, or use one of {', '.join(sorted(FUNCTIONS))}",
            )
        values = [self.value(argument) for argument in arguments]
        return matrix(found(*(as_code(value) for value in values)))

    def called(self, function: Node, arguments: list[Node]) -> Any:
        meaning = self.scope.meanings[function.name]
        changes: dict[str, Any] = {}
        plain = [argument.name for argument in arguments if argument.kind == "symbol"]
        if len(plain) < len(arguments):
            if len(arguments) != len(meaning.parameters):
                raise self.wrong(
                    function,
                    f"{self.text(function)} takes {len(meaning.parameters)} arguments: {', '.join(meaning.parameters)}",
                )
            for name, argument in zip(meaning.parameters, arguments, strict=True):
                changes[name] = as_code(self.value(argument))
        scope = self.scope.changed(**changes) if changes else self.scope
        return matrix(scope.python_value(meaning.python, function.start))

    def variable(self, node: Node) -> Meaning:
        """The row of what is differentiated by."""
        symbol = node.parts[0] if node.kind == "index" else node
        meaning = self.scope.meanings.get(symbol.name)
        if symbol.kind != "symbol" or meaning is None:
            raise self.wrong(node, f"cannot differentiate by {self.text(node)}: it is no symbol of the notation table")
        return meaning

    def gradient(self, of: Node, meaning: Meaning, node: Node) -> Any:
        """The derivatives by all entries of a name, as a column; `node` asks for them."""
        at = self.scope.python_value(meaning.python, node.start)
        flat = np.atleast_1d(np.asarray(at, dtype=float))
        scope = replace(self.scope, prefer=self.scope.prefer | {meaning.python})

        def value(entries: Any) -> Any:
            given = entries.reshape(np.shape(at)) if np.ndim(at) else entries[0]
            result = number(Evaluator(scope.changed(**{meaning.python: given}), self.tex).value(of))
            if not is_number(result):
                raise self.wrong(
                    node,
                    f"cannot differentiate {self.text(of)}, which is {shape_text(result)}: only a number has a gradient",
                )
            return result

        result, rough = derivatives(value, flat)
        if rough:
            self.scope.rough.append(True)
        return result.reshape(-1, 1)

    def do_partial(self, node: Node) -> Any:
        of, by = node.parts
        meaning = self.variable(by)
        gradient = self.gradient(of, meaning, node)
        if by.kind == "index":
            return gradient[self.place(by.parts[1]), 0]
        return gradient if np.ndim(self.scope.python_value(meaning.python)) else gradient[0, 0]

    def do_nabla(self, node: Node) -> Any:
        of = node.parts[0]
        by = node.parts[1] if len(node.parts) > 1 else of.parts[1] if of.kind == "call" and len(of.parts) == 2 else None
        if by is None:
            raise self.wrong(node, "a gradient by what? Write \\nabla_{\\theta} L")
        meaning = self.variable(by)
        return self.gradient(of, meaning, node)

    def do_argmin(self, node: Node) -> Any:
        raise self.wrong(node, "an arg min must be a side by itself")
