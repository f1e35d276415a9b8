"""Write a page as finished Markdown: with includes, outputs and figures in place, without comments and options."""

import re
import shutil
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import yaml

from asrun.checking.book import Book
from asrun.checking.record import RECORD, record_table
from asrun.model import Block, Figure, Formula, Page
from asrun.reading.parser import fence_around
from asrun.running.page import PageRun

PUNCTUATION = ",.;:!?)"
# Elsewhere a figure follows the color scheme of the reader, and a film is a still.
DARK = (
    "<style>svg{color:#1c1b1a}@media(prefers-color-scheme:dark){svg{color:#e8e6e3}}.book-between{display:none}</style>"
)

START = '<div class="book-fold__start"></div>'

ShowFormula = Callable[[Formula, str], str]


def render_page(
    page: Page,
    run: PageRun,
    show: Callable[[Figure, str], str],
    formula: ShowFormula | None = None,
    record: str = "",
    marks: dict[int, str] | None = None,
) -> str:
    """The page in Markdown, as its readers get it.

    `show` gives the Markdown for a figure and its alt text, `formula` that for a formula and the punctuation right behind
    it; `record` stands in place of `<!-- asrun: verified -->`. `marks` are the attributes of blocks, by their lines, as
    attribute lists write them.
    """
    text = without_comments(page, formula, record)
    runs = dict(zip((block.line for block in page.code_blocks), run.blocks, strict=False))

    def shown(block: Block) -> list[str]:
        ran, record = runs.get(block.line), block.record
        pieces = ran.pieces if ran and ran.outcome != "not run" else (record.source,) if record else ()
        alts, blank, beneath = iter(block.alts), block.prefix.rstrip(), list[str]()
        for piece in pieces:
            if not isinstance(piece, str):
                beneath += [blank, *indented(block, show(piece, next(alts, "")))]
            elif piece.strip():
                beneath += [blank, *_fence(block, "output", piece)]
        end = (record or block).end
        code = _fence(block, block.language, block.code, block.title, (marks or {}).get(block.line, ""))
        if block.fold:
            # What stands before it may be what another block gave: on the site, an empty element parts them.
            code, beneath = [blank, *indented(block, START), *beneath] if marks else beneath[1:], [blank, *code]
        # One blank line around it, never two: behind two, a footnote would end.
        if beneath and end < len(text) and text[end].strip(" >"):
            beneath.append(blank)
        return [*code, *beneath]

    return "\n".join(with_blocks(page, text, shown))


def with_blocks(page: Page, text: list[str], shown: Callable[[Block], list[str]]) -> list[str]:
    """The lines of a page with what is `shown` in place of each block and its record."""
    lines = [[line] for line in text]
    for block in page.blocks:
        end = (block.record or block).end
        put = shown(block) if block.language != "output" else []
        lines[block.line - 1 : end] = [put, *[[]] * (end - block.line)]
    return [line for place in lines for line in place]


def _fence(block: Block, language: str, code: str, title: str = "", marks: str = "") -> list[str]:
    ticks = fence_around(code)
    options = f' title="{title}"' if title else ""
    opening = f"{ticks} {{.{language} {marks}{options}}}" if marks else f"{ticks}{language}{options}"
    return indented(block, "\n".join([opening, code.rstrip("\n"), ticks]))


def indented(block: Block, text: str) -> list[str]:
    """The lines of a text, behind what stands before the lines of a block."""
    return [(block.prefix + line).rstrip() for line in text.split("\n")]


def without_comments(page: Page, formula: ShowFormula | None = None, record: str = "") -> list[str]:
    """The lines of a page, as many as it has, with formulas replaced and comments taken out."""
    text, comments = page.text, dict(page.comments)
    changes: list[tuple[int, int, str]] = []
    for found in page.formulas if formula else ():
        start, end = found.span
        behind = ""
        if not found.display:  # what stands behind it may be kept on its line
            while end in comments:
                end = comments.pop(end)
            behind = "".join(takewhile(PUNCTUATION.__contains__, text[end:]))
        assert formula
        changes.append((start, end + len(behind), formula(found, behind)))
    changes += [(start, end, record if RECORD.fullmatch(text, start, end) else "") for start, end in comments.items()]
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + "\n" * (text.count("\n", start, end) - new.count("\n")) + text[end:]
    lines = text.split("\n")
    lines[: page.body_line - 1] = [""] * (page.body_line - 1)
    return lines


def record_on(page: Page, book: Book) -> str:
    """The record of the book where a page shows it: only there, because it waits for all runs."""
    return record_table(book.pages.values(), book.record) if RECORD.search(page.text) else ""


# ---- the whole book as Markdown ----


def write_out(book: Book, out: Path, math: str) -> None:
    """Write every page to `out`, as finished Markdown with figures beside it in `figures/`."""
    for page in book.pages.values():
        front = {key: page.meta[key] for key in ("title", "description") if key in page.meta}
        head = f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False)}---\n\n# {front.get('title', page.stem)}\n\n"
        body = _with_files_beside(book, page, out, math).lstrip("\n")
        write(out / f"{page.stem}.md", (head + body).encode())
    if book.settings.data.is_dir():
        shutil.copytree(book.settings.data, out / "data", copy_function=shutil.copyfile, dirs_exist_ok=True)


def _with_files_beside(book: Book, page: Page, out: Path, math: str) -> str:
    depth = "../" * page.uri.count("/")

    def show(figure: Figure, alt: str) -> str:
        svg = figure.svg.replace('fill="none">', f'fill="none">{DARK}', 1)
        for name, content in {f"{figure.name}.svg": svg.encode(), **figure.images}.items():
            write(out / "figures" / name, content)
        return f"![{alt}]({depth}figures/{figure.name}.svg)"

    def formula(found: Formula, behind: str) -> str:
        html = book.math[page.uri][found.key].html
        # Nothing in it may mean anything to a parser of Markdown.
        return re.sub(r"[*_`\\\[\]|~$]", lambda sign: f"&#{ord(sign[0])};", html).replace("\n", " ") + behind

    return render_page(page, book.runs[page.uri], show, formula if math == "html" else None, record_on(page, book))


def write(path: Path, content: bytes) -> None:
    """Write a file and make its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
