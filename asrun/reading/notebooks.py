"""A notebook as a page: written as Markdown for the engine, and put back after an update.

Options of a code cell stand in its first lines (`#| alt: …`), its recorded output in its metadata
(`"recorded": [lines]`), and the front matter in the notebook's metadata (`"book": {…}`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import yaml

from asrun.model import Problem

OPTION = re.compile(r"^#\|\s*(?P<name>\w+):\s*(?P<value>.*?)\s*$")


@dataclass(frozen=True)
class CellText:
    """Where a cell stands in the Markdown: lines `first:end`; code starts after `options` lines."""

    cell: int
    first: int
    end: int
    options: int


def canonical(notebook: dict[str, Any]) -> str:
    """The one way a notebook of the book is stored: as Jupyter writes it, without outputs."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def stripped(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without outputs and execution counts, each source as a list of lines."""
    cells = []
    for cell in notebook["cells"]:
        cell = dict(cell)
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        cell["source"] = source.splitlines(keepends=True)
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
        cells.append(cell)
    return {**notebook, "cells": cells}


def as_markdown(file: str, raw: str) -> tuple[str, tuple[int, ...], list[CellText], list[Problem]]:
    """Write a notebook as Markdown, with the notebook's own line for each line of it."""
    try:
        notebook = json.loads(raw)
        cells = notebook["cells"]
        form = canonical(stripped(notebook))
    except (ValueError, KeyError, TypeError) as error:
        return "\n", (1,), [], [Problem(file, 1, f"this is not a notebook: {error}")]
    problems = []
    if raw != form:
        differing = next(
            (n for n, (a, b) in enumerate(zip(raw.split("\n"), form.split("\n"), strict=False), 1) if a != b), 1
        )
        problems.append(
            Problem(
                file,
                differing,
                "the notebook holds outputs, or is not written as Jupyter does: run `make update`, which strips it",
            )
        )
    source_lines = [number + 1 for number, line in enumerate(form.split("\n"), 1) if re.match(r'   "source": \[', line)]

    text: list[str] = []
    lines: list[int] = []
    spans: list[CellText] = []

    def write(line: str, number: int) -> None:
        text.append(line)
        lines.append(number)

    front = yaml.safe_dump(notebook.get("metadata", {}).get("book", {}), allow_unicode=True, sort_keys=False)
    for line in ["---", *front.splitlines(), "---", ""]:
        write(line, 1)
    for place, (cell, start) in enumerate(zip(cells, source_lines, strict=True)):
        source = "".join(cell["source"]).split("\n")
        first, options = len(text), 0
        if cell["cell_type"] == "markdown":
            for offset, line in enumerate(source):
                write(line, start + offset)
        elif cell["cell_type"] == "code":
            given = []
            while options < len(source) and (match := OPTION.match(source[options])):
                quote = "'" if '"' in match["value"] else '"'
                given.append(f"{match['name']}={quote}{match['value']}{quote}")
                options += 1
            fence = _fence_around(source)
            write(" ".join([f"{fence}python", *given]), start)
            for offset, line in enumerate(source[options:], options):
                write(line, start + offset)
            write(fence, start + len(source) - 1)
            if (recorded := cell["metadata"].get("recorded")) is not None:
                fence = _fence_around(recorded)
                for line in ["", f"{fence}output", *recorded, fence]:
                    write(line, start)
        else:
            problems.append(Problem(file, start, f"a {cell['cell_type']} cell: use Markdown and code cells only"))
        write("", start + len(source) - 1)
        spans.append(CellText(place, first, len(text), options))
    return "\n".join(text), tuple(lines), spans, problems


def _fence_around(lines: list[str]) -> str:
    """A fence that is longer than every row of backticks in the lines."""
    fence = "```"
    while any(fence in line for line in lines):
        fence += "`"
    return fence


def from_markdown(raw: str, spans: list[CellText], cell_texts: list[list[str]]) -> str:
    """Put edited Markdown back into the notebook it was written from."""
    notebook = stripped(json.loads(raw))
    for span, text in zip(spans, cell_texts, strict=True):
        cell = notebook["cells"][span.cell]
        if cell["cell_type"] == "markdown":
            cell["source"] = "\n".join(text[:-1]).splitlines(keepends=True)
            continue
        for place, (name, value) in enumerate(re.findall(r"""(\w+)=("[^"]*"|'[^']*')""", text[0])):
            end = "\n" if cell["source"][place].endswith("\n") else ""
            cell["source"][place] = f"#| {name}: {value[1:-1]}{end}"
        # Code comes first and its record behind it, each in a fence that is longer than those inside.
        closing = text[0].split("python")[0]
        record = next((n for n in range(text.index(closing, 1), len(text)) if text[n].endswith("`output")), None)
        cell["metadata"].pop("recorded", None)
        if record is not None:
            cell["metadata"]["recorded"] = text[record + 1 : text.index(text[record].removesuffix("output"), record)]
    return canonical(notebook)
