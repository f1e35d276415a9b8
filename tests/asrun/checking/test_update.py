"""`make update` writes what the runs gave into the pages, shows what it changed, and leaves the rest alone."""

from __future__ import annotations

import json
import textwrap

import pytest

from asrun.__main__ import main
from asrun.checking.update import update
from tests.asrun.conftest import FRONT_MATTER, SmallBook


def updated(book: SmallBook, body: str) -> str:
    """The body of a page after an update. A second update changes nothing, and the check is green."""
    page = book.page(body)
    update(book.verify())
    text = page.read_text()
    assert text.startswith(FRONT_MATTER)
    assert book.problems() == []
    assert update(book.verify()) == ""
    assert page.read_text() == text
    return text.removeprefix(FRONT_MATTER)


# ---- records ----


def test_a_new_record(book: SmallBook) -> None:
    assert updated(book, "\n```python\nprint(1)\n```\n\nText.\n") == (
        "\n```python\nprint(1)\n```\n\n```output\n1\n```\n\nText.\n"
    )


def test_a_new_record_at_the_end_of_a_page_without_a_line_break(book: SmallBook) -> None:
    assert updated(book, "\n```python\nprint(1)\n```") == "\n```python\nprint(1)\n```\n\n```output\n1\n```"


def test_a_new_record_right_before_text(book: SmallBook) -> None:
    assert updated(book, "\n```python\nprint(1)\n```\nText.\n") == (
        "\n```python\nprint(1)\n```\n\n```output\n1\n```\nText.\n"
    )


def test_a_changed_record(book: SmallBook) -> None:
    assert updated(book, "\n```python\nprint(1)\nprint()\nprint(2)\n```\n\n```output\n3\n```\n\nText.\n") == (
        "\n```python\nprint(1)\nprint()\nprint(2)\n```\n\n```output\n1\n\n2\n```\n\nText.\n"
    )


def test_a_record_that_is_not_needed(book: SmallBook) -> None:
    assert (
        updated(book, "\n```python\nx = 1\n```\n\n```output\n1\n```\n\nText.\n") == "\n```python\nx = 1\n```\n\nText.\n"
    )


def test_a_record_that_holds_a_fence(book: SmallBook) -> None:
    assert (
        updated(book, "\n```python\nprint('```')\n```\n") == "\n```python\nprint('```')\n```\n\n````output\n```\n````\n"
    )


def test_a_record_with_a_blank_line_in_a_list(book: SmallBook) -> None:
    assert updated(book, "\n- a\n\n    ```python\n    print(1, 2, sep='\\n\\n')\n    ```\n") == (
        "\n- a\n\n    ```python\n    print(1, 2, sep='\\n\\n')\n    ```\n\n    ```output\n    1\n\n    2\n    ```\n"
    )


def test_leading_blanks_of_an_output_stay_and_trailing_ones_go(book: SmallBook) -> None:
    assert updated(book, "\n```python\nprint('  a  ')\nprint('b')\nprint()\n```\n") == (
        "\n```python\nprint('  a  ')\nprint('b')\nprint()\n```\n\n```output\n  a\nb\n```\n"
    )


def test_several_records_and_numbers_at_once(book: SmallBook) -> None:
    before = """
        It is 1<!-- = 6 * 7 -->.

        ```python
        x = 6 * 7
        print(x)
        ```

        It is 1<!-- = x --> or 2<!-- = x / 8:.2f -->, or **1.5**<!-- = x / 4:.1f -->.

        > ```python
        > print(x)
        > x += 1
        > ```
        >
        > ```output
        > 3
        > ```
        >
        > Then it is 3<!-- = x -->.
        """
    after = """
        It is 42<!-- = 6 * 7 -->.

        ```python
        x = 6 * 7
        print(x)
        ```

        ```output
        42
        ```

        It is 42<!-- = x --> or 5.25<!-- = x / 8:.2f -->, or **10.5**<!-- = x / 4:.1f -->.

        > ```python
        > print(x)
        > x += 1
        > ```
        >
        > ```output
        > 42
        > ```
        >
        > Then it is 43<!-- = x -->.
        """
    assert updated(book, before) == textwrap.dedent(after)


