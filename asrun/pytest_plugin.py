"""The pages as tests: one for each block, one for the rest of a page, one for the book.

The book is run once for all of them, and what the cache holds is not run again. In a project that is no book of asrun, this does
nothing and loads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from asrun.checking.book import Book
    from asrun.model import Problem

BOOK = pytest.StashKey["Book"]()
SITE = pytest.StashKey[Path | None]()
SUFFIXES = (".md", ".ipynb")


def book_of(config: pytest.Config) -> Book:
    """The book, run at the first call."""
    from asrun.cache import exclusive
    from asrun.checking.book import verify
    from asrun.settings import BookError, Settings

    if BOOK not in config.stash:
        try:
            settings = Settings.load(config.rootpath)
        except BookError as error:
            raise pytest.UsageError(str(error)) from None
        # Of several test processes one runs the pages, and the others find them in the cache.
        with exclusive(settings.cache / "tests.lock"):
            config.stash[BOOK] = verify(settings)
    return config.stash[BOOK]


def _is_book(config: pytest.Config) -> bool:
    """Whether `mkdocs.yml` names the plugin asrun."""
    if SITE not in config.stash:
        site = config.rootpath / "mkdocs.yml"
        named = site.is_file() and re.search(r"^\s*-?\s*asrun\b", site.read_text(encoding="utf-8"), re.M)
        config.stash[SITE] = site if named else None
    return config.stash[SITE] is not None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the pages of the book, and `mkdocs.yml` for what concerns no single page."""
    if file_path != parent.config.rootpath / "mkdocs.yml" and file_path.suffix not in SUFFIXES:
        return None
    if not _is_book(parent.config):
        return None
    docs = book_of(parent.config).settings.docs
    if file_path.suffix in SUFFIXES and not file_path.is_relative_to(docs):
        return None
    return _File.from_parent(parent, path=file_path)


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
