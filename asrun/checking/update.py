"""Rewrite recorded outputs and numbers in place, after a change that was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from asrun.checking.book import Book
from asrun.checking.page_rules import NumberDifference, OutputDifference, differences
from asrun.model import Number, Page
from asrun.reading import notebooks
from asrun.reading.prose import occurrences
from asrun.running.page import PageRun


def update(book: Book) -> str:
    """Write what the runs gave into the pages; returns a unified diff of what changed."""
    diff: list[str] = []
    for uri, page in book.pages.items():
        path = book.settings.docs / uri
        old = path.read_text(encoding="utf-8")
        new = (
            _notebook(page, book.runs[uri], old)
            if page.is_notebook
            else "\n".join(line for lines in _lines(page, book.runs[uri]) for line in lines)
        )
        if new != old:
            path.write_text(new, encoding="utf-8")
            diff += difflib.unified_diff(old.splitlines(), new.splitlines(), page.file, page.file, lineterm="")
    return "\n".join(diff)


def _lines(page: Page, run: PageRun) -> list[list[str]]:
    """The page's text: for each of its lines the lines that stand there now."""
    found = list(differences(page, run))
    text = page.text
    changes = {place: d.text for d in found if isinstance(d, NumberDifference) for place in _places(text, d.number)}
    for (start, end), new in sorted(changes.items(), reverse=True):
        text = text[:start] + new + text[end:]
    lines = [[line] for line in text.split("\n")]
    for difference in found:
        if isinstance(difference, OutputDifference):
            _record(lines, difference)
    return lines


def _places(text: str, number: Number) -> Iterator[tuple[int, int]]:
    """Where a number stands in the text: once, or in an element and in the comment beneath it."""
    line = sum(len(above) + 1 for above in text.split("\n")[: number.line - 1])
    yield line + number.start, line + number.end
    if number.element:
        first, last = number.element
        yield from ((first + start, first + end) for start, end in occurrences(number.text, text[first:last]))


def _record(lines: list[list[str]], difference: OutputDifference) -> None:
    block, record, printed = difference.block, difference.record, difference.printed
    ticks = "```"
    while any(ticks in line for line in printed):
        ticks += "`"
    fence = (
        [block.prefix + line if line else block.prefix.rstrip() for line in (f"{ticks}output", *printed, ticks)]
        if printed
        else []
    )
    if record is None:
        lines[block.end - 1] += ["" if not block.prefix.strip() else block.prefix.rstrip(), *fence]
        return
    for place in range(record.line - 1, record.end):
        lines[place] = []
    lines[record.line - 1] = fence
    if not fence and lines[record.line - 2] == [""]:
        lines[record.line - 2] = []


def _notebook(page: Page, run: PageRun, raw: str) -> str:
    written = notebooks.as_markdown(page.file, raw)
    if not written.readable:
        return raw
    lines = _lines(page, run)
    return notebooks.from_markdown(raw, [[line for place in lines[a:b] for line in place] for a, b in written.cells])
