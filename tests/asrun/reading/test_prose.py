"""What counts as a number of the prose, and what does not."""

from __future__ import annotations

import pytest

from tests.asrun.conftest import FRONT_MATTER, SmallBook


def unbound(book: SmallBook, text: str) -> list[str]:
    """The numbers on a page that lack an expression, in the order of the page."""
    book.page(f"\n{text}\n")
    checked = book.verify()
    found = []
    for problem in checked.problems:
        assert "has no expression" in problem.message, problem
        found.append(problem.message.split()[2])
    return found


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It is 0.5.", ["0.5"]),
        ("It is 0.5, and 1.5: or 2.5; (3.5) or “4.5”.", ["0.5", "1.5", "2.5", "3.5", "4.5"]),
        ("It is -0.5, \u22121.5 or +2.5.", ["-0.5", "\u22121.5", "+2.5"]),
        ("From 0.5-1.5, that is 2.5\u20133.5.", ["0.5", "1.5", "2.5", "3.5"]),
        ("It is 1,234.5 kg and 12.5% of 1.5e-3.", ["1,234.5", "12.5%", "1.5e-3"]),
        ("It is 0.5kg or 1.5×2.", ["0.5", "1.5"]),
        ("**0.5**, *1.5*, _2.5_, __3.5__ and ***4.5***", ["0.5", "1.5", "2.5", "3.5", "4.5"]),
        ("[0.5](page.md)", ["0.5"]),
        ("![A slope of 0.5](data/a.png)", ["0.5"]),
        ("| a | b |\n|---|---|\n| 0.5 | 1.5 |", ["0.5", "1.5"]),
        ("- 0.5\n- item\n\n    1.5", ["0.5", "1.5"]),
        ("> It is 0.5.", ["0.5"]),
        ("!!! note\n\n    It is 0.5.", ["0.5"]),
        ('=== "A"\n\n    It is 0.5.', ["0.5"]),
        ("Text[^1].\n\n[^1]: It is 0.5.", ["0.5"]),
        ("Term\n:   It is 0.5.", ["0.5"]),
        ("<div markdown>\nIt is 0.5.\n</div>", ["0.5"]),
        ("<p>It is 0.5.</p>", ["0.5"]),
        ("## A step of 0.5", ["0.5"]),
        ('!!! note "A step of 0.5"\n\n    Text.', ["0.5"]),
        ('=== "A step of 0.5"\n\n    Text.', ["0.5"]),
        ("With $x = 0.5$ it ends.", ["0.5"]),
        ('```python title="A step of 0.5"\nx = 1\n```', ["0.5"]),
        ("It costs $0.50, or $1.50 each.", ["0.50", "1.50"]),
        ("Version 3.11.5 of it.", ["3.11.5"]),
    ],
)  # fmt: skip
def test_a_number_with_a_decimal_point_needs_an_expression(book: SmallBook, text: str, numbers: list[str]) -> None:
    book.write("docs/data/a.png", "")
    assert sorted(unbound(book, text)) == sorted(numbers)


def test_the_comment_stands_directly_behind_its_number(book: SmallBook) -> None:
    book.page("\nIt is 5 <!-- = 5 -->.\n")  # the blank would be left in the text
    assert book.problems() == [
        "docs/page.md:6: no number stands before <!-- = 5 -->: put the comment right behind the number it checks"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Whole numbers are free: 5, 1,933, 1933, 50% and 14/3.",
        "A sentence ends with 5. Another follows.",
        "1. one\n2. two\n\n10. ten",
        "`0.5` and ``a ` 0.5`` and `x = 0.5\ny = 1.5`",
        "[text](page.md?v=1.5) and ![A line](data/a-0.5.png) and <a href=\"page.md?v=0.5\">text</a>",
        "See https://example.org/0.5/page and <https://example.org/1.5>.",
        "[text][ref]\n\n[ref]: https://example.org/0.5",
        "<!-- a comment of 0.5\nin two lines, 1.5 -->",
        "Text.{: style=\"width: 0.5em\" }",
        "On 2026-02-18.",
        "In numpy-2x and x_1.",
        "Costs \\$5 and $6.",
    ],
)  # fmt: skip
def test_what_is_no_number_of_the_prose(book: SmallBook, text: str) -> None:
    book.write("docs/data/a-0.5.png", "")
    book.page(f"\n{text}\n")
    assert book.problems() == []


