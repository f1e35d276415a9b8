"""Runs a block statement by statement, and notes what each read, bound and changed.

A page's names are kept in a dict that notes who asks for them. After a statement every value that it may have touched is
compared with what it was, by a digest: a name whose digest moved was changed, whatever other name moved it. What nobody can
look into, such as a generator, counts as changed by whoever reads it. Settings of libraries and files of the page's folder
are names as well, which begin with a star. The page in the browser records with this file too: it needs the standard
library alone, and asks for NumPy and Matplotlib only where they are loaded.
"""

import __future__

import ast
import contextlib
import gc
import os
import pickle
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from asrun.model import Facts
from asrun.programs.statements import IMPORTS, mentioned, split
from asrun.running.digests import IMMUTABLE, Digest, digest

PYTHONS_OWN = frozenset(
    f"__{name}__"
    for name in ("annotate", "annotations", "builtins", "conditional_annotations", "doc", "file", "loader", "name",
                 "package", "spec", "warningregistry")
)  # fmt: skip
MUTABLE = (list, dict, set)  # as a module may keep them
MAY_HOLD_CLASSES = (ast.ClassDef, ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
# What a statement may set beside its names, asked of the libraries that are loaded.
SETTINGS: dict[str, Callable[[Any], object]] = {
    "numpy": lambda np: (np.get_printoptions(), np.geterr()),
    "numpy.random": lambda random: pickle.dumps(random.get_state()),
    "matplotlib": lambda mpl: tuple(dict.values(mpl.rcParams)),
    "decimal": lambda decimal: [getattr(decimal.getcontext(), name) for name in ("prec", "rounding", "Emin", "Emax")],
    "random": lambda random: random.getstate(),
    "pandas": lambda pandas: repr(pandas._config.config._global_config),
    "sklearn": lambda sklearn: repr(sklearn.get_config()),
    "logging": lambda logging: (logging.root.level, len(logging.root.handlers)),
    "locale": lambda locale: locale.setlocale(locale.LC_ALL),
    "os": lambda os: (dict(os.environ), os.getcwd()),
    "sys": lambda sys: sys.getrecursionlimit(),
}
Compiled = tuple[list[ast.stmt], types.CodeType]
Count = Callable[[], int]


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

    def __iter__(self) -> Iterator[str]:
        self.read.update(super().keys() - self.bound)
        return super().__iter__()

    def __setitem__(self, name: str, value: Any) -> None:
        self.bound.add(name)
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        self.read |= {name} - self.bound
        self.bound.add(name)
        super().__delitem__(name)

    # These go by the ones above.
    __contains__, get = Mapping.__contains__, Mapping.get  # type: ignore[assignment]
    keys, items, values = Mapping.keys, Mapping.items, Mapping.values  # type: ignore[assignment]


class Main(types.ModuleType):
    """The module `__main__` of a page: its attributes are the page's names."""

    def __init__(self) -> None:
        super().__init__("__main__")
        super().__setattr__("names", Names())

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            return super().__getattribute__(name)
        names = super().__getattribute__("names")
        try:
            return names if name == "__dict__" else names[name]
        except KeyError:
            raise AttributeError(f"module '__main__' has no attribute {name!r}", name=name, obj=self) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        getattr(self, name)
        del self.__dict__[name]


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

    def __init__(self, folder: str, data: str, package: str, printed: Count = int, drawn: Count = int) -> None:
        self.main = Main()
        self.names = cast(Names, self.main.__dict__)
        self.folder, self.data = folder, data
        self.printed, self.drawn = printed, drawn
        self.own = {"__main__", package.split(".", maxsplit=1)[0]}
        self.ids: dict[str, int] = {}
        self.digests: dict[str, Digest] = {}
        self.known: set[str] = set()  # all names that the page has bound so far
        self.settings: dict[str, object] = {}
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
        self.settings = self._settings()
        for nodes, code in statements:
            self.names.begin()
            self.files, self.written = set(), False
            printed, drawn, fails = self.printed(), self.drawn(), True
            try:
                exec(code, self.names)
                fails = False
            except BaseException as error:
                raise error.with_traceback(cast(Any, error.__traceback__).tb_next) from None
            finally:
                facts.append(self._facts(nodes, self.printed() > printed, self.drawn() > drawn, fails))

    def _facts(self, nodes: list[ast.stmt], prints: bool, drew: bool, fails: bool) -> Facts:
        collects = gc.isenabled()
        gc.disable()  # what is made here lives for a moment, and would set off the search for garbage again and again
        try:
            read, bound = self.names.read - PYTHONS_OWN, self.names.bound - PYTHONS_OWN
            for text in (ast.unparse(node) for node in nodes if isinstance(node, MAY_HOLD_CLASSES)):
                # Bodies of classes look up names behind the back of the page's namespace.
                read |= mentioned(text).now if "class " in text else set()
            simple = not fails and all(map(only_binds, nodes))
            changed = self._changed_settings(simple, nodes) | self._changed_values(read, bound, simple)
        finally:
            if collects:
                gc.enable()
        self.known |= bound
        plt: Any = sys.modules.get("matplotlib.pyplot")
        draws = drew or bool(plt and hasattr(plt, "get_fignums") and plt.get_fignums())
        reads, binds, changes = (tuple(sorted(some)) for some in (read & self.known, bound, changed - bound))
        return Facts(reads, binds, changes, tuple(sorted(self.files)), prints, draws, fails)

    def _changed_values(self, read: set[str], bound: set[str], simple: bool) -> set[str]:
        """The names whose values a statement changed, by their digests; what it bound in secret is added to `bound`."""
        names = {name: value for name, value in self.names.plain().items() if name not in PYTHONS_OWN}
        before, self.ids = self.ids, {name: id(value) for name, value in names.items()}
        bound |= {name for name, _ in self.ids.items() ^ before.items()}
        changed = set[str]()
        if not simple:
            reached = [self.digests[name] for name in read if name in self.digests]
            touched = frozenset[int]().union(*(known.reach for known in reached), *self._behind(read))
            opaque = frozenset[int]().union(*(known.opaque for known in reached))
            anything = any(known.blind for known in reached)
            for name, old in self.digests.items():
                if name not in bound and (anything or touched & old.reach):
                    self.digests[name] = new = digest(names[name], self.own)
                    if new.value != old.value or opaque & new.opaque:
                        changed.add(name)
        for name in bound:
            self.digests.pop(name, None)
            if name in names:
                self.digests[name] = digest(names[name], self.own)
        return changed

    def _behind(self, read: set[str]) -> Iterator[set[int]]:
        """What the functions that a statement read find in the book's own modules."""
        values = (dict.get(self.names, name) for name in read)
        for name in {str(getattr(value, "__module__", "")) for value in values} - {"__main__"}:
            if name.split(".")[0] in self.own and (module := sys.modules.get(name)):
                for kept, value in list(vars(module).items()):
                    if type(value) in MUTABLE and kept not in PYTHONS_OWN:
                        parts = value.values() if type(value) is dict else value
                        yield {id(value), *(id(part) for part in parts if type(part) not in IMMUTABLE)}

    def _changed_settings(self, simple: bool, nodes: list[ast.stmt]) -> set[str]:
        """What is set in another way; not by an import, which sets it wherever it stands, and no library just loaded."""
        if simple and not isinstance(nodes[0], IMPORTS):
            return set()
        before, self.settings = self.settings, self._settings()
        moved = {name for name, value in self.settings.items() if before.get(name, value) != value}
        return set() if simple else moved | ({"*files"} if self.written else set())

    def _settings(self) -> dict[str, object]:
        """The settings of the libraries that are loaded and the files of the folder, by names that begin with a star."""
        files: dict[str, tuple[int, int]] = {}
        for place, folders, names in os.walk(self.folder):
            folders[:] = [one for one in folders if one != "__pycache__" and os.path.join(place, one) != self.data]
            for path in (os.path.join(place, name) for name in names):
                with contextlib.suppress(OSError):
                    told = os.lstat(path)
                    files[path] = told.st_mtime_ns, told.st_size
        return settings() | {"*files": files}


def settings(names: Iterable[str] = tuple(SETTINGS)) -> dict[str, object]:
    """The settings of the libraries of these names that are loaded, by names that begin with a star."""
    found: dict[str, object] = {}
    for name in names:
        with contextlib.suppress(Exception):
            if module := sys.modules.get(name):
                found[f"*{name}"] = SETTINGS[name](module)
    return found


def only_binds(node: ast.stmt) -> bool:
    """Whether a statement runs no code but that of Python: a definition, an import, a constant."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        values = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        return not node.decorator_list and all(isinstance(value, (ast.Constant, ast.Name)) for value in values)
    if isinstance(node, ast.Assign) and not all(isinstance(target, ast.Name) for target in node.targets):
        return False
    constant = isinstance(node, (ast.Assign, ast.Expr)) and isinstance(node.value, ast.Constant)
    return constant or isinstance(node, IMPORTS)
