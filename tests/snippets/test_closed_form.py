"""Solving at once, against exact arithmetic and NumPy; what happens where there is no single answer."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from snippets.closed_form import add_up, by_inverse, by_lstsq, by_means, by_solve, fit_centered
from snippets.how_many_digits import exact_slope
from snippets.loss import mse
from snippets.model import design_matrix
from tests.snippets.solvers import DEMANDS, Solver, problem

WAYS: list[Solver] = [by_inverse, by_solve, by_lstsq]


@pytest.mark.parametrize("demand", DEMANDS)
@pytest.mark.parametrize("way", WAYS)
def test_a_way_does_what_every_way_must(way: Solver, demand: Callable[[Solver], None]) -> None:
    demand(way)


def test_one_feature_in_exact_fractions() -> None:
    xs, ys = [1, 2, 3, 5], [2, 1, 4, 7]
    n, sx, sy = 4, sum(xs), sum(ys)
    sxx, sxy = sum(x * x for x in xs), sum(x * y for x, y in zip(xs, ys, strict=True))
    w = Fraction(n * sxy - sx * sy, n * sxx - sx**2)
    found = by_means(np.array(xs, float), np.array(ys, float))
    assert found == pytest.approx((float(w), float((sy - w * sx) / n)), rel=1e-14)
    assert all(type(value) is float for value in found)


def test_one_feature_far_from_zero_keeps_its_slope() -> None:
    x = np.arange(40.0)
    y = 3 * x + np.random.default_rng(0).integers(-9, 10, 40)
    assert by_means(x + 1e8, y)[0] == by_means(x, y)[0]
    # Deviations of x that round do not sum to zero: a large level of y must be taken out before they meet it.
    x = np.random.default_rng(1).normal(size=40)
    y = np.round(3 * x, 3) + 2.0**40
    assert by_means(x, y)[0] == pytest.approx(exact_slope(x, y), rel=1e-13)


def test_one_feature_rejects_what_it_cannot_fit() -> None:
    with pytest.raises(ValueError, match=r"^x \(3, 1\) and y \(3,\) must both be \(n,\)\.$"):
        by_means(np.ones((3, 1)), np.ones(3))
    with pytest.raises(ValueError, match=r"^x \(3,\) and y \(3, 1\) must both be \(n,\)\.$"):
        by_means(np.arange(3.0), np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"^All x are equal: no slope is better than another\.$"):
        by_means(np.full(3, 2.0), np.ones(3))


def test_lstsq_gives_the_shortest_of_all_solutions() -> None:
    X, y = problem(4, 30, 3)
    A = design_matrix(np.column_stack([X, X.sum(axis=1)]))
    theta = by_lstsq(A, y)
    np.testing.assert_allclose(theta, np.linalg.pinv(A) @ y, rtol=1e-8)
    move = np.array([0, 1, 1, 1, -1])
    assert abs(move @ theta) < 1e-12
    assert mse(y, A @ (theta + move)) == pytest.approx(mse(y, A @ theta), rel=1e-12)


def test_dependent_columns_raise_or_are_wrong_by_the_inverse() -> None:
    wrong = 0
    for seed in range(50):
        rng = np.random.default_rng(seed)
        X = rng.normal(10, 1, (50, 3))
        y = X @ [1, 2, 3] + rng.normal(size=50)
        A = design_matrix(np.column_stack([X, X.sum(axis=1)]))
        best = mse(y, A @ by_lstsq(A, y))
        assert best == pytest.approx(mse(y, A[:, :4] @ by_lstsq(A[:, :4], y)), rel=1e-9)
        try:
            wrong += mse(y, A @ by_inverse(A, y)) > 1.01 * best
        except np.linalg.LinAlgError:
            wrong += 1
    assert wrong == 50


def test_centered_fit_agrees_with_scikit_learn() -> None:
    X, y = problem(5, 100, 6)
    w, b = fit_centered(X, y)
    sk = LinearRegression(tol=0).fit(X, y)
    np.testing.assert_allclose(w, sk.coef_, rtol=1e-10)
    assert b == pytest.approx(sk.intercept_, rel=1e-10)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6])
def test_centered_fit_does_not_depend_on_units_or_zeros(scale: float) -> None:
    X, y = problem(6, 60, 3)
    w, b = fit_centered(X, y)
    scaled_w, scaled_b = fit_centered(scale * X, y)
    np.testing.assert_allclose(scale * scaled_w, w, rtol=1e-9)
    assert scaled_b == pytest.approx(b, rel=1e-9)
    shifted_w, _ = fit_centered(X + 1e6, y)
    np.testing.assert_allclose(shifted_w, w, rtol=1e-7)


def test_a_constant_column_gets_no_weight() -> None:
    X, y = problem(7, 30, 2)
    w, b = fit_centered(np.column_stack([X, np.full(30, 0.1)]), y)
    assert w[2] == 0
    np.testing.assert_allclose(w[:2], fit_centered(X, y)[0], rtol=1e-12)
    assert b == pytest.approx(fit_centered(X, y)[1])
    w, b = fit_centered(np.ones((4, 1)), np.array([1.0, 2, 3, 6]))
    assert (w.tolist(), b) == ([0.0], 3.0)


def test_centered_fit_keeps_an_intercept_that_lstsq_throws_away() -> None:
    X = np.random.default_rng(0).normal(1e5, 1, (100_000, 10))
    y = 1000 + X @ np.arange(1, 11)
    theta, _, rank, _ = np.linalg.lstsq(design_matrix(X), y)
    assert rank == 10
    assert abs(theta[0]) < 1
    assert fit_centered(X, y)[1] == pytest.approx(1000, abs=1e-3)


@pytest.mark.parametrize(("X", "y"), [((3,), (3,)), ((3, 1), (3, 1)), ((3, 1), (2,)), ((0, 2), (0,))])
def test_centered_fit_rejects_shapes_that_do_not_fit(X: tuple[int, ...], y: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"must be \(n, d\) and \(n,\)"):
        fit_centered(np.ones(X), np.ones(y))


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
def test_pieces_add_up_to_the_whole(size: int) -> None:
    X, y = problem(8, 300, 4)
    A = design_matrix(X)
    gram, moment = add_up((A[i : i + size], y[i : i + size]) for i in range(0, 300, size))
    np.testing.assert_allclose(gram, A.T @ A, rtol=1e-12)
    np.testing.assert_allclose(moment, A.T @ y, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(np.linalg.solve(gram, moment), by_lstsq(A, y), rtol=1e-10)


def test_adding_up_leaves_the_data_alone_and_wants_some() -> None:
    A, y = np.eye(2), np.ones(2)
    gram, _ = add_up([(A, y), (A, y)])
    assert gram.tolist() == [[2, 0], [0, 2]]
    assert A.tolist() == [[1, 0], [0, 1]]
    with pytest.raises(ValueError, match=r"^There is no chunk\.$"):
        add_up([])
    with pytest.raises(ValueError, match="broadcast"):
        add_up([(A, y), (np.eye(3), np.ones(3))])
