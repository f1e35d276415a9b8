"""Run the blocks of one page in a process of their own.

`python -m asrun.running.process FD FD` listens on inherited sockets with NumPy and Matplotlib loaded, and
forks for every page: a page starts at once, and nothing of it reaches another page. The second
socket is for pages that need large libraries, which a process of its own loads. The parent
(`asrun.running.page`) watches, and kills what does not end.
"""

from __future__ import annotations

import ast
import contextlib
import faulthandler
import importlib
import io
import linecache
import os
import random
import re
import select
import signal
import socket
import sys
import traceback
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO, cast

from asrun.model import Check, Checked, Code, Figure, Formatted, Item, Job, Ran, Value
from asrun.running.namespace import fresh_main, set_style, what_it_says
from asrun.settings import PACKAGE

OUTPUT_LIMIT = 1_000_000  # characters that one page may print
GLOBAL_STATE = "draws from a global random state (np.random.… or random.…): use rng = np.random.default_rng(seed)"
# Audit events of calls that change what lies on the disk; their paths are among the arguments.
CHANGING = frozenset(
    f"os.{call}" for call in ("remove", "rename", "mkdir", "rmdir", "truncate", "link", "symlink", "chmod")
)


class _TooMuchOutput(Exception):
    def __init__(self) -> None:
        super().__init__(f"prints more than {OUTPUT_LIMIT:,} characters: print less")


class _Capture(io.TextIOWrapper):
    """Standard output or error, kept in a file so that output of subprocesses is caught as well."""

    def __init__(self, path: str, descriptor: int) -> None:
        file = open(path, "w+b", buffering=0)  # noqa: SIM115 (lives as long as the process)
        os.dup2(file.fileno(), descriptor)
        super().__init__(cast(BinaryIO, file), encoding="utf-8", errors="replace", newline="\n", write_through=True)
        self._file, self._read, self._written = file, 0, 0
        self.overfull = False

    def write(self, text: str, /) -> int:
        self._written += len(text)
        if self._written > OUTPUT_LIMIT:
            raise _TooMuchOutput
        return super().write(text)

    def take(self) -> str:
        """What has come since the last call."""
        self.flush()
        size = os.fstat(self._file.fileno()).st_size
        text = os.pread(self._file.fileno(), min(size - self._read, OUTPUT_LIMIT), self._read)
        self.overfull |= size - self._read > OUTPUT_LIMIT  # what a subprocess writes is not stopped by `write`
        self._read = size
        return text.decode("utf-8", "replace").replace("\r\n", "\n")


