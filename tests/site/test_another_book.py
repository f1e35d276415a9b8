"""The wheel `asrun`, in an empty environment, makes, checks, builds and tests a book that knows nothing of this one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from asrun.browser import pyodide
from asrun.settings import Settings
from tests.site.built import ROOT, expect_none
from tests.site.server import serving
from tests.site.survey import Watch, origin_of

OURS = r"\b(?:penguin|regression|slope|intercept)|verified\.md|about\.md|CC BY"


@dataclass(frozen=True)
class Environment:
    """An environment with the wheel, and what a command in it does."""

    wheel: Path
    folder: Path

    def run(self, book: Path, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment in the folder of a book."""
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "OPENBLAS_CORETYPE") if name in os.environ
        }
        surroundings = {
            **kept,
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{kept.get('PATH', '')}",
            "NO_MKDOCS_2_WARNING": "1",
            "BOOK_RUNTIME": str(pyodide.folder(Settings.load(ROOT))),  # Pyodide is not fetched again
        }
        program = str(self.folder / "bin" / command[0])
        return subprocess.run(
            [program, *command[1:]], cwd=book, env=surroundings, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Versions are those of our lock; they come from its registry, or from uv's own cache."""
    place = tmp_path_factory.mktemp("another")
    _call(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place))
    (wheel,) = place.glob("*.whl")
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+==[^\s;\\]+)(?:\s*;\s*([^\\\n]+))?", lock, re.M)
    (place / "pins.txt").write_text("".join(f"{pin} ; {marker}\n" if marker else f"{pin}\n" for pin, marker in pins))
    uv = [sys.executable, "-m", "uv", "--quiet", "--cache-dir", str(ROOT / ".cache" / "uv")]
    _call(*uv, "venv", "--python", sys.executable, str(place / "venv"))
    wanted = [f"{wheel}[site,figures]", "pytest"]
    python = str(place / "venv" / "bin" / "python")
    _call(*uv, "pip", "install", "--python", python, "--constraint", str(place / "pins.txt"), *wanted)
    return Environment(wheel, place / "venv")


