"""The loss is the mean of the squared vertical errors, and a bowl."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from snippets.a_line_through_points import predict_line
from snippets.loss import loss_surface, mae, mse, perpendicular_slope, residuals

Judge = Callable[[np.ndarray, np.ndarray], float]

X_TINY, Y_TINY = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])


def points(seed: int, n: int = 50) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(5, 3, n)
    return x, 2 * x - 1 + rng.normal(0, 2, n)


def test_the_tiny_example_in_exact_fractions() -> None:
    exact = sum((Fraction(x) - y) ** 2 for x, y in [(1, 2), (2, 4), (3, 6)]) / 3
    assert exact == Fraction(14, 3)
    assert mse(Y_TINY, X_TINY) == pytest.approx(float(exact), rel=1e-15)
    np.testing.assert_array_equal(residuals(Y_TINY, X_TINY), [-1, -2, -3])
    assert mae(Y_TINY, X_TINY) == 2


def test_is_a_plain_number_and_zero_only_for_a_perfect_fit() -> None:
    assert type(mse(Y_TINY, Y_TINY)) is float
    assert type(mae(Y_TINY, Y_TINY)) is float
    assert mse(Y_TINY, Y_TINY) == 0 == mae(Y_TINY, Y_TINY)
    assert mse(Y_TINY, np.array([2, 4, 6.000001])) > 0


def test_residuals_are_prediction_minus_measurement() -> None:
    np.testing.assert_array_equal(residuals(np.array([1.0]), np.array([4.0])), [3])


@pytest.mark.parametrize("judge", [mse, mae])
def test_having_every_point_twice_changes_nothing(judge: Judge) -> None:
    x, y = points(1)
    y_hat = predict_line(x, 1.5, 0.0)
    assert judge(np.tile(y, 2), np.tile(y_hat, 2)) == pytest.approx(judge(y, y_hat), rel=1e-14)


def test_units_squared_for_one_and_plain_for_the_other() -> None:
    x, y = points(2)
    assert mse(1000 * y, 1000 * x) == pytest.approx(1e6 * mse(y, x))
    assert mae(1000 * y, 1000 * x) == pytest.approx(1e3 * mae(y, x))


@pytest.mark.parametrize("judge", [mse, mae])
@pytest.mark.parametrize(
    "shapes", [[(3,), (3, 1)], [(3, 1), (3,)], [(3, 1), (3, 1)], [(3,), (2,)], [(3,), ()], [(), ()]]
)
def test_shapes_that_would_broadcast_fail(judge: Judge, shapes: list[tuple[int, ...]]) -> None:
    y, y_hat = shapes
    with pytest.raises(ValueError, match=r"must both be \(n,\)\.$") as caught:
        judge(np.ones(y), np.ones(y_hat))
    assert f"y {y} and y_hat {y_hat}" in str(caught.value)


@pytest.mark.parametrize("seed", range(5))
def test_lstsq_has_the_lowest_loss_of_all_lines_around(seed: int) -> None:
    x, y = points(seed)
    A = np.column_stack([np.ones_like(x), x])
    b, w = np.linalg.lstsq(A, y)[0]
    lowest = mse(y, predict_line(x, w, b))
    for dw, db in np.random.default_rng(seed).normal(0, 0.1, (200, 2)):
        assert mse(y, predict_line(x, w + dw, b + db)) > lowest


@pytest.mark.parametrize("seed", range(5))
def test_the_constant_that_minimizes_is_the_mean_or_the_median(seed: int) -> None:
    y = np.random.default_rng(seed).exponential(size=31)
    for judge, best in [(mse, y.mean()), (mae, np.median(y))]:
        lowest = judge(y, np.full_like(y, best))
        for c in np.linspace(y.min(), y.max(), 200):
            assert judge(y, np.full_like(y, c)) >= lowest


def test_a_grid_has_intercepts_as_rows_and_slopes_as_columns() -> None:
    surface = loss_surface(X_TINY, Y_TINY, np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.5]))
    assert surface.shape == (2, 3)
    assert surface[0, 2] == 0
    assert surface[0, 1] == pytest.approx(14 / 3)
    assert surface[1, 2] == pytest.approx(0.25)


def test_the_bowl_is_convex() -> None:
    x, y = points(3)
    rng = np.random.default_rng(0)
    for w1, b1, w2, b2 in rng.normal(size=(500, 4)):
        t = rng.uniform()
        between = mse(y, predict_line(x, t * w1 + (1 - t) * w2, t * b1 + (1 - t) * b2))
        chord = t * mse(y, predict_line(x, w1, b1)) + (1 - t) * mse(y, predict_line(x, w2, b2))
        assert between <= chord * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_no_slope_has_smaller_perpendicular_distances(seed: int) -> None:
    x, y = points(seed)

    def distances(slope: float) -> float:
        # Through the point of means; the vertical residual times the cosine of the line's angle.
        r = (y - y.mean()) - slope * (x - x.mean())
        return float(np.sum(r**2)) / (1 + slope**2)

    best = perpendicular_slope(x, y)
    for slope in best + np.array([-1, -0.1, -0.001, 0.001, 0.1, 1]):
        assert distances(slope) > distances(best)


def test_the_perpendicular_line_does_not_mind_an_exchange_of_axes() -> None:
    x, y = points(4)
    assert perpendicular_slope(y, x) == pytest.approx(1 / perpendicular_slope(x, y))
    assert perpendicular_slope(X_TINY, Y_TINY) == pytest.approx(2)
