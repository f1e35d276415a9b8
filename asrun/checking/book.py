"""Read, run and check a book: what the command line, the tests and the site begin with."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from typing import Any

from asrun.checking.plots import check_plots, check_stale_plots
from asrun.checking.record import RECORD, book_record
from asrun.checking.rules import check_book, check_in_nav, check_page
from asrun.formulas import katex
from asrun.formulas.notation import meanings_on, read_table
from asrun.formulas.symbols import shown_functions, tag
from asrun.model import Meaning, Page, Problem, Term
from asrun.reading.pages import read_pages
from asrun.reading.terms import read_terms
from asrun.running.page import PageRun, expect_runs, run_page
from asrun.settings import PAGE_SUFFIXES, BookError, Settings

Math = dict[katex.Key, katex.Rendered]  # the formulas of a page, by what decides how they are set


class Runs(Mapping[str, PageRun]):
    """What comes of each page, by its uri; whoever asks for one waits until it has run."""

    def __init__(self) -> None:
        # Threads only wait for processes: one more than there are cores, for a page that waits for a large library.
        self._pool = ThreadPoolExecutor(max_workers=(os.cpu_count() or 1) + 1)
        self._running: dict[str, Future[PageRun]] = {}

    def begin(self, uri: str, run: Callable[[], PageRun]) -> None:
        """Run a page as soon as those that were begun before leave a thread free."""
        self._running[uri] = self._pool.submit(run)

    def __getitem__(self, uri: str) -> PageRun:
        return self._running[uri].result()

    def __iter__(self) -> Iterator[str]:
        return iter(self._running)

    def __len__(self) -> int:
        return len(self._running)

    def wait(self) -> None:
        """Wait until all have run."""
        self._pool.shutdown()


@dataclass(frozen=True)
class Book:
    """A book that is being run: its pages in the order of `nav`, what comes of them, and what is wrong with it.

    `math` holds the formulas of each page as KaTeX set them, and `meanings` what symbols mean there.
    """

    settings: Settings
    pages: dict[str, Page]
    runs: Runs
    math: dict[str, Math] = field(repr=False)
    meanings: dict[str, dict[str, Meaning]] = field(repr=False)
    terms: tuple[Term, ...] = field(repr=False)
    book_problems: tuple[Problem, ...]  # those that are not of one page

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, by file and line. Waits until all pages have run."""
        self.runs.wait()
        found = set(self.book_problems)
        for uri, page in self.pages.items():
            found.update(check_page(page, self.runs[uri], self.math[uri], self.meanings[uri]))
            found.update(check_plots(self.settings, page, self.runs[uri]))
        return tuple(sorted(found))

    @cached_property
    def record(self) -> dict[str, Any]:
        """What was run and compared: the content of `verified.json`. Waits until all pages have run."""
        return book_record((page, self.runs[uri]) for uri, page in self.pages.items())

    @cached_property
    def record_page(self) -> str:
        """The uri of the page that shows the record, "" where none does."""
        return next((page.uri for page in self.pages.values() if RECORD.search(page.text)), "")

    @cached_property
    def functions(self) -> dict[str, tuple[str, str]]:
        """For each function that a page shows, the page that shows it first, and the id of the block there."""
        return shown_functions(self.pages.values())

    def problems_of(self, uri: str) -> list[Problem]:
        """The problems of one page and of the modules it shows."""
        page = self.pages[uri]
        files = {page.file} | {s.file for block in page.code_blocks for s in block.segments if s.section}
        return [problem for problem in self.problems if problem.file in files]


def begin(settings: Settings, only: Iterable[str] = (), say: Callable[[str], None] = lambda text: None) -> Book:
    """Read the book, or `only` some of its pages (uris below the docs folder), and begin to run it.

    `say` is told which pages run. Those that are in the cache do not.
    """
    expect_runs(settings)
    table, table_problems = read_table(settings)
    terms, terms_problems = read_terms(settings)
    runs, found = Runs(), dict[str, Page]()
    for page in read_pages(settings, only):
        found[page.uri] = page
        runs.begin(page.uri, partial(run_page, settings, page, table, say))
    in_order = dict.fromkeys([*(entry.uri for entry in settings.nav), *sorted(found)])
    pages = {uri: found[uri] for uri in in_order if uri in found}
    meanings = {uri: meanings_on(page.stem, table) for uri, page in pages.items()}
    math = _set_formulas(settings, pages, meanings)
    if only:
        problems = tuple(check_in_nav(settings, pages.values()))
    else:
        of_book = chain(check_book(settings, pages, terms), check_stale_plots(settings))
        problems = (*of_book, *table_problems, *terms_problems)
    return Book(settings, pages, runs, math, meanings, terms, problems)


def verify(settings: Settings, only: Iterable[str] = (), say: Callable[[str], None] = lambda text: None) -> Book:
    """Read, run and check the book, or `only` some of its pages, as `begin` does, and wait until all have run."""
    book = begin(settings, only, say)
    _ = book.problems  # which waits for all runs
    return book


def _set_formulas(
    settings: Settings, pages: dict[str, Page], meanings: dict[str, dict[str, Meaning]]
) -> dict[str, Math]:
    """The formulas of each page as HTML, their symbols marked with what they mean on that page."""
    # Each also as the table alone means it: it tells which symbols stand in it.
    formulas = {
        uri: dict.fromkeys((f.tex, f.display, here) for f in page.formulas for here in (f.here, ""))
        for uri, page in pages.items()
    }
    trees = katex.parse(settings, (key[:2] for of_page in formulas.values() for key in of_page))
    keys = {
        (uri, key): (*key[:2], tag(key[0], trees[key[:2]].tree, meanings[uri], key[2]))
        for uri, of_page in formulas.items()
        for key in of_page
    }
    rendered = katex.render(settings, keys.values())
    return {uri: {key: rendered[keys[uri, key]] for key in of_page} for uri, of_page in formulas.items()}


def page_uri(settings: Settings, name: str) -> str:
    """The uri of the page named as `docs/loss.md`, `loss.md` or `loss`. Raises BookError where there is none."""
    files = settings.page_files()
    for path in (settings.root / name, *(settings.docs / f"{name}{suffix}" for suffix in ("", *PAGE_SUFFIXES))):
        if path in files:
            return path.relative_to(settings.docs).as_posix()
    raise BookError(f"there is no page {name}: the pages are {', '.join(map(settings.name, files))}")