def _call(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="session")
def another(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new book, checked and built."""
    book = tmp_path_factory.mktemp("books") / "swinging-things"
    made = environment.run(book.parent, "asrun", "new", book.name, "--yes")
    assert made.returncode == 0, made.stderr
    return book


def test_the_wheel_holds_the_package_and_nothing_of_this_book(environment: Environment) -> None:
    with zipfile.ZipFile(environment.wheel) as wheel:
        names = set(wheel.namelist())
        texts = {
            name: wheel.read(name).decode()
            for name in names
            if name.endswith((".py", ".html", ".js", ".css", ".md", ".yml", ".toml")) and "/vendor/" not in name
        }
    assert {name.split("/")[0].split("-")[0] for name in names} == {"asrun"}
    theme = "asrun/publishing/theme"
    wanted = {
        "asrun/formulas/vendor/katex.min.js",
        "asrun/browser/vendor/pyodide-lock.json",
        "asrun/publishing/styles/katex.css",
        "asrun/publishing/starter/docs/pendulum.md",
        "asrun/publishing/starter/tests/plots/pendulum.txt",
        f"{theme}/main.html",
        f"{theme}/assets/book.js",
        f"{theme}/assets/run/worker.js",
        f"{theme}/assets/vendor/codemirror/codemirror.js",
        f"{theme}/assets/vendor/fonts/serif.woff2",
        f"{theme}/assets/vendor/katex/fonts/KaTeX_Math-Italic.woff2",
    }
    assert wanted <= names
    expect_none(
        ((name, found[0]) for name, text in texts.items() if (found := re.search(OURS, text, re.I))),
        "what belongs to this book stands in its settings, pages and docs/assets/",
    )


def test_the_book_holds_in_every_way(environment: Environment, another: Path) -> None:
    checked = environment.run(another, "asrun", "check")
    assert checked.returncode == 0, checked.stdout
    assert "2 pages, 3 blocks, 2 numbers" in checked.stderr
    assert "all is well" in checked.stderr
    assert environment.run(another, "asrun", "update").stdout == "nothing to update\n"
    tested = environment.run(another, "pytest")
    assert tested.returncode == 0, tested.stdout
    assert "7 passed" in tested.stdout
    rendered = environment.run(another, "asrun", "render", "out")
    assert rendered.returncode == 0, rendered.stderr
    assert "2.01 s" in (another / "out/pendulum.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("docs/pendulum.md", "2.01 s", "2.02 s", "the record says '2.02 s', but the block prints '2.01 s'"),
        ("docs/pendulum.md", "takes 2.01<", "takes 2.11<", "the text says 2.11, but one_meter:.2f gives 2.01"),
        ("docs/pendulum.md", r"T = 2 \pi", r"T = \pi", "period(length, g)"),
        ("docs/pendulum.md", ' alt="The period', ' title="The period', "draws a figure and has no alt text"),
        (
            "docs/pendulum.md",
            "(0.01, 4, 50)",
            "(0.01, 5, 50)",
            "the plot 'Four times as long, twice as slow' is not that of",
        ),
        ("docs/index.md", "pendulum.md)", "pendulums.md)", "leads nowhere"),
        ("docs/index.md", "number > 0 | length", "tall | length", "the row of $l$ cannot be read"),
        ("snippets/pendulum.py", "2 * pi * sqrt", "3 * pi * sqrt", "the record says"),
    ],
    ids=["output", "number", "formula", "figure", "plot", "link", "table", "module"],
)
def test_a_planted_fault_stops_everything(
    environment: Environment, another: Path, file: str, old: str, new: str, said: str
) -> None:
    path = another / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    try:
        for command in (("asrun", "check"), ("mkdocs", "build", "--strict"), ("pytest",)):
            done = environment.run(another, *command)
            assert done.returncode == 1, f"{command[0]} is content"
            assert said in done.stdout + done.stderr, command[0]
    finally:
        path.write_text(text, "utf-8")
    assert environment.run(another, "asrun", "check").returncode == 0


async def test_a_block_runs_in_the_page(environment: Environment, another: Path, browser: Browser) -> None:
    built = environment.run(another, "mkdocs", "build", "--strict")
    assert built.returncode == 0, built.stderr
    with serving(another / "site") as address:
        context = await browser.new_context()
        page = await context.new_page()
        watch = Watch(origin_of(address))
        watch.follow(page)
        await page.goto(f"{address}pendulum/", wait_until="load")
        await expect(page.locator("h1")).to_have_text("How long a pendulum takes")
        assert await page.locator(".katex").count() == 3
        assert await page.locator(".book-figure svg").count() == 1
        await page.get_by_role("button", name="Run block 2").click()
        await expect(page.locator(".book-run").first).to_contain_text("the same as in the book", timeout=120_000)
        await page.get_by_role("button", name="More block 2").click()
        await expect(page.get_by_role("menuitem", name="Copy as a program")).to_be_visible()
        await expect(page.get_by_role("menuitem", name="playground")).to_have_count(0)  # this book has none
        assert not watch.problems, watch.problems
        await context.close()


def test_a_folder_that_holds_something_is_left_alone(environment: Environment, another: Path) -> None:
    before = sorted(path.name for path in another.iterdir())
    done = environment.run(another.parent, "asrun", "new", another.name, "--yes")
    assert (done.returncode, done.stderr) == (
        1,
        f"error: {another.name} is there already and not empty: name a folder that is new\n",
    )
    assert sorted(path.name for path in another.iterdir()) == before


def test_in_a_project_that_is_no_book_the_plugin_does_nothing(environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("```python\n1 / 0\n```\n")
    (tmp_path / "mkdocs.yml").write_text("site_name: Another site\n")
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it():\n    assert not {'yaml', 'numpy', 'asrun.checking.book'} & set(sys.modules)\n"
    )
    done = environment.run(tmp_path, "pytest", "-q", ".", "docs", "mkdocs.yml")
    assert "1 passed" in done.stdout, done.stdout
