"""A page of the site: what its templates say of it, and its figures, formulas and code, which enter it last, as finished HTML."""

import re
from collections.abc import Callable, Collection
from html import escape
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import markdown
from markdown.treeprocessors import Treeprocessor

from asrun.checking.book import Book
from asrun.checking.record import counts, page_record
from asrun.formulas import symbols
from asrun.formulas.notation import said_here
from asrun.model import Figure, Formula, Page
from asrun.publishing import setting, terms
from asrun.publishing.plain import ELEMENT
from asrun.publishing.render import record_on, render_page
from asrun.reading.blocks import FOR_SCRIPTS

WORDS_A_MINUTE, LINES_A_MINUTE, MINUTES_A_LAB = 200, 20, 3
SHORT = 20  # characters of TeX that stay on the line of the punctuation behind them
FIGURE = "asrun-figure"
# A piece that is a block of its own is held by a comment, one within a line by an empty element: a parser of Markdown
# leaves both where they are, and a search index reads nothing in either.
PLACE = re.compile(r'<!--asrun:(\d+)-->|<span data-asrun="(\d+)"></span>')
STASHED = re.compile("\x02wzxhzdk:(\\d+)\x03")
# Blank lines and the indentation of the templates, except where they mean something.
SPARE = re.compile(r"(<pre\b.*?</pre>|<script\b.*?</script>|<textarea\b.*?</textarea>)|\n\s+", re.S)


def page_facts(book: Book, uri: str, url: Callable[[str], str]) -> dict[str, Any]:
    """What the templates say of a page: its place in the book, its length, its record, its neighbors.

    `url` gives the address of a page by its uri. Waits until the page has run.
    """
    page = book.pages[uri]
    chapters = [other.uri for other in book.pages.values() if other.is_chapter]
    count = counts(page_record(page, book.runs[uri]))
    tags = set(page.meta.get("tags") or ())

    def shared(other: Page) -> int:
        return len(tags & set(other.meta.get("tags") or ()))

    related = sorted((other for other in book.pages.values() if other is not page), key=shared, reverse=True)[:3]
    return {
        "number": chapters.index(uri) + 1 if uri in chapters else None,
        "chapters": len(chapters),
        "level": page.meta.get("level", ""),
        "words": page.words,
        "minutes": reading_time(page),
        "related": [{"title": one.meta.get("title", ""), "url": url(one.uri)} for one in related if shared(one)],
        "record": count | {"blocks": count["ran"] + count["raised"]},
        "verified_url": url(book.record_page),
    }


def reading_time(page: Page) -> int:
    """Minutes: words / 200 + lines of code that lie open / 20 + 3 for each lab, and at least one.

    A line of code is read like ten words. Blank lines, outputs and folded code count nothing.
    """
    lines = sum(bool(line.strip()) for block in page.code_blocks if not block.fold for line in block.code.split("\n"))
    labs = len(ELEMENT.findall(page.text))
    return max(1, round(page.words / WORDS_A_MINUTE + lines / LINES_A_MINUTE + labs * MINUTES_A_LAB))


