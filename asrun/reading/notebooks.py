"""A notebook as a page: written as Markdown to be read, and put back after an update.

Options of a code cell stand in its first lines (`#| alt: …`, `#| fold: true`), its recorded output in its metadata
(`"recorded": [lines]`), and the front matter in the notebook's metadata (`"book": {…}`).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from asrun.model import Problem
from asrun.reading.parser import fence_around

OPTION = re.compile(r"^#\|\s*(?P<name>\w+):\s*(?P<value>.*?)\s*$")
GIVEN = re.compile(r"""(\w+)=("[^"]*"|'[^']*')|\b(fold)\b""")


@dataclass
class Written:
    """A notebook as Markdown, with the notebook's own line for each line of it, and the lines `first:end` of each cell.

    A file that is no notebook has no lines and is not `readable`.
    """

    text_lines: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    cells: list[tuple[int, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    readable: bool = True

    def add(self, text: Sequence[str], first: int, step: int = 1) -> None:
        """Add lines that stand in the notebook from line `first` on; with a `step` of 0, all in that line."""
        self.text_lines += text
        self.lines += [first + step * place for place in range(len(text))]


def to_json(notebook: dict[str, Any]) -> str:
    """The notebook as Jupyter writes it: the one form in which a book stores it."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def strip_outputs(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without outputs and execution counts, each source as a list of lines."""
    cells = []
    for cell in notebook["cells"]:
        cell = {"metadata": {}, **cell, "source": "".join(cell["source"]).splitlines(keepends=True)}
        cells.append(cell | ({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}))
    return {**notebook, "cells": cells}


def as_markdown(file: str, raw: str) -> Written:
    """Write the notebook with this JSON as Markdown; `file` is its name in problems."""
    try:
        notebook = strip_outputs(json.loads(raw))
    except (ValueError, KeyError, TypeError) as error:
        return Written(["", ""], [1], problems=[Problem(file, 1, f"this is not a notebook: {error}")], readable=False)
    written = Written()
    form = to_json(notebook)
    lines = form.split("\n")
    if raw != form:
        pairs = enumerate(zip(raw.split("\n"), lines, strict=False), 1)
        differing = next((number for number, (one, other) in pairs if one != other), 1)
        message = "the notebook holds outputs, or is not written as Jupyter does: run `make update`, which strips it"
        written.problems.append(Problem(file, differing, message))
    front = yaml.safe_dump(notebook.get("metadata", {}).get("book", {}), allow_unicode=True, sort_keys=False)
    written.add(["---", *front.splitlines(), "---", ""], 1, step=0)
    starts = [number + 1 for number, line in enumerate(lines, 1) if re.match(r'   "source": \[', line)]
    for cell, start in zip(notebook["cells"], starts, strict=True):
        first = len(written.text_lines)
        source = "".join(cell["source"]).split("\n")
        if cell["cell_type"] == "markdown":
            written.add(source, start)
        elif cell["cell_type"] == "code":
            _write_code(written, source, cell["metadata"].get("recorded"), start)
        else:
            message = f"a {cell['cell_type']} cell: use Markdown and code cells only"
            written.problems.append(Problem(file, start, message))
        written.add([""], start + len(source) - 1)
        written.cells.append((first, len(written.text_lines)))
    return written


def _write_code(written: Written, source: list[str], recorded: list[str] | None, start: int) -> None:
    """Write a code cell as a fenced block, with its record in another."""
    given: list[str] = []
    while len(given) < len(source) and (match := OPTION.match(source[len(given)])):
        quote = "'" if '"' in match["value"] else '"'
        alone = match.groups() == ("fold", "true")
        given.append("fold" if alone else f"{match['name']}={quote}{match['value']}{quote}")
    fence = fence_around("\n".join(source))
    written.add([" ".join([f"{fence}python", *given])], start)
    written.add([*source[len(given) :], fence], start + len(given))
    written.lines[-1] -= 1  # the fence that closes it has no line of its own
    if recorded is not None:
        fence = fence_around("\n".join(recorded))
        written.add(["", f"{fence}output", *recorded, fence], start, step=0)


def _option(given: tuple[str, str, str]) -> str:
    name, value, alone = given
    return f"#| {alone}: true" if alone else f"#| {name}: {value[1:-1]}"


def from_markdown(raw: str, texts: Sequence[list[str]]) -> str:
    """Put the edited Markdown of each cell, as lines, back into the notebook with this JSON."""
    notebook = strip_outputs(json.loads(raw))
    for cell, text in zip(notebook["cells"], texts, strict=True):
        source = text[:-1]
        if cell["cell_type"] == "code":
            # Code comes first and its record behind it, each in a fence that is longer than those inside.
            end = text.index(text[0].split("python")[0], 1)
            source = [*map(_option, GIVEN.findall(text[0])), *text[1:end]]
            cell["metadata"].pop("recorded", None)
            if opening := next((line for line in text[end:] if line.endswith("`output")), None):
                start = text.index(opening, end)
                cell["metadata"]["recorded"] = text[start + 1 : text.index(opening.removesuffix("output"), start)]
        if cell["cell_type"] in ("markdown", "code"):
            cell["source"] = "\n".join(source).splitlines(keepends=True)
    return to_json(notebook)
