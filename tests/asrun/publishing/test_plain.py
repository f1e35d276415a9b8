"""The prose of a page for readers without the site: what becomes of elements that live by scripts."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest

from asrun.publishing import plain
from tests.asrun.conftest import REPOSITORY

POINTER = "*Here stands a lab to play with: [see it on the page](https://example.org/page/).*"


def made(text: str) -> list[str | int]:
    return plain.pieces(text.split("\n"), lambda address: urljoin("https://example.org/page/", address))


@pytest.mark.parametrize("element", ['<div><fit-lab data="a"></fit-lab></div>', "<degree-lab></degree-lab>"])
def test_in_place_of_a_lab_stands_where_it_is(element: str) -> None:
    assert made(f"One.\n\n{element}\n\nTwo.") == [f"One.\n\n{POINTER}\n\nTwo."]


@pytest.mark.parametrize(
    "element",
    [
        "<div><animated-fit></animated-fit></div>",
        "<div data-search-exclude><book-playground><p>It needs JavaScript.</p></book-playground></div>",
    ],
)
def test_another_element_leaves_nothing(element: str) -> None:
    assert made(f"One.\n\n{element}\n\nTwo.") == ["One.\n\nTwo."]


@pytest.mark.parametrize(
    "html", ["<div markdown>", "<details><summary>Why</summary>", "A <fit-lab></fit-lab> in a line."]
)
def test_other_html_stays(html: str) -> None:
    assert made(html) == [html]


def test_no_custom_element_of_the_real_book_is_left() -> None:
    left = []
    for path in (REPOSITORY / "docs").glob("*.md"):
        text = "\n".join(str(piece) for piece in made(path.read_text(encoding="utf-8")))
        left += [f"{path.name}: {name}" for name in re.findall(r"<([a-z]+-[a-z-]+)", text)]
    assert left == []
