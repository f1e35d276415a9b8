"""What enters a page last: figures, formulas and code, each kept as finished HTML and put where a placeholder holds its place."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from html import escape
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import markdown
from markdown.treeprocessors import Treeprocessor

from asrun.formulas.katex import Rendered
from asrun.formulas.symbols import ATTRIBUTE as MARK
from asrun.formulas.symbols import function_of, lines_of, mark_code, marked, seal
from asrun.model import Figure, Formula, Page
from asrun.publishing.render import ShowFormula
from asrun.running.page import PageRun

SHORT = 20  # characters of TeX that stay on the line of the punctuation behind them
FIGURE = "asrun-figure"
# A piece that is a block of its own is held by a comment, one within a line by an empty element: a parser of Markdown
# leaves both where they are, and a search index reads nothing in either.
PLACE = re.compile(r'<!--asrun:(\d+)-->|<span data-asrun="(\d+)"></span>')
STASHED = re.compile("\x02wzxhzdk:(\\d+)\x03")
# Blank lines and the indentation of the templates, except where they mean something.
KEPT = re.compile(r"(<pre\b.*?</pre>|<script\b.*?</script>|<textarea\b.*?</textarea>)", re.S)
SPARE = re.compile(r"\n\s+")


class Dressing(markdown.Extension):
    """Finished pieces of HTML, page after page; as an extension, it also joins what Markdown has made of the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.names: Collection[str] = frozenset()  # the variables of the code that the page's formulas speak of

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        """Look at the tree when all else has: behind the patterns of inline text (20), before attribute lists (8)."""
        md.treeprocessors.register(_Tree(md, self), "asrun", 9)

    def begin(self, math: Iterable[Rendered]) -> None:
        """Turn to a page with these formulas."""
        self.names = marked("".join(rendered.html for rendered in math))

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
        return self.put(mark_code(highlight(source, language, options, md, **given), self.names))

    def figure(self, figure: Figure, alt: str, images: str) -> str:
        """The Markdown that stands for a figure, inline SVG with its alt text; `images` is the folder of its pictures."""
        svg = figure.svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
        svg = re.sub(r'(<image [^>]*href=")', rf"\g<1>{images}", svg)
        film = 'class="book-frame' in svg
        play = '<label class="book-play"><input type="checkbox"> Play it as a film</label>' if film else ""
        placeholder = self.put(f'<figure class="book-figure">{svg}{play}</figure>')
        return f"```{FIGURE}\n{placeholder}\n```"

    def formulas(
        self, page: Page, run: PageRun, math: Mapping[tuple[str, bool], Rendered], where: Callable[[str], str]
    ) -> ShowFormula:
        """Gives what stands for each formula of a page; `where` tells the address of the block that shows a function."""
        checks = {
            formula.span: seal(formula.binding, checked, where(function_of(formula.binding)))
            for formula, checked in zip(page.bound_formulas, run.checks, strict=False)
            if formula.binding and checked.agreed
        }

        def show(formula: Formula, behind: str) -> str:
            html = math[formula.tex, formula.display].html or f"<code>{formula.tex}</code>"
            if formula.display:
                verdict = checks.get(formula.span, "")
                return self.put(f'<div class="book-formula"><div class="arithmatex">{html}</div>{verdict}</div>')
            placeholder = self.put(html, inline=True)
            # The punctuation behind a short formula stays on its line; a long one must be free to break.
            if behind and len(" ".join(formula.tex.split())) <= SHORT:
                return f'<span class="book-keep">{placeholder}{behind}</span>'
            return placeholder + behind

        return show


class _Tree(Treeprocessor):
    """Marks the variables in inline code, and joins an aligned formula with the list of its reasons beneath."""

    def __init__(self, md: markdown.Markdown, dressing: Dressing) -> None:
        super().__init__(md)
        self.dressing = dressing

    def run(self, root: Element) -> None:
        for code in root.iter("code"):
            if not len(code) and code.text in self.dressing.names:
                code.set(MARK, str(code.text))
        for parent in list(root.iter()):
            for formula, reasons in pairwise(list(parent)):
                if reasons.tag == "ol" and formula.tag == "p" and not len(formula):
                    html = self._piece((formula.text or "").strip())
                    if 1 < lines_of(html) == len(reasons):
                        _join(parent, formula, reasons, checked="book-seal" in html)

    def _piece(self, text: str) -> str:
        """The piece that a paragraph with this text holds; nothing where it holds anything else."""
        found = STASHED.fullmatch(text)
        held = str(self.md.htmlStash.rawHtmlBlocks[int(found[1])]).strip() if found else ""
        return self.dressing.fill(held) if held.startswith("<!--asrun:") else ""


def _join(parent: Element, formula: Element, reasons: Element, *, checked: bool) -> None:
    steps = Element("div", {"class": "book-steps"})
    steps.tail = reasons.tail
    formula.tail, reasons.tail = "\n", ""
    parent.insert(list(parent).index(formula), steps)
    for element in (formula, reasons):
        parent.remove(element)
        steps.append(element)
    for reason in reasons if checked else ():
        if len(reason):
            reason[-1].tail = f"{reason[-1].tail or ''} "
        else:
            reason.text = f"{reason.text or ''} "
        SubElement(reason, "span", {"class": "book-step__check"}).text = "✓ checked"


def compact(html: str) -> str:
    """A page without what nobody sees: half a kilobyte as it is sent."""
    parts = KEPT.split(html)
    parts[::2] = (SPARE.sub("\n", part) for part in parts[::2])
    return "".join(parts)
