"""One block of a page as a complete program: with the lines before it that it needs, and no others.

A statement needs the last one before it that bound or changed a name that it reads, as its run noted, and so on. A block
that has not run in this state (it was edited, say) is told from its text and taken whole: it reads all names in it, and may
have changed all of those that are no functions and no modules. A program must be right first, then short.
"""

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any

from asrun.model import Facts
from asrun.programs.modules import Library, Unclear
from asrun.programs.statements import Statement
from asrun.programs.text import About
from asrun.programs.writer import Writer


@dataclass(frozen=True)
class Source:
    """A block as the page shows it, the error that it is there to raise, and what its run told, where it has run."""

    code: str
    raises: str = ""
    facts: Sequence[Facts] | None = None


class Programs:
    """The blocks of one page, and which of their statements need which; places are those among all statements."""

    def __init__(self, sources: Sequence[Source], library: Library) -> None:
        self.sources, self.library = sources, library
        self.faults: dict[int, str] = {}
        self.edited = {number for number, source in enumerate(sources, 1) if source.facts is None}
        self.every: list[Statement] = []
        self.own: list[range] = []  # the places of the statements of each block
        self.origins: dict[str, list[int]] = {}  # name -> the places of statements that bound or changed it
        self._writers: dict[int, Writer] = {}
        blocks: list[list[Statement]] = []
        for number, source in enumerate(sources, 1):
            try:
                blocks.append(library.statements(source.code, number))
            except Unclear as error:
                blocks.append([])
                self.faults[number] = f"Block {number} of the page cannot be read: {error}"
        texts = (one.text for block in blocks for one in block)
        plain = re.compile(r"import matplotlib\.pyplot(?: as \w+)?")
        self._import = next(filter(plain.fullmatch, texts), "import matplotlib.pyplot as plt")
        self.pyplot = self._import.split()[-1]  # the name that the page gives to it
        for source, block in zip(sources, blocks, strict=True):
            self.own.append(range(len(self.every), len(self.every) + len(block)))
            told = repeat(None) if source.facts is None else chain(source.facts, repeat(Facts()))
            for one, facts in zip(block, told, strict=False):
                fails = facts.fails if facts else not one.is_import
                known = facts or self._guessed(one)
                for name in {*known.binds, *known.changes}:
                    self.origins.setdefault(name, []).append(len(self.every))
                self.every.append(replace(one, facts=known, raises=source.raises if fails else ""))

    def _guessed(self, one: Statement) -> Facts:
        """What a statement that has not run may do, by its text."""
        changes = set[str]()
        for name in () if one.is_definition else {*one.facts.reads} - {*one.facts.binds}:
            origin = self._origin(name, len(self.every))
            if origin is not None and not (self.every[origin].is_definition or self.every[origin].is_import):
                changes.add(name)
        return replace(one.facts, changes=tuple(sorted(changes)), draws=f"{self.pyplot}." in one.text)

    # ---- what needs what ----

    def _origin(self, name: str, before: int) -> int | None:
        """The last statement before a place that bound or changed a name."""
        return max((place for place in self.origins.get(name, ()) if place < before), default=None)

    def _direct(self, place: int) -> set[int]:
        """The statements that those names lead to which a statement reads, or its functions look up when called.

        From a statement that has not run, also by what its functions will look up.
        """
        one = self.every[place]
        todo = {*one.facts.reads, *one.facts.changes, *one.names.later}
        found, seen = set[int](), set(todo)
        while todo:
            name = todo.pop()
            origin = self._origin(name, place)
            while origin is not None:
                found.add(origin)
                statement = self.every[origin]
                if statement.block in self.edited:
                    todo |= statement.names.later - seen
                    seen |= todo
                # After `import a.b` and then `import a` both are `a`.
                again = isinstance(statement.node, ast.Import) and not statement.node.names[0].asname
                origin = self._origin(name, origin) if again else None
        return found

    def _needed(self, start: Iterable[int], whole: bool = False) -> list[Statement]:
        """Some statements and all that they need, also when somebody calls the functions in them; or `whole` blocks."""
        kept, todo = set[int](), set(start)
        while todo:
            place = todo.pop()
            kept.add(place)
            found = self._direct(place)  # and all that changed a setting or a file
            found |= {star for name, stars in self.origins.items() if name[0] == "*" for star in stars if star < place}
            if whole or self.every[place].block in self.edited:
                found |= {*self.own[self.every[place].block - 1]}
            todo |= found - kept
        return [self.every[place] for place in sorted(kept)]

    def after(self, number: int) -> list[int]:
        """The earlier blocks that must have run before a block does, all of them whole, by their numbers."""
        return sorted({one.block for one in self._needed(self.own[number - 1], whole=True)} - {number})

    def told(self, number: int) -> dict[str, Any]:
        """What a block defines, what it leaves in another state, what it uses, and the blocks and packages it needs."""
        own = self.own[number - 1]
        defined, changed, used = set[str](), set[str](), set[str]()
        for facts in (self.every[place].facts for place in own):
            used |= {name for name in facts.reads if name not in defined and self._origin(name, own.start) is not None}
            defined |= {*facts.binds}
            changed |= {name for name in facts.changes if not name.startswith("*")}
        names = {"defines": sorted(defined), "changes": sorted(changed - defined), "uses": sorted(used)}
        return {**names, "after": self.after(number), "packages": self.packages(number)}

    def packages(self, number: int) -> list[str]:
        """The distributions that the program of a block imports; of the whole page where it is 0."""
        return self._writer(number).packages()

    # ---- programs ----

    def _writer(self, number: int) -> Writer:
        if number not in self._writers:
            kept = self.every
            if number:
                kept = self._needed(place for place in self.own[number - 1] if not self.every[place].only_names)
            self._writers[number] = Writer(self.library, self.every, kept, number, self._import)
        return self._writers[number]

    def program(self, number: int, about: About) -> str:
        """The program of a block. Raises Unclear, with a sentence, where none can be made."""
        for block in [number, *self.after(number)]:
            if block in self.faults:
                raise Unclear(self.faults[block])
        source = self.sources[number - 1]
        return self._writer(number).program(about, source.code, source.raises)

    def page(self) -> tuple[str, list[str]]:
        """All blocks: what stands before them (functions of the book, data), and each without its imports of those."""
        if self.faults:
            raise Unclear(next(iter(self.faults.values())))
        writer, codes = self._writer(0), []
        for source, own in zip(self.sources, self.own, strict=True):
            lines = source.code.split("\n")
            aliases: dict[tuple[int, int], list[str]] = {}  # first and last line of an import -> what stands for it
            for one in (one for one in self.every[own.start : own.stop] if one.source):
                aliases.setdefault((one.node.lineno, one.node.end_lineno or 0), []).append(writer.alias(one))
            for (first, last), made in reversed(aliases.items()):
                lines[first - 1 : last] = list(filter(None, made)) or ["\0"]
            code = re.sub(r"(?:(?<=\n\n)|\A)(?:\0\n)+\n?|\0\n?", "", "\n".join(lines))
            codes.append(code.strip("\n"))
        return writer.preamble(), codes
