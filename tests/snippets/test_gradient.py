"""The gradient against exact fractions, nudges and autodiff by hand; the check against wrong gradients."""

from fractions import Fraction

import numpy as np
import pytest

from snippets.gradient import central_difference, forward_difference, gradients, in_theta, relative_gap
from snippets.loss import mse
from snippets.model import predict

X_TINY, Y_TINY = np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.0, 6.0])
# Few rows, one row, more features than rows, and features of a large and a tiny scale.
CASES = [(30, 3, 1.0), (1, 1, 1.0), (4, 9, 1.0), (30, 3, 1000.0), (30, 3, 1e-6)]


def problem(seed: int, n: int, d: int, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = scale * rng.normal(1, 1, (n, d))
    return X, X @ rng.normal(size=d) + scale * rng.normal(size=n)


def test_the_tiny_example_in_exact_fractions() -> None:
    r = [Fraction(x - y) for x, y in [(1, 2), (2, 4), (3, 6)]]
    along_w = Fraction(2, 3) * sum(ri * x for ri, x in zip(r, [1, 2, 3], strict=True))
    along_b = Fraction(2, 3) * sum(r)
    assert (along_w, along_b) == (Fraction(-28, 3), Fraction(-4))
    grad_w, grad_b = gradients(X_TINY, Y_TINY, np.array([1.0]), 0.0)
    assert grad_w == pytest.approx([float(along_w)], rel=1e-15)
    assert grad_b == pytest.approx(float(along_b), rel=1e-15)


@pytest.mark.parametrize(("n", "d", "scale"), CASES)
def test_gradients_agree_with_central_differences_at_any_scale(n: int, d: int, scale: float) -> None:
    X, y = problem(3, n, d, scale)
    theta = np.random.default_rng(4).normal(size=d + 1) * np.array([scale] + [1.0] * d)
    loss, gradient = in_theta(X, y)
    assert gradient(theta).shape == (d + 1,)
    assert relative_gap(gradient(theta), central_difference(loss, theta, 1e-3 * scale)) < 1e-8


def test_gradients_are_the_sum_over_rows_one_weight_at_a_time() -> None:
    X, y = problem(9, 7, 4)
    w, b = np.array([1.0, -2.0, 0.5, 3.0]), 0.25
    grad_w, grad_b = gradients(X, y, w, b)
    for j in range(4):
        by_hand = sum(2 / 7 * (sum(X[i, k] * w[k] for k in range(4)) + b - y[i]) * X[i, j] for i in range(7))
        assert grad_w[j] == pytest.approx(by_hand, rel=1e-12)
    assert grad_b == pytest.approx(sum(2 / 7 * (X[i] @ w + b - y[i]) for i in range(7)), rel=1e-12)
    assert type(grad_b) is float


def test_having_every_row_twice_leaves_the_gradient_as_it_is() -> None:
    X, y = problem(5, 20, 2)
    once = gradients(X, y, np.ones(2), 1.0)
    twice = gradients(np.tile(X, (2, 1)), np.tile(y, 2), np.ones(2), 1.0)
    np.testing.assert_allclose(twice[0], once[0], rtol=1e-13)
    assert twice[1] == pytest.approx(once[1], rel=1e-13)


def test_gradients_vanish_at_the_best_line() -> None:
    X, y = problem(6, 40, 3)
    theta = np.linalg.lstsq(np.column_stack([np.ones(40), X]), y)[0]
    assert np.abs(in_theta(X, y)[1](theta)).max() < 1e-12


def test_one_theta_holds_the_intercept_first() -> None:
    X, y = problem(7, 12, 2)
    loss, gradient = in_theta(X, y)
    w, b = np.array([1.5, -0.5]), 2.0
    theta = np.array([2.0, 1.5, -0.5])
    assert loss(theta) == mse(y, predict(X, w, b))
    grad_w, grad_b = gradients(X, y, w, b)
    np.testing.assert_array_equal(gradient(theta), [grad_b, *grad_w])


@pytest.mark.parametrize("y", [(3, 1), (2,), (1,)])
def test_a_y_of_another_shape_is_rejected(y: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(n,\)"):
        gradients(np.ones((3, 2)), np.ones(y), np.zeros(2), 0.0)


def test_weights_as_a_column_are_rejected() -> None:
    with pytest.raises(ValueError, match=r"\(n,\)|\(d,\)"):
        gradients(np.ones((3, 2)), np.ones(3), np.ones((2, 1)), 0.0)


def test_moving_by_delta_changes_the_loss_by_three_terms_exactly() -> None:
    X, y = problem(8, 10, 3)
    loss, gradient = in_theta(X, y)
    theta, delta = np.random.default_rng(1).normal(size=(2, 4))
    A = np.column_stack([np.ones(10), X])
    expanded = loss(theta) + delta @ gradient(theta) + np.mean((A @ delta) ** 2)
    assert loss(theta + delta) == pytest.approx(expanded, rel=1e-13)


def cubes(theta: np.ndarray) -> float:
    return float(np.sum(theta**3))


def test_the_error_of_forward_differences_falls_with_h_and_of_central_ones_with_its_square() -> None:
    theta = np.array([1.0, -2.0])
    for nudge, factor in [(forward_difference, 10), (central_difference, 100)]:
        far, near = (np.abs(nudge(cubes, theta, h) - 3 * theta**2).max() for h in (1e-1, 1e-2))
        assert far / near == pytest.approx(factor, rel=0.05)


def test_central_differences_of_a_quadratic_are_exact_for_any_h() -> None:
    loss, gradient = in_theta(*problem(2, 15, 2))
    theta = np.array([0.5, 1.0, -1.0])
    for h in (100.0, 1.0, 1e-2):
        assert relative_gap(central_difference(loss, theta, h), gradient(theta)) < 1e-11
    assert relative_gap(forward_difference(loss, theta, 1.0), gradient(theta)) > 1e-2


def test_the_gap_is_relative_symmetric_and_at_most_two() -> None:
    g = np.array([3.0, 4.0])
    assert relative_gap(g, g) == 0
    assert relative_gap(g, -g) == pytest.approx(2)
    assert relative_gap(2 * g, g) == relative_gap(g, 2 * g) == pytest.approx(2 / 3)
    assert relative_gap(1e9 * g, 2e9 * g) == pytest.approx(2 / 3)
    assert type(relative_gap(g, g)) is float


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e3])
def test_the_check_tells_five_wrong_gradients_from_the_right_one(scale: float) -> None:
    rng = np.random.default_rng(6)
    X, y, theta = scale * rng.normal(size=(6, 6)), scale * rng.normal(size=6), rng.normal(size=7)
    theta[0] *= scale
    loss, gradient = in_theta(X, y)
    nudged, g = central_difference(loss, theta, 1e-5 * min(scale, 1)), gradient(theta)
    assert relative_gap(g, nudged) < 1e-6
    slip = g.copy()
    slip[np.abs(g).argmax()] *= 1.001
    r = predict(X, theta[1:], theta[0]) - y
    turned = np.concatenate([g[:1], 2 / 6 * X @ r])
    for wrong in (-g, g / 2, 6 * g, slip):
        assert relative_gap(wrong, nudged) > 1e-5
    # In tiny units the intercept's slope outweighs the others: the check asks for features of size one.
    if scale >= 1:
        assert relative_gap(turned, nudged) > 1e-5


def test_gaps_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^Shapes \(2,\) and \(3,\) differ\.$"):
        relative_gap(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match=r"^Both vectors are zero"):
        relative_gap(np.zeros(2), np.zeros(2))
