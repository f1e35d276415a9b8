"""Read a formula into a tree that can be evaluated, from the tree that KaTeX makes of it.

KaTeX knows groups, scripts, fractions, fonts, accents and arrays, and the class of every sign. Here, precedence and the
conventions of the book are added. What cannot be read is a `CannotRead` that points at the place, never a silent pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from asrun.formulas.tree import BARS, NORMS, CannotRead, Item, Line, Node, Raw, Side, cells, inner, lines_of, nodes_of

MARKS = {  # fonts and accents
    "mathbf": "bf", "boldsymbol": "bf", "mathrm": "", "mathit": "", "mathcal": "cal", "mathbb": "bb",
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde", "dot": "dot",
}  # fmt: skip
CLOSING = {
    "(": ")", "[": "]", r"\{": r"\}", r"\lbrace": r"\rbrace", "|": "|", r"\|": r"\|", r"\lvert": r"\rvert", r"\lVert": r"\rVert",
    r"\langle": r"\rangle",
}  # fmt: skip
TIMES = {r"\cdot": "multiply", r"\times": "multiply", "*": "multiply", r"\odot": "hadamard", r"\circ": "hadamard", "/": "divide"}  # fmt: skip
POWERS = {
    r"\top": "transpose", "T": "transpose", r"\intercal": "transpose", r"\mathsf{T}": "transpose", r"\mathsfT": "transpose",
    "-1": "inverse", "+": "pinv", r"\dagger": "pinv",
}  # fmt: skip
STARS = {"*", r"\star", r"\ast"}
SIGNS = {"+": "add", "-": "subtract", "\u2212": "subtract"}
PAUSES = {",", ";", "."}  # between two statements, and at the end
NOT_FACTORS = {"rel", "bin", "punct", "close", "inner", "scripts", "text", ""}
LABEL = re.compile(r"\\(?:text|mathrm|operatorname|mathit)\s*\{([^}]*)\}|(\\[a-zA-Z]+(?:\{[^}]*\})?|[A-Z]\w*|[a-zA-Z]{3,})")  # fmt: skip
LETTER = re.compile(r"[^\W\d_]|\\(?!partial\b)[A-Za-z]+")


def read(tree: str, tex: str, is_function: Callable[[str], bool] = lambda name: False) -> list[list[Side]]:
    """Read a formula into chains of sides; lines of an `aligned` that begin with a relation go on.

    `tree` is KaTeX's, `is_function` says of a symbol whether parentheses behind it hold its arguments. Raises CannotRead.
    """
    if not tree:
        raise CannotRead("KaTeX cannot read the formula", 0)
    chains: list[list[Side]] = []
    for line in lines_of(nodes_of(tree)):
        _Reader(line, tex, is_function).line(chains)
    if not chains:
        raise CannotRead("the formula is empty", 0)
    return chains


def symbol_of(nodes: list[Raw], tex: str) -> list[str]:
    """The name of the one symbol that the nodes write, and its indices. Raises CannotRead where it is more or less."""
    node = _Reader(nodes, tex, lambda name: False).whole(_Reader.factor)
    if node.kind not in ("symbol", "index"):
        raise CannotRead("this is not one symbol", 0)
    symbol, *indices = node.parts or (node,)
    return [symbol.name, *(index.text for index in indices)]


class _Reader(Line):
    """Reads one line, or one group."""

    def line(self, chains: list[list[Side]]) -> None:
        """Add what the line states to the chains before it."""
        apart = True
        while self.item.kind:
            if self.item.kind == "text" or self.text in PAUSES:
                self.take()
                apart = True
                continue
            relation = self.relation()
            if not relation and not apart:
                raise self.unknown(self.item)
            if relation and not chains:
                raise CannotRead("the formula begins with a relation: nothing stands on its left", 0)
            if not relation:
                chains.append([])
            chains[-1].append(Side(relation, self.expression()))
            apart = False

    # -- operators, from the loosest to the tightest --

    def expressions(self) -> list[Node]:
        """Expressions with commas between."""
        parts = [self.expression()]
        while self.text in (",", ";"):
            self.take()
            parts.append(self.expression())
        return parts

    def expression(self) -> Node:
        sign = self.take() if self.text in SIGNS else None
        node = self.term()
        if sign and SIGNS[sign.text] == "subtract":
            node = self.node("negate", node, start=sign.start)
        while self.text in SIGNS:
            node = self.node(SIGNS[self.take().text], node, self.term())
        return node

    def term(self) -> Node:
        node = self.factor()
        while self.text in TIMES or self.begins_factor():
            node = self.node(TIMES[self.take().text] if self.text in TIMES else "multiply", node, self.factor())
        return node

    def begins_factor(self) -> bool:
        """Whether a factor may begin here without a sign; a bar closes, so a product of norms needs \\cdot or \\lVert."""
        return self.item.kind == "open" or (self.item.kind not in NOT_FACTORS and self.text not in BARS | NORMS | {"."})

    def factor(self) -> Node:
        node = self.scripted(self.base())
        if node.kind == "symbol" and self.is_function(node.name) and self.text in ("(", "["):
            node = self.scripted(self.call(node))
        return node

    def scripted(self, node: Node) -> Node:
        """With the scripts behind a closing sign."""
        return self.scripts(node, self.take().raw) if self.item.kind == "scripts" else node

    def call(self, function: Node) -> Node:
        closing, arguments = CLOSING[self.take().text], self.expressions()
        return self.node("call", function, *arguments, end=self.expect(closing).end)

    def inside(self, group: Raw) -> Node:
        """The expression that a group is. Raises CannotRead where it is more."""
        return self.within(group).whole(_Reader.expression)

    # -- what stands for itself --

    def base(self) -> Node:
        item = self.take()
        raw, end = item.raw, item.end
        if item.text in CLOSING:
            return self.fenced(item)
        match item.kind:
            case "supsub":
                return self.with_scripts(item)
            case "ordgroup":
                return self.inside(raw)
            case "genfrac":
                return self.derivative(item) or self.at(
                    item, "divide", self.inside(raw["numer"]), self.inside(raw["denom"])
                )
            case "sqrt":
                groups = (raw[key] for key in ("body", "index") if raw.get(key))
                return self.at(item, "root", *map(self.inside, groups))
            case "op" | "operatorname":
                return self.operator(item)
            case "array":
                return self.matrix(item)
            case "font" | "accent" | "overline":
                return self.decorated(item)
            case "textord" if item.text.isdigit():
                while self.item.kind and self.item.start == end and re.match(r"\d|\.\d", self.tex[end:]):
                    end = self.take().end
                return self.node("number", start=item.start, end=end, name=self.tex[item.start : end])
            case "textord" if item.text == r"\nabla":
                return self.node("nabla", self.factor(), start=item.start)
            case "mathord" | "textord" if LETTER.fullmatch(item.text):
                return self.at(item, "symbol", name=item.text)
        raise self.unknown(item)

    def fenced(self, opening: Item) -> Node:
        parts = self.expressions() if opening.text == "(" else [self.expression()]
        end, kind = self.expect(CLOSING[opening.text]).end, parts[0].kind
        if len(parts) > 1:
            kind = "tuple"
        elif opening.text in NORMS | BARS:
            kind = "norm" if opening.text in NORMS else "abs"
        elif kind in ("index", "group"):  # another script would mean another thing there
            kind = "group"
        else:
            return replace(parts[0], start=opening.start, end=end)
        return self.node(kind, *parts, start=opening.start, end=end)

    def matrix(self, item: Item) -> Node:
        environment = re.match(r"\\begin\s*\{(\w+\*?)\}", self.tex[item.start :])
        if not environment or environment[1] not in ("bmatrix", "pmatrix", "matrix"):
            raise CannotRead(f"cannot read an environment {environment[1] if environment else ''} here", item.start)
        rows = [[self.inside({"type": "ordgroup", "body": cell}) for cell in row if cell] for row in cells(item.raw)]
        return self.at(item, "matrix", *(self.node("row", *row) for row in rows if row))

    def decorated(self, item: Item) -> Node:
        """A symbol with a font, a hat, a bar: together one name."""
        mark = MARKS.get(item.raw.get("font") or item.raw.get("label", r"\overline").removeprefix("\\"))
        if mark is None:
            raise self.unknown(item)
        group = item.raw["base"] if item.kind == "accent" else item.raw["body"]
        letters = "".join(part.get("text", " ") for part in inner(group))
        if mark == "bf" and letters == "1":
            return self.at(item, "ones")
        if mark == "" and letters.isalpha():
            return self.at(item, "symbol", name=letters)
        found = self.within(group).whole(_Reader.factor)
        if found.kind != "symbol":
            raise CannotRead("a hat, bar or font on something that is not a symbol", found.start)
        return self.at(item, "symbol", name=f"{mark} {found.name}".strip())

    # -- what hangs on a base --

    def with_scripts(self, item: Item) -> Node:
        raw = item.raw
        if not raw.get("base"):
            raise CannotRead("a script with nothing before it", item.start)
        reader = self.within(raw["base"])
        if reader.item.kind in ("op", "operatorname"):
            return self.operator(reader.item, raw.get("sub"), raw.get("sup"))
        if reader.text == r"\nabla":
            if raw.get("sup") or not raw.get("sub"):
                raise self.unknown(item)
            by, of = self.inside(raw["sub"]), self.factor()
            return self.node("nabla", of, by, start=item.start, end=of.end)
        return self.scripts(reader.whole(_Reader.factor), raw)

    def scripts(self, node: Node, raw: Raw) -> Node:
        sub, sup = raw.get("sub"), raw.get("sup")
        text = self.written(sup).replace(" ", "") if sup else ""
        if sup and (text in STARS or re.fullmatch(r"\([\w+\-\\]+\)", text)):  # together a name, which may have indices
            if node.kind != "symbol":
                raise CannotRead("a star or a step number on something that is not a symbol", sup["loc"][0])
            node = replace(node, end=sup["loc"][1], name=f"{node.name}^{'*' if text in STARS else text}")
            sup = None
        if sub:
            node = self.subscript(node, sub)
        if not sup:
            return node
        if any(part.get("text") == r"\prime" for part in inner(sup)):
            raise CannotRead("a prime: write ^\\top for a transpose, \\frac{d}{dx} for a derivative", node.end)
        kind, exponent = (POWERS[text], ()) if text in POWERS else ("power", (self.inside(sup),))
        return self.node(kind, node, *exponent, end=sup.get("loc", (0, node.end))[1])

    def subscript(self, node: Node, sub: Raw) -> Node:
        text, (start, end) = self.written(sub), sub.get("loc", (node.end, node.end))
        if node.kind in ("norm", "abs"):
            return replace(node, end=end, name=text)
        if node.kind != "symbol":
            raise CannotRead("a subscript on something that is not a symbol", start)
        if label := LABEL.fullmatch(text):
            return replace(node, end=end, name=f"{node.name}_{label[1] or label[2]}")
        reader = self.within(sub)
        if re.fullmatch(r"[a-z ]{2,}", text):  # ij are two indices, and no product
            indices = [reader.base() for _ in reader.items]
        else:
            indices = reader.whole(_Reader.expressions)
        return self.node("index", node, *indices, end=max(node.end, end))

    # -- operators with a name --

    def operator(self, item: Item, sub: Raw | None = None, sup: Raw | None = None) -> Node:
        name = item.raw.get("name", "").removeprefix("\\")
        if item.kind == "operatorname":
            name = "".join(part.get("text", "") for part in item.raw["body"])
        if name == "arg" and self.item.raw.get("base", {}).get("name") == r"\min":
            name, sub = "argmin", self.take().raw.get("sub")
        if name in ("sum", "prod"):
            bounds = self.bounds(item, sub, sup)
        elif not name or item.raw.get("symbol"):
            raise self.unknown(item)
        elif sup:
            raise CannotRead("a power on the name of a function: put it behind the argument", item.end)
        elif name == "arg" or (name == "argmin" and not sub):
            raise CannotRead("expected \\arg\\min_… here: what is it the minimum over?", self.item.start)
        elif sub and name in ("argmin", "max", "min"):
            bounds = self.within(sub).whole(_Reader.expressions)
            if len(bounds) > 1:
                bounds = [self.node("tuple", *bounds)]
        elif sub:
            raise CannotRead("a subscript on the name of a function", item.end)
        else:
            function = self.at(item, "symbol", name=f"fn {name}")
            return self.call(function) if self.text in ("(", "[") else self.node("call", function, self.factor())
        of = self.term()
        kind = {"sum": "sum", "prod": "product", "argmin": "argmin"}.get(name, "extreme")
        return self.node(kind, of, *bounds, start=item.start, end=of.end, name=name)

    def bounds(self, item: Item, sub: Raw | None, sup: Raw | None) -> list[Node]:
        """What a sum runs over: nothing, an index, or an index with both bounds."""
        index = self.within(sub).whole(_Reader.lower) if sub else []
        if bool(sup) is not (len(index) == 2):
            has, lacks = ("an upper", "lower") if sup else ("a lower", "upper")
            raise CannotRead(f"a sum with {has} bound and no {lacks} one", item.start)
        return [*index, self.inside(sup)] if sup else index

    def lower(self) -> list[Node]:
        index = self.factor()
        return [index, self.expression()] if self.relation() == "=" else [index]

    def derivative(self, item: Item) -> Node | None:
        """A fraction that is the sign of a derivative."""
        top, bottom = self.within(item.raw["numer"]), self.within(item.raw["denom"])
        mark = top.text
        if mark not in (r"\partial", "d") or (mark == "d" and (bottom.text != "d" or len(bottom.items) != 2)):
            return None  # d may be a number of features
        top.take()
        bottom.expect(mark)
        of = top.whole(_Reader.factor) if top.item.kind else None
        by = bottom.whole(_Reader.factor)
        of = of or self.factor()
        return self.node("partial", of, by, start=item.start, end=max(item.end, of.end))
