"""The Python in the page: runs a block for the reader, and tells what came of it.

Pyodide's worker (`docs/assets/run/worker.js`) imports this module from the bundle that `asrun.browser.fetch` makes. It needs the standard
library alone; Matplotlib and `asrun.running.figures` are imported once a block draws. Everything it hands out is text.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import functools
import importlib
import importlib.util
import io
import itertools
import json
import keyword
import linecache
import re
import shutil
import sys
import time
import traceback
import types
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from asrun.browser.desk import Desk
from asrun.running.namespace import fresh_main, set_style, what_it_says

OUTPUT_LIMIT = 1_000_000  # characters that one run may print
FIGURE_LIMIT = 30  # figures that one run may draw
AT_ONCE = 500  # lines of a run that are handed on one by one; then those of a ROUND together
ROUND = 0.05  # seconds
COMPLETIONS = 200
DEEPEST = 20_000  # calls within calls
UNSOLVABLE = {  # what NumPy says of each
    "inv": "Singular matrix",
    "solve": "Singular matrix",
    "cholesky": "Matrix is not positive definite",
    "eig": "Eigenvalues did not converge",
    "eigh": "Eigenvalues did not converge",
    "eigvals": "Eigenvalues did not converge",
    "eigvalsh": "Eigenvalues did not converge",
    "svd": "SVD did not converge",
    "lstsq": "SVD did not converge in Linear Least Squares",
}
FONTS = Path(__file__).parent / "fontlist.json"
FIGURES = (
    "matplotlib.colors",
    "matplotlib.font_manager",
    "matplotlib.figure",
    "matplotlib.pyplot",
    "asrun.running.figures",
)
HOME = Path.cwd()
NO_INPUT = 'input() has nobody to ask here: give the value in the code, as in name = "Ada"'

Send = Callable[[str, str], None]


class _Stream(io.TextIOBase):
    """Standard output or error of a run, handed on while it runs."""

    encoding = "utf-8"

    def __init__(self, name: str, reader: Reader) -> None:
        self.name, self.reader = name, reader
        self.pieces: list[str] = []
        self.flushed, self.lines = 0.0, 0

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        allowed = self.reader.allow(len(text))
        if allowed:
            self.pieces.append(text[:allowed])
            # A line goes out at once, so that a long computation does not hold back what was printed before it;
            # thousands of lines go out together, or handing them over would take longer than making them.
            if "\n" in text:
                self.lines += 1
                if self.lines <= AT_ONCE or time.monotonic() - self.flushed > ROUND:
                    self.flush()
        if allowed < len(text):
            self.reader.cut_output()
        return len(text)

    def flush(self) -> None:
        if self.pieces:
            text, self.pieces, self.flushed = "".join(self.pieces), [], time.monotonic()
            self.reader.send(self.name, text)


class _NoInput(io.TextIOBase):
    """Standard input: there is none, and a block that reads it is told what to do."""

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        raise RuntimeError(NO_INPUT)

    read = readline


class Reader:
    """All that a reader runs: a namespace for each page, and the state that a run leaves behind."""

    def __init__(self, style: str, available: Iterable[str] = ()) -> None:
        self.style = style
        self.available = frozenset(available)  # modules that can be loaded here
        self.pages: dict[str, types.ModuleType] = {}
        self.desks: dict[str, Desk] = {}  # of pages whose readers write files
        self.looks: dict[str, dict[str, Any]] = {}  # Matplotlib's settings as each page left them
        self.drawing = ""  # the page that Matplotlib is set for
        self.blocks: dict[str, str] = {}  # file name of a run -> how a traceback calls it
        self.runs = itertools.count(1)
        self.figure_names = itertools.count(1)
        self.send: Send = _nobody
        self.printed = self.drawn = 0
        self.cut = False
        self.stdout, self.stderr = _Stream("stdout", self), _Stream("stderr", self)
        sys.stdout, sys.stderr, sys.stdin = self.stdout, self.stderr, _NoInput()
        builtins.input = _no_input
        sys.setrecursionlimit = _limit_recursion
        sys.argv = [""]
        warnings.showwarning = self._show_warning

    # -- output --

    def allow(self, count: int) -> int:
        """How many of `count` characters may still be printed."""
        allowed = max(0, min(count, OUTPUT_LIMIT - self.printed))
        self.printed += count
        return allowed

    def cut_output(self) -> None:
        if not self.cut:
            self.cut = True
            self._flush()
            self.send("stderr", f"\n… cut: the block printed more than {OUTPUT_LIMIT:,} characters\n")

    def _flush(self) -> None:
        self.stdout.flush()
        self.stderr.flush()

    def _show_warning(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: Any = None,
        line: Any = None,
    ) -> None:
        place = self._shown(filename)
        self.stderr.write(f"{f'{place}, line {lineno}: ' if place else ''}{category.__name__}: {message}\n")

    # -- running --

    def run(
        self, page: str, block: int, code: str, raises: str, send: Send, name: str = "", interactive: bool = False
    ) -> dict[str, Any]:
        """Run a block in the namespace of its page. `send` gets ("stdout" | "stderr" | "figure", text).

        `name`: the code is that file of the page's own. `interactive`: show what expressions give, as a console does.
        """
        self.send, self.printed, self.drawn, self.cut = send, 0, 0, False
        self.stdout.lines = self.stderr.lines = 0
        main = self.pages.get(page) or self.reset(page)
        sys.modules["__main__"] = main
        desk = self.desks.get(page)
        if desk and name:
            file = main.__dict__["__file__"] = str(desk.folder / name)
        else:
            file = f"<block {block} of {page or 'the page'}, run {next(self.runs)}>"
            self.blocks[file] = "console" if interactive else f"block {block}" if block else "your code"
            linecache.cache[file] = (len(code), None, code.splitlines(True), file)
        started = time.perf_counter()
        try:
            self._turn_to(page)
            with warnings.catch_warnings(), desk.at_work() if desk else nullcontext():
                for category in (DeprecationWarning, SyntaxWarning):
                    warnings.filterwarnings("default", category=category, module=r"__main__$|snippets\b|<block ")
                exec(_compiled(code, file, interactive), main.__dict__)
                if not raises:
                    self._show()
            result: dict[str, Any] = {"status": "done"}
        except BaseException as error:
            result = self._failure(error, file, raises, desk)
        finally:
            self._close_figures()
        self._flush()
        self.send = _nobody
        return result | {"milliseconds": 1000 * (time.perf_counter() - started)}

    def _failure(self, error: BaseException, file: str, raises: str, desk: Desk | None) -> dict[str, Any]:
        if raises and type(error).__name__ == raises:
            self.stdout.write(f"{what_it_says(error)}\n")
            return {"status": "done"}
        if isinstance(error, KeyboardInterrupt):
            return {"status": "stopped"}
        text, line, column = self._describe(error, file, desk)
        told: dict[str, Any] = {"text": text, "line": line, "column": column}
        if desk:
            told |= self._place_in_files(error, desk)
        return {"status": "error", "error": told}

    def reset(self, page: str) -> types.ModuleType:
        """Give a page an empty namespace."""
        self.pages[page] = fresh_main()
        if page in self.desks:
            self.desks[page].forget()
        self.looks.pop(page, None)
        if self.drawing == page:
            self.drawing = ""
        return self.pages[page]

    def write(self, page: str, files: str) -> None:
        """Give a page the files that its reader wrote: {name: text}, in JSON."""
        self.desks.setdefault(page, Desk(HOME.with_name(page), HOME)).write(json.loads(files))

    def imports(self, page: str, code: str) -> list[str]:
        """The modules that code imports, by way of the book's modules and the reader's own files."""
        return imports(code, *self._roots(page))

    def missing(self, page: str, code: str) -> list[str]:
        """Those of them that cannot be had here."""
        return missing(code, self.available, *self._roots(page))

    def _roots(self, page: str) -> list[Path]:
        return [self.desks[page].folder] if page in self.desks else []

    # -- errors, cut to the reader's own lines --

    def _shown(self, filename: str) -> str:
        """What the reader calls a file: `block 3`, `snippets/loss.py`; nothing for a file of somebody else."""
        if filename in self.blocks:
            return self.blocks[filename]
        if not filename.startswith("<") and (path := Path(filename)).is_absolute() and path.is_relative_to(HOME):
            return path.relative_to(HOME).as_posix()
        return next((name for desk in self.desks.values() if (name := desk.shown(filename))), "")

    def _describe(self, error: BaseException, file: str, desk: Desk | None) -> tuple[str, int | None, int | None]:
        if isinstance(error, SystemExit):
            line = self._place(error, file)[0]
            return "the block called sys.exit() and ended there; its variables are kept", line, None
        told = traceback.TracebackException.from_exception(error, compact=True)
        self._cut(told)
        text = "".join(told.format()).rstrip("\n")
        if hint := self._hint(error, "Save your files" if desk else "Copy the block as a program"):
            text += f"\n{hint}"
        return (text, *self._place(error, file))

    def _cut(self, told: traceback.TracebackException) -> None:
        """Leave only the lines of the reader and of the book in a traceback and in those it is chained to."""
        own = _Stack(frame for frame in told.stack if self._shown(frame.filename))
        own.shown = self._shown
        told.stack = own
        if getattr(told, "filename", None):
            told.filename = self._shown(told.filename or "") or told.filename
        for other in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
            if other is not None:
                self._cut(other)

    def _place(self, error: BaseException, file: str) -> tuple[int | None, int | None]:
        """Line and column in the block where it failed, for the editor."""
        if isinstance(error, SyntaxError) and error.filename == file:
            return error.lineno, error.offset
        line = column = None
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename == file:
                line, column = frame.lineno, None if frame.colno is None else frame.colno + 1
        return line, column

    def _place_in_files(self, error: BaseException, desk: Desk) -> dict[str, Any]:
        """The same for a page of several files: the innermost line in one of them."""
        if isinstance(error, SyntaxError) and error.filename and (name := desk.shown(error.filename)):
            return {"file": name, "line": error.lineno, "column": error.offset}
        place: dict[str, Any] = {"file": ""}
        for frame in traceback.extract_tb(error.__traceback__):
            if name := desk.shown(frame.filename):
                column = None if frame.colno is None else frame.colno + 1
                place = {"file": name, "line": frame.lineno, "column": column}
        return place

    def _hint(self, error: BaseException, away: str) -> str:
        if isinstance(error, ModuleNotFoundError) and error.name:
            top = error.name.split(".")[0]
            if top in self.available:
                return (
                    f"Write `import {error.name}` in the block itself, so that it can be loaded before the block runs."
                )
            if not importlib.util.find_spec(top):
                it = "them" if away.endswith("files") else "it"
                return f"The Python in this page does not have {top}. {away} and run {it} on your computer."
        if isinstance(error, MemoryError):
            away = away[0].lower() + away[1:]
            return f"The Python in this page has no more memory: make the arrays smaller, or {away}."
        if isinstance(error, RuntimeError) and "start new thread" in str(error):
            return f"The Python in this page has one thread and no processes. {away}."
        return ""

    # -- figures --

    def prepare_figures(self) -> bool:
        """Load the next part of Matplotlib and of the book's renderer; whether there is more to load.

        In parts, because all of it takes a second or two, and a reader may click *Run* meanwhile.
        """
        if "matplotlib" not in sys.modules:
            # Matplotlib looks for this list beside itself, and makes it anew where there is none, in seconds.
            package = importlib.util.find_spec("matplotlib")
            assert package
            assert package.origin
            shutil.copy(FONTS, Path(package.origin).parent)
        for module in FIGURES:
            if module not in sys.modules:
                importlib.import_module(module)
                return True
        plt: Any = sys.modules["matplotlib.pyplot"]
        if plt.show.__module__ != __name__:
            plt.switch_backend("agg")  # sets up plt.show, so it comes first
            plt.show = lambda *args, **kwargs: self._show()
            self._warm_up()
        return False

    def _warm_up(self) -> None:
        """The first drawn text loads fonts."""
        from asrun.running.figures import draw

        plt = sys.modules["matplotlib.pyplot"]
        figure, axes = plt.subplots()
        axes.set(xlabel="x", ylabel="y", title="t")
        draw(figure, "run-0")
        plt.close("all")

    def _turn_to(self, page: str) -> None:
        """Give a page the Matplotlib that it left: open figures are closed, its settings come back."""
        if "matplotlib.pyplot" not in sys.modules or self.drawing == page:
            return
        mpl: Any = sys.modules["matplotlib"]
        if self.drawing:
            self.looks[self.drawing] = dict(mpl.rcParams)
        if page in self.looks:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                mpl.rcParams.update(self.looks[page])
        else:
            set_style(self.style)
        self.drawing = page

    def _show(self) -> None:
        """Hand the open figures on, in the order they were made."""
        plt = sys.modules.get("matplotlib.pyplot")
        if plt is None or not plt.get_fignums():
            return
        self._flush()
        from asrun.running.figures import draw

        for number in plt.get_fignums():
            self.drawn += 1
            if self.drawn > FIGURE_LIMIT:
                if self.drawn == FIGURE_LIMIT + 1:
                    self.send("stderr", f"… cut: the block drew more than {FIGURE_LIMIT} figures\n")
                break
            figure = draw(plt.figure(number), f"run-{next(self.figure_names)}")
            svg = figure.svg
            for name, content in figure.images.items():
                svg = svg.replace(f'href="{name}"', f'href="data:image/png;base64,{b64encode(content).decode()}"')
            self.send("figure", svg)
            plt.close(number)
        plt.close("all")

    def _close_figures(self) -> None:
        if plt := sys.modules.get("matplotlib.pyplot"):
            plt.close("all")

    # -- what an editor asks --

    def complete(self, page: str, code: str, offset: int) -> list[dict[str, str]]:
        """Names that may stand at `offset`: attributes behind a dot, else variables, builtins and keywords."""
        match = re.search(r"((?:[^\W\d]\w*\.)*)([^\W\d]\w*)?$", code[:offset])
        if not match:
            return []
        path, start = match[1] or "", match[2] or ""
        namespace = self.pages[page].__dict__ if page in self.pages else {}
        found: dict[str, str] = {}
        if path:
            first, *rest = path[:-1].split(".")
            try:
                thing = namespace[first] if first in namespace else getattr(builtins, first)
                for name in rest:
                    thing = getattr(thing, name)
                names = dir(thing)
            except Exception:
                return []
            for name in names:
                if name.startswith(start) and (start.startswith("_") or not name.startswith("_")):
                    found[name] = _kind_of_attribute(thing, name)
        elif start:
            for source in (namespace, builtins.__dict__):
                for name, value in source.items():
                    if name.startswith(start) and not (name.startswith("_") and not start.startswith("_")):
                        found.setdefault(name, _kind(value, "variable"))
            for name in keyword.kwlist:
                if name.startswith(start):
                    found.setdefault(name, "keyword")
        return [{"name": name, "kind": kind} for name, kind in sorted(found.items())[:COMPLETIONS]]


# ---- taking a block away that was edited: asrun.programs.program, in JSON ----


def analyze(sources: str) -> str:
    """For each block of a page what it defines, what it uses, and the earlier blocks that it needs."""
    from asrun.programs import program

    return json.dumps(program.analyze(_sources(sources), HOME / "snippets", HOME / "data"))


def write_program(sources: str, number: int, about: str) -> str:
    """The complete program of a block as {"text": …}, or {"error": …} where there can be none, and why."""
    from asrun.programs import program
    from asrun.programs.names import Unclear

    given = json.loads(about)
    known = {field.name: given[field.name] for field in dataclasses.fields(program.About) if field.name in given}
    try:
        text = program.program(_sources(sources), number, program.About(**known), HOME / "snippets", HOME / "data")
    except (Unclear, SyntaxError) as error:
        return json.dumps({"error": f"This block cannot be made a program: {error}"})
    return json.dumps({"text": text})


def _sources(sources: str) -> list[Any]:
    from asrun.programs.program import Source

    return [Source(**given) if isinstance(given, dict) else Source(given) for given in json.loads(sources)]


def _compiled(code: str, file: str, interactive: bool) -> types.CodeType:
    if not interactive:
        return compile(code, file, "exec", dont_inherit=True)
    statements = compile(code, file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(statements, ast.Module)
    return compile(ast.Interactive(statements.body), file, "single", dont_inherit=True)


class _Stack(traceback.StackSummary):
    """Lines of a traceback with the names that the reader knows."""

    shown: Callable[[str], str]

    def format_frame_summary(self, frame_summary: traceback.FrameSummary, **options: Any) -> str:
        frame = super().format_frame_summary(frame_summary, **options)
        shown = f"  {self.shown(frame_summary.filename)}, line {frame_summary.lineno}"
        place = "" if frame_summary.name == "<module>" else f", in {frame_summary.name}"
        _, _, rest = frame.partition("\n")
        return f"{shown}{place}\n{rest}"


_set_recursion_limit = sys.setrecursionlimit


def _limit_recursion(limit: int, /) -> None:
    # Beyond it an endless recursion would take gigabytes and minutes before anybody is told.
    _set_recursion_limit(min(limit, DEEPEST))


def _nobody(kind: str, text: str) -> None:
    """What is printed while nothing runs, by a callback perhaps, is not shown."""


def _no_input(prompt: object = "", /) -> str:
    raise RuntimeError(NO_INPUT)


def _kind(value: object, otherwise: str) -> str:
    if isinstance(value, type):
        return "class"
    if isinstance(value, types.ModuleType):
        return "module"
    return "function" if callable(value) else otherwise


def _kind_of_attribute(thing: object, name: str) -> str:
    # A property is not asked for its value: that may take long, or fail.
    if isinstance(getattr(type(thing), name, None), property):
        return "property"
    try:
        kind = _kind(getattr(thing, name), "property")
    except Exception:
        return "property"
    return "method" if kind == "function" and not isinstance(thing, types.ModuleType) else kind


# ---- what WebAssembly lacks ----


def restore_errors(linalg: types.ModuleType) -> None:
    """Let `np.linalg` raise LinAlgError for a matrix without an inverse, as it does everywhere else.

    NumPy learns of it by a flag of the processor that WebAssembly does not have, and would hand out NaN in silence.
    """
    numpy: Any = sys.modules["numpy"]

    def sound(value: Any) -> bool:
        array = numpy.asarray(value)
        return array.dtype.kind not in "fc" or not numpy.isnan(array).any()

    for name, message in UNSOLVABLE.items():
        function = getattr(linalg, name)

        @functools.wraps(function)
        def checked(*args: Any, _function: Any = function, _message: str = message, **options: Any) -> Any:
            result = _function(*args, **options)
            parts = result if isinstance(result, tuple) else (result,)
            if not all(map(sound, parts)) and all(map(sound, args)):
                raise linalg.LinAlgError(_message)
            return result

        for module in (linalg, sys.modules[function.__module__], sys.modules.get("numpy.linalg._linalg")):
            if module is not None and getattr(module, name, None) is function:
                setattr(module, name, checked)


# ---- what a block imports ----


def imports(code: str, *roots: Path) -> list[str]:
    """The top-level modules that code imports, also by way of the book's own modules and those in `roots`.

    Of code that is no Python, none.
    """
    found: dict[str, None] = {}
    _collect(code, found, set(), (*roots, HOME))
    return list(found)


def _collect(code: str, found: dict[str, None], seen: set[Path], roots: tuple[Path, ...]) -> None:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return
    for module in _imported(tree):
        top = module.split(".")[0]
        root = next((root for root in roots if (root / f"{top}.py").is_file() or (root / top).is_dir()), None)
        if root is None:
            found[top] = None
            continue
        for path in (root / f"{module.replace('.', '/')}.py", root / top / "__init__.py", root / f"{top}.py"):
            if path.is_file() and path not in seen:
                seen.add(path)
                _collect(path.read_text(encoding="utf-8"), found, seen, roots)


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            for alias in node.names:
                if (HOME / node.module.replace(".", "/") / f"{alias.name}.py").is_file():
                    yield f"{node.module}.{alias.name}"


def missing(code: str, available: Iterable[str], *roots: Path) -> list[str]:
    """The modules that code imports and that cannot be had here."""
    there = set(available) | sys.stdlib_module_names
    return [name for name in imports(code, *roots) if name not in there and not importlib.util.find_spec(name)]
