"""Whatever a page says otherwise than its run is told with file and line."""

from __future__ import annotations

from tests.asrun.conftest import SmallBook
from tests.asrun.faults import FIGURE, block, recorded, told


@told(
    [
        (
            "prints-without-a-record",
            block("print(6 * 7)"),
            ["docs/page.md:6: the block prints '42' and has no record: run `make update`"],
        ),
        (
            "long-line-without-a-record",
            block("print('x' * 200)"),
            [f"docs/page.md:6: the block prints '{'x' * 80}…' and has no record: run `make update`"],
        ),
        (
            "record-differs",
            block("print(1)\nprint(2)") + recorded("1\n3"),
            ["docs/page.md:13: the record says '3', but the block prints '2': mend the code, or run `make update`"],
        ),
        (
            "record-ends-early",
            block("print(1)\nprint(2)") + recorded("1"),
            [
                "docs/page.md:13: the record says 'nothing more', but the block prints '2': mend the code, or run `make update`"
            ],
        ),
        (
            "record-goes-on",
            block("print(1)") + recorded("1\n2"),
            [
                "docs/page.md:12: the record says '2', but the block prints 'nothing more': mend the code, or run `make update`"
            ],
        ),
        (
            "record-of-nothing",
            block("x = 1") + recorded("1"),
            [
                "docs/page.md:10: a record of output, but the block above it prints nothing: delete it, or run `make update`"
            ],
        ),
        (
            "empty-record-of-nothing",
            block("x = 1") + "\n```output\n```\n",
            [
                "docs/page.md:10: a record of output, but the block above it prints nothing: delete it, or run `make update`"
            ],
        ),
        (
            "record-with-no-block",
            recorded("1"),
            ["docs/page.md:6: a record of output with no block above it: put it right beneath its ```python block"],
        ),
        (
            "record-behind-a-sentence",
            block("print(1)") + "\nIt prints:\n" + recorded("1"),
            [
                "docs/page.md:12: a record of output with no block above it: put it right beneath its ```python block",
            ],
        ),
        (
            "record-outside-the-container",
            "\n!!! note\n\n    ```python\n    print(1)\n    ```\n" + recorded("1"),
            ["docs/page.md:12: a record of output with no block above it: put it right beneath its ```python block"],
        ),
        (
            "two-records",
            block("print(1)") + recorded("1") + recorded("1"),
            ["docs/page.md:14: a record of output with no block above it: put it right beneath its ```python block"],
        ),
    ]
)
def test_records(book: SmallBook, body: str, problems: list[str]) -> None:
    book.page(body)
    assert book.problems() == problems


@told(
    [
        (
            "differs",
            block("x = 1 / 3") + "\nIt is 0.334<!-- = x:.3f -->.\n",
            ["docs/page.md:10: the text says 0.334, but x:.3f gives 0.333: mend the code, or run `make update`"],
        ),
        (
            "without-an-expression",
            "\nIt is 0.334.\n",
            [
                "docs/page.md:6: the number 0.334 has no expression: write <!-- = expression:.3f --> behind it, or "
                "<!-- version --> or <!-- quoted: source -->"
            ],
        ),
        (
            "expression-raises",
            "\nIt is 0.334<!-- = x:.3f -->.\n" + block("x = 1 / 3"),
            ["docs/page.md:6: the expression x:.3f raises NameError: name 'x' is not defined"],
        ),
        (
            "expression-is-none",
            block("x = 1 / 3") + "\nIt is 0.334<!-- = x +:.3f -->.\n",
            ["docs/page.md:10: the expression x +:.3f raises SyntaxError: 'x +:.3f' is no expression"],
        ),
        (
            "format-is-unknown",
            block("x = 1 / 3") + "\nIt is 0.334<!-- = x:.3q -->.\n",
            [
                "docs/page.md:10: the expression x:.3q raises ValueError: Unknown format code 'q' for object of type 'float'"
            ],
        ),
        (
            "expression-warns",
            block("import numpy as np\nx = np.zeros(1)") + "\nIt is 0.334<!-- = (1 / x)[0]:.3f -->.\n",
            [
                "docs/page.md:11: the expression (1 / x)[0]:.3f raises RuntimeWarning: divide by zero encountered in divide"
            ],
        ),
        (
            "no-number",
            block("x = 1 / 3") + "\nIt is small<!-- = x:.3f -->.\n",
            [
                "docs/page.md:10: no number stands before <!-- = x:.3f -->: put the comment right behind the number it checks"
            ],
        ),
        (
            "in-a-heading",
            block("x = 1 / 3") + "\n## A step of 0.334\n",
            [
                "docs/page.md:10: the number 0.334 has no expression: write beneath it a line <!-- 0.334 = expression:.3f -->, "
                "or <!-- version --> or <!-- quoted: source -->"
            ],
        ),
        (
            "in-a-heading-that-differs",
            block("x = 1 / 3") + "\n## A step of 0.334\n\n<!-- 0.334 = x:.3f -->\n",
            ["docs/page.md:12: the text says 0.334, but x:.3f gives 0.333: mend the code, or run `make update`"],
        ),
        (
            "in-a-formula",
            "\nText.\n\n$$x = 0.334$$\n\n<!-- definition -->\n",
            [
                "docs/page.md:8: the number 0.334 has no expression: write beneath it a line <!-- 0.334 = expression:.3f -->, "
                "or <!-- version --> or <!-- quoted: source -->"
            ],
        ),
        (
            "in-a-formula-that-differs",
            block("x = 1 / 3") + "\nWith $x = 0.334$<!-- 0.334 = x:.3f --> it ends.\n",
            ["docs/page.md:10: the text says 0.334, but x:.3f gives 0.333: mend the code, or run `make update`"],
        ),
        (
            "in-an-alt-text",
            block(FIGURE, 'alt="A line with slope 0.334"'),
            [
                "docs/page.md:6: the number 0.334 has no expression: write beneath it a line <!-- 0.334 = expression:.3f -->, "
                "or <!-- version --> or <!-- quoted: source -->"
            ],
        ),
        (
            "in-an-alt-text-that-differs",
            block(f"x = 1 / 3\n{FIGURE}", 'alt="A line with slope 0.334"') + "\n<!-- 0.334 = x:.3f -->\n",
            ["docs/page.md:15: the text says 0.334, but x:.3f gives 0.333: mend the code, or run `make update`"],
        ),
        (
            "named-but-not-there",
            block("x = 1 / 3") + "\n$$x = 1$$\n\n<!-- definition -->\n<!-- 0.333 = x:.3f -->\n",
            [
                "docs/page.md:13: no 0.333 stands in the formula, heading or alt text above this comment: name the number as "
                "it is written there"
            ],
        ),
    ]
)
def test_numbers(book: SmallBook, body: str, problems: list[str]) -> None:
    book.page(body)
    assert book.problems() == problems


