"""The templates of the site: what they say of a page, and what is wrong with one that a book puts in place of ours."""

import traceback
from collections.abc import Callable
from typing import Any

import jinja2

from asrun.checking.book import Book
from asrun.checking.record import counts, page_record
from asrun.model import Page
from asrun.publishing.render import RECORD
from asrun.settings import BookError

WORDS_A_MINUTE = 200


def page_facts(book: Book, uri: str, url: Callable[[str], str]) -> dict[str, Any]:
    """What the templates say of a page: its place in the book, its length, its record, its neighbors.

    `url` gives the address of a page by its uri. Waits until the page has run.
    """
    page = book.pages[uri]
    chapters = [other.uri for other in book.pages.values() if other.is_chapter]
    count = counts(page_record(page, book.runs[uri]))
    tags = set(page.meta.get("tags") or ())

    def shared(other: Page) -> int:
        return len(tags & set(other.meta.get("tags") or ()))

    related = sorted((other for other in book.pages.values() if other is not page), key=shared, reverse=True)[:3]
    return {
        "number": chapters.index(uri) + 1 if uri in chapters else None,
        "chapters": len(chapters),
        "level": page.meta.get("level", ""),
        "words": page.words,
        "minutes": max(1, round(page.words / WORDS_A_MINUTE)),
        "related": [{"title": one.meta.get("title", ""), "url": url(one.uri)} for one in related if shared(one)],
        "record": count | {"blocks": count["ran"] + count["raised"]},
        "verified_url": url(next((other.uri for other in book.pages.values() if RECORD.search(other.text)), "")),
    }


def template_problem(error: jinja2.TemplateError) -> BookError:
    """A template that Jinja cannot read or fill, as a sentence with file and line."""
    file = str(getattr(error, "filename", None) or getattr(error, "name", None) or "a template")
    line = getattr(error, "lineno", None)
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.endswith(".html"):  # while filling: the innermost template
            file, line = frame.f_code.co_filename, number
    where = f"{file}:{line}" if line else file
    reason = error.message or str(error)
    return BookError(f"{where}: the template cannot be used: {reason}: mend it, or delete it to get ours")
