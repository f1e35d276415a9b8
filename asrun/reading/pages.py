"""Read pages, Markdown and notebooks alike, and find what stands on them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import yaml

from asrun.cache import keep, kept
from asrun.model import Formula, Link, Page, Problem
from asrun.reading import notebooks
from asrun.reading.blocks import find_blocks, line_of, parse
from asrun.reading.prose import Prose
from asrun.settings import Settings

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*\n", re.S | re.M)


def read_pages(settings: Settings, only: Iterable[str] = ()) -> Iterator[Page]:
    """Find what stands on the pages; unchanged ones come from the cache.

    Each page is handed over as soon as it is read, so that it can run while the next one is read. The longest come
    first, lest one of them is left to run when all others have.
    """
    files = sorted(settings.page_files(), key=lambda path: -path.stat().st_size)
    wanted = set(only)
    stamp = hashlib.sha256(settings.fingerprint.encode())
    for path in sorted(settings.modules.rglob("*.py")):
        stamp.update(path.read_bytes())
    file = settings.cache / "pages.pickle"
    before: dict[str, tuple[str, Page]] = kept(file, stamp.hexdigest()) or {}
    fresh: dict[str, tuple[str, Page]] = {}
    for path in files:
        uri = path.relative_to(settings.docs).as_posix()
        if wanted and uri not in wanted:
            continue
        raw = path.read_text(encoding="utf-8")
        key = hashlib.sha256(raw.encode()).hexdigest()
        known = before.get(uri)
        fresh[uri] = known if known and known[0] == key else (key, read_source(settings, uri, raw))
        yield fresh[uri][1]
    after = before | fresh if wanted else fresh
    if before.keys() != after.keys() or any(before[uri] is not entry for uri, entry in after.items()):
        keep(file, stamp.hexdigest(), after)


def read_source(settings: Settings, uri: str, raw: str) -> Page:
    """Read one page from its source, Markdown or notebook."""
    if not uri.endswith(".ipynb"):
        return read_page(settings, uri, raw, tuple(range(1, raw.count("\n") + 2)))
    file = settings.name(settings.docs / uri)
    text, lines, spans, problems = notebooks.as_markdown(file, raw)
    page = read_page(settings, uri, text, lines)
    unreadable = problems and not spans
    return replace(page, problems=(() if unreadable else page.problems) + tuple(problems))


def read_page(settings: Settings, uri: str, text: str, lines: tuple[int, ...]) -> Page:
    """Find everything on a page; what cannot be right becomes `Page.problems`."""
    name = settings.name(settings.docs / uri)
    page = Page(uri, name, text, lines, {}, 1, (), (), Counter(), (), (), (), frozenset(), 0, ())
    problems: list[Problem] = []
    meta: dict[str, Any] = {}
    body_line = 1
    if match := FRONT_MATTER.match(text):
        body_line += match[0].count("\n")
        try:
            meta = yaml.safe_load(match["yaml"]) or {}
        except yaml.YAMLError as error:
            problems.append(page.problem(1, f"the front matter is not YAML: {error}"))
    for key in ("title", "description"):
        if not str(meta.get(key) or "").strip():
            problems.append(page.problem(1, f"the front matter has no {key}: add `{key}: …`"))

    seen = parse(settings, text, body_line)
    blocks, block_problems = find_blocks(settings, page, seen, body_line)
    prose = Prose(page, text, body_line, blocks)
    problems += block_problems + prose.problems
    if Counter(formula.tex.strip() for formula in prose.formulas) != Counter(t.strip() for t in seen.formulas):
        problems += _formula_differences(page, prose.formulas, seen.formulas)
    source_lines = text.split("\n")
    links = tuple(Link(line_of(source_lines, f"]({href}", href), href) for href in seen.links)
    problems += [
        page.problem(line_of(source_lines, f"]({src}", src), f"the picture {src} has no alt text: say what it shows")
        for src in seen.images_without_alt
    ]
    return replace(
        page,
        meta=meta,
        body_line=body_line,
        blocks=blocks,
        numbers=tuple(prose.numbers),
        marks=prose.marks,
        formulas=tuple(prose.formulas),
        comments=tuple((start, start + len(text)) for start, text in sorted(prose.comments.items())),
        links=links,
        anchors=frozenset(seen.anchors),
        words=seen.words,
        problems=tuple(problems),
        runnable=not block_problems,
    )


def _formula_differences(page: Page, ours: list[Formula], theirs: list[str]) -> list[Problem]:
    """Where our reading of `$…$` and the site's part ways, the page would show something else."""
    missing = Counter(t.strip() for t in theirs) - Counter(f.tex.strip() for f in ours)
    problems = [
        page.problem(
            f.line,
            f"the site's parser does not read ${f.tex.strip()}$ as a formula: leave a blank line around "
            "$$…$$, and escape a dollar sign that is none as \\$",
        )
        for f in ours
        if f.tex.strip() in Counter(g.tex.strip() for g in ours) - Counter(t.strip() for t in theirs)
    ]
    lines = page.text.split("\n")
    return problems + [
        page.problem(
            line_of(lines, tex.split("\n")[0]),
            f"the site's parser reads {tex!r} as a formula: write formulas as $…$ or $$…$$",
        )
        for tex in missing
    ]
