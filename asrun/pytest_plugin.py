"""The pages as tests: one for each block, one for the rest of a page, one for the book.

The book is run once for all of them, and what the cache holds is not run again. In a project that is no book of asrun,
this does nothing and loads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from asrun.checking.book import Book
    from asrun.model import Problem


@cache
def _book(root: Path) -> Book | None:
    """The book below `root`, run at the first call; None where there is none."""
    site = root / "mkdocs.yml"
    if not site.is_file() or not re.search(r"^\s*-?\s*asrun\b", site.read_text(encoding="utf-8"), re.M):
        return None
    from asrun.cache import exclusive
    from asrun.checking.book import verify
    from asrun.settings import BookError, Settings

    try:
        settings = Settings.load(root)
    except BookError as error:
        raise pytest.UsageError(str(error)) from None
    # Of several test processes one runs the pages, and the others find them in the cache.
    with exclusive(settings.cache / "tests.lock"):
        return verify(settings)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the pages of the book, and `mkdocs.yml` for what concerns no single page."""
    root = parent.config.rootpath
    if file_path != root / "mkdocs.yml" and file_path.suffix not in (".md", ".ipynb"):
        return None
    book = _book(root)
    if book and (file_path.suffix == ".yml" or file_path.is_relative_to(book.settings.docs)):
        return _File.from_parent(parent, path=file_path, book=book)
    return None


class _File(pytest.File):
    def __init__(self, *, book: Book, **given: Any) -> None:
        super().__init__(**given)
        self.book = book

    def collect(self) -> Iterator[pytest.Item]:
        name = self.path.relative_to(self.config.rootpath).as_posix()
        pages = {page.file: page for page in self.book.pages.values()}
        if name == "mkdocs.yml":
            problems = [problem for problem in self.book.problems if problem.file not in pages]
            yield _Item.from_parent(self, name="the book as a whole", problems=problems, line=0)
        if name not in pages:
            return
        page = pages[name]
        left = [problem for problem in self.book.problems if problem.file == name]
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
