"""Runs a block statement by statement, and notes what each read, bound and changed.

A page's names are kept in a dict that notes who asks for them. After a statement every value that it may have touched is
compared with what it was, by a digest: a name whose digest moved was changed, whatever other name moved it. What nobody can
look into, such as a generator, counts as changed by whoever reads it. Settings of libraries and files of the page's folder
are names as well, which begin with a star. The page in the browser records with this file too: it needs the standard
library alone, and asks for NumPy and Matplotlib only where they are loaded.
"""

from __future__ import annotations
import __future__

import ast
import gc
import os
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from asrun.model import Facts
from asrun.programs.statements import IMPORTS, mentioned, split
from asrun.running.ambient import OFTEN, SELDOM, files_below, moved, settings
from asrun.running.digests import IMMUTABLE, Digest, Digester

PYTHONS_OWN = frozenset(
    f"__{name}__"
    for name in ("annotate", "annotations", "builtins", "conditional_annotations", "doc", "file", "loader", "name",
                 "package", "spec", "warningregistry")
)  # fmt: skip


class Names(dict[str, Any]):
    """The names of a page, which notes those that a statement reads and binds; what it has bound itself is no read."""

    def __init__(self) -> None:
        super().__init__(__name__="__main__", __doc__=None, __package__=None, __loader__=None, __spec__=None)
        self.begin()

    def begin(self) -> None:
        """Note anew."""
        self.read: set[str] = set()
        self.bound: set[str] = set()

    def plain(self) -> dict[str, Any]:
        """The same names in a dict that notes nothing."""
        return dict(super().items())

    def __getitem__(self, name: str) -> Any:
        if name not in self.bound:
            self.read.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        if isinstance(name, str) and name not in self.bound:
            self.read.add(name)
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401 (this is that method)

    def __iter__(self) -> Iterator[str]:
        self.read.update(super().keys() - self.bound)
        return super().__iter__()

    def keys(self) -> Any:
        self.read.update(super().keys() - self.bound)
        return super().keys()

    def items(self) -> Any:
        self.keys()
        return super().items()

    def values(self) -> Any:
        self.keys()
        return super().values()

    def __setitem__(self, name: str, value: Any) -> None:
        self.bound.add(name)
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        self.read |= {name} - self.bound
        self.bound.add(name)
        super().__delitem__(name)


class Main(types.ModuleType):
    """The module `__main__` of a page: its attributes are the page's names."""

    def __init__(self) -> None:
        super().__init__("__main__")
        super().__setattr__("names", Names())

    @property
    def __dict__(self) -> Names:  # type: ignore[override]
        return cast(Names, types.ModuleType.__getattribute__(self, "names"))

    def __getattribute__(self, name: str) -> Any:
        if name in ("__dict__", "__class__"):
            return super().__getattribute__(name)
        try:
            return super().__getattribute__("names")[name]
        except KeyError:
            raise AttributeError(f"module '__main__' has no attribute {name!r}", name=name, obj=self) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self.__dict__:
            raise AttributeError(f"module '__main__' has no attribute {name!r}")
        del self.__dict__[name]


