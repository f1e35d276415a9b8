"""Finished Markdown reads the same in any builder: outputs, figures and mathematics in place, our own marks gone."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import markdown
import pytest

from asrun.__main__ import main
from asrun.checking.record import record_table
from asrun.publishing.render import render_page
from tests.asrun.conftest import FRONT_MATTER, REPOSITORY, SmallBook

PLAIN = ["tables", "fenced_code", "md_in_html"]
FIGURE = 'plt.plot([1, 2])\nplt.title("Growth")\nplt.xlabel("time (s)")\nplt.ylabel("mass (g)")'


def shown(book: SmallBook, body: str) -> str:
    """The body of a page as finished Markdown, with a word for a figure; the page must be free of problems."""
    book.page(body)
    checked = book.verify()
    assert checked.problems == ()
    page = checked.pages["page.md"]
    return render_page(page, checked.runs["page.md"], lambda figure, alt: f"[figure: {alt}]").lstrip("\n")


def written(book: SmallBook, out: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    book.verify()  # which stores what its figures draw
    monkeypatch.chdir(book.root)
    assert main(["render", str(out), *options]) == 0


# ---- blocks ----


def test_includes_are_expanded_and_options_are_gone(book: SmallBook) -> None:
    book.snippet("part", "# --8<-- [start:f]\ndef f(x):\n    return x\n# --8<-- [end:f]\n")
    text = shown(book, '\n```python title="A function" raises="ValueError"\n--8<-- "part.py:f"\nint("x")\n```\n\n'
                       "```output\nValueError: invalid literal for int() with base 10: 'x'\n```\n")  # fmt: skip
    assert text == (
        '```python title="A function"\ndef f(x):\n    return x\n\n\nint("x")\n```\n\n'
        "```output\nValueError: invalid literal for int() with base 10: 'x'\n```\n"
    )


def test_figures_stand_beneath_their_block_in_the_order_they_came(book: SmallBook) -> None:
    code = f"import matplotlib.pyplot as plt\nprint(1)\n{FIGURE}\nplt.show()\nprint(2)\n{FIGURE}"
    text = shown(book, f'\n```python alt="One | Two"\n{code}\n```\n\n```output\n1\n2\n```\n\nText.\n')
    beneath = text.split(f"{code}\n```\n", 1)[1]
    assert beneath == "\n```output\n1\n```\n\n[figure: One]\n\n```output\n2\n```\n\n[figure: Two]\n\nText.\n"


def test_what_a_folded_block_gives_stands_before_its_code(book: SmallBook) -> None:
    code = f"import matplotlib.pyplot as plt\nprint(1)\n{FIGURE}"
    text = shown(book, f'\nText.\n\n```python fold alt="One"\n{code}\n```\n\n```output\n1\n```\n\nMore.\n')
    assert text == f"Text.\n\n```output\n1\n```\n\n[figure: One]\n\n```python\n{code}\n```\n\nMore.\n"


def test_a_figure_in_a_list_stays_in_the_list(book: SmallBook) -> None:
    code = f"import matplotlib.pyplot as plt\n{FIGURE}".replace("\n", "\n    ")
    text = shown(book, f'\n- item\n\n    ```python alt="One"\n    {code}\n    ```\n\n- another\n')
    assert "\n    [figure: One]\n" in text


def test_a_record_that_holds_a_fence_keeps_its_longer_fence(book: SmallBook) -> None:
    text = shown(book, "\n```python\nprint('```')\n```\n\n````output\n```\n````\n")
    assert text.split() == ["````python", "print('```')", "````", "````output", "```", "````"]


def test_blocks_that_do_not_run_are_shown_as_they_are(book: SmallBook) -> None:
    assert shown(book, '\n```console title="Shell"\n$ make\n```\n') == '```console title="Shell"\n$ make\n```\n'


# ---- comments ----


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("It is 5<!-- = 5 --> and **5**<!-- = 5 -->.", "It is 5 and **5**."),
        ("It is 5<!-- =\n5\n-->, and more.", "It is 5\n\n, and more."),
        ("One.\n\n<!-- two\n\nlines -->\n\nThree.", "One.\n\n\n\n\n\nThree."),
        ("- item\n\n    <!-- a\n    b -->\n\n    text", "- item\n\n    \n\n\n    text"),
        ("## A step of 5\n<!-- 5 = 5 -->\n\nText.", "## A step of 5\n\n\nText."),
        ("`<!-- code -->` stays", "`<!-- code -->` stays"),
        ("| 5<!-- = 5 --> | 6 |\n|---|---|", "| 5 | 6 |\n|---|---|"),
    ],
)
def test_comments_are_gone(book: SmallBook, body: str, text: str) -> None:
    assert shown(book, f"\n{body}\n") == f"{text}\n"


def test_comments_in_code_stay(book: SmallBook) -> None:
    assert "# <!-- a -->" in shown(book, "\n```python\nx = 1  # <!-- a -->\n```\n")


# ---- any other builder ----

TEX = [r"a_1 * b_2 * c", r"\hat{y}_i = w_1 x_{i1}", r"x < y > z \& |a|", r"[a](b) ~d~", r"\{a\} \\ b_*^*"]


@pytest.mark.parametrize("tex", TEX)
@pytest.mark.parametrize("form", ["Text ${}$ *and* more.", "- item\n\n    ${}$\n", "| a |\n|---|\n| ${}$ |"])
def test_rendered_mathematics_comes_through_plain_markdown_unharmed(
    book: SmallBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tex: str, form: str
) -> None:
    if "|" in tex and form.startswith("|"):
        tex = tex.replace("|", "!")  # the table would end there for every reader
    book.page("\n" + form.replace("{}", tex) + "\n")
    written(book, tmp_path / "out", monkeypatch)
    text = (tmp_path / "out/page.md").read_text()
    made = book.verify().math["page.md"][tex, False, ""].html
    result = markdown.markdown(text.split("---\n")[2], extensions=PLAIN)
    assert html.unescape(made) in html.unescape(result)


def test_displayed_mathematics_is_rendered_as_such(
    book: SmallBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.page("\nText.\n\n$$\na_1 = b_1 \\\\\nc\n$$\n\n<!-- definition -->\n\nMore.\n")
    written(book, tmp_path / "out", monkeypatch)
    text = (tmp_path / "out/page.md").read_text()
    assert '<span class="katex-display">' in text
    assert "$$" not in text
    assert "statement" not in text


def test_tex_stays_tex_for_code_hosts(book: SmallBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book.page("\nText $a_1$ and 5<!-- = 5 -->.\n")
    written(book, tmp_path / "out", monkeypatch, "--math", "tex")
    assert (tmp_path / "out/page.md").read_text() == (
        "---\ntitle: A page\ndescription: It is short.\n---\n\n# A page\n\nText $a_1$ and 5.\n"
    )


def test_figures_and_data_are_files_beside_the_pages(
    book: SmallBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.write("docs/data/points.csv", "1,2\n")
    code = f"import matplotlib.pyplot as plt\n{FIGURE}"
    body = f'\n```python alt="A [line] & more"\n{code}\n```\n\nSee [it](../page.md).\n'
    book.page(body, "part/inner.md")
    book.page("\nText.\n")
    written(book, tmp_path / "out", monkeypatch)
    text = (tmp_path / "out/part/inner.md").read_text()
    match = re.search(r"!\[A \[line\] & more\]\((.+?)\)", text)
    assert match
    assert (tmp_path / "out/part" / match[1]).read_text().startswith("<svg ")
    assert "prefers-color-scheme" in (tmp_path / "out/part" / match[1]).read_text()
    assert (tmp_path / "out/data/points.csv").read_text() == "1,2\n"


def test_nothing_of_ours_is_left_in_the_real_book(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "asrun", "render", str(tmp_path)], cwd=REPOSITORY, check=False, capture_output=True
    )
    pages = list(tmp_path.glob("*.md"))
    assert pages
    for page in pages:
        text = re.sub(r"<!--\s*(?:engine:.*?)-->", "", page.read_text())
        text = re.sub(r"^(`{3,})(?:text|console).*?^\1$", "", text, flags=re.S | re.M)  # shown as it is
        for ours in ("8<--", "<!--", 'alt="', 'raises="', "$$"):
            assert ours not in re.sub(r"`[^`\n]*`", "", text), (page.name, ours)


# ---- the record ----

RECORDED = f"""
Python 3.11<!-- version -->, once 0.98<!-- quoted: somebody -->. With $x$:

