"""One block of a page as a complete program: with the lines before it that it needs, and no others.

`flow.py` tells which; `writer.py` puts them together as a person would write them. A program must be right first, then
short. Only the standard library is used: all of this also runs in the browser, for blocks that were edited.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from asrun.programs.data import Shelf
from asrun.programs.flow import Analysis
from asrun.programs.names import Leaf, Unclear
from asrun.programs.slices import PACKAGE, closure, descendants, imports_by_name, packages_of
from asrun.programs.text import About
from asrun.programs.writer import Writer

__all__ = ["About", "Programs", "Shelf", "Source", "Unclear", "analyze", "program"]


@dataclass(frozen=True)
class Source:
    """A block as the page shows it, and the error that it is there to raise."""

    code: str
    raises: str = ""


class Programs:
    """The blocks of one page."""

    def __init__(self, sources: Sequence[Source], shelf: Shelf) -> None:
        self.sources, self.shelf = sources, shelf
        self.analysis = Analysis(shelf.module, PACKAGE)
        self.roots: list[list[Leaf]] = []
        self.faults: dict[int, str] = {}
        for number, source in enumerate(sources, 1):
            try:
                self.roots.append(self.analysis.add(source.code, number, source.raises))
            except (SyntaxError, Unclear) as error:
                self.roots.append([])
                self.faults[number] = (
                    f"{type(error).__name__}: {error}" if isinstance(error, SyntaxError) else str(error)
                )

    # ---- what needs what ----

    @cached_property
    def _after(self) -> list[set[int]]:
        found: list[set[int]] = []
        for number in range(1, len(self.roots) + 1):
            direct = {leaf.block for leaf in self._needed(number) if 0 < leaf.block < number}
            found.append(direct.union(*(found[other - 1] for other in direct)))
        return found

    def _needed(self, number: int) -> set[Leaf]:
        """The leaves of a block, without imports of what it does not use, and all that they need."""
        own = (leaf for leaf in descendants(self.roots[number - 1]) if not imports_by_name(leaf))
        return closure([*own, *self.analysis.ends.get(number, ())])

    def needed(self, roots: Iterable[Leaf]) -> set[Leaf]:
        """Statements, and all that they need."""
        return closure(descendants(roots))

    def pyplot(self) -> str:
        """The name that the page gives to `matplotlib.pyplot`."""
        for leaf in self.analysis.leaves:
            node = leaf.nodes[0]
            if not leaf.space and isinstance(node, ast.Import) and node.names[0].name == "matplotlib.pyplot":
                return node.names[0].asname or node.names[0].name
        return "plt"

    def after(self, number: int) -> list[int]:
        """The earlier blocks that must have run before a block does, by their numbers."""
        return sorted(self._after[number - 1])

    def facts(self, number: int) -> dict[str, Any]:
        """What a block defines, what it leaves in another state, and what it uses from outside of itself."""
        leaves = list(descendants(self.roots[number - 1]))
        defined = {name for leaf in leaves for space, name in leaf.binds if not space}
        before = {key for other in self.roots[: number - 1] for leaf in descendants(other) for key in leaf.binds}
        used = {key[1] for leaf in leaves for key in leaf.reads if key in before}
        changes = self.analysis.changed.get(number, set()) - defined
        return {
            "defines": sorted(defined),
            "changes": sorted(changes),
            "uses": sorted(used),
            "after": self.after(number),
            "packages": self.packages(number),
        }

    def packages(self, number: int) -> list[str]:
        """The distributions that the program of a block imports."""
        return packages_of(self._needed(number))

    # ---- programs ----

    def program(self, number: int, about: About) -> str:
        """The program of a block. Raises Unclear, with a sentence, where none can be made."""
        for block in [number, *self.after(number)]:
            if block in self.faults:
                raise Unclear(f"Block {block} of the page cannot be read: {self.faults[block]}")
        return Writer(self, self._needed(number), number).program(about)

    def page(self) -> tuple[str, list[str]]:
        """All blocks: what stands before them (functions of the book, data), and each without its imports of those."""
        if self.faults:
            number, fault = next(iter(self.faults.items()))
            raise Unclear(f"Block {number} of the page cannot be read: {fault}")
        return Writer(self, closure(leaf for roots in self.roots for leaf in descendants(roots)), 0).page()


def analyze(sources: Sequence[Source], modules: Path, data: Path) -> list[dict[str, Any]]:
    """For each block what it defines, changes and uses, and the earlier blocks that it needs."""
    programs = Programs(sources, Shelf(modules, data))
    return [programs.facts(number) for number in range(1, len(sources) + 1)]


def program(sources: Sequence[Source], number: int, about: About, modules: Path, data: Path) -> str:
    """The complete program of one block of a page. Raises Unclear, with a sentence, where none can be made."""
    return Programs(sources, Shelf(modules, data)).program(number, about)
