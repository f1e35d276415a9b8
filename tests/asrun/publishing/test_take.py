"""Pages as scripts and as notebooks: what becomes of prose, links, containers, figures and errors."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from asrun.publishing import plain, take
from tests.asrun.conftest import SmallBook

SITE = "https://example.org/book/"
NOTEBOOKS: Any = nbformat
BODY = """
    Some prose with $x^2$, a number 3<!-- = 1 + 2 --> and a [link](other.md#part "title"), [here](#part), [data](data/a.csv).

    ## Part

    ```python
    import matplotlib.pyplot as plt
    from snippets.tools import twice

    print(twice(4))
    twice(5)
    ```

    ```output
    8
    ```

    !!! note "Mind"
        In a box, with `[code](not.md)`.

    ??? question "What is *2* & 2?"
        Four.

    === "One tab"

        ```python alt="A line that rises."
        plt.plot([1, 2])
        plt.title("t")
        plt.xlabel("x")
        plt.ylabel("y")
        ```

    ```python raises="ValueError"
    print("before")
    int("x")
    ```

    ```output
    before
    ValueError: invalid literal for int() with base 10: 'x'
    ```

    ```console
    $ make test
    ```
"""


@pytest.fixture
def files(book: SmallBook) -> dict[str, str]:
    book.page(BODY)
    book.page("\n    ## Part\n\n    ```python\n    print(1)\n    ```\n\n    ```output\n    1\n    ```\n", "other.md")
    book.snippet("tools", 'def twice(x):\n    """Two times."""\n    return 2 * x\n')
    book.write("docs/data/a.csv", "1\n")
    read = book.verify()
    assert not [problem for problem in read.problems if "link" not in problem.message], read.problems
    return take.files(read, SITE)


def cells(files: dict[str, str]) -> dict[str, Any]:
    notebook = NOTEBOOKS.reads(files["take/page.ipynb"], as_version=4)
    NOTEBOOKS.validate(notebook)
    return {cell.id: cell for cell in notebook.cells}


def test_all_files_of_a_page(files: dict[str, str]) -> None:
    assert {name for name in files if "other" not in name} >= {
        "take/page.json", "take/page.py", "take/page.ipynb", "take/page/1.py", "take/page/2.py", "take/page/3.py",
    }  # fmt: skip
    for name, content in files.items():
        if name.endswith(".py"):
            ast.parse(content)


def test_prose_keeps_mathematics_and_loses_comments(files: dict[str, str]) -> None:
    text = cells(files)["text-1"].source
    assert "with $x^2$, a number 3 and" in text


def test_links_lead_to_the_site(files: dict[str, str]) -> None:
    text = cells(files)["text-1"].source
    assert f'[link]({SITE}other/#part "title")' in text
    assert f"[here]({SITE}page/#part)" in text
    assert f"[data]({SITE}data/a.csv)" in text


def test_containers_become_what_every_notebook_shows(files: dict[str, str]) -> None:
    text = "\n".join(cell.source for cell in cells(files).values() if cell.cell_type == "markdown")
    assert "> **Mind**\n>\n> In a box, with `[code](not.md)`." in text
    assert "<details><summary>What is <i>2</i> &amp; 2?</summary>\n\nFour.\n\n</details>" in text
    assert "**One tab**" in text
    assert "```console\n$ make test\n```" in text
    assert "!!!" not in text


def test_a_notebook_is_complete_and_quiet(files: dict[str, str]) -> None:
    found = cells(files)
    assert "def twice(x):" in found["setup"].source
    assert "snippets" not in found["block-1"].source
    assert found["block-1"].source.endswith("twice(5);")
    assert [output.text for output in found["block-1"].outputs] == ["8\n"]


def test_figures_and_errors_are_stored_outputs(files: dict[str, str]) -> None:
    found = cells(files)
    (figure,) = found["block-2"].outputs
    assert figure.data["image/svg+xml"].startswith("<svg ")
    assert figure.data["text/plain"] == "A line that rises."
    printed, error = found["block-3"].outputs
    assert printed.text == "before\n"
    assert (error.ename, error.evalue) == ("ValueError", "invalid literal for int() with base 10: 'x'")
    assert found["block-3"].metadata.tags == ["raises-exception"]


def test_a_script_goes_on_after_an_error_that_it_shows(files: dict[str, str]) -> None:
    script = files["take/page.py"]
    assert script.index("# %% [markdown]") < script.index("# %%\n")
    assert 'try:\n    int("x")\nexcept ValueError as error:' in script
    assert '\nplt.show()\nplt.close("all")\n' in script  # the next figure starts anew without a display, too
    prose = script.split("# %% [markdown]\n")[2].split("\n# %%")[0].strip()
    assert all(line.startswith("#") for line in prose.splitlines()), prose


def test_the_facts_name_what_the_browser_needs(files: dict[str, str]) -> None:
    facts = json.loads(files["take/page.json"])
    assert facts["title"] == "A page"
    assert facts["url"] == f"{SITE}page/"
    assert facts["about"]["book"] == "A small book"
    assert [block["raises"] for block in facts["blocks"]] == ["", "", "ValueError"]
    assert [block["after"] for block in facts["blocks"]] == [[], [1], []]


def test_unchanged_pages_are_not_made_again(book: SmallBook, monkeypatch: pytest.MonkeyPatch) -> None:
    book.page("\n    ```python\n    print(1)\n    ```\n\n    ```output\n    1\n    ```\n")
    first = take.files(book.verify(), SITE)
    monkeypatch.setattr(take, "Handout", None)
    assert take.files(book.verify(), SITE) == first


def test_what_is_written_beside_a_build_is_all_of_it(book: SmallBook, tmp_path: Path) -> None:
    for number in range(5):
        book.page(
            f"\n    ```python\n    print({number})\n    ```\n\n    ```output\n    {number}\n    ```\n",
            f"page-{number}.md",
        )
    read, site = book.verify(), tmp_path / "site"
    take.finish(take.begin(read, site, SITE), read, site, SITE)
    written = {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.rglob("*.*")}
    assert written == take.files(read, SITE)


def test_what_fails_beside_a_build_is_told(book: SmallBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book.page("\n    ```python\n    print(1)\n    ```\n\n    ```output\n    1\n    ```\n")
    read = book.verify()
    monkeypatch.setattr(take, "Handout", None)
    with pytest.raises(TypeError, match="not callable"):
        take.finish(take.begin(read, tmp_path, SITE), read, tmp_path, SITE)


@pytest.mark.parametrize(
    ("markdown", "comment"),
    [
        ("Short.", "# Short."),
        ("word " * 30, "# " + "word " * 16 + "word\n# " + "word " * 12 + "word"),
        ("- " + "word " * 20, "# - " + "word " * 16 + "word\n#   word word word"),
        ("$$a = b$$", "# $$a = b$$"),
        ("a\n\nb", "# a\n#\n# b"),
        ("<details><summary>Why <i>so</i>?</summary>\n\nThus.\n\n</details>", "# **Why so?**\n#\n# Thus.\n#"),
    ],
)
def test_prose_as_a_comment(markdown: str, comment: str) -> None:
    assert plain.comment(markdown.rstrip()) == comment
