"""Find what stands in the prose of a page: numbers and their expressions, formulas and what they are bound to."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from asrun.model import Binding, Block, Fault, Formula, Number, Statement
from asrun.reading.blocks import FOR_READERS

# A number may stand in _emphasis_, but x_1 holds none; and of two that are joined by a hyphen, neither is negative.
BEGIN = r"(?:(?<![^\W_])(?<![)\].])[-+\u2212])?(?<![^\W_])(?<![^\W_]_)"
DECIMAL = re.compile(BEGIN + r"(?<![.,])\d[\d,]*\.\d+(?:\.\d+)*(?:e[-+]?\d+)?%?(?=(?P<emphasis>[*_]{0,3}))")
ANY_NUMBER = BEGIN + r"(?<!\.)(?:\d+/\d+|\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?)"
NUMBER_BEFORE = re.compile(rf"(?P<number>{ANY_NUMBER})[*_]{{0,3}}$")
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
# What a comment may say; the name of the last group tells its kind.
COMMENT = re.compile(
    r"""<!--\s*(?:(?P<version>version) | (?P<quoted>quoted:\s*\S.*?) | (?P<definition>definition)
      | (?P<kind>code|value):\s*(?P<code>.+?)(?:\s+where\s+(?P<where>.+?))?
      | here:\s*(?P<here>\S.*?)
      | (?P<holds>holds(?P<below>\s+below)?):\s*(?P<statement>.+?)
      | asrun:.*? | (?P<unknown>(?!quoted:)[a-z]+(?:\s[a-z]+)?):.*?
      | (?P<literal>[^\s=]+)?\s*=(?!=)\s*(?P<expression>.+?)
      | .*?)\s*-->""",
    re.S | re.X,
)
EXEMPT = ("version", "quoted")
HEADING = re.compile(r"^[ >]*(#{1,6})[ \t]", re.M)
COUNTED = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
WORDS: dict[str, float] = {word: number for number, word in enumerate(COUNTED)}
WORDS |= {"once": 1, "twice": 2, "double": 2, "half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "dozen": 12}
WORDS |= {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "tenth": 0.1, "hundredth": 0.01, "thousandth": 1e-3}
WORDS |= {"millionth": 1e-6, "billionth": 1e-9}
SAID = re.compile(
    rf"\b(?P<word>{'|'.join(WORDS)})\b|10\^\{{?(?P<power>[-\u2212]?\d+)\}}?|(?P<number>\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?)",
    re.I,
)
QUOTE = re.compile(r"(?:[ \t]*>)+[ \t]?")  # before a line of a block quote
TITLE_LINE = re.compile(r"^[>\s]*(?:#{1,6}\s|(?:!!!|\?\?\?\+?|===)[ +!])")
# The span of what cannot hold comments, where they follow it, and its numbers that need expressions.
Element = tuple[tuple[int, int], int, list[str]]


class Prose:
    """The prose of a page: its formulas, its numbers, how many others have which mark, and what is wrong with them.

    Every offset is one of the page's text: `visible` has blanks in place of front matter and blocks, `bare` also in
    place of comments, formulas, code, tags and addresses. Comments are found by the offsets at which they begin.
    """

    def __init__(self, text: str, body_line: int, blocks: Sequence[Block]) -> None:
        lines = text.split("\n")
        hidden = set(range(1, body_line)).union(*(range(block.line, block.end + 1) for block in blocks))
        self.text = text
        self.visible = "\n".join(" " * len(line) if number in hidden else line for number, line in enumerate(lines, 1))
        self.starts = [0, *accumulate(len(line) + 1 for line in lines)]  # of each line, and behind the last
        self.comments: dict[int, re.Match[str]] = {}
        self.faults: list[Fault] = []
        self.marks: Counter[str] = Counter()
        bare = list(self.visible)
        spans: list[tuple[int, int]] = []
        for found in NOT_PROSE.finditer(self.visible):
            start, end = found.span()
            bare[start:end] = re.sub(".", " ", found[0])
            if comment := COMMENT.fullmatch(self.visible, start, end):
                self.comments[start] = comment
            elif found["display"] or found["inline"]:
                spans.append((start, end))
        self.bare = "".join(bare)
        self.formulas = tuple(self._find_formulas(spans))
        before_comments = list(self._numbers_before_comments())
        literals = self._literals_in_titles({number.span[0] for number in before_comments})
        elements = self._elements(literals, blocks)
        self.numbers = (*before_comments, *self._numbers_of_elements(elements))
        self.statements = tuple(self._find_statements())

    def _line(self, offset: int) -> int:
        return bisect_right(self.starts, offset, hi=len(self.starts) - 1)

    def _tell(self, offset: int, what: str) -> None:
        self.faults.append((self._line(offset), what))

    def _comments_behind(self, offset: int) -> Iterator[re.Match[str]]:
        """The comments that follow at an offset with nothing but blanks between."""
        while blank := re.compile(r"[\s>]*(?=<!--)").match(self.visible, offset):
            comment = self.comments.get(blank.end())
            if comment is None:
                return
            yield comment
            offset = comment.end()

    # ---- formulas ----

    def _find_formulas(self, spans: list[tuple[int, int]]) -> Iterator[Formula]:
        """The formulas with the binding or the mark behind each."""
        used: set[int] = set()
        for start, end in spans:
            width = 2 if self.visible.startswith("$$", start) else 1
            line, first = self._line(start + width), start + width
            tex = re.sub(rf"\n{QUOTE.pattern}", "\n", self.visible[first : end - width])
            formula = Formula(line, first - self.starts[line - 1] + 1, tex, width == 2, (start, end))
            for comment in self._comments_behind(end):
                free = not (formula.binding or formula.defines)
                if comment["here"] and not formula.here:
                    formula = replace(formula, here=comment["here"])
                elif comment["code"] and free:
                    code, where = " ".join(comment["code"].split()), comment["where"] or ""
                    binding = Binding(self._line(comment.start()), code, where, comment["kind"] == "value")
                    formula = replace(formula, binding=binding)
                elif comment["definition"] and free:
                    formula = replace(formula, defines=True)
                else:
                    continue
                used.add(comment.start())
            if formula.display and not (formula.binding or formula.defines):
                what = "a displayed formula says what it is: write beneath it <!-- code: call(args) --> "
                self._tell(first, f"{what}or <!-- definition -->")
            yield formula
        for start, comment in self.comments.items():
            if start not in used and (comment["code"] or comment["definition"] or comment["here"]):
                self._tell(start, f"no formula stands above {' '.join(comment[0].split())}")

    # ---- numbers ----

    def _numbers_before_comments(self) -> Iterator[Number]:
        """The numbers with expressions right behind them."""
        for offset, comment in self.comments.items():
            if comment["literal"] or not comment["expression"]:
                continue
            line, expression = self._line(offset), comment["expression"]
            if number := NUMBER_BEFORE.search(self.visible, self.starts[line - 1], offset):
                yield Number(line, number.span("number"), number["number"], expression, line)
            else:
                what = f"no number stands before <!-- = {expression} -->"
                self._tell(offset, f"{what}: put the comment right behind the number it checks")

    def _literals_in_titles(self, bound: set[int]) -> dict[int, list[str]]:
        """The numbers in the title at each line; others that are not `bound` at their offsets are told."""
        # Whole numbers need no expression, but may have one in a title, too: so each title is an element.
        titles: dict[int, list[str]] = {
            line: [] for line, text in enumerate(self.visible.split("\n"), 1) if TITLE_LINE.match(text)
        }
        for number in DECIMAL.finditer(self.bare):
            line, comment = self._line(number.start()), self.comments.get(number.end("emphasis"))
            if number.start() in bound:
                continue
            if comment and comment.lastgroup in EXEMPT:
                self.marks[comment.lastgroup] += 1
            elif line in titles:
                titles[line].append(number[0])
            else:
                self._tell_missing(number.start(), number[0], "<!-- = expression:.3f --> behind it")
        return titles

    def _elements(self, titles: dict[int, list[str]], blocks: Iterable[Block]) -> Iterator[Element]:
        """The parts of a page that cannot hold comments: its titles, formulas and options of fences."""
        starts = self.starts
        for line, literals in titles.items():
            yield (starts[line - 1], starts[line]), starts[line], literals
        for formula in self.formulas:
            # The numbers of a bound formula are checked with it.
            tex = "" if formula.binding else formula.tex
            yield formula.span, formula.span[1], [number[0].lstrip("-+\u2212") for number in DECIMAL.finditer(tex)]
        for block in blocks:
            texts = " ".join(block.options.get(option, "") for option in FOR_READERS)
            behind = starts[min((block.record or block).end, len(starts) - 1)]
            span = starts[block.line - 1], starts[block.line]
            yield span, behind, [number[0] for number in DECIMAL.finditer(texts)]

    def _numbers_of_elements(self, elements: Iterable[Element]) -> Iterator[Number]:
        """The numbers that comments behind an element name, as they are written there."""
        named: set[int] = set()
        for element, behind, literals in elements:
            missing = dict.fromkeys(literals)
            for comment in self._comments_behind(behind):
                start, literal = comment.start(), comment["literal"]
                if comment["expression"] and literal and start not in named:
                    if literal not in literals and not occurrences(literal, self.text[slice(*element)]):
                        continue
                    missing.pop(literal, None)
                    named.add(start)
                    line, span = self._line(comment.start("literal")), comment.span("literal")
                    yield Number(line, span, literal, comment["expression"], self._line(start), element)
                elif missing and comment.lastgroup in EXEMPT:
                    self.marks[comment.lastgroup] += len(missing)
                    missing.clear()
            for literal in missing:
                self._tell_missing(element[0], literal, f"beneath it a line <!-- {literal} = expression:.3f -->")
        for start, comment in self.comments.items():
            if comment["expression"] and comment["literal"] and start not in named:
                what = f"no {comment['literal']} stands in the formula, heading or alt text above this comment"
                self._tell(start, f"{what}: name the number as it is written there")

    # ---- statements ----

    def _find_statements(self) -> Iterator[Statement]:
        """The statements, with where each is evaluated; comments of a kind that does not exist are told."""
        headings = [(self._line(found.start()), len(found[1])) for found in HEADING.finditer(self.visible)]
        for offset, comment in self.comments.items():
            if comment["unknown"]:
                kinds = "code, value, here, holds, holds below, quoted and asrun"
                self._tell(offset, f"there is no comment of the kind `{comment['unknown']}:`: there are {kinds}")
            if not comment["holds"]:
                continue
            place = line = self._line(offset)
            if comment["below"]:
                level = next((level for at, level in reversed(headings) if at < line), 0)
                place = next((at for at, other in headings if at > line and other <= level), len(self.starts))
            expression = " ".join(comment["statement"].split())
            yield Statement(line, place, expression, tuple(self._numbers_said(offset)))

    def _numbers_said(self, offset: int) -> Iterator[float]:
        """The numbers that a paragraph says before an offset, in digits or in words, as they are and as shares."""
        paragraph = re.split(r"\n[\s>]*\n", self.visible[:offset])[-1]
        text = re.sub(r"<!--.*?-->", "", paragraph, flags=re.S).replace("{,}", "")
        for found in SAID.finditer(text):
            if found["word"]:
                yield WORDS[found["word"].lower()]
            elif found["power"]:
                yield 10.0 ** int(found["power"].replace("\u2212", "-"))
            else:
                number = float(found["number"].replace(",", ""))
                yield number
                yield number / 100

    def _tell_missing(self, offset: int, literal: str, remedy: str) -> None:
        mark = "or <!-- version --> or <!-- quoted: source -->"
        self._tell(offset, f"the number {literal} has no expression: write {remedy}, {mark}")


def occurrences(literal: str, text: str) -> list[tuple[int, int]]:
    """Where a number stands in a text, as a whole and not as a part of a longer one."""
    return [match.span() for match in re.finditer(rf"(?<![\d.,]){re.escape(literal)}(?![\d.]*\d)", text)]
