"""The tree of a formula: as KaTeX hands it out, its signs side by side, and as it can be evaluated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any, Self, TypeVar

Found = TypeVar("Found")
Raw = dict[str, Any]  # a node of KaTeX, as katex.py hands it out

PARTS = ("body", "base", "sub", "sup", "numer", "denom", "index")
SILENT = {"spacing", "kern", "cr", "internal"}  # say nothing to compute
WRAPPERS = {"styling", "sizing", "color", "mclass", "tag"}  # change how their body looks
RELATIONS = {
    "=": "=", r"\leftarrow": "<-", r"\gets": "<-", ":=": "<-", r"\coloneqq": "<-", r"\approx": "~", r"\le": "<=", r"\leq": "<=",
    r"\ge": ">=", r"\geq": ">=", "<": "<", ">": ">", r"\iff": "iff", r"\Longleftrightarrow": "iff", r"\Longrightarrow": "iff",
}  # fmt: skip
NORMS, BARS = {r"\|", r"\lVert"}, {"|", r"\lvert"}


class Fault(Exception):
    """What is wrong with a formula, at `offset` of its text; None: its comment is wrong."""

    def __init__(self, message: str, offset: int | None = 0) -> None:
        super().__init__(message)
        self.offset = offset


class CannotRead(Fault):
    """The formula says something that the reader does not understand."""


class DoesNotHold(Fault):
    """The formula and the code part ways, or a side cannot be evaluated."""


@dataclass(frozen=True)
class Node:
    """A part of a formula: what it is, where it stands, and what it is made of.

    kind: number, symbol, index, add, subtract, negate, multiply, hadamard, divide, power, transpose, inverse, pinv,
    root, norm, abs, sum, product, extreme, call, partial, nabla, argmin, matrix, tuple, group, ones.
    """

    kind: str
    tex: str = field(repr=False)  # of the whole formula
    start: int
    end: int
    parts: tuple[Node, ...] = ()
    name: str = ""

    @property
    def text(self) -> str:
        """The part as its author writes it."""
        return self.tex[self.start : self.end]

    def walk(self) -> Iterator[Node]:
        """The part and all that it is made of."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def wrong(self, message: str) -> DoesNotHold:
        """The error to raise for this part."""
        return DoesNotHold(message, self.start)


@dataclass(frozen=True)
class Side:
    """One side of a relation; `relation` stands before it (none before the first)."""

    relation: str
    node: Node


# ---- KaTeX's own tree ----


@cache
def nodes_of(tree: str) -> list[Raw]:
    """The nodes of a tree that katex.py hands out."""
    found: list[Raw] = json.loads(tree)
    return found


def aligned(nodes: list[Raw]) -> Raw | None:
    """The array that a formula of several lines is made of."""
    return next((node for node in nodes if node["type"] == "array" and node.get("addJot")), None)


def cells(array: Raw) -> list[list[list[Raw]]]:
    """Rows of cells of an array; KaTeX puts a style and a group around the nodes of each."""
    return [[inner(cell["body"][0] if cell["type"] == "styling" else cell) for cell in row] for row in array["body"]]


def lines_of(nodes: list[Raw]) -> list[list[Raw]]:
    """The nodes of each line of an aligned formula; of another, its nodes as they are."""
    if array := aligned(nodes):
        return [*(list(chain(*row)) for row in cells(array)), nodes[nodes.index(array) + 1 :]]
    return [nodes]


def inner(node: Raw) -> list[Raw]:
    """What stands within braces, or without them."""
    return list(node["body"]) if node["type"] == "ordgroup" else [node]


def parts_of(node: Raw) -> list[Raw]:
    """The nodes that a node is made of; the rows and cells of an array one after the other."""
    found: list[Raw] = []
    for part in map(node.get, PARTS):
        if isinstance(part, list):
            found += chain.from_iterable(part) if node["type"] == "array" else part
        elif isinstance(part, dict):
            found.append(part)
    return found


@dataclass(frozen=True)
class Item:
    """A node on its line: `kind` is its type or, of a sign, its class; `text` its letter or sign, else what stands there."""

    kind: str
    text: str
    start: int
    end: int
    raw: Raw


