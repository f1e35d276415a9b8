"""The modules of the book, of which a program takes the functions and constants that it needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asrun.programs.statements import Statement, statements

MARKER = re.compile(r"^[ \t]*#[ \t]*-*8<-+[ \t]*\[.*$", re.M)
FOR_TOOLS = re.compile(r"[ \t]*#[ \t]*(?:type: ignore|noqa|mypy:|ruff:|fmt:)[^\n]*")


class Unclear(Exception):
    """No program can be made of a block; the message says why, and what to do."""


@dataclass(frozen=True, eq=False)
class Part:
    """A statement of a module; `source` is (module, name) where it imports a name from another module of the book."""

    module: str
    statement: Statement
    source: tuple[str, str] | None = None

    @property
    def binds(self) -> frozenset[str]:
        return self.statement.names.bound

    @property
    def alias(self) -> str:
        """What has to stand for an import within the book: nothing, where the name is the same."""
        assert self.source
        name = next(iter(self.binds))
        return "" if name == self.source[1] else f"{name} = {self.source[1]}"


class Library:
    """The modules and the data files of the book, each read once for all pages."""

    def __init__(self, modules: Path, data: Path, package: str = "") -> None:
        self.modules, self.data = modules, data
        self.package = package or modules.name
        self.files = sorted(f"data/{path.relative_to(data).as_posix()}" for path in data.rglob("*") if path.is_file())
        self.parts: dict[str, list[Part]] = {}
        self._defined: dict[str, frozenset[str]] = {}
        self.packed: dict[bytes, str] = {}

    def read(self, name: str) -> bytes:
        """The content of a data file."""
        return (self.data / name.removeprefix("data/")).read_bytes()

    def within(self, node: ast.stmt) -> str:
        """The module of the book, without the package, that a statement imports a name from; else nothing.

        Raises Unclear for an import from the book that no program can have.
        """
        if isinstance(node, ast.Import):
            name = node.names[0].name
            if name == self.package or name.startswith(f"{self.package}."):
                raise Unclear(f"{name} is a module of the book: write `from {name} import …`")
            return ""
        if not isinstance(node, ast.ImportFrom):
            return ""
        path = f"{self.package}.{node.module or ''}".rstrip(".") if node.level else node.module or ""
        if path == self.package:
            name = node.names[0].name
            raise Unclear(f"{name} is a module of the book: write `from {path}.{name} import …`")
        if not path.startswith(f"{self.package}."):
            return ""
        if node.names[0].name == "*":
            raise Unclear(f"`from {path} import *`: import by names, or nobody sees where they come from")
        module = path.removeprefix(f"{self.package}.")
        self.definition(module, node.names[0].name)
        return module

    def of(self, module: str) -> list[Part]:
        """The statements of a module."""
        if module not in self.parts:
            path = self.modules.joinpath(*module.split(".")).with_suffix(".py")
            if not path.is_file():
                raise Unclear(f"there is no module {self.package.replace('.', '/')}/{module.replace('.', '/')}.py")
            source = FOR_TOOLS.sub("", MARKER.sub("", path.read_text(encoding="utf-8")))
            self.parts[module] = made = []
            try:
                for statement in statements(source, 0, None):
                    found = self.within(statement.node)
                    name = (found, statement.node.names[0].name) if found else None  # type: ignore[attr-defined]
                    if not _passed_by(statement.node):
                        made.append(Part(module, statement, name))
            except SyntaxError as error:
                raise Unclear(f"{module}.py cannot be read: {error}") from None
        return self.parts[module]

    def defined(self, module: str) -> frozenset[str]:
        """The names that a module binds."""
        if module not in self._defined:
            self._defined[module] = frozenset(name for part in self.of(module) for name in part.binds)
        return self._defined[module]

    def definition(self, module: str, name: str) -> list[Part]:
        """The statements of a module that bind a name, or change what it stands for."""
        parts = self.of(module)
        found = [
            part
            for part in parts
            if name in part.binds or (_changes(part.statement.node) and name in part.statement.names.now)
        ]
        if not any(name in part.binds for part in found):
            raise Unclear(f"{self.package.replace('.', '/')}/{module.replace('.', '/')}.py has no {name!r}")
        return found

    def needed(self, wanted: Iterable[tuple[str, str]]) -> list[Part]:
        """The statements that some names, each of a module, need: those of an imported module first."""
        kept: set[Part] = set()
        todo = list(wanted)
        seen: set[tuple[str, str]] = set()
        order: list[str] = []

        def place(module: str) -> None:
            if module not in order:
                for part in self.of(module):
                    if part.source:
                        place(part.source[0])
                order.append(module)

        while todo:
            module, name = todo.pop()
            if (module, name) in seen:
                continue
            seen.add((module, name))
            for part in self.definition(module, name):
                kept.add(part)
                if part.source:
                    todo.append(part.source)
                names = part.statement.names
                todo += [(module, used) for used in (names.now | names.later | names.bound) & self.defined(module)]
        for module in sorted({part.module for part in kept}):
            place(module)
        return [part for module in order for part in self.of(module) if part in kept]

    def futures(self, parts: Iterable[Part]) -> bool:
        """Whether a module of some parts asks for annotations that are not evaluated."""
        return any(is_future(part.statement.node) for module in {p.module for p in parts} for part in self.of(module))


def is_future(node: ast.stmt) -> bool:
    """Whether a statement is `from __future__ import …`."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _changes(node: ast.stmt) -> bool:
    """Whether a statement of a module may change what it names: `TABLE.update(…)`, `TABLE["k"] = 1`."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(part, (ast.Attribute, ast.Subscript)) for part in targets)
    return isinstance(node, (ast.Expr, ast.AugAssign, ast.For, ast.While, ast.With, ast.Delete))


def _passed_by(node: ast.stmt) -> bool:
    """A docstring, and what runs only where the module is a program."""
    if isinstance(node, ast.If):
        return any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test))
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
