"""What is wrong with a bound formula is told once, and where the fault is: in the formula, or in its comment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.asrun.conftest import SmallBook

TABLE = r"""
## Symbols

| Symbol | Python | Shape | Meaning | Pages |
|---|---|---|---|---|
| $n$ | `n` | whole number | examples | |
| $d$ | `d` | whole number | features | |
| $x$ | `x` | (n,) | data | |
| $y$ | `y` | (n,) | more data | |
| $\hat y$ | `y_hat = 2 * x` | (n,) | predictions | |
"""
CODE = "\n```python\ndef double(x):\n    return 2 * x\n```\n"


def told(book: SmallBook, body: str) -> list[str]:
    """What is said of a page with a function `double`; its body begins at line 10."""
    book = replace(book, options={"notation": "notation.md"})
    book.page(TABLE, "notation.md")
    book.page(CODE + body)
    return book.problems()


def test_a_right_formula_passes(book: SmallBook) -> None:
    assert told(book, "\n$$\\hat y = 2 x$$\n\n<!-- code: double(x) -->\n") == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            "\n$$\\hat y = 3 x$$\n\n<!-- code: double(x) -->\n",
            "docs/page.md:11: column 12: 3 x gives ",
        ),
        (
            "\n> $$\n> \\hat y =\n>   3 x\n> $$\n>\n> <!-- code: double(x) -->\n",
            "docs/page.md:13: column 5: 3 x gives ",
        ),
        (
            "\n> > $$\\begin{aligned}\n> > \\hat y &= 2 x \\\\\n> >   &= 3 x\n> > \\end{aligned}$$\n> >\n> > <!-- code: double(x) -->\n",
            "docs/page.md:13: column 10: 3 x gives ",
        ),
        (
            "\n- Text.\n\n    $$\n    \\hat y = 2 \\Xi\n    $$\n\n    <!-- code: double(x) -->\n",
            "docs/page.md:14: column 16: the symbol \\Xi is missing from the notation table",
        ),
        (
            "\n$$y = 2 x$$\n\n<!-- code: double(x) -->\n",
            "docs/page.md:11: column 3: y is not what double(x) gives: the notation table calls that \\hat y (y_hat). "
            "Write \\hat y, or mark the formula <!-- definition -->",
        ),
        (
            "\nText $y = 2 x$<!-- code: double(x) --> and more.\n",
            "docs/page.md:11: column 7: y is not what double(x) gives: ",
        ),
    ],
    ids=["line", "lines-of-a-quote", "lines-of-a-quote-in-a-quote", "list", "name", "inline"],
)
def test_a_fault_of_the_formula_is_told_in_the_formula(book: SmallBook, body: str, problem: str) -> None:
    found = told(book, body)
    assert len(found) == 1
    assert found[0].startswith(problem)
    first, text, caret = found[0].split("\n")
    column = int(first.split("column ")[1].split(":")[0])
    line = (book.root / "docs/page.md").read_text(encoding="utf-8").split("\n")[int(first.split(":")[1]) - 1]
    assert text[len(caret) - 1 :].rstrip("$") in line[column - 1 :], (
        "the caret and the column point at different places"
    )


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("code: double(x", "the binding double(x is not an expression"),
        ("code: triple(x)", "the binding names triple, which neither the page nor the notation table knows"),
        ("code: double(x) where n > > 1", "`where n > > 1` is no condition on n and d: "),
        ("code: double(x, y)", "the code double(x, y) raises TypeError: "),
        ("value: double(x)", "the page gives x no value: give it one, or write <!-- code: … -->"),
    ],
)
def test_a_fault_of_the_comment_is_told_at_the_comment(book: SmallBook, comment: str, message: str) -> None:
    found = told(book, f"\n> $$\n> \\hat y = 2 x\n> $$\n>\n> <!-- {comment} -->\n")
    assert len(found) == 1
    assert found[0].startswith(f"docs/page.md:15: {message}")


@pytest.mark.parametrize(
    ("tex", "problem"),
    [
        (
            "\\begin",
            "column 9: KaTeX cannot read the formula: Unexpected end of input in a macro argument, expected '}'",
        ),
        ("a + \\foo", "column 7: KaTeX cannot read the formula: Undefined control sequence: \\foo"),
        (
            "a + 𝜋",
            "column 7: KaTeX cannot read the formula: the character U+1D70B is none that it knows: write a command for it, "
            "as \\pi, or leave it out",
        ),
        (
            "\\text{🙂}",
            "column 9: KaTeX cannot read the formula: the character U+1F642 is none that it knows: write a command for it, "
            "as \\pi, or leave it out",
        ),
    ],
)
def test_what_katex_cannot_read_is_told_once(book: SmallBook, tex: str, problem: str) -> None:
    assert told(book, f"\n$${tex}$$\n\n<!-- code: double(x) -->\n") == [f"docs/page.md:11: {problem}"]


def test_a_symbol_that_katex_cannot_read_is_told_at_its_row(book: SmallBook) -> None:
    book = replace(book, options={"notation": "notation.md"})
    book.page(TABLE + "| $\\foo$ | `foo` | number | nothing | |\n| $a b$ | `ab` | number | two | |\n", "notation.md")
    assert book.problems() == [
        "docs/notation.md:15: column 4: KaTeX cannot read the formula: Undefined control sequence: \\foo",
        "docs/notation.md:15: the row of $\\foo$ cannot be read: KaTeX cannot read \\foo: Undefined control sequence: \\foo",
        "docs/notation.md:16: the row of $a b$ cannot be read: cannot read b here",
    ]
