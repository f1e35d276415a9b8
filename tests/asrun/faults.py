"""What tests of bad input write: pages of one block, records, and what is told of them.

The body of a page written here begins with a line break after four lines of front matter: its first line is line 6.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.asrun.conftest import REPOSITORY

FIGURE = 'import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title("Growth")\nplt.xlabel("time (s)")\nplt.ylabel("mass (g)")'
UNSEEDED = "unseeded randomness: give default_rng a seed"
SECTION = "# --8<-- [start:f]\ndef f(x):\n    return 1 / x\n# --8<-- [end:f]\n"
INCLUDE = '--8<-- "part.py:f"'
UNUSED = "snippets/part.py:1: no page shows the section 'f': include it, or delete its markers"


def block(code: str, options: str = "") -> str:
    """A page that is one block: its fence is line 6, its first statement line 7."""
    return f"\n```python{' ' if options else ''}{options}\n{code}\n```\n"


def recorded(text: str) -> str:
    return f"\n```output\n{text}\n```\n"


Case = tuple[str, str, list[str]]


def told(cases: list[Case]) -> Callable[..., None]:
    """Parametrize a test with (name, body of the page, all problems of the book)."""
    return pytest.mark.parametrize(
        ("body", "problems"), [pytest.param(body, problems, id=name) for name, body, problems in cases]
    )


def check(root: Path, *pages: str) -> subprocess.CompletedProcess[str]:
    """What `asrun check` says in the book at `root`."""
    return run(root, "asrun", "check", *pages)


def run(root: Path, *module: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *module],
        cwd=root,
        env=os.environ | ({} if (root / "asrun").exists() else {"PYTHONPATH": str(REPOSITORY)}),
        capture_output=True,
        text=True,
        check=False,
    )
