"""Every program of every block, every page as a script and every page as a notebook runs where the book is not, and
gives what the page shows."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from asrun.checking.book import Book, verify
from asrun.model import Page
from asrun.publishing import take
from asrun.settings import Settings
from tests.asrun.conftest import REPOSITORY

SITE = "https://example.org/book/"
OUTSIDE = Path(__file__).with_name("without_the_book.py")
NOTEBOOKS: Any = nbformat  # it has no types
CORES = os.cpu_count() or 1
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# A kernel serves several notebooks: each begins with no names and no figures, in a folder of its own.
AFRESH = """
%reset -f
import os, matplotlib.pyplot
os.chdir({folder!r})
matplotlib.pyplot.close("all")
del os, matplotlib
"""


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
    folder = tempfile.mkdtemp(prefix="book-")  # pytest's own would be too long a path for a socket
    address = f"{folder}/socket"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    os.set_inheritable(listener.fileno(), True)
    process = subprocess.Popen(
        [sys.executable, "-I", str(OUTSIDE), str(listener.fileno())],
        cwd=folder,
        env=os.environ | ONE_THREAD | {"MPLBACKEND": "agg", "TMPDIR": folder},
        pass_fds=[listener.fileno()],
    )
    listener.close()
    yield address
    process.kill()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def results(outside: str, programs: list[Path]) -> list[dict[str, Any]]:
    def run(program: Path) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(outside)
            connection.sendall(json.dumps(str(program)).encode() + b"\n")
            answer: dict[str, Any] = json.loads(connection.makefile().readline() or '{"err": "Python itself ended"}')
            return answer

    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(run, programs))


def pages_of(book: Book) -> list[Page]:
    return [page for page in book.pages.values() if page.code_blocks]


def shown(page: Page, number: int) -> str:
    """What the page shows beneath a block."""
    record = page.code_blocks[number - 1].record
    return record.source.rstrip("\n") if record else ""


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
                f"{page.stem}, block {number}: it shows\n{shown(page, number)}\nand its program prints\n{said}\n{ran['err'][-800:]}"
            )
        elif not all(name.startswith("data/") for name in ran["left"]):
            wrong.append(f"{page.stem}, block {number}: its program leaves {ran['left']} behind")
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


def signature(cell: Any) -> dict[str, Any]:
    """What can be compared of two runs of a cell: a figure is drawn by another renderer, an error told with colors."""
    outputs = cell.outputs
    kinds = [output.output_type for output in outputs]
    return {
        "stdout": "".join(output.text for output in outputs if output.get("name") == "stdout"),
        "stderr": "".join(output.text for output in outputs if output.get("name") == "stderr"),
        "figures": sum("image/png" in o.get("data", {}) or "image/svg+xml" in o.get("data", {}) for o in outputs),
        "errors": [(output.ename, output.evalue) for output in outputs if output.output_type == "error"],
        "shown": kinds.count("execute_result"),
    }


async def execute(client: NotebookClient, path: Path) -> list[str]:
    """Run a notebook on a kernel that is already there; the cells that give something else than what is stored."""
    notebook = NOTEBOOKS.read(path, as_version=4)
    NOTEBOOKS.validate(notebook)
    stored = [signature(cell) for cell in notebook.cells if cell.cell_type == "code"]
    folder = tempfile.mkdtemp(dir=client.resources["metadata"]["path"])
    afresh = NOTEBOOKS.v4.new_notebook(cells=[NOTEBOOKS.v4.new_code_cell(AFRESH.format(folder=folder))])
    for client.nb in (afresh, notebook):
        await client.async_execute(cleanup_kc=False)
    now = [(cell.id, signature(cell)) for cell in notebook.cells if cell.cell_type == "code"]
    pairs = zip(stored, now, strict=True)
    return [f"{path.name}, cell {name}: stored {old}, now {new}" for old, (name, new) in pairs if old != new]


def test_every_notebook_is_valid_and_gives_its_stored_outputs(book: Book, taken: Path) -> None:
    async def work(notebooks: Iterator[Path]) -> list[str]:
        with tempfile.TemporaryDirectory() as empty:
            client = NotebookClient(NOTEBOOKS.v4.new_notebook(), timeout=120, resources={"metadata": {"path": empty}})
            client.create_kernel_manager()
            client.extra_arguments = ["--log-level=ERROR"]
            await client.async_start_new_kernel(env=os.environ | ONE_THREAD | {"IPYTHONDIR": empty})
            await client.async_start_new_kernel_client()
            try:
                return [line for path in notebooks for line in await execute(client, path)]
            finally:
                await client._async_cleanup_kernel()

    async def all_of_them() -> list[str]:
        notebooks = iter([taken / f"{page.stem}.ipynb" for page in pages_of(book)])  # whoever is free takes the next
        return [line for lines in await asyncio.gather(*(work(notebooks) for _ in range(CORES))) for line in lines]

    wrong = asyncio.run(all_of_them())
    assert not wrong, "\n".join(wrong)


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
