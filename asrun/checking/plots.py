"""A changed plot is noticed: what each figure draws is compared with the text that is stored of it.

A page has one file in the folder that the option `plots` names, as `tests/plots/loss.txt` for `docs/loss.md`, with a section for each figure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from asrun.checking.rules import UNFINISHED, UPDATE
from asrun.model import Figure, Page, Problem
from asrun.running.page import PageRun
from asrun.settings import Settings

NUMBERS = re.compile(r" (?P<what>.*?) ±(?P<step>[\d.]+)(?P<percent>%?): (?P<values>[^\"]*)")


@dataclass(frozen=True)
class Stored:
    """What is stored of a figure, and the line of the file where it begins."""

    text: str
    line: int


def difference(stored: str, drawn: str) -> str:
    """In words what two texts of a figure differ in, as `running/plots.py` writes them; empty where only rounding differs."""
    told = list(_differences(stored.split("\n"), drawn.split("\n")))
    return min(told, key=lambda text: text.startswith("axes"), default="")  # limits follow from what is drawn within


def _differences(stored: list[str], drawn: list[str]) -> Iterator[str]:
    """What lines differ in, as far as they speak of the same."""
    artist = ""
    for old, new in zip_longest(stored, drawn, fillvalue="nothing more"):
        artist = artist if old.startswith(" ") else f"{old}: "
        one, other = NUMBERS.fullmatch(old), NUMBERS.fullmatch(new)
        if not one or not other or one["what"] != other["what"]:
            if old != new:
                yield f"stored is {old.strip()!r}, drawn {new.strip()!r}"
                return
            continue
        step = max(float(match["step"]) for match in (one, other))
        for was, now in zip_longest(one["values"].split(), other["values"].split(), fillvalue="nothing more"):
            if was != now and not _close(was, now, step, bool(other["percent"])):
                yield f"{artist}{one['what']} is stored as {was.strip(',')}, and drawn at {now.strip(',')}"
                break


def _close(one: str, other: str, step: float, percent: bool) -> bool:
    """Whether two numbers are at most a step apart."""
    try:
        a, b = float(one.strip(",")), float(other.strip(","))
    except ValueError:
        return False
    return abs(a - b) <= 1.001 * step * (max(abs(a), abs(b)) / 100 if percent else 1)


def check_plots(settings: Settings, page: Page, run: PageRun) -> Iterator[Problem]:
    """Each figure of a page draws what is stored of it, and nothing more is stored; told once the page runs to its end."""
    if not finished(page, run):
        return
    name, stored = settings.name(plots_file(settings, page)), _stored(settings, page)
    of_figures = _matched(stored, run.figures)
    for block, ran in zip(page.code_blocks, run.blocks, strict=True):
        for figure in (piece for piece in ran.pieces if isinstance(piece, Figure)):
            section, what = of_figures[figure.name], f"the plot {_title(figure.plot)!r}"
            if section is None:
                yield page.problem(block.line, f"{what} is not stored in {name}: run `make update`")
            elif told := difference(section.text, figure.plot):
                yield page.problem(block.line, f"{what} is not that of {name}:{section.line}: {told}: {UPDATE}")
    for section in stored:
        if section not in of_figures.values():
            what = f"draws no plot {_title(section.text)!r}, which is stored in {name}:{section.line}"
            yield page.problem(1, f"the page {what}: {UPDATE}")


def updated_plots(settings: Settings, page: Page, run: PageRun) -> str:
    """The text of a page's file: of a figure what is stored where only rounding differs, else what it draws now."""
    stored = _matched(_stored(settings, page), run.figures)
    sections = [
        old.text if (old := stored[figure.name]) and not difference(old.text, figure.plot) else figure.plot
        for figure in run.figures
    ]
    head = f"What the figures of {page.file} draw: rewritten by an update, compared by a check."
    return "\n\n".join([head, *sections]) + "\n" if sections else ""


def finished(page: Page, run: PageRun) -> bool:
    """Whether all blocks of a page ran as they should: else there may be figures that it would draw."""
    return len(run.blocks) == len(page.code_blocks) and all(ran.outcome not in UNFINISHED for ran in run.blocks)


def plots_file(settings: Settings, page: Page) -> Path:
    """The file that stores what the figures of a page draw."""
    return settings.plots / f"{page.stem}.txt"


def stale_plots(settings: Settings) -> list[Path]:
    """The files in the folder that belong to no page."""
    known = {settings.plots / path.relative_to(settings.docs).with_suffix(".txt") for path in settings.page_files()}
    return sorted(set(settings.plots.rglob("*.txt")) - known)


def check_stale_plots(settings: Settings) -> Iterator[Problem]:
    """Each file in the folder belongs to a page."""
    for path in stale_plots(settings):
        yield Problem(
            settings.name(path), 1, "there is no page of this name: run `make update`, which deletes the file"
        )


def _stored(settings: Settings, page: Page) -> list[Stored]:
    """What is stored of the figures of a page, in its order."""
    path = plots_file(settings, page)
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    sections = re.finditer(r"^# .*(?:\n(?!# ).*)*", text, re.M)
    return [Stored(match[0].rstrip("\n"), text.count("\n", 0, match.start()) + 1) for match in sections]


def _matched(stored: list[Stored], figures: list[Figure]) -> dict[str, Stored | None]:
    """What is stored of each figure, by its name: the first text of its title, or else the next that no other figure has."""
    left, found = list(stored), dict[str, Stored | None]()
    for figure in figures:
        found[figure.name] = next((s for s in left if _title(s.text) == _title(figure.plot)), None)
        left = [section for section in left if section is not found[figure.name]]
    return {name: section or (left.pop(0) if left else None) for name, section in found.items()}


def _title(text: str) -> str:
    return text.split("\n", 1)[0].removeprefix("# ")
