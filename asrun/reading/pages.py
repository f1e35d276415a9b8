"""Read pages, Markdown and notebooks alike, and find what stands on them."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import yaml

from asrun.cache import load, store
from asrun.model import Fault, Formula, Page, Source
from asrun.reading import notebooks
from asrun.reading.blocks import find_blocks, line_of
from asrun.reading.parser import parse
from asrun.reading.prose import Prose
from asrun.settings import Settings

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*\n", re.S | re.M)
MODULE = re.compile(r"""8<-*\s+\\?"([^":]+):""")  # the file that an include names, in Markdown or in a notebook's JSON


def read_pages(settings: Settings, only: Iterable[str] = ()) -> Iterator[Page]:
    """Read the pages, or `only` some of them (uris below the docs folder), the longest first.

    A page is yielded as soon as it is read, so that it can run while the next one is read: if a long one came last, it
    would run when all others have. What was found on it comes from the cache unless its file has changed, a module that
    it shows a section of, or the fingerprint of the settings.
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
    """Read one page from the text of its file, Markdown or notebook, and find everything that stands on it."""
    file, raw_lines = settings.name(settings.docs / uri), raw.split("\n")
    if uri.endswith(".ipynb"):
        written = notebooks.as_markdown(file, raw)
    else:
        written = notebooks.Written(raw_lines, [*range(1, len(raw_lines) + 1)])
    lines = written.text_lines
    source = Source(uri, file, "\n".join(lines), tuple(written.lines))
    meta, body_line, faults = _front_matter(source.text)
    parsed = parse(settings, source.text, body_line)
    blocks, block_problems = find_blocks(settings, source, parsed, body_line)
    prose = Prose(source.text, body_line, blocks)
    faults += [*prose.faults, *_formula_differences(lines, prose.formulas, parsed.formulas)]
    for picture in parsed.images_without_alt:
        faults.append((line_of(lines, picture), f"the picture {picture} has no alt text: say what it shows"))
    found = [*block_problems, *(source.problem(*fault) for fault in faults)]
    return Page(
        **vars(source),
        meta=meta,
        body_line=body_line,
        blocks=blocks,
        numbers=prose.numbers,
        statements=prose.statements,
        marks=prose.marks,
        formulas=prose.formulas,
        comments=tuple(comment.span() for comment in prose.comments.values()),
        links=tuple((line_of(lines, href), href) for href in parsed.links),
        anchors=frozenset(parsed.anchors),
        bold=frozenset((section, " ".join(text.split())) for section, text in parsed.bold),
        words=parsed.words,
        problems=(*written.problems, *(found if written.readable else ())),
        runnable=not block_problems,
    )


def _front_matter(text: str) -> tuple[dict[str, Any], int, list[Fault]]:
    """The front matter, the line of the text at which the body begins, and what is wrong with it."""
    match = FRONT_MATTER.match(text)
    meta: Any = {}
    faults: list[Fault] = []
    try:
        meta = yaml.safe_load(match["yaml"]) or {} if match else {}
        if not isinstance(meta, dict):
            faults.append((1, f"the front matter is no list of `name: value`, but {meta!r}"))
            meta = {}
    except yaml.YAMLError as error:
        faults.append((1, f"the front matter is not YAML: {error}"))
    for key in ("title", "description"):
        if not str(meta.get(key) or "").strip():
            faults.append((1, f"the front matter has no {key}: add `{key}: …`"))
    return meta, 1 + (match[0].count("\n") if match else 0), faults


def _formula_differences(lines: list[str], formulas: Sequence[Formula], parsed: list[str]) -> Iterator[Fault]:
    """Where the site's parser reads other formulas than we do, the page would show something else than is checked."""
    ours = Counter(formula.tex.strip() for formula in formulas)
    theirs = Counter(tex.strip() for tex in parsed)
    for formula in formulas:
        tex = formula.tex.strip()
        if tex in ours - theirs:
            what = f"the site's parser does not read ${tex}$ as a formula: leave a blank line around $$…$$"
            yield formula.line, f"{what}, and escape a dollar sign that is none as \\$"
    for tex in theirs - ours:
        line = line_of(lines, tex.split("\n")[0])
        yield line, f"the site's parser reads {tex!r} as a formula: write formulas as $…$ or $$…$$"