# ---- numbers ----


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It is 0.1<!-- = x:.3f -->.", "It is 0.333<!-- = x:.3f -->."),
        ("It is **0.1**<!-- = x:.3f -->.", "It is **0.333**<!-- = x:.3f -->."),
        ("It is _0.1_<!-- = x:.3f -->.", "It is _0.333_<!-- = x:.3f -->."),
        ("It is -0.1<!-- = -x:.3f -->.", "It is -0.333<!-- = -x:.3f -->."),
        ("It is −0.1<!-- = -x:.3f -->.", "It is −0.333<!-- = -x:.3f -->."),
        ("It is −0.1<!-- = x:.3f -->.", "It is 0.333<!-- = x:.3f -->."),
        ("It is 0.1<!-- = -x:.3f -->.", "It is -0.333<!-- = -x:.3f -->."),
        ("After 1,000<!-- = 1933:, --> steps.", "After 1,933<!-- = 1933:, --> steps."),
        ("After 9<!-- = 1933:, --> steps.", "After 1,933<!-- = 1933:, --> steps."),
        ("It is 10.0%<!-- = x:.1% -->.", "It is 33.3%<!-- = x:.1% -->."),
        ("It is 10.0<!-- = 100 * x:.1f --> %.", "It is 33.3<!-- = 100 * x:.1f --> %."),
        ("It is 14/3<!-- = Fraction(7, 2) -->.", "It is 7/2<!-- = Fraction(7, 2) -->."),
        ("It is 1e-3<!-- = x / 1e6:.1e -->.", "It is 3.3e-07<!-- = x / 1e6:.1e -->."),
        ("0.1<!-- = x:.3f --> and 0.2<!-- = x:.2f -->", "0.333<!-- = x:.3f --> and 0.33<!-- = x:.2f -->"),
        ("| 0.1<!-- = x:.3f --> | 2 |\n|---|---|", "| 0.333<!-- = x:.3f --> | 2 |\n|---|---|"),
        ("- item\n\n    It is 0.1<!-- = x:.3f -->.", "- item\n\n    It is 0.333<!-- = x:.3f -->."),
        (
            "With $x = 0.1$<!-- 0.1 = x:.3f -->, 0.1<!-- = .1 --> is $0.1$<!-- 0.1 = .1 -->.",
            "With $x = 0.333$<!-- 0.333 = x:.3f -->, 0.1<!-- = .1 --> is $0.1$<!-- 0.1 = .1 -->.",
        ),
        ("$$x = 0.1$$\n\n<!-- definition -->\n<!-- 0.1 = x:.3f -->",
         "$$x = 0.333$$\n\n<!-- definition -->\n<!-- 0.333 = x:.3f -->"),
        (
            "$$\nx = 0.1,\\quad\ny = 0.2\n$$\n\n<!-- definition -->\n<!-- 0.1 = x:.3f -->\n<!-- 0.2 = 2 * x:.3f -->",
            "$$\nx = 0.333,\\quad\ny = 0.667\n$$\n\n<!-- definition -->\n<!-- 0.333 = x:.3f -->\n<!-- 0.667 = 2 * x:.3f -->",
        ),
        ("$$x = -0.1$$\n\n<!-- definition -->\n<!-- 0.1 = x:.3f -->",
         "$$x = -0.333$$\n\n<!-- definition -->\n<!-- 0.333 = x:.3f -->"),
        ("So $x = 0.1 + 0.2$<!-- 0.1 = x:.3f --><!-- 0.2 = 2 * x:.3f -->.",
         "So $x = 0.333 + 0.667$<!-- 0.333 = x:.3f --><!-- 0.667 = 2 * x:.3f -->."),
        ("## A step of 0.1\n\n<!-- 0.1 = x:.3f -->", "## A step of 0.333\n\n<!-- 0.333 = x:.3f -->"),
        (
            '!!! note "A step of 0.1"\n\n    <!-- 0.1 = x:.3f -->\n\n    Text.',
            '!!! note "A step of 0.333"\n\n    <!-- 0.333 = x:.3f -->\n\n    Text.',
        ),
        # One number is a part of another: only the whole one changes.
        ("$$x = 0.1 + 0.12 + 10.1$$\n\n<!-- definition -->\n<!-- 0.1 = x:.3f -->\n<!-- 0.12 = .12 -->\n<!-- 10.1 = 10.1 -->",
         "$$x = 0.333 + 0.12 + 10.1$$\n\n<!-- definition -->\n<!-- 0.333 = x:.3f -->\n<!-- 0.12 = .12 -->\n<!-- 10.1 = 10.1 -->"),
    ],
)  # fmt: skip
def test_a_number(book: SmallBook, before: str, after: str) -> None:
    code = "\n```python\nfrom fractions import Fraction\n\nx = 1 / 3\n```\n\n"
    assert updated(book, f"{code}{before}\n") == f"{code}{after}\n"


