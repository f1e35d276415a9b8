"""Compare what a page says with what its run gave, and the book's parts with each other."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from asrun.formulas import katex
from asrun.model import Block, Figure, Formula, Number, Page, Problem, Ran
from asrun.reading.includes import sections_of
from asrun.reading.prose import QUOTE
from asrun.running.page import PageRun
from asrun.settings import Settings


@dataclass(frozen=True)
class OutputDifference:
    """A block whose record is not what it printed; `printed` is empty where it printed nothing."""

    block: Block
    record: Block | None
    printed: tuple[str, ...]


@dataclass(frozen=True)
class NumberDifference:
    """A number of the prose that its expression does not give."""

    number: Number
    text: str


def printed_lines(ran: Ran) -> tuple[str, ...]:
    """What a block printed, as lines without trailing blanks."""
    text = "".join(piece for piece in ran.pieces if isinstance(piece, str)).rstrip()
    return tuple(line.rstrip() for line in text.split("\n")) if text else ()


def differences(page: Page, run: PageRun) -> Iterator[OutputDifference | NumberDifference]:
    """Everything that `make update` would rewrite on a page."""
    for block, ran in zip(page.code_blocks, run.blocks, strict=False):
        if ran.outcome in ("failed", "not run"):
            continue
        record, printed = page.record_of(block), printed_lines(ran)
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
    """Everything that is wrong with one page."""
    yield from page.problems
    yield from run.problems
    outcomes = zip(page.code_blocks, run.blocks, strict=False)
    first_failed = next((block.line for block, ran in outcomes if ran.outcome in ("failed", "not run")), None)
    for difference in differences(page, run):
        if isinstance(difference, NumberDifference):
            number = difference.number
            yield page.problem(
                number.line,
                f"the text says {number.text}, but {number.expression} gives {difference.text}: "
                "mend the code, or run `make update`",
            )
        elif first_failed is None or difference.block.line < first_failed:  # what follows may follow from it
            yield _output_problem(page, difference)
    for number, value in zip(page.numbers, run.values, strict=False):
        if value.error:
            yield page.problem(number.comment_line, f"the expression {number.expression} {value.error}")
    for block, ran in zip(page.code_blocks, run.blocks, strict=False):
        figures = sum(isinstance(piece, Figure) for piece in ran.pieces)
        if ran.outcome in ("failed", "not run") or figures == len(block.alts):
            continue
        if not block.alts:
            yield page.problem(
                block.line, 'the block draws a figure and has no alt text: add alt="what the picture shows"'
            )
        elif not figures:
            yield page.problem(block.line, "the block has an alt text and draws no figure: delete it, or draw")
        else:
            yield page.problem(
                block.line,
                f"the block draws {figures} figures and has {len(block.alts)} alt texts: separate them by ' | '",
            )
    yield from _shown_again(page)
    for formula, checked in zip(page.bound_formulas, run.checks, strict=False):
        if not checked.error or math[formula.tex, formula.display].error:
            continue  # what KaTeX cannot read is told below
        if checked.offset is None and formula.binding:
            yield page.problem(formula.binding.line, checked.error)
        else:
            line, column, caret = _place(page, formula, checked.offset or 0)
            yield page.problem(line, f"column {column}: {checked.error}\n{caret}")
    for formula in page.formulas:
        rendered = math[formula.tex, formula.display]
        if rendered.error:
            line, column, _ = _place(page, formula, rendered.position)
            yield page.problem(line, f"column {column}: KaTeX cannot read the formula: {rendered.error}")


def _shown_again(page: Page) -> Iterator[Problem]:
    """A page shows a function once, and once more only in a complete listing, which is titled as a file."""
    first: dict[str, int] = {}
    for block in page.code_blocks:
        if block.options.get("title", "").endswith(".py"):
            continue
        for segment in block.segments:
            if segment.section and first.setdefault(segment.section, block.line) != block.line:
                yield page.problem(
                    block.line,
                    f"{segment.section} is shown at line {page.lines[first[segment.section] - 1]} already: "
                    'refer to it, or give a complete listing a title="….py"',
                )


def _place(page: Page, formula: Formula, offset: int) -> tuple[int, int, str]:
    """Line and column of an offset of a formula, and the formula's text on that line with a caret beneath it."""
    before = formula.tex[:offset].split("\n")
    line, place = formula.line + len(before) - 1, len(before[-1])
    quote = QUOTE.match(page.text.split("\n")[line - 1])
    column = place + (formula.column if len(before) == 1 else 1 + len(quote[0] if quote else ""))
    return line, column, f"    {formula.tex.split(chr(10))[len(before) - 1]}\n    {' ' * place}^"


