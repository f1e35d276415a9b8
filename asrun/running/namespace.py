"""What running a block means, in the build and in the page alike.

Both the build's process (`asrun.running.process`) and the Python in the page (`asrun.browser.session`) go by this file; it needs nothing beyond the
standard library until something is drawn.
"""

from __future__ import annotations

import importlib
from base64 import b64encode

from asrun.model import Figure


def set_style(style: str) -> None:
    """Put Matplotlib's settings to those of the book: `module:NAME` of a dict, or nothing."""
    import matplotlib

    matplotlib.rcdefaults()
    matplotlib.use("agg")
    if style:
        module, _, name = style.partition(":")
        matplotlib.rcParams.update(getattr(importlib.import_module(module), name))


def what_it_says(error: BaseException) -> str:
    """An error as Python's last line of a traceback tells it, without the place."""
    text = str(error.msg if isinstance(error, SyntaxError) else error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def with_images(figure: Figure) -> str:
    """The SVG of a figure with its pictures inside, for where no file stands beside it."""
    svg = figure.svg
    for name, content in figure.images.items():
        svg = svg.replace(f'href="{name}"', f'href="data:image/png;base64,{b64encode(content).decode()}"')
    return svg
