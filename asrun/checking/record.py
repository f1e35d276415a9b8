"""The record of what was run and compared, page by page and in all, and the table that shows it."""

import re
from collections.abc import Iterable
from typing import Any

from asrun.model import Page
from asrun.running.page import PageRun

RECORD_FILE = "verified.json"  # at the top of the site
RECORD = re.compile(r"<!--\s*asrun:\s*verified\s*-->")  # where a page shows it
COUNTS = {  # what is counted, and the head of its column in the table
    "ran": "Blocks run",
    "raised": "Raised as expected",
    "shown": "Shown only",
    "outputs": "Outputs compared",
    "numbers": "Numbers computed",
    "statements": "Statements checked",
    "figures": "Figures",
    "formulas": "Formulas set",
    "checked": "Formulas checked against code",
    "quoted": "Quoted",
    "version": "Versions",
}
FORMULAS = ("set", "displayed", "checked", "definitions")


def page_record(page: Page, run: PageRun) -> dict[str, Any]:
    """What was run and compared on one page. Nothing in it changes from run to run."""
    outcomes = dict(zip((block.line for block in page.code_blocks), (ran.outcome for ran in run.blocks), strict=False))
    blocks = [
        {"line": page.lines[block.line - 1], "language": block.language, "outcome": outcomes.get(block.line, "shown")}
        for block in page.blocks
        if block.language != "output"
    ]
    return {
        "blocks": blocks,
        "outputs": sum(block.record is not None for block in page.code_blocks),
        "numbers": len(page.numbers),
        "statements": len(page.statements),
        "figures": len(run.figures),
        "formulas": {
            "set": len(page.formulas),
            "displayed": sum(formula.display for formula in page.formulas),
            "checked": sum(bool(checked.agreed) for checked in run.checks),
            "definitions": sum(formula.defines for formula in page.formulas),
        },
        "quoted": page.marks["quoted"],
        "version": page.marks["version"],
    }


def counts(record: dict[str, Any]) -> dict[str, int]:
    """How many of each kind the record of a page has: blocks by outcome, and what was compared."""
    by_outcome = [str(block["outcome"]).split()[0] for block in record["blocks"]]
    found = {**record, "formulas": record["formulas"]["set"], "checked": record["formulas"]["checked"]}
    return {name: found[name] if name in found else by_outcome.count(name) for name in COUNTS}


def book_record(runs: Iterable[tuple[Page, PageRun]]) -> dict[str, Any]:
    """What was run and compared on these pages, by file, and the totals: the content of `RECORD_FILE`."""
    pages = {page.file: page_record(page, run) for page, run in runs}
    each = [counts(record) for record in pages.values()]
    totals = {"pages": len(pages), "blocks": sum(len(record["blocks"]) for record in pages.values())}
    totals |= {name: sum(count[name] for count in each) for name in COUNTS}
    formulas = {name: sum(record["formulas"][name] for record in pages.values()) for name in FORMULAS}
    return {"pages": pages, "totals": {**totals, "formulas": formulas}}


def record_table(pages: Iterable[Page], record: dict[str, Any]) -> str:
    """The record of a book as a Markdown table with a row for each of these pages."""
    rows: list[tuple[str, ...]] = [("Page", *COUNTS.values())]
    for page in pages:
        count = counts(record["pages"][page.file])
        rows.append((f"[{page.meta.get('title', page.uri)}]({page.uri})", *(str(count[name]) for name in COUNTS)))
    total = {**record["totals"], "formulas": record["totals"]["formulas"]["set"]}
    rows.append(("**All pages**", *(f"**{total[name]}**" for name in COUNTS)))
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, f"|---{'|--:' * len(COUNTS)}|", *body])
