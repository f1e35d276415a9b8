"""Read a formula into a tree that can be evaluated, from the tree that KaTeX makes of it.

KaTeX knows groups, scripts, fractions, fonts, accents and arrays, and the class of every sign. Here, precedence and the
conventions of the book are added. What cannot be read is a `CannotRead` that points at the place, never a silent pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Any

Raw = dict[str, Any]  # a node of KaTeX, as katex.py hands it out

RELATIONS = {
    "=": "=", r"\leftarrow": "<-", r"\gets": "<-", ":=": "<-", r"\coloneqq": "<-", r"\approx": "~", r"\le": "<=", r"\leq": "<=",
    r"\ge": ">=", r"\geq": ">=", "<": "<", ">": ">", r"\iff": "iff", r"\implies": "iff", r"\Longleftrightarrow": "iff",
    r"\Longrightarrow": "iff",
}  # fmt: skip
SILENT = {"spacing", "kern", "cr", "internal"}  # say nothing to compute
WRAPPERS = {"styling", "sizing", "color", "mclass", "tag"}  # change how their body looks
PARTS = ("body", "base", "sub", "sup", "numer", "denom", "index")
FONTS = {"mathbf": "bf", "boldsymbol": "bf", "mathrm": "", "mathit": "", "mathcal": "cal", "mathbb": "bb"}
ACCENTS = {
    r"\hat": "hat", r"\widehat": "hat", r"\bar": "bar", r"\tilde": "tilde", r"\widetilde": "tilde", r"\dot": "dot",
}  # fmt: skip
CLOSING = {
    "(": ")", "[": "]", r"\{": r"\}", r"\lbrace": r"\rbrace", "|": "|", r"\|": r"\|", r"\lvert": r"\rvert", r"\lVert": r"\rVert",
    r"\langle": r"\rangle",
}  # fmt: skip
NORMS, BARS = {r"\|", r"\lVert"}, {"|", r"\lvert"}
TIMES = {r"\cdot": "multiply", r"\times": "multiply", "*": "multiply", r"\odot": "hadamard", r"\circ": "hadamard", "/": "divide"}  # fmt: skip
POWERS = {
    r"\top": "transpose", "T": "transpose", r"\intercal": "transpose", r"\mathsf{T}": "transpose", r"\mathsfT": "transpose",
    "-1": "inverse", "+": "pinv", r"\dagger": "pinv",
}  # fmt: skip
STARS = {"*", r"\star", r"\ast"}
SIGNS = {"+": "add", "-": "subtract", "\u2212": "subtract"}
PAUSES = {",", ";", "."}  # between two statements, and at the end


class CannotRead(Exception):
    """The formula says something that this reader does not understand, at `offset` of its text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True)
