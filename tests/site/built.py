"""The built site as files: how it is built, which pages it has, and how tests tell what is wrong with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

MOST_LINES = 40  # of one failed test
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Site:
    """The built site, and where it is served."""

    folder: Path
    home: str  # http://127.0.0.1:PORT/book/
    built_for: str  # https://example.org/book/
    pages: tuple[str, ...]  # "", "loss/", …, and "404.html"
    notebooks: tuple[str, ...]  # those of them that are notebooks

    def file(self, page: str) -> Path:
        return self.folder / page / "index.html" if page == "" or page.endswith("/") else self.folder / page

    def html(self, page: str) -> str:
        return self.file(page).read_text(encoding="utf-8")

    def chapters(self) -> tuple[str, ...]:
        """The pages that a reader can come to: all but the error page."""
        return tuple(page for page in self.pages if page != "404.html")


class Tags(HTMLParser):
    """Reads HTML without a browser: its tags with their attributes in order, and the text within the title."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.title = ""
        self.inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "title" and not self.title:
            self.title = data.strip()


def expect_none(problems: Iterable[tuple[object, str]], what_to_do: str) -> None:
    """Fails if there is any problem, and tells each once with the places where it occurs."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for place, problem in problems:
        name = str(place) or "home page"
        if name not in places[problem]:
            places[problem].append(name)
    if not places:
        return
    lines = []
    for problem, where in places.items():
        more = f" and {len(where) - 3} more" if len(where) > 3 else ""
        lines.append(f"{', '.join(where[:3])}{more}: {problem}")
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"… and {len(lines) - MOST_LINES} more"]
    pytest.fail("\n".join([*lines, f"What to do: {what_to_do}"]), pytrace=False)


def build(into: Path, root: Path = ROOT, **environment: str) -> None:
    """Builds the site just as `make build` does, but for the file of the whole book (see the fixture `folder`)."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(into)]
    surroundings = os.environ | {"NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": source_date()} | environment
    run = subprocess.run(
        command, cwd=root, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if run.returncode != 0:
        last_lines = "\n".join(run.stdout.splitlines()[-40:])
        pytest.fail(f"the site does not build; `make build` in {root} says:\n{last_lines}", pytrace=False)


def source_date() -> str:
    """The time of the last commit, as `make` sets it; any fixed time does where there is none yet."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return given
    run = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.strip() or "1700000000"


def notebooks_in(nav: Any) -> Iterator[str]:
    """The addresses of the notebooks in `nav` of mkdocs.yml."""
    if isinstance(nav, str):
        if nav.endswith(".ipynb"):
            yield nav.removesuffix(".ipynb") + "/"
    else:
        for part in nav.values() if isinstance(nav, dict) else nav:
            yield from notebooks_in(part)
