"""What every way to the least-squares weights must do, whatever chapter it comes from."""

from collections.abc import Callable

import numpy as np

from snippets.loss import mse
from snippets.model import design_matrix

Solver = Callable[[np.ndarray, np.ndarray], np.ndarray]
SHAPES = ((2, 1), (30, 1), (30, 5), (6, 5), (200, 20))


def problem(seed: int, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Features (n, d) away from zero, and y (n,) with noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(1, 1, (n, d))
    return X, X @ rng.normal(size=d) + rng.normal(size=n)


def agrees_with_lstsq(way: Solver) -> None:
    for n, d in SHAPES:
        X, y = problem(1, n, d)
        A = design_matrix(X)
        np.testing.assert_allclose(way(A, y), np.linalg.lstsq(A, y)[0], rtol=1e-8, atol=1e-8)


def solves_the_three_points_by_hand(way: Solver) -> None:
    A, y = np.array([[1.0, 1], [1, 2], [1, 3]]), np.array([1.0, 5, 3])
    theta = way(A, y)
    np.testing.assert_allclose(theta, [1, 1], rtol=1e-12)
    np.testing.assert_allclose(A @ theta - y, [1, -2, 1], rtol=1e-12)


def leaves_residuals_at_right_angles_to_every_column(way: Solver) -> None:
    X, y = problem(2, 50, 4)
    A = design_matrix(X)
    r = A @ way(A, y) - y
    assert np.abs(A.T @ r).max() < 1e-11 * np.linalg.norm(A) * np.linalg.norm(y)


def is_helped_by_no_nudge(way: Solver) -> None:
    X, y = problem(3, 40, 3)
    A = design_matrix(X)
    theta = way(A, y)
    for nudge in np.random.default_rng(0).normal(0, 0.01, (100, 4)):
        assert mse(y, A @ (theta + nudge)) > mse(y, A @ theta)


DEMANDS = (
    agrees_with_lstsq,
    solves_the_three_points_by_hand,
    leaves_residuals_at_right_angles_to_every_column,
    is_helped_by_no_nudge,
)
