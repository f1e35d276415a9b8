"""What was run and compared: `verified.json`, the verified page, and the line at a chapter's foot."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from asrun.checking.book import Book
from asrun.model import Page
from asrun.running.page import PageRun

WORDS_A_MINUTE = 200
COUNTS = {  # what is counted, and the column of the verified page
    "ran": "Blocks run",
    "raised": "Raised as expected",
    "shown": "Shown only",
    "outputs": "Outputs compared",
    "numbers": "Numbers computed",
    "figures": "Figures drawn",
    "formulas": "Formulas set",
    "checked": "Formulas checked against code",
    "quoted": "Quoted",
    "version": "Versions",
}
TABLE = re.compile(r"<!--\s*asrun:\s*verified\s*-->")
FORMULAS = ("set", "displayed", "checked", "definitions", "statements")


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
        "outputs": sum(page.record_of(block) is not None for block in page.code_blocks),
        "numbers": len(page.numbers),
        "figures": len(run.figures),
        "formulas": {
            "set": len(page.formulas),
            "displayed": sum(formula.display for formula in page.formulas),
            "checked": sum(bool(checked.agreed) for checked in run.checks),
            "definitions": sum(formula.mark == "definition" for formula in page.formulas),
            "statements": sum(formula.mark == "statement" for formula in page.formulas),
        },
        "quoted": page.marks["quoted"],
        "version": page.marks["version"],
    }


def counts(record: dict[str, Any]) -> dict[str, int]:
    """The figures of one page: blocks by outcome, and what was compared."""
    by_outcome = [str(block["outcome"]).split()[0] for block in record["blocks"]]
    found = {**record, "formulas": record["formulas"]["set"], "checked": record["formulas"]["checked"]}
    return {name: found[name] if name in found else by_outcome.count(name) for name in COUNTS}


def verified(book: Book) -> dict[str, Any]:
    """The content of `site/verified.json`."""
    pages = {page.file: page_record(page, book.runs[uri]) for uri, page in book.pages.items()}
    each = [counts(record) for record in pages.values()]
    totals = {"pages": len(pages), "blocks": sum(len(record["blocks"]) for record in pages.values())}
    totals |= {name: sum(count[name] for count in each) for name in COUNTS}
    formulas = {name: sum(record["formulas"][name] for record in pages.values()) for name in FORMULAS}
    return {"pages": pages, "totals": {**totals, "formulas": formulas}}


def verified_table(book: Book) -> str:
    """The same as a Markdown table, page by page, for the verified page."""
    data = verified(book)
    head = ("Page", *COUNTS.values())
    lines = [f"| {' | '.join(head)} |", f"|---{'|--:' * len(COUNTS)}|"]
    for uri, page in book.pages.items():
        count = counts(data["pages"][page.file])
        lines.append(f"| [{page.meta.get('title', uri)}]({uri}) | {' | '.join(str(count[name]) for name in COUNTS)} |")
    total = {**data["totals"], "formulas": data["totals"]["formulas"]["set"]}
    totals = " | ".join(f"**{total[name]}**" for name in COUNTS)
    lines.append(f"| **All pages** | {totals} |")
    return "\n".join(lines)


def page_facts(book: Book, uri: str, url: Callable[[str], str]) -> dict[str, Any]:
    """What the theme says of a page: its place in the book, its length, its record, its neighbors."""
    page = book.pages[uri]
    sections = {entry.uri: entry.sections for entry in book.settings.nav}
    chapters = [
        entry.uri for entry in book.settings.nav if entry.uri in book.pages and book.pages[entry.uri].is_chapter
    ]
    count = counts(page_record(page, book.runs[uri]))
    tags = set(page.meta.get("tags") or ())
    shared = sorted(
        (
            (-len(tags & set(other.meta.get("tags") or ())), place, other)
            for place, other in enumerate(book.pages.values())
            if other is not page
        ),
        key=lambda item: item[:2],
    )
    return {
        "number": chapters.index(uri) + 1 if uri in chapters else None,
        "chapters": len(chapters),
        "part": next(iter(sections.get(uri, ())), ""),
        "level": page.meta.get("level", ""),
        "words": page.words,
        "minutes": max(1, round(page.words / WORDS_A_MINUTE)),
        "related": [
            {"title": other.meta.get("title", ""), "url": url(other.uri)} for score, _, other in shared[:3] if score < 0
        ],
        "record": count | {"blocks": count["ran"] + count["raised"]},
        "verified_url": url(_page_of_the_table(book)),
        "tags": sorted(tags),
    }


def _page_of_the_table(book: Book) -> str:
    """The uri of the page that shows what was verified; empty where there is none."""
    return next((uri for uri, page in book.pages.items() if TABLE.search(page.text)), "")
