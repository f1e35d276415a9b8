"""Three more solvers against NumPy, exact arithmetic and NIST; the bound for their digits."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from snippets.closed_form import by_inverse, by_lstsq, by_solve, fit_centered
from snippets.how_many_digits import (
    by_cholesky,
    by_qr,
    by_svd,
    cleared,
    error_bound,
    exact_slope,
    solve_lower,
    solve_upper,
)
from snippets.model import design_matrix
from snippets.nist import SETS, load_nist, log_relative_error
from tests.snippets.solvers import DEMANDS, Solver, problem

NIST = Path(__file__).parents[2] / "docs/data/nist"
WAYS: list[Solver] = [by_inverse, by_solve, by_cholesky, by_qr, by_svd]
NEW: list[Solver] = [by_cholesky, by_qr, by_svd]


@pytest.mark.parametrize("demand", DEMANDS)
@pytest.mark.parametrize("way", NEW)
def test_a_way_does_what_every_way_must(way: Solver, demand: Callable[[Solver], None]) -> None:
    demand(way)


def test_the_exact_slope_is_exact() -> None:
    x, y = np.array([0.1, 0.2, 0.4]), np.array([1.0, 0.0, 2.0])
    xs = [Fraction(v) for v in x.tolist()]
    w = Fraction(3 * (xs[0] + 2 * xs[2]) - sum(xs) * 3, 3 * sum(v * v for v in xs) - sum(xs) ** 2)
    assert exact_slope(x, y) == float(w)
    assert exact_slope(np.arange(5.0) + 1e15, 7 * np.arange(5.0)) == 7


@pytest.mark.parametrize("size", [1, 2, 7])
def test_triangles(size: int) -> None:
    rng = np.random.default_rng(size)
    R = np.triu(rng.normal(size=(size, size))) + 3 * np.eye(size)
    c = rng.normal(size=size)
    np.testing.assert_allclose(solve_upper(R, c), np.linalg.solve(R, c), rtol=1e-12)
    np.testing.assert_allclose(solve_lower(R.T, c), np.linalg.solve(R.T, c), rtol=1e-12)
    # What stands on the other side of the diagonal is not looked at.
    np.testing.assert_array_equal(solve_upper(R + np.tril(np.ones_like(R), -1), c), solve_upper(R, c))


def test_a_zero_on_the_diagonal_is_said() -> None:
    with pytest.raises(ZeroDivisionError, match=r"^Zero on the diagonal: no single answer\.$"):
        solve_upper(np.array([[3.0, 2], [0, 0]]), np.ones(2))
    np.testing.assert_array_equal(solve_upper(np.eye(2), np.array([5.0, 7])), [5, 7])


@pytest.mark.parametrize(("n", "d"), [(30, 3), (5, 9)])
def test_svd_gives_the_shortest_of_all_solutions(n: int, d: int) -> None:
    X, y = problem(4, n, d)
    A = design_matrix(np.column_stack([X, X[:, 0] + X[:, 1]]))
    theta = by_svd(A, y)
    np.testing.assert_allclose(theta, np.linalg.pinv(A) @ y, rtol=1e-8, atol=1e-10)
    # Along directions that change no prediction, it has no component.
    flat = np.linalg.svd(A)[2][np.linalg.matrix_rank(A) :]
    assert len(flat) >= 1
    assert np.abs(flat @ theta).max() < 1e-12
    assert np.linalg.norm(A @ (theta + flat[0]) - A @ theta) < 1e-12


def test_cholesky_refuses_what_is_not_positive_definite() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        by_cholesky(np.zeros((3, 2)), np.ones(3))


def parameters(name: str, fit: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, float]]) -> float:
    nist = load_nist(str(NIST / f"{name}.dat"))
    w, b = fit(nist.A[:, 1:], nist.y)
    return log_relative_error(np.array([b, *w]), nist.theta)


@pytest.mark.parametrize("name", [name for name in SETS if not name.startswith("NoInt")])
def test_centered_fit_against_the_certified_answers(name: str) -> None:
    wanted = {"Norris": 11.5, "Pontius": 11, "Longley": 12, "Filip": 6.5, "Wampler4": 7, "Wampler5": 5}
    assert parameters(name, fit_centered) > wanted.get(name, 8.5)


@pytest.mark.parametrize("name", ["NoInt1", "NoInt2"])
@pytest.mark.parametrize("way", WAYS)
def test_lines_through_the_origin_against_the_certified_answers(way: Solver, name: str) -> None:
    nist = load_nist(str(NIST / f"{name}.dat"))
    assert log_relative_error(way(nist.A, nist.y), nist.theta) > 13.5


def test_the_inverse_beats_the_svd_on_pontius_and_qr_keeps_more_on_longley() -> None:
    pontius, longley = (load_nist(str(NIST / f"{name}.dat")) for name in ("Pontius", "Longley"))
    digits = {way: log_relative_error(way(pontius.A, pontius.y), pontius.theta) for way in WAYS}
    assert digits[by_inverse] > digits[by_svd] + 3
    digits = {way: log_relative_error(way(longley.A, longley.y), longley.theta) for way in WAYS}
    assert digits[by_qr] > digits[by_solve] + 2.5


def test_the_cut_decides_what_the_svd_keeps() -> None:
    A, y = np.diag([1.0, 1e-3, 1e-6]), np.ones(3)
    np.testing.assert_allclose(by_svd(A, y), [1, 1e3, 1e6], rtol=1e-9)
    np.testing.assert_allclose(by_svd(A, y, cut=1e-5), [1, 1e3, 0], rtol=1e-9)
    np.testing.assert_allclose(by_svd(A, y, cut=1e-3), [1, 0, 0], rtol=1e-9)  # at most, not less than
    filip = load_nist(str(NIST / "Filip.dat"))
    assert log_relative_error(by_svd(filip.A, filip.y), filip.theta) == 0
    assert log_relative_error(by_svd(filip.A, filip.y, cut=0), filip.theta) > 5


@pytest.mark.parametrize("noise", [0.0, 1.0, 1e4])
def test_no_rounding_moves_theta_farther_than_the_bound(noise: float) -> None:
    """Moves of the size that the bound speaks of, times 1e6 so that they can be measured."""
    rng = np.random.default_rng(1)
    A = np.column_stack([np.ones(30), 1 + 0.01 * rng.normal(size=30)])
    y = A @ [1.0, 2.0] + noise * rng.normal(size=30)
    theta, size, moves = by_lstsq(A, y), 1e6 * 2.0**-52, []
    for _ in range(2000):
        dA, dy = rng.normal(size=(30, 2)), rng.normal(size=(30,))
        dA *= size * float(np.linalg.norm(A, 2) / np.linalg.norm(dA, 2))
        dy *= size * float(np.linalg.norm(y) / np.linalg.norm(dy))
        moves.append(np.linalg.norm(by_lstsq(A + dA, y + dy) - theta) / np.linalg.norm(theta))
    bound = 1e6 * error_bound(A, y)
    assert bound / 30 < max(moves) < bound


def test_the_bound_in_numbers() -> None:
    A = np.diag([4.0, 1.0, 1.0])[:, :2]  # kappa 4, norm 4
    y = np.array([0.0, 2.0, 6.0])  # theta (0, 2), residual 6
    assert error_bound(A, y) == pytest.approx(2.0**-52 * 4 * (2 + 5 * 6 / (4 * 2)), rel=1e-12)


def test_qr_keeps_the_bound_on_certified_sets_in_any_order_of_rows() -> None:
    for name in SETS:
        nist = load_nist(str(NIST / f"{name}.dat"))
        size = np.linalg.norm(nist.A, axis=0)
        for seed in range(20):
            rows = np.random.default_rng(seed).permutation(len(nist.y))
            A, y = (nist.A / size)[rows], nist.y[rows]
            miss = np.linalg.norm(by_qr(A, y) - nist.theta * size) / np.linalg.norm(nist.theta * size)
            assert miss < 10 * error_bound(A, y), name


def test_bounds() -> None:
    assert [cleared(digits) for digits in (15, 10, 9.9, 5, 4.9, 3, 2.9, 0)] == [
        *("≥ 10", "≥ 10", "≥ 5", "≥ 5", "≥ 3", "≥ 3", "none", "none")
    ]
