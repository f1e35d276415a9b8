"""Fences and cells that cannot be meant are told with file and line."""

from __future__ import annotations

from tests.asrun.conftest import FRONT_MATTER, SmallBook
from tests.asrun.faults import block, told


@told(
    [
        (
            "unknown-language",
            "\n```pyhton\nx = 1\n```\n",
            [
                "docs/page.md:6: unknown language 'pyhton': use one of bash, console, json, latex, output, python, text, toml"
            ],
        ),
        (
            "capital-letter",
            "\n```Python\nx = 1\n```\n",
            [
                "docs/page.md:6: unknown language 'Python': use one of bash, console, json, latex, output, python, text, toml"
            ],
        ),
        (
            "unknown-option",
            block("x = 1", 'skip="yes"'),
            ["docs/page.md:6: unknown option 'skip': `python` takes alt, fold, here, needs, raises, title"],
        ),
        (
            "unknown-word",
            block("x = 1", "notest"),
            ["docs/page.md:6: unknown option 'notest': `python` takes alt, fold, here, needs, raises, title"],
        ),
        (
            "unknown-class-in-braces",
            "\n```{.python .continuation}\nx = 1\n```\n",
            ["docs/page.md:6: unknown option 'continuation': `python` takes alt, fold, here, needs, raises, title"],
        ),
        (
            "option-of-an-output",
            block("print(1)") + '\n```output title="t"\n1\n```\n',
            ["docs/page.md:10: unknown option 'title': `output` takes none"],
        ),
        (
            "option-of-a-text",
            '\n```text raises="ValueError"\n1\n```\n',
            ["docs/page.md:6: unknown option 'raises': `text` takes title"],
        ),
        (
            "fold-with-a-value",
            block("x = 1", 'fold="yes"'),
            ["docs/page.md:6: the option 'fold' takes no value: write fold alone (in a notebook `#| fold: true`)"],
        ),
        ("empty-option", block("x = 1", 'alt=""'), ["docs/page.md:6: the option 'alt' is empty: write alt=\"…\""]),
        ("empty-block", "\n```python\n```\n", ["docs/page.md:6: an empty block: fill it or delete it"]),
        (
            "no-language",
            "\n```\nx = 1\n```\n\n- item\n\n    ~~~\n    x = 1\n    ~~~\n\n```\nx = 1\n```\n\n```\n```\n",
            [
                f"docs/page.md:{line}: this fence names no language: write ```python, or ```text for what does not run"
                for line in (6, 12, 16, 20)
            ],
        ),
        (
            "unclosed-at-the-end",
            "\nText.\n\n```python\nx = 1\n",
            [
                "docs/page.md:8: this fence is not closed, or does not stand on a line of its own at the indentation of its "
                "container: the block would be printed as text and never run"
            ],
        ),
        (
            "unclosed-before-another",
            "\n```python\nx = 1\n\nText.\n\n```python\ny = 1\n```\n",
            ["docs/page.md:6: this fence is not closed: another one opens at line 11; add ``` before it"],
        ),
        (
            "unclosed-in-an-admonition",
            "\n!!! note\n\n    ```python\n    x = 1\n\nText.\n\n```python\ny = 1\n```\n",
            [
                "docs/page.md:8: this fence is not closed, or does not stand on a line of its own at the indentation of its "
                "container: the block would be printed as text and never run"
            ],
        ),
        (
            "indented-block",
            "\nText.\n\n    x = 1\n    y = 2\n",
            ["docs/page.md:8: an indented block of code is shown but never run: write it as a fence"],
        ),
    ]
)
def test_fences(book: SmallBook, body: str, problems: list[str]) -> None:
    book.write("docs/page.md", FRONT_MATTER + body)
    assert book.problems() == problems


def test_a_notebook_that_holds_outputs(book: SmallBook) -> None:
    path = book.notebook([("code", "x = 1")])
    path.write_text(path.read_text().replace('"execution_count": null', '"execution_count": 3'))
    assert book.problems() == [
        "docs/page.ipynb:5: the notebook holds outputs, or is not written as Jupyter does: run `make update`, which strips it"
    ]


def test_a_notebook_with_a_raw_cell(book: SmallBook) -> None:
    book.notebook([("markdown", "Text."), ("raw", "x = 1")])
    assert book.problems() == ["docs/page.ipynb:16: a raw cell: use Markdown and code cells only"]


def test_a_notebook_that_is_none(book: SmallBook) -> None:
    book.write("docs/page.ipynb", '{"nothing": 1}')
    assert book.problems() == ["docs/page.ipynb:1: this is not a notebook: 'cells'"]
