"""What running a block means, in the build and in the page alike.

Both the build's process (`asrun.running.process`) and the Python in the page (`asrun.browser.session`) go by this file; it needs nothing beyond the
standard library until something is drawn.
"""

import importlib
import os
import traceback
import warnings
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from asrun.model import Figure

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# Audit events of calls that change what lies on the disk; their paths are among the arguments.
CHANGING = frozenset(
    f"os.{call}" for call in ("remove", "rename", "mkdir", "rmdir", "truncate", "link", "symlink", "chmod")
)


def set_style(style: str) -> None:
    """Put Matplotlib's settings to those of the book: `module:NAME` of a dict, or nothing."""
    import matplotlib

    matplotlib.rcdefaults()
    matplotlib.use("agg")
    if style:
        module, _, name = style.partition(":")
        matplotlib.rcParams.update(getattr(importlib.import_module(module), name))


def heed_warnings(own: str) -> None:
    """Tell also of deprecated calls, and of '\\d' in a string, in modules that match `own`: by default Python keeps quiet."""
    for category in (DeprecationWarning, SyntaxWarning):
        warnings.filterwarnings("default", category=category, module=own)


def touched(event: str, args: tuple[Any, ...]) -> tuple[list[str], bool]:
    """The files, as absolute paths, that an audit event opens or changes, and whether it changes them."""
    if event == "open":
        paths, changes = args[:1], bool((args[2] or 0) & WRITING)
    elif event in CHANGING:
        paths, changes = args, True
    else:
        return [], False
    return [os.path.abspath(os.fsdecode(path)) for path in paths if isinstance(path, (str, bytes))], changes


def what_it_says(error: BaseException) -> str:
    """An error as Python's last line of a traceback tells it, without the place."""
    text = str(error.msg if isinstance(error, SyntaxError) else error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def place_of(error: BaseException, own: Callable[[str], str]) -> tuple[str, int | None, int | None]:
    """The innermost place of an error in a file that `own` has a name for: name, line and column (from 1)."""
    places = [(frame.filename, frame.lineno, frame.colno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno or 1, None if error.offset is None else error.offset - 1))
    found = [(own(file), line, None if offset is None else offset + 1) for file, line, offset in places]
    return next((place for place in reversed(found) if place[0]), ("", None, None))


def with_images(figure: Figure) -> str:
    """The SVG of a figure with its pictures inside, for where no file stands beside it."""
    svg = figure.svg
    for name, content in figure.images.items():
        svg = svg.replace(f'href="{name}"', f'href="data:image/png;base64,{b64encode(content).decode()}"')
    return svg
