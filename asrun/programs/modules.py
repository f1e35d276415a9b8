"""The modules of the book, of which a program takes the functions and constants that it needs."""

import ast
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from asrun.programs.statements import IMPORTS, Statement, statements

MARKER = re.compile(r"^[ \t]*#[ \t]*-*8<-+[ \t]*\[.*$", re.M)
FOR_TOOLS = re.compile(r"[ \t]*#[ \t]*(?:type: ignore|noqa|mypy:|ruff:|fmt:)[^\n]*")


class Unclear(Exception):
    """No program can be made of a block; the message says why, and what to do."""


class Library:
    """The modules and the data files of the book, each read once for all pages."""

    def __init__(self, modules: Path, data: Path, package: str = "") -> None:
        self.modules, self.data = modules, data
        self.package = package or modules.name
        self.files = {f"data/{path.relative_to(data).as_posix()}" for path in data.rglob("*") if path.is_file()}
        self.parts: dict[str, list[Statement]] = {}
        self.defined: dict[str, set[str]] = {}  # the names that each of these modules binds

    def read(self, name: str) -> bytes:
        """The content of a data file."""
        return (self.data / name.removeprefix("data/")).read_bytes()

    def statements(self, code: str, block: int = 0, module: str = "") -> list[Statement]:
        """The statements of a block or a module. Raises Unclear where it is no Python, and for an import that cannot be."""
        try:
            made = statements(code)
        except SyntaxError as error:
            said = f"{module}.py cannot be read" if module else type(error).__name__
            raise Unclear(f"{said}: {error}") from None
        return [replace(one, block=block, module=module, source=self._source(one.node)) for one in made]

    def _source(self, node: ast.stmt) -> tuple[str, str] | None:
        """The module of the book, without the package, and the name that a statement imports from it."""
        if not isinstance(node, IMPORTS):
            return None
        path = name = node.names[0].name
        if isinstance(node, ast.ImportFrom):
            path = f"{self.package}.{node.module or ''}".rstrip(".") if node.level else node.module or ""
        if not f"{path}.".startswith(f"{self.package}."):
            return None
        if isinstance(node, ast.Import):
            raise Unclear(f"{name} is a module of the book: write `from {name} import …`")
        if path == self.package:
            raise Unclear(f"{name} is a module of the book: write `from {path}.{name} import …`")
        if name == "*":
            raise Unclear(f"`from {path} import *`: import by names, or nobody sees where they come from")
        module = path.removeprefix(f"{self.package}.")
        self.definition(module, name)
        return module, name

    def _file(self, module: str) -> str:
        return f"{self.package}.{module}".replace(".", "/") + ".py"

    def of(self, module: str) -> list[Statement]:
        """The statements of a module."""
        if module not in self.parts:
            path = self.modules.joinpath(*module.split(".")).with_suffix(".py")
            if not path.is_file():
                raise Unclear(f"there is no module {self._file(module)}")
            source = FOR_TOOLS.sub("", MARKER.sub("", path.read_text(encoding="utf-8")))
            self.parts[module], self.defined[module] = [], set()  # for a circle of imports
            parts = self.statements(source, module=module)
            self.parts[module] = [part for part in parts if not _passed_by(part.node)]
            self.defined[module] = {name for part in self.parts[module] for name in part.names.bound}
        return self.parts[module]

    def definition(self, module: str, name: str) -> list[Statement]:
        """The statements of a module that bind a name, or change what it stands for."""
        parts = self.of(module)
        if name not in self.defined[module]:
            raise Unclear(f"{self._file(module)} has no {name!r}")
        return [part for part in parts if name in part.names.bound or (name in part.names.now and _changes(part.node))]

    def needed(self, wanted: Iterable[tuple[str, str]]) -> list[Statement]:
        """The statements that some names, each of a module, need: those of an imported module first."""
        kept, todo, seen = set[Statement](), set(wanted), set[tuple[str, str]]()
        order: list[str] = []

        def place(module: str) -> None:
            if module not in order:
                for part in self.of(module):
                    if part.source:
                        place(part.source[0])
                order.append(module)

        while todo:
            module, name = todo.pop()
            seen.add((module, name))
            for part in self.definition(module, name):
                kept.add(part)
                todo |= {(module, used) for used in part.mentions & self.defined[module]} - seen
                todo |= {part.source} - seen if part.source else set()
        for module in sorted({part.module for part in kept}):
            place(module)
        return [part for module in order for part in self.of(module) if part in kept]

    def meaning(self, module: str, name: str) -> str:
        """What a name of a module stands for, where it may come from another module."""
        part = next(part for part in self.definition(module, name) if name in part.names.bound)
        return self.meaning(*part.source) if part.source else part.identity


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