class Node:
    """A part of a formula: what it is, where it stands, and what it is made of.

    kind: number, symbol, index, add, subtract, negate, multiply, hadamard, divide, power, transpose, inverse, pinv,
    root, norm, abs, sum, product, extreme, call, partial, nabla, argmin, matrix, tuple, group, ones.
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


@dataclass(frozen=True)
class Item:
    """A node of KaTeX on its line: `kind` is its type or, of a sign, its class; `text` the letter, the command or the sign."""

    kind: str
    text: str
    start: int
    end: int
    raw: Raw


@cache
def nodes_of(tree: str) -> list[Raw]:
    """The nodes of a tree that katex.py hands out."""
    found: list[Raw] = json.loads(tree)
    return found


def read(tree: str, tex: str, is_function: Callable[[str], bool] = lambda name: False) -> list[list[Side]]:
    """Read a formula into chains of sides; lines of an `aligned` that begin with a relation go on.

    `is_function` says of a symbol whether parentheses behind it hold its arguments. Raises CannotRead.
    """
    if not tree:
        raise CannotRead("KaTeX cannot read the formula", 0)
    nodes = nodes_of(tree)
    array = aligned(nodes)
    lines = [[node for cell in row for node in cell] for row in cells(array)] if array else [nodes]
    chains: list[list[Side]] = []
    for line in lines if array is None else [*lines, nodes[nodes.index(array) + 1 :]]:
        _read_line(_Reader(line, tex, is_function), chains)
    if not chains:
        raise CannotRead("the formula is empty", 0)
    return chains


def _read_line(reader: _Reader, chains: list[list[Side]]) -> None:
    """Add what a line states to the chains before it."""
    apart = True
    while reader.item:
        if reader.kind == "text" or reader.text in PAUSES:
            reader.take()
            apart = True
        elif relation := reader.relation():
            if not chains:
                raise reader.fail("the formula begins with a relation: nothing stands on its left", 0)
            chains[-1].append(Side(relation, reader.expression()))
            apart = False
        elif apart:
            chains.append([Side("", reader.expression())])
            apart = False
        else:
            raise reader.unknown()


def aligned(nodes: list[Raw]) -> Raw | None:
    """The array that a formula of several lines is made of."""
    return next((node for node in nodes if node["type"] == "array" and node.get("addJot")), None)


def cells(array: Raw) -> list[list[list[Raw]]]:
    """Rows of cells of an array, each in a style and a group of its own."""
    return [
        [cell["body"][0]["body"] if cell["type"] == "styling" else cell["body"] for cell in row]
        for row in array["body"]
    ]


def inner(node: Raw) -> list[Raw]:
    """What stands within braces, or without them."""
    return list(node["body"]) if node["type"] == "ordgroup" else [node]


def parts_of(node: Raw) -> list[Raw]:
    """The nodes that a node is made of; the rows and cells of an array one after the other."""
    found: list[Raw] = []
    for key in PARTS:
        parts = node.get(key)
        if isinstance(parts, dict):
            found.append(parts)
        elif isinstance(parts, list):
            found += chain.from_iterable(parts) if node["type"] == "array" else parts
    return found


def canonical(nodes: list[Raw], tex: str) -> str:
    """The name of the one symbol that the nodes write. Raises CannotRead where it is more or less."""
    reader = _Reader(nodes, tex)
    node = reader.whole(reader.factor)
    if node.kind not in ("symbol", "index"):
        raise CannotRead("this is not one symbol", 0)
    base, *indices = node.parts or (node,)
    return f"{base.name}_{','.join(index.name for index in indices)}" if indices else node.name


def _items(nodes: Iterable[Raw], at: int = 0) -> Iterator[Item]:
    """The nodes of a line side by side: no styles, and signs behind `\\left` and `\\big` as without."""
    for node in nodes:
        start, end = node.get("loc") or (at, at)
        kind, base = node["type"], node.get("base") or {}
        if kind in WRAPPERS:
            yield from _items(node["body"], start)
        elif kind == "leftright":
            yield Item("open", node["left"], start, start + len(node["left"]), node)
            yield from _items(node["body"], start)
            yield Item("close", node["right"], end - len(node["right"]), end, node)
        elif kind == "delimsizing":
            yield Item(node["mclass"].removeprefix("m"), node["delim"], start, end, node)
        elif kind == "atom":
            yield Item(node["family"], node["text"], start, end, node)
        elif kind == "supsub" and _ends_before_scripts(base):
            yield from _items([base], start)
            yield Item("scripts", "^" if node.get("sup") else "_", base["loc"][1], end, node)
        elif kind == "ordgroup" and not node["body"]:
            pass  # as KaTeX puts it before a relation at the beginning of a cell
        elif kind not in SILENT:
            yield Item(kind, node.get("text") or node.get("name") or "", start, end, node)
        at = end


def _ends_before_scripts(base: Raw) -> bool:
    """Whether KaTeX hangs scripts on the last sign of what they belong to: of (a + b)^2, |a|^2, 10^2."""
    text = base.get("text") or ""
    return (
        base.get("family") == "close"
        or base.get("type") in ("leftright", "delimsizing")
        or text.isdigit()
        or text in BARS | NORMS
    )


class _Reader:
    """Reads one line, or one group."""

    def __init__(
        self, nodes: list[Raw], tex: str, is_function: Callable[[str], bool] = lambda name: False, end: int = -1
    ) -> None:
        self.tex, self.is_function, self.end = tex, is_function, len(tex) if end < 0 else end
        self.items, self.place = list(_items(nodes)), 0

    @property
    def item(self) -> Item | None:
        return self.items[self.place] if self.place < len(self.items) else None

    @property
    def text(self) -> str:
        return self.item.text if self.item else ""

    @property
    def kind(self) -> str:
        return self.item.kind if self.item else ""

    def take(self) -> Item:
        if self.item is None:
            raise self.fail("the formula ends too early")
        self.place += 1
        return self.items[self.place - 1]

    def expect(self, text: str) -> Item:
        if self.text != text:
            raise self.fail(f"expected {text} here, found {self.text or 'the end'}")
        return self.take()

    def fail(self, message: str, offset: int | None = None) -> CannotRead:
        return CannotRead(message, offset if offset is not None else self.item.start if self.item else self.end)

    def unknown(self, item: Item | None = None) -> CannotRead:
        """The error where an item has no meaning here, named as the author writes it."""
        item = item or self.item
        assert item is not None
        return self.fail(f"cannot read {self.tex[item.start : item.end]} here", item.start)

    def group(self, node: Raw) -> _Reader:
        """A reader of what a group holds."""
        return _Reader(inner(node), self.tex, self.is_function, node.get("loc", (0, self.end))[1])

    def whole(self, read: Callable[[], Node]) -> Node:
        """What `read` finds, where nothing may follow."""
        found = read()
        if self.item:
            raise self.unknown()
        return found

    def within(self, node: Raw) -> Node:
        """The expression that a group holds."""
        reader = self.group(node)
        return reader.whole(reader.expression)

    def written(self, node: Raw) -> str:
        """A group as its author writes it, without braces."""
        start, end = node.get("loc") or (0, 0)
        text = self.tex[start:end]
        return text[1:-1].strip() if node["type"] == "ordgroup" and text.startswith("{") else text

    def relation(self) -> str:
        """Take a relation, if one is here."""
        text = self.tex[self.item.start : self.item.end] if self.kind == "htmlmathml" and self.item else self.text
        if text == ":" and [item.text for item in self.items[self.place + 1 : self.place + 2]] == ["="]:
            self.take()
            text = ":="
        if text in RELATIONS:
            self.take()
        return RELATIONS.get(text, "")

    # -- operators, from the loosest to the tightest --

    def expression(self) -> Node:
        start = self.item.start if self.item else self.end
        sign = SIGNS[self.take().text] if self.text in SIGNS else "add"
        node = self.term()
        if sign == "subtract":
            node = Node("negate", start, node.end, (node,))
        while self.text in SIGNS:
            kind, right = SIGNS[self.take().text], self.term()
            node = Node(kind, node.start, right.end, (node, right))
        return node

    def term(self) -> Node:
        node = self.factor()
        while self.text in TIMES or self.begins_factor():
            kind = TIMES[self.take().text] if self.text in TIMES else "multiply"
            right = self.factor()
            node = Node(kind, node.start, right.end, (node, right))
        return node

    def begins_factor(self) -> bool:
        """Whether a factor may begin here without a sign; a bar closes, so a product of norms needs \\cdot or \\lVert."""
        if self.kind in ("rel", "bin", "punct", "close", "inner", "scripts", "text", "htmlmathml", ""):
            return False
        return self.kind == "open" or self.text not in BARS | NORMS | {".", "/"}

    def factor(self) -> Node:
        node = self.scripted(self.base())
        if node.kind == "symbol" and self.is_function(node.name) and self.text in ("(", "["):
            node = self.scripted(self.call(node))
        return node

    def scripted(self, node: Node) -> Node:
        """With the scripts behind a closing sign."""
        return self.scripts(node, self.take().raw) if self.kind == "scripts" else node

    def call(self, function: Node) -> Node:
        closing, parts = CLOSING[self.take().text], [self.expression()]
        while self.text in (",", ";"):
            self.take()
            parts.append(self.expression())
        return Node("call", function.start, self.expect(closing).end, (function, *parts))

    # -- what stands for itself --

    def base(self) -> Node:
        item = self.take()
        raw, start, end = item.raw, item.start, item.end
        if item.kind == "open" or (item.kind == "textord" and item.text in CLOSING):
            return self.fenced(item)
        match item.kind:
            case "supsub":
                return self.with_scripts(item)
            case "ordgroup":
                return self.within(raw)
            case "genfrac":
                return self.derivative(item) or Node(
                    "divide", start, end, (self.within(raw["numer"]), self.within(raw["denom"]))
                )
            case "sqrt":
                order = (self.within(raw["index"]),) if raw.get("index") else ()
                return Node("root", start, end, (self.within(raw["body"]), *order))
            case "op" | "operatorname":
                return self.operator(item)
            case "array":
                return self.matrix(item)
            case "font" | "accent" | "overline":
                return self.decorated(item)
            case "textord" if item.text.isdigit():
                while self.item and self.item.start == end and re.fullmatch(r"[\d.]", self.text):
                    if self.text == "." and not self.tex[end + 1 : end + 2].isdigit():
                        break
                    end = self.take().end
                return Node("number", start, end, (), self.tex[start:end])
            case "textord" if item.text == r"\nabla":
                of = self.factor()
                return Node("nabla", start, of.end, (of,))
            case "mathord" | "textord" if re.fullmatch(r"[^\W\d_]|\\[A-Za-z]+", item.text) and item.text != r"\partial":
                return Node("symbol", start, end, (), item.text)
        raise self.unknown(item)

    def fenced(self, opening: Item) -> Node:
        if opening.text not in CLOSING:
            raise self.unknown(opening)
        closing, parts = CLOSING[opening.text], [self.expression()]
        while opening.text == "(" and self.text == ",":
            self.take()
            parts.append(self.expression())
        end, node = self.expect(closing).end, parts[0]
        if len(parts) > 1:
            return Node("tuple", opening.start, end, tuple(parts))
        if opening.text in NORMS or opening.text in BARS:
            return Node("norm" if opening.text in NORMS else "abs", opening.start, end, (node,))
        if node.kind in ("index", "group"):  # another script would mean another thing there
            return Node("group", opening.start, end, (node,))
        return replace(node, start=opening.start, end=end)

    def matrix(self, item: Item) -> Node:
        environment = re.match(r"\\begin\s*\{(\w+\*?)\}", self.tex[item.start :])
        if not environment or environment[1] not in ("bmatrix", "pmatrix", "matrix"):
            raise self.fail(f"cannot read an environment {environment[1] if environment else ''} here", item.start)
        rows = [[self.within({"type": "ordgroup", "body": cell}) for cell in row if cell] for row in cells(item.raw)]
        made = tuple(Node("row", row[0].start, row[-1].end, tuple(row)) for row in rows if row)
        return Node("matrix", item.start, item.end, made)

    def decorated(self, item: Item) -> Node:
        raw = item.raw
        body = inner(raw["base"] if item.kind == "accent" else raw["body"])
        mark = FONTS.get(raw["font"]) if item.kind == "font" else ACCENTS.get(raw.get("label", r"\bar"))
        if mark is None:
            raise self.unknown(item)
        letters = "".join(part.get("text", " ") for part in body)
        if mark == "bf" and letters == "1":
            return Node("ones", item.start, item.end)
        if mark == "" and letters.isalpha():
            return Node("symbol", item.start, item.end, (), letters)
        reader = _Reader(body, self.tex, self.is_function, item.end)
        found = reader.whole(reader.factor)
        if found.kind != "symbol":
            raise self.fail("a hat, bar or font on something that is not a symbol", found.start)
        return Node("symbol", item.start, item.end, (), f"{mark} {found.name}" if mark else found.name)

    # -- what hangs on a base --

    def with_scripts(self, item: Item) -> Node:
        raw = item.raw
        if not raw.get("base"):
            raise self.fail("a script with nothing before it", item.start)
        reader = _Reader([raw["base"]], self.tex, self.is_function, item.end)
        base = reader.item
        if base and base.kind in ("op", "operatorname"):
            return self.operator(base, raw.get("sub"), raw.get("sup"))
        if base and base.text == r"\nabla":
            if raw.get("sup") or not raw.get("sub"):
                raise self.unknown(item)
            by, of = self.within(raw["sub"]), self.factor()
            return Node("nabla", item.start, of.end, (of, by))
        return self.scripts(reader.whole(reader.factor), raw)

    def scripts(self, node: Node, raw: Raw) -> Node:
        sub, sup = raw.get("sub"), raw.get("sup")
        if sup and self.names_step(sup):  # which makes a name that may have indices
            node, sup = self.superscript(node, sup), None
        if sub:
            node = self.subscript(node, sub)
        return self.superscript(node, sup) if sup else node

    def subscript(self, node: Node, sub: Raw) -> Node:
        text, (start, end) = self.written(sub), sub["loc"]
        if node.kind in ("norm", "abs"):
            return Node(node.kind, node.start, end, node.parts, text)
        if node.kind != "symbol":
            raise self.fail("a subscript on something that is not a symbol", start)
        label = re.fullmatch(
            r"\\(?:text|mathrm|operatorname|mathit)\s*\{([^}]*)\}|(\\[a-zA-Z]+(?:\{[^}]*\})?|[A-Z]\w*|[a-zA-Z]{3,})",
            text,
        )
        if label:
            return Node("symbol", node.start, end, (), f"{node.name}_{label[1] or label[2]}")
        parts: list[list[Raw]] = [[]]
        for part in inner(sub):
            if part.get("text") == ",":
                parts.append([])
            else:
                parts[-1].append(part)
        if len(parts) == 1 and re.fullmatch(r"[a-z ]{2,}", text):
            parts = [[part] for part in parts[0] if part["type"] not in SILENT]
        readers = [_Reader(part, self.tex, self.is_function, end) for part in parts]
        indices = [reader.whole(reader.expression) for reader in readers]
        named = [replace(index, name=self.tex[index.start : index.end]) for index in indices]
        return Node("index", node.start, end, (node, *named))

    def names_step(self, sup: Raw) -> bool:
        """Whether a superscript is a star or the number of a step."""
        text = self.written(sup).replace(" ", "")
        return text in STARS or bool(re.fullmatch(r"\([\w+\-\\]+\)", text))

    def superscript(self, node: Node, sup: Raw) -> Node:
        text, end = self.written(sup).replace(" ", ""), sup["loc"][1] if "loc" in sup else node.end
        if any(part.get("text") == r"\prime" for part in inner(sup)):
            raise self.fail("a prime: write ^\\top for a transpose, \\frac{d}{dx} for a derivative", node.end)
        if text in POWERS:
            return Node(POWERS[text], node.start, end, (node,))
        if self.names_step(sup):
            if node.kind != "symbol":
                raise self.fail("a star or a step number on something that is not a symbol", sup["loc"][0])
            return Node("symbol", node.start, end, (), f"{node.name}^{'*' if text in STARS else text}")
        return Node("power", node.start, end, (node, self.within(sup)))

    # -- operators with a name --

    def operator(self, item: Item, sub: Raw | None = None, sup: Raw | None = None) -> Node:
        name = item.text.removeprefix("\\") or "".join(
            part.get("text", "") for part in inner(item.raw) if part["type"] not in SILENT
        )
        if item.kind == "operatorname":
            name = "".join(part.get("text", "") for part in item.raw["body"])
        if name in ("sum", "prod"):
            bounds = self.bounds(item, sub, sup)
            of = self.term()
            return Node("sum" if name == "sum" else "product", item.start, of.end, (of, *bounds))
        if name == "arg":
            if self.kind != "supsub" or not self.item or self.item.raw["base"].get("name") != r"\min":
                raise self.fail("expected \\min_… behind \\arg: what is it the minimum over?")
            name, sub = "argmin", self.take().raw.get("sub")
        if name == "argmin":
            if not sub:
                raise self.fail("expected _ here: what is it the minimum over?")
            by = self.variables(sub)
            of = self.term()
            return Node("argmin", item.start, of.end, (of, by))
        if item.raw.get("symbol") or not name:
            raise self.unknown(item)
        if sup:
            raise self.fail("a power on the name of a function: put it behind the argument", item.end)
        if sub and name in ("max", "min"):
            index, of = self.within(sub), self.term()
            return Node("extreme", item.start, of.end, (of, index), name)
        if sub:
            raise self.fail("a subscript on the name of a function", item.end)
        function = Node("symbol", item.start, item.end, (), f"fn {name}")
        if self.text in ("(", "["):
            return self.call(function)
        of = self.factor()
        return Node("call", item.start, of.end, (function, of))

    def bounds(self, item: Item, sub: Raw | None, sup: Raw | None) -> tuple[Node, ...]:
        """What a sum runs over: nothing, an index, or an index with both bounds."""
        if sub is None:
            if sup:
                raise self.fail("a sum with an upper bound and no lower one", item.start)
            return ()
        reader = self.group(sub)
        index = [reader.factor()]
        if reader.relation() == "=":
            index.append(reader.expression())
        if reader.item:
            raise reader.unknown()
        if len(index) == 2 and not sup:
            raise self.fail("a sum with a lower bound and no upper one", item.start)
        if sup and len(index) < 2:
            raise self.fail("a sum with an upper bound and no lower one", item.start)
        return (*index, self.within(sup)) if sup else tuple(index)

    def variables(self, sub: Raw) -> Node:
        """What a minimum is taken over."""
        reader = self.group(sub)
        parts = [reader.factor()]
        while reader.text == ",":
            reader.take()
            parts.append(reader.factor())
        if reader.item:
            raise reader.unknown()
        return parts[0] if len(parts) == 1 else Node("tuple", parts[0].start, parts[-1].end, tuple(parts))

    def derivative(self, item: Item) -> Node | None:
        """A fraction that is the sign of a derivative."""
        top, bottom = self.group(item.raw["numer"]), self.group(item.raw["denom"])
        mark = top.text
        if mark not in (r"\partial", "d") or (mark == "d" and (bottom.text != "d" or len(bottom.items) != 2)):
            return None  # d may be a number of features
        top.take()
        if bottom.text != mark:
            raise bottom.fail(r"expected \partial in the denominator")
        bottom.take()
        of = top.whole(top.factor) if top.item else None
        by = bottom.whole(bottom.factor)
        of = of or self.factor()
        return Node("partial", item.start, max(item.end, of.end), (of, by))
