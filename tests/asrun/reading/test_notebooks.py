"""A notebook is a page: its cells are blocks, its text is prose, and problems name the line of its own file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asrun.checking.update import update
from asrun.publishing.render import render_page
from asrun.reading.notebooks import as_markdown, from_markdown, strip_outputs, to_json
from tests.asrun.conftest import SmallBook

FIGURE = 'plt.plot([1, 2])\nplt.title("Growth")\nplt.xlabel("time (s)")\nplt.ylabel("mass (g)")'


def line_of(path: Path, text: str) -> int:
    """The line of the author's file that holds a text, found without the engine."""
    found = [number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line]
    assert len(found) == 1, (text, found)
    return found[0]


@pytest.mark.parametrize(
    ("cells", "mark", "problem"),
    [
        ([("markdown", "Text."), ("code", "x = 1\n\n1 / 0")], "1 / 0", "ZeroDivisionError: division by zero"),
        ([("code", "x = 1"), ("code", "#| title: T\n\ny = = 2")], "y = = 2", "SyntaxError: invalid syntax"),
        (
            [("markdown", "One.\n\nIt is 0.5.\n\nTwo.")],
            "0.5",
            "the number 0.5 has no expression: write <!-- = expression:.3f --> behind it, or <!-- version --> or "
            "<!-- quoted: source -->",
        ),
        (
            [("code", "x = 1"), ("markdown", "One.\n\nIt is 2<!-- = x -->.")],
            "It is 2",
            "the text says 2, but x gives 1: mend the code, or run `make update`",
        ),
        ([("markdown", "One.\n\n[a](no.md)")], "no.md", "the link no.md leads nowhere: there is no docs/no.md"),
        (
            [("code", "#| skip: yes\nx = 1")],
            "skip",
            "unknown option 'skip': `python` takes alt, fold, here, needs, raises, title",
        ),
        (
            [("markdown", "One."), ("markdown", "Two\n\n```python\nx = 1\n```\n\n```pyhton\n```")],
            "pyhton",
            "unknown language 'pyhton': use one of bash, console, json, latex, output, python, text, toml",
        ),
        (
            [("code", "x = 1"), ("code", "print(3)")],
            "print(3)",
            "the block prints '3' and has no record: run `make update`",
        ),
    ],
)
def test_a_problem_has_the_line_of_the_notebook(
    book: SmallBook, cells: list[tuple[str, str]], mark: str, problem: str
) -> None:
    path = book.notebook(cells)
    assert book.problems() == [f"docs/page.ipynb:{line_of(path, mark)}: {problem}"]


def test_cells_share_names_options_hold_and_prose_is_checked(book: SmallBook) -> None:
    book.notebook(
        [
            ("markdown", "## Start\n\nThe number is 5<!-- = 5 -->, see [here](#start)."),
            ("code", "#| title: Two\nx = 2\nprint(x)"),
            ("code", f'#| alt: A line, "rising"\nimport matplotlib.pyplot as plt\n{FIGURE}'),
            ("code", "#| raises: ValueError\nint('a')"),
        ],
        recorded=["ValueError: invalid literal for int() with base 10: 'a'"],
    )
    path = book.root / "docs/page.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][1]["metadata"]["recorded"] = ["2"]
    path.write_text(to_json(notebook))
    checked = book.verify()
    assert checked.problems == ()
    page, run = checked.pages["page.ipynb"], checked.runs["page.ipynb"]
    assert [ran.outcome for ran in run.blocks] == ["ran", "ran", "raised ValueError"]
    assert page.code_blocks[0].options == {"title": "Two"}
    assert page.code_blocks[1].alts == ['A line, "rising"']
    text = render_page(page, run, lambda figure, alt: f"[figure: {alt}]")
    assert '```python title="Two"\nx = 2\nprint(x)\n```' in text
    assert '[figure: A line, "rising"]' in text
    assert "#|" not in text


def test_a_cell_that_shows_a_fence_is_one_block(book: SmallBook) -> None:
    book.notebook([("code", 'x = """\n```python\n1 / 0\n```\n"""\nprint(len(x))')], recorded=["21"])
    checked = book.verify()
    assert [str(problem) for problem in checked.problems] == []
    assert len(checked.pages["page.ipynb"].code_blocks) == 1


@pytest.mark.parametrize("recorded", [["```"], ["a", "", "b"], ["", "a"], ["```python", "x", "```"]])
def test_a_record_may_hold_anything(book: SmallBook, recorded: list[str]) -> None:
    book.notebook([("code", f"print({chr(10).join(recorded)!r})"), ("markdown", "Text.")])
    path = book.root / "docs/page.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][0]["metadata"]["recorded"] = recorded
    path.write_text(to_json(notebook))
    assert book.problems() == []


def test_writing_it_as_markdown_and_back_changes_nothing() -> None:
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# One\n\n\nText.  \n"},
        {"cell_type": "code", "id": "b", "metadata": {"tags": ["x"]}, "source": "#| title: T\nx = 1\n\n\ny = '```'"},
        {"cell_type": "code", "id": "f", "metadata": {}, "source": '#| fold: true\n#| alt: A fold "here"\nx = 1'},
        {"cell_type": "code", "id": "c", "metadata": {"recorded": ["1", "", "2"]}, "source": ""},
        {"cell_type": "markdown", "id": "d", "metadata": {}, "source": ""},
    ]
    raw = to_json(strip_outputs({"cells": cells, "metadata": {"book": {}}, "nbformat": 4, "nbformat_minor": 5}))
    written = as_markdown("docs/page.ipynb", raw)
    assert written.problems == []
    assert "```python fold alt='A fold \"here\"'" in written.text_lines
    assert len(written.lines) == len(written.text_lines)
    assert from_markdown(raw, [written.text_lines[first:end] for first, end in written.cells]) == raw


def test_a_notebook_in_another_form_is_told(book: SmallBook) -> None:
    path = book.notebook([("markdown", "Text.")])
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2))
    assert len(book.problems()) == 1
    assert "not written as Jupyter does" in book.problems()[0]


@pytest.mark.parametrize("cells", [[], [{"cell_type": "code", "id": "a", "source": "x = 1"}]])
def test_a_notebook_without_cells_or_metadata_is_read(book: SmallBook, cells: list[dict[str, str]]) -> None:
    path = book.notebook([])
    path.write_text(to_json({**json.loads(path.read_text()), "cells": cells}))
    assert [problem.split(": ")[1][:40] for problem in book.problems()] == (
        ["the notebook holds outputs, or is not written as Jupyter does"[:40]] if cells else []
    )
    update(book.verify())
    assert book.problems() == []


def test_what_is_no_notebook_is_told(book: SmallBook) -> None:
    book.write("docs/page.ipynb", "[]")
    (problem,) = book.problems()
    assert problem.startswith("docs/page.ipynb:1: this is not a notebook: ")