class Dressing(markdown.Extension, Treeprocessor):
    """Finished pieces of HTML, page after page; as an extension, it also joins what Markdown has made of the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.names: Collection[str] = frozenset()  # the variables of the code that the page's formulas speak of
        self.in_text: Collection[str] = frozenset()  # of these, the ones that mean one thing on the whole page
        self.here: list[str] = []  # what each block says of symbols that are others there
        self.links = terms.Links("", "", ())  # to what explains the terms of the page

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        """Look at the tree when all else has: behind the patterns of inline text (20), before attribute lists (8)."""
        self.md = md
        md.treeprocessors.register(self, "asrun", 9)

    def put(self, html: str, *, inline: bool = False) -> str:
        """Keep a piece of HTML, and give what holds its place."""
        self.pieces.append(html)
        number = len(self.pieces) - 1
        return f'<span data-asrun="{number}"></span>' if inline else f"<!--asrun:{number}-->"

    def fill(self, html: str) -> str:
        """The HTML with every piece in its place."""
        return PLACE.sub(lambda match: self.pieces[int(match[1] or match[2])], html)

    def fence(self, source: str, language: str, css_class: str, options: Any, md: Any, **given: Any) -> str:
        """A block of code for superfences, highlighted as the site does it, its variables marked."""
        if language == FIGURE:
            return source.strip()
        highlight = md.preprocessors["fenced_code_block"].highlight
        attributes = given.get("attrs") or {}
        number = int(attributes.get("data-block", 0))
        here = self.here[number - 1] if number else ""
        html = symbols.mark_code(highlight(source, language, options, md, **given), self.names, here)
        if "data-fold" in attributes:
            lines = source.rstrip("\n").count("\n") + 1
            summary = f"<summary>Show the code ({lines} line{'s' * (lines > 1)})</summary>"
            html = f'<details class="book-fold">{summary}{html}</details>'
        return self.put(html)

    def page(self, book: Book, uri: str, images: str, address: Callable[[str, str], str]) -> str:
        """The Markdown of a page, with placeholders where figures and formulas go.

        `images` is the folder of the pictures in figures; `address` leads to another page, by its uri and an id there.
        """
        page, run, math = book.pages[uri], book.runs[uri], book.math[uri]
        self.names = names = symbols.marked("".join(math[formula.key].html for formula in page.formulas))
        self.in_text = names - {name for here in symbols.of_places(page) for name in said_here(here)}
        self.here = [block.here for block in page.code_blocks]
        self.links = terms.Links(uri, book.settings.options.terms, book.terms)
        seals: dict[tuple[int, int], str] = {}
        for bound, checked in zip(page.bound_formulas, run.checks, strict=False):
            if bound.binding and checked.agreed:
                shown_on, anchor = book.functions.get(symbols.function_of(bound.binding), ("", ""))
                target = address(shown_on, anchor) if shown_on not in ("", uri) else anchor and f"#{anchor}"
                seals[bound.span] = symbols.seal(bound.binding, checked, target)

        def show(figure: Figure, alt: str) -> str:
            svg = figure.svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
            svg = re.sub(r'(<image [^>]*href=")', rf"\g<1>{images}", svg)
            film = 'class="book-frame' in svg
            play = '<label class="book-play"><input type="checkbox"> Play it as a film</label>' if film else ""
            placeholder = self.put(f'<figure class="book-figure">{svg}{play}</figure>')
            return f"```{FIGURE}\n{placeholder}\n```"

        def set_formula(formula: Formula, behind: str) -> str:
            html = math[formula.key].html or f"<code>{formula.tex}</code>"
            if formula.display:
                verdict = seals.get(formula.span, "")
                return self.put(f'<div class="book-formula"><div class="arithmatex">{html}</div>{verdict}</div>')
            placeholder = self.put(html, inline=True)
            # The punctuation behind a short formula stays on its line; a long one must be free to break.
            if behind and len(" ".join(formula.tex.split())) <= SHORT:
                return f'<span class="book-keep">{placeholder}{behind}</span>'
            return placeholder + behind

        return render_page(page, run, show, set_formula, record_on(page, book), _marks(page, book.functions))

    # ---- what Markdown has made of the rest ----

    def run(self, root: Element) -> None:
        """Link terms, mark the variables in inline code, set the text, and put what belongs together into one element."""
        self.links.put(root)
        setting.keep_together(root)
        for code in root.iter("code"):
            if not len(code) and code.text in self.in_text:
                code.set(symbols.ATTRIBUTE, str(code.text))
        for table in root.iter("table"):
            setting.label_cells(table)
        for parent in list(root.iter()):
            for first, second in pairwise(list(parent)):
                if first.tag == "p" and not len(first) and second.tag == "ol":
                    self._with_reasons(parent, first, second)
                elif first.tag == "p" and "margin" in second.get("class", "").split():
                    stashed = STASHED.fullmatch(first.text or "") and not len(first)
                    if not stashed or "book-formula" in self._piece(first.text or ""):  # code has a wider box
                        setting.join(parent, first, second, "book-beside")

    def _with_reasons(self, parent: Element, formula: Element, reasons: Element) -> None:
        """Join an aligned formula with the list of its reasons beneath."""
        html = self._piece((formula.text or "").strip())
        if not 1 < symbols.lines_of(html) == len(reasons):
            return
        setting.join(parent, formula, reasons, "book-steps")
        for reason in reasons if "book-seal" in html else ():
            if len(reason):
                reason[-1].tail = f"{reason[-1].tail or ''} "
            else:
                reason.text = f"{reason.text or ''} "
            said = {"class": "book-step__check", "role": "img", "aria-label": "checked"}
            SubElement(reason, "span", said).text = "✓"

    def _piece(self, text: str) -> str:
        """The piece that a paragraph with this text holds; nothing where it holds anything else."""
        found = STASHED.fullmatch(text)
        held = str(self.md.htmlStash.rawHtmlBlocks[int(found[1])]).strip() if found else ""
        return self.fill(held) if held.startswith("<!--asrun:") else ""


def _marks(page: Page, functions: dict[str, tuple[str, str]]) -> dict[int, str]:
    """What the HTML says of each block, by its line: an id where it is the first to show a function, and its number.

    The number is what scripts know it by: footnotes stand elsewhere in the HTML than on the page.
    """
    marks = {}
    for number, block in enumerate(page.code_blocks, 1):
        first = [(name, symbols.code_anchor(name)) for name in symbols.defined_in(block.code)[:1]]
        said = [f"#{anchor}" for name, anchor in first if functions[name] == (page.uri, anchor)]
        told = [name for name in FOR_SCRIPTS if name in block.options]
        marks[block.line] = " ".join(
            [*said, f"data-block={number}", *(f'data-{name}="{block.options[name]}"' for name in told)]
        )
    return marks


def compact(html: str) -> str:
    """A page without what nobody sees: half a kilobyte as it is sent."""
    return SPARE.sub(lambda found: found[1] or "\n", html)
