"""What stands on a page: blocks, the sections they include, numbers, formulas, links; Markdown and notebooks alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asrun.names import hand_out

if TYPE_CHECKING:
    from asrun.reading.includes import Section, sections_of
    from asrun.reading.pages import read_pages

__all__ = ["Section", "read_pages", "sections_of"]
__getattr__ = hand_out(__name__, includes="Section sections_of", pages="read_pages")
