"""The real pages give the same text and the same numbers whichever kernels the linear algebra picks."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from asrun.checking.book import Book, verify
from asrun.model import Formatted
from asrun.settings import Settings
from tests.asrun.conftest import REPOSITORY, SmallBook

# The oldest kernels that OpenBLAS has, and some that add in another order. NumPy for macOS does not use OpenBLAS: there,
# the variable says nothing and the test compares a run with itself.
KERNELS = {"x86_64": ("Nehalem", "Haswell"), "aarch64": ("ARMV8", "NEOVERSEN1")}
MACHINE = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
FIRST, SECOND = KERNELS.get(MACHINE, ("", ""))


def kernels_of_this_machine() -> tuple[str, str]:
    """Two kernels that it can run: without AVX2 the older two."""
    info = Path("/proc/cpuinfo")
    if MACHINE == "x86_64" and info.exists() and " avx2" not in info.read_text():
        return "Prescott", "Nehalem"
    return FIRST, SECOND


def said(book: Book) -> dict[str, tuple[list[list[str]], tuple[Formatted, ...]]]:
    """What every block of every page printed, and what every expression gave."""
    return {
        uri: ([[ran.outcome, *(p for p in ran.pieces if isinstance(p, str))] for ran in run.blocks], run.values)
        for uri, run in book.runs.items()
    }


def test_all_pages_say_the_same_on_two_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    books = []
    for kernel in kernels_of_this_machine():
        monkeypatch.setenv("OPENBLAS_CORETYPE", kernel)
        books.append(verify(Settings.load(REPOSITORY)))
    first, second = books
    assert said(first) == said(second)
    assert sum(len(run.values) for run in first.runs.values()) > 0


def test_the_two_kernels_do_add_in_another_order(book: SmallBook, monkeypatch: pytest.MonkeyPatch) -> None:
    book.page(
        "\n```python\nimport numpy as np\n\na = np.random.default_rng(0).normal(size=(200, 200))\n"
        "print(repr(float((a @ a).sum())), repr(float(np.linalg.inv(a).sum())))\n```\n"
    )
    answers = []
    for kernel in kernels_of_this_machine():
        monkeypatch.setenv("OPENBLAS_CORETYPE", kernel)
        answers.append(said(book.verify())["page.md"])
    assert (answers[0] != answers[1]) is (platform.system() == "Linux" and MACHINE == "x86_64")