@told(
    [
        (
            "no-alt-text",
            block(FIGURE),
            ['docs/page.md:6: the block draws a figure and has no alt text: add alt="what the picture shows"'],
        ),
        (
            "no-figure",
            block("x = 1", 'alt="A line"'),
            ["docs/page.md:6: the block has an alt text and draws no figure: delete it, or draw"],
        ),
        (
            "two-figures-one-alt-text",
            block(f"{FIGURE}\nplt.figure()\n{FIGURE}", 'alt="A line"'),
            ["docs/page.md:6: the block draws 2 figures and has 1 alt texts: separate them by ' | '"],
        ),
        (
            "fold-without-a-figure",
            block("x = 1", "fold"),
            [
                "docs/page.md:6: `fold` puts a figure before its code, and the block draws none: take `fold` out, or draw"
            ],
        ),
        (
            "no-title-no-labels",
            block("import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])", 'alt="A line"'),
            [
                "docs/page.md:6: figure 1: an axes has no title",
                "docs/page.md:6: figure 1: an axes has no x label: say what it shows, and its unit",
                "docs/page.md:6: figure 1: an axes has no y label: say what it shows, and its unit",
            ],
        ),
        (
            "nothing-in-it",
            block("import matplotlib.pyplot as plt\n_ = plt.figure()", 'alt="Nothing"'),
            ["docs/page.md:6: figure 1: it holds no axes: draw something or delete it"],
        ),
        (
            "small-text",
            block(f"{FIGURE}\nplt.text(0, 1, 'tiny', fontsize=6)", 'alt="A line"'),
            [
                "docs/page.md:6: figure 1: text too small to read on a phone ('tiny'): at least 13.3 points at this figure width"
            ],
        ),
        (
            "picture-without-alt-text",
            "\n![](data/a.png)\n",
            ["docs/page.md:6: the picture data/a.png has no alt text: say what it shows"],
        ),
    ]
)
def test_figures(book: SmallBook, body: str, problems: list[str]) -> None:
    book.write("docs/data/a.png", "")
    book.page(body)
    assert book.problems() == problems


def test_the_first_to_show_a_function_of_the_chapter_is_not_folded(book: SmallBook) -> None:
    for name in ("page", "other"):
        book.snippet(name, f"# --8<-- [start:f]\ndef {name}_f():\n    return 1\n# --8<-- [end:f]\n")
    own, others = (f'--8<-- "{name}.py:f"' for name in ("page", "other"))
    book.page(
        f'\n```python fold alt="A line"\n{own}\n{FIGURE}\n```\n\n```python fold alt="A line"\n{others}\n{FIGURE}\n```\n'
    )
    assert [problem for problem in book.problems() if "fold" in problem] == [
        "docs/page.md:6: `fold` hides page.py:f, a function of the chapter that the page shows here first: take `fold` out"
    ]
