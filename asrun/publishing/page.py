"""What enters a page last: figures, formulas and code, each kept as finished HTML and put where a placeholder holds its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import markdown
from markdown.treeprocessors import Treeprocessor

from asrun.formulas.katex import Rendered
from asrun.formulas.symbols import ATTRIBUTE as MARK
from asrun.formulas.symbols import function_of, lines_of, mark_code, marked, seal
from asrun.model import Figure, Formula, Page
from asrun.publishing.render import ShowFormula, figure_html
from asrun.running.page import PageRun

SHORT = 20  # characters of TeX that stay on the line of the punctuation behind them
FIGURE = "asrun-figure"
# Blank lines and the indentation of the templates, except where they mean something.
KEPT = re.compile(r"(<pre\b.*?</pre>|<script\b.*?</script>|<textarea\b.*?</textarea>)", re.S)
SPARE = re.compile(r"\n\s+")


class Placeholders:
    """Finished pieces of HTML, and what holds the place of each until its page is complete.

    A piece that is a block of its own is held by a comment, one within a line by an empty element: a parser of Markdown
    leaves both where they are, and a search index reads nothing in either.
    """

    PLACE = re.compile(r'<!--asrun:(\d+)-->|<span data-asrun="(\d+)"></span>')

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def clear(self) -> None:
        """Forget all pieces: a new build begins."""
        self.pieces.clear()

    def put(self, html: str, *, inline: bool = False) -> str:
        """Keep a piece of HTML, and give what holds its place."""
        self.pieces.append(html)
        number = len(self.pieces) - 1
        return f'<span data-asrun="{number}"></span>' if inline else f"<!--asrun:{number}-->"

    def fill(self, html: str) -> str:
        """The HTML with every piece in its place."""
        return self.PLACE.sub(lambda match: self.pieces[int(match[1] or match[2])], html)


class Dressing(markdown.Extension):
    """Makes the pieces of one page after the other; as an extension, it also joins what Markdown has made of the rest."""

    def __init__(self, placeholders: Placeholders) -> None:
        super().__init__()
        self.placeholders = placeholders
        self.names: Collection[str] = frozenset()  # the variables of the code that the page's formulas speak of
        self.steps: dict[str, tuple[int, bool]] = {}  # a formula's placeholder -> its lines, and whether it was checked

    def begin(self, math: Iterable[Rendered]) -> None:
        """Turn to a page with these formulas."""
        self.names = marked("".join(rendered.html for rendered in math))
        self.steps = {}

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        """Look at the tree when all else has: behind the patterns of inline text (20), before attribute lists (8)."""
        md.treeprocessors.register(_Tree(md, self), "asrun", 9)

    # ---- code, by way of superfences ----

    def fits(self, language: str, inputs: dict[str, str], options: dict[str, Any], attrs: Any, md: Any) -> bool:
        """Read the options of a fence as superfences does for its own blocks."""
        from pymdownx.superfences import highlight_validator

        return bool(highlight_validator(language, inputs, options, attrs, md))

    def fence(self, source: str, language: str, css_class: str, options: Any, md: Any, **given: Any) -> str:
        """A block of code, highlighted as the site does it, its variables marked."""
        if language == FIGURE:
            return source.strip()
        html = md.preprocessors["fenced_code_block"].highlight(
            src=source,
            language=language,
            options=options,
            md=md,
            classes=given.get("classes"),
            id_value=given.get("id_value", ""),
            attrs=given.get("attrs"),
        )
        return self.placeholders.put(mark_code(html, self.names))

    # ---- figures and formulas, by their offsets ----

    def figure(self, figure: Figure, alt: str, images: str) -> str:
        """The Markdown that stands for a figure; `images` is the folder of its pictures."""
        return f"```{FIGURE}\n{self.placeholders.put(figure_html(figure, alt, images))}\n```"

    def formulas(
        self,
        page: Page,
        run: PageRun,
        math: Mapping[tuple[str, bool], Rendered],
        where: Callable[[str], str],
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
                made = f'<div class="book-formula"><div class="arithmatex">{html}</div>{verdict}</div>'
                placeholder = self.placeholders.put(made)
                self.steps[placeholder] = (lines_of(html), formula.span in checks)
                return placeholder
            placeholder = self.placeholders.put(html, inline=True)
            # The punctuation behind a short formula stays on its line; a long one must be free to break.
            if behind and len(" ".join(formula.tex.split())) <= SHORT:
                return f'<span class="book-keep">{placeholder}{behind}</span>'
            return placeholder + behind

        return show


class _Tree(Treeprocessor):
    """Marks the variables in inline code, and joins an aligned formula with the list of its reasons beneath."""

    STASHED = re.compile("\x02wzxhzdk:(\\d+)\x03")

    def __init__(self, md: markdown.Markdown, dressing: Dressing) -> None:
        super().__init__(md)
        self.dressing = dressing

    def run(self, root: Element) -> None:
        for code in root.iter("code"):
            if not len(code) and code.text in self.dressing.names:
                code.set(MARK, str(code.text))
        for parent in list(root.iter()):
            for formula, reasons in pairwise(list(parent)):
                lines, checked = self._steps(formula)
                if lines > 1 and reasons.tag == "ol" and len(reasons) == lines:
                    self._join(parent, formula, reasons, checked)

    def _steps(self, element: Element) -> tuple[int, bool]:
        """How many lines the aligned formula of a paragraph has (0 for anything else), and whether it was checked."""
        found = (
            self.STASHED.fullmatch((element.text or "").strip()) if element.tag == "p" and not len(element) else None
        )
        held = self.md.htmlStash.rawHtmlBlocks[int(found[1])] if found else ""
        return self.dressing.steps.get(str(held).strip(), (0, False))

    def _join(self, parent: Element, formula: Element, reasons: Element, checked: bool) -> None:
        steps = Element("div", {"class": "book-steps"})
        steps.tail = reasons.tail
        formula.tail, reasons.tail = "\n", ""
        parent.insert(list(parent).index(formula), steps)
        for element in (formula, reasons):
            parent.remove(element)
            steps.append(element)
        for reason in reasons if checked else ():
            last = reason[-1] if len(reason) else None
            if last is None:
                reason.text = f"{reason.text or ''} "
            else:
                last.tail = f"{last.tail or ''} "
            check = SubElement(reason, "span", {"class": "book-step__check"})
            check.text = "✓ checked"


def compact(html: str) -> str:
    """A page without what nobody sees: half a kilobyte as it is sent."""
    parts = KEPT.split(html)
    parts[::2] = (SPARE.sub("\n", part) for part in parts[::2])
    return "".join(parts)
