"""The small book of the engine's tests, for those that ask the whole book."""

from tests.asrun.conftest import book

__all__ = ["book"]
