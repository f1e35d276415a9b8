"""Make blocks of the fences of a page, and find the faults of fences: one function for each fault."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from asrun.model import Block, Fault, Problem, Source
from asrun.reading.includes import expand, join
from asrun.reading.parser import OPENING, TAG, Fence, Parsed
from asrun.settings import Settings

RUN, RECORD = "python", "output"
SHOWN = ("bash", "console", "json", "latex", "text", "toml")
# The options of each kind of block. Those for readers are prose: their numbers have expressions. Those for scripts are
# attributes `data-NAME` of the block's HTML.
OPTIONS = {RUN: ("alt", "fold", "here", "needs", "raises", "title"), RECORD: (), **dict.fromkeys(SHOWN, ("title",))}
FOR_READERS, FOR_SCRIPTS = ("alt", "here", "title"), ("fold", "needs", "raises")


def find_blocks(
    settings: Settings, source: Source, parsed: Parsed, body_line: int
) -> tuple[tuple[Block, ...], list[Problem]]:
    """The blocks of a page in their order, and all faults of its fences."""
    text = source.text.split("\n")
    faults = list(_without_language(parsed.fences, source.text, body_line))
    problems: list[Problem] = []
    blocks: list[Block] = []
    for fence in sorted(parsed.fences, key=lambda fence: fence.line):
        opening = OPENING.match(text[fence.line - 1]) if fence.line else None
        if not opening:
            continue
        ticks = opening["fence"]
        if inside := _opening_inside(fence, ticks):
            what = f"this fence is not closed: another one opens at line {inside}; add {ticks} before it"
            faults.append((fence.line, what))
            continue
        end = fence.line + 2 + fence.source.count("\n")
        if not fence.source and text[fence.line].lstrip("> ").startswith(ticks):
            end -= 1
        block = Block(fence.line, end, fence.language, fence.options, fence.source, opening["prefix"], fence.source)
        faults += _wrong_options(block)
        if block.language == RUN:
            segments, wrong = expand(settings, source.file, block.source, source.lines[block.line : end - 1])
            block = replace(block, segments=tuple(segments), code=join(segments) or block.source)
            problems += wrong
        blocks.append(block)
    for place, (block, after) in enumerate(pairwise(blocks)):
        if block.language == RUN and after.language == RECORD and _follows(text, block, after):
            blocks[place] = replace(block, record=after)
    faults += [*_printed_as_text(parsed, blocks, {line for line, _ in faults}), *_indented_code(parsed, text)]
    faults += [*_includes_outside(blocks, text, body_line), *_records_without_block(blocks)]
    return tuple(blocks), problems + [source.problem(*fault) for fault in faults]


def _opening_inside(fence: Fence, ticks: str) -> int:
    """The line of a fence that opens within another one, and would close it; 0 where there is none."""
    for line, text in enumerate(fence.source.split("\n"), fence.line + 1):
        inside = OPENING.match(text)
        if inside and inside["fence"] == ticks and not inside["prefix"].strip("> \t"):
            return line
    return 0


def _follows(text: list[str], block: Block, after: Block) -> bool:
    """Whether nothing but blank lines stands between two blocks of one container."""
    one, other = (re.sub(">[ \t]?", ">", prefix.expandtabs(4)) for prefix in (block.prefix, after.prefix))
    return one == other and not "".join(text[block.end : after.line - 1]).strip(" >\t")


# ---- the faults of fences ----


def _without_language(fences: list[Fence], text: str, body_line: int) -> Iterator[Fault]:
    """Fences without a language have no tag: they are found again by their first lines."""
    found = None
    for fence in (fence for fence in fences if not fence.line):
        first = re.escape(fence.source.split("\n")[0].strip()) if fence.source else r"\1"
        opening = re.compile(rf"^[> \t]*(```+|~~~+)[ \t]*\n[> \t]*{first}[> ]*$", re.M)
        found = opening.search(text, found.end() if found else 0)
        line = text.count("\n", 0, found.start()) + 1 if found else body_line
        yield line, "this fence names no language: write ```python, or ```text for what does not run"


def _wrong_options(block: Block) -> Iterator[Fault]:
    """A language or an option that there is not, an option without a value, a block without content."""
    if block.language not in OPTIONS:
        yield block.line, f"unknown language {block.language!r}: use one of {', '.join(sorted(OPTIONS))}"
        return
    allowed = OPTIONS[block.language]
    for name, value in block.options.items():
        if name not in allowed:
            yield block.line, f"unknown option {name!r}: `{block.language}` takes {', '.join(allowed) or 'none'}"
        elif name == "fold" and value != name:  # the parser gives its name to an option without a value
            yield block.line, f"the option {name!r} takes no value: write fold alone (in a notebook `#| fold: true`)"
        elif not value.strip():
            yield block.line, f'the option {name!r} is empty: write {name}="…"'
    if not block.source.strip() and block.language != RECORD:
        yield block.line, "an empty block: fill it or delete it"


def _printed_as_text(parsed: Parsed, blocks: list[Block], told: set[int]) -> Iterator[Fault]:
    """The first fence that the parser took for text; an unclosed fence makes text of those behind it, too."""
    within = told.union(*(range(block.line, block.end + 1) for block in blocks))
    tags = re.findall(rf'{TAG}="(\d+)"', "".join([parsed.text, *parsed.indented_code]))
    for line in sorted(set(map(int, tags)) - within)[:1]:
        what = "this fence is not closed, or does not stand on a line of its own at the indentation of its container"
        yield line, f"{what}: the block would be printed as text and never run"


def _indented_code(parsed: Parsed, text: list[str]) -> Iterator[Fault]:
    """Blocks of code that are indented instead of fenced."""
    for code in parsed.indented_code:
        if TAG not in code and code.strip():
            line = line_of(text, code.strip().split("\n")[0])
            yield line, "an indented block of code is shown but never run: write it as a fence"


def _includes_outside(blocks: list[Block], text: list[str], body_line: int) -> Iterator[Fault]:
    """Includes that stand in no block that runs."""
    run = {n for block in blocks if block.language in (RUN, RECORD) for n in range(block.line, block.end + 1)}
    for number, line in enumerate(text, 1):
        if number >= body_line and number not in run and re.match(r"[>\s]*;?-+8<-+", line):
            yield number, "an include stands outside a ```python block: put it into one"


def _records_without_block(blocks: list[Block]) -> Iterator[Fault]:
    """Records that stand beneath no block that runs."""
    recorded = {block.record.line for block in blocks if block.record}
    for block in blocks:
        if block.language == RECORD and block.line not in recorded:
            what = "a record of output with no block above it: put it right beneath its ```python block"
            yield block.line, what


def line_of(lines: list[str], text: str) -> int:
    """The first line that holds a text, if there is one as the address of a link; 1 where none does."""
    for sought in (f"]({text}", f"]({html.unescape(text)}", text, html.unescape(text)) if text else ():
        for number, line in enumerate(lines, 1):
            if sought in line:
                return number
    return 1
