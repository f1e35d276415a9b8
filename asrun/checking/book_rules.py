"""The rules of the whole book: nav, links, sections of modules, and the partners of a chapter. One function for each rule."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from asrun.model import Page, Problem
from asrun.reading.includes import sections_of
from asrun.settings import Settings


def check_book(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    """What is wrong with more than one page. `pages` are all of them, by uri."""
    yield from _check_nav(settings, pages)
    yield from check_in_nav(settings, pages.values())
    for page in pages.values():
        yield from _check_links(settings, page, pages)
    yield from _check_sections(settings, pages)
    yield from _check_partners(settings, pages)


def check_in_nav(settings: Settings, pages: Iterable[Page]) -> Iterator[Problem]:
    """Every page is in nav."""
    entries = {entry.uri for entry in settings.nav}
    for page in pages:
        if page.uri not in entries:
            yield Problem(page.file, 1, "the page is missing from nav in mkdocs.yml: readers would never find it")


def _check_nav(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    """nav names pages that exist, each once."""
    lines = (settings.root / "mkdocs.yml").read_text(encoding="utf-8").split("\n")
    entries = [entry.uri for entry in settings.nav]
    for uri in dict.fromkeys(entries):
        line = next((n for n, text in enumerate(lines, 1) if re.search(rf"(?<![\w/-]){re.escape(uri)}\s*$", text)), 1)
        if uri not in pages:
            yield Problem("mkdocs.yml", line, f"nav names {uri}, which does not exist below {settings.docs.name}/")
        if entries.count(uri) > 1:
            yield Problem("mkdocs.yml", line, f"nav names {uri} twice")


def _check_links(settings: Settings, page: Page, pages: dict[str, Page]) -> Iterator[Problem]:
    """Links within the book lead to a page, a heading or a file."""
    for link in page.links:
        parts = urlsplit(link.href)
        if parts.scheme or parts.netloc:
            continue
        if link.href.startswith("/"):
            yield page.problem(
                link.line,
                f"the link {link.href} is absolute and breaks below a path: link to the file, as other-page.md",
            )
            continue
        path = unquote(parts.path)
        uri = os.path.normpath(os.path.join(os.path.dirname(page.uri), path)) if path else page.uri
        target = pages.get(uri)
        if os.path.basename(uri) == f"{settings.archive_name}.zip":
            continue  # `make build` puts it beside the pages
        if target is None and not (settings.docs / uri).is_file():
            yield page.problem(link.line, f"the link {link.href} leads nowhere: there is no {settings.docs.name}/{uri}")
        elif target is not None and parts.fragment and unquote(parts.fragment) not in target.anchors:
            yield page.problem(
                link.line, f"the link {link.href} leads nowhere: {target.file} has no heading or id #{parts.fragment}"
            )


def _check_sections(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    """Section markers can be read, and a page shows each section."""
    used = {segment.section for page in pages.values() for block in page.blocks for segment in block.segments}
    for path in sorted(settings.modules.rglob("*.py")):
        sections, problems = sections_of(settings, path)
        yield from problems
        for section in sections.values():
            if f"{path.relative_to(settings.modules).as_posix()}:{section.name}" not in used:
                yield Problem(
                    settings.name(path),
                    section.line - 1,
                    f"no page shows the section {section.name!r}: include it, or delete its markers",
                )


def _check_partners(settings: Settings, pages: dict[str, Page]) -> Iterator[Problem]:
    """A chapter has a module, and a module a chapter and tests, of the same name."""
    modules = {path.stem: path for path in settings.modules.glob("*.py") if path.stem not in settings.shared_modules}
    chapters = {page.stem.replace("-", "_"): page for page in pages.values() if page.meta.get("level")}
    tests = settings.root / settings.options.tests
    for stem, page in chapters.items():
        if stem not in modules and not page.is_notebook:
            yield Problem(
                page.file,
                1,
                f"the chapter has no {settings.options.modules}/{stem}.py: add it, or take `level` out of the front matter",
            )
    for stem, path in modules.items():
        if stem not in chapters:
            yield Problem(
                settings.name(path),
                1,
                f"the module has no chapter {settings.docs.name}/{stem.replace('_', '-')}.md: add it, or name the module in shared_modules",
            )
        if not (tests / f"test_{stem}.py").is_file():
            yield Problem(settings.name(path), 1, f"the module has no {settings.options.tests}/test_{stem}.py")
