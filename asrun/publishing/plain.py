"""The prose of a page for readers without the site: Markdown that any notebook shows, or comments in a script."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable

CONTAINER = re.compile(r'^(?P<mark>!!!|\?\?\?\+?|===)[ \t]+(?:[\w -]*?[ \t]*)"(?P<title>.*)"[ \t]*$')
CODE = re.compile(r"(?P<ticks>`+)(?:(?!(?P=ticks)).|\n)+?(?P=ticks)(?!`)")
LINK = re.compile(r"(?<=\])\((?P<address>[^()\s]+)(?P<title>\s+\"[^\"]*\")?\)")
ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*[.#][^{}\n]*\}[ \t]*$", re.M)
FENCE = re.compile(r"^\s*(?P<ticks>`{3,}|~{3,})")
# A custom element on a line of its own lives by scripts, which a notebook does not have.
ELEMENT = re.compile(r"^\s*(?:<div[^>]*>)?<(?P<name>[a-z]+(?:-[a-z]+)+)\b.*</(?P=name)>(?:</div>)?\s*$")
PLACE = re.compile(r"^\s*\0(?P<number>\d+)\0$")
COLUMNS = 88

Resolve = Callable[[str], str]


def place(number: int) -> str:
    """The line that stands for a block while the prose around it is rewritten."""
    return f"\0{number}\0"


def pieces(lines: list[str], resolve: Resolve) -> list[str | int]:
    """Prose and numbers of blocks in page order. `resolve` makes an address absolute.

    In place of a lab stands where to find it; other custom elements leave nothing.
    """
    found: list[str | int] = []
    text: list[str] = []
    fence = ""
    lab = f"*Here stands a lab to play with: [see it on the page]({resolve('')}).*"
    lines = [(lab if m["name"].endswith("-lab") else "") if (m := ELEMENT.match(line)) else line for line in lines]
    for line in [*_without_containers(lines), None]:
        block = PLACE.match(line) if line is not None else None
        heading = line is not None and not fence and re.match(r"#{1,4} ", line)
        if line is None or block or heading:
            if prose := "\n".join(text).strip("\n"):
                found.append(_resolve_links(re.sub(r"\n{3,}", "\n\n", prose), resolve))
            text = []
        if block:
            found.append(int(block["number"]))
        elif line is not None:
            text.append(line)
            if mark := FENCE.match(line):
                fence = "" if fence and line.strip().startswith(fence) else fence or mark["ticks"]
    return found


def _without_containers(lines: list[str]) -> list[str]:
    """Make quotations of notes, and HTML of what opens on a click."""
    made: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        match = CONTAINER.match(line)
        if not match:
            made.append(line)
            continue
        body = []
        while number < len(lines) and (not lines[number].strip() or lines[number].startswith(("    ", "\t"))):
            body.append(lines[number])
            number += 1
        inner = _without_containers(textwrap.dedent("\n".join(body)).strip("\n").split("\n"))
        title = match["title"]
        if match["mark"] == "===" or any(PLACE.match(part) for part in inner):
            made += [f"**{title}**" if title else "", "", *inner, ""]  # a block stands in a cell of its own
        elif match["mark"] == "!!!":
            made += [f"> **{title}**", ">", *(f"> {part}".rstrip() for part in inner), ""]
        else:
            made += [f"<details><summary>{_inline_html(title)}</summary>", "", *inner, "", "</details>", ""]
    return made


def _inline_html(text: str) -> str:
    """A title as HTML: within `<summary>`, Markdown is not read."""
    made = html.escape(text, quote=False)
    made = re.sub(r"`([^`]+)`", r"<code>\1</code>", made)
    made = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", made)
    return re.sub(r"(?<!\*)\*([^*]+)\*(?!\*)", r"<i>\1</i>", made)


def _resolve_links(text: str, resolve: Resolve) -> str:
    """Make the addresses of links absolute, outside of code."""
    parts, start = [], 0
    for code in [*CODE.finditer(text), None]:
        prose = text[start : code.start() if code else len(text)]
        prose = LINK.sub(lambda link: f"({resolve(link['address'])}{link['title'] or ''})", prose)
        parts.append(ATTRIBUTES.sub("", prose))
        if code:
            parts.append(code[0])
            start = code.end()
    return "".join(parts)


def comment(markdown: str) -> str:
    """Prose as the comment of a script, its paragraphs in lines of at most 88 characters."""
    made: list[str] = []
    fence = ""
    text = re.sub(
        r"<details><summary>(.*?)</summary>", lambda m: f"**{html.unescape(re.sub('<.*?>', '', m[1]))}**", markdown
    )
    for line in re.sub(r"\n{3,}", "\n\n", text.replace("\n</details>", "")).split("\n"):
        mark = FENCE.match(line)
        if mark:
            fence = "" if fence else mark["ticks"]
        if fence or mark or len(line) <= COLUMNS - 2 or re.match(r"\s*(?:[|#<]|\$\$)", line):
            made.append(line)
            continue
        lead = re.match(r"\s*(?:>\s*)?(?:[-*+]\s+|\d+\.\s+)?", line)
        first = lead[0] if lead else ""
        inner = re.sub(r"[^>\s]", " ", first)
        wrapped = textwrap.wrap(
            line[len(first) :], COLUMNS - 2 - len(first), break_long_words=False, break_on_hyphens=False
        )
        made += [(first if not n else inner) + part for n, part in enumerate(wrapped)]
    return "\n".join(f"# {line}".rstrip() for line in made)
