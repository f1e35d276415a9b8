"""Every program of every block, every page as a script and every page as a notebook runs where the book is not, and
gives what the page shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asrun.checking.book import Book, verify
from asrun.model import Figure, Page
from asrun.publishing import take
from asrun.settings import Settings
from tests.asrun.conftest import REPOSITORY
from tests.book.running import on_a_kernel, outside_the_book, results, stored

SITE = "https://example.org/book/"


@pytest.fixture(scope="module")
def book() -> Book:
    return verify(Settings.load(REPOSITORY))


@pytest.fixture(scope="module")
def taken(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `take` of the site."""
    site = tmp_path_factory.mktemp("taken")
    take.finish([], book, site, SITE)
    return site / "take"


@pytest.fixture(scope="module")
def outside() -> Iterator[str]:
    """The address of a process that has the packages, and not the book."""
    with outside_the_book() as address:
        yield address


def pages_of(book: Book) -> list[Page]:
    return [page for page in book.pages.values() if page.code_blocks]


def shown(page: Page, number: int) -> str:
    """What the page shows beneath a block."""
    record = page.code_blocks[number - 1].record
    return record.source.rstrip("\n") if record else ""


def place_of(page: Page, number: int) -> str:
    """Where a block stands, for whoever mends it."""
    return f"{page.file}:{page.lines[page.code_blocks[number - 1].line - 1]}, block {number}"


def figures_of(book: Book, page: Page, number: int) -> int:
    """How many figures the page shows beneath a block."""
    return sum(isinstance(piece, Figure) for piece in book.runs[page.uri].blocks[number - 1].pieces)


def last_words(stderr: str) -> str:
    """The last line of a traceback, with what follows it, without the module of the error."""
    return re.sub(r"\A[\w.]*\.(?=\w+:)", "", re.split(r"(?m)^(?=[A-Za-z_][\w.]*: )", stderr)[-1]).rstrip("\n")


def test_every_program_prints_what_its_block_shows(book: Book, taken: Path, outside: str) -> None:
    blocks = [(page, number) for page in pages_of(book) for number in range(1, len(page.code_blocks) + 1)]
    programs = [taken / page.stem / f"{number}.py" for page, number in blocks]
    wrong = []
    for (page, number), ran in zip(blocks, results(outside, programs), strict=True):
        raises = page.code_blocks[number - 1].options.get("raises")
        said = ran.get("out", "").rstrip("\n")
        if raises:
            said = "\n".join(part for part in (said, last_words(ran["err"])) if part)
        if said != shown(page, number) or ran.get("well") is bool(raises):
            wrong.append(
                f"{place_of(page, number)}: it shows\n{shown(page, number)}\nand its program prints\n{said}\n{ran['err'][-800:]}"
            )
        elif ran["figures"] != (drawn := figures_of(book, page, number)):
            wrong.append(f"{page.stem}, block {number}: it shows {drawn} figures, and its program {ran['figures']}")
        elif not all(name.startswith("data/") for name in ran["left"]):
            wrong.append(f"{place_of(page, number)}: its program leaves {ran['left']} behind")
    assert not wrong, "\n\n".join(wrong)
    assert len(blocks) > 200


def test_every_page_as_a_script_prints_what_the_page_shows(book: Book, taken: Path, outside: str) -> None:
    pages = pages_of(book)
    wrong = []
    for page, ran in zip(pages, results(outside, [taken / f"{page.stem}.py" for page in pages]), strict=True):
        all_of_it = [shown(page, number) for number in range(1, len(page.code_blocks) + 1)]
        wanted = "\n".join(text for text in all_of_it if text)
        if ran.get("out", "").rstrip("\n") != wanted or not ran["well"]:
            wrong.append(f"{page.stem}.py\n{ran['err'][-800:]}")
    assert not wrong, "\n\n".join(wrong)


def notebooks_of(book: Book, taken: Path) -> list[Path]:
    return [taken / f"{page.stem}.ipynb" for page in pages_of(book)]


def differences(path: Path, now: list[dict[str, Any]]) -> list[str]:
    """The cells of a notebook that give something else than what is stored."""
    pairs = zip(stored(path), now, strict=True)
    return [f"{path.name}, cell {n}: stored {old}, now {new}" for n, (old, new) in enumerate(pairs, 1) if old != new]


def test_every_notebook_is_valid_and_gives_its_stored_outputs(book: Book, taken: Path, outside: str) -> None:
    notebooks = notebooks_of(book, taken)
    given = results(outside, notebooks)
    wrong = [line for path, now in zip(notebooks, given, strict=True) for line in differences(path, now)]
    assert not wrong, "\n".join(wrong)
    assert len(notebooks) > 15


def test_a_kernel_gives_the_same(book: Book, taken: Path) -> None:
    """Two notebooks as a reader runs them: one with figures, one with an error that it shows."""
    drawing, failing = (
        next(path for path in notebooks_of(book, taken) if any(cell[what] for cell in stored(path)))
        for what in ("figures", "errors")
    )
    assert drawing != failing
    assert [*differences(drawing, on_a_kernel(drawing)), *differences(failing, on_a_kernel(failing))] == []


def test_programs_read_as_if_a_person_had_written_them(taken: Path) -> None:
    """Sorted imports and none unused, no unknown name, blank lines as everybody sets them."""
    settings = (
        "line-length = 100\n[lint]\npreview = true\nselect = ['E3', 'E9', 'F', 'I', 'W']\nignore = ['F704', 'F706']\n"
    )
    (taken / "ruff.toml").write_text(settings)
    folders = [str(path) for path in sorted(taken.iterdir()) if path.is_dir()]
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--config", str(taken / "ruff.toml"), *folders]
    run = subprocess.run([*command, "--output-format", "concise"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_programs_are_small_and_name_their_origin(taken: Path) -> None:
    for program in taken.glob("*/*.py"):
        text = program.read_text(encoding="utf-8")
        assert len(text) < 24_000, f"{program.parent.name}/{program.name} has {len(text)} characters"
        assert re.match(rf"# Block \d+ of “.+”\n# {re.escape(SITE)}", text), program
        assert "# Code: MIT" in text or "Code: MIT License" in text, program
        assert "snippets" not in re.sub(r"#.*", "", text), program


def test_the_facts_of_a_page_lead_only_backward(book: Book, taken: Path) -> None:
    for page in pages_of(book):
        facts = json.loads((taken / f"{page.stem}.json").read_text(encoding="utf-8"))
        assert facts["url"].startswith(SITE)
        assert [block["code"] for block in facts["blocks"]] == [block.code.rstrip("\n") for block in page.code_blocks]
        for number, block in enumerate(facts["blocks"], 1):
            assert all(0 < earlier < number for earlier in block["after"])
            for earlier in block["after"]:
                assert set(facts["blocks"][earlier - 1]["after"]) <= set(block["after"]), (page.stem, number)
