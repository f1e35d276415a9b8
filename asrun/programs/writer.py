"""Writes one program: imports first, the data that is read, functions of the book, earlier lines of the page, the block.

The modules of the book had names of their own; in one file they must not get in each other's way, nor in the page's.
"""

from __future__ import annotations

import ast
import builtins
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from asrun.programs.data import files_read, provided
from asrun.programs.names import Key, Leaf, Unclear
from asrun.programs.slices import closure, descendants, facts, packages_of
from asrun.programs.text import (
    DEFINITIONS,
    IMPORTS,
    About,
    Piece,
    apart,
    assembled,
    header,
    import_as,
    indented,
    joined,
    rename,
    span,
    written,
)

if TYPE_CHECKING:
    from asrun.programs.program import Programs

LAYOUT = '{plt}.rcParams["figure.constrained_layout.use"] = True  # so that labels never overlap'


@cache
def _statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


class Writer:
    """Writes one program: the kept leaves, under names that do not get in each other's way."""

    def __init__(self, programs: Programs, kept: set[Leaf], number: int) -> None:
        self.programs, self.kept, self.number = programs, kept, number
        self.analysis = programs.analysis
        roots = sorted((leaf for leaf in kept if leaf.parent is None), key=lambda leaf: leaf.order)
        for leaf in kept:
            if leaf.unclear:
                raise Unclear(leaf.unclear)
        self.roots = roots
        self.ours = [leaf for leaf in roots if not leaf.space]
        self.theirs = [leaf for leaf in roots if leaf.space]
        self.lines = {
            **{("", n): s.code.split("\n") for n, s in enumerate(programs.sources, 1)},
            **{(space, 0): programs.shelf.lines[space] for space in self.analysis.modules},
        }
        self.extra: dict[str, ast.stmt] = {}  # imports that the program itself needs
        self.final = self._final_names()
        self.dropped = self._repeated()

    # ---- names ----

    def _identity(self, leaf: Leaf) -> str:
        """The same for two statements that bind the same name to the same thing."""
        node = leaf.nodes[0]
        if len(leaf.nodes) == 1 and isinstance(node, (*DEFINITIONS, *IMPORTS, ast.Assign, ast.AnnAssign)):
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and any(thing.changes for thing in leaf.made):
                return str(id(leaf))
            return facts(leaf)[0]
        return str(id(leaf))

    def _bindings(self) -> dict[str, dict[str, list[Leaf]]]:
        """Name -> space -> the kept leaves that bind it there."""
        found: dict[str, dict[str, list[Leaf]]] = {}
        for leaf in sorted(self.kept, key=lambda leaf: leaf.order):
            for space, name in leaf.binds:
                if leaf.alias is None or leaf.alias[1] != name or space:
                    found.setdefault(name, {}).setdefault(space, []).append(leaf)
        return found

    def _final_names(self) -> dict[Key, str]:
        """The names in the program of what the modules define."""
        final: dict[Key, str] = {}
        bindings = self._bindings()
        taken = set(bindings) | {name for leaf in self.kept for _, name in leaf.names}
        needed_by = {key for leaf in self.theirs for key in leaf.names}
        for leaf in self.kept:
            if leaf.alias and leaf.space:
                needed_by.add(leaf.alias)
        looked_up = {key for leaf in self.kept for key in leaf.names}
        for name, spaces in bindings.items():
            as_builtin = hasattr(builtins, name) and any(
                space not in spaces for space in ("", *self.analysis.modules) if (space, name) in looked_up
            )
            modules = [space for space in spaces if space and not self._is_alias(space, name, spaces)]
            first = {self._identity(leaf) for leaf in spaces[modules[0]]} if modules else set()
            for space in modules:
                same = {self._identity(leaf) for leaf in spaces[space]} == first
                clash = as_builtin or not same
                page = spaces.get("", [])
                aliased = [leaf for leaf in self.ours if leaf.alias == (space, name)]
                if page and {self._identity(leaf) for leaf in page} != {self._identity(leaf) for leaf in spaces[space]}:
                    only_page = (space, name) not in needed_by
                    late = not aliased or any(leaf.order < min(a.order for a in aliased) for leaf in page)
                    clash |= not (only_page and not late)
                final[space, name] = self._free(f"{space.replace('.', '_')}_{name}", taken) if clash else name
        # What is repeated on the page is the same only if what it looks up is.
        for (space, name), new in list(final.items()):
            repeated = new == name and bindings[name].get("") and (space, name) in needed_by
            if repeated and not self._looks_up_the_same(space, name, final, bindings):
                final[space, name] = self._free(f"{space.replace('.', '_')}_{name}", taken)
        return final

    def _is_alias(self, space: str, name: str, spaces: dict[str, list[Leaf]]) -> bool:
        return all(leaf.alias for leaf in spaces[space])

    def _looks_up_the_same(self, space: str, name: str, final: dict[Key, str], bindings: Any) -> bool:
        for leaf in bindings[name][space]:
            for _, used in leaf.names:
                target = self._target((space, used))
                if used != name and final.get(target, used) != used:
                    return False
        return True

    def _target(self, key: Key) -> Key:
        """What a name of a module stands for, where the module imported it from another one."""
        for leaf in self.theirs:
            if leaf.alias and key in leaf.binds:
                return self._target(leaf.alias)
        return key

    def _free(self, wanted: str, taken: set[str]) -> str:
        while wanted in taken:
            wanted += "_"
        taken.add(wanted)
        return wanted

    def _repeated(self) -> set[Leaf]:
        """Of a function that both a module and the page define in the same words, one is enough."""
        dropped: set[Leaf] = set()
        if not self.number:
            return dropped
        for leaf in self.theirs:
            names = [name for space, name in leaf.binds if space]
            if (
                leaf.alias
                or isinstance(leaf.nodes[0], IMPORTS)
                or len(names) != 1
                or self.final.get((leaf.space, names[0])) != names[0]
            ):
                continue
            twins = [own for own in self.ours if self._identity(own) == self._identity(leaf)]
            if not twins:
                continue
            before = [own for own in self.ours if own.order < twins[0].order and not own.alias]
            if any(leaf in closure([own]) for own in before):
                dropped |= set(twins)
            else:
                dropped |= {leaf, *twins[1:]}
        return dropped

    # ---- the parts ----

    def _imports(self) -> dict[Leaf, ast.stmt | None]:
        """The imports that go to the top, by their leaves: all whose name means nothing else anywhere."""
        bound: dict[str, set[str]] = {}
        for leaf in self.kept:
            if leaf.alias is None:
                for _, name in leaf.binds:
                    bound.setdefault(name, set()).add(self._identity(leaf))
        found: dict[Leaf, ast.stmt | None] = {}
        for leaf in self.roots:
            node = leaf.nodes[0]
            if leaf.alias or not isinstance(node, IMPORTS):
                continue
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                found[leaf] = None
                continue
            names = {name for _, name in leaf.binds}
            renamed = leaf.space and any(self.final.get((leaf.space, name), name) != name for name in names)
            dotted = isinstance(node, ast.Import) and "." in node.names[0].name and not node.names[0].asname
            alone = all(len(bound[name]) == 1 or dotted or self._only_imports(name) for name in names)
            if renamed:
                new = next(self.final[leaf.space, name] for name in names)
                found[leaf] = import_as(node, new)
            elif leaf.space or alone:
                found[leaf] = node
        return found

    def _only_imports(self, name: str) -> bool:
        binders = [leaf for leaf in self.kept if any(bound == name for _, bound in leaf.binds) and leaf.alias is None]
        same = {facts(leaf)[0] for leaf in binders}
        return len(same) == 1 or all(
            isinstance(leaf.nodes[0], ast.Import) and not leaf.nodes[0].names[0].asname for leaf in binders
        )

    def _piece(self, leaf: Leaf) -> Piece:
        lines = self.lines[leaf.space, leaf.block]
        first, _ = span(leaf, lines)
        gap = 0
        while first - 2 - gap >= 0 and not lines[first - 2 - gap].strip():
            gap += 1
        text = self._text(leaf, lines)
        definition = isinstance(leaf.nodes[0], DEFINITIONS)
        constant = (
            bool(leaf.space) and isinstance(leaf.nodes[0], ast.Assign) and isinstance(leaf.nodes[0].value, ast.Constant)
        )
        return Piece(text, 0 if constant else gap, definition, leaf.block, constant)

    def _text(self, leaf: Leaf, lines: list[str]) -> str:
        first, last = span(leaf, lines)
        if leaf.space:
            return self._renamed(leaf, "\n".join(lines[first - 1 : last]))
        if leaf.block == self.number or not self.number:
            return "\n".join(lines[first - 1 : last])
        made = dict(enumerate(lines[first - 1 : last], first))
        self._thin_out(leaf, made, lines)
        text = "\n".join(line for _, line in sorted(made.items()))
        if leaf.raising:
            self._need("import contextlib")
            text = f"with contextlib.suppress({leaf.raising}):\n{indented(text)}"
        return text

    def _thin_out(self, leaf: Leaf, made: dict[int, str], lines: list[str]) -> None:
        """Take the statements out of a compound one that nothing needs, and what they print."""
        children = {id(child.nodes[0]): child for child in leaf.children}
        node = leaf.nodes[0]
        for name in ("body", "orelse"):
            suite = [children[id(part)] for part in getattr(node, name, []) if id(part) in children]
            gone = [child for child in suite if child not in self.kept]
            for child in gone:
                first, last = span(child, lines)
                while not lines[first - 2].strip():
                    first -= 1
                for number in range(first, last + 1):
                    made.pop(number, None)
            if suite and len(gone) == len(suite):
                start, end = span(suite[0], lines)[0], span(suite[-1], lines)[1]
                if name == "orelse":
                    before = node.body[-1].end_lineno or 0  # type: ignore[attr-defined]
                    for number in range(before + 1, end + 1):
                        made.pop(number, None)
                else:
                    made[start] = " " * suite[0].nodes[0].col_offset + "pass"
            for child in suite:
                if child in self.kept:
                    self._thin_out(child, made, lines)
        if leaf.prints and not leaf.children:
            self._hush(leaf, made, lines)

    def _hush(self, leaf: Leaf, made: dict[int, str], lines: list[str]) -> None:
        """A statement that is needed, and prints: its words belong to another block."""
        self._need("import contextlib")
        self._need("import io")
        first, last = span(leaf, lines)
        indent = " " * leaf.nodes[0].col_offset
        for number in range(first, last + 1):
            made[number] = f"    {made[number]}" if made[number].strip() else made[number]
        made[first] = f"{indent}with contextlib.redirect_stdout(io.StringIO()):\n{made[first]}"

    def _need(self, statement: str) -> None:
        self.extra[statement] = _statement(statement)

    def _renamed(self, leaf: Leaf, text: str) -> str:
        """The text of a statement of a module, with the names that it has in the program."""
        new = {}
        for space, name in leaf.names | {key for key in leaf.binds if key[0]}:
            final = self.final.get(self._target((space, name)), self._target((space, name))[1])
            if space == leaf.space and final != name and (space, name) in self._known():
                new[name] = final
        return rename(text, new) if new else text

    def _known(self) -> set[Key]:
        return {key for leaf in self.theirs for key in leaf.binds}

    def _alias_line(self, leaf: Leaf) -> str:
        """What stands for an import from a module: nothing, where the name is the same."""
        assert leaf.alias
        target = self._target(leaf.alias)
        final = self.final.get(target, target[1])
        node = leaf.nodes[0]
        assert isinstance(node, ast.ImportFrom)
        name = node.names[0].asname or node.names[0].name
        return "" if name == final else f"{name} = {final}"

    def _modules(self) -> str:
        """The functions of the book that are needed, in the order in which they are."""
        pieces = []
        for leaf in self.theirs:
            if leaf.alias or isinstance(leaf.nodes[0], IMPORTS) or leaf in self.dropped:
                continue
            pieces.append(self._piece(leaf))
        seen: set[str] = set()
        pieces = [piece for piece in pieces if not (piece.text in seen or seen.add(piece.text))]  # type: ignore[func-returns-value]
        return joined(sorted(pieces, key=lambda piece: not piece.constant))

    # ---- the whole ----

    def program(self, about: About) -> str:
        """The whole program of the block."""
        block = self.programs.sources[self.number - 1]
        target = [leaf for leaf in self.ours if leaf.block == self.number]
        packages = packages_of(self.kept)
        draws = any(leaf.draws for leaf in descendants(target))
        head = header(about, packages, f"Block {self.number} of “{about.title}”" if about.title else "")
        data = self._data()
        if self.roots == self.programs.roots[self.number - 1] and not data and not draws:
            return f"{head}\n{block.code.strip(chr(10))}\n"  # it is complete as it stands

        hoisted = self._imports()
        nodes = [node for node in hoisted.values() if node]
        earlier, own = list[Piece](), list[Piece]()
        for leaf in self.ours:
            if leaf in hoisted or leaf in self.dropped:
                continue
            if leaf.alias:
                line = self._alias_line(leaf)
                piece = Piece(line, 0, False, leaf.block)
            else:
                piece = self._piece(leaf)
            if piece.text:
                (own if leaf.block == self.number else earlier).append(piece)
        modules = self._modules()
        body = joined(own)
        shows = draws and not block.raises and not re.search(r"(?m)^\s*\w+\.show\(\)\s*\Z", body)
        plt = self._pyplot(nodes) if draws else ""
        if shows:
            body += f"\n{plt}.show()" if body else f"{plt}.show()"
        parts = [
            data,
            LAYOUT.format(plt=plt) if draws else "",
            f"# From the modules of the book.\n\n{apart(modules)}" if modules else "",
            f"# From earlier on the page.\n\n{apart(joined(earlier))}" if earlier else "",
            f"# The block.\n\n{apart(body)}" if modules or earlier or data else body,
        ]
        futures = self._futures()
        imports = written([*nodes, *self.extra.values()])
        return assembled([head, futures, imports, *parts])

    def page(self) -> tuple[str, list[str]]:
        """What stands before the blocks of a page, and each of them without its imports from the book's modules."""
        blocks = []
        for number, source in enumerate(self.programs.sources, 1):
            lines = source.code.split("\n")
            aliases: dict[int, list[str]] = {}
            for leaf in self.programs.roots[number - 1]:
                if leaf.alias:
                    first, last = leaf.nodes[0].lineno, leaf.nodes[0].end_lineno or 0
                    aliases.setdefault(first, [])
                    if line := self._alias_line(leaf):
                        aliases[first].append(line)
                    for place in range(first, last + 1):
                        lines[place - 1] = "\0"
            for first, made in aliases.items():
                if made:
                    lines[first - 1] = "\n".join(made)
            text = re.sub(r"(?:(?<=\n\n)|\A)(?:\0\n)+\n?|\0\n?", "", "\n".join(lines))
            blocks.append(text.strip("\n"))
        nodes = [node for leaf, node in self._imports().items() if leaf.space and node]
        data, modules = self._data(), self._modules()
        preamble = (
            assembled([self._futures(), written([*nodes, *self.extra.values()]), data, modules])
            if data or modules
            else ""
        )
        return preamble, blocks

    def _futures(self) -> str:
        """Annotations that name what is not there must not be evaluated."""
        late = any(leaf.space in self.analysis.future for leaf in self.kept)
        return "from __future__ import annotations" if late else ""

    def _pyplot(self, nodes: list[ast.stmt]) -> str:
        for node in nodes:
            if isinstance(node, ast.Import) and node.names[0].name == "matplotlib.pyplot" and node.names[0].asname:
                return node.names[0].asname
        self._need("import matplotlib.pyplot as plt")
        return "plt"

    def _data(self) -> str:
        """The statements that write the files the program reads, where they are missing."""
        shelf = self.programs.shelf
        files = files_read(self.roots, shelf)
        if not files:
            return ""
        taken = {name for leaf in self.kept for _, name in leaf.names | leaf.binds}
        path = "from pathlib import Path"
        same = ast.dump(_statement(path))
        own = any(facts(leaf)[0] == same for leaf in self.roots)
        holder = self._free("Path", set() if own else taken)
        self._need(path if holder == "Path" else f"{path} as {holder}")
        text, packed = provided(files, self.ours, shelf, self._free("provide", taken), holder)
        for module in ("base64", "bz2") if packed else ():
            self._need(f"import {module}")
        return text
