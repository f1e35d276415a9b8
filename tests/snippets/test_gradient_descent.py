"""Slopes against nudges, the walk against lstsq, and the limits of the step size."""

import warnings
from fractions import Fraction

import numpy as np
import pytest

from snippets.gradient import gradients
from snippets.gradient_descent import curvatures, descend, fit, noisy_line, steepness
from snippets.loss import mse
from snippets.model import predict

X_TINY, Y_TINY = np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.0, 6.0])
# Few rows, one row, more features than rows, and features of a large scale.
CASES = [(30, 3, 1.0), (1, 1, 1.0), (4, 9, 1.0), (30, 3, 1000.0)]


def problem(seed: int, n: int, d: int, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = scale * rng.normal(1, 1, (n, d))
    return X, X @ rng.normal(size=d) + rng.normal(size=n)


def best(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Intercept and weights by NumPy's own solver, (d + 1,)."""
    theta: np.ndarray = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), y)[0]
    return theta


def losses(X: np.ndarray, y: np.ndarray, eta: float, steps: int) -> np.ndarray:
    return np.array([mse(y, predict(X, w, b)) for _, w, b in descend(X, y, eta, steps)])


def test_the_two_hundred_points_are_the_ones_of_the_book() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    assert X.shape == (200, 1)
    assert y.shape == (200,)
    assert 0 <= X.min() < X.max() <= 10
    assert best(X, y) == pytest.approx([1.53626, 3.09888], abs=1e-5)
    assert np.std(y - 3 * X[:, 0] - 2) == pytest.approx(1.5, abs=0.1)


def test_predict_is_a_weighted_sum_plus_the_intercept() -> None:
    np.testing.assert_array_equal(predict(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 1.0]), 0.5), [12.5, 34.5])


def test_the_tiny_example_in_exact_fractions() -> None:
    r = [Fraction(x - y) for x, y in [(1, 2), (2, 4), (3, 6)]]
    along_w = Fraction(2, 3) * sum(ri * x for ri, x in zip(r, [1, 2, 3], strict=True))
    along_b = Fraction(2, 3) * sum(r)
    assert (along_w, along_b) == (Fraction(-28, 3), Fraction(-4))
    grad_w, grad_b = gradients(X_TINY, Y_TINY, np.array([1.0]), 0.0)
    assert grad_w == pytest.approx([float(along_w)], rel=1e-15)
    assert grad_b == pytest.approx(float(along_b), rel=1e-15)
    # One step of a tenth leads to 29/15 and 2/5, where the loss is 2/27.
    w, b = 1 - grad_w / 10, -grad_b / 10
    assert w == pytest.approx([29 / 15])
    assert b == pytest.approx(2 / 5)
    assert mse(Y_TINY, predict(X_TINY, w, b)) == pytest.approx(2 / 27)


@pytest.mark.parametrize(("n", "d", "scale"), CASES)
def test_gradients_agree_with_central_differences(n: int, d: int, scale: float) -> None:
    X, y = problem(3, n, d, scale)
    w, b, h = np.random.default_rng(4).normal(size=d), 0.7, 1e-3
    grad_w, grad_b = gradients(X, y, w, b)
    assert grad_w.shape == (d,)
    assert type(grad_b) is float
    # For a quadratic, central differences have no error but rounding.
    nudged = [(mse(y, predict(X, w + h * e, b)) - mse(y, predict(X, w - h * e, b))) / (2 * h) for e in np.eye(d)]
    nudged_b = (mse(y, predict(X, w, b + h)) - mse(y, predict(X, w, b - h))) / (2 * h)
    length = np.linalg.norm([*grad_w, grad_b])
    assert np.linalg.norm(grad_w - nudged) < 1e-7 * length
    assert abs(grad_b - nudged_b) < 1e-7 * length


def test_having_every_row_twice_leaves_the_gradient_as_it_is() -> None:
    X, y = problem(5, 20, 2)
    once = gradients(X, y, np.ones(2), 1.0)
    twice = gradients(np.tile(X, (2, 1)), np.tile(y, 2), np.ones(2), 1.0)
    np.testing.assert_allclose(twice[0], once[0], rtol=1e-13)
    assert twice[1] == pytest.approx(once[1], rel=1e-13)


def test_gradients_vanish_at_the_best_line() -> None:
    X, y = problem(6, 40, 3)
    b, *w = best(X, y)
    grad_w, grad_b = gradients(X, y, np.array(w), b)
    assert np.abs([*grad_w, grad_b]).max() < 1e-12


