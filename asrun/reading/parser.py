"""What the parser of the site makes of a page: its fences, formulas, links and words.

So a block in a list, a tab or a footnote is found wherever a reader sees it: before parsing, each fence gets the number
of its line as one more option, and the parser hands it back with the block.
"""

from __future__ import annotations

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
    """A fence as the site's parser read it, with its tag among its options."""

    language: str
    options: dict[str, str]
    source: str

    @property
    def line(self) -> int:
        """The line that it opens at; 0 where it names no language and so has no tag."""
        return int(self.options.get(TAG, 0))


class Parsed(HTMLParser):
    """What the site's parser made of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.fences: list[Fence] = []
        self.shown: set[int] = set()  # the numbers, from 1, of those fences that readers see
        self.indented_code: list[str] = []
        self.text = ""
        self.formulas: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.images_without_alt: list[str] = []
        self.words = 0
        self._math = self._pre = False

    @property
    def fences_on_page(self) -> list[Fence]:
        """Those that readers see: not what stands within another fence, or in a comment."""
        return [fence for number, fence in enumerate(self.fences, 1) if number in self.shown]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.anchors.add(str(given["id"]))
        if tag == "a" and "headerlink" not in (given.get("class") or "").split():
            href = given.get("href")
            if href and "footnote" not in (given.get("class") or ""):
                self.links.append(href)
        if tag == "img":
            self.links.append(given.get("src") or "")
            if not (given.get("alt") or "").strip():
                self.images_without_alt.append(given.get("src") or "")
        if "arithmatex" in (given.get("class") or "").split():
            self._math = True
        if tag == "pre":
            if given.get("data-book-fence"):
                self.shown.add(int(given["data-book-fence"] or 0))
            else:
                self._pre = True
                self.indented_code.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._pre = False

    def handle_data(self, data: str) -> None:
        if self._math:
            self.formulas.append(data.strip()[2:-2])
            self._math = False
        elif self._pre:
            self.indented_code[-1] += data
        else:
            self.text += data
            self.words += len(re.findall(r"\w[\w'\u2019-]*", data))


@cache
def _parser(extensions: str) -> markdown.Markdown:
    """The Markdown parser of this process: the site's extensions, with fences that are noted instead of highlighted."""
    names, configs = ast.literal_eval(extensions)
    fence = {"name": "*", "class": "", "format": _fence_format, "validator": _fence_validator}
    configs["pymdownx.superfences"] = {"custom_fences": [fence]}
    return markdown.Markdown(extensions=[*names, "pymdownx.superfences"], extension_configs=configs)


def _fence_validator(language: str, inputs: dict[str, str], options: dict[str, Any], attrs: Any, md: Any) -> bool:
    options.update(inputs)
    return True


def _fence_format(source: str, language: str, css_class: str, options: dict[str, Any], md: Any, **given: Any) -> str:
    options = {**options, **(given.get("attrs") or {})}
    options |= {name: "" for name in given.get("classes") or () if name != language}
    md.book_fences.append(Fence(language or "", {k: str(v) for k, v in options.items()}, source))
    return f'<pre data-book-fence="{len(md.book_fences)}"></pre>'


def parse(settings: Settings, text: str, body_line: int) -> Parsed:
    """What the site's parser makes of the text below the front matter."""
    tagged = []
    for number, line in enumerate(text.split("\n"), 1):
        if number < body_line:
            continue
        if OPENING.match(line):
            line = line.rstrip()
            tag = f'{TAG}="{number}"'
            line = f"{line[:-1]} {tag}}}" if line.endswith("}") else f"{line} {tag}"
        tagged.append(line)
    parser: Any = _parser(repr(settings.extensions))
    parser.reset()
    parser.book_fences = []
    parsed = Parsed()
    parsed.feed(parser.convert("\n".join(tagged)))
    parsed.fences = parser.book_fences
    return parsed
