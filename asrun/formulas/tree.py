"""Read the LaTeX of a formula into a tree that can be evaluated.

A recursive-descent reader of the part of LaTeX that states a computation. What it cannot read is a
`CannotRead` that points at the place, never a silent pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

RELATIONS = {
    "=": "=", r"\leftarrow": "<-", r"\gets": "<-", ":=": "<-", r"\coloneqq": "<-", r"\approx": "~", r"\le": "<=", r"\leq": "<=",
    r"\ge": ">=", r"\geq": ">=", "<": "<", ">": ">", r"\iff": "iff", r"\implies": "iff", r"\Longleftrightarrow": "iff",
}  # fmt: skip
SPACES = {r"\,", r"\;", r"\:", r"\!", r"\ ", "~", r"\quad", r"\qquad", r"\displaystyle", r"\textstyle", r"\limits", r"\nolimits",
          r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\bigg", r"\biggl", r"\biggr", r"\Bigg",
          r"\middle", r"\nonumber"}  # fmt: skip
FONTS = {
    r"\mathbf": "bf",
    r"\boldsymbol": "bf",
    r"\bm": "bf",
    r"\mathrm": "",
    r"\mathit": "",
    r"\mathcal": "cal",
    r"\mathbb": "bb",
}
ACCENTS = {
    r"\hat": "hat",
    r"\widehat": "hat",
    r"\bar": "bar",
    r"\overline": "bar",
    r"\tilde": "tilde",
    r"\widetilde": "tilde",
    r"\dot": "dot",
}
GREEK = {
    rf"\{name}"
    for name in [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "varepsilon",
        "zeta",
        "eta",
        "theta",
        "vartheta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "phi",
        "varphi",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Phi",
        "Psi",
        "Omega",
        "ell",
    ]
}
FUNCTIONS = {rf"\{name}" for name in ["log", "ln", "exp", "sin", "cos", "tan", "max", "min", "det", "arg"]}
FENCES = {
    "(": ")",
    "[": "]",
    r"\{": r"\}",
    "|": "|",
    r"\|": r"\|",
    r"\lvert": r"\rvert",
    r"\lVert": r"\rVert",
    r"\langle": r"\rangle",
}
NORMS = {r"\|", r"\lVert"}
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|:=|[^\s]", re.S)


class CannotRead(Exception):
    """The formula says something that this reader does not understand, at `offset` of its text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True)
