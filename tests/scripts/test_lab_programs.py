"""Every program that a lab gives prints the numbers on its screen."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.scripts.judging_cases import PATCHES
from tests.scripts.labs import ask, plain, run_program

FIT_SETS = (
    "penguins",
    "tiny",
    "three",
    "outlier",
    "anscombe-1",
    "anscombe-2",
    "anscombe-3",
    "anscombe-4",
    "curve",
    "groups",
    "equal",
    "one",
)
DESCENT_SETS = ("noisy-line", "tiny", "penguins", "outlier", "equal", "one")
PROGRAMS = PATCHES | {"animated-fit": [{}, {"step": 13}]}


def assert_programs_print_the_screen(lab: str, patches: list[dict[str, Any]]) -> None:
    """Runs the program of each state, and compares every number of the lab with what it prints."""
    for patch, found in zip(patches, ask(lab, "program", patches), strict=True):
        assert "\u2212" not in found["text"].split("print(f")[0], "a typographic minus is no Python"
        screen = {label: plain(text) for label, text in found["shown"].items() if text != "–"}
        assert screen, patch
        printed = run_program(found["text"])
        wrong = {label: (text, printed.get(label)) for label, text in screen.items() if printed.get(label) != text}
        assert not wrong, f"shown and printed differ with {patch}: {wrong}"
        assert set(printed) == set(screen), patch


@pytest.mark.parametrize("lab", PROGRAMS)
def test_each_program_prints_the_screen(lab: str) -> None:
    assert_programs_print_the_screen(lab, PROGRAMS[lab])


def test_the_program_of_fit_lab_prints_the_screen_for_every_set_and_its_best_line() -> None:
    sets = ask("fit-lab", "set", [*FIT_SETS])
    best = [given | line for given, line in zip(sets, ask("fit-lab", "best", sets), strict=True)]
    assert_programs_print_the_screen("fit-lab", [*sets, *best])


def test_the_program_of_descent_lab_prints_the_screen_for_every_set() -> None:
    sets = ask("descent-lab", "set", [*DESCENT_SETS])
    patches = [given | {"step": 3, "scaled": scaled} for given in sets for scaled in (False, True)]
    assert_programs_print_the_screen("descent-lab", patches)


@pytest.mark.parametrize("lab", [*PROGRAMS, "fit-lab", "descent-lab"])
def test_a_program_needs_nothing_but_python(lab: str) -> None:
    (found,) = ask(lab, "program", [{}])
    alone = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", found["text"]],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert alone.returncode == 0, alone.stderr
    assert {line.rpartition(": ")[0] for line in alone.stdout.splitlines()} == set(run_program(found["text"]))
