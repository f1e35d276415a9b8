"""The rules: a page says what its run gave, and the pages, modules and tests of a book fit together.

One function for each rule. What is wrong with one page are faults: lines of its text, and what is wrong there.
"""

import os.path
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import unquote, urlsplit

from asrun.checking.record import RECORD_FILE
from asrun.checking.symbols import check_symbols
from asrun.formulas.katex import Key, Rendered
from asrun.model import Block, Fault, Figure, Formula, Meaning, Number, Page, Problem, Ran, Term
from asrun.reading.includes import sections_of
from asrun.reading.prose import QUOTE
from asrun.reading.terms import finder, found_in, key
from asrun.running.page import PageRun
from asrun.settings import Settings

UNFINISHED = ("failed", "not run")
UPDATE = "mend the code, or run `make update`"

# ---- what a page says and its run did not give ----


def changed_records(page: Page, run: PageRun) -> Iterator[tuple[Block, list[str]]]:
    """The blocks whose records are not what they printed, and what they printed: lines without trailing blanks."""
    for block, ran in _finished(page, run):
        text = "".join(piece for piece in ran.pieces if isinstance(piece, str))
        printed, recorded = _lines(text), _lines(block.record.source if block.record else "")
        if printed != recorded or (block.record and not printed):
            yield block, printed


def changed_numbers(page: Page, run: PageRun) -> Iterator[tuple[Number, str]]:
    """The numbers that are not what their expressions give, and what these give, with the author's minus sign."""
    for number, value in zip(page.numbers, run.values, strict=False):
        if value.text and value.text.replace("\u2212", "-") != number.text.replace("\u2212", "-"):
            yield number, value.text.replace("-", "\u2212") if "\u2212" in number.text else value.text


def _finished(page: Page, run: PageRun) -> Iterator[tuple[Block, Ran]]:
    return ((b, ran) for b, ran in zip(page.code_blocks, run.blocks, strict=False) if ran.outcome not in UNFINISHED)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")] if text.strip() else []


# ---- a page ----


def check_page(page: Page, run: PageRun, math: dict[Key, Rendered], meanings: dict[str, Meaning]) -> Iterator[Problem]:
    """Everything that is wrong with one page. `math` holds its formulas as KaTeX set them, `meanings` what symbols mean there."""
    of_run = chain(
        _check_records(page, run), _check_numbers(page, run), _check_statements(page, run), _check_figures(page, run)
    )
    of_text = chain(_check_repetition(page), _check_bound_formulas(page, run, math), _check_tex(page, math))
    of_symbols = check_symbols(page, run, math, meanings)
    yield from chain(
        page.problems, run.problems, (page.problem(*fault) for fault in chain(of_run, of_text, of_symbols))
    )


def _check_records(page: Page, run: PageRun) -> Iterator[Fault]:
    """Records are what blocks print; the first line that differs is told."""
    finished = {block.line for block, _ in _finished(page, run)}
    unfinished = [block.line for block in page.code_blocks if block.line not in finished]
    for block, printed in changed_records(page, run):
        record = block.record
        if unfinished and block.line > unfinished[0]:
            return  # what follows may follow from it
        if record is None:
            yield block.line, f"the block prints {_quoted(printed[0])} and has no record: run `make update`"
        elif not printed:
            what = "a record of output, but the block above it prints nothing: delete it, or run `make update`"
            yield record.line, what
        else:
            recorded = record.source.split("\n")
            both = min(len(recorded), len(printed))
            place = next((n for n in range(both) if recorded[n].rstrip() != printed[n]), both)
            said, given = (
                _quoted(lines[place] if place < len(lines) else "nothing more") for lines in (recorded, printed)
            )
            yield record.line + 1 + place, f"the record says {said}, but the block prints {given}: {UPDATE}"


def _quoted(line: str) -> str:
    """A line in quotation marks, cut where it is long."""
    return repr(line if len(line) <= 80 else f"{line[:80]}…")


def _check_numbers(page: Page, run: PageRun) -> Iterator[Fault]:
    """Every expression of the prose has a value, and numbers are what their expressions give."""
    for number, text in changed_numbers(page, run):
        yield number.line, f"the text says {number.text}, but {number.expression} gives {text}: {UPDATE}"
    for number, value in zip(page.numbers, run.values, strict=False):
        if value.error:
            yield number.comment_line, f"the expression {number.expression} {value.error}"


