"""A small book in a temporary folder, read by the same engine and the same Markdown extensions as the real one."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from asrun.checking.book import Book, begin
from asrun.checking.update import update_plots
from asrun.reading.notebooks import strip_outputs, to_json
from asrun.running.server import forker
from asrun.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
EXTENSIONS = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))["markdown_extensions"]
# Large enough for the phone that the engine has in mind.
LOOK = 'STYLE = {"figure.figsize": (5.6, 3.6), "font.size": 13.5}\n'
FRONT_MATTER = "---\ntitle: A page\ndescription: It is short.\n---\n"


@dataclass(frozen=True)
class SmallBook:
    """A book to be filled by a test. `time_limit` is the seconds that one block may take.

    With `keeps_plots`, what its figures draw is stored before it is checked, so that tests need not speak of it.
    """

    root: Path
    time_limit: float = 20
    options: dict[str, Any] = field(default_factory=dict)
    keeps_plots: bool = True

    def page(self, body: str, uri: str = "page.md", front: str = FRONT_MATTER) -> Path:
        """Write a page. The body starts at line 5, so that in a text that begins with a line break the
        first written line is line 6."""
        return self.write(f"docs/{uri}", front + textwrap.dedent(body))

    def write(self, name: str, content: str) -> Path:
        """Write any file of the book, as it is given."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path

    def snippet(self, name: str, content: str) -> Path:
        """Write a module that belongs to no chapter: its first line is line 1."""
        return self.write(f"snippets/{name}.py", textwrap.dedent(content).lstrip("\n"))

    def notebook(
        self, cells: list[tuple[str, str]], uri: str = "page.ipynb", recorded: list[str] | None = None
    ) -> Path:
        """Write a notebook of (kind, source) cells as the book stores it; `recorded` is what the last cell prints."""
        made = []
        for number, (kind, source) in enumerate(cells, 1):
            cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source}
            made.append(cell)
        if recorded is not None:
            made[-1]["metadata"]["recorded"] = recorded
        metadata = {"book": {"title": "A page", "description": "It is short."}}
        whole = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        return self.write(f"docs/{uri}", to_json(strip_outputs(whole)))

    def settings(self, nav: list[Any] | None = None) -> Settings:
        """Write `mkdocs.yml`, with all pages in `nav` unless one is given."""
        (self.root / "docs").mkdir(exist_ok=True)
        if nav is None:
            pages = (path for path in (self.root / "docs").rglob("*") if path.suffix in (".md", ".ipynb"))
            nav = sorted(path.relative_to(self.root / "docs").as_posix() for path in pages)
        if not (self.root / "snippets/look.py").exists():
            self.write("snippets/look.py", LOOK)
        chapters = {path.stem.replace("-", "_") for path in (self.root / "docs").glob("*.md")}
        shared = sorted(path.stem for path in (self.root / "snippets").glob("*.py") if path.stem not in chapters)
        options = {"time_limit": self.time_limit, "style": "snippets.look:STYLE", "shared_modules": shared}
        site = {"site_name": "A small book", "nav": nav, "markdown_extensions": EXTENSIONS}
        site["plugins"] = [{"asrun": options | self.options}]
        self.write("mkdocs.yml", yaml.safe_dump(site, sort_keys=False))
        return Settings.load(self.root)

    def verify(self, nav: list[Any] | None = None) -> Book:
        """Read, run and check the book."""
        book = begin(self.settings(nav))
        if self.keeps_plots:
            update_plots(book)
        book.runs.wait()
        return book

    def problems(self, nav: list[Any] | None = None) -> list[str]:
        """What `make check` prints."""
        return [str(problem) for problem in self.verify(nav).problems]


@pytest.fixture(scope="session", autouse=True)
def _font_cache() -> None:
    """The first book that runs decides where Matplotlib keeps its fonts: let it be the real one."""
    forker(str(REPOSITORY))


@pytest.fixture
def book(tmp_path: Path) -> SmallBook:
    """An empty book."""
    return _empty(tmp_path / "book")


@pytest.fixture
def hasty_book(tmp_path: Path) -> SmallBook:
    """An empty book that stops a block after a second, which is much for a block that ends, on a busy machine too."""
    return _empty(tmp_path / "book", time_limit=1)


def _empty(root: Path, time_limit: float = 20) -> SmallBook:
    root.mkdir()
    return SmallBook(root, time_limit)