class PageProcess:
    """The state of the one page that this process runs."""

    def __init__(self, job: Job) -> None:
        import matplotlib.pyplot as plt
        import numpy as np

        self.job, self.np, self.plt = job, np, plt
        self.failed: set[str] = set()
        self.any_failed = False
        self.pieces: list[str | Figure] = []
        self.figures = 0
        self.dependencies: set[str] = set()
        self.unseeded: list[str] = []
        os.chdir(job.folder)
        self.log = open(job.log, "w")  # noqa: SIM115 (faulthandler needs it open)
        faulthandler.enable(self.log)
        self.stdout = _Capture(f"{job.log}.out", 1)
        self.stderr = _Capture(f"{job.log}.err", 2)
        sys.stdout, sys.stderr = self.stdout, self.stderr
        sys.stdin = open(os.devnull)  # noqa: SIM115
        # Another book must not find the modules that stand beside asrun in a checkout of it.
        checkout = str(PACKAGE.parent) if (PACKAGE.parent / "pyproject.toml").is_file() else ""
        sys.path[:] = [job.root] + [entry for entry in sys.path if entry not in ("", job.root, checkout)]
        self.sources = {job.file} | {
            file for item in job.items if isinstance(item, Code) for file, _, _ in item.segments
        }
        sys.argv = [job.file]
        sys.dont_write_bytecode = True
        self.module = fresh_main()
        sys.modules["__main__"] = self.module
        set_style(job.style)
        plt.show = self._show
        self._forbid_unseeded()
        self.random_state = self._random_state()
        sys.addaudithook(self._audit)

    # -- what a page may not do --

    def _forbid_unseeded(self) -> None:
        """Every generator of NumPy that gets no seed asks this one function for entropy."""
        from numpy.random import bit_generator

        def no_entropy(bits: int) -> int:
            caller = sys._getframe(1)
            text = linecache.getline(caller.f_code.co_filename, caller.f_lineno)
            if re.search(r"RandomState\(\s*(?!None)[^)\s]", text):
                return 0  # RandomState(seed) asks for entropy first and throws it away
            if any("importlib" in frame.f_code.co_filename for frame, _ in traceback.walk_stack(caller)):
                return 0  # a library prepares a generator of its own while it is imported
            self.unseeded.append("unseeded randomness: give default_rng a seed")
            raise ValueError("unseeded randomness: give default_rng a seed")

        cast(Any, bit_generator).randbits = no_entropy

    def _random_state(self) -> tuple[bytes, Any]:
        state = cast(Any, self.np.random.get_state())
        return state[1].tobytes() + repr(state[2:]).encode(), random.getstate()

    def _drew_from_global_state(self) -> bool:
        """Whether a global random state has changed since the last call."""
        before, self.random_state = self.random_state, self._random_state()
        return before != self.random_state

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(args[0], (str, bytes)):
            flags = args[2] or 0
            self._touch(args[0], bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)))
        elif event in CHANGING:
            for path in args:
                if isinstance(path, (str, bytes)):
                    self._touch(path, changes=True)

    def _touch(self, file: str | bytes, changes: bool) -> None:
        """Note that the page reads a file of the book; refuse that it changes one."""
        path = os.path.abspath(os.fsdecode(file))
        data = os.path.join(self.job.folder, "data") + os.sep
        if path.startswith(data):
            path = os.path.join(self.job.data, path[len(data) :])
        if not path.startswith(self.job.root + os.sep) or path.startswith(os.path.join(self.job.root, ".")):
            return
        if changes:
            raise PermissionError(
                f"a page must not write into the book's own folders: {os.path.relpath(path, self.job.root)}"
            )
        if os.path.isfile(path):
            self.dependencies.add(os.path.relpath(path, self.job.root))

    # -- running --

    @contextlib.contextmanager
    def _limit(self) -> Iterator[None]:
        # faulthandler's watchdog needs neither the interpreter nor its lock: it ends a loop in C.
        faulthandler.dump_traceback_later(self.job.time_limit, exit=True, file=self.log)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()

    def run(self, item: Item) -> Ran | Formatted | Checked:
        """Run one item of the job."""
        with self._limit():
            if isinstance(item, Check):
                return self._check(item)
            return self._run(item) if isinstance(item, Code) else self._value(item)

    def _check(self, item: Check) -> Checked:
        if self.any_failed:
            return Checked(0)
        from asrun.formulas.compare import check

        others = [other for other in self.job.items if isinstance(other, Check) and other is not item]
        return check(item, self.job.meanings, self.module.__dict__, others)

    def _value(self, item: Value) -> Formatted:
        if self.any_failed:
            return Formatted()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                expression, spec = split_format(item.expression)
                text = format(eval(expression, self.module.__dict__), spec)
        except Exception as error:
            return Formatted(error=f"raises {what_it_says(error)}")
        if self._drew_from_global_state():
            return Formatted(error=GLOBAL_STATE)
        return Formatted(text)

    def _run(self, item: Code) -> Ran:
        self.pieces, self.unseeded = [], []
        problems: list[tuple[str, int, str]] = []
        raised: BaseException | None = None
        first = (self.job.file, item.line)
        with warnings.catch_warnings(record=True) as caught:
            # By default Python keeps quiet about deprecated calls in modules and about '\\d' in a string.
            own = rf"__main__$|snippets\b|{re.escape(self.job.file)}$"
            for category in (DeprecationWarning, SyntaxWarning):
                warnings.filterwarnings("default", category=category, module=own)
            try:
                for file, line, source in item.segments:
                    # The blank lines give every statement the line where the author finds it.
                    code = compile("\n" * (line - 1) + source, file, "exec", dont_inherit=True)
                    exec(code, self.module.__dict__)
                if not item.raises:
                    self._show()
            except BaseException as error:
                raised = error
        if text := self.stdout.take():
            self.pieces.append(text)
        if self.stdout.overfull:
            raised, self.stdout.overfull = _TooMuchOutput(), False
        if raised is not None and item.raises and type(raised).__name__ == item.raises:
            self.plt.close("all")
            self.pieces.append(f"{what_it_says(raised)}\n")
            outcome = f"raised {item.raises}"
        elif raised is not None:
            outcome = "failed"
            self.plt.close("all")  # or a later block would show what this one began
            if not (isinstance(raised, NameError) and raised.name in self.failed):
                problems.append(self._describe(raised, item))
        elif item.raises:
            outcome = "failed"
            problems.append((*first, f"the block should raise {item.raises}, and raises nothing"))
        else:
            outcome = "ran"
        for warning in caught:
            file = self._own(warning.filename)
            place = (file, warning.lineno) if file else first
            problems.append(
                (*place, f"{warning.category.__name__}: {warning.message} (a page must not warn: mend the cause)")
            )
        if errors := self.stderr.take().strip():
            problems.append((*first, f"writes to standard error: {errors.splitlines()[0]!r}"))
        if self._drew_from_global_state():
            problems.append((*first, GLOBAL_STATE))
        elif self.unseeded and raised is None:
            problems.append((*first, self.unseeded[0]))
        if problems or outcome == "failed":
            outcome, self.any_failed = "failed", True
            self.failed |= names_stored(item)
        for number, piece in enumerate((p for p in self.pieces if isinstance(p, Figure)), 1):
            problems += [(*first, f"figure {number}: {fault}") for fault in piece.faults]
        return Ran(outcome, tuple(self.pieces), tuple(problems))

    def _describe(self, error: BaseException, item: Code) -> tuple[str, int, str]:
        place: tuple[str, int] | None = None
        for frame, line in traceback.walk_tb(error.__traceback__):
            if file := self._own(frame.f_code.co_filename):
                place = (file, line)
        if isinstance(error, SyntaxError) and (file := self._own(error.filename or "")):
            place = (file, error.lineno or 1)
        if isinstance(error, SystemExit):
            message = "the block calls sys.exit: delete it, the page goes on after it"
        elif isinstance(error, _TooMuchOutput):
            message = str(error)
        else:
            message = what_it_says(error)
        if isinstance(error, SyntaxError) and len(item.segments) > 1:
            message += " (an include must stand between whole statements)"
        if item.raises:
            message = f"the block should raise {item.raises}, but raises {message}"
        file, line = place or (self.job.file, item.line)
        if file != self.job.file:
            message += f" (run by {self.job.file}:{item.line})"
        return file, line, message

    def _own(self, filename: str) -> str:
        """The name of a file of the book, or nothing for a file of somebody else."""
        if not os.path.isabs(filename):  # a name that we gave, or one like <string> or numpy/random/mtrand.pyx
            return filename if filename in self.sources else ""
        path = Path(filename)
        if path.is_relative_to(PACKAGE):
            return ""
        if path.is_relative_to(self.job.root) and not path.relative_to(self.job.root).parts[0].startswith("."):
            return path.relative_to(self.job.root).as_posix()
        return ""

    # -- figures --

    def _show(self, *args: Any, **kwargs: Any) -> None:
        if text := self.stdout.take():
            self.pieces.append(text)
        self._collect()

    def _collect(self) -> None:
        from asrun.running.figures import draw

        for number in self.plt.get_fignums():
            self.figures += 1
            self.pieces.append(draw(self.plt.figure(number), f"{self.job.name}-{self.figures}"))
        self.plt.close("all")

    def loaded_modules(self) -> set[str]:
        """The book's own modules that the page imported, also indirectly."""
        files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
        below = self.job.root + os.sep  # asked first, for a large library has a thousand modules
        return {
            own
            for file in files
            if file.startswith(below) and (own := self._own(file)) and not own.startswith("asrun/")
        }


