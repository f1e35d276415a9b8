"""A block as a complete program, with the earlier lines that it needs; the standard library is enough, for it also runs in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asrun.names import hand_out

if TYPE_CHECKING:
    from asrun.programs.program import About, Library, Programs, Source, Unclear

__all__ = ["About", "Library", "Programs", "Source", "Unclear"]
__getattr__ = hand_out(__name__, program="About Library Programs Source Unclear")
