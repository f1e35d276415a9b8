"""Write a page as finished Markdown: with includes, outputs and figures in place, without comments and options."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

import yaml

from asrun.checking.book import Book
from asrun.checking.record import record_table
from asrun.formulas.katex import Rendered
from asrun.model import Block, Figure, Formula, Page, Ran
from asrun.reading.parser import fence_around
from asrun.running.page import PageRun

PUNCTUATION = re.compile(r"[,.;:!?)]+")
INSERT = re.compile(r"<!--\s*asrun:\s*(?P<name>\w+)\s*-->")
# Elsewhere a figure follows the color scheme of the reader, and a film is a still.
DARK = (
    "<style>svg{color:#1c1b1a}@media(prefers-color-scheme:dark){svg{color:#e8e6e3}}.book-between{display:none}</style>"
)

ShowFigure = Callable[[Figure, str], str]
ShowFormula = Callable[[Formula, str], str]
Insert = Callable[[str], str]


def render_page(
    page: Page,
    run: PageRun,
    show: ShowFigure,
    formula: ShowFormula | None = None,
    insert: Insert | None = None,
    marks: dict[int, str] | None = None,
) -> str:
    """The page in Markdown, as its readers get it.

    `show` gives the Markdown for a figure and its alt text, `formula` that for a formula and the punctuation right behind
    it, `insert` that for a comment as `<!-- asrun: verified -->`. `marks` are the attributes of blocks, by their lines, as
    attribute lists write them.
    """
    text = without_comments(page, formula, insert)
    lines = [[line] for line in text]
    runs = dict(zip((block.line for block in page.code_blocks), run.blocks, strict=False))
    for block in page.blocks:
        for place in range(block.line - 1, min(block.end, len(lines))):
            lines[place] = []
    for block in page.blocks:
        if block.language == "output":
            continue  # written beneath its block, where its figures are
        lines[block.line - 1] = _fence(
            block, block.language, block.code, block.title, (marks or {}).get(block.line, "")
        )
        if block.language == "python":
            ran = runs.get(block.line, Ran("not run"))
            record = block.record
            pieces = ran.pieces if ran.outcome != "not run" else ((record.source,) if record else ())
            alts, blank, shown = iter(block.alts), block.prefix.rstrip(), list[str]()
            for piece in pieces:
                if not isinstance(piece, str):
                    shown += [blank, *_indent(block, show(piece, next(alts, "")))]
                elif piece.strip():
                    shown += [blank, *_fence(block, "output", piece)]
            end = (record or block).end
            # One blank line around it, never two: behind two, a footnote would end.
            if record and record.line > block.end + 1:
                del shown[:1]
            if shown and end < len(text) and text[end].strip(" >"):
                shown.append(blank)
            lines[end - 1] += shown
    return "\n".join(line for place in lines for line in place)


def _fence(block: Block, language: str, code: str, title: str = "", marks: str = "") -> list[str]:
    ticks = fence_around(code)
    options = f' title="{title}"' if title else ""
    opening = f"{ticks} {{.{language} {marks}{options}}}" if marks else f"{ticks}{language}{options}"
    return _indent(block, "\n".join([opening, code.rstrip("\n"), ticks]))


def _indent(block: Block, text: str) -> list[str]:
    return [(block.prefix + line).rstrip() for line in text.split("\n")]


def without_comments(page: Page, formula: ShowFormula | None, insert: Insert | None) -> list[str]:
    """The lines of a page, as many as it has, with formulas replaced and comments taken out."""
    text, comments = page.text, dict(page.comments)
    changes: list[tuple[int, int, str]] = []
    for found in page.formulas if formula else ():
        start, end = found.span
        behind = None
        if not found.display:  # what stands behind it may be kept on its line
            while end in comments:
                end = comments.pop(end)
            behind = PUNCTUATION.match(text, end)
        assert formula
        changes.append((start, behind.end() if behind else end, formula(found, behind[0] if behind else "")))
    changes += [(start, end, "") for start, end in comments.items()]
    for start, end, new in sorted(changes, reverse=True):
        old = text[start:end]
        if not new and insert and (named := INSERT.fullmatch(old)):
            new = insert(named["name"])
        keep = "\n" * (old.count("\n") - new.count("\n"))
        whole_line = (
            not new and not text[text.rfind("\n", 0, start) + 1 : start].strip() and text[end : end + 1] in ("\n", "")
        )
        text = text[:start] + ("" if whole_line else new) + keep + text[end:]
    lines = text.split("\n")
    lines[: page.body_line - 1] = [""] * (page.body_line - 1)
    return lines


# ---- the whole book as Markdown ----


def write_out(book: Book, out: Path, math: str) -> None:
    """Write every page to `out`, as finished Markdown with figures beside it in `figures/`."""
    for uri, page in book.pages.items():
        depth = "../" * uri.count("/")

        def show(figure: Figure, alt: str, page: Page = page, depth: str = depth) -> str:
            svg = figure.svg.replace('fill="none">', f'fill="none">{DARK}', 1)
            write(out / "figures" / f"{figure.name}.svg", svg.encode())
            for file, content in figure.images.items():
                write(out / "figures" / file, content)
            return f"![{alt}]({depth}figures/{figure.name}.svg)"

        formula = (lambda f, behind, uri=uri: formula_html(book.math[uri], f) + behind) if math == "html" else None
        body = render_page(page, book.runs[uri], show, formula, inserter(book))
        front = {key: page.meta[key] for key in ("title", "description") if key in page.meta}
        head = f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False)}---\n\n# {front.get('title', page.stem)}\n\n"
        write(out / f"{page.stem}.md", (head + body.lstrip("\n")).encode())
    data = book.settings.docs / "data"
    for path in sorted(data.rglob("*")) if data.is_dir() else ():
        if path.is_file():
            write(out / "data" / path.relative_to(data), path.read_bytes())


def write(path: Path, content: bytes) -> None:
    """Write a file and make its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def inserter(book: Book) -> Insert:
    """What gives the text for `<!-- asrun: NAME -->`: only when it is called, because it waits for all runs."""
    return lambda name: record_table(book.pages.values(), book.record) if name == "verified" else ""


def figure_html(figure: Figure, alt: str, images: str) -> str:
    """A figure for the page: inline SVG with its alt text; `images` is the folder of its pictures."""
    svg = figure.svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
    svg = re.sub(r'(<image [^>]*href=")', rf"\g<1>{images}", svg)
    film = 'class="book-frame' in svg
    play = '<label class="book-play"><input type="checkbox"> Play it as a film</label>' if film else ""
    return f'<figure class="book-figure">{svg}{play}</figure>'


def formula_html(math: dict[tuple[str, bool], Rendered], formula: Formula) -> str:
    """A formula as HTML that stands in Markdown: nothing in it means anything to a Markdown parser."""
    html = math[formula.tex, formula.display].html
    return re.sub(r"[*_`\\\[\]|~$]", lambda m: f"&#{ord(m[0])};", html).replace("\n", " ")