MUTABLE = (list, dict, set)  # as a module may keep them
MAY_HOLD_CLASSES = (ast.ClassDef, ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
Compiled = tuple[list[ast.stmt], types.CodeType]


def compiled(source: str, file: str, line: int = 1, interactive: bool = False) -> list[Compiled]:
    """The statements of a source whose first line is `line` of a file, each compiled by itself. Raises SyntaxError."""
    # The blank lines give every statement the line where the author finds it.
    tree = compile("\n" * (line - 1) + source, file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    future = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            with warnings.catch_warnings():  # or it would be told twice what a later statement warns of
                warnings.simplefilter("ignore")
                compile(tree, file, "exec", dont_inherit=True)  # tells of one that stands too late, or is none
            for alias in node.names:
                future |= getattr(__future__, alias.name).compiler_flag
    made = []
    for place, nodes in enumerate(split(tree)):
        body = nodes
        if place and isinstance(nodes[0], ast.Expr) and isinstance(nodes[0].value, ast.Constant):
            body = [ast.copy_location(ast.Pass(), nodes[0]), *nodes]  # or a text would become the docstring
        whole: Any = ast.Interactive(nodes) if interactive else ast.Module(body, [])
        code = compile(whole, file, "single" if interactive else "exec", future, dont_inherit=True)
        made.append((nodes, code))
    return made


class Recorder:
    """Runs the statements of a page in its `main` module, and keeps what each did.

    `folder` is where the page may write, `data` what it reads; `printed` and `drawn` count what has come so far.
    """

    def __init__(
        self,
        folder: str,
        data: str,
        package: str,
        printed: Callable[[], int] = lambda: 0,
        drawn: Callable[[], int] = lambda: 0,
    ) -> None:
        self.main = Main()
        self.names = self.main.__dict__
        self.folder, self.data = folder, data
        self.printed, self.drawn = printed, drawn
        self.digester = Digester({"__main__", package.split(".", maxsplit=1)[0]})
        self.ids: dict[str, int] = {}
        self.digests: dict[str, Digest] = {}  # of names whose values may change
        self.known: set[str] = set()  # all names that the page has bound so far
        self.often: dict[str, object] = {}
        self.seldom: dict[str, object] = {}
        self.files: set[str] = set()
        self.written = False

    def opened(self, path: str, changes: bool) -> None:
        """Note a file that the page opens, given as an absolute path."""
        if path.startswith(self.data + os.sep) and not changes:
            self.files.add("data/" + Path(path).relative_to(self.data).as_posix())
        elif changes and path.startswith(self.folder + os.sep):
            self.written = True

    def run(self, statements: list[Compiled], facts: list[Facts]) -> None:
        """Run statements one after the other, and add to `facts` what each did, also the one that ends in an error."""
        self.often, self.seldom = settings(OFTEN), self._seldom()
        start = len(facts)
        for nodes, code in statements:
            self.names.begin()
            self.files, self.written = set(), False
            printed, drawn = self.printed(), self.drawn()
            try:
                exec(code, self.names)
            except BaseException as error:
                facts.append(self._facts(nodes, self.printed() > printed, self.drawn() > drawn, True))
                self._note_seldom(facts, start)
                raise error.with_traceback(cast(Any, error.__traceback__).tb_next) from None
            facts.append(self._facts(nodes, self.printed() > printed, self.drawn() > drawn, False))
        self._note_seldom(facts, start)

    def _facts(self, nodes: list[ast.stmt], prints: bool, drew: bool, fails: bool) -> Facts:
        collects = gc.isenabled()
        gc.disable()  # what is made here lives for a moment, and would set off the search for garbage again and again
        try:
            return self._noted(nodes, prints, drew, fails)
        finally:
            if collects:
                gc.enable()

    def _noted(self, nodes: list[ast.stmt], prints: bool, drew: bool, fails: bool) -> Facts:
        read, bound = self.names.read - PYTHONS_OWN, self.names.bound - PYTHONS_OWN
        for node in nodes:
            # Bodies of classes look up names behind the back of the page's namespace.
            if isinstance(node, MAY_HOLD_CLASSES) and any(isinstance(part, ast.ClassDef) for part in ast.walk(node)):
                read |= mentioned(ast.unparse(node)).now
        simple = not fails and all(map(only_binds, nodes))
        changed = set[str]()
        if not simple:
            before, self.often = self.often, settings(OFTEN)
            changed = moved(before, self.often) | ({"*files"} if self.written else set())
        elif isinstance(nodes[0], IMPORTS):  # what it sets, it sets wherever it is imported
            self.often = settings(OFTEN)
            self.seldom = self._seldom() | self.seldom
        self._compare(read, bound, changed, simple)
        self.known |= bound
        plt: Any = sys.modules.get("matplotlib.pyplot")
        draws = drew or bool(plt and hasattr(plt, "get_fignums") and plt.get_fignums())
        reads, binds, changes = map(in_order, (read & self.known, bound, changed - bound))
        return Facts(reads, binds, changes, in_order(self.files), prints, draws, fails)

    def _compare(self, read: set[str], bound: set[str], changed: set[str], simple: bool) -> None:
        """Take digests where a statement may have touched something, and add to what it bound and changed."""
        names = {name: value for name, value in self.names.plain().items() if name not in PYTHONS_OWN}
        ids = dict(zip(names, map(id, names.values()), strict=True))
        before, self.ids = self.ids, ids
        bound |= {name for name, _ in ids.items() ^ before.items()}
        if not simple:
            reached = [self.digests[name] for name in read if name in self.digests]
            touched = frozenset[int]().union(*(digest.reach for digest in reached), *self._behind(read))
            opaque = frozenset[int]().union(*(digest.opaque for digest in reached))
            anything = any(digest.blind for digest in reached)
            for name, old in self.digests.items():
                if name in bound or not (
                    anything or not touched.isdisjoint(old.reach) or not opaque.isdisjoint(old.opaque)
                ):
                    continue
                self.digests[name] = new = self.digester(names[name])
                if new.value != old.value or not opaque.isdisjoint(new.opaque):
                    changed.add(name)
        for name in bound:
            self.digests.pop(name, None)
            if name in names and not (new := self.digester(names[name])).fixed:
                self.digests[name] = new

    def _behind(self, read: set[str]) -> Iterator[frozenset[int]]:
        """What the functions that a statement read find in the book's own modules."""
        values = (dict.get(self.names, name) for name in read)
        own = {str(getattr(value, "__module__", "")) for value in values}
        for name in own - {"__main__"}:
            if name.split(".")[0] in self.digester.own and (module := sys.modules.get(name)):
                for kept, value in list(vars(module).items()):
                    if type(value) in MUTABLE and kept not in PYTHONS_OWN:
                        parts = value.values() if type(value) is dict else value
                        yield frozenset([id(value), *(id(part) for part in parts if type(part) not in IMMUTABLE)])

    # ---- settings and files, which are no names ----

    def _seldom(self) -> dict[str, object]:
        return settings(SELDOM) | {"*files": files_below(self.folder)}

    def _note_seldom(self, facts: list[Facts], start: int) -> None:
        """Where a block changed what hardly one does, and what takes long to ask for, all its statements count."""
        known = {name for one in facts[start:] for name in one.changes}
        if changed := moved(self.seldom, self._seldom()) - known:
            facts[start:] = [replace(one, changes=in_order({*one.changes, *changed})) for one in facts[start:]]


def in_order(names: set[str]) -> tuple[str, ...]:
    """A set in an order that is always the same."""
    return tuple(sorted(names))


def only_binds(node: ast.stmt) -> bool:
    """Whether a statement runs no code but that of Python: a definition, an import, a constant."""
    if isinstance(node, IMPORTS):
        return True
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Constant) and all(isinstance(target, ast.Name) for target in node.targets)
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    values = [*node.args.defaults, *(value for value in node.args.kw_defaults if value)]
    return not node.decorator_list and all(isinstance(value, (ast.Constant, ast.Name)) for value in values)