def _check_statements(page: Page, run: PageRun) -> Iterator[Fault]:
    """Every statement holds."""
    for statement, held in zip(page.statements, run.held, strict=False):
        if held.error:
            yield statement.line, f"the statement {statement.expression} {held.error}"


def _check_figures(page: Page, run: PageRun) -> Iterator[Fault]:
    """Every figure has its alt text, and a block whose code is folded has a figure."""
    for block, ran in _finished(page, run):
        figures, alts = sum(isinstance(piece, Figure) for piece in ran.pieces), len(block.alts)
        if figures and not alts:
            yield block.line, 'the block draws a figure and has no alt text: add alt="what the picture shows"'
        elif alts and not figures:
            yield block.line, "the block has an alt text and draws no figure: delete it, or draw"
        elif figures != alts:
            yield block.line, f"the block draws {figures} figures and has {alts} alt texts: separate them by ' | '"
        if block.fold and not figures:
            what = "`fold` puts a figure before its code, and the block draws none: take `fold` out, or draw"
            yield block.line, what


def _check_repetition(page: Page) -> Iterator[Fault]:
    """A page shows a function once, and once more only in a complete listing, titled as a file; its own is never folded."""
    first: dict[str, int] = {}
    for block in page.code_blocks:
        for section in () if block.title.endswith(".py") else [segment.section for segment in block.segments]:
            if section and first.setdefault(section, block.line) != block.line:
                what = f"{section} is shown at line {page.lines[first[section] - 1]} already: "
                yield block.line, f'{what}refer to it, or give a complete listing a title="….py"'
            elif block.fold and section.startswith(f"{page.stem.replace('-', '_')}.py:"):
                what = "a function of the chapter that the page shows here first: take `fold` out"
                yield block.line, f"`fold` hides {section}, {what}"


def _check_bound_formulas(page: Page, run: PageRun, math: dict[Key, Rendered]) -> Iterator[Fault]:
    """Formulas that are bound to code agree with it."""
    for formula, checked in zip(page.bound_formulas, run.checks, strict=False):
        if not checked.error or math[formula.key].error:
            continue  # what KaTeX cannot read is told by a rule of its own
        if checked.offset is None and formula.binding:
            yield formula.binding.line, checked.error
        else:
            line, column, caret = _place(page, formula, checked.offset or 0)
            yield line, f"column {column}: {checked.error}\n{caret}"


def _check_tex(page: Page, math: dict[Key, Rendered]) -> Iterator[Fault]:
    """KaTeX can set every formula."""
    for formula in page.formulas:
        rendered = math[formula.key]
        if rendered.error:
            line, column, _ = _place(page, formula, rendered.position)
            yield line, f"column {column}: KaTeX cannot read the formula: {rendered.error}"


def _place(page: Page, formula: Formula, offset: int) -> tuple[int, int, str]:
    """Line and column of an offset of a formula, and the formula's text on that line with a caret beneath it."""
    *above, last = formula.tex[:offset].split("\n")
    line = formula.line + len(above)
    quote = QUOTE.match(page.text.split("\n")[line - 1])
    column = len(last) + (1 + len(quote[0] if quote else "") if above else formula.column)
    return line, column, f"    {formula.tex.split(chr(10))[len(above)]}\n    {' ' * len(last)}^"


# ---- the book ----


def check_book(settings: Settings, pages: dict[str, Page], terms: Iterable[Term]) -> Iterator[Problem]:
    """What is wrong with more than one page. `pages` are all of them, by uri."""
    links = (page.problem(*fault) for page in pages.values() for fault in _check_links(settings, page, pages))
    yield from chain(_check_nav(settings, pages), check_in_nav(settings, pages.values()), links)
    yield from chain(_check_sections(settings, pages), _check_partners(settings, pages))
    yield from _check_terms(settings.name(settings.docs / settings.options.terms), terms, pages)


def check_in_nav(settings: Settings, pages: Iterable[Page]) -> Iterator[Problem]:
    """Every page is in nav."""
    entries = {entry.uri for entry in settings.nav}
    for page in pages:
        if page.uri not in entries:
            yield page.problem(1, "the page is missing from nav in mkdocs.yml: readers would never find it")