def test_numbers_in_code_output_and_front_matter_are_not_prose(book: SmallBook) -> None:
    front = FRONT_MATTER.replace("It is short.", "A step of 0.5.")
    book.page("\n```python\nx = 0.5\nprint(x)\n```\n\n```output\n0.5\n```\n\n```text\n1.5\n```\n", front=front)
    assert book.problems() == []


def test_versions_and_quoted_figures_are_counted_apart(book: SmallBook) -> None:
    book.page(
        "\nPython 3.11<!-- version -->, once 0.98<!-- quoted: a popular page -->, **0.99**<!-- quoted: another --> and"
        "\n$0.97$<!-- quoted: a third -->.\n\n## Since 3.12\n\n<!-- version -->\n"
    )
    checked = book.verify()
    assert checked.problems == ()
    page = checked.pages["page.md"]
    assert (page.marks["version"], page.marks["quoted"], len(page.numbers)) == (2, 3, 0)


def test_a_quotation_needs_its_source(book: SmallBook) -> None:
    assert unbound(book, "It is 0.98<!-- quoted: -->.") == ["0.98"]


@pytest.mark.parametrize(
    "text",
    [
        "0.333<!-- = x:.3f -->",
        "**0.333**<!-- = x:.3f -->",
        "_0.333_<!-- = x:.3f -->",
        "\u22120.333<!-- = -x:.3f -->",
        "-0.333<!-- = -x:.3f -->",
        "0.333<!--= x:.3f-->",
        "0.333<!-- =\nx:.3f\n-->",
        "33.3%<!-- = x:.1% -->",
        "33.3<!-- = 100 * x:.1f --> %",
        "1,933<!-- = 1933:, -->",
        "1,234.5<!-- = 1234.5:,.1f -->",
        "3<!-- = round(1 / x) -->",
        "1/3<!-- = Fraction(1, 3) -->",
        "3.33e-01<!-- = x:.2e -->",
        "0.333<!-- = {'a': x}['a']:.3f -->",
        "0.333<!-- = [x, 1][0:1][0]:.3f -->",
        "0.333<!-- = (lambda: x)():.3f -->",
        "0.333<!-- = f'{x:.3f}' -->",
        "True: 1<!-- = int(x == 1 / 3) -->",
        "| 0.333<!-- = x:.3f --> | 3<!-- = 1 / x:.0f --> |\n|---|---|",
        "$x = 0.333$<!-- 0.333 = x:.3f -->",
        "$x = -0.333$<!-- 0.333 = x:.3f -->",
        "$$x = 0.333$$\n\n<!-- definition -->\n<!-- 0.333 = x:.3f -->",
        "$$x = 0.333, n = 3$$\n\n<!-- definition -->\n<!-- 0.333 = x:.3f -->\n<!-- 3 = 1 / x:.0f -->",
        "> $$x = 0.333$$\n>\n> <!-- definition -->\n> <!-- 0.333 = x:.3f -->",
        "- item\n\n    $$x = 0.333$$\n\n    <!-- definition -->\n    <!-- 0.333 = x:.3f -->",
        "## A step of 0.333\n<!-- 0.333 = x:.3f -->",
        "## From 0.333 to 0.667\n<!-- 0.333 = x:.3f -->\n<!-- 0.667 = 2 * x:.3f -->",
        "## From 0.333 to 3\n<!-- 0.333 = x:.3f -->\n<!-- 3 = 1 / x:.0f -->",
        "$x = 0.333$<!--\n0.333 = x:.3f\n-->",
    ],
)
def test_a_number_with_its_expression(book: SmallBook, text: str) -> None:
    book.page(f"\n```python\nfrom fractions import Fraction\n\nx = 1 / 3\n```\n\n{text}\n")
    checked = book.verify()
    assert checked.problems == ()
    assert len(checked.pages["page.md"].numbers) >= 1


def test_prose_sees_the_namespace_as_it_is_at_its_place(book: SmallBook) -> None:
    book.page(
        "\n```python\nx = 1\n```\n\nNow 1<!-- = x -->.\n\n```python\nx = 2\n```\n\nNow 2<!-- = x -->, not 1<!-- = x -->.\n"
    )
    assert book.problems() == ["docs/page.md:16: the text says 1, but x gives 2: mend the code, or run `make update`"]


def test_expressions_do_not_change_what_follows(book: SmallBook) -> None:
    book.page("\n```python\nx = 1\n```\n\nIt is 1<!-- = [x for x in (1, 2)][0] -->, 1<!-- = x -->.\n")
    assert book.problems() == []
