"""Sections of modules, and the includes that show them: `--8<-- "loss.py:mse"`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

from asrun.model import Fault, Problem, Segment
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
    faults: list[Fault] = []
    opened: dict[str, int] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        marker = MARKER.match(line)
        name = marker["name"] if marker else ""
        if fault := _fault_of_form(line, marker):
            faults.append((number, fault))
        elif marker and marker["edge"] == "start":
            if name in opened or name in sections:
                faults.append((number, f"the section {name!r} is there twice: give each its own name"))
            opened.setdefault(name, number)
        elif name in opened:
            start = opened.pop(name)
            sections.setdefault(name, Section(name, start + 1, tuple(_pieces(lines, start, number - 1))))
        elif marker:
            faults.append((number, f"the section {name!r} ends but never started: add # --8<-- [start:{name}]"))
    for name, number in opened.items():
        faults.append((number, f"the section {name!r} is never closed: add # --8<-- [end:{name}]"))
    return sections, [Problem(settings.name(path), *fault) for fault in faults]


def _fault_of_form(line: str, marker: re.Match[str] | None) -> str:
    """What is wrong with a marker by itself; empty where nothing is."""
    if not marker:
        return "a section marker that cannot be read: write # --8<-- [start:name]" if "8<--" in line else ""
    edge, name = marker["edge"], marker["name"]
    if not SECTION_NAME.fullmatch(name) or edge not in ("start", "end"):
        return f"the section marker [{edge}:{name}] is not of the form [start:some-name] or [end:some-name]"
    if line[0].isspace():
        return "a section marker inside a statement: a section holds whole statements, so that it runs"
    return ""


def _pieces(lines: Sequence[str], start: int, end: int) -> Iterable[tuple[int, str]]:
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
    for are_includes, group in groupby(enumerate(source.split("\n")), lambda line: bool(ANY_INCLUDE.match(line[1]))):
        places, texts = zip(*group, strict=True)
        if not are_includes and "".join(texts).strip():
            segments.append(Segment(file, lines[places[0]], "\n".join(texts) + "\n"))
        for place, text in zip(places, texts, strict=True) if are_includes else ():
            try:
                segments += _included(settings, text)
            except ValueError as error:
                problems.append(Problem(file, lines[place], str(error)))
    return segments, problems


def _included(settings: Settings, include: str) -> list[Segment]:
    """The segments that an include names. Raises ValueError, with a sentence, where there are none."""
    match = INCLUDE.match(include)
    if not match:
        raise ValueError(f'the include {include.strip()} cannot be read: write --8<-- "file.py:section"')
    if match["indent"]:
        raise ValueError("an include must stand at the start of its line, between whole statements")
    name, path = match["section"], (settings.modules / match["file"]).resolve()
    file = f"{settings.options.modules}/{match['file']}"
    if not path.is_file() or not path.is_relative_to(settings.modules):
        raise ValueError(f"the include names {file}, which does not exist")
    sections, _ = sections_of(settings, path)
    if name not in sections:
        raise ValueError(f"{file} has no section {name!r}: it has {', '.join(sections) or 'none'}")
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
