"""What is asked of the book as a whole, also where only some of its pages are checked: all of it is told in one run, and again."""

from __future__ import annotations

import shutil

import pytest

from asrun.__main__ import main
from asrun.checking.book import verify
from tests.asrun.conftest import REPOSITORY, SmallBook
from tests.asrun.faults import FIGURE, SECTION, UNSEEDED, UNUSED, block, check, recorded

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
    book.page("\n> $$\n> a = b\n> + \\nothing\n> $$\n>\n> <!-- definition -->\n")
    (problem,) = book.problems()
    assert problem.startswith("docs/page.md:8: column 5: KaTeX cannot read the formula")


def test_the_record_is_counted_once(book: SmallBook) -> None:
    book.page("\nText.\n")
    checked = book.verify()
    assert checked.record is checked.record


def test_all_problems_of_all_pages_are_told_in_one_run_by_file_and_line(book: SmallBook) -> None:
    book.page(block("print(1)") + block("1 / 0") + "\nIt is 1.5.\n" + block("while True: pass"), "second.md")
    book.page("\nSee [this](no.md).\n" + block("print(1)") + recorded("2"), "first.md")
    book.snippet("part", SECTION)
    hasty = SmallBook(book.root, time_limit=1)
    assert hasty.problems() == [
        "docs/first.md:6: the link no.md leads nowhere: there is no docs/no.md",
        "docs/first.md:13: the record says '2', but the block prints '1': mend the code, or run `make update`",
        "docs/second.md:6: the block prints '1' and has no record: run `make update`",
        "docs/second.md:11: ZeroDivisionError: division by zero",
        "docs/second.md:14: the number 1.5 has no expression: write <!-- = expression:.3f --> behind it, or "
        "<!-- version --> or <!-- quoted: source -->",
        "docs/second.md:17: the block does not end: it was stopped at the time limit",
        UNUSED,
    ]


@pytest.mark.parametrize(
    "body",
    [
        block("1 / 0"),
        block("import os\nos._exit(0)"),
        block("print(1)"),
        block("import warnings\nwarnings.warn('careful')"),
        block(FIGURE),
        block("import numpy as np\nnp.random.seed(1)"),
        block("x = 1") + "\nIt is 1.5<!-- = x:.1f -->.\n",
        "\nIt is 1.5.\n",
        "\nText $a_b_c$.\n",
        "\n```python\nx = 1\n",
        "\n[a](no.md)\n",
    ],
)
def test_what_failed_stays_red_without_a_change(book: SmallBook, body: str) -> None:
    book.page(body)
    first = book.problems()
    assert first
    assert book.problems() == first
    assert book.problems() == first


def test_a_book_that_holds_the_engine_is_not_blamed_for_it(book: SmallBook) -> None:
    shutil.copytree(REPOSITORY / "asrun", book.root / "asrun", ignore=shutil.ignore_patterns("__pycache__"))
    book.page(block("import numpy as np\nnp.random.default_rng()"))
    book.settings()
    assert check(book.root).stdout.splitlines() == [f"docs/page.md:8: ValueError: {UNSEEDED}"]
