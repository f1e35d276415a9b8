"""Find what stands in the prose of a page: numbers and their expressions, formulas and what they are bound to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from asrun.model import Binding, Block, Formula, Number, Problem, Source
from asrun.reading.options import OPTIONS

# A number may stand in _emphasis_, but x_1 holds none.
DECIMAL = re.compile(
    r"(?:(?<![^\W_])(?<![)\].])[-+\u2212])?(?<![^\W_])(?<![^\W_]_)(?<![.,])\d[\d,]*\.\d+(?:\.\d+)*(?:e[-+]?\d+)?%?"
)
NUMBER_BEFORE = re.compile(
    r"(?P<number>(?:(?<![^\W_])(?<![)\].])[-+\u2212])?(?<![^\W_])(?<![^\W_]_)(?<!\.)(?:\d+/\d+|\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?))[*_]{0,3}$"
)
# What is not prose. The leftmost alternative wins, as it does for a reader.
NOT_PROSE = re.compile(
    r"""(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t>]*\n).)+?(?<!`)(?P=ticks)(?!`))
      | (?P<comment><!--.*?-->)
      | (?P<display>(?<!\\)\$\$.+?\$\$)
      | (?P<inline>(?<![\\$])\$(?![\s$])(?:\\.|[^\\$])+?(?<!\s)\$)
      | (?P<tag></?[a-zA-Z][^<>]*>)
      | (?P<target>\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\))
      | (?P<reference>^[ \t]*\[[^\]\n^]+\]:[ \t].*$)
      | (?P<attributes>\{[:#.][^}\n]*\})
      | (?P<url>\bhttps?://\S+)""",
    re.S | re.M | re.X,
)
BINDING = re.compile(r"<!--\s*(?P<literal>[^\s=]+)?\s*=(?!=)\s*(?P<expression>.+?)\s*-->", re.S)
MARK = re.compile(r"<!--\s*(?P<kind>version|quoted:\s*\S.*?)\s*-->", re.S)
BOUND = re.compile(r"<!--\s*(?P<kind>code|value):\s*(?P<code>.+?)(?:\s+where\s+(?P<where>.+?))?\s*-->", re.S)
QUOTE = re.compile(r"(?:[ \t]*>)+[ \t]?")  # before a line of a block quote
MARKED = re.compile(r"<!--\s*(?P<mark>definition|statement)\s*-->")
TITLE_LINE = re.compile(r"^[>\s]*(?:#{1,6}\s|(?:!!!|\?\?\?\+?|===)[ +!])")


@dataclass(frozen=True)
class Masked:
    """The text of a page with blanks in place of what is no prose: every offset is one of the page's text.

    `visible` is without front matter and blocks, `prose` also without comments, formulas, code, tags and addresses.
    Comments are found by their offsets; a formula is its span, and whether it is displayed.
    """

    source: Source
    visible: str
    prose: str
    comments: dict[int, str]
    formulas: tuple[tuple[int, int, bool], ...]

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line begins, and the one behind the last."""
        starts = [0]
        for line in self.visible.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def place(self, offset: int) -> tuple[int, int]:
        """Line (from 1) and column (from 0) of an offset."""
        line = bisect_right(self.starts, offset, hi=len(self.starts) - 1)
        return line, offset - self.starts[line - 1]

    def comments_behind(self, offset: int) -> Iterator[tuple[int, str]]:
        """The comments that follow at an offset with nothing but blanks between, and their offsets."""
        while blank := re.compile(r"[\s>]*(?=<!--)").match(self.visible, offset):
            comment = self.comments.get(blank.end())
            if comment is None:
                return
            yield blank.end(), comment
            offset = blank.end() + len(comment)


def mask(source: Source, body_line: int, blocks: Iterable[Block]) -> Masked:
    """Blank out what is no prose, and note the comments and formulas."""
    hidden = set(range(1, body_line)).union(*(range(block.line, block.end + 1) for block in blocks))
    lines = source.text.split("\n")
    visible = "\n".join(" " * len(line) if number in hidden else line for number, line in enumerate(lines, 1))
    prose, comments, formulas = list(visible), dict[int, str](), list[tuple[int, int, bool]]()
    for match in NOT_PROSE.finditer(visible):
        start, end = match.span()
        prose[start:end] = [c if c == "\n" else " " for c in match[0]]
        if match["comment"]:
            comments[start] = match[0]
        elif match["display"] or match["inline"]:
            formulas.append((start, end, bool(match["display"])))
    return Masked(source, visible, "".join(prose), comments, tuple(formulas))


# ---- formulas ----


def find_formulas(masked: Masked) -> tuple[list[Formula], list[Problem]]:
    """The formulas with the binding or the mark behind each, and what is wrong with those."""
    formulas: list[Formula] = []
    problems: list[Problem] = []
    used: set[int] = set()
    for start, end, display in masked.formulas:
        width = 2 if display else 1
        line, column = masked.place(start + width)
        tex = _without_quote_marks(masked.visible[start + width : end - width])
        formula = Formula(line, column + 1, tex, display, (start, end))
        for offset, comment in masked.comments_behind(end):
            if bound := _bind_formula(formula, comment, masked.place(offset)[0]):
                formula = bound
                used.add(offset)
                break
        if display and not (formula.binding or formula.mark):
            message = (
                "a displayed formula says what it is: write beneath it <!-- code: call(args) -->, "
                "<!-- definition --> or <!-- statement -->"
            )
            problems.append(masked.source.problem(line, message))
        formulas.append(formula)
    for start, comment in masked.comments.items():
        if start not in used and (BOUND.fullmatch(comment) or MARKED.fullmatch(comment)):
            message = f"no formula stands above {' '.join(comment.split())}"
            problems.append(masked.source.problem(masked.place(start)[0], message))
    return formulas, problems


def _bind_formula(formula: Formula, comment: str, line: int) -> Formula | None:
    """The formula with what a comment says of it; None for a comment of another kind."""
    if match := BOUND.fullmatch(comment):
        code = " ".join(match["code"].split())
        return replace(formula, binding=Binding(line, code, match["where"] or "", match["kind"] == "value"))
    if match := MARKED.fullmatch(comment):
        return replace(formula, mark=match["mark"])
    return None


def _without_quote_marks(tex: str) -> str:
    """The TeX without the `>` that a block quote has before its lines."""
    return re.sub(rf"\n{QUOTE.pattern}", "\n", tex)


# ---- numbers ----


@dataclass(frozen=True)
class _Element:
    """A part of a page that cannot hold comments: a title, a formula, the options of a fence.

    `literals` are its numbers that need expressions; the comments with them follow at the offset `behind`.
    """

    span: tuple[int, int]
    behind: int
    literals: Sequence[str]


def find_numbers(
    masked: Masked, formulas: Iterable[Formula], blocks: Iterable[Block]
) -> tuple[list[Number], Counter[str], list[Problem]]:
    """The numbers with their expressions, how many others have which mark, and what is wrong with them."""
    numbers, problems = _numbers_before_comments(masked)
    bound = {(number.line, number.start) for number in numbers}
    marks: Counter[str] = Counter()
    # Whole numbers need no expression, but may have one in a title, too: so each title is an element.
    titles: dict[int, list[str]] = {
        line: [] for line, text in enumerate(masked.visible.split("\n"), 1) if TITLE_LINE.match(text)
    }
    for match in DECIMAL.finditer(masked.prose):
        line, column = masked.place(match.start())
        if (line, column) in bound:
            continue
        if mark := _mark_behind(masked, match.end()):
            marks[mark] += 1
        elif line in titles:
            titles[line].append(match[0])
        else:
            problems.append(_without_expression(masked, line, match[0], "<!-- = expression:.3f --> behind it"))
    named: dict[int, Number] = {}
    for element in _elements(masked, titles, formulas, blocks):
        missing = _bind_literals(masked, element, named, marks)
        for literal in missing:
            remedy = f"beneath it a line <!-- {literal} = expression:.3f -->"
            problems.append(_without_expression(masked, masked.place(element.span[0])[0], literal, remedy))
    for start, comment in masked.comments.items():
        binding = BINDING.fullmatch(comment)
        if binding and binding["literal"] and start not in named:
            message = (
                f"no {binding['literal']} stands in the formula, heading or alt text above this comment: "
                "name the number as it is written there"
            )
            problems.append(masked.source.problem(masked.place(start)[0], message))
    return [*numbers, *named.values()], marks, problems


def _numbers_before_comments(masked: Masked) -> tuple[list[Number], list[Problem]]:
    """The numbers with comments right behind them."""
    numbers: list[Number] = []
    problems: list[Problem] = []
    for offset, comment in masked.comments.items():
        binding = BINDING.fullmatch(comment)
        if not binding or binding["literal"]:
            continue
        line, column = masked.place(offset)
        begin, expression = masked.starts[line - 1], binding["expression"]
        if before := NUMBER_BEFORE.search(masked.visible[begin : begin + column]):
            start, end = before.span("number")
            numbers.append(Number(line, start, end, before["number"], expression, line))
        else:
            message = (
                f"no number stands before <!-- = {expression} -->: put the comment right behind the number it checks"
            )
            problems.append(masked.source.problem(line, message))
    return numbers, problems


def _mark_behind(masked: Masked, offset: int) -> str:
    """The mark right behind a number that ends at an offset, perhaps in emphasis; empty where there is none."""
    after = re.compile(r"[*_]{0,3}").match(masked.visible, offset)
    mark = MARK.fullmatch(masked.comments.get(after.end() if after else offset, ""))
    return mark["kind"].split(":")[0] if mark else ""


def _elements(
    masked: Masked, titles: dict[int, list[str]], formulas: Iterable[Formula], blocks: Iterable[Block]
) -> Iterator[_Element]:
    """The elements of a page that cannot hold comments, with their numbers."""
    starts = masked.starts
    for line, literals in titles.items():
        yield _Element((starts[line - 1], starts[line]), starts[line], literals)
    for formula in formulas:
        # The numbers of a bound formula are checked with it.
        literals = [] if formula.binding else [m[0].lstrip("-+\u2212") for m in DECIMAL.finditer(formula.tex)]
        yield _Element(formula.span, formula.span[1], literals)
    for block in blocks:
        texts = " ".join(block.options.get(option.name, "") for option in OPTIONS if option.prose)
        last = min((block.record or block).end, len(starts) - 1)
        span = starts[block.line - 1], starts[block.line]
        yield _Element(span, starts[last], [m[0] for m in DECIMAL.finditer(texts)])


def _bind_literals(masked: Masked, element: _Element, named: dict[int, Number], marks: Counter[str]) -> list[str]:
    """Add the numbers that comments behind an element name, by the offset of the comment, and marks; returns the others."""
    start, stop = element.span
    missing = dict.fromkeys(element.literals)
    for offset, comment in masked.comments_behind(element.behind):
        binding = BINDING.fullmatch(comment)
        if binding and (literal := binding["literal"]) and offset not in named:
            if literal in missing:
                del missing[literal]
            elif literal not in element.literals and not occurrences(literal, masked.source.text[start:stop]):
                continue
            line, column = masked.place(offset + binding.start("literal"))
            comment_line, end = masked.place(offset)[0], column + len(literal)
            named[offset] = Number(line, column, end, literal, binding["expression"], comment_line, element.span)
        elif (mark := MARK.fullmatch(comment)) and missing:
            marks[mark["kind"].split(":")[0]] += len(missing)
            missing.clear()
    return list(missing)


def _without_expression(masked: Masked, line: int, literal: str, remedy: str) -> Problem:
    return masked.source.problem(
        line,
        f"the number {literal} has no expression: write {remedy}, or <!-- version --> or <!-- quoted: source -->",
    )


def occurrences(literal: str, text: str) -> list[tuple[int, int]]:
    """Where a number stands in a text, as a whole and not as a part of a longer one."""
    return [match.span() for match in re.finditer(rf"(?<![\d.,]){re.escape(literal)}(?![\d.]*\d)", text)]
