"""The formula of the pendulum, by what is known of it."""

from math import isclose

from snippets.pendulum import GRAVITY, period


def test_four_times_the_length_is_twice_the_period():
    assert isclose(period(4.0, GRAVITY), 2 * period(1.0, GRAVITY))