def _output_problem(page: Page, difference: OutputDifference) -> Problem:
    block, record, printed = difference.block, difference.record, difference.printed
    if record is None:
        return page.problem(block.line, f"the block prints {_cut(printed[0])} and has no record: run `make update`")
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
        f"the record says {_cut(said)}, but the block prints {_cut(given)}: mend the code, or run `make update`",
    )


def _cut(line: str) -> str:
    return repr(line if len(line) <= 80 else f"{line[:80]}…")


# ---- what the parts of the book say of each other ----


def check_book(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    """What no page can be asked alone: `nav`, links, snippet sections, partners."""
    yield from _check_nav(settings, pages)
    for page in pages.values():
        yield from _check_links(settings, page, pages)
    yield from _check_sections(settings, pages)
    yield from _check_partners(settings, pages)


def _check_nav(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    lines = (settings.root / "mkdocs.yml").read_text(encoding="utf-8").split("\n")
    entries = [entry.uri for entry in settings.nav]
    for uri in dict.fromkeys(entries):
        line = next((n for n, text in enumerate(lines, 1) if re.search(rf"(?<![\w/-]){re.escape(uri)}\s*$", text)), 1)
        if uri not in pages:
            yield Problem("mkdocs.yml", line, f"nav names {uri}, which does not exist below {settings.docs.name}/")
        if entries.count(uri) > 1:
            yield Problem("mkdocs.yml", line, f"nav names {uri} twice")
    for uri, page in pages.items():
        if uri not in entries:
            yield Problem(page.file, 1, "the page is missing from nav in mkdocs.yml: readers would never find it")


def _check_links(settings: Settings, page: Page, pages: dict[str, Page]) -> Iterator[Problem]:
    for link in page.links:
        parts = urlsplit(link.href)
        if parts.scheme or parts.netloc:
            continue
        if link.href.startswith("/"):
            yield page.problem(
                link.line,
                f"the link {link.href} is absolute and breaks below a path: link to the file, as other-page.md",
            )
            continue
        path = unquote(parts.path)
        uri = os.path.normpath(os.path.join(os.path.dirname(page.uri), path)) if path else page.uri
        target = pages.get(uri)
        if os.path.basename(uri) == f"{settings.archive_name}.zip":
            continue  # `make build` puts it beside the pages
        if target is None and not (settings.docs / uri).is_file():
            yield page.problem(link.line, f"the link {link.href} leads nowhere: there is no {settings.docs.name}/{uri}")
        elif target is not None and parts.fragment and unquote(parts.fragment) not in target.anchors:
            yield page.problem(
                link.line, f"the link {link.href} leads nowhere: {target.file} has no heading or id #{parts.fragment}"
            )


def _check_sections(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    used = {segment.section for page in pages.values() for block in page.blocks for segment in block.segments}
    for path in sorted(settings.modules.rglob("*.py")):
        sections, problems = sections_of(settings, path)
        yield from problems
        for section in sections.values():
            if f"{path.relative_to(settings.modules).as_posix()}:{section.name}" not in used:
                yield Problem(
                    settings.name(path),
                    section.line - 1,
                    f"no page shows the section {section.name!r}: include it, or delete its markers",
                )


def _check_partners(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    """A chapter, its module and its tests share one stem."""
    modules = {path.stem: path for path in settings.modules.glob("*.py") if path.stem not in settings.shared_modules}
    chapters = {page.stem.replace("-", "_"): page for page in pages.values() if page.meta.get("level")}
    tests = settings.root / settings.options.tests
    for stem, page in chapters.items():
        if stem not in modules and not page.is_notebook:
            yield Problem(
                page.file,
                1,
                f"the chapter has no {settings.options.modules}/{stem}.py: add it, or take `level` out of the front matter",
            )
    for stem, path in modules.items():
        if stem not in chapters:
            yield Problem(
                settings.name(path),
                1,
                f"the module has no chapter docs/{stem.replace('_', '-')}.md: add it, or name the module in shared_modules",
            )
        if tests.is_dir() and not (tests / f"test_{stem}.py").is_file():
            yield Problem(settings.name(path), 1, f"the module has no {settings.options.tests}/test_{stem}.py")
