"""The engine stays small, knows MkDocs in one place only, and knows nothing of what the book teaches."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.asrun.conftest import REPOSITORY

FILES = sorted((REPOSITORY / "asrun").rglob("*.py"))
# Files of more than 300 lines, and why they are not two.
LONG = {
    "flow.py": "one small method for each kind of statement and expression, all on the same state",
    "writer.py": "one program is written from one state: its leaves, their names, what it imports",
    "evaluate.py": "one small function for each kind of thing that a formula can say",
    "figures.py": "one class with the drawing calls that Matplotlib asks of a renderer",
    "inpage.py": "all that runs in the worker of a page, whose namespaces and streams it shares",
    "latex.py": "one reader of one grammar",
    "mkdocs_hook.py": "the one file that knows MkDocs: one event after the other",
    "runtime.py": "one list of files, from three sources, each tried and checked in the same way",
    "worker.py": "all that runs in the process of a page, which its author's code shares",
}
# What the book teaches; page names may stand in help and examples.
TAUGHT = r"regress|penguin|slope|intercept|residual|gradient.?descent|learning.?rate|\bmse\b|coefficient|least.?squares|\bloss\b"
QUOTED = {"SVD did not converge in Linear Least Squares"}  # NumPy's own words


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """The first names of all modules that a file imports, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_one_file_imports_mkdocs_and_its_theme() -> None:
    knowing = {path.name for path in FILES if imported(path) & {"mkdocs", "material", "mkdocs_jupyter", "nbconvert"}}
    assert knowing == {"mkdocs_hook.py"}


def test_mkdocs_is_not_loaded_by_a_check() -> None:
    code = (
        "import sys, asrun.__main__, asrun.checking.update, asrun.publishing.render; sys.exit('mkdocs' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_has_at_most_300_lines_or_a_reason(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert (lines > 300) is (path.name in LONG), lines


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
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
        without_examples = re.sub(r"docs/\S+|`[^`]*`|It knows nothing about\s+regression|\b\w+\.(?:md|py)\b", "", text)
        assert not re.search(TAUGHT, without_examples, re.I), text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_public_function_and_class_says_what_it_does(path: Path) -> None:
    module = tree(path)
    assert ast.get_docstring(module)
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            text = ast.get_docstring(node)
            assert text, node.name


def test_the_engine_names_no_page_of_the_book() -> None:
    """Nothing of it hangs on a file that somebody may rename; examples in messages and docstrings do not count."""
    from asrun.settings import Settings

    modules = {path.stem for path in (REPOSITORY / "snippets").glob("*.py")} - {"__init__"}
    assert modules
    assert not {name for path in FILES for name in imported(path) if name in modules | {"snippets"}}
    assert Settings.load(REPOSITORY).options.style.startswith("snippets.")
