"""Writes what readers take away: each block as a program, each page as script and notebook, and the list of all blocks."""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess as Process
from pathlib import Path
from typing import Any

from asrun.cache import load, store
from asrun.checking.book import Book
from asrun.model import Block, Page
from asrun.programs import Library
from asrun.publishing.handout import Handout, licenses_of
from asrun.publishing.render import write
from asrun.settings import Settings

EXAMPLES = "take/examples.json"
HEADING = re.compile(r"^#{1,6}\s+(?P<text>.+?)(?:\s+\{[^}]*\})?\s*#*$")
MARKUP = re.compile(r"`|\*\*|\[(?P<label>[^\]]*)\]\([^)]*\)")
SAYS_NOTHING = re.compile(r"import |from |#|$|[\])}]")  # lines that say nothing of what a block is about
LONGEST = 70


def files(book: Book, site_url: str) -> dict[str, str]:
    """All files below `take/`, by their addresses in the site."""
    return _pages(book, site_url, book.pages) | {EXAMPLES: _examples(book)}


def begin(book: Book, site: Path, site_url: str) -> list[Process]:
    """Begin to make and write the files in processes of their own, while a build goes on."""
    count = os.cpu_count() or 1
    uris = sorted(book.pages, key=lambda uri: -len(book.pages[uri].text))
    parts = [uris[place::count] for place in range(min(count, len(uris)))]
    fork = get_context("fork")
    making = [fork.Process(target=_write_pages, args=(book, site, site_url, part), daemon=True) for part in parts]
    for process in making:
        process.start()
    return list(making)


def finish(making: Sequence[Process], book: Book, site: Path, site_url: str) -> None:
    """Wait for what was begun; where nothing was, or it failed, it happens here, and an error is told."""
    for process in making:
        process.join()
    done = making and not any(process.exitcode for process in making)
    _write({EXAMPLES: _examples(book)} if done else files(book, site_url), site)


def _write_pages(book: Book, site: Path, site_url: str, uris: list[str]) -> None:
    try:
        _write(_pages(book, site_url, uris), site)
    except Exception:
        sys.exit(1)


def _write(made: dict[str, str], site: Path) -> None:
    """Write files into a built site. (MkDocs would make pages of notebooks, and leave programs out.)"""
    for name, content in made.items():
        write(site / name, content.encode())


def _pages(book: Book, site_url: str, uris: Iterable[str]) -> dict[str, str]:
    """The files of some pages; what has not changed comes from the cache."""
    settings = book.settings
    library = Library(settings.modules, settings.data, settings.package)
    shared = _digest_of_what_all_share(settings)
    taken: dict[str, str] = {}
    for uri in uris:
        page = book.pages[uri]
        if not page.code_blocks or not page.runnable:
            continue
        place = settings.cache / "take" / f"{uri.replace('/', '-')}.pickle"
        parts = shared, site_url, page.text, page.meta.get("title"), book.runs[uri].blocks
        key = hashlib.sha256(repr(parts).encode()).hexdigest()
        made: dict[str, str] | None = load(place, key)
        if made is None:
            made = Handout(book, uri, library, site_url).files()
            store(place, key, made)
        taken |= {f"take/{name}": content for name, content in made.items()}
    return taken


def _digest_of_what_all_share(settings: Settings) -> str:
    """Changes with the engine, the packages, the modules, the data, the licenses and the name of the book."""
    said = settings.fingerprint, licenses_of(settings), settings.site.get("site_name")
    digest = hashlib.sha256(repr(said).encode())
    for folder in (settings.modules, settings.data):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


# ---- the list of blocks, from which a reader in the playground takes one to begin with ----


def _examples(book: Book) -> str:
    """As JSON, for each page in the order of `nav`: its blocks, each by its section and the first line that tells something."""
    pages: list[dict[str, Any]] = []
    for entry in book.settings.nav:
        page = book.pages.get(entry.uri)
        if page and page.code_blocks and page.runnable:
            part = entry.sections[-1] if entry.sections else ""
            title = str(page.meta.get("title", page.stem))
            blocks = [
                {
                    "section": block.title or _section(page, block),
                    "line": _telling_line(block.code),
                    "needs": block.needs,
                }
                for block in page.code_blocks
            ]
            pages.append({"stem": page.stem, "title": title, "part": part, "blocks": blocks})
    return json.dumps(pages, ensure_ascii=False, separators=(",", ":")) + "\n"


def _section(page: Page, block: Block) -> str:
    """The heading that a block stands under; nothing before the first."""
    within = {line for other in page.blocks for line in range(other.line, other.end + 1)}
    lines = page.text.split("\n")
    above = [HEADING.match(lines[number - 1]) for number in range(1, block.line) if number not in within]
    heading = next(filter(None, reversed(above)), None)
    return MARKUP.sub(lambda found: found["label"] or "", heading["text"]) if heading else ""


def _telling_line(code: str) -> str:
    lines = [line.strip() for line in code.split("\n")]
    line = next((line for line in lines if not SAYS_NOTHING.match(line)), lines[0])
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
