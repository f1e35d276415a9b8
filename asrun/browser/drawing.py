"""Matplotlib in the page: loaded part by part, set as each page left it, its open figures handed on as SVG."""

import importlib
import importlib.util
import itertools
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

from asrun.browser.output import Output
from asrun.running.namespace import set_style, with_images

LIMIT = 30  # figures that one run may draw
FONTS = Path(__file__).parent / "fontlist.json"
PARTS = (*(f"matplotlib.{part}" for part in ("colors", "font_manager", "figure", "pyplot")), "asrun.running.figures")


class Drawing:
    """What all pages share of Matplotlib."""

    def __init__(self, style: str, output: Output) -> None:
        self.style, self.output = style, output
        self.settings: dict[str, dict[str, Any]] = {}  # rcParams as each page left them
        self.page = ""  # the page that Matplotlib is set for
        self.drawn = 0
        self.names = itertools.count(1)

    def prepare(self) -> bool:
        """Load the next part of Matplotlib and of our renderer; whether there is more to load.

        In parts, because all of it takes a second or two, and a reader may click *Run* meanwhile.
        """
        if "matplotlib" not in sys.modules:
            # Matplotlib looks for this list beside itself, and makes it anew where there is none, in seconds.
            package: Any = importlib.util.find_spec("matplotlib")
            shutil.copy(FONTS, Path(package.origin).parent)
        for module in PARTS:
            if module not in sys.modules:
                importlib.import_module(module)
                return True
        plt: Any = sys.modules["matplotlib.pyplot"]
        if plt.show.__module__ != __name__:
            plt.switch_backend("agg")  # sets up plt.show, so it comes first
            plt.show = lambda *args, **kwargs: self.show()
            sys.modules["asrun.running.figures"].warm_up()
        return False

    def turn_to(self, page: str) -> None:
        """Give a page the Matplotlib that it left: its settings come back."""
        if "matplotlib.pyplot" not in sys.modules or self.page == page:
            return
        mpl: Any = sys.modules["matplotlib"]
        if self.page:
            self.settings[self.page] = dict(mpl.rcParams)
        if page in self.settings:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                mpl.rcParams.update(self.settings[page])
        else:
            set_style(self.style)
        self.page = page

    def forget(self, page: str) -> None:
        """A page begins anew."""
        self.settings.pop(page, None)
        if self.page == page:
            self.page = ""

    def show(self) -> None:
        """Hand the open figures on, in the order they were made."""
        plt = sys.modules.get("matplotlib.pyplot")
        if plt is None or not plt.get_fignums():
            return
        self.output.flush()
        from asrun.running.figures import draw

        for number in plt.get_fignums():
            self.drawn += 1
            if self.drawn <= LIMIT:
                self.output.send("figure", with_images(draw(plt.figure(number), f"run-{next(self.names)}")))
            elif self.drawn == LIMIT + 1:
                self.output.send("stderr", f"… cut: the block drew more than {LIMIT} figures\n")
            plt.close(number)

    def close(self) -> None:
        """Close what a run left open, or a later one would show it."""
        if plt := sys.modules.get("matplotlib.pyplot"):
            plt.close("all")
