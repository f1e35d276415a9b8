"""What stands on a page: blocks, the sections they include, numbers, formulas, links; Markdown and notebooks alike."""

from asrun.names import hand_out

__all__, __getattr__ = hand_out(__name__, includes="Section sections_of", pages="read_pages")
