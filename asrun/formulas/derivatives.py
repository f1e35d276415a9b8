"""The derivatives of a function, by a complex step where it allows one."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from asrun.formulas.scope import DoesNotHold

STEP = 1e-30  # of the complex step, which has no rounding error to fear


def derivatives(value: Callable[[Any], Any], at: Any) -> tuple[Any, bool]:
    """The derivatives of a number by each entry of `at`, a flat array, and whether they are rough.

    They are those of a complex step. Where the function does not allow one (it raises an error, or warns, or the result
    is not that of differences), they are rough: those of differences.
    """
    rough = np.real(_by_differences(value, at)).astype(float)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fine = _by_complex_step(value, at)
    except (DoesNotHold, TypeError, ValueError, Warning):
        return rough, True
    if np.allclose(fine, rough, rtol=1e-4, atol=1e-4 * (1 + np.abs(rough).max())):
        return fine, False
    return rough, True


def _by_complex_step(value: Callable[[Any], Any], at: Any) -> Any:
    entries = at.astype(complex)
    result = []
    for place in np.ndindex(at.shape):
        moved = entries.copy()
        moved[place] += STEP * 1j
        result.append(np.imag(value(moved)) / STEP)
    return np.array(result)


def _by_differences(value: Callable[[Any], Any], at: Any) -> Any:
    result = []
    for place in np.ndindex(at.shape):
        step = 1e-5 * max(1.0, abs(float(at[place])))
        up, down = at.copy(), at.copy()
        up[place] += step
        down[place] -= step
        result.append((value(up) - value(down)) / (2 * step))
    return np.array(result)
