"""Writes what readers take away: the program of each block, and each page as a script and as a notebook."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess as Process
from pathlib import Path
from typing import Any

from asrun.cache import load, store
from asrun.checking.book import Book
from asrun.model import Ran
from asrun.programs import Library
from asrun.publishing import examples, render
from asrun.publishing.handout import Handout, license_of, text_license_of
from asrun.settings import Settings

EXAMPLES = "take/examples.json"


def files(book: Book, site_url: str) -> dict[str, str]:
    """All files below `take/`, by their addresses in the site."""
    return pages(book, site_url, book.pages) | {EXAMPLES: examples.list_examples(book)}


def pages(book: Book, site_url: str, uris: Iterable[str]) -> dict[str, str]:
    """The files of some pages; what has not changed comes from the cache."""
    settings = book.settings
    library = Library(settings.modules, settings.data, settings.package)
    insert, stamp = render.inserter(book), _stamp(settings)
    taken: dict[str, str] = {}
    for uri in uris:
        page, run = book.pages[uri], book.runs[uri].blocks
        if not page.code_blocks or not page.runnable:
            continue
        place = settings.cache / "take" / f"{uri.replace('/', '-')}.pickle"
        key = _key(stamp, site_url, page.text, page.meta.get("title"), _seen(run))
        made: dict[str, str] | None = load(place, key)
        if made is None:
            made = Handout(book, page, run, library, insert, site_url).files()
            store(place, key, made)
        taken |= {f"take/{name}": content for name, content in made.items()}
    return taken


def _put(made: dict[str, str], site: Path) -> None:
    """Write files into a built site. (MkDocs would make pages of notebooks, and leave programs out.)"""
    for name, content in made.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")


def begin(book: Book, site: Path, site_url: str) -> list[Process]:
    """Begin to make and write the files in processes of their own, while a build goes on."""
    count = os.cpu_count() or 1
    uris = sorted(book.pages, key=lambda uri: -len(book.pages[uri].text))
    fork = get_context("fork")
    parts = [part for place in range(count) if (part := uris[place::count])]
    making = [fork.Process(target=_pages, args=(book, site, site_url, part), daemon=True) for part in parts]
    for process in making:
        process.start()
    return list(making)


def finish(making: Sequence[Process], book: Book, site: Path, site_url: str) -> None:
    """Wait for what was begun; where nothing was, or it failed, it happens here, and an error is told."""
    for process in making:
        process.join()
    done = making and not any(process.exitcode for process in making)
    _put({EXAMPLES: examples.list_examples(book)} if done else files(book, site_url), site)


def _pages(book: Book, site: Path, site_url: str, uris: list[str]) -> None:
    try:
        _put(pages(book, site_url, uris), site)
    except Exception:
        sys.exit(1)


def _stamp(settings: Settings) -> str:
    """Changes with everything that all pages share: the engine, the packages, the modules and the data."""
    digest = hashlib.sha256(settings.fingerprint.encode())
    for folder in (settings.modules, settings.data):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.name.encode() + path.read_bytes())
    said = license_of(settings), text_license_of(settings), settings.site.get("site_name")
    digest.update(repr(said).encode())
    return digest.hexdigest()


def _key(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _seen(run: tuple[Ran, ...]) -> list[Any]:
    return [
        (ran.outcome, ran.statements, [part if isinstance(part, str) else part.svg for part in ran.pieces])
        for ran in run
    ]
