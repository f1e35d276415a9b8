"""Rewrite the recorded outputs and the numbers of pages, after a change that was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from asrun.checking.book import Book
from asrun.checking.page_rules import NumberDifference, OutputDifference, differences
from asrun.model import Number, Page
from asrun.reading import notebooks
from asrun.reading.parser import fence_around
from asrun.reading.prose import occurrences
from asrun.running.page import PageRun


def update(book: Book) -> str:
    """Write what the runs gave into the files of the pages. Returns a unified diff of them, empty where nothing changed."""
    diff: list[str] = []
    for uri, page in book.pages.items():
        path = book.settings.docs / uri
        old = path.read_text(encoding="utf-8")
        new = (
            _updated_notebook(page, book.runs[uri], old)
            if page.is_notebook
            else "\n".join(line for lines in _updated_lines(page, book.runs[uri]) for line in lines)
        )
        if new != old:
            path.write_text(new, encoding="utf-8")
            diff += difflib.unified_diff(old.splitlines(), new.splitlines(), page.file, page.file, lineterm="")
    return "\n".join(diff)


def _updated_lines(page: Page, run: PageRun) -> list[list[str]]:
    """For each line of the page's text, the lines that are to stand in its place."""
    found = list(differences(page, run))
    text = page.text
    changes = {place: d.text for d in found if isinstance(d, NumberDifference) for place in _places(text, d.number)}
    for (start, end), new in sorted(changes.items(), reverse=True):
        text = text[:start] + new + text[end:]
    lines = [[line] for line in text.split("\n")]
    for difference in found:
        if isinstance(difference, OutputDifference):
            _replace_record(lines, difference)
    return lines


def _places(text: str, number: Number) -> Iterator[tuple[int, int]]:
    """The spans of a number in the text: one, or those in an element and in the comment beneath it."""
    line = sum(len(above) + 1 for above in text.split("\n")[: number.line - 1])
    yield line + number.start, line + number.end
    if number.element:
        first, last = number.element
        yield from ((first + start, first + end) for start, end in occurrences(number.text, text[first:last]))


def _replace_record(lines: list[list[str]], difference: OutputDifference) -> None:
    """Write what a block printed into the lines that stand in place of its record, or beneath the block."""
    block, record, printed = difference.block, difference.record, difference.printed
    fence: list[str] = []
    if printed:
        ticks = fence_around("\n".join(printed))
        fence = [block.prefix + line if line else block.prefix.rstrip() for line in (f"{ticks}output", *printed, ticks)]
    if record is None:
        lines[block.end - 1] += ["" if not block.prefix.strip() else block.prefix.rstrip(), *fence]
        return
    for place in range(record.line - 1, record.end):
        lines[place] = []
    lines[record.line - 1] = fence
    if not fence and lines[record.line - 2] == [""]:
        lines[record.line - 2] = []


def _updated_notebook(page: Page, run: PageRun, raw: str) -> str:
    written = notebooks.as_markdown(page.file, raw)
    if not written.readable:
        return raw
    lines = _updated_lines(page, run)
    return notebooks.from_markdown(raw, [[line for place in lines[a:b] for line in place] for a, b in written.cells])
