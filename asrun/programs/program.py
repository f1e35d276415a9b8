"""One block of a page as a complete program: with the lines before it that it needs, and no others.

`needs.py` tells which; `writer.py` puts them together as a person would write them. A program must be right first, then
short. Only the standard library is used: all of this also runs in the browser, for blocks that were edited.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from asrun.model import Facts
from asrun.programs.modules import Library, Unclear
from asrun.programs.needs import Needs
from asrun.programs.statements import Statement, statements
from asrun.programs.text import About
from asrun.programs.writer import Writer

__all__ = ["About", "Library", "Programs", "Source", "Unclear", "analyze", "given", "program", "told"]


@dataclass(frozen=True)
class Source:
    """A block as the page shows it, the error that it is there to raise, and what its run told, where it has run."""

    code: str
    raises: str = ""
    facts: tuple[Facts, ...] | None = None


class Programs:
    """The blocks of one page."""

    def __init__(self, sources: Sequence[Source], library: Library) -> None:
        self.sources, self.library = sources, library
        self.blocks: list[list[Statement]] = []
        self.faults: dict[int, str] = {}
        for number, source in enumerate(sources, 1):
            try:
                block = statements(source.code, number, source.facts)
                for statement in block:
                    self.library.within(statement.node)
            except SyntaxError as error:
                block, self.faults[number] = [], f"{type(error).__name__}: {error}"
            except Unclear as error:
                block, self.faults[number] = [], str(error)
            self.blocks.append(block)
        self.needs = Needs(self.blocks)
        self._writers: dict[int, Writer] = {}

    # ---- what needs what ----

    @cached_property
    def _after(self) -> list[set[int]]:
        found: list[set[int]] = []
        for number in range(1, len(self.blocks) + 1):
            found.append(self.needs.after(number, found))
        return found

    def after(self, number: int) -> list[int]:
        """The earlier blocks that must have run before a block does, by their numbers."""
        return sorted(self._after[number - 1])

    def draws(self, statement: Statement) -> bool:
        """Whether a statement draws, as far as is known."""
        if statement.facts is None:
            return f"{self.pyplot}." in statement.text
        return statement.facts.draws

    @cached_property
    def pyplot(self) -> str:
        """The name that the page gives to `matplotlib.pyplot`."""
        for statement in self.needs.every:
            node = statement.node
            if isinstance(node, ast.Import) and node.names[0].name == "matplotlib.pyplot":
                return node.names[0].asname or node.names[0].name
        return "plt"

    def told(self, number: int) -> dict[str, Any]:
        """What a block defines, what it leaves in another state, what it uses, and the blocks and packages it needs."""
        return self.needs.told(number) | {"after": self.after(number), "packages": self.packages(number)}

    def packages(self, number: int) -> list[str]:
        """The distributions that the program of a block imports; of the whole page where it is 0."""
        return self._writer(number).packages()

    # ---- programs ----

    def _writer(self, number: int) -> Writer:
        if number not in self._writers:
            places = self.needs.of(number) if number else range(len(self.needs.every))
            self._writers[number] = Writer(self, [self.needs.every[place] for place in places], number)
        return self._writers[number]

    def program(self, number: int, about: About) -> str:
        """The program of a block. Raises Unclear, with a sentence, where none can be made."""
        for block in [number, *self.after(number)]:
            if block in self.faults:
                raise Unclear(f"Block {block} of the page cannot be read: {self.faults[block]}")
        return self._writer(number).program(about)

    def page(self) -> tuple[str, list[str]]:
        """All blocks: what stands before them (functions of the book, data), and each without its imports of those."""
        if self.faults:
            number, fault = next(iter(self.faults.items()))
            raise Unclear(f"Block {number} of the page cannot be read: {fault}")
        return self._writer(0).page()


def told(facts: Sequence[Facts]) -> list[dict[str, Any]]:
    """Facts as JSON takes them, without what is empty."""
    return [{name: value for name, value in asdict(one).items() if value} for one in facts]


def given(facts: Sequence[Mapping[str, Any]]) -> tuple[Facts, ...]:
    """Facts that came as JSON."""
    return tuple(
        Facts(**{name: tuple(value) if isinstance(value, (list, tuple)) else value for name, value in one.items()})
        for one in facts
    )


def analyze(sources: Sequence[Source], modules: Path, data: Path) -> list[dict[str, Any]]:
    """For each block what it defines, changes and uses, and the earlier blocks that it needs."""
    programs = Programs(sources, Library(modules, data))
    return [programs.told(number) for number in range(1, len(sources) + 1)]


def program(sources: Sequence[Source], number: int, about: About, modules: Path, data: Path) -> str:
    """The complete program of one block of a page. Raises Unclear, with a sentence, where none can be made."""
    return Programs(sources, Library(modules, data)).program(number, about)