def test_the_walk_starts_at_zeros_or_where_it_is_told_and_counts_its_steps() -> None:
    states = list(descend(X_TINY, Y_TINY, 0.1, 3))
    assert [step for step, _, _ in states] == [0, 1, 2, 3]
    assert states[0][1].tolist() == [0]
    assert states[0][2] == 0
    _, w, b = next(descend(np.ones((2, 3)), np.ones(2), 0.1, 1, start=5.0))
    assert w.tolist() == [5, 5, 5]
    assert b == 5


def test_both_parameters_move_from_the_same_point() -> None:
    (_, w0, b0), (_, w1, b1) = descend(X_TINY, Y_TINY, 0.1, 1)
    grad_w, grad_b = gradients(X_TINY, Y_TINY, w0, b0)
    assert w1 == pytest.approx(w0 - 0.1 * grad_w)
    assert b1 == pytest.approx(b0 - 0.1 * grad_b)


def test_states_handed_out_stay_as_they_were() -> None:
    kept = [w for _, w, _ in descend(X_TINY, Y_TINY, 0.1, 5)]
    assert len({float(w[0]) for w in kept}) == 6


def test_a_thousand_steps_print_what_the_book_says() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    *_, (step, w, b) = descend(X, y, 0.005, 1000)
    assert step == 1000
    assert (round(b, 4), round(float(w[0]), 4)) == (1.4424, 3.1133)
    assert 1 - mse(y, predict(X, w, b)) / y.var() == pytest.approx(0.9714, abs=5e-5)


def test_curvatures_are_the_second_derivatives_of_the_loss() -> None:
    X, y = problem(7, 25, 2)
    zero = np.array([*gradients(X, y, np.zeros(2), 0.0)[0], gradients(X, y, np.zeros(2), 0.0)[1]])
    rows = []
    for e in np.eye(3):
        grad_w, grad_b = gradients(X, y, e[:2], e[2])
        rows.append(np.array([*grad_w, grad_b]) - zero)
    # The gradient is linear, so a difference of gradients is a row of the Hessian.
    np.testing.assert_allclose(curvatures(X), np.linalg.eigvalsh(np.array(rows)), rtol=1e-10)


@pytest.mark.parametrize("seed", range(20))
def test_the_loss_never_rises_below_the_limit_and_explodes_above(seed: int) -> None:
    X, y = problem(seed, 15, 3)
    limit = 2 / curvatures(X)[-1]
    for share in (0.1, 0.5, 0.9, 0.99):
        run = losses(X, y, share * limit, 300)
        assert np.diff(run).max() <= 1e-13 * run[0], share
        assert run[-1] < run[0]
    above = losses(X, y, 1.05 * limit, 600)
    assert above[-1] > 1e6 * above[0]
    assert np.isfinite(above).all()


def test_the_distance_shrinks_by_the_factor_that_the_book_gives() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    lam, theta = curvatures(X), best(X, y)
    gaps = [np.linalg.norm([b - theta[0], w[0] - theta[1]]) for _, w, b in descend(X, y, 0.005, 1000)]
    # After a hundred steps only the slow direction is left.
    assert gaps[1000] / gaps[100] == pytest.approx((1 - 0.005 * lam[0]) ** 900, rel=1e-9)


@pytest.mark.parametrize(("n", "d"), [(200, 1), (40, 3)])
def test_fit_comes_to_the_answer_of_lstsq(n: int, d: int) -> None:
    X, y = problem(8, n, d)
    w, b, steps = fit(X, y, eta=1 / curvatures(X)[-1], tol=1e-12)
    np.testing.assert_allclose([b, *w], best(X, y), rtol=1e-9)
    assert 0 < steps < 100_000


def test_fit_stops_at_the_first_state_that_is_level_enough() -> None:
    X, y = noisy_line(np.random.default_rng(42))

    def length(w: np.ndarray, b: float) -> float:
        grad_w, grad_b = gradients(X, y, w, b)
        return float(np.linalg.norm([*grad_w, grad_b]))

    states = list(descend(X, y, 0.01, 3000))
    start = length(*states[0][1:])
    first = next(step for step, w, b in states if length(w, b) <= 1e-6 * start)
    w, b, step = fit(X, y, 0.01, tol=1e-6)
    assert step == first
    assert (w[0], b) == (states[first][1][0], states[first][2])


