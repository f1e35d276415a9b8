"""The rules of a page: what it says is what its run gave. One function for each rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from asrun.formulas import katex
from asrun.model import Block, Figure, Formula, Number, Page, Problem, Ran
from asrun.reading.prose import QUOTE
from asrun.running.page import PageRun

UNFINISHED = ("failed", "not run")


@dataclass(frozen=True)
class OutputDifference:
    """A block whose record is not what it printed; `printed` are lines, none where it printed nothing."""

    block: Block
    record: Block | None
    printed: tuple[str, ...]


@dataclass(frozen=True)
class NumberDifference:
    """A number of the prose that is not what its expression gives, which is `text`."""

    number: Number
    text: str


def printed_lines(ran: Ran) -> tuple[str, ...]:
    """What a block printed, as lines without trailing blanks."""
    text = "".join(piece for piece in ran.pieces if isinstance(piece, str)).rstrip()
    return tuple(line.rstrip() for line in text.split("\n")) if text else ()


def differences(page: Page, run: PageRun) -> Iterator[OutputDifference | NumberDifference]:
    """Everything that `make update` would rewrite on a page."""
    for block, ran in zip(page.code_blocks, run.blocks, strict=False):
        if ran.outcome in UNFINISHED:
            continue
        record, printed = block.record, printed_lines(ran)
        recorded = tuple(line.rstrip() for line in record.source.rstrip().split("\n")) if record else ()
        if printed != recorded or (record and not printed):
            yield OutputDifference(block, record, printed)
    for number, value in zip(page.numbers, run.values, strict=False):
        if value.text and _plain(value.text) != _plain(number.text):
            yield NumberDifference(number, _typeset(value.text, number.text))


def _plain(text: str) -> str:
    return text.replace("\u2212", "-")


def _typeset(text: str, like: str) -> str:
    """The value with the minus sign that the author uses."""
    return text.replace("-", "\u2212") if "\u2212" in like else text


def check_page(page: Page, run: PageRun, math: dict[tuple[str, bool], katex.Rendered]) -> Iterator[Problem]:
    """Everything that is wrong with one page. `math` holds its formulas as KaTeX set them, by TeX and display."""
    yield from page.problems
    yield from run.problems
    yield from _check_against_run(page, run)
    yield from _check_expressions(page, run)
    yield from _check_alt_texts(page, run)
    yield from _check_repetition(page)
    yield from _check_bound_formulas(page, run, math)
    yield from _check_tex(page, math)


def _check_against_run(page: Page, run: PageRun) -> Iterator[Problem]:
    """Records are what blocks print, and numbers what their expressions give."""
    outcomes = zip(page.code_blocks, run.blocks, strict=False)
    first_unfinished = next((block.line for block, ran in outcomes if ran.outcome in UNFINISHED), None)
    for difference in differences(page, run):
        if isinstance(difference, NumberDifference):
            number = difference.number
            yield page.problem(
                number.line,
                f"the text says {number.text}, but {number.expression} gives {difference.text}: "
                "mend the code, or run `make update`",
            )
        elif first_unfinished is None or difference.block.line < first_unfinished:  # what follows may follow from it
            yield _output_problem(page, difference)


def _output_problem(page: Page, difference: OutputDifference) -> Problem:
    """The first line in which a record differs from what its block printed."""
    block, record, printed = difference.block, difference.record, difference.printed
    if record is None:
        return page.problem(block.line, f"the block prints {_quoted(printed[0])} and has no record: run `make update`")
    if not printed:
        return page.problem(
            record.line, "a record of output, but the block above it prints nothing: delete it, or run `make update`"
        )
    recorded = record.source.split("\n")
    place = next(
        (n for n, pair in enumerate(zip(recorded, printed, strict=False)) if pair[0].rstrip() != pair[1]),
        min(len(recorded), len(printed)),
    )
    said = recorded[place] if place < len(recorded) else "nothing more"
    given = printed[place] if place < len(printed) else "nothing more"
    return page.problem(
        record.line + 1 + place,
        f"the record says {_quoted(said)}, but the block prints {_quoted(given)}: mend the code, or run `make update`",
    )


def _quoted(line: str) -> str:
    """A line in quotation marks, cut where it is long."""
    return repr(line if len(line) <= 80 else f"{line[:80]}…")


def _check_expressions(page: Page, run: PageRun) -> Iterator[Problem]:
    """Every expression of the prose has a value."""
    for number, value in zip(page.numbers, run.values, strict=False):
        if value.error:
            yield page.problem(number.comment_line, f"the expression {number.expression} {value.error}")


def _check_alt_texts(page: Page, run: PageRun) -> Iterator[Problem]:
    """Every figure has its alt text."""
    for block, ran in zip(page.code_blocks, run.blocks, strict=False):
        figures, alts = sum(isinstance(piece, Figure) for piece in ran.pieces), len(block.alts)
        if ran.outcome in UNFINISHED or figures == alts:
            continue
        message = f"the block draws {figures} figures and has {alts} alt texts: separate them by ' | '"
        if not alts:
            message = 'the block draws a figure and has no alt text: add alt="what the picture shows"'
        elif not figures:
            message = "the block has an alt text and draws no figure: delete it, or draw"
        yield page.problem(block.line, message)


def _check_repetition(page: Page) -> Iterator[Problem]:
    """A page shows a function once, and once more only in a complete listing, which is titled as a file."""
    first: dict[str, int] = {}
    for block in page.code_blocks:
        if block.title.endswith(".py"):
            continue
        for segment in block.segments:
            if segment.section and first.setdefault(segment.section, block.line) != block.line:
                yield page.problem(
                    block.line,
                    f"{segment.section} is shown at line {page.lines[first[segment.section] - 1]} already: "
                    'refer to it, or give a complete listing a title="….py"',
                )


def _check_bound_formulas(page: Page, run: PageRun, math: dict[tuple[str, bool], katex.Rendered]) -> Iterator[Problem]:
    """Formulas that are bound to code agree with it."""
    for formula, checked in zip(page.bound_formulas, run.checks, strict=False):
        if not checked.error or math[formula.tex, formula.display].error:
            continue  # what KaTeX cannot read is told by a rule of its own
        if checked.offset is None and formula.binding:
            yield page.problem(formula.binding.line, checked.error)
        else:
            line, column, caret = _place(page, formula, checked.offset or 0)
            yield page.problem(line, f"column {column}: {checked.error}\n{caret}")


def _check_tex(page: Page, math: dict[tuple[str, bool], katex.Rendered]) -> Iterator[Problem]:
    """KaTeX can set every formula."""
    for formula in page.formulas:
        rendered = math[formula.tex, formula.display]
        if rendered.error:
            line, column, _ = _place(page, formula, rendered.position)
            yield page.problem(line, f"column {column}: KaTeX cannot read the formula: {rendered.error}")


def _place(page: Page, formula: Formula, offset: int) -> tuple[int, int, str]:
    """Line and column of an offset of a formula, and the formula's text on that line with a caret beneath it."""
    *above, last = formula.tex[:offset].split("\n")
    line = formula.line + len(above)
    quote = QUOTE.match(page.text.split("\n")[line - 1])
    column = len(last) + (1 + len(quote[0] if quote else "") if above else formula.column)
    return line, column, f"    {formula.tex.split(chr(10))[len(above)]}\n    {' ' * len(last)}^"