```python alt="A line"
import matplotlib.pyplot as plt
{FIGURE}
print(5)
```

```output
5
```

It is 5<!-- = 5 -->, twice 10<!-- = 10 -->.

```python raises="ValueError"
int("x")
```

```output
ValueError: invalid literal for int() with base 10: 'x'
```

```console
$ make
```
"""


def test_the_record_says_what_was_run_and_compared(book: SmallBook) -> None:
    book.page(RECORDED)
    book.page("\nText.\n", "other.md", front=FRONT_MATTER.replace("A page", "Another"))
    checked = book.verify()
    assert checked.problems == ()
    data = checked.record
    page = {
        key: data["pages"]["docs/page.md"][key]
        for key in ("blocks", "outputs", "numbers", "figures", "quoted", "version")
    }
    assert page == {
        "blocks": [
            {"line": 8, "language": "python", "outcome": "ran"},
            {"line": 23, "language": "python", "outcome": "raised ValueError"},
            {"line": 31, "language": "console", "outcome": "shown"},
        ],
        "outputs": 2,
        "numbers": 2,
        "figures": 1,
        "quoted": 1,
        "version": 1,
    }
    assert data["pages"]["docs/other.md"]["blocks"] == []
    expected = {"pages": 2, "blocks": 3, "ran": 1, "raised": 1, "shown": 1, "outputs": 2, "numbers": 2, "figures": 1}
    assert {key: data["totals"][key] for key in expected} == expected


def test_the_record_does_not_change_from_run_to_run(book: SmallBook) -> None:
    book.page(RECORDED)
    first = json.dumps(book.verify().record, sort_keys=True)  # from a run
    assert json.dumps(book.verify().record, sort_keys=True) == first  # from the cache
    book.page("\nMore text, of 5<!-- = 5 -->.\n", "zzz.md")
    assert json.dumps(book.verify().record["pages"]["docs/page.md"], sort_keys=True) in first


def test_the_table_has_a_row_for_each_page_and_one_for_all(book: SmallBook) -> None:
    book.page(RECORDED)
    book.page("\nText.\n", "other.md", front=FRONT_MATTER.replace("A page", "Another"))
    checked = book.verify()
    head, rule, *rows = record_table(checked.pages.values(), checked.record).splitlines()
    assert [row.split(" | ")[0] for row in rows] == ["| [Another](other.md)", "| [A page](page.md)", "| **All pages**"]
    assert len({row.count("|") for row in (head, rule, *rows)}) == 1
    page = dict(zip(head.strip("| ").split(" | "), rows[1].strip("| ").split(" | "), strict=True))
    assert (page["Blocks run"], page["Raised as expected"], page["Shown only"]) == ("1", "1", "1")
    assert (page["Outputs compared"], page["Numbers computed"], page["Figures"]) == ("2", "2", "1")
