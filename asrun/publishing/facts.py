"""What the templates of the site say of a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from asrun.checking.book import Book
from asrun.checking.record import counts, page_record

WORDS_A_MINUTE = 200
RECORD = re.compile(r"<!--\s*asrun:\s*verified\s*-->")


def page_facts(book: Book, uri: str, url: Callable[[str], str]) -> dict[str, Any]:
    """What the templates say of a page: its place in the book, its length, its record, its neighbors.

    `url` gives the address of a page by its uri. Waits until the page has run.
    """
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
        "verified_url": url(_uri_of_the_record(book)),
        "tags": sorted(tags),
    }


def _uri_of_the_record(book: Book) -> str:
    """The page that shows the record of the book; empty where there is none."""
    return next((uri for uri, page in book.pages.items() if RECORD.search(page.text)), "")
