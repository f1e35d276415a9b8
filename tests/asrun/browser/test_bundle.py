"""What travels to the page: the book's own files, and a part of asrun that needs nothing beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from asrun.browser import bundle as bundling
from asrun.browser.bundle import bundle
from asrun.settings import Settings

TRY = """
import sys
sys.path.insert(0, {library!r})
from asrun.browser.session import Session
from asrun.browser import wasm
session = Session("", "snippets")
given = []
def run(block, code, raises=""):
    return session.run("page", block, code, raises, lambda kind, text: given.append((kind, text)))["status"]
assert run(1, "x = [1]") == "done"
assert run(2, "x.append(2)\\nprint(x)") == "done"
assert run(3, "1 / 0", "ZeroDivisionError") == "done"
assert run(4, "1 / 0") == "error"
assert given == [("stdout", "[1, 2]\\n"), ("stdout", "ZeroDivisionError: division by zero\\n")], given
assert session.imports("page", "import numpy, os") == ["numpy", "os"]
assert [name["name"] for name in session.complete("page", "x.appe", 6)] == ["append"]
sys.__stdout__.write(session.analyze('["y = 1", "print(y)"]'))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets" / "loss.py").write_text("mse = 'ŷ'\n", encoding="utf-8")
    (tmp_path / "docs" / "data").mkdir(parents=True)
    (tmp_path / "docs" / "data" / "picture.png").write_bytes(b"\x89PNG")
    return Settings(tmp_path, {})


def test_the_books_own_files_travel_in_one_bundle(settings: Settings) -> None:
    made = json.loads(bundle(settings))
    assert made["home"] == {"snippets/loss.py": "mse = 'ŷ'\n", "data/picture.png": {"base64": "iVBORw=="}}
    assert made["package"] == "snippets"
    assert "asrun/browser/session.py" in made["library"]
    assert bundle(settings) == bundle(settings)


def test_what_runs_a_block_needs_no_other_package_and_no_other_file_of_ours(settings: Settings, tmp_path: Path) -> None:
    """In a Python without site-packages, from the files of the bundle alone."""
    library = tmp_path / "library"
    for name, text in json.loads(bundle(settings))["library"].items():
        path = library / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-I", "-S", "-c", TRY.format(library=str(library))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [block["after"] for block in json.loads(done.stdout)] == [[], [1]]


def test_a_file_that_was_renamed_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "LIBRARY", ("browser/sesion",))
    with pytest.raises(
        FileNotFoundError, match=r"asrun/browser/sesion\.py is named in .* and does not exist: mend LIBRARY"
    ):
        bundle(settings)