def _check_nav(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    """nav names pages that exist, each once."""
    lines = (settings.root / "mkdocs.yml").read_text(encoding="utf-8").split("\n")
    for uri, count in Counter(entry.uri for entry in settings.nav).items():
        line = next((n for n, text in enumerate(lines, 1) if re.search(rf"(?<![\w/-]){re.escape(uri)}\s*$", text)), 1)
        if uri not in pages:
            yield Problem("mkdocs.yml", line, f"nav names {uri}, which does not exist below {settings.docs.name}/")
        if count > 1:
            yield Problem("mkdocs.yml", line, f"nav names {uri} twice")


def _check_links(settings: Settings, page: Page, pages: dict[str, Page]) -> Iterator[Fault]:
    """Links within the book lead to a page, a heading or a file."""
    for line, href in page.links:
        parts = urlsplit(href)
        if parts.scheme or parts.netloc:
            continue
        if href.startswith("/"):
            what = "is absolute and breaks below a path: link to the file, as other-page.md"
            yield line, f"the link {href} {what}"
            continue
        path, anchor = unquote(parts.path), unquote(parts.fragment)
        uri = os.path.normpath(os.path.join(os.path.dirname(page.uri), path)) if path else page.uri
        target, missing = pages.get(uri), ""
        if target and anchor and anchor not in target.anchors:
            missing = f"{target.file} has no heading or id #{parts.fragment}"
        elif not target and not (settings.docs / uri).is_file():
            missing = f"there is no {settings.docs.name}/{uri}"
        # `make build` puts the archive and the record beside the pages.
        if missing and os.path.basename(uri) not in (f"{settings.archive_name}.zip", RECORD_FILE):
            yield line, f"the link {href} leads nowhere: {missing}"


def _check_sections(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    """Section markers can be read, and a page shows each section."""
    used = {segment.section for page in pages.values() for block in page.blocks for segment in block.segments}
    for path in sorted(settings.modules.rglob("*.py")):
        sections, problems = sections_of(settings, path)
        yield from problems
        for section in sections.values():
            if f"{path.relative_to(settings.modules).as_posix()}:{section.name}" not in used:
                what = f"no page shows the section {section.name!r}: include it, or delete its markers"
                yield Problem(settings.name(path), section.line - 1, what)


def _check_partners(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    """A chapter has a module, and a module a chapter and tests, of the same name."""
    modules = {path.stem: path for path in settings.modules.glob("*.py") if path.stem not in settings.shared_modules}
    chapters = {page.stem.replace("-", "_"): page for page in pages.values() if page.meta.get("level")}
    tests = settings.options.tests
    for stem, page in chapters.items():
        if stem not in modules and not page.is_notebook:
            what = f"the chapter has no {settings.options.modules}/{stem}.py"
            yield page.problem(1, f"{what}: add it, or take `level` out of the front matter")
    for stem, path in modules.items():
        if stem not in chapters:
            what = f"the module has no chapter {settings.docs.name}/{stem.replace('_', '-')}.md"
            yield Problem(settings.name(path), 1, f"{what}: add it, or name the module in shared_modules")
        if not (settings.root / tests / f"test_{stem}.py").is_file():
            yield Problem(settings.name(path), 1, f"the module has no {tests}/test_{stem}.py")


def _check_terms(file: str, terms: Iterable[Term], pages: dict[str, Page]) -> Iterator[Problem]:
    """A row has a sentence and names of its own, and its term, under one of its names, stands in bold where it says; that links lead somewhere is told of all."""
    seen: dict[str, Term] = {}
    for term in terms:
        if not term.sentence:
            yield Problem(file, term.line, f"{term.name} has no sentence: say in one what it is")
        for name in term.names:
            first = found_in(seen, name) or seen.setdefault(key(name), term)
            if first is not term:
                yield Problem(file, term.line, f"{name} stands in line {first.line} already: a name has one row")
        page, named = pages.get(term.uri), finder(term.names)
        if not page or (term.anchor and term.anchor not in page.anchors):
            continue
        bold = [(other, at, words) for other in pages.values() for at, words in other.bold if named.fullmatch(words)]
        if not any(other is page and at == term.anchor for other, at, _ in bold):
            where = f"{page.file}#{term.anchor}" if term.anchor else f"{page.file} before its first section"
            yield Problem(file, term.line, f"{term.name} is not in bold in {where}: write **{term.name}** there")
        for other, at, words in bold:
            label = words[0].isupper() and term.name[0].islower()  # begins a row or an item, and is no term there
            if not label and (other is not page or at != term.anchor):
                what = f"{words} is in bold in {other.file}#{at}, too: a term is in bold in its section alone"
                yield Problem(file, term.line, f"{what}; take the ** out there")
