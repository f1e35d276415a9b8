"""The real pages give the same text, numbers and plots whichever kernels the linear algebra picks."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from asrun.checking.book import Runs
from asrun.checking.plots import difference
from asrun.model import Formatted
from asrun.reading.pages import read_pages
from asrun.running.page import PageRun, run_page
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


Said = dict[str, tuple[list[list[str]], tuple[Formatted, ...]]]


def said(runs: Mapping[str, PageRun]) -> Said:
    """What every block of every page printed, and what every expression gave."""
    return {
        uri: ([[ran.outcome, *(p for p in ran.pieces if isinstance(p, str))] for ran in run.blocks], run.values)
        for uri, run in runs.items()
    }


def runs_with(kernel: str, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """What comes of the pages where linear algebra is done by this kernel. Formulas say nothing, so none is compared with its code here."""
    monkeypatch.setenv("OPENBLAS_CORETYPE", kernel)
    settings, runs = Settings.load(REPOSITORY), Runs()
    for page in read_pages(settings):
        runs.begin(page.uri, partial(run_page, settings, replace(page, formulas=())))
    runs.wait()
    return runs


def test_all_pages_say_the_same_on_two_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [runs_with(kernel, monkeypatch) for kernel in kernels_of_this_machine()]
    first, second = map(said, runs)
    assert first == second
    assert sum(len(values) for _, values in first.values()) > 0
    assert all(outcome.startswith(("ran", "raised")) for blocks, _ in first.values() for outcome, *_ in blocks)
    plots = [[figure.plot for run in of_kernel.values() for figure in run.figures] for of_kernel in runs]
    assert [told for one, other in zip(*plots, strict=True) if (told := difference(one, other))] == []
    assert len(plots[0]) > 0


def test_the_two_kernels_do_add_in_another_order(book: SmallBook, monkeypatch: pytest.MonkeyPatch) -> None:
    book.page(
        "\n```python\nimport numpy as np\n\na = np.random.default_rng(0).normal(size=(200, 200))\n"
        "print(repr(float((a @ a).sum())), repr(float(np.linalg.inv(a).sum())))\n```\n"
    )
    answers = []
    for kernel in kernels_of_this_machine():
        monkeypatch.setenv("OPENBLAS_CORETYPE", kernel)
        answers.append(said(book.verify().runs)["page.md"])
    assert (answers[0] != answers[1]) is (platform.system() == "Linux" and MACHINE == "x86_64")
