"""Read the prose around the blocks: numbers with their expressions, formulas, comments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from asrun.model import Binding, Block, Formula, Number, Page, Problem

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


class Prose:
    """Reads the text outside the blocks: numbers with their expressions, and formulas."""

    def __init__(self, page: Page, text: str, body_line: int, blocks: tuple[Block, ...]) -> None:
        self.page = page
        self.problems: list[Problem] = []
        self.numbers: list[Number] = []
        self.formulas: list[Formula] = []
        self.marks: Counter[str] = Counter()
        self.whole, self.raw = text, text.split("\n")
        hidden = set(range(1, body_line)).union(*(range(block.line, block.end + 1) for block in blocks))
        # Blanked, not cut: an offset here is one in the page.
        self.text = "\n".join(" " * len(line) if number in hidden else line for number, line in enumerate(self.raw, 1))
        self.starts = [0]
        for line in self.raw:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.comments: dict[int, str] = {}
        self.used: set[int] = set()
        self._scan(blocks)

    def _place(self, offset: int) -> tuple[int, int]:
        """Line (from 1) and column (from 0) of an offset of the visible text."""
        low, high = 0, len(self.starts) - 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= offset else (low, middle)
        return low + 1, offset - self.starts[low]

    def _scan(self, blocks: tuple[Block, ...]) -> None:
        comments = self.comments
        prose = list(self.text)
        for match in NOT_PROSE.finditer(self.text):
            start, end = match.span()
            prose[start:end] = [c if c == "\n" else " " for c in match[0]]
            if match["comment"]:
                comments[start] = match[0]
            elif match["display"] or match["inline"]:
                width = 2 if match["display"] else 1
                tex = _unquote(match[0][width:-width])
                line, column = self._place(start + width)
                self.formulas.append(Formula(line, column + 1, tex, bool(match["display"]), (start, end)))
        self.formulas = [self._bound(formula) for formula in self.formulas]
        masked = "".join(prose)
        for start, comment in comments.items():
            if (binding := BINDING.fullmatch(comment)) and not binding["literal"]:
                self._bind_before(start, binding["expression"])
        bound = {(n.line, n.start) for n in self.numbers}
        for match in DECIMAL.finditer(masked):
            line, column = self._place(match.start())
            if (line, column) in bound:
                continue
            after = re.compile(r"[*_]{0,3}").match(self.text, match.end())
            mark = MARK.fullmatch(comments.get(after.end() if after else match.end(), ""))
            if mark:
                self.marks[mark["kind"].split(":")[0]] += 1
            elif TITLE_LINE.match(self.raw[line - 1]):
                self._bind_named([match[0]], (self.starts[line - 1], self.starts[line]))
            else:
                self._unbound(line, match[0], "<!-- = expression:.3f --> behind it")
        for number, text in enumerate(self.text.split("\n"), 1):
            if TITLE_LINE.match(text):  # a whole number of a title may be bound, too
                self._bind_named([], (self.starts[number - 1], self.starts[number]))
        for formula in self.formulas:
            # The numbers of a bound formula are checked with it.
            literals = [] if formula.binding else [m[0].lstrip("-+\u2212") for m in DECIMAL.finditer(formula.tex)]
            self._bind_named(literals, formula.span)
        for block in blocks:
            texts = " ".join(block.options.get(name, "") for name in ("alt", "title"))
            last = self._record_end(block, blocks)
            fence = self.starts[block.line - 1], self.starts[block.line]
            self._bind_named([m[0] for m in DECIMAL.finditer(texts)], fence, self.starts[min(last, len(self.raw))])
        for start, comment in comments.items():
            line = self._place(start)[0]
            binding = BINDING.fullmatch(comment)
            if binding and binding["literal"] and start not in self.used:
                self.problems.append(
                    self.page.problem(
                        line,
                        f"no {binding['literal']} stands in the formula, heading or alt text above this comment: "
                        "name the number as it is written there",
                    )
                )
            elif (BOUND.fullmatch(comment) or MARKED.fullmatch(comment)) and start not in self.used:
                self.problems.append(self.page.problem(line, f"no formula stands above {' '.join(comment.split())}"))

    def _record_end(self, block: Block, blocks: tuple[Block, ...]) -> int:
        """The last line of a block together with its record."""
        place = blocks.index(block) + 1
        if place < len(blocks) and blocks[place].language == "output":
            return blocks[place].end
        return block.end

    def _bind_before(self, comment_start: int, expression: str) -> None:
        line, column = self._place(comment_start)
        before = NUMBER_BEFORE.search(self.raw[line - 1][:column])
        if not before:
            self.problems.append(
                self.page.problem(
                    line,
                    f"no number stands before <!-- = {expression} -->: put the comment right behind the number it checks",
                )
            )
            return
        start, end = before.span("number")
        self.numbers.append(Number(line, start, end, before["number"], expression, line))

    def _bind_named(self, literals: list[str], element: tuple[int, int], end: int = 0) -> None:
        """Bind numbers of an element that cannot carry a comment by the comments behind it, or behind `end`."""
        start, stop = element
        wanted = dict.fromkeys(literals)
        for position, comment in self._behind(end or stop):
            binding = BINDING.fullmatch(comment)
            if binding and binding["literal"] and position not in self.used:
                literal = binding["literal"]
                if literal in wanted:
                    del wanted[literal]
                elif literal not in literals and not occurrences(literal, self.whole[start:stop]):
                    continue
                self.used.add(position)
                at, column = self._place(position)
                offset = self.raw[at - 1].index(literal, column)
                self.numbers.append(
                    Number(at, offset, offset + len(literal), literal, binding["expression"], at, element)
                )
            elif (mark := MARK.fullmatch(comment)) and wanted:
                self.marks[mark["kind"].split(":")[0]] += len(wanted)
                wanted.clear()
        for literal in wanted:
            self._unbound(self._place(start)[0], literal, f"beneath it a line <!-- {literal} = expression:.3f -->")

    def _behind(self, offset: int) -> Iterator[tuple[int, str]]:
        """The comments that follow at an offset with nothing but blanks between."""
        while blank := re.compile(r"[\s>]*(?=<!--)").match(self.text, offset):
            comment = self.comments.get(blank.end())
            if comment is None:
                return
            yield blank.end(), comment
            offset = blank.end() + len(comment)

    def _bound(self, formula: Formula) -> Formula:
        """The formula with the binding or the mark that stands behind it."""
        for start, comment in self._behind(formula.span[1]):
            if match := BOUND.fullmatch(comment):
                self.used.add(start)
                code = " ".join(match["code"].split())
                binding = Binding(self._place(start)[0], code, match["where"] or "", match["kind"] == "value")
                return replace(formula, binding=binding)
            if match := MARKED.fullmatch(comment):
                self.used.add(start)
                return replace(formula, mark=match["mark"])
        if formula.display:
            self.problems.append(
                self.page.problem(
                    formula.line,
                    "a displayed formula says what it is: write beneath it <!-- code: call(args) -->, "
                    "<!-- definition --> or <!-- statement -->",
                )
            )
        return formula

    def _unbound(self, line: int, literal: str, remedy: str) -> None:
        self.problems.append(
            self.page.problem(
                line,
                f"the number {literal} has no expression: write {remedy}, or <!-- version --> or <!-- quoted: source -->",
            )
        )


def occurrences(literal: str, text: str) -> list[tuple[int, int]]:
    """Where a number stands in a text, as a whole and not as a part of a longer one."""
    return [match.span() for match in re.finditer(rf"(?<![\d.,]){re.escape(literal)}(?![\d.]*\d)", text)]


def _unquote(tex: str) -> str:
    """Formula text without the `>` that a block quote puts before its lines."""
    return re.sub(rf"\n{QUOTE.pattern}", "\n", tex)
