"""Errors as a reader is told of them: cut to the reader's own lines and the book's, with a hint what to do."""

from __future__ import annotations

import importlib.util
import traceback
from collections.abc import Callable, Collection
from typing import Any

NameOf = Callable[[str], str]  # what the reader calls a file; empty for a file of somebody else


class _Stack(traceback.StackSummary):
    """Lines of a traceback with the names that the reader knows."""

    shown: NameOf

    def format_frame_summary(self, frame_summary: traceback.FrameSummary, **options: Any) -> str:
        frame = super().format_frame_summary(frame_summary, **options)
        shown = f"  {self.shown(frame_summary.filename)}, line {frame_summary.lineno}"
        place = "" if frame_summary.name == "<module>" else f", in {frame_summary.name}"
        _, _, rest = frame.partition("\n")
        return f"{shown}{place}\n{rest}"


def describe(error: BaseException, file: str, shown: NameOf, hint: str) -> dict[str, Any]:
    """An error as text, with line and column in the code that ran as `file`, for the editor."""
    line, column = place_in(error, file)
    if isinstance(error, SystemExit):
        text = "the block called sys.exit() and ended there; its variables are kept"
        return {"text": text, "line": line, "column": None}
    told = traceback.TracebackException.from_exception(error, compact=True)
    _cut(told, shown)
    text = "".join(told.format()).rstrip("\n")
    return {"text": f"{text}\n{hint}" if hint else text, "line": line, "column": column}


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


def place_in(error: BaseException, file: str) -> tuple[int | None, int | None]:
    """Line and column in a file where it failed."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno, error.offset
    line = column = None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == file:
            line, column = frame.lineno, None if frame.colno is None else frame.colno + 1
    return line, column


def place_in_files(error: BaseException, name_of: NameOf) -> dict[str, Any]:
    """The same for a page of several files: the innermost line in one of them."""
    if isinstance(error, SyntaxError) and error.filename and (name := name_of(error.filename)):
        return {"file": name, "line": error.lineno, "column": error.offset}
    place: dict[str, Any] = {"file": ""}
    for frame in traceback.extract_tb(error.__traceback__):
        if name := name_of(frame.filename):
            column = None if frame.colno is None else frame.colno + 1
            place = {"file": name, "line": frame.lineno, "column": column}
    return place


def hint_for(error: BaseException, available: Collection[str], in_files: bool) -> str:
    """What the reader can do about an error that comes of where the code runs; empty for any other."""
    away, it = ("Save your files", "them") if in_files else ("Copy the block as a program", "it")
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.split(".")[0]
        if top in available:
            return f"Write `import {error.name}` in the block itself, so that it can be loaded before the block runs."
        if not importlib.util.find_spec(top):
            return f"The Python in this page does not have {top}. {away} and run {it} on your computer."
    if isinstance(error, MemoryError):
        away = away[0].lower() + away[1:]
        return f"The Python in this page has no more memory: make the arrays smaller, or {away}."
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return f"The Python in this page has one thread and no processes. {away}."
    return ""
