"""Sections of snippet files, and the includes that show them: `--8<-- "loss.py:mse"`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.model import Segment
from engine.settings import Problem, Settings

INCLUDE = re.compile(r'^(?P<indent>\s*)--8<--\s+"(?P<file>[^":]+):(?P<section>[^"]*)"\s*$')
ANY_INCLUDE = re.compile(r"^\s*-*8<-*(?:\s|$)")
MARKER = re.compile(r"^\s*#\s*-*8<-+\s*\[(?P<edge>\w+):\s*(?P<name>[^\]]*)\]\s*$")
SECTION_NAME = re.compile(r"[a-z][-_0-9a-z]*")


@dataclass(frozen=True)
class Section:
    """A named part of a snippet file; `line` is the first one after its start marker."""

    name: str
    line: int
    source: str


def sections_of(settings: Settings, path: Path) -> tuple[dict[str, Section], list[Problem]]:
    """The sections of one file, and what is wrong with its markers."""
    file = settings.name(path)
    sections: dict[str, Section] = {}
    problems: list[Problem] = []
    opened: dict[str, int] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        match = MARKER.match(line)
        if not match:
            if "8<--" in line:
                problems.append(
                    Problem(file, number, "a section marker that cannot be read: write # --8<-- [start:name]")
                )
            continue
        edge, name = match["edge"], match["name"]
        if not SECTION_NAME.fullmatch(name) or edge not in ("start", "end"):
            problems.append(
                Problem(
                    file,
                    number,
                    f"the section marker [{edge}:{name}] is not of the form [start:some-name] or [end:some-name]",
                )
            )
        elif edge == "start":
            if name in opened or name in sections:
                problems.append(Problem(file, number, f"the section {name!r} is there twice: give each its own name"))
            opened.setdefault(name, number)
        elif name not in opened:
            problems.append(
                Problem(file, number, f"the section {name!r} ends but never started: add # --8<-- [start:{name}]")
            )
        else:
            start = opened.pop(name)
            body = [text for text in lines[start : number - 1] if not MARKER.match(text)]
            sections.setdefault(name, Section(name, start + 1, "\n".join(body).rstrip() + "\n"))
    for name, number in opened.items():
        problems.append(Problem(file, number, f"the section {name!r} is never closed: add # --8<-- [end:{name}]"))
    return sections, problems


def expand(settings: Settings, file: str, source: str, lines: Sequence[int]) -> tuple[list[Segment], list[Problem]]:
    """Split a block into its own statements and the sections it includes.

    `lines` holds the line of `file` for each line of `source`. Each segment is compiled by itself,
    so that a traceback names the file and line where the author finds the statement.
    """
    segments: list[Segment] = []
    problems: list[Problem] = []
    own: list[str] = []
    own_start = 0

    def close() -> None:
        if "".join(own).strip():
            segments.append(Segment(file, lines[own_start], "\n".join(own) + "\n"))
        own.clear()

    for place, text in enumerate(source.split("\n")):
        if not ANY_INCLUDE.match(text):
            if not own:
                own_start = place
            own.append(text)
            continue
        close()
        match = INCLUDE.match(text)
        if not match:
            problems.append(
                Problem(
                    file, lines[place], f'the include {text.strip()} cannot be read: write --8<-- "file.py:section"'
                )
            )
        elif match["indent"]:
            problems.append(
                Problem(file, lines[place], "an include must stand at the start of its line, between whole statements")
            )
        else:
            found = _section(settings, match["file"], match["section"])
            if isinstance(found, str):
                problems.append(Problem(file, lines[place], found))
            else:
                segments.append(found)
    close()
    return segments, problems


def _section(settings: Settings, file: str, name: str) -> Segment | str:
    path = settings.snippets / file
    if not path.is_file():
        return f"the include names snippets/{file}, which does not exist"
    sections, _ = sections_of(settings, path)
    if name not in sections:
        there = ", ".join(sections) or "none"
        return f"snippets/{file} has no section {name!r}: it has {there}"
    section = sections[name]
    return Segment(settings.name(path), section.line, section.source, f"{file}:{name}")
