"""Asks the models of the labs under Node, and runs the programs that they give."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import warnings
from pathlib import Path
from typing import Any

from tools.vendor.bundles import node

ASK = Path(__file__).with_name("ask.js")
EPS = 2.0**-52
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def ask(lab: str, question: str, states: list[Any]) -> list[Any]:
    """What a lab's model answers to a question of ask.js, for each of several states (or what the question needs instead)."""
    asked = json.dumps({"lab": lab, "question": question, "states": states})
    done = subprocess.run([*node(), str(ASK)], input=asked, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    assert len(answers) == len(states)
    return answers


def plain(text: str) -> str:
    """A number as Python's format `,.6g` writes it: −1.5 × 10⁷ is -1.5e+07."""
    text = text.replace("−", "-")
    match = re.fullmatch(r"(.*) × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    return f"{match[1]}e{int(match[2].translate(SUPERSCRIPTS)):+03d}" if match else text


def run_program(text: str) -> dict[str, str]:
    """What a program of a lab prints, by label. Warnings are errors."""
    printed = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
        warnings.simplefilter("error")
        try:
            exec(compile(text, "a lab's program", "exec"), {"__name__": "__main__"})
        except Exception as error:
            raise AssertionError(f"{error!r} in\n{text}") from error
    return {label: value for label, _, value in (line.rpartition(": ") for line in printed.getvalue().splitlines())}


def close(ours: float | None, theirs: float, scale: float = 0.0) -> bool:
    """To 1e-10 of the number itself; a difference of large terms can be no more exact than these, `scale`, are rounded."""
    return ours is not None and abs(ours - theirs) <= 1e-10 * abs(theirs) + 16 * EPS * scale
