"""What comes of a page: each runs in a process of its own, which notes what every statement read, bound and changed."""

from asrun.names import hand_out

__all__ = ["PageRun", "Recorder", "draw", "run_page"]
__getattr__ = hand_out(__name__, figures="draw", page="PageRun run_page", recorder="Recorder")
