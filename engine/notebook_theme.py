"""How a notebook looks: like any other page, because it is written as Markdown and rendered as such.

mkdocs-jupyter makes a notebook a page of the site. Left alone, it would also render it by nbconvert: with five
`<style>` elements, scripts, another Markdown (links to pages unresolved, formulas raw) and 600 KB of HTML. It has no
option for another template, and nbconvert's templates cannot reach the site's own Markdown. So the hook takes back
MkDocs' own way of rendering and gives it the Markdown below: same extensions, link checks, anchors and table of
contents, same code blocks, outputs and figures.
"""

from __future__ import annotations

import re
from typing import Any

from engine.notebooks import OPTION


def use_site_markdown(page: Any) -> None:
    """Let MkDocs render this page by itself; to be called after mkdocs-jupyter's `on_pre_page`.

    mkdocs-jupyter replaces the method `render` on the object; without that, the one of the class is back.
    """
    vars(page).pop("render", None)


def to_markdown(notebook: dict[str, Any]) -> str:
    """A notebook, run or not, as Markdown: text, code, and what the code printed and drew, in this order."""
    return "\n\n".join(part for cell in notebook["cells"] for part in _cell(cell)) + "\n"


def _cell(cell: dict[str, Any]) -> list[str]:
    source = _text(cell["source"])
    if cell["cell_type"] != "code":
        return [source]
    lines, options = source.split("\n"), {}
    while lines and (match := OPTION.match(lines[0])):
        options[match["name"]] = match["value"]
        lines.pop(0)
    title = f' title="{options["title"]}"' if "title" in options else ""
    return [_fence(f"python{title}", "\n".join(lines)), *(_output(output) for output in cell.get("outputs", ()))]


def _output(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _fence("output", _text(output["text"]))
    # A placeholder or finished HTML, which Markdown leaves alone as long as it stands in a paragraph of its own.
    return _text(output["data"]["text/html"]).strip()


def _fence(info: str, text: str) -> str:
    """A fenced block whose fence is longer than any row of backticks in it."""
    ticks = "`" * max(3, *(len(row) + 1 for row in re.findall(r"`+", text)), 0)
    return f"{ticks}{info}\n{text.rstrip()}\n{ticks}"


def _text(source: str | list[str]) -> str:
    """Notebooks store text as one string or as a list of lines."""
    return source if isinstance(source, str) else "".join(source)
