"""The functions of the chapter on pendulums."""

from math import pi, sqrt

GRAVITY = 9.81  # meters per second squared


# --8<-- [start:period]
def period(length: float, g: float) -> float:
    """The time of one swing there and back, in seconds; `length` in meters, `g` in meters per second squared."""
    return 2 * pi * sqrt(length / g)


# --8<-- [end:period]
