"""What travels between the parts of the engine: pages and what is found on them, jobs and answers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

DEFINITION = re.compile(r"^(?:def|class|@)", re.M)


@dataclass(frozen=True, order=True)
class Problem:
    """Something an author has to mend: where it is, what is wrong, and what to do."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


# ---- what stands on a page ----


@dataclass(frozen=True)
class Segment:
    """A run of whole statements and where it stands: `file:line` is its first line."""

    file: str
    line: int
    source: str
    section: str = ""


@dataclass(frozen=True)
class Block:
    """A fenced block: `line` and `end` are those of its fences, `prefix` stands before both."""

    line: int
    end: int
    language: str
    options: dict[str, str]
    source: str
    prefix: str
    segments: tuple[Segment, ...] = ()

    @property
    def code(self) -> str:
        """The source with its includes in place, as the reader sees it."""
        text = ""
        for before, segment in zip((None, *self.segments), self.segments, strict=False):
            # Functions keep their distance, also where two includes stand line by line.
            apart = before and any(part.section and DEFINITION.search(part.source) for part in (before, segment))
            text = f"{text.rstrip()}\n\n\n{segment.source.lstrip(chr(10))}" if apart else text + segment.source
        return text or self.source

    @property
    def alts(self) -> list[str]:
        """The alt texts, one a figure."""
        return [text.strip() for text in self.options.get("alt", "").split(" | ") if text.strip()]


@dataclass(frozen=True)
class Number:
    """A number in the prose with the expression that makes it; `start:end` lie in `line`.

    One that is bound from beneath stands in its comment, and in the page's text within `element`.
    """

    line: int
    start: int
    end: int
    text: str
    expression: str
    comment_line: int
    element: tuple[int, int] | None = None


@dataclass(frozen=True)
class Binding:
    """The code that a formula stands for; `actual` means the page's values instead of random ones."""

    line: int
    code: str
    where: str = ""
    actual: bool = False


@dataclass(frozen=True)
class Formula:
    """A formula: its TeX, where the TeX begins, and the offsets of the whole in the page's text.

    It has a binding to code, or a mark (definition, statement), or neither.
    """

    line: int
    column: int
    tex: str
    display: bool
    span: tuple[int, int]
    binding: Binding | None = None
    mark: str = ""


@dataclass(frozen=True)
class Link:
    """A link to another place of the book, as written."""

    line: int
    href: str


@dataclass(frozen=True)
class Page:
    """A page as its author wrote it, and what was found on it.

    `text` is Markdown; for a notebook it is the notebook written as Markdown, and `lines` leads
    from a line of the text to the line of the author's file.
    """

    uri: str
    file: str
    text: str
    lines: tuple[int, ...]
    meta: dict[str, Any]
    body_line: int
    blocks: tuple[Block, ...]
    numbers: tuple[Number, ...]
    marks: Counter[str]
    formulas: tuple[Formula, ...]
    comments: tuple[tuple[int, int], ...]
    links: tuple[Link, ...]
    anchors: frozenset[str]
    words: int
    problems: tuple[Problem, ...]
    runnable: bool = True

    @property
    def stem(self) -> str:
        return self.uri.rsplit(".", 1)[0]

    @property
    def is_notebook(self) -> bool:
        return self.uri.endswith(".ipynb")

    @property
    def is_chapter(self) -> bool:
        """Whether the page has a number, a module and tests of its own."""
        return bool(self.meta.get("level")) and not self.is_notebook

    @property
    def code_blocks(self) -> list[Block]:
        """The blocks that run, in page order."""
        return [block for block in self.blocks if block.language == "python"]

    @property
    def bound_formulas(self) -> list[Formula]:
        """The formulas that are compared with code."""
        return [formula for formula in self.formulas if formula.binding]

    def record_of(self, block: Block) -> Block | None:
        """The recorded output beneath a block."""
        place = self.blocks.index(block) + 1
        after = self.blocks[place] if place < len(self.blocks) else None
        return after if after and after.language == "output" and self.follows(block, after) else None

    def follows(self, block: Block, after: Block) -> bool:
        """Whether nothing but blank lines stands between two blocks of one container."""
        between = _lines_of(self.text)[block.end : after.line - 1]
        one, other = (re.sub(">[ \t]?", ">", prefix.expandtabs(4)) for prefix in (block.prefix, after.prefix))
        return one == other and not "".join(between).strip(" >\t")

    def problem(self, line: int, message: str) -> Problem:
        """A problem at a line of `text`, told at the line of the author's file."""
        return Problem(self.file, self.lines[min(line, len(self.lines)) - 1], message)


# Asked for by each block of one page after the other.
@lru_cache(maxsize=1)
def _lines_of(text: str) -> list[str]:
    return text.split("\n")


# ---- what is run, and what came of it ----


@dataclass(frozen=True)
class Code:
    """A block to run: each segment is (file, first line, source)."""

    line: int
    segments: tuple[tuple[str, int, str], ...]
    raises: str = ""


@dataclass(frozen=True)
class Value:
    """An expression of the prose."""

    expression: str


@dataclass(frozen=True)
class Check:
    """A formula to compare with the code that it is bound to."""

    tex: str
    binding: Binding


Item = Code | Value | Check


@dataclass(frozen=True)
class Job:
    """A page to run, in page order; `folder` is its working folder, `log` where a crash is told.

    `libraries` are loaded once, before the page's process is forked, and serve later pages too.
    """

    root: str
    file: str
    name: str
    items: tuple[Item, ...]
    meanings: dict[str, Meaning]
    libraries: tuple[str, ...]
    style: str
    time_limit: float
    folder: str
    data: str
    log: str
    package: str = "snippets"


@dataclass(frozen=True)
class Facts:
    """What the run of a statement told: the names it read, bound and changed in place, and the data files it opened."""

    reads: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    prints: bool = False
    draws: bool = False
    fails: bool = False


@dataclass(frozen=True)
class Figure:
    """A figure as SVG, the pictures it refers to, and what its author left out."""

    svg: str
    images: dict[str, bytes] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ran:
    """What came of a block: pieces are printed text and figures, in the order they came; and the facts of its statements."""

    outcome: str
    pieces: tuple[str | Figure, ...] = ()
    problems: tuple[tuple[str, int, str], ...] = ()
    statements: tuple[Facts, ...] = ()


@dataclass(frozen=True)
class Formatted:
    """The text that an expression of the prose gives, or what is wrong with it."""

    text: str = ""
    error: str = ""


# ---- formulas and what they are bound to ----


@dataclass(frozen=True)
class Meaning:
    """A row of the notation table: what a symbol stands for.

    `definitions` are the expressions that it equals, `parameters` those of a function. A symbol with
    indices, as x_{ij}, has them in `indices` and an expression like `X[i, j]` in `python`. For an index
    itself, `index_size` is how far it runs.
    """

    symbol: str
    tex: str
    python: str
    shape: tuple[str, ...] | None
    text: str
    definitions: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    base: str = ""
    indices: tuple[str, ...] = ()
    index_size: str = ""
    positive: bool = False
    integer: bool = False
    pages: frozenset[str] = frozenset()
    line: int = 0


@dataclass(frozen=True)
class Checked:
    """How many draws agreed, or what does not hold and at which offset of the formula."""

    agreed: int
    error: str = ""
    offset: int = 0
