"""Errors as a reader is told of them: cut to the reader's own lines and the book's, with a hint what to do."""

import importlib.util
import traceback
from collections.abc import Callable, Collection
from typing import Any

from asrun.browser.desk import Desk
from asrun.running.namespace import place_of

NameOf = Callable[[str], str]  # what the reader calls a file; empty for a file of somebody else


class _Stack(traceback.StackSummary):
    """Lines of a traceback with the names that the reader knows."""

    shown: NameOf

    def format_frame_summary(self, frame_summary: traceback.FrameSummary, **options: Any) -> str:
        _, _, rest = super().format_frame_summary(frame_summary, **options).partition("\n")
        place = "" if frame_summary.name == "<module>" else f", in {frame_summary.name}"
        return f"  {self.shown(frame_summary.filename)}, line {frame_summary.lineno}{place}\n{rest}"


def describe(error: BaseException, file: str, desk: Desk | None, shown: NameOf, hint: str) -> dict[str, Any]:
    """An error as text, with line and column in the code that ran as `file`, for the editor.

    On a desk it is the innermost place in one of its files, and the name of that file.
    """
    if isinstance(error, SystemExit):
        text = "the block called sys.exit() and ended there; its variables are kept"
    else:
        told = traceback.TracebackException.from_exception(error, compact=True)
        _cut(told, shown)
        text = "".join(told.format()).rstrip("\n") + (f"\n{hint}" if hint else "")
    name, line, column = place_of(error, desk.shown if desk else lambda name: name if name == file else "")
    return {"text": text, "line": line, "column": column} | ({"file": name} if desk else {})


def _cut(told: traceback.TracebackException, shown: NameOf) -> None:
    """Leave only the lines of the reader and of the book in a traceback and in those it is chained to."""
    own = _Stack(frame for frame in told.stack if shown(frame.filename))
    own.shown = shown
    told.stack = own
    if getattr(told, "filename", None):
        told.filename = shown(told.filename or "") or told.filename
    for other in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        if other is not None:
            _cut(other, shown)


def hint_for(error: BaseException, available: Collection[str], in_files: bool) -> str:
    """What the reader can do about an error that comes of where the code runs; empty for any other."""
    away, it = ("save your files", "them") if in_files else ("copy the block as a program", "it")
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.split(".")[0]
        if top in available:
            return f"Write `import {error.name}` in the block itself, so that it can be loaded before the block runs."
        if not importlib.util.find_spec(top):
            return f"The Python in this page does not have {top}. {away.capitalize()} and run {it} on your computer."
    if isinstance(error, MemoryError):
        return f"The Python in this page has no more memory: make the arrays smaller, or {away}."
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return f"The Python in this page has one thread and no processes. {away.capitalize()}."
    return ""
