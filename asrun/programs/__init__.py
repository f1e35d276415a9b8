"""A block as a complete program, with the earlier lines that it needs; the standard library is enough, for it also runs in the page."""

from asrun.names import hand_out

__all__, __getattr__ = hand_out(__name__, modules="Library Unclear", program="Programs Source", text="About")
