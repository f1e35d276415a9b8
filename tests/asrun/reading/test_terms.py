"""The table of terms, and how its names are found in text."""

from __future__ import annotations

import pytest

from asrun.reading.terms import finder, found_in, key, read_terms
from tests.asrun.conftest import SmallBook

HEAD = "\n| Term | Also called | In one sentence | Where |\n|---|---|---|---|\n"


def test_the_rows_of_the_table(book: SmallBook) -> None:
    book.options["terms"] = "words/terms.md"
    book.page(
        f"{HEAD}| mean | average, *middle* | The sum over the count. | [Sums](../page.md#sums) |\n"
        "| *range* | | Its width. | [A page](../page.md) |\n\n| Other | table |\n|---|---|\n| no | row |\n",
        uri="words/terms.md",
    )
    (mean, wide), problems = read_terms(book.settings())
    assert problems == []
    assert (mean.name, mean.names, mean.answering) == ("mean", ("mean", "average", "middle"), ["mean", "average"])
    assert (mean.sentence, mean.uri, mean.anchor, mean.line) == ("The sum over the count.", "page.md", "sums", 8)
    assert (wide.names, wide.answering, wide.anchor) == (("range",), [], "")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("mean", "Means, meaning, the MEAN, ill-mean, mean-spirited", ["Means", "MEAN"]),
        ("box", "boxes and a box", ["boxes", "box"]),
        ("RMSE", "rmse, RMSE, RMSEs", ["RMSE", "RMSEs"]),
        ("root mean square", "root-mean\nsquare", ["root-mean\nsquare"]),
        ("Cook's distance", "Cook\u2019s distances", ["Cook\u2019s distances"]),
    ],
)
def test_a_name_is_found_as_whole_words(name: str, text: str, found: list[str]) -> None:
    assert finder([name]).findall(text) == found


def test_the_longest_name_goes_first_and_leads_to_its_row(book: SmallBook) -> None:
    book.options["terms"] = "page.md"
    rows = "| mean | | One. | [A](page.md) |\n| root mean square | | Two. | [A](page.md) |\n"
    book.page(HEAD + rows)
    terms, _ = read_terms(book.settings())
    named = {key(name): term for term in terms for name in term.answering}
    words = finder(name for term in terms for name in term.answering).findall("root mean squares and means")
    assert [found_in(named, one) for one in words] == [terms[1], terms[0]]
