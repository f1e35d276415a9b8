"""The whole book at once: read every page, run it, check it. The one entry for all callers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from engine import katex
from engine.check import check_book, check_page
from engine.model import Page
from engine.pages import read_pages
from engine.run import PageRun, run_page
from engine.settings import BookError, Problem, Settings


@dataclass(frozen=True)
class Book:
    """What stands in the book, what came of it, and what is wrong with it."""

    settings: Settings
    pages: dict[str, Page]
    runs: dict[str, PageRun]
    math: dict[katex.Key, katex.Rendered] = field(repr=False)
    problems: tuple[Problem, ...]

    def problems_of(self, uri: str) -> list[Problem]:
        """The problems that stand on one page, or in a snippet that only it shows."""
        page = self.pages[uri]
        files = {page.file} | {s.file for block in page.code_blocks for s in block.segments if s.section}
        return [problem for problem in self.problems if problem.file in files]


def verify(settings: Settings, only: Iterable[str] = (), say: Callable[[str], None] = lambda text: None) -> Book:
    """Read, run and check the book, or `only` some of its pages (uris below `docs/`)."""
    pages: dict[str, Page] = {}
    running: dict[str, Future[PageRun]] = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:  # each thread only waits for a process
        for page in read_pages(settings, only):
            pages[page.uri] = page
            running[page.uri] = pool.submit(run_page, settings, page, say)
        math = katex.render(settings, ((f.tex, f.display) for page in pages.values() for f in page.formulas))
        runs = {uri: future.result() for uri, future in running.items()}
    problems = [problem for uri, page in pages.items() for problem in check_page(page, runs[uri], math)]
    if not only:
        problems += check_book(settings, pages)
    return Book(settings, pages, runs, math, tuple(sorted(set(problems))))


def page_uri(settings: Settings, name: str) -> str:
    """The uri of a page that somebody named: `docs/loss.md`, `loss.md` or `loss`."""
    for candidate in (
        settings.root / name,
        settings.docs / name,
        settings.docs / f"{name}.md",
        settings.docs / f"{name}.ipynb",
    ):
        if candidate in settings.page_files():
            return candidate.relative_to(settings.docs).as_posix()
    there = ", ".join(settings.name(path) for path in settings.page_files())
    raise BookError(f"there is no page {name}: the pages are {there}")
