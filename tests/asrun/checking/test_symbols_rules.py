"""A symbol that is another here than in the notation table is told, unless its block or its formula says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asrun.formulas.symbols import told_here
from tests.asrun.conftest import SmallBook

TABLE = """
## Symbols

| Symbol | Python | Shape | Meaning | Pages |
|---|---|---|---|---|
| $n$ | `n` | whole number | examples | |
| $d$ | `d` | whole number | features | |
| $i$ | `i` | 1…n | counts examples | |
| $X$ | `X` | (n, d) | all data | |
| $x$ | `x` | (n,) | data | |
| $b$ | `b` | number | a height | |
| $f$ | `f(x) = x ** 2` | number | a function | |
| $x$ | `x` | number | a place | other |
| $z$ | `z` | number | a depth | other |
"""
SYMBOLS = "\nOf $n$, $d$, $i$, $X$, $x$, $b$ and $f$.\n"
SAYS = {
    "x": 'the notation table says (n,), data: rename it, or say what it is: here="x is …"',
    "b": 'the notation table says number, a height: rename it, or say what it is: here="b is …"',
    "i": 'the notation table says 1…n, counts examples: rename it, or say what it is: here="i is …"',
    "X": 'the notation table says (n, d), all data: rename it, or say what it is: here="X is …"',
    "f": 'the notation table says number, a function: rename it, or say what it is: here="f is …"',
}
HAVE = "import numpy as np\n"


def told(book: SmallBook, body: str) -> list[str]:
    """What is said of a page whose body begins at line 8, below a line with all symbols."""
    book = replace(book, options={"notation": "notation.md"})
    book.page(TABLE, "notation.md")
    book.page(SYMBOLS + "\n" + body)
    return book.problems()


def block(code: str, options: str = "") -> str:
    return f"```python{options}\n{code.strip()}\n```\n"


# ---- values and annotations ----


@pytest.mark.parametrize(
    ("code", "line", "name", "has"),
    [
        ("x = 3", 9, "x", "is a number"),
        ("x = np.eye(2)", 10, "x", "has the shape (2, 2)"),
        ("x = 'ten'", 9, "x", "is a str"),
        ("for x in [210, 80]:\n    pass", 9, "x", "is a number"),
        ("b = np.ones(3)", 10, "b", "has the shape (3,)"),
        ("b = [1, 2]", 9, "b", "has the shape (2,)"),
        ("i = 0.5", 9, "i", "is no whole number"),
        ("i = np.arange(3)", 10, "i", "has the shape (3,)"),
        ("f = np.ones(3)", 10, "f", "has the shape (3,)"),
        ("def b():\n    return 1", 9, "b", "is a function"),
        ("a = 1\n\n\ndef g(x: float) -> None:\n    pass", 12, "x", "has the type float"),
        ("def g(b: np.ndarray) -> None:\n    pass", 10, "b", "has the type np.ndarray"),
        ("def g(i: float) -> None:\n    pass", 9, "i", "has the type float"),
        ("class Bird:\n    x: float", 10, "x", "has the type float"),
        ('def g(x):\n    """From `x` (d,)."""', 9, "x", "has the shape (d,)"),
        ('def g(X):\n    """From X (d, n)."""', 9, "X", "has the shape (d, n)"),
        ('def g(x):\n    """From all.\n\n    x: (n, d)\n    """', 9, "x", "has the shape (n, d)"),
        ("class Bird:\n    x: np.ndarray  # (d,), of one bird", 11, "x", "has the shape (d,)"),
    ],
)
def test_a_variable_that_contradicts_the_table_is_told(
    book: SmallBook, code: str, line: int, name: str, has: str
) -> None:
    code = HAVE + code if "np." in code else code
    assert told(book, block(code)) == [f"docs/page.md:{line}: {name} {has} here, and {SAYS[name]}"]
    # Its remedy, which says it of each name of the block.
    assert told(book, block(code, f' here="{name} is what it is"')) == []
    assert told(book, block(code, f' here="{name} is another"')) == []


@pytest.mark.parametrize(
    "code",
    [
        "x = np.ones(7)\nX = np.ones((3, 2))  # other data have another n",
        "x, b, i, n = [1, 2, 3], 2.5, 0, np.int64(7)",
        "import fractions\n\nb = fractions.Fraction(1, 3)",
        "def f(x: np.ndarray) -> float:\n    return x.sum()",
        'def g(x, X):\n    """From x (n,), X (n, p) give `b` (p,): the mean x (one, two)."""',
        "def g(x: float | np.ndarray, i: int) -> None:\n    pass",
        "y = X = np.ones((2, 2))  # (n, p)",
        "print(dict(x=1))",
        "x = []",
        "class Odd:\n    @property\n    def shape(self):\n        return 1 / 0\n\n\nodd = Odd()\nodds = [odd]\nodds.append(odds)",
    ],
)
def test_what_the_table_allows_is_not_told(book: SmallBook, code: str) -> None:
    recorded = "\n```output\n{'x': 1}\n```\n" if "print" in code else ""
    assert told(book, block(HAVE + code) + recorded) == []


def test_a_name_that_no_formula_of_the_page_has_answers_to_nothing_and_may_be_anything(book: SmallBook) -> None:
    book = replace(book, options={"notation": "notation.md"})
    book.page(TABLE, "notation.md")
    book.page("\n```python\nx = 3\n```\n")
    assert book.problems() == []


def test_a_block_that_goes_on_with_what_another_one_bound_is_told_too(book: SmallBook) -> None:
    body = block("x = 3", ' here="x is a place"') + "\n" + block("y = x + 1")
    assert told(book, body) == [f"docs/page.md:13: x is a number here, and {SAYS['x']}"]


def test_a_shown_function_is_told_where_it_is_included(book: SmallBook) -> None:
    book.snippet("bird", "# --8<-- [start:weigh]\ndef weigh(x: float) -> float:\n    return x\n# --8<-- [end:weigh]\n")
    assert told(book, block('--8<-- "bird.py:weigh"')) == [
        f"docs/page.md:8: x has the type float here, and {SAYS['x']}"
    ]


# ---- what a place says ----


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (block("x = [3]", ' here="x: a place"'), "`here` says of no symbol what it is: 'x: a place': "),
        (block("x = 3", ' here="x is a place | another"'), "`here` says of no symbol what it is: 'another': "),
        (block("b = 3", ' here="x is a place"'), "`here` speaks of x, which does not stand in the block: take it out"),
        (
            block("z = 3", ' here="z is a place"'),
            "`here` speaks of z, which the notation table does not have on this page",
        ),
        (block("x = 3", ' here=""'), "the option 'here' is empty: write here=\"…\""),
        (
            "$x$<!-- here: b is a place -->\n",
            "`here` speaks of b, which does not stand in the formula: take it out",
        ),
        ("$x$<!-- here: x -->\n", "`here` says of no symbol what it is: 'x': "),
        (
            "$$z$$\n\n<!-- definition -->\n<!-- here: z is a place -->\n",
            "`here` speaks of z, which the notation table does not have on this page",
        ),
        ("Text.<!-- here: x is a place -->\n", "no formula stands above <!-- here: x is a place -->"),
        ("$x$<!-- hier: x is a place -->\n", "there is no comment of the kind `hier:`"),
    ],
)
def test_a_place_that_says_what_cannot_be_is_told(book: SmallBook, body: str, problem: str) -> None:
    found = told(book, body)
    assert [text.startswith(f"docs/page.md:8: {problem}") for text in found] == [True], found


def test_each_place_marks_what_it_means(book: SmallBook) -> None:
    body = (
        "$x$<!-- here: x is a place -->, and $x$.\n\n"
        + "$$x + b$$\n\n<!-- here: x is another | b is a depth of the sea -->\n<!-- definition -->\n\n"
        + block("x = 3", ' here="x is a place"')
    )
    assert told(book, body) == []
    made = replace(book, options={"notation": "notation.md"}).verify()
    page, math = made.pages["page.md"], made.math["page.md"]
    facts = dict(told_here(page))
    (place,) = (key for key, fact in facts.items() if fact == ["here:", "a place"])
    (depth,) = (key for key, fact in facts.items() if fact == ["here:", "a depth of the sea"])
    assert set(facts) == {place, depth}
    assert place.startswith("x:")
    assert f'data-s="{place}"' in math["x", False, "x is a place"].html
    assert 'data-s="x"' in math["x", False, ""].html, "elsewhere it is what the table says"
    both = math["x + b", True, "x is another | b is a depth of the sea"].html
    assert f'data-s="{depth}"' in both
    assert 'data-s="x' not in both
    assert [formula.defines for formula in page.formulas if formula.display] == [True]


def test_a_cell_of_a_notebook_says_it_in_its_first_lines(book: SmallBook) -> None:
    book = replace(book, options={"notation": "notation.md"})
    book.page(TABLE, "notation.md")
    book.notebook([("markdown", "Of $x$."), ("code", "#| here: x is a place\nx = 3")])
    assert book.problems() == []
    book.notebook([("markdown", "Of $x$."), ("code", "#| here: b is a height\nx = 3")])
    assert [problem.split(": ", 1)[1] for problem in book.problems()] == [
        "`here` speaks of b, which does not stand in the block: take it out",
        f"x is a number here, and {SAYS['x']}",
    ]
