"""A block as a complete program, with the earlier lines that it needs; the standard library is enough, for it also runs in the page."""

from typing import TYPE_CHECKING

from asrun.names import hand_out

if TYPE_CHECKING:
    from asrun.programs.modules import Library, Unclear
    from asrun.programs.program import Programs, Source
    from asrun.programs.text import About

__all__ = ["About", "Library", "Programs", "Source", "Unclear"]
__getattr__ = hand_out(__name__, modules="Library Unclear", program="Programs Source", text="About")
