"""The files that a reader writes in the playground: a folder that code can import from, read and write, and that no page sees."""

import importlib
import os
import shutil
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

DATA = "data"  # of the book; seen from the folder as from a page
NEEDED = frozenset({"__main__", "builtins", "asrun", "sys"})  # modules whose place no file takes


class Desk:
    """A folder, what the reader put into it, and the modules that were imported from it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder, home
        self.given: dict[str, str] = {}
        self.modules: dict[str, types.ModuleType] = {}  # kept out of `sys.modules` while code of a page runs

    def write(self, files: Mapping[str, str]) -> None:
        """Put these files there, in place of those of the last time. What a program wrote stays."""
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True)
            os.symlink(self.home / DATA, self.folder / DATA)
        if dict(files) == self.given:
            return
        for name in self.given.keys() - files.keys():
            (self.folder / name).unlink(missing_ok=True)
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8", newline="\n")
        self.given = dict(files)
        self.forget()

    def forget(self) -> None:
        """Import everything anew. (A file that changes twice in a second and keeps its size would be taken for unchanged.)"""
        self.modules.clear()
        shutil.rmtree(self.folder / "__pycache__", ignore_errors=True)
        importlib.invalidate_caches()

    def shown(self, filename: str) -> str:
        """What the reader calls a file of the folder; nothing for any other."""
        path = Path(filename)
        return path.relative_to(self.folder).as_posix() if path.is_relative_to(self.folder) else ""

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Run code as if the folder were its own: its files come first, as they do for a script that is started there."""
        names = {name.removesuffix(".py") for name in self.given if name.endswith(".py")} - NEEDED
        covered = {name: module for name, module in sys.modules.items() if name.split(".")[0] in names}
        for name in covered:
            del sys.modules[name]
        sys.modules.update(self.modules)
        sys.path.insert(0, str(self.folder))
        os.chdir(self.folder)
        try:
            yield
        finally:
            os.chdir(self.home)
            sys.path[:] = [path for path in sys.path if path != str(self.folder)]
            self.modules = {
                name: module
                for name, module in list(sys.modules.items())
                if name != "__main__" and self.shown(str(getattr(module, "__file__", None) or ""))
            }
            for name in self.modules:
                del sys.modules[name]
            sys.modules.update(covered)