class Token:
    """A command, a letter, a number or a sign, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Node:
    """A part of a formula: what it is, where it stands, and what it is made of.

    kind: number, symbol, index, add, subtract, negate, multiply, hadamard, divide, power, transpose, inverse, pinv,
    root, norm, abs, sum, product, extreme, call, partial, nabla, argmin, matrix, ones.
    """

    kind: str
    start: int
    end: int
    parts: tuple[Node, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Side:
    """One side of a relation; `relation` stands before it (none before the first)."""

    relation: str
    node: Node


def read(tex: str, is_function: Callable[[str], bool] = lambda name: False) -> list[list[Side]]:
    """Read a formula into chains of sides; lines of an `aligned` that begin with a relation go on.

    `is_function` says of a symbol whether parentheses behind it hold its arguments. Raises CannotRead.
    """
    return _Reader(tex, is_function).document()


@cache
def canonical(tex: str) -> str:
    """The name of the one symbol that `tex` writes. Raises CannotRead where it is more or less."""
    reader = _Reader(tex, lambda name: False)
    node = reader.postfix()
    if reader.token is not None or node.kind not in ("symbol", "index"):
        raise CannotRead("this is not one symbol", 0)
    return (
        node.name if node.kind == "symbol" else f"{node.parts[0].name}_{','.join(part.name for part in node.parts[1:])}"
    )


class _Reader:
    def __init__(self, tex: str, is_function: Callable[[str], bool]) -> None:
        self.tex, self.is_function = tex, is_function
        tokens = [Token(m[0], m.start(), m.end()) for m in TOKEN.finditer(tex)]
        self.tokens = [token for token in tokens if token.text not in SPACES]
        self.place = 0

    # -- tokens --

    @property
    def token(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    @property
    def text(self) -> str:
        return self.token.text if self.token else ""

    def fail(self, message: str, offset: int | None = None) -> CannotRead:
        if offset is None:
            offset = self.token.start if self.token else len(self.tex)
        return CannotRead(message, offset)

    def take(self) -> Token:
        if self.token is None:
            raise self.fail("the formula ends too early")
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, text: str) -> Token:
        if self.text != text:
            raise self.fail(f"expected {text} here, found {self.text or 'the end'}")
        return self.take()

    def group_text(self) -> str:
        """The text of a braced group, as it is."""
        start = self.expect("{").end
        depth = 1
        while depth:
            token = self.take()
            depth += {"{": 1, "}": -1}.get(token.text, 0)
        return self.tex[start : self.tokens[self.place - 1].start]

    # -- the whole formula --

    def document(self) -> list[list[Side]]:
        aligned = self.text == r"\begin" and "aligned" in self.tex[: self.tokens[self.place + 2].end + 8]
        if aligned:
            self.take()
            self.group_text()
        chains: list[list[Side]] = []
        while self.token is not None and self.text != r"\end":
            while self.text in ("&", r"\\", ",", ";", "."):
                self.take()
                if self.text == "[":  # \\[4pt]
                    while self.take().text != "]":
                        pass
            if self.note() or self.token is None or self.text == r"\end":
                continue
            if self.text in RELATIONS:
                if not chains:
                    raise self.fail("the formula begins with a relation: nothing stands on its left")
                chains[-1].append(Side(RELATIONS[self.take().text], self.side()))
            else:
                chains.append([Side("", self.side())])
            while self.text == "&" or self.text in RELATIONS:
                if self.take().text == "&":
                    if self.text not in RELATIONS:
                        self.note()
                    continue
                chains[-1].append(Side(RELATIONS[self.tokens[self.place - 1].text], self.side()))
        if aligned:
            self.expect(r"\end")
            self.group_text()
            while self.text in (".", ","):
                self.take()
        if self.token is not None:
            raise self.fail(f"cannot read {self.text} here")
        if not chains:
            raise self.fail("the formula is empty", 0)
        return chains

    def note(self) -> bool:
        """Words in the formula, which say nothing to compute."""
        if self.text not in (r"\text", r"\textrm", r"\textit", r"\mbox"):
            return False
        self.take()
        self.group_text()
        return True

    def side(self) -> Node:
        while self.text == "&":
            self.take()
        return self.expression()

    def expression(self) -> Node:
        start = self.token.start if self.token else len(self.tex)
        if self.text in ("-", "\u2212", "+"):
            minus = self.take().text != "+"
            term = self.term()
            node = Node("negate", start, term.end, (term,)) if minus else term
        else:
            node = self.term()
        while self.text in ("+", "-", "\u2212"):
            kind = "add" if self.take().text == "+" else "subtract"
            right = self.term()
            node = Node(kind, start, right.end, (node, right))
        return node

    def term(self) -> Node:
        node = self.postfix()
        while True:
            if self.text in (r"\cdot", r"\times", "*"):
                self.take()
                right = self.postfix()
                node = Node("multiply", node.start, right.end, (node, right))
            elif self.text in (r"\odot", r"\circ"):
                self.take()
                right = self.postfix()
                node = Node("hadamard", node.start, right.end, (node, right))
            elif self.text == "/":
                self.take()
                right = self.postfix()
                node = Node("divide", node.start, right.end, (node, right))
            elif self.begins_factor():
                right = self.postfix()
                node = Node("multiply", node.start, right.end, (node, right))
            else:
                return node

    def begins_factor(self) -> bool:
        text = self.text
        if not text or text in RELATIONS:
            return False
        known = {
            r"\frac",
            r"\tfrac",
            r"\dfrac",
            r"\sqrt",
            r"\sum",
            r"\prod",
            r"\operatorname",
            r"\nabla",
            r"\partial",
            r"\begin",
            r"\arg",
        }
        opens = set(FENCES) - {"|", r"\|"} | {"{"}
        if text in ("|", r"\|"):
            return False  # it closes; a product of norms is written with \cdot or \lVert
        return text[0].isalnum() or text in opens | known | GREEK | FONTS.keys() | ACCENTS.keys() | FUNCTIONS

    # -- factors --

    def postfix(self) -> Node:
        node = self.base()
        lower: Node | None = None
        while self.text in ("^", "_", "'", "!"):
            if self.text == "_":
                self.take()
                lower = self.subscript(node)
                node = lower
            elif self.text == "'":
                raise self.fail("a prime: write ^\\top for a transpose, \\frac{d}{dx} for a derivative")
            elif self.text == "!":
                raise self.fail("a factorial, which this reader does not know")
            else:
                node = self.superscript(node)
        if node.kind == "symbol" and self.is_function(node.name) and self.text in ("(", "["):
            node = self.arguments(node)
            while self.text == "^":
                node = self.superscript(node)
        return node

    def arguments(self, function: Node) -> Node:
        closing = FENCES[self.take().text]
        parts = [self.expression()]
        while self.text in (",", ";"):
            self.take()
            parts.append(self.expression())
        end = self.expect(closing).end
        return Node("call", function.start, end, (function, *parts))

    def subscript(self, node: Node) -> Node:
        start = self.token.start if self.token else 0
        if node.kind in ("norm", "abs"):
            order = self.group_text() if self.text == "{" else self.take().text
            return Node(node.kind, node.start, self.tokens[self.place - 1].end, node.parts, order.strip())
        if node.kind != "symbol":
            raise self.fail("a subscript on something that is not a symbol", start)
        if self.text == "{":
            content = self.group_text()
            end = self.tokens[self.place - 1].end
            inner_start = end - 1 - len(content)
        else:
            token = self.take()
            content, end, inner_start = token.text, token.end, token.start
        if content in GREEK:
            return Node("symbol", node.start, end, (), f"{node.name}_{content}")
        if re.fullmatch(r"\s*(?:\\[a-zA-Z]+(?:\{[^}]*\})?|[A-Z]\w*|[a-zA-Z]{3,})\s*", content):
            label = re.sub(r"\\(?:text|mathrm|operatorname|mathit)\s*\{([^}]*)\}", r"\1", content).strip()
            return Node("symbol", node.start, end, (), f"{node.name}_{label}")
        parts = []
        pieces = (
            content.split(",")
            if "," in content
            else (list(content.replace(" ", "")) if re.fullmatch(r"[a-z ]{2,}", content) else [content])
        )
        offset = inner_start
        for piece in pieces:
            reader = _Reader(piece, self.is_function)
            try:
                index = reader.expression()
            except CannotRead as error:
                raise CannotRead(str(error), offset + error.offset) from None
            parts.append(_shifted(index, offset, piece.strip()))
            offset += len(piece) + ("," in content)
        return Node("index", node.start, end, (node, *parts))

    def superscript(self, node: Node) -> Node:
        self.expect("^")
        start = self.token.start if self.token else 0
        content = self.group_text().strip() if self.text == "{" else self.take().text
        end = self.tokens[self.place - 1].end
        if content in (r"\top", "T", r"\mathsf{T}", r"\mathsf T", r"\intercal"):
            return Node("transpose", node.start, end, (node,))
        if content == "-1":
            return Node("inverse", node.start, end, (node,))
        if content in ("+", r"\dagger"):
            return Node("pinv", node.start, end, (node,))
        if content in ("*", r"\star", r"\ast") or re.fullmatch(r"\([\w+\-\\ ]+\)", content):
            if node.kind != "symbol":
                raise self.fail("a star or a step number on something that is not a symbol", start)
            mark = "*" if content in ("*", r"\star", r"\ast") else content.replace(" ", "")
            return Node("symbol", node.start, end, (), f"{node.name}^{mark}")
        reader = _Reader(content, self.is_function)
        offset = end - len(content) - (1 if self.tokens[self.place - 1].text == "}" else 0)
        try:
            exponent = reader.expression()
        except CannotRead as error:
            raise CannotRead(str(error), offset + error.offset) from None
        if reader.token is not None:
            raise CannotRead(f"cannot read {reader.text} in an exponent", offset + reader.token.start)
        return Node("power", node.start, end, (node, _shifted(exponent, offset, "")))

    def base(self) -> Node:
        token = self.take()
        text, start = token.text, token.start
        if text[0].isdigit():
            return Node("number", start, token.end, (), text)
        if text == "{":
            node = self.expression()
            self.expect("}")
            return node
        if text in FENCES:
            return self.fenced(token)
        if text in (r"\frac", r"\tfrac", r"\dfrac"):
            return self.fraction(token)
        if text == r"\sqrt":
            order = None
            if self.text == "[":
                self.take()
                order = self.expression()
                self.expect("]")
            inner = self.argument()
            return Node("root", start, inner.end, (inner, order) if order else (inner,))
        if text in (r"\sum", r"\prod"):
            return self.big(token)
        if text == r"\nabla":
            return self.nabla(token)
        if text == r"\arg" or (
            text == r"\operatorname" and self.tex[token.end :].lstrip(" *{").startswith(("arg", r"arg\,"))
        ):
            return self.argmin(token)
        if text == r"\operatorname":
            if self.text == "*":
                self.take()
            return self.function(token, self.group_text().strip())
        if text in FUNCTIONS:
            return (
                self.extreme(token)
                if text in (r"\max", r"\min") and self.text == "_"
                else self.function(token, text[1:])
            )
        if text == r"\begin":
            return self.matrix(token)
        if text in FONTS or text in ACCENTS:
            return self.decorated(token)
        if text.isalpha() or text in GREEK:
            return Node("symbol", start, token.end, (), text)
        if text == r"\mathbf1":
            return Node("ones", start, token.end)
        raise self.fail(f"cannot read {text} here", start)

    def argument(self) -> Node:
        """What a command takes: a group, or one token."""
        if self.text == "{":
            self.take()
            node = self.expression()
            end = self.expect("}").end
            return Node(node.kind, node.start, max(node.end, end - 1), node.parts, node.name)
        token = self.take()
        if token.text[0].isdigit() and len(token.text) > 1:  # \frac12 takes one digit at a time
            self.place -= 1
            digit = Token(token.text[0], token.start, token.start + 1)
            self.tokens[self.place : self.place + 1] = [digit, Token(token.text[1:], token.start + 1, token.end)]
        else:
            self.place -= 1
        return self.base()

    def decorated(self, token: Token) -> Node:
        font = FONTS.get(token.text)
        braced = self.text == "{"
        if braced:
            self.take()
        if font == "bf" and self.text == "1":
            end = self.take().end
            if braced:
                end = self.expect("}").end
            return Node("ones", token.start, end)
        inner = self.base()
        name = inner.name
        while braced and font == "" and self.text.isalpha():
            name += self.take().text
        if braced:
            if self.text == "_":
                self.take()
                inner = self.subscript(inner)
                name = inner.name
            end = self.expect("}").end
        else:
            end = inner.end
        if inner.kind not in ("symbol", "call"):
            raise self.fail("a hat, bar or font on something that is not a symbol", inner.start)
        mark = font if token.text in FONTS else ACCENTS[token.text]
        return Node("symbol", token.start, end, (), f"{mark} {name}" if mark else name)

    def fenced(self, token: Token) -> Node:
        closing = FENCES[token.text]
        node = self.expression()
        if token.text == "(" and self.text == ",":
            parts = [node]
            while self.text == ",":
                self.take()
                parts.append(self.expression())
            return Node("tuple", token.start, self.expect(closing).end, tuple(parts))
        end = self.expect(closing).end
        if token.text in NORMS:
            return Node("norm", token.start, end, (node,))
        if token.text in ("|", r"\lvert"):
            return Node("abs", token.start, end, (node,))
        return (
            Node(node.kind, token.start, end, node.parts, node.name)
            if node.kind != "index"
            else Node("group", token.start, end, (node,))
        )

    def fraction(self, token: Token) -> Node:
        if (
            self.text == "{"
            and self.place + 1 < len(self.tokens)
            and self.tokens[self.place + 1].text in (r"\partial", "d")
        ):
            saved = self.place
            derivative = self.derivative(token)
            if derivative:
                return derivative
            self.place = saved
        top, bottom = self.argument(), self.argument()
        return Node("divide", token.start, self.tokens[self.place - 1].end, (top, bottom))

    def derivative(self, token: Token) -> Node | None:
        self.expect("{")
        mark = self.take().text
        of: Node | None = None
        if self.text != "}":
            of = self.postfix()
        self.expect("}")
        self.expect("{")
        if self.text != mark:
            if mark == "d":
                return None  # d may be a number of features
            raise self.fail(r"expected \partial in the denominator")
        self.take()
        by = self.postfix()
        end = self.expect("}").end
        if of is None:
            of = self.postfix()
            end = of.end
        return Node("partial", token.start, end, (of, by))

    def nabla(self, token: Token) -> Node:
        by: Node | None = None
        if self.text == "_":
            self.take()
            by = self.argument()
        of = self.postfix()
        return Node("nabla", token.start, of.end, (of, by) if by else (of,))

    def argmin(self, token: Token) -> Node:
        if token.text == r"\operatorname":
            if self.text == "*":
                self.take()
            name = self.group_text()
            if not name.replace(r"\,", "").replace(" ", "").endswith("min"):
                raise self.fail(f"cannot read {name}: only arg min is known", token.start)
        else:
            if self.text != r"\min":
                raise self.fail(r"expected \min behind \arg")
            self.take()
        self.expect("_")
        by = self.argument() if self.text != "{" else self.index_group()
        of = self.term()
        return Node("argmin", token.start, of.end, (of, by))

    def index_group(self) -> Node:
        self.expect("{")
        parts = [self.postfix()]
        while self.text == ",":
            self.take()
            parts.append(self.postfix())
        end = self.expect("}").end
        return parts[0] if len(parts) == 1 else Node("tuple", parts[0].start, end, tuple(parts))

    def big(self, token: Token) -> Node:
        """A sum or product: its index, its bounds, and the term behind it."""
        index: tuple[Node, ...] = ()
        while self.text in ("_", "^"):
            if self.take().text == "_":
                if self.text == "{":
                    self.take()
                    variable = self.postfix()
                    lower: tuple[Node, ...] = ()
                    if self.text == "=":
                        self.take()
                        lower = (self.expression(),)
                    self.expect("}")
                    index = (variable, *lower)
                else:
                    index = (self.base(),)
            else:
                upper = self.argument()
                if len(index) < 2:
                    raise self.fail("a sum with an upper bound and no lower one", token.start)
                index = (*index, upper)
        if len(index) == 2:
            raise self.fail("a sum with a lower bound and no upper one", token.start)
        body = self.term()
        kind = "sum" if token.text == r"\sum" else "product"
        return Node(kind, token.start, body.end, (body, *index))

    def extreme(self, token: Token) -> Node:
        self.expect("_")
        index = self.argument()
        body = self.term()
        return Node("extreme", token.start, body.end, (body, index), token.text[1:])

    def function(self, token: Token, name: str) -> Node:
        if self.text == "^":
            raise self.fail("a power on the name of a function: put it behind the argument")
        if self.text in ("(", "["):
            closing = FENCES[self.take().text]
            parts = [self.expression()]
            while self.text == ",":
                self.take()
                parts.append(self.expression())
            end = self.expect(closing).end
        else:
            parts = [self.postfix()]
            end = parts[0].end
        return Node("call", token.start, end, (Node("symbol", token.start, token.end, (), f"fn {name}"), *parts))

    def matrix(self, token: Token) -> Node:
        kind = self.group_text()
        if kind not in ("bmatrix", "pmatrix", "matrix"):
            raise self.fail(f"cannot read an environment {kind} here", token.start)
        rows: list[list[Node]] = [[]]
        while self.text != r"\end":
            if self.text == "&":
                self.take()
            elif self.text == r"\\":
                self.take()
                rows.append([])
            else:
                rows[-1].append(self.expression())
        self.take()
        self.group_text()
        end = self.tokens[self.place - 1].end
        rows = [row for row in rows if row]
        return Node(
            "matrix", token.start, end, tuple(Node("row", row[0].start, row[-1].end, tuple(row)) for row in rows)
        )


def _shifted(node: Node, offset: int, name: str) -> Node:
    """A node that was read from a part of the formula, at its place in the whole."""
    parts = tuple(_shifted(part, offset, "") for part in node.parts)
    return Node(node.kind, node.start + offset, node.end + offset, parts, name or node.name)
