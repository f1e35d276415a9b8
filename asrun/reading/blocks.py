"""Find the blocks of a page with the parser that the site uses.

A block in a list, a tab or a footnote is found wherever the reader sees it: each fence is tagged
with its line before parsing, and the tag comes back with the block.
"""

from __future__ import annotations

import ast
import html
import re
from dataclasses import dataclass, replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import markdown

from asrun.model import Block, Page, Problem
from asrun.reading.includes import expand
from asrun.settings import Settings

SHOWN = frozenset({"console", "text", "toml", "json", "latex", "bash"})
OPTIONS = {"python": frozenset({"alt", "title", "raises", "needs"}), "output": frozenset[str]()}
TAG = "bookline"
# A fence that opens a block in the eyes of an author, wherever it stands.
OPENING = re.compile(
    r"^(?P<prefix>[>\s]*(?:(?:[-*+]|\d+[.)])\s+)?)(?P<fence>`{3,}|~{3,})(?![`~])\s*(?P<info>[^`\s][^`]*)$"
)


@dataclass(frozen=True)
class _Fence:
    language: str
    options: dict[str, str]
    source: str


class _Seen(HTMLParser):
    """What the site's parser made of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.fences: list[_Fence] = []
        self.shown: list[int] = []
        self.unfenced: list[str] = []
        self.leftover = ""
        self.formulas: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.images_without_alt: list[str] = []
        self.words = 0
        self._math = self._pre = False

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
                self.shown.append(int(given["data-book-fence"] or 0))
            else:
                self._pre = True
                self.unfenced.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._pre = False

    def handle_data(self, data: str) -> None:
        if self._math:
            self.formulas.append(data.strip()[2:-2])
            self._math = False
        elif self._pre:
            self.unfenced[-1] += data
        else:
            self.leftover += data
            self.words += len(re.findall(r"\w[\w'\u2019-]*", data))


@cache
def _parser(extensions: str) -> markdown.Markdown:
    """One Markdown parser a process: the site's extensions, with a fence that reports to us."""
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
    md.book_fences.append(_Fence(language or "", {k: str(v) for k, v in options.items()}, source))
    return f'<pre data-book-fence="{len(md.book_fences)}"></pre>'


def parse(settings: Settings, text: str, body_line: int) -> _Seen:
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
    seen = _Seen()
    seen.feed(parser.convert("\n".join(tagged)))
    seen.fences = parser.book_fences
    return seen


def find_blocks(settings: Settings, page: Page, seen: _Seen, body_line: int) -> tuple[tuple[Block, ...], list[Problem]]:
    """The blocks in page order, and everything that is wrong with the fences of the page."""
    raw = page.text.split("\n")
    blocks: list[Block] = []
    problems: list[Problem] = []
    bare: set[int] = set()
    for place, fence in enumerate(seen.fences, 1):
        if place not in seen.shown:
            continue
        options = dict(fence.options)
        if TAG not in options:
            first = fence.source.split("\n")[0]
            line = next(
                (
                    i
                    for i, text in enumerate(raw, 1)
                    if i not in bare
                    and re.match(r"[>\s]*(```|~~~)", text)
                    and raw[i : i + 1]
                    and raw[i].strip(" >") == (first.strip() if fence.source else text.strip(" >"))
                ),
                body_line,
            )
            bare.add(line)
            problems.append(
                page.problem(line, "this fence names no language: write ```python, or ```text for what does not run")
            )
            continue
        line = int(options.pop(TAG))
        opening = OPENING.match(raw[line - 1])
        assert opening, raw[line - 1]
        count = fence.source.count("\n") + 1
        end = line + 1 + count
        if not fence.source and raw[line].lstrip("> ").startswith(opening["fence"]):
            end = line + 1
        if inner := re.search(rf'^[>\s]*{opening["fence"]}[^`~]*{TAG}="(\d+)"', fence.source, re.M):
            problems.append(
                page.problem(
                    line,
                    f"this fence is not closed: another one opens at line {inner[1]}; add {opening['fence']} before it",
                )
            )
            continue
        source = re.sub(rf' {TAG}="\d+"', "", fence.source)
        block = Block(line, end, fence.language, options, source, opening["prefix"])
        problems += _block_problems(page, block)
        if block.language == "python":
            segments, found = expand(settings, page.file, source, page.lines[line : end - 1])
            block = replace(block, segments=tuple(segments))
            problems += found
        blocks.append(block)
    blocks.sort(key=lambda block: block.line)

    inside = {n for block in blocks for n in range(block.line, block.end + 1)}
    reported = {problem.line for problem in problems}
    for number in sorted({int(n) for n in re.findall(rf'{TAG}="(\d+)"', seen.leftover + "".join(seen.unfenced))}):
        if number not in inside and page.lines[number - 1] not in reported:
            problems.append(
                page.problem(
                    number,
                    "this fence is not closed, or does not stand on a line of its own at the "
                    "indentation of its container: the block would be printed as text and never run",
                )
            )
            break  # the fences after an unclosed one are swallowed with it
    for code in seen.unfenced:
        if TAG not in code and code.strip():
            line = line_of(raw, code.strip().split("\n")[0])
            problems.append(page.problem(line, "an indented block of code is shown but never run: write it as a fence"))
    run = {n for block in blocks if block.language in OPTIONS for n in range(block.line, block.end + 1)}
    for number, text in enumerate(raw, 1):
        if number >= body_line and number not in run and re.match(r"[>\s]*;?-+8<-+", text):
            problems.append(page.problem(number, "an include stands outside a ```python block: put it into one"))
    previous: Block | None = None
    for block in blocks:
        if block.language == "output" and not (
            previous and previous.language == "python" and page.follows(previous, block)
        ):
            problems.append(
                page.problem(
                    block.line, "a record of output with no block above it: put it right beneath its ```python block"
                )
            )
        previous = block
    return tuple(blocks), problems


def _block_problems(page: Page, block: Block) -> list[Problem]:
    known = sorted(SHOWN | OPTIONS.keys())
    if block.language not in known:
        return [page.problem(block.line, f"unknown language {block.language!r}: use one of {', '.join(known)}")]
    allowed = OPTIONS.get(block.language, frozenset({"title"}))
    takes = f"`{block.language}` takes {', '.join(sorted(allowed)) or 'none'}"
    problems = [
        page.problem(block.line, f"unknown option {name!r}: {takes}") for name in block.options if name not in allowed
    ]
    problems += [
        page.problem(block.line, f'the option {name!r} is empty: write {name}="…"')
        for name, value in block.options.items()
        if name in allowed and not value.strip()
    ]
    if not block.source.strip() and block.language != "output":
        problems.append(page.problem(block.line, "an empty block: fill it or delete it"))
    return problems


def line_of(lines: list[str], *needles: str) -> int:
    """The first line that holds one of the needles."""
    for needle in needles:
        for candidate in (needle, html.unescape(needle)):
            for number, line in enumerate(lines, 1):
                if candidate and candidate in line:
                    return number
    return 1
