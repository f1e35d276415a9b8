"""The house: rooms whose imports go downward only, small files, MkDocs in one place, nothing of what the book teaches."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from asrun.settings import PACKAGE, Settings
from tests.asrun.conftest import REPOSITORY

FILES = sorted(path for path in PACKAGE.rglob("*.py") if "starter" not in path.parts)
# From the ground up; a room imports from itself and from what lies below, and neighbors on one floor know nothing of each other.
FLOORS = (
    ("names",),
    ("model", "settings", "cache"),
    ("reading", "formulas", "programs"),
    ("running",),
    ("checking", "browser"),
    ("publishing",),
    ("__init__", "__main__", "pytest_plugin"),
)
ROOMS = ("reading", "formulas", "programs", "running", "checking", "browser", "publishing")
# Files of more than 300 lines, and why they are not two. None has more than 500.
LONG: dict[str, str] = {
    "model.py": "the data that all rooms speak of, each class with the sentence that says what it holds",
    "running/figures.py": "one class with the drawing calls that Matplotlib asks of a renderer",
}
# What the book teaches; page names may stand in help and examples.
TAUGHT = r"regress|penguin|slope|intercept|residual|gradient.?descent|learning.?rate|\bmse\b|coefficient|least.?squares|\bloss\b"
QUOTED = {"SVD did not converge in Linear Least Squares"}  # NumPy's own words


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def unit_of(module: str) -> str:
    """The room of a module of asrun, or the module itself where it stands in none."""
    return module.split(".")[1] if "." in module else "__init__"


def floor_of(unit: str) -> int:
    return next(number for number, units in enumerate(FLOORS) if unit in units)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(path: Path) -> frozenset[str]:
    """All modules that a file imports, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def test_imports_go_downward_only() -> None:
    assert {unit_of(f"asrun.{name_of(path)[:-3].replace('/', '.')}") for path in FILES} == {
        u for units in FLOORS for u in units
    }
    wrong = []
    for path in FILES:
        unit = name_of(path).split("/")[0].removesuffix(".py")
        for module in imported(path):
            if module.split(".")[0] != "asrun":
                continue
            other = unit_of(module)
            if (
                other != unit
                and floor_of(other) >= floor_of(unit)
                and not (unit == "__init__" or other == "model" == unit)
            ):
                wrong.append(f"{name_of(path)} imports {module}")
    assert not wrong, "a room imports from those below it only: " + "; ".join(wrong)


def test_one_file_imports_mkdocs_and_its_theme() -> None:
    site = {"mkdocs", "material", "mkdocs_jupyter", "nbconvert"}
    knowing = {name_of(path) for path in FILES if {module.split(".")[0] for module in imported(path)} & site}
    assert knowing == {"publishing/mkdocs_plugin.py"}


def test_mkdocs_is_not_loaded_by_a_check() -> None:
    code = (
        "import sys, asrun.__main__, asrun.checking.update, asrun.publishing.render; sys.exit('mkdocs' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_has_at_most_300_lines_or_a_reason(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert (lines > 300) is (name_of(path) in LONG), lines
    assert lines <= 500


def test_the_package_is_small() -> None:
    assert len(LONG) <= 6
    # A ratchet: it may only go down. The house was planned for 7,500 lines.
    assert sum(path.read_text(encoding="utf-8").count("\n") for path in FILES) <= 9_504


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for_and_hands_out_its_public_names(room: str) -> None:
    package = importlib.import_module(f"asrun.{room}")
    assert package.__doc__
    assert package.__doc__.strip().count("\n") <= 2
    assert package.__all__ == sorted(package.__all__)
    for name in package.__all__:
        assert getattr(package, name).__doc__, f"asrun.{room}.{name} has no docstring"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = package.nothing


def test_nothing_is_loaded_until_it_is_asked_for() -> None:
    rooms = ", ".join(f"asrun.{room}" for room in ROOMS)
    code = f"import sys, {rooms}; sys.exit(str([name for name in sys.modules if name in ('yaml', 'numpy', 'markdown')] or ''))"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert done.stderr == "\n" * bool(done.stderr)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_code_of_the_engine_knows_the_subject(path: Path) -> None:
    words = []
    for node in ast.walk(tree(path)):
        words += [
            value for _, value in ast.iter_fields(node) if isinstance(value, str) and not isinstance(node, ast.Constant)
        ]
    for text in words:
        assert not re.search(TAUGHT, text, re.I), text
    texts = [
        node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    for text in set(texts) - QUOTED:
        without_examples = re.sub(r"docs/\S+|`[^`]*`|\b\w+\.(?:md|py)\b", "", text)
        assert not re.search(TAUGHT, without_examples, re.I), text


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_public_function_and_class_says_what_it_does(path: Path) -> None:
    module = tree(path)
    assert ast.get_docstring(module)
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            text = ast.get_docstring(node)
            assert text, node.name


def test_asrun_names_no_page_of_the_book() -> None:
    """Nothing of it hangs on a file that somebody may rename; examples in messages and docstrings do not count."""
    modules = {path.stem for path in (REPOSITORY / "snippets").glob("*.py")} - {"__init__"}
    assert modules
    names = {part for path in FILES for module in imported(path) for part in module.split(".")[:1]}
    assert not names & (modules | {"snippets"})
    assert Settings.load(REPOSITORY).options.style.startswith("snippets.")


def test_the_code_speaks_of_no_book() -> None:
    """Neither of this one nor of where it keeps things: those are settings, and their defaults stand in one file."""
    text = r"['\"/]snippets|snippets/|penguin|regression|verified\.md|about\.md|CC BY"
    files = (path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".js", ".html", ".css", ".md", ".yml"))
    found = [
        f"{name_of(path)}: {line.strip()}"
        for path in files
        if "vendor" not in path.parts
        for line in path.read_text(encoding="utf-8").split("\n")
        if re.search(text, line, re.I)
    ]
    assert all(line.startswith("settings.py:") for line in found), found