def split_format(text: str) -> tuple[str, str]:
    """Split `loss:.3f` into expression and format. Raises SyntaxError where there is neither."""
    for end in [len(text), *(m.start() for m in reversed(list(re.finditer(":", text))))]:
        try:
            ast.parse(text[:end].strip(), mode="eval")
        except SyntaxError:
            continue
        return text[:end].strip(), text[end + 1 :]
    raise SyntaxError(f"{text!r} is no expression")


def names_stored(item: Code) -> set[str]:
    """The names that a block would have defined, had it not failed."""
    names: set[str] = set()
    for _, _, source in item.segments:
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    names.add(node.id)
                elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    names.add(node.name)
                elif isinstance(node, ast.alias):
                    names.add((node.asname or node.name).split(".")[0])
    return names


def serve_page(connection: Connection, job: Job) -> None:
    """Run a job, and answer item by item."""
    os.setsid()
    connection.send(os.getpid())
    try:
        process = PageProcess(job)
        for item in job.items:
            connection.send(process.run(item))
        connection.send(sorted(process.dependencies | process.loaded_modules()))
    except Exception:
        connection.send(traceback.format_exc())


def serve(plain: int, large: int) -> None:
    """Load what every page needs, then serve both sockets, each in a process of its own."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    import matplotlib.style
    import numpy.random

    import asrun.formulas.compare
    import asrun.running.figures

    # The first drawn text loads fonts, the first formula a grammar: what is loaded here, no page loads for itself.
    figure, axes = plt.subplots()
    axes.set(xlabel="x", ylabel="y", title="$t$")
    axes.contour(numpy.eye(2))
    asrun.running.figures.draw(figure, "warm-up")
    plt.close("all")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    parent, this = os.getppid(), os.getpid()
    if os.fork() == 0:
        parent, plain, large = this, large, plain
    os.close(large)
    listen(plain, parent)


def listen(descriptor: int, parent: int) -> None:
    """Fork for every job that comes, until the parent is gone."""
    listener = socket.socket(fileno=descriptor)
    while os.getppid() == parent:
        if not select.select([listener], [], [], 2.0)[0]:
            continue
        connection = Connection(listener.accept()[0].detach())
        try:
            job = cast(Job, connection.recv())
        except (EOFError, OSError):
            continue  # whoever asked is gone
        for name in job.libraries:
            with contextlib.suppress(Exception):  # a page that imports it is told
                importlib.import_module(name)
        if os.fork() == 0:
            status = 1
            try:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listener.close()
                serve_page(connection, job)
                status = 0
            finally:
                os._exit(status)
        connection.close()


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
