"""How text is set: numbers keep their units, cells say what they are, and what belongs together stands together."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import cast

import pytest

from asrun.publishing.page import reading_time
from asrun.publishing.setting import join, keep_together, label_cells
from tests.asrun.conftest import SmallBook


def kept(html: str) -> str:
    root = ET.fromstring(f"<div>{html}</div>")
    keep_together(root)
    return ET.tostring(root, encoding="unicode")[5:-6].replace("\N{NO-BREAK SPACE}", "~")


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("it weighs 393 g, or 0.4 kg", "it weighs 393~g, or 0.4~kg"),
        ("154,546 g² and 5 g per mm", "154,546~g² and 5~g per mm"),
        ("<b>434</b> g", "<b>434</b>~g"),
        ("R² = 0.76", "R²~= 0.76"),
        ("40 genes, 3 golden rules, 2 Gs", "40 genes, 3 golden rules, 2 Gs"),
        ("<code>393 g = x</code> g", "<code>393 g = x</code> g"),
        ('<a title="5 g">5 g</a>', '<a title="5 g">5~g</a>'),
        ("<pre>5 g</pre>", "<pre>5 g</pre>"),
    ],
)
def test_a_number_keeps_its_unit_and_code_stays_as_it_is(html: str, shown: str) -> None:
    assert kept(html) == shown


def table(columns: int) -> ET.Element:
    head = "".join(f"<th>c{number}</th>" for number in range(columns))
    cells = "".join(f"<td>{number}</td>" for number in range(columns))
    return ET.fromstring(f"<table><tr>{head}</tr><tr>{cells}</tr></table>")


def test_the_cells_of_many_columns_say_which_they_stand_in() -> None:
    many, few = table(5), table(4)
    label_cells(many)
    label_cells(few)
    assert [cell.get("data-label") for cell in many.iter("td")] == ["c0", "c1", "c2", "c3", "c4"]
    assert not any(cell.get("data-label") for cell in few.iter("td"))


def test_two_neighbors_become_one() -> None:
    parent = ET.fromstring("<div><p>a</p><p>b</p><p>c</p></div>")
    first, second, _ = parent
    assert join(parent, first, second, "pair").get("class") == "pair"
    assert [child.tag for child in parent] == ["div", "p"]
    assert [cast("str", part.text) for part in parent[0]] == ["a", "b"]


def test_reading_takes_time_for_words_and_for_open_code_and_for_labs(book: SmallBook) -> None:
    lines = "\n".join(["x = 1"] * 40)
    book.page(f"{'word ' * 400}\n\n```python\n{lines}\n```\n\n<div><coin-lab></coin-lab></div>\n")
    page = book.verify().pages["page.md"]
    assert reading_time(page) == 2 + 2 + 3
