"""A statement of the prose is evaluated where it stands, must be true, and says what its parts are where it is not."""

import pytest

from tests.asrun.conftest import SmallBook
from tests.asrun.faults import block, told

LOSSES = block("low, high = 0.25, 12.0\nlosses = [3.0, 4.0]\ncount = 3")


@pytest.mark.parametrize(
    "sentence",
    [
        "It is lower.<!-- holds: low < high -->",
        "It is lower,<!-- holds: low < high --> and that is all.",
        "It stays under 100.<!-- holds: high < 100 -->",
        "It is more than a third.<!-- holds: high > 1 / 3 -->",
        "It stays below 50%.<!-- holds: low < 0.5 -->",
        "It stays above $10^{-3}$.<!-- holds: low > 1e-3 -->",
        "It is positive.<!-- holds: low > 0 -->",
        "It is about ten.<!-- holds: 8 < high < 15 -->",
        "All are above two.<!-- holds: all(loss > 2 for loss in losses) -->",
        "Their order is known.<!-- holds: sorted(losses) == losses -->",
        "NumPy says so, too.<!-- holds: __import__('numpy').isclose(low, 0.25) -->",
        "!!! note\n\n    It is lower.<!-- holds: low < high -->",
        "- It is lower<!-- holds: low < high -->\n- and higher<!-- holds: high > low -->",
    ],
)
def test_a_true_statement_is_counted(book: SmallBook, sentence: str) -> None:
    book.page(f"{LOSSES}\n{sentence}\n")
    checked = book.verify()
    assert [str(problem) for problem in checked.problems] == []
    assert checked.record["totals"]["statements"] == sentence.count("holds:")


@told(
    [
        (
            "false",
            LOSSES + "\nHigher.<!-- holds: low > high -->\n",
            ["docs/page.md:12: the statement low > high does not hold: low = 0.25, high = 12"],
        ),
        (
            "false-in-one-part",
            LOSSES + "\nBoth.<!-- holds: low < high and count == 4 -->\n",
            [
                "docs/page.md:12: the statement low < high and count == 4 does not hold: low = 0.25, high = 12, count = 3"
            ],
        ),
        (
            "false-without-a-comparison",
            LOSSES + "\nNone.<!-- holds: not losses -->\n",
            ["docs/page.md:12: the statement not losses does not hold: losses = [3.0, 4.0]"],
        ),
        (
            "no-truth",
            LOSSES + "\nThree.<!-- holds: count -->\n",
            ["docs/page.md:12: the statement count gives 3, which is neither True nor False"],
        ),
        (
            "exception",
            LOSSES + "\nMore.<!-- holds: losses[7] > low -->\n",
            ["docs/page.md:12: the statement losses[7] > low raises IndexError: list index out of range"],
        ),
        (
            "unknown-name",
            LOSSES + "\nMore.<!-- holds: lower < high -->\n",
            ["docs/page.md:12: the statement lower < high raises NameError: name 'lower' is not defined"],
        ),
        (
            "constants",
            LOSSES + "\nMore.<!-- holds: 2 > 1 -->\n",
            [
                "docs/page.md:12: the statement 2 > 1 names no value of the run, so that no run could refute it: name one"
            ],
        ),
        (
            "constants-by-a-module",
            block("import math") + "\nMore.<!-- holds: math.pi > 3 -->\n",
            [
                "docs/page.md:10: the statement math.pi > 3 names no value of the run, so that no run could refute it: name one"
            ],
        ),
        (
            "no-expression",
            LOSSES + "\nMore.<!-- holds: low < -->\n",
            ["docs/page.md:12: the statement low < is no expression"],
        ),
        (
            "bound-far-away",
            LOSSES + "\nIt is small.<!-- holds: low < 1 -->\n",
            [
                "docs/page.md:12: the statement low < 1 types the bound 1, which is neither a number of its sentence nor "
                "within a factor of two of low = 0.25"
            ],
        ),
        (
            "bound-far-away-in-a-loop",
            LOSSES + "\nAll are small.<!-- holds: all(loss < 100 for loss in losses) -->\n",
            [
                "docs/page.md:12: the statement all(loss < 100 for loss in losses) types the bound 100, which is neither a "
                "number of its sentence nor within a factor of two of loss = 3"
            ],
        ),
        (
            "no-such-kind",
            LOSSES + "\nMore.<!-- hold: low < high -->\n",
            [
                "docs/page.md:12: there is no comment of the kind `hold:`: there are code, value, here, holds, holds below, "
                "quoted and asrun"
            ],
        ),
        (
            "before-the-run",
            "\nHigher.<!-- holds: low < high -->\n" + LOSSES,
            ["docs/page.md:6: the statement low < high raises NameError: name 'low' is not defined"],
        ),
    ]
)
def test_what_is_wrong_with_a_statement_is_told(book: SmallBook, body: str, problems: list[str]) -> None:
    book.page(body)
    assert book.problems() == problems


def test_a_statement_below_is_evaluated_at_the_end_of_its_section(book: SmallBook) -> None:
    section = "\n## One\n\nLater it is three.<!-- holds below: x == 3 -->\n" + block("x = 2")
    book.page(section + "\n### A part\n" + block("x = 3") + "\n## Two\n" + block("x = 4"))
    assert book.problems() == []
    book.page(
        "\n## One\n\nLater it is four.<!-- holds below: x == 4 -->\n" + block("x = 3") + "\n## Two\n" + block("x = 4")
    )
    assert book.problems() == ["docs/page.md:8: the statement x == 4 does not hold: x = 3"]


def test_a_statement_behind_a_failed_block_waits_for_it(book: SmallBook) -> None:
    book.page(block("x = 1 / 0") + "\nMore.<!-- holds: x > 1 -->\n")
    assert [problem.split(": ")[1] for problem in book.problems()] == ["ZeroDivisionError"]
