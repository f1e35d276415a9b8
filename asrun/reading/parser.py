"""What the parser of the site makes of a page: its fences, formulas, links and words.

So a block in a list, a tab or a footnote is found wherever a reader sees it: before parsing, each fence gets the number
of its line as one more option, and the parser hands it back with the block.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any

import markdown

from asrun.settings import Settings

TAG = "bookline"
# A fence that opens a block in the eyes of an author, wherever it stands.
OPENING = re.compile(
    r"^(?P<prefix>[>\s]*(?:(?:[-*+]|\d+[.)])\s+)?)(?P<fence>`{3,}|~{3,})(?![`~])\s*(?P<info>[^`\s][^`]*)$"
)


def fence_around(text: str) -> str:
    """The backticks that open and close a block with this text: more than stand in a row in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return fence


@dataclass(frozen=True)
class Fence:
    """A fence as the site's parser read it; one that names no language has no tag, and 0 for its line."""

    line: int
    language: str
    options: dict[str, str]
    source: str


class Parsed(HTMLParser):
    """What the site's parser made of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.fences: list[Fence] = []  # those that readers see: none within another fence, or in a comment
        self.shown: set[int] = set()
        self.indented_code: list[str] = []
        self.text = ""
        self.formulas: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.images_without_alt: list[str] = []
        self.words = 0
        self.bold: list[tuple[str, str]] = []  # the id of the heading above, and the text
        self._section = ""
        self._math = self._pre = self._bold = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "")
        if given.get("id"):
            self.anchors.add(given["id"])
        if tag == "a" and given.get("href") and "headerlink" not in classes.split() and "footnote" not in classes:
            self.links.append(given["href"])
        elif tag == "img":
            self.links.append(given.get("src", ""))
            if not given.get("alt", "").strip():
                self.images_without_alt.append(given.get("src", ""))
        elif tag == "pre" and given.get("data-book-fence"):
            self.shown.add(int(given["data-book-fence"]))
        elif tag == "pre":
            self._pre = True
            self.indented_code.append("")
        elif tag == "strong":
            self._bold = True
            self.bold.append((self._section, ""))
        elif re.fullmatch("h[1-6]", tag):
            self._section = given.get("id", "")
        self._math = self._math or "arithmatex" in classes.split()

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._pre = False
        self._bold = self._bold and tag != "strong"

    def handle_data(self, data: str) -> None:
        if self._math:
            self.formulas.append(data.strip()[2:-2])
            self._math = False
        elif self._pre:
            self.indented_code[-1] += data
        else:
            self.text += data
            if self._bold:
                self.bold[-1] = (self._section, self.bold[-1][1] + data)
            self.words += len(re.findall(r"\w[\w'\u2019-]*", data))


def parse(settings: Settings, text: str, body_line: int) -> Parsed:
    """What the site's parser makes of the text below the front matter."""
    tagged = [
        re.sub(r"(\}?)\s*$", rf' {TAG}="{number}"\1', line, count=1) if OPENING.match(line) else line
        for number, line in enumerate(text.split("\n"), 1)
    ]
    parser: Any = _parser(repr(settings.extensions))
    parser.reset()
    parser.book_fences = []
    parsed = Parsed()
    parsed.feed(parser.convert("\n".join(tagged[body_line - 1 :])))
    parsed.fences = [parser.book_fences[number] for number in sorted(parsed.shown)]
    return parsed


@cache
def _parser(extensions: str) -> markdown.Markdown:
    """The Markdown parser of this process: the site's extensions, with fences that are noted instead of highlighted."""
    names, configs = ast.literal_eval(extensions)
    fence = {"name": "*", "class": "", "format": _note_fence, "validator": _take_options}
    configs["pymdownx.superfences"] = {"custom_fences": [fence]}
    return markdown.Markdown(extensions=[*names, "pymdownx.superfences"], extension_configs=configs)


def _take_options(language: str, inputs: dict[str, str], options: dict[str, Any], attrs: Any, md: Any) -> bool:
    options.update(inputs)
    return True


def _note_fence(source: str, language: str, css_class: str, options: dict[str, Any], md: Any, **given: Any) -> str:
    options = {name: str(value) for name, value in {**options, **(given.get("attrs") or {})}.items()}
    options |= {name: "" for name in given.get("classes") or () if name != language}
    line = int(options.pop(TAG, 0))
    md.book_fences.append(Fence(line, language or "", options, re.sub(rf' {TAG}="\d+"', "", source)))
    return f'<pre data-book-fence="{len(md.book_fences) - 1}"></pre>'
