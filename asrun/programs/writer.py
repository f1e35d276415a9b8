"""Puts the statements that a block needs together as a program, as a person would write it."""

import ast
import builtins
import re
import sys
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import replace
from functools import cached_property
from itertools import chain

from asrun.programs.modules import Library, Unclear
from asrun.programs.statements import Statement
from asrun.programs.text import About, assembled, header, imports, joined, provided

LAYOUT = '{plt}.rcParams["figure.constrained_layout.use"] = True  # so that labels never overlap'
DATA = re.compile(r"""["'](data/[^"'\n]+)["']""")
# The packages whose name is not that of the module they bring.
DISTRIBUTIONS = {
    "sklearn": "scikit-learn", "PIL": "pillow", "yaml": "pyyaml", "mpl_toolkits": "matplotlib",
    "dateutil": "python-dateutil",
}  # fmt: skip


class Writer:
    """Writes the program of block `number`, or what stands before a whole page where it is 0.

    `page` are all statements, `kept` those that it needs; `plt` is how the page imports Matplotlib.
    """

    def __init__(self, library: Library, page: list[Statement], kept: list[Statement], number: int, plt: str) -> None:
        self.library, self.page, self.kept, self.number, self.plt = library, page, kept, number, plt
        self.wanted = sorted({one.source for one in kept if one.source})
        self.every = [*kept, *library.needed(self.wanted)]
        self.taken = {name for one in self.every for name in one.mentions}
        self.scopes = self._scopes()
        # What is needed of the modules whose names are those of the program.
        self.flat = library.needed(one for one in self.wanted if one[0] not in self.scopes)
        self.extra = set[str]()  # imports that the program itself needs

    # ---- names that would get in each other's way ----

    def _free(self, wanted: str) -> str:
        while wanted in self.taken:
            wanted += "_"
        self.taken.add(wanted)
        return wanted

    @cached_property
    def meanings(self) -> dict[str, set[str]]:
        """All that a name stands for, on the page or in a module."""
        found = defaultdict[str, set[str]](set)
        for one in self.every:
            for name in one.facts.binds:
                origin = (one.module, name) if one.module else one.source
                found[name].add(self.library.meaning(*origin) if origin else one.identity)
        return found

    def _scopes(self) -> dict[str, str]:
        """The modules that need names of their own, and what the program calls them."""
        clashing = {name for name, said in self.meanings.items() if len(said) > 1}
        on_page = {name for one in self.kept for name in one.facts.binds}
        clashing |= {name for one in self.kept for name in one.mentions if hasattr(builtins, name)} - on_page
        return {
            module: self._free(f"{module.replace('.', '_')}_module")
            for module in dict.fromkeys(module for module, _ in self.wanted)
            if any(not clashing.isdisjoint(part.facts.binds) for part in self._of(module))
        }

    def _of(self, module: str) -> list[Statement]:
        return self.library.needed(one for one in self.wanted if one[0] == module)

    @cached_property
    def hoisted(self) -> list[Statement]:
        """The imports that go to the top: all whose name means nothing else anywhere."""
        found = []
        for one in (one for one in [*self.kept, *self.flat] if one.is_import and not (one.is_future or one.source)):
            alone = len(one.nodes) == 1 and not one.raises and not one.text.endswith(" import *")
            if one.module or (alone and all(len(self.meanings[name]) == 1 for name in one.facts.binds)):
                found.append(one)
        return found

    @cached_property
    def moved(self) -> set[Statement]:
        """What stands elsewhere; of a function that a module and the page define in the same words, one is enough."""
        moved = set(self.hoisted)
        for part in self.flat if self.number else ():
            twins = [one for one in self.kept if part.is_definition and one.identity == part.identity]
            if twins:
                before = [one.source for one in self.kept[: self.kept.index(twins[0])] if one.source]
                if part in self.library.needed(before):
                    moved |= {one for one in twins if one.block != self.number}
                else:
                    moved |= {part, *twins[1:]}
        return moved

    # ---- the parts ----

    def alias(self, one: Statement) -> str:
        """What stands for an import from a module of the book: nothing, where the name is the same."""
        assert one.source
        module, name = one.source
        (bound,) = one.names.bound
        if module in self.scopes and not one.module:
            return f"{bound} = {self.scopes[module]}.{name}"
        return "" if bound == name else f"{bound} = {name}"

    def _silent(self, one: Statement) -> str:
        """A statement of an earlier block, which prints nothing, and whose error ends nothing."""
        if not (one.raises or one.facts.prints):
            return one.text
        error = one.raises if hasattr(builtins, one.raises) else "Exception"
        around = [f"contextlib.suppress({error})"] if one.raises else []
        around += ["contextlib.redirect_stdout(io.StringIO())"] if one.facts.prints else []
        self.extra |= {"import contextlib", "import io"} if one.facts.prints else {"import contextlib"}
        lines, inner = one.text.split("\n"), one.indented().split("\n")
        comments = next(place for place, line in enumerate(lines) if not line.lstrip().startswith("#"))
        return "\n".join([*lines[:comments], f"with {', '.join(around)}:", *inner[comments:]])

    def _pieces(self, found: Iterable[Statement], moved: Container[Statement] = ()) -> list[Statement]:
        """Statements as the program has them, but for those that it has elsewhere."""
        pieces = []
        for one in found:
            if not (one.is_future or one in moved):
                own = one.module or one.block == self.number
                text = self.alias(one) if one.source else one.text if own else self._silent(one)
                close = one.source or (one.module and one.is_constant)
                pieces.append(replace(one, text=text, gap=0 if close else one.gap))
        return [piece for piece in pieces if piece.text]

    def _modules(self) -> str:
        """The functions of the book that are needed, in the order in which they are."""
        pieces = {piece.text: piece for piece in self._pieces(self.flat, self.moved)}
        flat = joined(sorted(pieces.values(), key=lambda piece: not piece.is_constant))
        return "\n\n\n".join(part for part in (flat, *map(self._scope, self.scopes)) if part)

    def _scope(self, module: str) -> str:
        """A module as a function, which hands out the names that the page imports."""
        parts, called = self._of(module), self.scopes[module]
        if any(isinstance(node, ast.Global) for part in parts for node in ast.walk(part.node)):
            raise Unclear(f"{module}.py has a name of the page, and a function with `global`: rename one of the two")
        said = {(name, self.library.meaning(part.module, name)) for part in parts for name in part.facts.binds}
        names = [name for name, _ in sorted(said)]
        if twice := [name for name in names if names.count(name) > 1]:
            raise Unclear(f"{twice[0]} means two things in {module}.py and what it imports: rename one of them")
        self.extra.add("import types")
        handed = ", ".join(f"{name}={name}" for wanted, name in self.wanted if wanted == module)
        body = "\n\n".join(piece.indented() for piece in self._pieces(parts))
        head = f'def {called}():\n    """The module {module} of the book."""'
        return f"{head}\n\n{body}\n\n    return types.SimpleNamespace({handed})\n\n\n{called} = {called}()"

    @cached_property
    def data(self) -> str:
        """The statements that write the files the program reads, where they are missing."""
        named = {name for one in self.every for name in (*one.facts.files, *DATA.findall(one.text))}
        files = {name: self.library.read(name) for name in sorted(named & self.library.files)}
        if not files:
            return ""
        path = "from pathlib import Path"
        holder = "Path" if any(ast.unparse(one.node) == path for one in self.every) else self._free("Path")
        self.extra.add(path if holder == "Path" else f"{path} as {holder}")
        text = provided(files, self._free("provide"), holder)
        self.extra |= {"import base64", "import bz2"} if "bz2.decompress(" in text else set()
        return text

    def packages(self) -> list[str]:
        """The distributions that the program imports."""
        names = {name for one in self.every for name in one.packages}
        names -= sys.stdlib_module_names | {self.library.package.split(".")[0]}
        return sorted(DISTRIBUTIONS.get(name, name) for name in names)

    def _top(self, found: Iterable[Statement]) -> list[str]:
        """The imports: annotations that name what is not there must not be evaluated."""
        places = {(one.block, one.module) for one in self.every}
        every = chain(self.page, *self.library.parts.values())
        late = any(one.is_future and (one.block, one.module) in places for one in every)
        nodes = [*(one.node for one in found), *(ast.parse(text).body[0] for text in sorted(self.extra))]
        return ["from __future__ import annotations" if late else "", imports(nodes)]

    def preamble(self) -> str:
        """What stands before the blocks of a page: the data they read, and the functions of the book."""
        parts = [self.data, self._modules()]
        return assembled([*self._top(one for one in self.hoisted if one.module), *parts]) if any(parts) else ""

    def program(self, about: About, code: str, raises: str) -> str:
        """The program of a block, which has this code, and ends in this error."""
        own = [one for one in self.kept if one.block == self.number]
        earlier = [one for one in self.kept if one.block != self.number]
        draws = any(one.facts.draws for one in own)
        head = header(about, self.packages(), f"Block {self.number} of “{about.title}”" if about.title else "")
        block = [one for one in self.page if one.block == self.number]
        if self.kept == block and not (self.wanted or self.data or draws):
            return f"{head}\n{code.strip(chr(10))}\n"  # it is complete as it stands
        body, before = (joined(self._pieces(part, self.moved)) for part in (own, earlier))
        modules, plt = self._modules(), self.plt.split()[-1]
        if draws:
            self.extra.add(self.plt)
            if not raises and not re.search(r"(?m)^\s*\w+\.show\(\)\s*\Z", body):
                body = f"{body}\n{plt}.show()".lstrip("\n")
            if any(one.facts.draws for one in earlier):
                before += f'\n\n{plt}.close("all")  # these are figures of earlier blocks'
        parts = [self.data, LAYOUT.format(plt=plt) if draws else ""]
        parts += ["# From the modules of the book.", modules] if modules else []
        parts += ["# From earlier on the page.", before] if before else []
        parts += ["# The block.", body] if modules or before or self.data else [body]
        return assembled([head, *self._top(self.hoisted), *parts])
