"""The list of the blocks of a book, from which a reader in the playground takes one to begin with."""

from __future__ import annotations

import json
import re
from typing import Any

from asrun.checking.book import Book
from asrun.model import Block, Page

HEADING = re.compile(r"^#{1,6}\s+(?P<text>.+?)(?:\s+\{[^}]*\})?\s*#*$")
MARKUP = re.compile(r"`|\*\*|\[(?P<label>[^\]]*)\]\([^)]*\)")
SAYS_NOTHING = re.compile(r"import |from |#|$|[\])}]")  # lines that say nothing of what a block is about
LONGEST = 70


def list_examples(book: Book) -> str:
    """As JSON, for each page in the order of `nav`: its blocks, each by its section and the first line that tells something."""
    pages: list[dict[str, Any]] = []
    for entry in book.settings.nav:
        page = book.pages.get(entry.uri)
        if page and page.code_blocks and page.runnable:
            part = entry.sections[-1] if entry.sections else ""
            title = str(page.meta.get("title", page.stem))
            pages.append({"stem": page.stem, "title": title, "part": part, "blocks": _blocks(page)})
    return json.dumps(pages, ensure_ascii=False, separators=(",", ":")) + "\n"


def _blocks(page: Page) -> list[dict[str, str]]:
    return [
        {
            "section": block.title or _section(page, block),
            "line": _telling_line(block.code),
            "needs": block.needs,
        }
        for block in page.code_blocks
    ]


def _section(page: Page, block: Block) -> str:
    """The heading that a block stands under; nothing before the first."""
    within = {line for other in page.blocks for line in range(other.line, other.end + 1)}
    lines = page.text.split("\n")
    for number in range(block.line - 1, 0, -1):
        match = None if number in within else HEADING.match(lines[number - 1])
        if match:
            return MARKUP.sub(lambda found: found["label"] or "", match["text"])
    return ""


def _telling_line(code: str) -> str:
    lines = [line.strip() for line in code.split("\n")]
    line = next((line for line in lines if not SAYS_NOTHING.match(line)), lines[0])
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
