"""A row of the table of terms that does not fit is told with file and line."""

from __future__ import annotations

import pytest

from tests.asrun.conftest import SmallBook
from tests.asrun.reading.test_terms import HEAD

GOOD = "| mean | average | The sum over the count. | [Sums](page.md#sums) |\n"
PAGE = "\nThe **whole** is more.\n\n## Sums\n\nThe **means** of it.\n\n## Others\n\nNo *mean*.\n"


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        ("| whole | | All of it. | [A page](page.md) |", []),
        (
            "| middle | means | All of it. | [Sums](page.md#sums) |",
            ["means stands in line 8 already: a name has one row"],
        ),
        ("| all | whole | All of it. | [A page](page.md) |", []),
        ("| whole | | All of it. | [No](no.md) |", ["the link no.md leads nowhere: there is no docs/no.md"]),
        (
            "| whole | | All of it. | [No](page.md#no) |",
            ["the link page.md#no leads nowhere: docs/page.md has no heading or id #no"],
        ),
        (
            "| part | | Some of it. | [Others](page.md#others) |",
            ["part is not in bold in docs/page.md#others: write **part** there"],
        ),
        (
            "| part | | Some of it. | [A page](page.md) |",
            ["part is not in bold in docs/page.md before its first section: write **part** there"],
        ),
        ("| whole | | | [A page](page.md) |", ["whole has no sentence: say in one what it is"]),
        (
            "| whole | Average | All of it. | [A page](page.md) |",
            ["Average stands in line 8 already: a name has one row"],
        ),
        (
            "| whole | All of it. | [A page](page.md) |",
            [
                "a row of terms has the columns Term, Also called, In one sentence, Where, the last a link to the section"
            ],
        ),
        (
            "| whole | | All of it. | page.md |",
            [
                "a row of terms has the columns Term, Also called, In one sentence, Where, the last a link to the section"
            ],
        ),
    ],
)
def test_rows_that_do_not_fit(book: SmallBook, row: str, problems: list[str]) -> None:
    book.options["terms"] = "terms.md"
    book.page(PAGE)
    book.page(f"{HEAD}{GOOD}{row}\n", uri="terms.md")
    assert book.problems() == [f"docs/terms.md:9: {problem}" for problem in problems]


def test_a_term_is_in_bold_in_its_section_alone(book: SmallBook) -> None:
    book.options["terms"] = "terms.md"
    book.page(f"{PAGE}\nTwo **means**, again.\n\n- **Means** begin this item.\n")
    book.page(f"{HEAD}{GOOD}", uri="terms.md")
    told = "means is in bold in docs/page.md#others, too: a term is in bold in its section alone; take the ** out there"
    assert book.problems() == [f"docs/terms.md:8: {told}"]
