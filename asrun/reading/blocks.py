"""Make blocks of the fences of a page, and find the faults of fences: one function for each fault."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, zip_longest

from asrun.model import Block, Problem, Source
from asrun.reading.includes import expand, join
from asrun.reading.options import RECORD, RUN, SHOWN, allowed_options
from asrun.reading.parser import OPENING, TAG, Fence, Parsed
from asrun.settings import Settings


def find_blocks(
    settings: Settings, source: Source, parsed: Parsed, body_line: int
) -> tuple[tuple[Block, ...], list[Problem]]:
    """The blocks of a page in their order, and all faults of its fences."""
    text = source.text.split("\n")
    fences = parsed.fences_on_page
    problems = [*_without_language(source, fences, text, body_line), *_holding_others(source, fences, text)]
    blocks: list[Block] = []
    for fence in sorted(fences, key=lambda fence: fence.line):
        if fence.line and not _fence_inside(fence, text):
            block = _block(fence, text)
            problems += _wrong_options(source, block)
            if block.language == RUN:
                own_lines = source.lines[block.line : block.end - 1]
                segments, wrong = expand(settings, source.file, block.source, own_lines)
                block = replace(block, segments=tuple(segments), code=join(segments) or block.source)
                problems += wrong
            blocks.append(block)
    blocks = _with_records(text, blocks)
    problems += _printed_as_text(source, parsed, blocks, {problem.line for problem in problems})
    problems += _indented_code(source, parsed, text)
    problems += _includes_outside(source, blocks, text, body_line)
    problems += _records_without_block(source, blocks)
    return tuple(blocks), problems


def _block(fence: Fence, text: list[str]) -> Block:
    """The block of a fence, without its includes and its record."""
    line, opening = fence.line, _opening(fence, text)
    end = line + 2 + fence.source.count("\n")
    if not fence.source and text[line].lstrip("> ").startswith(opening["fence"]):
        end = line + 1
    options = {name: value for name, value in fence.options.items() if name != TAG}
    source = re.sub(rf' {TAG}="\d+"', "", fence.source)
    return Block(line, end, fence.language, options, source, opening["prefix"], source)


def _opening(fence: Fence, text: list[str]) -> re.Match[str]:
    """The line that a fence opens at."""
    opening = OPENING.match(text[fence.line - 1])
    assert opening, text[fence.line - 1]
    return opening


def _with_records(text: list[str], blocks: list[Block]) -> list[Block]:
    """The blocks, each with the record that follows it."""
    return [
        replace(block, record=after)
        if after and block.language == RUN and after.language == RECORD and _follows(text, block, after)
        else block
        for block, after in zip_longest(blocks, blocks[1:])
    ]


def _follows(text: list[str], block: Block, after: Block) -> bool:
    """Whether nothing but blank lines stands between two blocks of one container."""
    one, other = (re.sub(">[ \t]?", ">", prefix.expandtabs(4)) for prefix in (block.prefix, after.prefix))
    return one == other and not "".join(text[block.end : after.line - 1]).strip(" >\t")


# ---- the faults of fences ----


def _without_language(source: Source, fences: list[Fence], text: list[str], body_line: int) -> Iterator[Problem]:
    """Fences without a language have no tag: they are found again by their first lines."""
    found: set[int] = set()
    for fence in fences:
        if fence.line:
            continue
        first = fence.source.split("\n")[0].strip()
        line = next(
            (
                number
                for number, (opening, below) in enumerate(pairwise(text), 1)
                if number not in found
                and re.match(r"[>\s]*(```|~~~)", opening)
                and below.strip(" >") == (first if fence.source else opening.strip(" >"))
            ),
            body_line,
        )
        found.add(line)
        yield source.problem(line, "this fence names no language: write ```python, or ```text for what does not run")


def _fence_inside(fence: Fence, text: list[str]) -> str:
    """The line of a fence that opens within another one, and would close it; empty where there is none."""
    ticks = _opening(fence, text)["fence"]
    inside = re.search(rf'^[>\s]*{ticks}[^`~]*{TAG}="(\d+)"', fence.source, re.M)
    return inside[1] if inside else ""


def _holding_others(source: Source, fences: list[Fence], text: list[str]) -> Iterator[Problem]:
    """Fences that are not closed before another one opens."""
    for fence in fences:
        if fence.line and (inside := _fence_inside(fence, text)):
            ticks = _opening(fence, text)["fence"]
            yield source.problem(
                fence.line, f"this fence is not closed: another one opens at line {inside}; add {ticks} before it"
            )


def _wrong_options(source: Source, block: Block) -> Iterator[Problem]:
    """A language or an option that there is not, an option without a value, a block without content."""
    known = sorted(SHOWN | {RUN, RECORD})
    if block.language not in known:
        yield source.problem(block.line, f"unknown language {block.language!r}: use one of {', '.join(known)}")
        return
    allowed = allowed_options(block.language)
    for name, value in block.options.items():
        if name not in allowed:
            takes = f"`{block.language}` takes {', '.join(allowed) or 'none'}"
            yield source.problem(block.line, f"unknown option {name!r}: {takes}")
        elif not value.strip():
            yield source.problem(block.line, f'the option {name!r} is empty: write {name}="…"')
    if not block.source.strip() and block.language != RECORD:
        yield source.problem(block.line, "an empty block: fill it or delete it")


def _printed_as_text(source: Source, parsed: Parsed, blocks: list[Block], told: set[int]) -> Iterator[Problem]:
    """The first fence that the parser took for text; an unclosed fence makes text of those behind it, too."""
    within = {line for block in blocks for line in range(block.line, block.end + 1)}
    tags = re.findall(rf'{TAG}="(\d+)"', "".join([parsed.text, *parsed.indented_code]))
    for line in sorted(set(map(int, tags)) - within):
        if source.lines[line - 1] not in told:
            yield source.problem(
                line,
                "this fence is not closed, or does not stand on a line of its own at the "
                "indentation of its container: the block would be printed as text and never run",
            )
            return


def _indented_code(source: Source, parsed: Parsed, text: list[str]) -> Iterator[Problem]:
    """Blocks of code that are indented instead of fenced."""
    for code in parsed.indented_code:
        if TAG not in code and code.strip():
            line = line_of(text, code.strip().split("\n")[0])
            yield source.problem(line, "an indented block of code is shown but never run: write it as a fence")


def _includes_outside(source: Source, blocks: list[Block], text: list[str], body_line: int) -> Iterator[Problem]:
    """Includes that stand in no block that runs."""
    run = {n for block in blocks if block.language in (RUN, RECORD) for n in range(block.line, block.end + 1)}
    for number, line in enumerate(text, 1):
        if number >= body_line and number not in run and re.match(r"[>\s]*;?-+8<-+", line):
            yield source.problem(number, "an include stands outside a ```python block: put it into one")


def _records_without_block(source: Source, blocks: list[Block]) -> Iterator[Problem]:
    """Records that stand beneath no block that runs."""
    recorded = {block.record.line for block in blocks if block.record}
    for block in blocks:
        if block.language == RECORD and block.line not in recorded:
            yield source.problem(
                block.line, "a record of output with no block above it: put it right beneath its ```python block"
            )


def line_of(lines: list[str], *needles: str) -> int:
    """The first line that holds one of the needles; 1 where none does."""
    for needle in needles:
        for candidate in (needle, html.unescape(needle)):
            for number, line in enumerate(lines, 1):
                if candidate and candidate in line:
                    return number
    return 1
