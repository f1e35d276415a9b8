"""Every Python block of every page runs in the browser's Python and prints what the page shows: a second platform, with other versions."""

from __future__ import annotations

from typing import Any

import pytest

from asrun.checking.book import Book, verify
from asrun.model import Block, Figure, Page
from asrun.settings import Settings
from tests.site.built import ROOT, expect_none
from tests.site.python import PythonPage

# What the Python in the page lacks: scikit-learn is 1.6 there, statsmodels is not among its packages.
NOT_IN_BROWSER = {
    ("claims-descent.md", "scikit-learn>=1.9"): 2,
    ("claims-descent.md", "statsmodels"): 1,
    ("goodness-of-fit.md", "statsmodels"): 1,
    ("one-answer.md", "scikit-learn>=1.9"): 2,
    ("one-answer.md", "statsmodels"): 2,
    ("uncertainty.md", "statsmodels"): 1,
}


@pytest.fixture(scope="module")
def book() -> Book:
    return verify(Settings.load(ROOT))


def test_the_blocks_that_the_browser_cannot_run_are_few_and_known(book: Book) -> None:
    found: dict[tuple[str, str], int] = {}
    for uri, page in book.pages.items():
        for block in page.code_blocks:
            if needs := block.options.get("needs"):
                found[uri, needs] = found.get((uri, needs), 0) + 1
    assert found == NOT_IN_BROWSER


async def test_every_block_gives_in_the_browser_what_the_page_shows(book: Book, python: PythonPage) -> None:
    problems: list[tuple[object, str]] = []
    run = 0
    for uri, page in book.pages.items():
        blocks = [(n, block) for n, block in enumerate(page.code_blocks, 1) if "needs" not in block.options]
        given = await python.run_all(page.stem, [(n, b.code, b.options.get("raises", "")) for n, b in blocks])
        for (number, block), result in zip(blocks, given, strict=True):
            run += 1
            drawn = [p for p in book.runs[uri].blocks[number - 1].pieces if isinstance(p, Figure)]
            place = place_of(page, block, number)
            problems += [(place, said) for said in differences(page, block, len(drawn), result)]
    assert run > 150, "hardly any block was run: are the pages read at all?"
    expect_none(
        problems,
        "make the block print fewer digits or a verdict, or say needs=… where the browser's Python lacks something",
    )


def place_of(page: Page, block: Block, number: int) -> str:
    return f"{page.file}:{page.lines[block.line - 1]}, block {number}"


def differences(page: Page, block: Block, figures: int, result: dict[str, Any]) -> list[str]:
    if result["status"] != "done":
        said = result.get("error", {}).get("text", "")
        return [f"the page shows its output, in the browser it ends as {result['status']!r}: {said}"]
    found = []
    record = block.record
    recorded = [line.rstrip() for line in record.source.rstrip().split("\n")] if record else []
    printed = [line.rstrip() for line in result["stdout"].rstrip().split("\n")] if result["stdout"].strip() else []
    if printed != recorded:
        first = next(
            (n for n, (a, b) in enumerate(zip(recorded, printed, strict=False)) if a != b),
            min(len(recorded), len(printed)),
        )
        shown, given = (lines[first] if first < len(lines) else "nothing" for lines in (recorded, printed))
        found.append(f"line {first + 1} of its output: the page shows {shown!r}, the browser's Python prints {given!r}")
    if result["stderr"]:
        found.append(f"it says on standard error: {result['stderr'].strip().splitlines()[0]}")
    if len(result["figures"]) != figures:
        found.append(f"the page shows {figures} figures, the browser's Python draws {len(result['figures'])}")
    return found
