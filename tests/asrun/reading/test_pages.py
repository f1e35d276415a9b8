"""The front matter of a page, and when a page is read again."""

from __future__ import annotations

from typing import Any

import pytest

from asrun.model import Page
from asrun.reading import pages
from tests.asrun.conftest import SmallBook


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ("- title", "the front matter is no list of `name: value`, but ['title']"),
        ("A page", "the front matter is no list of `name: value`, but 'A page'"),
        ("title: [", "the front matter is not YAML: "),
    ],
)
def test_front_matter_that_cannot_be_meant(book: SmallBook, front: str, problem: str) -> None:
    book.page("\nText.\n", front=f"---\n{front}\n---\n")
    found = "\n".join(book.problems())
    assert f"docs/page.md:1: {problem}" in found
    assert "the front matter has no title" in found


@pytest.mark.parametrize(
    ("name", "old", "new", "read_again"),
    [
        ("snippets/part.py", "x = 1", "x = 3", {"shows.md", "shows.ipynb"}),
        ("snippets/other.py", "y = 2", "y = 4", set()),
        ("docs/plain.md", "Text.", "More text.", {"plain.md"}),
        ("requirements.txt", "numpy==1", "numpy==2", {"shows.md", "shows.ipynb", "plain.md"}),
    ],
)
def test_a_page_is_read_again_when_it_depends_on_what_changed(
    book: SmallBook, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str, read_again: set[str]
) -> None:
    book.write("requirements.txt", "numpy==1\n")
    book.snippet("part", "# --8<-- [start:f]\nx = 1\n# --8<-- [end:f]\n")
    book.snippet("other", "# --8<-- [start:g]\ny = 2\n# --8<-- [end:g]\n")
    book.page('\n```python\n--8<-- "part.py:f"\n```\n', "shows.md")
    book.notebook([("code", '--8<-- "part.py:f"')], "shows.ipynb")
    book.page("\nText.\n", "plain.md")
    read: set[str] = set()
    real = pages.read_file

    def counting(settings: Any, uri: str, raw: str) -> Page:
        read.add(uri)
        return real(settings, uri, raw)

    monkeypatch.setattr(pages, "read_file", counting)
    first = {page.uri: page for page in pages.read_pages(book.settings())}
    assert read == first.keys()
    read.clear()
    assert {page.uri: page for page in pages.read_pages(book.settings())} == first
    assert read == set()
    path = book.root / name
    path.write_text(path.read_text().replace(old, new))
    again = {page.uri: page for page in pages.read_pages(book.settings())}
    assert read == read_again
    if name == "snippets/part.py":
        assert [again[uri].code_blocks[0].code for uri in ("shows.md", "shows.ipynb")] == ["x = 3\n", "x = 3\n"]
