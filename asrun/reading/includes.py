"""Sections of modules, and the includes that show them: `--8<-- "loss.py:mse"`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from asrun.model import Problem, Segment
from asrun.settings import Settings

INCLUDE = re.compile(r'^(?P<indent>\s*)--8<--\s+"(?P<file>[^":]+):(?P<section>[^"]*)"\s*$')
ANY_INCLUDE = re.compile(r"^\s*-*8<-*(?:\s|$)")
MARKER = re.compile(r"^\s*#\s*-*8<-+\s*\[(?P<edge>\w+):\s*(?P<name>[^\]]*)\]\s*$")
DEFINITION = re.compile(r"^(?:def|class|@)", re.M)
SECTION_NAME = re.compile(r"[a-z][-_0-9a-z]*")


@dataclass(frozen=True)
class Section:
    """A named part of a module: pieces of (first line, source) between its markers and those within it.

    `line` is the first one after its start marker.
    """

    name: str
    line: int
    pieces: tuple[tuple[int, str], ...]


def sections_of(settings: Settings, path: Path) -> tuple[dict[str, Section], list[Problem]]:
    """The sections of one module by name, and what is wrong with its markers."""
    sections: dict[str, Section] = {}
    faults: list[tuple[int, str]] = []
    opened: dict[str, int] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        match = MARKER.match(line)
        if fault := _fault_of_form(line, match):
            faults.append((number, fault))
        elif match and match["edge"] == "start":
            name = match["name"]
            if name in opened or name in sections:
                faults.append((number, f"the section {name!r} is there twice: give each its own name"))
            opened.setdefault(name, number)
        elif match:
            name = match["name"]
            if name in opened:
                start = opened.pop(name)
                sections.setdefault(name, Section(name, start + 1, tuple(_pieces(lines, start, number - 1))))
            else:
                faults.append((number, f"the section {name!r} ends but never started: add # --8<-- [start:{name}]"))
    faults += (
        (number, f"the section {name!r} is never closed: add # --8<-- [end:{name}]") for name, number in opened.items()
    )
    return sections, [Problem(settings.name(path), number, message) for number, message in faults]


def _fault_of_form(line: str, match: re.Match[str] | None) -> str:
    """What is wrong with a marker by itself; empty where nothing is."""
    if not match:
        return "a section marker that cannot be read: write # --8<-- [start:name]" if "8<--" in line else ""
    edge, name = match["edge"], match["name"]
    if not SECTION_NAME.fullmatch(name) or edge not in ("start", "end"):
        return f"the section marker [{edge}:{name}] is not of the form [start:some-name] or [end:some-name]"
    if line[0].isspace():
        return "a section marker inside a statement: a section holds whole statements, so that it runs"
    return ""


def _pieces(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, str]]:
    """The lines from `start` up to `end` without markers: what stands between two of them keeps its line."""
    edges = [start - 1, *(number for number in range(start, end) if MARKER.match(lines[number])), end]
    for before, after in pairwise(edges):
        source = "\n".join(lines[before + 1 : after])
        if source.strip():
            yield before + 2, (source.rstrip() if after == end else source) + "\n"


def expand(settings: Settings, file: str, source: str, lines: Sequence[int]) -> tuple[list[Segment], list[Problem]]:
    """Split a block into its own statements and the sections it includes.

    `lines` holds the line of `file` for each line of `source`. Each segment is compiled by itself,
    so that a traceback names the file and line where the author finds the statement.
    """
    segments: list[Segment] = []
    problems: list[Problem] = []
    own: list[str] = []
    for place, text in enumerate([*source.split("\n"), None]):
        if text is not None and not ANY_INCLUDE.match(text):
            own.append(text)
            continue
        if "".join(own).strip():
            segments.append(Segment(file, lines[place - len(own)], "\n".join(own) + "\n"))
        own.clear()
        if text is not None:
            included = _included(settings, text)
            if isinstance(included, str):
                problems.append(Problem(file, lines[place], included))
            else:
                segments += included
    return segments, problems


def _included(settings: Settings, include: str) -> list[Segment] | str:
    """The segments that an include names, or what is wrong with it."""
    match = INCLUDE.match(include)
    if not match:
        return f'the include {include.strip()} cannot be read: write --8<-- "file.py:section"'
    if match["indent"]:
        return "an include must stand at the start of its line, between whole statements"
    file, name = match["file"], match["section"]
    path = (settings.modules / file).resolve()
    if not path.is_file() or not path.is_relative_to(settings.modules):
        return f"the include names {settings.options.modules}/{file}, which does not exist"
    sections, _ = sections_of(settings, path)
    if name not in sections:
        there = ", ".join(sections) or "none"
        return f"{settings.options.modules}/{file} has no section {name!r}: it has {there}"
    label = f"{path.relative_to(settings.modules).as_posix()}:{name}"
    return [Segment(settings.name(path), line, source, label) for line, source in sections[name].pieces]


def join(segments: Iterable[Segment]) -> str:
    """The code of a block with its includes in place."""
    code, before = "", None
    for segment in segments:
        # Functions keep their distance, also where two includes stand line by line.
        apart = before and any(part.section and DEFINITION.search(part.source) for part in (before, segment))
        code = f"{code.rstrip()}\n\n\n{segment.source.lstrip(chr(10))}" if apart else code + segment.source
        before = segment
    return code
