"""The process of a page: its folder, streams and paths, and what it may not do."""

import contextlib
import faulthandler
import io
import linecache
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from asrun.model import Item, Meaning, Page
from asrun.running.namespace import set_style, touched
from asrun.running.recorder import Recorder, settings
from asrun.settings import PACKAGE, Settings

OUTPUT_LIMIT = 1_000_000  # characters that one page may print
GLOBAL_STATE = "draws from a global random state (np.random.… or random.…): use rng = np.random.default_rng(seed)"
UNSEEDED = "unseeded randomness: give default_rng a seed"
CHECKOUT = ("asrun/__init__.py", "pyproject.toml")  # what stands in a checkout of asrun
RANDOM = ("random", "numpy.random")


@dataclass(frozen=True)
class Job:
    """A page to run in the working folder `folder`: its blocks and expressions in page order, then the formulas to check.

    `libraries` are loaded before the page's process is forked, and later pages share them.
    """

    settings: Settings
    page: Page
    items: tuple[Item, ...]
    meanings: dict[str, Meaning]
    libraries: tuple[str, ...]
    folder: Path

    @property
    def log(self) -> Path:
        """The file in which a crash is reported."""
        return self.folder.with_name("log")


class TooMuchOutput(Exception):
    """A page prints without end."""

    def __init__(self) -> None:
        super().__init__(f"prints more than {OUTPUT_LIMIT:,} characters: print less")


class Capture(io.TextIOWrapper):
    """Standard output or error, kept in a file so that output of subprocesses is caught as well."""

    def __init__(self, path: Path, descriptor: int) -> None:
        file = open(path, "w+b", buffering=0)  # noqa: SIM115 (lives as long as the process)
        os.dup2(file.fileno(), descriptor)
        super().__init__(cast(BinaryIO, file), encoding="utf-8", errors="replace", newline="\n", write_through=True)
        self._file, self._read, self._written = file, 0, 0
        self.overfull = False

    def write(self, text: str, /) -> int:
        self._written += len(text)
        if self._written > OUTPUT_LIMIT:
            raise TooMuchOutput
        return super().write(text)

    def size(self) -> int:
        """How many bytes have come in all."""
        return os.fstat(self._file.fileno()).st_size

    def take(self) -> str:
        """What has come since the last call."""
        self.flush()
        size = self.size()
        text = os.pread(self._file.fileno(), min(size - self._read, OUTPUT_LIMIT), self._read)
        self.overfull |= size - self._read > OUTPUT_LIMIT  # what a subprocess writes is not stopped by `write`
        self._read = size
        return text.decode("utf-8", "replace").replace("\r\n", "\n")


class Surroundings:
    """What a page finds around it. They are made once, in a process that runs nothing else, and never unmade."""

    def __init__(self, job: Job, drawn: Callable[[], int]) -> None:
        self.job, self.root = job, str(job.settings.root)
        self.dependencies: set[str] = set()
        self.unseeded = False  # whether a generator was made without a seed
        os.chdir(job.folder)
        self.log = open(job.log, "w")  # noqa: SIM115 (faulthandler needs it open)
        faulthandler.enable(self.log)
        sys.stdout = self.stdout = Capture(job.log.with_suffix(".out"), 1)
        sys.stderr = self.stderr = Capture(job.log.with_suffix(".err"), 2)
        sys.stdin = open(os.devnull)  # noqa: SIM115
        # Another book must not find the modules that stand beside asrun in a checkout of it.
        checkouts = {path for path in sys.path if all(Path(path, name).is_file() for name in CHECKOUT)}
        sys.path[:] = [self.root, *(path for path in sys.path if path not in {"", self.root, *checkouts})]
        sys.argv = [job.page.file]
        sys.dont_write_bytecode = True
        self.sources = {job.page.file} | {s.file for block in job.page.code_blocks for s in block.segments}
        data = os.path.join(os.getcwd(), "data")
        self.recorder = Recorder(os.getcwd(), data, job.settings.package, self.stdout.size, drawn)
        sys.modules["__main__"] = self.recorder.main
        set_style(job.settings.options.style)
        self._forbid_unseeded()
        self._random = settings(RANDOM)
        sys.addaudithook(self._audit)

    @contextlib.contextmanager
    def limit(self) -> Iterator[None]:
        """End the process where something takes longer than a block may."""
        # faulthandler's watchdog needs neither the interpreter nor its lock: it ends a loop in C.
        faulthandler.dump_traceback_later(self.job.settings.options.time_limit, exit=True, file=self.log)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()

    # -- randomness --

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
            self.unseeded = True
            raise ValueError(UNSEEDED)

        cast(Any, bit_generator).randbits = no_entropy

    def drew_from_global_state(self) -> bool:
        """Whether a global random state has changed since the last call."""
        before, self._random = self._random, settings(RANDOM)
        return before != self._random

    # -- files --

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        """Note that the page reads a file of the book; refuse that it changes one."""
        paths, changes = touched(event, args)
        for path in paths:
            self.recorder.opened(path, changes)
            if Path(path).is_relative_to(self.job.folder / "data"):
                path = str(self.job.settings.data / Path(path).relative_to(self.job.folder / "data"))
            if not path.startswith(self.root + os.sep) or path.startswith(os.path.join(self.root, ".")):
                continue
            name = os.path.relpath(path, self.root)
            if changes:
                raise PermissionError(f"a page must not write into the book's own folders: {name}")
            if os.path.isfile(path):
                self.dependencies.add(name)

    def own(self, filename: str) -> str:
        """The name of a file of the book, or nothing for a file of somebody else."""
        if not os.path.isabs(filename):  # a name that we gave, or one like <string> or numpy/random/mtrand.pyx
            return filename if filename in self.sources else ""
        path = Path(filename)
        if path.is_relative_to(PACKAGE) or not path.is_relative_to(self.root):
            return ""
        name = path.relative_to(self.root).as_posix()
        return "" if name.startswith(".") else name

    def files(self) -> list[str]:
        """The files of the book that the page read, and its modules that the page imported, also indirectly."""
        files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
        below = self.root + os.sep  # asked first, for a large library has a thousand modules
        modules = {own for file in files if file.startswith(below) and (own := self.own(file))}
        return sorted(self.dependencies.union(name for name in modules if not name.startswith("asrun/")))
