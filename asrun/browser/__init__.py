"""Python in the reader"s page: fetched once, verified, and the session that runs a block in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asrun.names import hand_out

if TYPE_CHECKING:
    from asrun.browser.pyodide import install, wanted
    from asrun.browser.session import Session

__all__ = ["Session", "install", "wanted"]
__getattr__ = hand_out(__name__, pyodide="install wanted", session="Session")
