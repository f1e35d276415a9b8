"""The front matter of a page."""

from __future__ import annotations

import pytest

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