def _items(nodes: Iterable[Raw], tex: str, at: int = 0) -> Iterator[Item]:
    """The nodes of a line side by side: without styles, and with the signs of `\\left` and `\\big` as plain ones."""
    for node in nodes:
        start, end = node.get("loc") or (at, at)
        kind = node["type"]
        if kind in WRAPPERS:
            yield from _items(node["body"], tex, start)
        elif kind == "leftright":
            yield Item("open", node["left"], start, start + len(node["left"]), node)
            yield from _items(node["body"], tex, start)
            yield Item("close", node["right"], end - len(node["right"]), end, node)
        elif kind == "delimsizing":
            yield Item(node["mclass"].removeprefix("m"), node["delim"], start, end, node)
        elif kind == "supsub" and _ends_before_scripts(node.get("base") or {}):
            yield from _items([node["base"]], tex, start)
            yield Item("scripts", tex[node["base"]["loc"][1] : end], node["base"]["loc"][1], end, node)
        elif kind not in SILENT and node.get("body") != []:  # KaTeX puts {} before a relation that begins a cell
            text = node.get("text") or node.get("name") or tex[start:end]
            yield Item("rel" if kind == "htmlmathml" else node.get("family") or kind, text, start, end, node)
        at = end


def _ends_before_scripts(base: Raw) -> bool:
    """Whether KaTeX hangs scripts on the last sign of what they belong to: of (a + b)^2, |a|^2, 10^2."""
    text = base.get("text") or ""
    closes = base.get("family") == "close" or base.get("type") in ("leftright", "delimsizing")
    return closes or text.isdigit() or text in BARS | NORMS


class Line:
    """The items of a line or of a group, and where its reader stands; `end` is where it ends in the formula."""

    def __init__(self, nodes: list[Raw], tex: str, is_function: Callable[[str], bool], end: int | None = None) -> None:
        self.tex, self.is_function, self.end = tex, is_function, len(tex) if end is None else end
        self.items, self.place = list(_items(nodes, tex)), 0

    @property
    def item(self) -> Item:
        """The next item; behind the last, one without a kind."""
        return self.items[self.place] if self.place < len(self.items) else Item("", "", self.end, self.end, {})

    @property
    def text(self) -> str:
        """What the next item says."""
        return self.item.text

    def take(self) -> Item:
        """Go on behind the next item. Raises CannotRead where there is none."""
        if not self.item.kind:
            raise CannotRead("the formula ends too early", self.end)
        self.place += 1
        return self.items[self.place - 1]

    def expect(self, text: str) -> Item:
        """Go on behind the next item, which must say this. Raises CannotRead."""
        if self.text != text:
            raise CannotRead(f"expected {text} here, found {self.text or 'the end'}", self.item.start)
        return self.take()

    def relation(self) -> str:
        """Go on behind a relation, if one is here; "" if not."""
        if [item.text for item in self.items[self.place : self.place + 2]] == [":", "="]:
            self.place += 2
            return RELATIONS[":="]
        return RELATIONS[self.take().text] if self.text in RELATIONS else ""

    def unknown(self, item: Item) -> CannotRead:
        """The error where an item has no meaning, named as the author writes it."""
        return CannotRead(f"cannot read {self.tex[item.start : item.end]} here", item.start)

    def node(self, kind: str, *parts: Node, start: int = -1, end: int = -1, name: str = "") -> Node:
        """A node that begins and ends with its parts, where no other place is given."""
        start, end = parts[0].start if start < 0 else start, parts[-1].end if end < 0 else end
        return Node(kind, self.tex, start, end, parts, name)

    def at(self, item: Item, kind: str, *parts: Node, name: str = "") -> Node:
        return Node(kind, self.tex, item.start, item.end, parts, name)

    def written(self, group: Raw) -> str:
        """A group as its author writes it, without braces."""
        text = self.tex[slice(*group.get("loc", (0, 0)))]
        return text[1:-1].strip() if group["type"] == "ordgroup" and text.startswith("{") else text

    def within(self, group: Raw) -> Self:
        """What stands in a group, to be read from its beginning."""
        return type(self)(inner(group), self.tex, self.is_function, group.get("loc", (0, self.end))[1])

    def whole(self, read: Callable[[Self], Found]) -> Found:
        """What `read` finds, where nothing may follow. Raises CannotRead."""
        found = read(self)
        if self.item.kind:
            raise self.unknown(self.item)
        return found
