"""Steps follow the condition number; scaled columns are what they say, and weights come back."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from snippets.a_line_through_points import load_penguins
from snippets.closed_form import fit_centered
from snippets.feature_scaling import best_step, column_scale, count_steps, scale, slowest_factor, unscale
from snippets.gradient_descent import curvatures, noisy_line
from snippets.model import predict

CSV = Path(__file__).parents[2] / "docs/data/penguins.csv"
COLUMNS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def birds() -> tuple[np.ndarray, np.ndarray]:
    table, _ = load_penguins(str(CSV), COLUMNS)
    return table[:, :3], table[:, 3]


def problem(seed: int, n: int = 60, d: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(3, [1, 5, 0.2], (n, d))
    return X, X @ rng.normal(size=d) + rng.normal(size=n)


def test_from_954_steps_to_one() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    assert count_steps(X, y) == 954
    assert count_steps(scale(X, *column_scale(X)), y) == 1
    lam = curvatures(X)
    assert lam[-1] / lam[0] == pytest.approx(138.0, abs=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_no_other_step_is_faster_in_the_slowest_direction(seed: int) -> None:
    X, _ = problem(seed)
    lam, eta = curvatures(X), best_step(X)
    assert slowest_factor(X) == pytest.approx(np.abs(1 - eta * lam).max(), rel=1e-9)
    for other in (0.9 * eta, 0.99 * eta, 1.01 * eta, 1.1 * eta):
        assert np.abs(1 - other * lam).max() > slowest_factor(X)


def test_a_step_too_small_or_too_large_is_counted_or_reported() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    Z = scale(X, *column_scale(X))
    assert count_steps(Z, y, 0.5) == 1
    assert count_steps(Z, y, 0.01) == 684
    with pytest.raises(RuntimeError, match=r"^More than 50 steps are needed\.$"):
        count_steps(Z, y, 0.01, limit=50)


def test_counting_ends_at_a_hundred_thousand_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = noisy_line(np.random.default_rng(42))
    monkeypatch.setattr("snippets.feature_scaling.descend", lambda X, y, eta, steps: iter([(0, np.zeros(1), 0.0)]))
    with pytest.raises(RuntimeError, match=r"^More than 100000 steps are needed\.$"):
        count_steps(X, y, 0.01)


def test_scaled_columns_have_mean_zero_and_deviation_one_like_those_of_scikit_learn() -> None:
    X, _ = birds()
    mu, s = column_scale(X)
    Z = scale(X, mu, s)
    np.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(Z.std(axis=0), 1, rtol=1e-12)
    np.testing.assert_allclose(Z, StandardScaler().fit_transform(X), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e-9, 1e9 + 0.1, -7.3])
def test_a_constant_column_becomes_exactly_zero(value: float) -> None:
    X = np.column_stack([np.arange(9.0), np.full(9, value)])
    mu, s = column_scale(X)
    assert s[1] == 1
    assert (scale(X, mu, s)[:, 1] == 0).all()


@pytest.mark.parametrize("unit", [1e-100, 1e-9, 1e6])
def test_the_unit_of_a_column_does_not_show_in_its_scaled_form(unit: float) -> None:
    X, _ = problem(1)
    np.testing.assert_allclose(scale(unit * X, *column_scale(unit * X)), scale(X, *column_scale(X)), atol=1e-9)


def test_one_row_is_its_own_mean() -> None:
    mu, s = column_scale(np.array([[3.0, -1.0]]))
    assert mu.tolist() == [3, -1]
    assert s.tolist() == [1, 1]


@pytest.mark.parametrize("shape", [(4,), (0, 2), (2, 2, 2)])
def test_what_is_no_table_is_rejected(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"must be \(n, d\) with n >= 1\.$"):
        column_scale(np.zeros(shape))


@pytest.mark.parametrize("unit", [1.0, 1e-9, 1e6])
def test_scale_fit_predict_new_rows_equals_the_exact_model(unit: float) -> None:
    X, y = problem(2)
    X = np.column_stack([unit * X, np.full(len(X), 0.1)])
    train, new = slice(0, 40), slice(40, 60)
    mu, s = column_scale(X[train])
    v, c = fit_centered(scale(X[train], mu, s), y[train])
    A = np.column_stack([np.ones(40), X[train, :3] / unit])
    b_star, *w_star = np.linalg.lstsq(A, y[train])[0]
    exact = X[new, :3] / unit @ np.array(w_star) + b_star
    np.testing.assert_allclose(predict(scale(X[new], mu, s), v, c), exact, rtol=1e-9)
    w, b = unscale(v, c, mu, s)
    np.testing.assert_allclose(predict(X[new], w, b), exact, rtol=1e-9)


def test_the_penguins_need_two_hundred_million_steps_unscaled() -> None:
    X, mass = birds()
    lam = curvatures(X)
    assert 2.0e8 < np.log(1e-6) / np.log1p(-2 * lam[0] / (lam[-1] + lam[0])) < 2.1e8
    assert count_steps(scale(X, *column_scale(X)), mass) == 53


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9, -0.9])
def test_two_scaled_features_have_the_condition_of_their_correlation(rho: float) -> None:
    basis = np.column_stack([np.ones(50), np.random.default_rng(3).normal(size=(50, 2))])
    one, two = np.sqrt(50) * np.linalg.qr(basis)[0][:, 1:].T
    lam = curvatures(np.column_stack([one, rho * one + np.sqrt(1 - rho**2) * two]))
    assert lam[-1] / lam[0] == pytest.approx((1 + abs(rho)) / (1 - abs(rho)))