def test_a_number_in_an_alt_text(book: SmallBook) -> None:
    code = 'import matplotlib.pyplot as plt\nplt.plot([0.1, 2])\nplt.title("t")\nplt.xlabel("x")\nplt.ylabel("y")\nx = 1 / 3'
    body = '\n```python alt="A slope of {0}"\n' + code + "\n```\n\n<!-- {0} = x:.3f -->\n"
    assert updated(book, body.format("0.1")) == body.format("0.333")  # and the 0.1 in the code stays


def test_a_number_in_an_alt_text_of_a_notebook(book: SmallBook) -> None:
    code = 'import matplotlib.pyplot as plt\nplt.plot([0.1, 2])\nplt.title("t")\nplt.xlabel("x")\nplt.ylabel("y")\nx = 1 / 3'
    path = book.notebook(
        [("code", f"#| title: Drawn\n#| alt: A slope of 0.1\n{code}"), ("markdown", "<!-- 0.1 = x:.3f -->")]
    )
    update(book.verify())
    cells = json.loads(path.read_text())["cells"]
    assert "".join(cells[0]["source"]) == f"#| title: Drawn\n#| alt: A slope of 0.333\n{code}"
    assert cells[1]["source"] == ["<!-- 0.333 = x:.3f -->"]
    assert book.problems() == []


# ---- what it leaves alone ----


def test_a_page_that_fails_keeps_what_it_cannot_know(book: SmallBook) -> None:
    body = (
        "\n```python\nprint(1)\n```\n\n```python\n1 / 0\nprint(2)\n```\n\n```output\n3\n```\n\nIt is 4<!-- = x -->.\n"
    )
    page = book.page(body)
    update(book.verify())
    assert page.read_text() == FRONT_MATTER + body.replace("print(1)\n```\n", "print(1)\n```\n\n```output\n1\n```\n")


def test_a_page_whose_fences_are_wrong_is_left_alone(book: SmallBook) -> None:
    page = book.page("\n```python\nprint(1)\n```\n\n```pyhton\nx\n```\n")
    before = page.read_text()
    assert update(book.verify()) == ""
    assert page.read_text() == before


# ---- notebooks ----


def test_a_record_in_a_notebook(book: SmallBook) -> None:
    path = book.notebook(
        [("markdown", "Text."), ("code", "x = 2"), ("code", "print(x)\nprint(3)"), ("markdown", "It is 1<!-- = x -->.")]
    )
    update(book.verify())
    notebook = json.loads(path.read_text())
    assert [cell["metadata"] for cell in notebook["cells"]] == [{}, {}, {"recorded": ["2", "3"]}, {}]
    assert notebook["cells"][3]["source"] == ["It is 2<!-- = x -->."]
    assert notebook["cells"][2]["source"] == ["print(x)\n", "print(3)"]
    assert book.problems() == []
    assert update(book.verify()) == ""


def test_a_record_in_a_notebook_that_is_not_needed(book: SmallBook) -> None:
    path = book.notebook([("code", "x = 2")], recorded=["2"])
    update(book.verify())
    assert json.loads(path.read_text())["cells"][0]["metadata"] == {}
    assert book.problems() == []


def test_outputs_of_a_notebook_are_taken_out(book: SmallBook) -> None:
    path = book.notebook([("markdown", "Text."), ("code", "print(1)")], recorded=["1"])
    clean = path.read_text()
    notebook = json.loads(clean)
    output = {"name": "stdout", "output_type": "stream", "text": ["1\n"]}
    notebook["cells"][1] |= {"execution_count": 3, "outputs": [output], "source": "print(1)"}
    path.write_text(json.dumps(notebook))
    assert len(book.problems()) == 1
    update(book.verify())
    assert path.read_text() == clean
    assert book.problems() == []


# ---- the command ----


def test_the_command_prints_a_diff_and_says_when_there_is_none(
    book: SmallBook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book.page("\n```python\nx = 3\n```\n\nIt is 2<!-- = x -->.\n")
    book.page("\nText.\n", "other.md")
    book.settings()
    monkeypatch.chdir(book.root)
    assert main(["check"]) == 1
    capsys.readouterr()
    assert main(["update"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "--- docs/page.md",
        "+++ docs/page.md",
        "@@ -7,4 +7,4 @@",
        " x = 3",
        " ```",
        " ",
        "-It is 2<!-- = x -->.",
        "+It is 3<!-- = x -->.",
    ]
    assert main(["update"]) == 0
    assert capsys.readouterr().out == "nothing to update\n"


def test_the_command_updates_only_the_page_that_it_is_given(book: SmallBook, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [book.page("\n```python\nprint(1)\n```\n", f"{name}.md") for name in ("a", "b")]
    book.settings()
    monkeypatch.chdir(book.root)
    assert main(["update", "docs/b.md"]) == 0
    assert ["output" in page.read_text() for page in pages] == [False, True]
