"""The pages as tests: one for each block, one for the rest of a page, one for the book.

The book is run once for all of them, and what the cache holds is not run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asrun.cache import exclusive
from asrun.checking.book import Book, verify
from asrun.model import Problem
from asrun.settings import PAGE_SUFFIXES, Settings

BOOK = pytest.StashKey[Book]()


def book_of(config: pytest.Config) -> Book:
    """The book, run at the first call."""
    if BOOK not in config.stash:
        settings = Settings.load(config.rootpath)
        # Of several test processes one runs the pages, and the others find them in the cache.
        with exclusive(settings.cache / "tests.lock"):
            config.stash[BOOK] = verify(settings)
    return config.stash[BOOK]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect pages below `docs/`, and `mkdocs.yml` for what concerns no single page."""
    if file_path == parent.config.rootpath / "mkdocs.yml" or (
        file_path.suffix in PAGE_SUFFIXES and file_path.is_relative_to(parent.config.rootpath / "docs")
    ):
        return _File.from_parent(parent, path=file_path)
    return None


class _File(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        book = book_of(self.config)
        name = self.path.relative_to(self.config.rootpath).as_posix()
        page = next((page for page in book.pages.values() if page.file == name), None)
        if name == "mkdocs.yml":
            pages = {page.file for page in book.pages.values()}
            problems = [problem for problem in book.problems if problem.file not in pages]
            yield _Item.from_parent(self, name="the book as a whole", problems=problems, line=0)
        if page is None:
            return
        left = [problem for problem in book.problems if problem.file == name]
        for block in page.blocks:
            if block.language == "output":
                continue
            first, last = (page.lines[line - 1] for line in (block.line, (block.record or block).end))
            inside = [problem for problem in left if first <= problem.line <= last]
            left = [problem for problem in left if problem not in inside]
            yield _Item.from_parent(self, name=f"block at line {first}", problems=inside, line=first)
        yield _Item.from_parent(self, name="prose, formulas and links", problems=left, line=1)


class _Item(pytest.Item):
    def __init__(self, *, problems: list[Problem], line: int, **given: Any) -> None:
        super().__init__(**given)
        self.problems, self.line = problems, line

    def runtest(self) -> None:
        if self.problems:
            pytest.fail("\n".join(map(str, self.problems)), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.line, self.name
