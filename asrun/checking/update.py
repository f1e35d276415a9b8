"""Rewrite the recorded outputs and numbers of pages, and what their figures draw, after a change that was meant."""

import difflib
from itertools import chain
from pathlib import Path

from asrun.checking.book import Book
from asrun.checking.plots import finished, plots_file, stale_plots, updated_plots
from asrun.checking.rules import changed_numbers, changed_records
from asrun.model import Block, Page
from asrun.reading import notebooks
from asrun.reading.parser import fence_around
from asrun.reading.prose import occurrences
from asrun.running.page import PageRun
from asrun.settings import Settings


def update(book: Book) -> str:
    """Write what the runs gave into the files of the pages. Returns their unified diff, empty where nothing changed."""
    diff: list[str] = []
    for uri, page in book.pages.items():
        path = book.settings.docs / uri
        old = path.read_text(encoding="utf-8")
        lines = _updated_lines(page, book.runs[uri])
        if page.is_notebook:
            written = notebooks.as_markdown(page.file, old)
            cells = [list(chain(*lines[first:end])) for first, end in written.cells]
            new = notebooks.from_markdown(old, cells) if written.readable else old
        else:
            new = "\n".join(chain(*lines))
        diff += _write(book.settings, path, new)
    return "\n".join([*diff, *update_plots(book)])


def update_plots(book: Book) -> list[str]:
    """Store what the figures of each page draw; returns the diff. A page that did not run to its end keeps what is stored."""
    settings, diff = book.settings, list[str]()
    for uri, page in book.pages.items():
        if finished(page, book.runs[uri]):
            diff += _write(settings, plots_file(settings, page), updated_plots(settings, page, book.runs[uri]))
    for path in stale_plots(settings):
        diff += _write(settings, path, "")
    return diff


def _write(settings: Settings, path: Path, new: str) -> list[str]:
    """Write a file, or delete it where nothing is left; its unified diff."""
    old, name = path.read_text(encoding="utf-8") if path.exists() else "", settings.name(path)
    if new == old:
        return []
    if new:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new, encoding="utf-8")
    else:
        path.unlink()
    return list(difflib.unified_diff(old.splitlines(), new.splitlines(), name, name, lineterm=""))


def _updated_lines(page: Page, run: PageRun) -> list[list[str]]:
    """For each line of the page's text, the lines that are to stand in its place."""
    text = page.text
    changes: dict[tuple[int, int], str] = {}
    for number, new in changed_numbers(page, run):
        changes[number.span] = new
        first, last = number.element or (0, 0)  # the element holds it too, above the comment that names it
        changes |= {(first + a, first + b): new for a, b in occurrences(number.text, text[first:last])}
    for (start, end), new in sorted(changes.items(), reverse=True):
        text = text[:start] + new + text[end:]
    lines = [[line] for line in text.split("\n")]
    for block, printed in changed_records(page, run):
        _replace_record(lines, block, printed)
    return lines


def _replace_record(lines: list[list[str]], block: Block, printed: list[str]) -> None:
    """Write what a block printed into the lines that stand in place of its record, or beneath the block."""
    fence: list[str] = []
    if printed:
        ticks = fence_around("\n".join(printed))
        fence = [block.prefix + line if line else block.prefix.rstrip() for line in (f"{ticks}output", *printed, ticks)]
    if not block.record:
        lines[block.end - 1] += [block.prefix.rstrip(), *fence]
        return
    first, end = block.record.line - 1, block.record.end
    lines[first:end] = [fence, *([] for _ in range(first + 1, end))]
    if not fence and lines[first - 1] == [""]:
        lines[first - 1] = []
