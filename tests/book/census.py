"""The census: three independent counts of the blocks of every page must agree.

One counts fences in the raw text, one is the engine, one is pytest-markdown-docs with the second
reader. A block that one of them overlooks shows up as a difference.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from asrun.checking.book import verify
from asrun.settings import Settings

REPOSITORY = Path(__file__).parents[2]
FENCE = re.compile(r"^[\s>]*(`{3,}|~{3,})\s*(.*?)\s*$")


@dataclass(frozen=True)
class Count:
    """The lines (cells, in a notebook) at which one way of counting finds Python blocks."""

    raw: list[int]
    engine: list[int]
    second: list[int]


def raw_python_fences(text: str) -> list[int]:
    """Lines of fences that open a Python block, found without any parser."""
    lines, closing = [], ""
    for number, line in enumerate(text.split("\n"), 1):
        if match := FENCE.match(line):
            fence, info = match.groups()
            if not closing:
                closing = fence
                if re.match(r"\{?\s*\.?(python|py|python3)\b", info):
                    lines.append(number)
            elif fence == closing and not info:
                closing = ""
    return lines


def take_census(root: Path, scratch: Path, *more: str) -> dict[str, Count]:
    """Count the blocks of every page of the book at `root` in the three ways.

    `more` are arguments for pytest. Raises AssertionError where the second reader has a failure.
    """
    settings = Settings.load(root)
    book = verify(settings)
    sources: dict[str, str] = {}
    raw: dict[str, list[int]] = {}
    for uri, page in book.pages.items():
        path = settings.docs / uri
        if page.is_notebook:
            cells = [
                cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"
            ]
            copy = scratch / f"{uri}.md"
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(
                "\n\n".join(f"~~~~python\n{''.join(cell['source'])}\n~~~~" for cell in cells), encoding="utf-8"
            )
            sources[uri] = str(copy)
            raw[uri] = list(range(1, len(cells) + 1))
        else:
            sources[uri] = str(path)
            raw[uri] = raw_python_fences(path.read_text(encoding="utf-8"))
    second = _second_count(root, scratch, list(sources.values()), more)
    census = {}
    for uri, page in book.pages.items():
        ran = [
            block.line
            for block, run in zip(page.code_blocks, book.runs[uri].blocks, strict=False)
            if run.outcome.startswith(("ran", "raised"))
        ]
        also = sorted(second.get(sources[uri], []))
        if page.is_notebook:  # the three number lines differently: count cells
            ran, also = list(range(1, len(ran) + 1)), list(range(1, len(also) + 1))
        census[uri] = Count(raw[uri], ran, also)
    return census


def _second_count(root: Path, scratch: Path, files: list[str], more: tuple[str, ...]) -> dict[str, list[int]]:
    report = scratch / "second-reader.jsonl"
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", "/", "-p", "tests.book.second_reader",
               "-p", "no:cacheprovider", "--markdown-docs", "--markdown-docs-syntax=superfences", *more, *files]  # fmt: skip
    environment = os.environ | {
        "BOOK_ROOT": str(root),
        "BOOK_CENSUS": str(report),
        "MPLBACKEND": "agg",
        "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{scratch}",
    }
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    rows = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()] if report.exists() else []
    failures = [f"{page}:{line}: {text}" for page, line, outcome, text in rows if outcome != "passed"]
    assert not failures, "\n".join(failures)
    assert done.returncode in (0, 5), done.stdout + done.stderr
    counts: dict[str, list[int]] = {}
    for page, line, _, _ in rows:
        counts.setdefault(f"/{page}".replace("//", "/"), []).append(line)
    return counts


def disagreements(census: dict[str, Count]) -> list[str]:
    """A sentence for every page on which the three counts differ."""
    return [
        f"docs/{uri}: Python blocks in the raw text at {count.raw}, run by the engine at {count.engine}, "
        f"run by pytest-markdown-docs at {count.second}"
        for uri, count in census.items()
        if not count.raw == count.engine == count.second
    ]


CLAIM = re.compile(r"^### (“.+”)$")
VERDICT = re.compile(r"^ +\*\*(True|False|It depends)\b")
STATEMENT = re.compile(r"<!--\s*holds(?: below)?:")
NEEDED = {"True": 1, "False": 1, "It depends": 2}  # where it holds, and where it does not


@dataclass
class Claim:
    """A sentence put to the test: its line and wording, verdicts, statements, blocks of Python."""

    line: int
    wording: str
    verdicts: list[str] = field(default_factory=list)
    statements: int = 0
    blocks: int = 0
    hidden: bool = False  # a fold box opens before the verdict


def find_claims(text: str) -> list[Claim]:
    """The claims of a page: sections of the third level whose heading is a sentence in quotation marks."""
    found: list[Claim] = []
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"#{1,3} ", line):
            match = CLAIM.match(line)
            inside = match is not None
            if match:
                found.append(Claim(number, match[1]))
        elif inside:
            claim = found[-1]
            claim.hidden |= line.startswith("??? ") and not claim.verdicts
            if match := VERDICT.match(line):
                claim.verdicts.append(match[1])
            claim.statements += len(STATEMENT.findall(line))
            claim.blocks += bool(FENCE.match(line) and "python" in line)
    return found


def unproven(text: str) -> list[str]:
    """A sentence for every claim without one verdict in a fold box, a run, and as many statements as the verdict needs."""
    faults = []
    for claim in find_claims(text):
        where = f"line {claim.line}, {claim.wording}: "
        if len(claim.verdicts) != 1 or not claim.hidden:
            faults.append(f"{where}one verdict belongs into a fold box, found {claim.verdicts}")
        elif claim.blocks < 1:
            faults.append(f"{where}no run decides it")
        elif claim.statements < NEEDED[claim.verdicts[0]]:
            needed = NEEDED[claim.verdicts[0]]
            faults.append(f"{where}“{claim.verdicts[0]}” needs {needed} `holds`, found {claim.statements}")
    return faults
