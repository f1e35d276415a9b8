"""What the rooms hand to each other: pages and what was found on them, and what came of running them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, order=True)
class Problem:
    """A fault that an author has to mend: where it is, what is wrong, and what to do."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


Fault = tuple[int, str]  # a line of a page's text or of a module, and what is wrong there


@dataclass(frozen=True)
class Segment:
    """A run of whole statements and where it stands: `file:line` is its first line."""

    file: str
    line: int
    source: str
    section: str = ""


@dataclass(frozen=True)
class Block:
    """A fenced block; one that runs may need a package that the Python in the page lacks, and raise an exception."""

    line: int
    end: int  # that of the fence which closes it
    language: str
    options: dict[str, str]
    source: str
    prefix: str  # stands before both fences
    code: str  # what readers see: the source with includes in place
    segments: tuple[Segment, ...] = ()  # the statements of a block that runs: its own and those that it includes
    record: "Block | None" = None  # of its output

    @property
    def title(self) -> str:
        return self.options.get("title", "")

    @property
    def alts(self) -> list[str]:
        return [text.strip() for text in self.options.get("alt", "").split(" | ") if text.strip()]

    @property
    def raises(self) -> str:
        return self.options.get("raises", "")

    @property
    def fold(self) -> bool:
        """Whether its code is folded away behind what it draws and prints."""
        return "fold" in self.options

    @property
    def here(self) -> str:
        return self.options.get("here", "")

    @property
    def needs(self) -> str:
        return self.options.get("needs", "")


@dataclass(frozen=True)
class Number:
    """A number in the prose, or one that a comment names below the title, formula or alt text that holds it."""

    line: int
    span: tuple[int, int]  # in the page's text
    text: str
    expression: str
    comment_line: int
    element: tuple[int, int] | None = None  # the span of what holds it


@dataclass(frozen=True)
class Statement:
    """An expression that proves a sentence of the prose: it must be true where it is evaluated."""

    line: int  # of its comment
    place: int  # the line at which it is evaluated: the same, or that of the heading behind its section
    expression: str
    numbers: tuple[float, ...]  # that stand in its paragraph, without their signs


@dataclass(frozen=True)
class Binding:
    """The code that a formula stands for; where it is `actual`, with the page's values instead of random ones."""

    line: int
    code: str
    where: str = ""
    actual: bool = False


@dataclass(frozen=True)
class Formula:
    """A formula, with a binding to code, or a mark, or neither."""

    line: int
    column: int  # from 1, where its TeX begins
    tex: str
    display: bool
    span: tuple[int, int]  # in the page's text
    binding: Binding | None = None
    defines: bool = False  # marked as a definition: there is nothing to check
    here: str = ""  # what it says of symbols that are others here than in the notation table

    @property
    def key(self) -> tuple[str, bool, str]:
        """What decides how it is set."""
        return self.tex, self.display, self.here


@dataclass(frozen=True)
class Source:
    """The text of a page in Markdown, as which a notebook is written, and for each line that of the author's file."""

    uri: str
    file: str
    text: str
    lines: tuple[int, ...]

    @property
    def stem(self) -> str:
        return self.uri.rsplit(".", 1)[0]

    @property
    def is_notebook(self) -> bool:
        return self.uri.endswith(".ipynb")

    def problem(self, line: int, message: str) -> Problem:
        """A problem at a line of `text`, reported at the line of the author's file."""
        return Problem(self.file, self.lines[min(line, len(self.lines)) - 1], message)


@dataclass(frozen=True)
class Page(Source):
    """A page with what was found on it."""

    meta: dict[str, Any]
    body_line: int  # the first below the front matter
    blocks: tuple[Block, ...]
    numbers: tuple[Number, ...]
    statements: tuple[Statement, ...]
    marks: Counter[str]  # how many numbers are marked as a version, and as quoted
    formulas: tuple[Formula, ...]
    comments: tuple[tuple[int, int], ...]  # their spans in the text
    links: tuple[tuple[int, str], ...]  # lines and addresses of links and pictures
    anchors: frozenset[str]
    bold: frozenset[tuple[str, str]]  # what stands in bold, each behind the id of the heading above it
    words: int
    problems: tuple[Problem, ...]
    runnable: bool  # whether its fences have no faults

    @property
    def is_chapter(self) -> bool:
        """Whether the page has a number, a module and tests of its own."""
        return bool(self.meta.get("level")) and not self.is_notebook

    @property
    def code_blocks(self) -> list[Block]:
        return [block for block in self.blocks if block.language == "python"]

    @property
    def bound_formulas(self) -> list[Formula]:
        return [formula for formula in self.formulas if formula.binding]


@dataclass(frozen=True)
class Meaning:
    """A row of the notation table: what a symbol stands for."""

    symbol: str
    tex: str
    python: str  # of a symbol with indices, as x_{ij}, an expression like `X[i, j]`
    shape: tuple[str, ...] | None
    text: str
    definitions: tuple[str, ...] = ()  # the expressions that it equals
    parameters: tuple[str, ...] = ()  # of a function
    base: str = ""
    indices: tuple[str, ...] = ()
    index_size: str = ""  # how far an index runs
    positive: bool = False
    integer: bool = False
    pages: frozenset[str] = frozenset()
    line: int = 0


@dataclass(frozen=True)
class Term:
    """A row of the table of terms."""

    written: tuple[str, ...]  # its names as the table has them; those in italics are everyday words, too
    sentence: str
    uri: str
    anchor: str  # of the section that explains it, "" for what stands before the first
    line: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name.strip("*") for name in self.written)

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def answering(self) -> list[str]:
        """The names that answer wherever they stand."""
        return [name for name in self.written if not name.startswith("*")]


@dataclass(frozen=True)
class Check:
    """A formula to compare with the code that it is bound to; `tree` is KaTeX's, empty where KaTeX cannot read it."""

    tex: str
    binding: Binding
    tree: str = ""


Item = Block | Number | Statement | Check  # what is run of a page


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
class Known:
    """What a name of the page is behind a block: its type, and its shape, which is () for a number and None for no numbers."""

    name: str
    type: str
    shape: tuple[int, ...] | None


@dataclass(frozen=True)
class Figure:
    """A figure as SVG, by a name that is unique on its page, with the pictures in it and what its author left out.

    `plot` says in lines of text what it draws (`running/plots.py`); the Python in the page does without.
    """

    name: str
    svg: str
    images: dict[str, bytes] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    plot: str = ""


@dataclass(frozen=True)
class Ran:
    """What came of a block: text and figures as they came, the facts of its statements, and what its names are behind it."""

    outcome: str
    pieces: tuple[str | Figure, ...] = ()
    problems: tuple[Problem, ...] = ()
    statements: tuple[Facts, ...] = ()
    known: tuple[Known, ...] = ()


@dataclass(frozen=True)
class Formatted:
    """The text that an expression of the prose gives, or what is wrong with the expression."""

    text: str = ""
    error: str = ""


@dataclass(frozen=True)
class Held:
    """What is wrong with a statement, or the spans of the bounds typed in it and the values that they are compared with."""

    error: str = ""
    bounds: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True)
class Checked:
    """How many draws agreed, or what does not hold and at which offset of the formula; None: the comment is wrong."""

    agreed: int
    error: str = ""
    offset: int | None = 0
