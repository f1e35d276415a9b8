"""What is asked of the book as a whole, also where only some of its pages are checked."""

from __future__ import annotations

import pytest

from asrun.__main__ import main
from asrun.checking.book import verify
from tests.asrun.conftest import SmallBook

MISSING = "docs/b.md:1: the page is missing from nav in mkdocs.yml: readers would never find it"


def test_a_page_that_is_checked_alone_must_be_in_nav(
    book: SmallBook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book.page("\nText.\n", "a.md")
    book.page("\nText.\n", "b.md")
    settings = book.settings(nav=["a.md"])
    monkeypatch.chdir(book.root)
    assert main(["check", "docs/b.md"]) == 1
    assert capsys.readouterr().out.splitlines() == [MISSING]
    assert main(["check", "docs/a.md"]) == 0
    assert [str(problem) for problem in verify(settings).problems] == [MISSING]


def test_a_place_in_a_formula_of_a_quotation_is_that_of_the_page(book: SmallBook) -> None:
    book.page("\n> $$\n> a = b\n> + \\nothing\n> $$\n>\n> <!-- statement -->\n")
    (problem,) = book.problems()
    assert problem.startswith("docs/page.md:8: column 5: KaTeX cannot read the formula")


def test_the_record_is_counted_once(book: SmallBook) -> None:
    book.page("\nText.\n")
    checked = book.verify()
    assert checked.record is checked.record
