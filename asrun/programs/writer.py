"""Writes one program: imports first, the data that is read, functions of the book, earlier lines of the page, the block.

A module whose names would get in the way of others becomes a function of the program, which holds them.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from asrun.programs.data import provided
from asrun.programs.modules import Library, Part, Unclear, is_future
from asrun.programs.statements import DEFINITIONS, Statement, strings_over_lines
from asrun.programs.text import About, Piece, apart, assembled, header, indented, joined, written

if TYPE_CHECKING:
    from asrun.programs.program import Programs

LAYOUT = '{plt}.rcParams["figure.constrained_layout.use"] = True  # so that labels never overlap'
# The packages whose name is not that of the module they bring.
DISTRIBUTIONS = {
    "sklearn": "scikit-learn", "PIL": "pillow", "yaml": "pyyaml", "mpl_toolkits": "matplotlib",
    "dateutil": "python-dateutil",
}  # fmt: skip


class Writer:
    """Writes the program of block `number`, or of a whole page where it is 0, from the statements that it keeps."""

    def __init__(self, programs: Programs, kept: Sequence[Statement], number: int) -> None:
        self.programs, self.kept, self.number = programs, kept, number
        self.library: Library = programs.library
        self.sources = {s: (m, s.node.names[0].name) for s in kept if (m := self.library.within(s.node))}  # type: ignore[attr-defined]
        self.wanted = sorted(set(self.sources.values()))
        self.every = self.library.needed(self.wanted)
        self.extra: set[str] = set()  # imports that the program itself needs

    # ---- names that would get in each other's way ----

    def _all(self) -> list[Statement]:
        return [*self.kept, *(part.statement for part in self.every)]

    @cached_property
    def taken(self) -> set[str]:
        """The names that the program has."""
        return {name for one in self._all() for name in one.mentions}

    @cached_property
    def scopes(self) -> dict[str, str]:
        """The modules that need names of their own, and what the program calls them."""
        clashing = self.library.clashing(self.every, self.kept, self.sources)
        found = {}
        for module in dict.fromkeys(module for module, _ in self.wanted):
            if clashing & {name for part in self._within(module) for name in part.binds}:
                found[module] = self._free(f"{module.replace('.', '_')}_module")
        return found

    def _within(self, module: str) -> list[Part]:
        return self.library.needed([one for one in self.wanted if one[0] == module])

    def _free(self, wanted: str) -> str:
        while wanted in self.taken:
            wanted += "_"
        self.taken.add(wanted)
        return wanted

    @cached_property
    def flat(self) -> list[Part]:
        """What is needed of the modules whose names are those of the program."""
        return self.library.needed([one for one in self.wanted if one[0] not in self.scopes])

    @cached_property
    def dropped(self) -> set[Statement]:
        """Of a function that both a module and the page define in the same words, one is enough."""
        dropped: set[Statement] = set()
        if not self.number:
            return dropped
        for part in self.flat:
            if not isinstance(part.statement.node, DEFINITIONS):
                continue
            twins = [one for one in self.kept if one.identity == part.statement.identity]
            if not twins:
                continue
            before = [self.sources[one] for one in self.kept[: self.kept.index(twins[0])] if one in self.sources]
            if part in self.library.needed(before):
                dropped |= {one for one in twins if one.block != self.number}
            else:
                dropped |= {part.statement, *twins[1:]}
        return dropped

    # ---- the parts ----

    def _imports(self) -> dict[Statement, ast.stmt | None]:
        """The imports that go to the top: all whose name means nothing else anywhere."""
        meanings: dict[str, set[str]] = {}
        for statement in [*self.kept, *(part.statement for part in self.flat)]:
            for name in statement.binds:
                meanings.setdefault(name, set()).add(statement.identity)
        found: dict[Statement, ast.stmt | None] = {}
        for statement in self.kept:
            node = statement.node
            if is_future(node):
                found[statement] = None
            elif statement.is_import and statement not in self.sources and not self._fails(statement):
                star = node.names[0].name == "*"  # type: ignore[attr-defined]
                if not star and len(statement.nodes) == 1 and all(len(meanings[n]) == 1 for n in statement.binds):
                    found[statement] = node
        for part in self.flat:
            if part.statement.is_import and not part.source:
                found[part.statement] = None if is_future(part.statement.node) else part.statement.node
        return found

    @staticmethod
    def _fails(statement: Statement) -> bool:
        return statement.facts is not None and statement.facts.fails

    def _piece(self, statement: Statement, text: str = "") -> Piece:
        node = statement.node
        constant = not statement.block and isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        definition = isinstance(node, DEFINITIONS)
        gap = 0 if constant else statement.gap
        return Piece(text or self._text(statement), gap, definition, statement.block, constant)

    def _text(self, statement: Statement) -> str:
        """A statement; one of an earlier block prints nothing, and an error of it ends nothing."""
        text = statement.text
        if statement.block in (0, self.number) or not self.number:
            return text
        facts, raises = statement.facts, self.programs.sources[statement.block - 1].raises
        prints = facts.prints if facts else "print" in text and not isinstance(statement.node, DEFINITIONS)
        around = []
        if self._fails(statement) or (not facts and raises):
            around.append(f"contextlib.suppress({raises if hasattr(builtins, raises) else 'Exception'})")
        if prints:
            around.append("contextlib.redirect_stdout(io.StringIO())")
            self.extra.add("import io")
        if not around:
            return text
        self.extra.add("import contextlib")
        comment = re.match(r"(?:[ \t]*#.*\n)*", text)
        above = comment[0] if comment else ""
        first = statement.first + above.count("\n")
        kept = {line - first for line in strings_over_lines(statement.nodes)}
        return f"{above}with {', '.join(around)}:\n{indented(text[len(above) :], kept)}"

    def _alias(self, statement: Statement) -> str:
        """What stands for an import from a module of the book: nothing, where the name is the same."""
        module, name = self.sources[statement]
        bound = statement.node.names[0].asname or name  # type: ignore[attr-defined]
        if module in self.scopes:
            return f"{bound} = {self.scopes[module]}.{name}"
        return "" if bound == name else f"{bound} = {name}"

    def _modules(self) -> str:
        """The functions of the book that are needed, in the order in which they are."""
        pieces: list[Piece] = []
        for part in self.flat:
            statement = part.statement
            if statement in self.dropped or (statement.is_import and not part.source):
                continue
            text = part.alias if part.source else statement.text
            if text:
                pieces.append(self._piece(statement, text))
        seen: set[str] = set()
        single = [piece for piece in pieces if not (piece.text in seen or seen.add(piece.text))]  # type: ignore[func-returns-value]
        flat = joined(sorted(single, key=lambda piece: not piece.constant))
        return "\n\n\n".join([*([flat] if flat else []), *map(self._scope, self.scopes)])

    def _scope(self, module: str) -> str:
        """A module as a function, which hands out the names that the page imports."""
        parts = self._within(module)
        bound: dict[str, set[str]] = {}
        body = []
        for part in parts:
            for name in part.binds:
                bound.setdefault(name, set()).add(self.library.meaning(part.module, name))
            if any(isinstance(node, ast.Global) for node in ast.walk(part.statement.node)):
                raise Unclear(
                    f"{module}.py has a name of the page, and a function with `global`: rename one of the two"
                )
            text = part.alias if part.source else part.statement.text
            if text and not is_future(part.statement.node):
                body.append(
                    indented(text, {n - part.statement.first for n in strings_over_lines(part.statement.nodes)})
                )
        if twice := sorted(name for name, said in bound.items() if len(said) > 1):
            raise Unclear(f"{twice[0]} means two things in {module}.py and what it imports: rename one of them")
        called = self.scopes[module]
        self.extra.add("import types")
        names = ", ".join(f"{name}={name}" for wanted, name in self.wanted if wanted == module)
        inner = "\n\n".join([*body, f"    return types.SimpleNamespace({names})"])
        return f'def {called}():\n    """The module {module} of the book."""\n\n{inner}\n\n\n{called} = {called}()'

    # ---- the whole ----

    def program(self, about: About) -> str:
        """The whole program of the block."""
        block = self.programs.sources[self.number - 1]
        target = [statement for statement in self.kept if statement.block == self.number]
        draws = any(self.programs.draws(statement) for statement in target)
        head = header(about, self.packages(), f"Block {self.number} of “{about.title}”" if about.title else "")
        data = self._data()
        if list(self.kept) == self.programs.blocks[self.number - 1] and not (self.sources or data or draws):
            return f"{head}\n{block.code.strip(chr(10))}\n"  # it is complete as it stands

        hoisted, earlier, own = self._imports(), list[Piece](), list[Piece]()
        nodes = [node for node in hoisted.values() if node]
        for statement in self.kept:
            if statement in hoisted or statement in self.dropped:
                continue
            alias = Piece(self._alias(statement), 0, False, statement.block) if statement in self.sources else None
            piece = alias or self._piece(statement)
            if piece.text:
                (own if statement.block == self.number else earlier).append(piece)
        modules, body, before = self._modules(), joined(own), joined(earlier)
        plt = self._pyplot(nodes) if draws else ""
        if draws and not block.raises and not re.search(r"(?m)^\s*\w+\.show\(\)\s*\Z", body):
            body = f"{body}\n{plt}.show()".lstrip("\n")
        if draws and any(self.programs.draws(one) for one in self.kept if one.block != self.number):
            before += f'\n\n{plt}.close("all")  # these are figures of earlier blocks'
        parts = [
            data,
            LAYOUT.format(plt=plt) if draws else "",
            f"# From the modules of the book.\n\n{apart(modules)}" if modules else "",
            f"# From earlier on the page.\n\n{apart(before)}" if before else "",
            f"# The block.\n\n{apart(body)}" if modules or before or data else body,
        ]
        return assembled([head, self._futures(), self._written(nodes), *parts])

    def page(self) -> tuple[str, list[str]]:
        """What stands before the blocks of a page, and each of them without its imports from the book's modules."""
        blocks = []
        for source, statements in zip(self.programs.sources, self.programs.blocks, strict=True):
            lines = source.code.split("\n")
            aliases: dict[int, list[str]] = {}
            for statement in statements:
                if statement in self.sources:
                    first, last = statement.node.lineno, statement.node.end_lineno or 0
                    aliases.setdefault(first, [])
                    if line := self._alias(statement):
                        aliases[first].append(line)
                    for place in range(first, last + 1):
                        lines[place - 1] = "\0"
            for first, made in aliases.items():
                if made:
                    lines[first - 1] = "\n".join(made)
            text = re.sub(r"(?:(?<=\n\n)|\A)(?:\0\n)+\n?|\0\n?", "", "\n".join(lines))
            blocks.append(text.strip("\n"))
        nodes = [part.statement.node for part in self.flat if part.statement.is_import and not part.source]
        data, modules = self._data(), self._modules()
        if not data and not modules:
            return "", blocks
        nodes = [node for node in nodes if not is_future(node)]
        return assembled([self._futures(), self._written(nodes), data, modules]), blocks

    def packages(self) -> list[str]:
        """The distributions that the program imports."""
        names = {name for statement in self._all() for name in statement.packages}
        names -= sys.stdlib_module_names | {self.library.package.split(".")[0]}
        return sorted(DISTRIBUTIONS.get(name, name) for name in names)

    def _written(self, nodes: Iterable[ast.stmt]) -> str:
        return written([*nodes, *(ast.parse(text).body[0] for text in self.extra)])

    def _futures(self) -> str:
        """Annotations that name what is not there must not be evaluated."""
        blocks = {statement.block for statement in self.kept}
        late = any(is_future(one.node) for block in blocks for one in self.programs.blocks[block - 1])
        return "from __future__ import annotations" if late or self.library.futures(self.every) else ""

    def _pyplot(self, nodes: list[ast.stmt]) -> str:
        for node in nodes:
            if isinstance(node, ast.Import) and node.names[0].name == "matplotlib.pyplot" and node.names[0].asname:
                return node.names[0].asname
        self.extra.add("import matplotlib.pyplot as plt")
        return "plt"

    def _data(self) -> str:
        """The statements that write the files the program reads, where they are missing."""
        texts = {text for statement in self._all() for text in statement.texts}
        files = {name for one in self.kept if one.facts for name in one.facts.files}
        files = (files | texts) & set(self.library.files)
        if not files:
            return ""
        path = "from pathlib import Path"
        own = any(ast.unparse(one.node) == path for one in self._all())
        holder = "Path" if own else self._free("Path")
        self.extra.add(path if holder == "Path" else f"{path} as {holder}")
        text, packed = provided(sorted(files), self.library, self._free("provide"), holder)
        self.extra |= {"import base64", "import bz2"} if packed else set()
        return text