@pytest.mark.parametrize(("n", "d", "scale"), CASES)
def test_steepness_is_the_length_of_both_slopes_together(n: int, d: int, scale: float) -> None:
    X, y = problem(3, n, d, scale)
    w, b = np.random.default_rng(4).normal(size=d), 0.7
    grad_w, grad_b = gradients(X, y, w, b)
    assert steepness(X, y, w, b) == pytest.approx(np.linalg.norm([*grad_w, grad_b]), rel=1e-14)
    assert type(steepness(X, y, w, b)) is float


@pytest.mark.parametrize("seed", range(5))
def test_the_distance_is_at_most_the_steepness_over_the_smallest_curvature(seed: int) -> None:
    X, y = problem(seed, 30, 3)
    theta, lam = best(X, y), curvatures(X)
    for _, w, b in descend(X, y, 1 / lam[-1], 200):
        distance = float(np.linalg.norm(np.array([b, *w]) - theta))
        steep = steepness(X, y, w, b)
        assert steep / lam[-1] <= distance * (1 + 1e-9) + 1e-12
        assert distance <= steep / lam[0] * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("tol", [1e-4, 1e-6, 1e-8])
def test_fit_leaves_at_most_the_tolerance_times_the_ratio_of_curvatures(tol: float) -> None:
    X, y = noisy_line(np.random.default_rng(42))
    theta, lam = best(X, y), curvatures(X)
    w, b, _ = fit(X, y, 0.01, tol)
    assert np.linalg.norm([b - theta[0], w[0] - theta[1]]) <= tol * lam[-1] / lam[0] * np.linalg.norm(theta)


def test_fit_at_the_answer_takes_no_step() -> None:
    assert fit(X_TINY, np.zeros(3), 0.1) == (np.zeros(1), 0.0, 0)


def test_fit_does_not_depend_on_units() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    assert fit(X, y, 0.01)[2] == fit(X, 1000 * y, 0.01)[2]


def test_fit_says_when_the_step_is_too_large_before_anything_overflows() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for eta in (0.031, 1.0, 1e6):
            with pytest.raises(RuntimeError, match=rf"^The gradient grows: eta = {eta} is too large\.$"):
                fit(X, y, eta)


@pytest.mark.parametrize(("growth", "says"), [(1.9, "Still on the way after 7 steps"), (2.1, "The gradient grows")])
def test_a_gradient_may_double_and_no_more(monkeypatch: pytest.MonkeyPatch, growth: float, says: str) -> None:
    X, y = np.ones((1, 1)), np.zeros(1)
    states = iter([(0, np.ones(1), 0.0), (1, np.array([growth]), 0.0)])
    monkeypatch.setattr("snippets.gradient_descent.descend", lambda X, y, eta, steps: states)
    with pytest.raises(RuntimeError, match=says):
        fit(X, y, 0.1, steps=7)


def test_fit_takes_a_hundred_thousand_steps_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snippets.gradient_descent.descend", lambda X, y, eta, steps: iter([(0, np.ones(1), 0.0)]))
    with pytest.raises(RuntimeError, match=r"^Still on the way after 100000 steps, eta = 0\.1\.$"):
        fit(np.ones((1, 1)), np.zeros(1), 0.1)


def test_fit_says_when_it_has_not_arrived() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    with pytest.raises(RuntimeError, match=r"^Still on the way after 10 steps, eta = 0\.01\.$"):
        fit(X, y, 0.01, steps=10)


@pytest.mark.parametrize("start", [0.0, -3.0, 1e8])
def test_the_start_does_not_decide_where_the_walk_ends(start: float) -> None:
    X, y = noisy_line(np.random.default_rng(42))
    *_, (_, w, b) = descend(X, y, 0.015, 6000, start)
    np.testing.assert_allclose([b, *w], best(X, y), rtol=1e-6)


def test_one_feature_must_still_be_a_table() -> None:
    with pytest.raises(ValueError, match=r"^X \(3,\) must be \(n, d\): try X\[:, np\.newaxis\]\.$"):
        next(descend(np.ones(3), np.ones(3), 0.1, 1))


@pytest.mark.parametrize("y", [(3, 1), (2,), (1,)])
def test_a_y_of_another_shape_is_rejected_before_the_first_step(y: tuple[int, ...]) -> None:
    walk = descend(np.ones((3, 2)), np.ones(y), 0.1, 1)
    next(walk)
    with pytest.raises(ValueError, match=r"must both be \(n,\)\.$"):
        next(walk)
