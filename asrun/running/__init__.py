"""What comes of a page: each runs in a process of its own, which notes what every statement read, bound and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asrun.names import hand_out

if TYPE_CHECKING:
    from asrun.running.figures import draw
    from asrun.running.page import PageRun, run_page
    from asrun.running.recorder import Recorder

__all__ = ["PageRun", "Recorder", "draw", "run_page"]
__getattr__ = hand_out(__name__, figures="draw", page="PageRun run_page", recorder="Recorder")
