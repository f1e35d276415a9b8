"""Read pages, Markdown and notebooks alike, and find what stands on them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import yaml

from asrun.cache import load, store
from asrun.model import Formula, Link, Page, Problem, Source
from asrun.reading import notebooks
from asrun.reading.blocks import find_blocks, line_of
from asrun.reading.parser import parse
from asrun.reading.prose import find_formulas, find_numbers, mask
from asrun.settings import Settings

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*\n", re.S | re.M)
MODULE = re.compile(r"""8<-*\s+\\?"([^":]+):""")  # the file that an include names, in Markdown or in a notebook's JSON


def read_pages(settings: Settings, only: Iterable[str] = ()) -> Iterator[Page]:
    """Read the pages, or `only` some of them (uris below the docs folder), the longest first.

    A page is yielded as soon as it is read, so that it can run while the next one is read: if a long one came last, it
    would run when all others have. What was found on it comes from the cache unless its file has changed, a module that it
    shows a section of, or the fingerprint of the settings.
    """
    files = sorted(settings.page_files(), key=lambda path: -path.stat().st_size)
    wanted = set(only)
    file = settings.cache / "pages.pickle"
    before: dict[str, tuple[str, Page]] = load(file, settings.fingerprint) or {}
    fresh: dict[str, tuple[str, Page]] = {}
    for path in files:
        uri = path.relative_to(settings.docs).as_posix()
        if wanted and uri not in wanted:
            continue
        raw = path.read_text(encoding="utf-8")
        key = _cache_key(settings, raw)
        known = before.get(uri)
        fresh[uri] = known if known and known[0] == key else (key, read_file(settings, uri, raw))
        yield fresh[uri][1]
    after = before | fresh if wanted else fresh
    if before.keys() != after.keys() or any(before[uri] is not entry for uri, entry in after.items()):
        store(file, settings.fingerprint, after)


def _cache_key(settings: Settings, raw: str) -> str:
    digest = hashlib.sha256(raw.encode())
    for name in sorted(set(MODULE.findall(raw))):
        path = settings.modules / name
        digest.update(path.read_bytes() if path.is_file() else b"there is none")
    return digest.hexdigest()


def read_file(settings: Settings, uri: str, raw: str) -> Page:
    """Read one page from the text of its file, Markdown or notebook."""
    file = settings.name(settings.docs / uri)
    if not uri.endswith(".ipynb"):
        return read_page(settings, Source(uri, file, raw, tuple(range(1, raw.count("\n") + 2))))
    written = notebooks.as_markdown(file, raw)
    source = Source(uri, file, written.text, tuple(written.lines))
    return read_page(settings, source, written.problems, written.readable)


def read_page(settings: Settings, source: Source, problems: Sequence[Problem] = (), readable: bool = True) -> Page:
    """Find everything that stands on a page; what cannot be right is among its problems, beside those given.

    Of a source that is not `readable`, only the given problems are told.
    """
    meta, body_line, front_problems = _front_matter(source)
    parsed = parse(settings, source.text, body_line)
    blocks, block_problems = find_blocks(settings, source, parsed, body_line)
    masked = mask(source, body_line, blocks)
    formulas, formula_problems = find_formulas(masked)
    numbers, marks, number_problems = find_numbers(masked, formulas, blocks)
    lines = source.text.split("\n")
    found = [
        *front_problems,
        *block_problems,
        *formula_problems,
        *number_problems,
        *_formula_differences(source, formulas, parsed.formulas),
        *_pictures_without_alt(source, lines, parsed.images_without_alt),
    ]
    return Page(
        source.uri,
        source.file,
        source.text,
        source.lines,
        meta=meta,
        body_line=body_line,
        blocks=blocks,
        numbers=tuple(numbers),
        marks=marks,
        formulas=tuple(formulas),
        comments=tuple((start, start + len(comment)) for start, comment in sorted(masked.comments.items())),
        links=tuple(Link(line_of(lines, f"]({href}", href), href) for href in parsed.links),
        anchors=frozenset(parsed.anchors),
        words=parsed.words,
        problems=(*(found if readable else ()), *problems),
        runnable=not block_problems,
    )


def _front_matter(source: Source) -> tuple[dict[str, Any], int, list[Problem]]:
    """The front matter, the line of the text at which the body begins, and what is wrong with it."""
    match = FRONT_MATTER.match(source.text)
    meta: Any = {}
    problems: list[Problem] = []
    try:
        meta = yaml.safe_load(match["yaml"]) or {} if match else {}
        if not isinstance(meta, dict):
            problems.append(source.problem(1, f"the front matter is no list of `name: value`, but {meta!r}"))
            meta = {}
    except yaml.YAMLError as error:
        problems.append(source.problem(1, f"the front matter is not YAML: {error}"))
    for key in ("title", "description"):
        if not str(meta.get(key) or "").strip():
            problems.append(source.problem(1, f"the front matter has no {key}: add `{key}: …`"))
    return meta, 1 + (match[0].count("\n") if match else 0), problems


def _formula_differences(source: Source, formulas: list[Formula], parsed: list[str]) -> Iterator[Problem]:
    """Where the site's parser reads other formulas than we do, the page would show something else than is checked."""
    ours = Counter(formula.tex.strip() for formula in formulas)
    theirs = Counter(tex.strip() for tex in parsed)
    for formula in formulas:
        if formula.tex.strip() in ours - theirs:
            yield source.problem(
                formula.line,
                f"the site's parser does not read ${formula.tex.strip()}$ as a formula: leave a blank line around "
                "$$…$$, and escape a dollar sign that is none as \\$",
            )
    for tex in theirs - ours:
        line = line_of(source.text.split("\n"), tex.split("\n")[0])
        yield source.problem(line, f"the site's parser reads {tex!r} as a formula: write formulas as $…$ or $$…$$")


def _pictures_without_alt(source: Source, lines: list[str], addresses: list[str]) -> Iterator[Problem]:
    for address in addresses:
        line = line_of(lines, f"]({address}", address)
        yield source.problem(line, f"the picture {address} has no alt text: say what it shows")
