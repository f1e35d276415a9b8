"""Leverage, Cook's distance and VIF against statsmodels; Huber and least absolute errors against general optimizers."""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from scipy.optimize import linprog, minimize
from statsmodels.stats.outliers_influence import variance_inflation_factor

from snippets.closed_form import by_lstsq
from snippets.goodness_of_fit import load_anscombe
from snippets.model import design_matrix
from snippets.wrong_tool import (
    cooks_distance,
    fit_huber,
    fit_weighted,
    leverage,
    normal_scores,
    standardized,
    studentized,
    vif,
)

ANSCOMBE = "docs/data/anscombe.csv"


def problem(seed: int, n: int = 30, d: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    A = design_matrix(rng.normal(2, 3, (n, d)))
    return A, A @ rng.normal(size=d + 1) + rng.standard_t(2, n)


def huber_loss(A: np.ndarray, y: np.ndarray, theta: np.ndarray, cut: float) -> float:
    r = np.abs(A @ theta - y)
    return float(np.sum(np.where(r <= cut, r**2 / 2, cut * (r - cut / 2))))


@pytest.mark.parametrize("seed", range(5))
def test_leverage_is_how_far_a_prediction_follows_its_own_y(seed: int) -> None:
    A, y = problem(seed)
    h = leverage(A)
    before = A @ by_lstsq(A, y)
    for i in range(len(y)):
        pushed = y.copy()
        pushed[i] += 1
        assert (A @ by_lstsq(A, pushed))[i] - before[i] == pytest.approx(h[i], rel=1e-8)
    assert h.sum() == pytest.approx(A.shape[1], rel=1e-12)
    assert h.min() > 0
    assert h.max() < 1


def test_leverage_of_a_line_is_the_textbook_form() -> None:
    x = np.array([1.0, 2.0, 4.0, 9.0])
    arm = x - x.mean()
    np.testing.assert_allclose(leverage(design_matrix(x)), 1 / 4 + arm**2 / np.sum(arm**2), rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_leverage_and_cook_agree_with_statsmodels(seed: int) -> None:
    A, y = problem(seed)
    theirs = sm.OLS(y, A).fit().get_influence()
    np.testing.assert_allclose(leverage(A), theirs.hat_matrix_diag, rtol=1e-10)
    np.testing.assert_allclose(cooks_distance(A, y, A @ by_lstsq(A, y)), theirs.cooks_distance[0], rtol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_scaled_residuals_agree_with_statsmodels_of_the_other_sign(seed: int) -> None:
    A, y = problem(seed)
    y_hat = A @ by_lstsq(A, y)
    theirs = sm.OLS(y, A).fit().get_influence()
    np.testing.assert_allclose(standardized(A, y, y_hat), -theirs.resid_studentized_internal, rtol=1e-9)
    np.testing.assert_allclose(studentized(A, y, y_hat), -theirs.resid_studentized_external, rtol=1e-9)


def test_a_studentized_residual_is_the_error_of_a_fit_without_the_point() -> None:
    A, y = problem(3)
    n, p = A.shape
    for i, t in enumerate(studentized(A, y, A @ by_lstsq(A, y))):
        rest, known = np.delete(A, i, axis=0), np.delete(y, i)
        theta = by_lstsq(rest, known)
        s2 = np.sum((rest @ theta - known) ** 2) / (n - 1 - p)
        spread = np.sqrt(s2 * (1 + A[i] @ np.linalg.inv(rest.T @ rest) @ A[i]))
        assert t == pytest.approx((A[i] @ theta - y[i]) / spread, rel=1e-8)


def test_studentized_residuals_of_normal_noise_follow_students_t() -> None:
    A, _ = problem(4, n=12, d=2)
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(1500):
        y = rng.normal(size=12)
        draws.append(studentized(A, y, A @ by_lstsq(A, y))[5])
    assert stats.kstest(draws, stats.t(12 - 3 - 1).cdf).pvalue > 0.01


def test_a_column_that_others_make_has_no_leverages() -> None:
    A, _ = problem(0)
    with pytest.raises(ValueError, match=r"^A column is a combination of the others\.$"):
        leverage(np.column_stack([A, A[:, 1] - 2 * A[:, 2]]))


@pytest.mark.parametrize("n", [1, 2, 5, 200])
def test_normal_scores_cut_the_bell_curve_into_equal_shares(n: int) -> None:
    np.testing.assert_allclose(normal_scores(n), stats.norm.ppf((np.arange(n) + 0.5) / n), atol=1e-9)
    np.testing.assert_allclose(normal_scores(n), -normal_scores(n)[::-1], atol=1e-9)


def test_cooks_distance_is_what_leaving_a_point_out_does() -> None:
    A, y = problem(7)
    n, p = A.shape
    y_hat = A @ by_lstsq(A, y)
    s2 = np.sum((y_hat - y) ** 2) / (n - p)
    for i, distance in enumerate(cooks_distance(A, y, y_hat)):
        without = A @ by_lstsq(np.delete(A, i, axis=0), np.delete(y, i))
        assert distance == pytest.approx(np.sum((without - y_hat) ** 2) / (p * s2), rel=1e-8)


def test_anscombe_three_and_four() -> None:
    sets = load_anscombe(ANSCOMBE)
    x, y = sets["III"]
    A = design_matrix(x)
    wild = cooks_distance(A, y, A @ by_lstsq(A, y))
    assert wild[2] == pytest.approx(1.39, abs=0.01)
    assert np.delete(wild, 2).max() < 0.5

    x, y = sets["IV"]
    A = design_matrix(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        distance = cooks_distance(A, y, A @ by_lstsq(A, y))
    assert np.isnan(distance).tolist() == (x == 19).tolist()


@pytest.mark.parametrize(("gap", "known"), [(1.5e-9, True), (0.7e-9, False)])
def test_a_leverage_of_almost_one_has_a_distance_as_long_as_digits_are_left(gap: float, known: bool) -> None:
    # Of the points 0, 1, s on a line, the last has leverage 1 - 1 / (2 s² - 2 s + 2).
    s = (1 + np.sqrt(2 / gap - 3)) / 2
    A, y = design_matrix(np.array([0, 1, s])), np.array([0.0, 2, 1])
    assert 1 - leverage(A)[2] == pytest.approx(gap, rel=1e-3)
    assert np.isfinite(cooks_distance(A, y, A @ by_lstsq(A, y))[2]) == known


def test_weights_count_as_repeated_rows_and_zero_leaves_out() -> None:
    A, y = problem(8)
    times = np.random.default_rng(0).integers(0, 4, len(y))
    repeated = by_lstsq(np.repeat(A, times, axis=0), np.repeat(y, times))
    np.testing.assert_allclose(fit_weighted(A, y, times), repeated, rtol=1e-9)
    np.testing.assert_allclose(fit_weighted(A, y, np.ones(len(y))), by_lstsq(A, y), rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_weighted_agrees_with_statsmodels(seed: int) -> None:
    A, y = problem(seed)
    weights = np.random.default_rng(seed).uniform(0.1, 5, len(y))
    np.testing.assert_allclose(fit_weighted(A, y, weights), sm.WLS(y, A, weights).fit().params, rtol=1e-9)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cut", [0.1, 1.0, 10.0])
def test_huber_is_at_the_bottom_of_its_loss(seed: int, cut: float) -> None:
    A, y = problem(seed)
    theta = fit_huber(A, y, cut)
    slope = A.T @ np.clip(A @ theta - y, -cut, cut)
    assert np.abs(slope).max() < 1e-6 * np.abs(A.T @ y).max()
    found = minimize(lambda t: huber_loss(A, y, t, cut), by_lstsq(A, y), method="BFGS")
    assert huber_loss(A, y, theta, cut) <= found.fun * (1 + 1e-9)


def test_huber_with_a_wide_cut_is_least_squares() -> None:
    A, y = problem(9)
    np.testing.assert_allclose(fit_huber(A, y, 1e6), by_lstsq(A, y), rtol=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_huber_with_a_tiny_cut_has_the_least_absolute_errors(seed: int) -> None:
    A, y = problem(seed)
    n, p = A.shape
    # Least sum of u + v, where A theta + u - v = y and u, v >= 0: a linear program.
    costs = np.concatenate([np.zeros(p), np.ones(2 * n)])
    bounds = [(None, None)] * p + [(0, None)] * (2 * n)
    least = linprog(costs, A_eq=np.hstack([A, np.eye(n), -np.eye(n)]), b_eq=y, bounds=bounds).fun
    ours = np.abs(A @ fit_huber(A, y, 1e-4, steps=20_000) - y).sum()
    assert least <= ours * (1 + 1e-9)
    assert ours == pytest.approx(least, rel=1e-4)


def test_a_tiny_cut_forgets_the_wild_point_of_anscombe_three() -> None:
    x, y = load_anscombe(ANSCOMBE)["III"]
    keep = y < 12
    others = by_lstsq(design_matrix(x[keep]), y[keep])
    np.testing.assert_allclose(fit_huber(design_matrix(x), y, 1e-5), others, atol=0.02)


@pytest.mark.parametrize(
    ("moves", "calls"), [([1.0, 1 + 1.5e-9], 3), ([1.0, 1 + 0.5e-9], 2), ([0.0, 1.5e-12], 3), ([0.0, 0.5e-12], 2)]
)
def test_huber_stops_at_nine_digits_or_at_nothing(
    monkeypatch: pytest.MonkeyPatch, moves: list[float], calls: int
) -> None:
    thetas = iter([*moves, moves[-1]])
    monkeypatch.setattr("snippets.wrong_tool.fit_weighted", lambda A, y, weights: np.array([next(thetas)]))
    fit_huber(np.ones((2, 1)), np.array([5.0, 6]), 1.0)
    assert 3 - len(list(thetas)) == calls


def test_huber_tries_a_thousand_times_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    thetas = iter(range(2000))
    monkeypatch.setattr("snippets.wrong_tool.fit_weighted", lambda A, y, weights: np.array([float(next(thetas))]))
    with pytest.raises(RuntimeError, match=r"^Theta moves after 1000 steps, cut = 1\.0\.$"):
        fit_huber(np.ones((2, 1)), np.array([5.0, 6]), 1.0)


def test_huber_says_when_it_still_moves() -> None:
    A, y = problem(3)
    with pytest.raises(RuntimeError, match=r"^Theta moves after 2 steps, cut = 0\.1\.$"):
        fit_huber(A, y, 0.1, steps=2)


@pytest.mark.parametrize("seed", range(4))
def test_vif_agrees_with_statsmodels_and_the_inverse_of_the_correlations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(5, 1, (40, 4)) @ rng.normal(size=(4, 4)) + 3
    np.testing.assert_allclose(vif(X), np.diag(np.linalg.inv(np.corrcoef(X.T))), rtol=1e-7)
    A = design_matrix(X)
    np.testing.assert_allclose(vif(X), [variance_inflation_factor(A, j) for j in range(1, 5)], rtol=1e-7)


def test_vif_of_two_columns_with_a_given_correlation() -> None:
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(design_matrix(rng.normal(size=(50, 2)))).Q[:, 1:]  # mean 0, length 1, at right angles
    X = np.column_stack([Q[:, 0], 0.99 * Q[:, 0] + np.sqrt(1 - 0.99**2) * Q[:, 1]])
    np.testing.assert_allclose(vif(X), [50.2513, 50.2513], atol=1e-3)
    assert np.sqrt(vif(X)[0]) == pytest.approx(7.0888, abs=1e-4)
    np.testing.assert_allclose(vif(Q), [1, 1], rtol=1e-9)
    # The inflation is that of the weight's variance: entry of (AᵀA)⁻¹, against the same column alone.
    cov = np.linalg.inv(design_matrix(X).T @ design_matrix(X))
    assert cov[1, 1] == pytest.approx(50.2513, abs=1e-3)


def test_statsmodels_goes_on_estimating_the_spread_and_ends_elsewhere() -> None:
    x, y = load_anscombe(ANSCOMBE)["III"]
    A = design_matrix(x)
    off = np.abs(A @ by_lstsq(A, y) - y)
    ours = fit_huber(A, y, 1.345 * np.median(off) / stats.norm.ppf(0.75))
    model = sm.RLM(y, A, M=sm.robust.norms.HuberT())
    once, again = model.fit(update_scale=False, tol=1e-10), model.fit()
    np.testing.assert_allclose(once.params, ours, rtol=1e-6)
    assert again.params[1] == pytest.approx(0.346, abs=5e-4)
