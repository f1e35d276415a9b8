"""Which earlier statements a block needs, told from what the run of each noted.

A statement needs the last one before it that bound or changed a name that it reads, and so on. A block that has not run in
this state (it was edited, say) is told from its text and taken whole: it reads all names in it, and may have changed all of
those that are no functions and no modules.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

from asrun.model import Facts
from asrun.programs.statements import DEFINITIONS, Statement


class Needs:
    """The statements of a page in order, by their places in it, and which of them need which."""

    def __init__(self, blocks: Sequence[Sequence[Statement]]) -> None:
        self.every = [statement for block in blocks for statement in block]
        self.own: list[range] = []
        self.facts: list[Facts] = []
        self.writers: dict[str, list[int]] = {}  # name -> the places of statements that bound or changed it
        self.stars: list[int] = []  # the places of those that changed a setting or a file
        self.steady: set[str] = set()  # names of modules and functions, as the text of the page has them so far
        for block in blocks:
            start = len(self.facts)
            self.own.append(range(start, start + len(block)))
            for statement in block:
                self._add(statement)
        self._closures: dict[int, list[int]] = {}

    def _add(self, statement: Statement) -> None:
        facts = self._guessed(statement) if statement.facts is None else statement.facts
        place = len(self.facts)
        self.facts.append(facts)
        if any(name.startswith("*") for name in facts.changes):
            self.stars.append(place)
        for name in {*facts.binds, *facts.changes}:
            self.writers.setdefault(name, []).append(place)
        steady = isinstance(statement.node, (ast.Import, ast.ImportFrom, *DEFINITIONS))
        (self.steady.update if steady else self.steady.difference_update)(facts.binds)

    def _guessed(self, statement: Statement) -> Facts:
        """What a statement that has not run may do, by its text."""
        names = statement.names
        reads = names.now | names.later
        may_change = set() if isinstance(statement.node, DEFINITIONS) else reads - self.steady - names.bound
        known = (name for name in may_change if name in self.writers)
        text = statement.text
        return Facts(
            tuple(sorted(reads)), tuple(sorted(names.bound)), tuple(sorted(known)), (), "print" in text, "plt." in text
        )

    def _writer(self, name: str, before: int) -> int | None:
        """The last statement before a place that bound or changed a name."""
        places = self.writers.get(name, [])
        found = bisect_left(places, before)
        return places[found - 1] if found else None

    def _direct(self, place: int, names: Iterable[str]) -> set[int]:
        """The statements that names lead to; from one that has not run, also by what its functions will look up."""
        found: set[int] = set()
        todo = list(names)
        seen = set(todo)
        while todo:
            name = todo.pop()
            writer = self._writer(name, place)
            if writer is None:
                continue
            found.add(writer)
            while _submodule(self.every[writer].node, name):  # `import a.b` and then `import a`: both are `a`
                earlier = self._writer(name, writer)
                if earlier is None or not _submodule(self.every[earlier].node, name):
                    break
                found.add(earlier)
                writer = earlier
            if self.every[writer].facts is None:
                later = self.every[writer].names.later - seen
                seen |= later
                todo += later
        return found

    def needed(self, start: Iterable[int]) -> list[int]:
        """The places of some statements and of all that they need, also when somebody calls the functions in them."""
        kept: set[int] = set()
        todo = list(start)
        while todo:
            place = todo.pop()
            if place in kept:
                continue
            kept.add(place)
            statement, facts = self.every[place], self.facts[place]
            todo += [star for star in self.stars if star < place]
            todo += self._direct(place, {*facts.reads, *facts.changes, *statement.names.later})
            if statement.facts is None:
                todo += self.own[statement.block - 1]
        return sorted(kept)

    def of(self, number: int) -> list[int]:
        """The places of a block's statements, without imports of what it does not use, and of all that they need."""
        if number not in self._closures:
            own = self.own[number - 1]
            self._closures[number] = self.needed(place for place in own if not self.every[place].only_names)
        return self._closures[number]

    def after(self, number: int, known: list[set[int]]) -> set[int]:
        """The earlier blocks that must have run, all of them whole; `known` are those of the blocks before."""
        direct = {self.every[place].block for place in self.of(number)} - {number}
        return direct.union(*(known[other - 1] for other in direct))

    def told(self, number: int) -> dict[str, Any]:
        """What a block defines, what it leaves in another state, and what it uses from outside of itself."""
        own = self.own[number - 1]
        defined, changed, used = set[str](), set[str](), set[str]()
        for place in own:
            facts = self.facts[place]
            used |= {name for name in facts.reads if name not in defined and self._writer(name, own.start) is not None}
            defined |= set(facts.binds)
            changed |= {name for name in facts.changes if not name.startswith("*")}
        return {"defines": sorted(defined), "changes": sorted(changed - defined), "uses": sorted(used)}


def _submodule(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Import) and not node.names[0].asname and node.names[0].name.split(".")[0] == name
