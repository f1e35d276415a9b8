"""The Python in the page: runs a block for the reader, and tells what came of it.

Pyodide's worker (`worker.js` of the theme) imports this module from the bundle that `asrun.browser.bundle` makes. It needs the
standard library alone; Matplotlib and `asrun.running.figures` are imported once a block draws. Everything it hands out is text.
"""

import builtins
import dataclasses
import itertools
import json
import linecache
import sys
import time
import types
import warnings
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asrun.browser import editor
from asrun.browser.desk import Desk
from asrun.browser.drawing import Drawing
from asrun.browser.errors import describe, hint_for
from asrun.browser.output import NoInput, Output, Send, no_input
from asrun.model import Facts
from asrun.running.namespace import heed_warnings, touched, what_it_says
from asrun.running.recorder import Recorder, compiled

if TYPE_CHECKING:
    from asrun.programs import Programs

DEEPEST = 20_000  # calls within calls
HOME = Path.cwd()


class Session:
    """All that a reader runs: a namespace for each page, and the state that a run leaves behind."""

    def __init__(self, style: str, package: str, available: Iterable[str] = ()) -> None:
        self.package = package  # that the book's modules are imported from
        self.available = frozenset(available)  # modules that can be loaded here
        self.pages: dict[str, types.ModuleType] = {}
        self.recorders: dict[str, Recorder] = {}  # of pages whose blocks the build has run as well
        self.facts: dict[tuple[str, int], tuple[str, tuple[Facts, ...]]] = {}  # page and block -> code, what it did
        self.desks: dict[str, Desk] = {}  # of pages whose readers write files
        self.blocks: dict[str, str] = {}  # file name of a run -> how a traceback calls it
        self.page = ""  # whose block runs
        self.runs = itertools.count(1)
        self.output = Output()
        self.drawing = Drawing(style, self.output)
        self.prepare_figures = self.drawing.prepare
        install(self)

    # -- running --

    def run(
        self, page: str, block: int, code: str, raises: str, send: Send, name: str = "", interactive: bool = False
    ) -> dict[str, Any]:
        """Run a block in the namespace of its page. `send` gets ("stdout" | "stderr" | "figure", text).

        `name`: the code is that file of the page's own. `interactive`: show what expressions give, as a console does.
        """
        self.output.begin(send)
        self.drawing.drawn, self.page = 0, page
        main = sys.modules["__main__"] = self.pages.get(page) or self.reset(page)
        desk = self.desks.get(page)
        if desk and name:
            file = main.__dict__["__file__"] = str(desk.folder / name)
        else:
            file = f"<block {block} of {page or 'the page'}, run {next(self.runs)}>"
            self.blocks[file] = "console" if interactive else f"block {block}" if block else "your code"
            linecache.cache[file] = (len(code), None, code.splitlines(True), file)
        started = time.perf_counter()
        facts: list[Facts] = []
        result: dict[str, Any] = {"status": "done"}
        try:
            self.drawing.turn_to(page)
            with warnings.catch_warnings(), desk.at_work() if desk else nullcontext():
                heed_warnings(rf"__main__$|{self.package}\b|<block ")
                if block and page in self.recorders and not interactive:
                    self.recorders[page].run(compiled(code, file), facts)
                else:
                    for _, statement in compiled(code, file, interactive=interactive):
                        exec(statement, main.__dict__)
                if not raises:
                    self.drawing.show()
        except BaseException as error:
            if type(error).__name__ == raises:
                self.output.stdout.write(f"{what_it_says(error)}\n")
            elif isinstance(error, KeyboardInterrupt):
                result = {"status": "stopped"}
            else:
                hint = hint_for(error, self.available, in_files=bool(desk))
                result = {"status": "error", "error": describe(error, file, desk, self.shown, hint)}
        finally:
            self.drawing.close()
        if result["status"] == "done" and facts:
            self.facts[page, block] = (code, tuple(facts))
        self.output.end()
        return result | {"milliseconds": 1000 * (time.perf_counter() - started)}

    def reset(self, page: str) -> types.ModuleType:
        """Give a page an empty namespace."""
        if page in self.desks:
            self.pages[page] = types.ModuleType("__main__")
            self.desks[page].forget()
        else:
            counts = (lambda: self.output.printed, lambda: self.drawing.drawn)
            self.recorders[page] = Recorder(str(HOME), str(HOME / "data"), self.package, *counts)
            self.pages[page] = self.recorders[page].main
        self.drawing.forget(page)
        return self.pages[page]

    def write(self, page: str, files: str) -> None:
        """Give a page the files that its reader wrote: {name: text}, in JSON."""
        self.desks.setdefault(page, Desk(HOME.with_name(page), HOME)).write(json.loads(files))

    def show_warning(self, message: object, category: type[Warning], filename: str, lineno: int, *_: Any) -> None:
        """Tell of a warning as of an error, in one line."""
        place = self.shown(filename)
        where = f"{place}, line {lineno}: " if place else ""
        self.output.stderr.write(f"{where}{category.__name__}: {message}\n")

    def shown(self, filename: str) -> str:
        """What the reader calls a file: `block 3`, or that of a module of the book; nothing for a file of somebody else."""
        if filename in self.blocks:
            return self.blocks[filename]
        if not filename.startswith("<") and (path := Path(filename)).is_absolute() and path.is_relative_to(HOME):
            return path.relative_to(HOME).as_posix()
        return next((name for desk in self.desks.values() if (name := desk.shown(filename))), "")

    # -- what an editor asks --

    def imports(self, page: str, code: str) -> list[str]:
        """The modules that code imports, by way of the book's modules and the reader's own files."""
        return editor.imports(code, *self._roots(page))

    def missing(self, page: str, code: str) -> list[str]:
        """Those of them that cannot be had here."""
        return editor.missing(code, self.available, *self._roots(page))

    def _roots(self, page: str) -> list[Path]:
        return [self.desks[page].folder, HOME] if page in self.desks else [HOME]

    def complete(self, page: str, code: str, offset: int) -> list[dict[str, str]]:
        """Names that may stand at `offset` of the code of a page."""
        return editor.complete(self.pages[page].__dict__ if page in self.pages else {}, code, offset)

    # -- taking a block away that was edited, in JSON --

    def analyze(self, sources: str) -> str:
        """For each block of a page what it defines, what it uses, and the earlier blocks that it needs."""
        programs = self._programs(sources)
        return json.dumps([programs.told(number) for number in range(1, len(programs.sources) + 1)])

    def write_program(self, sources: str, number: int, about: str) -> str:
        """The complete program of a block as {"text": …}, or {"error": …} where there can be none, and why."""
        from asrun.programs import About, Unclear

        given = json.loads(about)
        known = {field.name: given[field.name] for field in dataclasses.fields(About) if field.name in given}
        try:
            return json.dumps({"text": self._programs(sources).program(number, About(**known))})
        except (Unclear, SyntaxError) as error:
            return json.dumps({"error": f"This block cannot be made a program: {error}"})

    def _programs(self, sources: str) -> "Programs":
        """The blocks of a page, each with what its run here told, else with what that of the build did, or with nothing."""
        from asrun.programs import Library, Programs, Source

        made = []
        for number, one in enumerate(json.loads(sources), 1):
            block = one if isinstance(one, dict) else {"code": one}
            code, facts = self.facts.get((block.get("page", ""), number), ("", None))
            if code != block["code"]:
                facts = tuple(Facts(**told) for told in block["facts"]) if block.get("facts") is not None else None
            made.append(Source(block["code"], block.get("raises", ""), facts))
        return Programs(made, Library(HOME / self.package, HOME / "data"))

    def heard(self, event: str, args: tuple[Any, ...]) -> None:
        """Note the files that a block opens or changes."""
        paths, changes = touched(event, args)
        for path in paths if self.page in self.recorders else ():
            self.recorders[self.page].opened(path, changes)


def install(session: Session) -> None:
    """Put the session in place of what Python prints to, reads from and warns by."""
    sys.stdout, sys.stderr, sys.stdin = session.output.stdout, session.output.stderr, NoInput()
    builtins.input = no_input
    sys.setrecursionlimit = _limit_recursion
    sys.argv = [""]
    sys.addaudithook(session.heard)
    warnings.showwarning = session.show_warning  # type: ignore[assignment]


_set_recursion_limit = sys.setrecursionlimit


def _limit_recursion(limit: int, /) -> None:
    # Beyond it an endless recursion would take gigabytes and minutes before anybody is told.
    _set_recursion_limit(min(limit, DEEPEST))
