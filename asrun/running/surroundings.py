"""The process of a page: its folder, streams and paths, and what it may not do."""

from __future__ import annotations

import contextlib
import faulthandler
import linecache
import os
import random
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from asrun.model import Code, Job
from asrun.running.capture import Capture
from asrun.running.namespace import set_style
from asrun.running.recorder import Recorder
from asrun.settings import PACKAGE

GLOBAL_STATE = "draws from a global random state (np.random.… or random.…): use rng = np.random.default_rng(seed)"
UNSEEDED = "unseeded randomness: give default_rng a seed"
# Audit events of calls that change what lies on the disk; their paths are among the arguments.
CHANGING = frozenset(
    f"os.{call}" for call in ("remove", "rename", "mkdir", "rmdir", "truncate", "link", "symlink", "chmod")
)


class Surroundings:
    """What a page finds around it. They are made once, in a process that runs nothing else, and never unmade."""

    def __init__(self, job: Job, drawn: Callable[[], int]) -> None:
        import numpy as np

        self.job, self.np = job, np
        self.dependencies: set[str] = set()
        self.unseeded: list[str] = []
        os.chdir(job.folder)
        self.log = open(job.log, "w")  # noqa: SIM115 (faulthandler needs it open)
        faulthandler.enable(self.log)
        self.stdout = Capture(f"{job.log}.out", 1)
        self.stderr = Capture(f"{job.log}.err", 2)
        sys.stdout, sys.stderr = self.stdout, self.stderr
        sys.stdin = open(os.devnull)  # noqa: SIM115
        sys.path[:] = [job.root] + [entry for entry in sys.path if entry not in ("", job.root) and not _checkout(entry)]
        self.sources = {job.file} | {
            file for item in job.items if isinstance(item, Code) for file, _, _ in item.segments
        }
        sys.argv = [job.file]
        sys.dont_write_bytecode = True
        self.recorder = Recorder(os.getcwd(), os.path.join(os.getcwd(), "data"), job.package, self.stdout.size, drawn)
        sys.modules["__main__"] = self.recorder.main
        set_style(job.style)
        self._forbid_unseeded()
        self._random = self._random_state()
        sys.addaudithook(self._audit)

    @contextlib.contextmanager
    def limit(self) -> Iterator[None]:
        """End the process where something takes longer than a block may."""
        # faulthandler's watchdog needs neither the interpreter nor its lock: it ends a loop in C.
        faulthandler.dump_traceback_later(self.job.time_limit, exit=True, file=self.log)
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
            self.unseeded.append(UNSEEDED)
            raise ValueError(UNSEEDED)

        cast(Any, bit_generator).randbits = no_entropy

    def _random_state(self) -> tuple[bytes, Any]:
        state = cast(Any, self.np.random.get_state())
        return state[1].tobytes() + repr(state[2:]).encode(), random.getstate()

    def drew_from_global_state(self) -> bool:
        """Whether a global random state has changed since the last call."""
        before, self._random = self._random, self._random_state()
        return before != self._random

    # -- files --

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
        self.recorder.opened(path, changes)
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

    def own(self, filename: str) -> str:
        """The name of a file of the book, or nothing for a file of somebody else."""
        if not os.path.isabs(filename):  # a name that we gave, or one like <string> or numpy/random/mtrand.pyx
            return filename if filename in self.sources else ""
        path = Path(filename)
        if path.is_relative_to(PACKAGE):
            return ""
        if path.is_relative_to(self.job.root) and not path.relative_to(self.job.root).parts[0].startswith("."):
            return path.relative_to(self.job.root).as_posix()
        return ""

    def files(self) -> list[str]:
        """The files of the book that the page read, and its modules that the page imported, also indirectly."""
        files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
        below = self.job.root + os.sep  # asked first, for a large library has a thousand modules
        modules = {
            own for file in files if file.startswith(below) and (own := self.own(file)) and not own.startswith("asrun/")
        }
        return sorted(self.dependencies | modules)


def _checkout(entry: str) -> bool:
    """Whether a folder is a checkout of asrun: another book must not find the modules that stand beside it there."""
    return os.path.isfile(f"{entry}/asrun/__init__.py") and os.path.isfile(f"{entry}/pyproject.toml")
