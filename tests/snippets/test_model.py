"""Predictions: one at a time, all at once, stacked; and what is turned away."""

import numpy as np
import pytest

from snippets.model import check_data, design_matrix, predict, predict_one

SHAPES = [(1, 1), (7, 1), (50, 3), (3, 8), (4, 4)]


@pytest.mark.parametrize(("n", "d"), SHAPES)
def test_one_by_one_all_at_once_and_stacked_agree(n: int, d: int) -> None:
    rng = np.random.default_rng([n, d])
    X, w, b = 100 * rng.normal(size=(n, d)), rng.normal(size=d), 3.5
    together = predict(X, w, b)
    one_by_one = [predict_one(row, w, b) for row in X]
    stacked = design_matrix(X) @ np.concatenate([[b], w])
    np.testing.assert_allclose(one_by_one, together, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(stacked, together, rtol=1e-12, atol=1e-12)
    assert together.shape == (n,)


def test_by_hand() -> None:
    assert predict_one(np.array([2, 5]), np.array([10, -1]), 3) == 18
    assert predict(np.array([[2, 5], [0, 0]]), np.array([10, -1]), 3).tolist() == [18, 3]


def test_the_intercept_is_what_all_zeros_get_and_a_weight_what_one_more_adds() -> None:
    w, b = np.array([4.0, -2.0, 0.5]), 7.0
    assert predict(np.zeros((1, 3)), w, b).tolist() == [b]
    base = predict(np.ones((1, 3)), w, b)
    for j, weight in enumerate(w):
        assert predict(np.ones((1, 3)) + np.eye(3)[[j]], w, b) - base == pytest.approx(weight)


def test_predictions_change_with_the_unit_of_a_feature_only_if_its_weight_does_not() -> None:
    X, w = np.random.default_rng(1).normal(size=(9, 2)), np.array([3.0, -2.0])
    centimeters = X / [10, 1]
    np.testing.assert_allclose(predict(centimeters, w * [10, 1], 1.0), predict(X, w, 1.0))
    assert not np.allclose(predict(centimeters, w, 1.0), predict(X, w, 1.0))


@pytest.mark.parametrize(("features", "w"), [([1, 2], [1]), ([1], [1, 2]), ([], [1])])
def test_one_prediction_needs_a_weight_for_each_feature(features: list[float], w: list[float]) -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        predict_one(np.array(features), np.array(w), 0)


@pytest.mark.parametrize(
    ("x_shape", "w_shape"), [((3, 2), (3,)), ((3, 2), (2, 1)), ((3, 2), (1, 2)), ((3,), (3,)), ((3,), ()), ((3, 1), ())]
)
def test_weights_of_another_shape_are_rejected(x_shape: tuple[int, ...], w_shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"must be \(n, d\) and \(d,\)\.$") as caught:
        predict(np.ones(x_shape), np.ones(w_shape), 0.0)
    assert f"X {x_shape} and w {w_shape}" in str(caught.value)


def test_the_design_matrix_is_a_copy_with_ones_in_front() -> None:
    X = np.arange(6.0).reshape(3, 2)
    A = design_matrix(X)
    np.testing.assert_array_equal(A, [[1, 0, 1], [1, 2, 3], [1, 4, 5]])
    A[:] = 0
    assert X[2, 1] == 5


@pytest.mark.parametrize(("n", "d"), SHAPES)
def test_good_shapes_pass(n: int, d: int) -> None:
    check_data(np.ones((n, d)), np.ones(n))


@pytest.mark.parametrize(
    ("x_shape", "y_shape", "cure"),
    [
        ((3,), (3,), " Try X[:, np.newaxis]."),
        ((3, 1), (3, 1), " Try y[:, 0]."),
        ((3, 2), (3, 1), " Try y[:, 0]."),
        ((3, 2), (2,), ""),
        ((3, 2), (1,), ""),
        ((3, 2), (), ""),
        ((3, 2), (3, 2), ""),
        ((0, 2), (0,), ""),
        ((2, 3, 1), (2,), ""),
        ((), (), ""),
    ],
)
def test_other_shapes_do_not_and_the_message_says_what_to_do(
    x_shape: tuple[int, ...], y_shape: tuple[int, ...], cure: str
) -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        check_data(np.ones(x_shape), np.ones(y_shape))
    assert str(caught.value) == f"X {x_shape} and y {y_shape} must be (n, d) and (n,).{cure}"


@pytest.mark.parametrize("seed", range(5))
def test_a_column_for_y_makes_the_flat_prediction_look_best(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, 2))
    y = predict(X, np.array([5.0, 1.0]), 2.0) + rng.normal(size=30)
    theta = np.linalg.lstsq(design_matrix(X), y)[0]
    fitted, flat, column = design_matrix(X) @ theta, np.full(30, y.mean()), y[:, np.newaxis]
    assert np.mean((fitted - y) ** 2) < np.mean((flat - y) ** 2)
    assert np.mean((fitted - column) ** 2) > np.mean((flat - column) ** 2)
    # All pairs: the spread of y and the spread of the predictions add up.
    assert np.mean((fitted - column) ** 2) == pytest.approx(y.var() + fitted.var())
