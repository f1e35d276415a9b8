"""A page runs again exactly when something changes that it depends on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from asrun import settings as settings_module
from asrun.checking.book import verify
from asrun.settings import Settings
from tests.asrun.conftest import FRONT_MATTER, SmallBook
from tests.book.drift import REPOSITORY

BODY = """
Some prose.

```python title="Twice"
from pathlib import Path

from snippets.outer import double

with open("data/points.txt") as file:
    total = double(float(file.read()))
with Path(LOG).open("a") as file:
    _ = file.write("ran\\n")
print(total)
```

```output
4.0
```

At the end it is 4.0<!-- = total:.1f -->.
"""


class Counted:
    """A book with a page that writes a line into a file outside the book whenever it runs."""

    def __init__(self, book: SmallBook, log: Path) -> None:
        self.book, self.log = book, log
        self.problems: list[str] = []
        book.snippet("inner", "FACTOR = 2\n")
        book.snippet("outer", "from snippets.inner import FACTOR\n\n\ndef double(x):\n    return FACTOR * x\n")
        book.snippet("stranger", "x = 1\n")
        book.write("docs/data/points.txt", "2.0\n")
        book.write("docs/data/others.txt", "3.0\n")
        book.write("requirements.txt", "numpy==1\n")
        book.write("docs/page.md", FRONT_MATTER + BODY.replace("LOG", repr(str(log))))

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.book.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def runs(self) -> int:
        """Check the book, and say how often the page has run by now."""
        self.problems = self.book.problems()
        return self.log.read_text().count("ran\n")


@pytest.fixture
def counted(book: SmallBook, tmp_path: Path) -> Counted:
    counted = Counted(book, tmp_path / "log")
    assert counted.runs() == 1
    assert counted.problems == []
    return counted


def test_an_unchanged_page_does_not_run_again(counted: Counted) -> None:
    assert counted.runs() == 1
    assert counted.runs() == 1
    assert counted.problems == []


def test_what_the_cache_gives_is_what_the_run_gave(counted: Counted) -> None:
    (counted.book.root / ".cache/runs/page.md.pickle").unlink()
    fresh = counted.book.verify().runs["page.md"]
    kept = counted.book.verify().runs["page.md"]
    assert (fresh.cached, kept.cached) == (False, True)
    assert (fresh.blocks, fresh.values) == (kept.blocks, kept.values)
    assert counted.runs() == 2


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("docs/page.md", "print(total)", "print(total )", id="block"),
        pytest.param("docs/page.md", "= total:.1f", "= total + 0:.1f", id="expression"),
        pytest.param("docs/page.md", "= total:.1f", "= total:.01f", id="format"),
        pytest.param("snippets/outer.py", "return FACTOR * x", "return x * FACTOR", id="imported-module"),
        pytest.param("snippets/inner.py", "FACTOR = 2", "FACTOR = 1 + 1", id="module-that-it-imports"),
        pytest.param("docs/data/points.txt", "2.0", "2.00", id="data"),
        pytest.param("requirements.txt", "numpy==1", "numpy==2", id="lock-file"),
        pytest.param("snippets/look.py", '"font.size": 13.5', '"font.size": 14', id="style"),
    ],
)
def test_a_page_runs_again_when_it_depends_on_what_changed(counted: Counted, name: str, old: str, new: str) -> None:
    counted.edit(name, old, new)
    assert counted.runs() == 2
    assert counted.problems == []
    assert counted.runs() == 2


def test_a_page_runs_again_when_a_block_is_to_raise_an_error(counted: Counted) -> None:
    counted.edit("docs/page.md", 'title="Twice"', 'title="Twice" raises="ValueError"')
    assert counted.runs() == 2
    assert counted.problems == ["docs/page.md:8: the block should raise ValueError, and raises nothing"]


@pytest.mark.parametrize("name", ["snippets/inner.py", "docs/data/points.txt"])
def test_a_page_runs_again_when_a_file_is_gone(counted: Counted, name: str) -> None:
    (counted.book.root / name).unlink()
    assert counted.runs() == 1  # it failed before the line that counts
    assert len(counted.problems) == 1


def test_a_section_that_a_page_includes_is_a_dependency(book: SmallBook) -> None:
    book.snippet("part", "# --8<-- [start:f]\nx = 1\n# --8<-- [end:f]\n")
    book.page('\n```python\n--8<-- "part.py:f"\nprint(x)\n```\n\n```output\n1\n```\n')
    assert book.problems() == []
    book.snippet("part", "# --8<-- [start:f]\nx = 2\n# --8<-- [end:f]\n")
    assert book.problems() == [
        "docs/page.md:12: the record says '1', but the block prints '2': mend the code, or run `make update`"
    ]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("docs/page.md", "Some prose.", "Other prose, longer.\n\nIn two parts.", id="prose"),
        pytest.param("docs/page.md", "```output\n4.0", "```output\n5.0", id="record"),
        pytest.param("docs/page.md", "it is 4.0", "it is 5.0", id="number"),
        pytest.param("docs/page.md", "title: A page", "title: The page", id="front-matter"),
        pytest.param("docs/page.md", 'title="Twice"', 'title="Double"', id="title"),
        pytest.param("docs/page.md", 'title="Twice"', "", id="title-taken-away"),
        pytest.param("docs/page.md", 'title="Twice"', 'title="Twice" alt="A line"', id="alt"),
        pytest.param("docs/page.md", 'title="Twice"', 'title="Twice" needs="scipy"', id="needs"),
        pytest.param("snippets/stranger.py", "x = 1", "x = 2", id="other-module"),
        pytest.param("docs/data/others.txt", "3.0", "4.0", id="other-data"),
    ],
)
def test_a_page_does_not_run_again_when_something_else_changed(counted: Counted, name: str, old: str, new: str) -> None:
    counted.edit(name, old, new)
    assert counted.runs() == 1


def test_a_record_that_was_spoiled_is_found_without_a_run(counted: Counted) -> None:
    counted.edit("docs/page.md", "```output\n4.0", "```output\n5.0")
    assert counted.runs() == 1
    assert counted.problems == [
        "docs/page.md:21: the record says '5.0', but the block prints '4.0': mend the code, or run `make update`"
    ]


def test_an_error_is_told_at_its_new_line_when_prose_above_it_has_changed(book: SmallBook) -> None:
    book.page("\n```python\n1 / 0\n```\n")
    assert book.problems() == ["docs/page.md:7: ZeroDivisionError: division by zero"]
    book.page("\nText.\n\n```python\n1 / 0\n```\n")
    assert book.problems() == ["docs/page.md:9: ZeroDivisionError: division by zero"]


def test_a_page_that_failed_is_not_kept(counted: Counted) -> None:
    counted.edit("docs/page.md", "print(total)", "print(total / 0)")
    assert counted.runs() == 2
    first = counted.problems
    assert counted.runs() == 3
    assert counted.problems == first == ["docs/page.md:17: ZeroDivisionError: float division by zero"]


def test_another_page_does_not_touch_it(counted: Counted) -> None:
    counted.book.page("\n```python\nx = 1\n```\n", "other.md")
    assert counted.runs() == 1
    counted.book.page("\n```python\nx = 2\n```\n", "other.md")
    assert counted.runs() == 1
    (counted.book.root / "docs/other.md").unlink()
    assert counted.runs() == 1


def test_the_engine_itself_is_a_dependency(counted: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "asrun"
    copy.mkdir()
    (copy / "new.py").write_text("x = 1\n")
    monkeypatch.setattr(settings_module, "PACKAGE", copy)
    assert counted.runs() == 2
    assert counted.runs() == 2
    (copy / "new.py").write_text("x = 2\n")
    assert counted.runs() == 3


def test_another_blas_kernel_has_results_of_its_own(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    assert counted.runs() == 2
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    assert counted.runs() == 2


@pytest.mark.parametrize("content", [b"", b"not a pickle", b"\x80\x04N.", b"\x80\x04cengine.model\nNothing\n."])
@pytest.mark.parametrize("file", ["runs/page.md.pickle", "pages.pickle", "katex.pickle"])
def test_a_cache_file_that_cannot_be_read_is_ignored_and_replaced(counted: Counted, file: str, content: bytes) -> None:
    counted.edit("docs/page.md", "Some prose.", "Some prose, $x$.")
    assert counted.runs() == 1
    path = counted.book.root / ".cache" / file
    assert path.is_file()
    path.write_bytes(content)
    assert counted.runs() == (2 if file.startswith("runs") else 1)
    assert counted.problems == []
    assert path.read_bytes() != content
    assert counted.runs() == (2 if file.startswith("runs") else 1)


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_the_real_book_is_not_run_again_by_another_process(seed: str) -> None:
    """Each process writes sets in an order of its own: none may stand in a key."""
    verify(Settings.load(REPOSITORY))
    done = subprocess.run(
        [sys.executable, "-m", "asrun", "check"],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "running" not in done.stderr
