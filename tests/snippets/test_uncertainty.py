"""Standard errors, intervals, p-values and bands against statsmodels, NIST's certificates and simulated worlds."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from snippets.gradient_descent import noisy_line
from snippets.model import design_matrix
from snippets.nist import SETS, load_nist, log_relative_error
from snippets.uncertainty import (
    Estimate,
    bands,
    bootstrap,
    estimate,
    intervals,
    inverse_gram,
    log_likelihood,
    p_values,
    robust_errors,
    t_limit,
)

TRUTH = np.array([2.0, 3.0])


def problem(seed: int, n: int = 40, d: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    A = design_matrix(rng.normal(5, 2, (n, d)))
    return A, A @ rng.normal(size=d + 1) + rng.normal(0, 2, n)


def one(theta: float, error: float, df: int) -> Estimate:
    return Estimate(np.array([theta]), 1.0, df, np.array([[error**2]]))


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_statsmodels_to_ten_digits(seed: int) -> None:
    A, y = problem(seed)
    e, theirs = estimate(A, y), sm.OLS(y, A).fit()
    np.testing.assert_allclose(e.theta, theirs.params, rtol=1e-10)
    np.testing.assert_allclose(e.errors, theirs.bse, rtol=1e-10)
    np.testing.assert_allclose(e.cov, theirs.cov_params(), rtol=1e-9)
    np.testing.assert_allclose(p_values(e), theirs.pvalues, rtol=1e-10)
    assert e.s == pytest.approx(np.sqrt(theirs.scale), rel=1e-12)
    assert e.df == theirs.df_resid
    for level in (0.5, 0.95, 0.99):
        np.testing.assert_allclose(intervals(e, level), theirs.conf_int(1 - level), rtol=1e-10)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_bands_agree_with_statsmodels(level: float) -> None:
    A, y = problem(6)
    A_new = design_matrix(np.random.default_rng(7).normal(5, 4, (9, 3)))
    theirs = sm.OLS(y, A).fit().get_prediction(A_new)
    center, for_line, for_point = bands(estimate(A, y), A_new, level)
    for half, of_point in [(for_line, False), (for_point, True)]:
        limits = theirs.conf_int(obs=of_point, alpha=1 - level)
        np.testing.assert_allclose(np.column_stack([center - half, center + half]), limits, rtol=1e-10)
    assert (for_line < for_point).all()


@pytest.mark.parametrize("name", SETS)
def test_standard_errors_agree_with_nist(name: str) -> None:
    data = load_nist(f"docs/data/nist/{name}.dat")
    e = estimate(data.A, data.y)
    # Filip, of degree 10, loses digits in any QR of raw powers; Wampler1 and 2 fit exactly, so their errors are 0.
    digits = {"Filip": 6, "Wampler1": 7, "Wampler2": 7}.get(name, 10)
    assert log_relative_error(e.errors, data.errors) > digits
    assert log_relative_error(np.array([e.s]), np.array([data.s])) > digits


@pytest.mark.parametrize("seed", range(3))
def test_inverse_gram_is_the_inverse_also_where_columns_differ_in_size(seed: int) -> None:
    A, _ = problem(seed)
    np.testing.assert_allclose(inverse_gram(A), np.linalg.inv(A.T @ A), rtol=1e-8)
    scale = np.array([1.0, 1e-6, 1e6, 1.0])
    np.testing.assert_allclose(inverse_gram(A * scale), inverse_gram(A) / np.outer(scale, scale), rtol=1e-9)


def test_log_likelihood_is_the_sum_of_normal_log_densities() -> None:
    _, y = problem(1)
    y_hat = y + np.random.default_rng(0).normal(size=len(y))
    assert log_likelihood(y, y_hat, 1.7) == pytest.approx(stats.norm.logpdf(y, y_hat, 1.7).sum(), rel=1e-12)


def test_no_line_is_more_likely_than_that_of_least_squares() -> None:
    A, y = problem(2)
    theta = estimate(A, y).theta
    for sigma in (0.1, 1.0, 10.0):
        best = log_likelihood(y, A @ theta, sigma)
        for step in np.random.default_rng(0).normal(0, 0.1, (100, 4)):
            assert log_likelihood(y, A @ (theta + step), sigma) < best


@pytest.mark.parametrize("df", [1, 3, 30, 198])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_t_limit_is_students(df: int, level: float) -> None:
    assert t_limit(df, level) == pytest.approx(stats.t.ppf((1 + level) / 2, df), rel=1e-10)


def test_t_limit_nears_the_bell_curve() -> None:
    assert t_limit(1_000_000) == pytest.approx(1.959964, abs=1e-5)


def test_p_value_and_interval_say_the_same_at_the_limit() -> None:
    for df in (3, 50):
        at_limit = one(t_limit(df) * 2.5, 2.5, df)
        assert p_values(at_limit)[0] == pytest.approx(0.05, rel=1e-9)
        assert intervals(at_limit)[0, 0] == pytest.approx(0, abs=1e-12)
    assert p_values(one(-1.0, 2.0, 9))[0] == p_values(one(1.0, 2.0, 9))[0]
    assert p_values(one(0.0, 2.0, 9))[0] == 1


def test_tiny_p_values_are_not_rounded_to_zero() -> None:
    p = p_values(one(32.7, 1.0, 340))[0]
    assert 0 < p < 1e-100
    assert p == pytest.approx(2 * stats.t.sf(32.7, 340), rel=1e-8)


def test_the_cloud_of_fits_is_as_wide_as_the_standard_errors_say() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    A = design_matrix(X)
    e = estimate(A, y)
    assert e.errors == pytest.approx([0.21476, 0.03778], abs=1e-5)
    rng = np.random.default_rng(0)
    worlds = A @ TRUTH + rng.normal(0, 1.5, (4000, 200))
    fits = np.linalg.lstsq(A, worlds.T)[0].T
    np.testing.assert_allclose(fits.std(axis=0), 1.5 * np.sqrt(np.diag(inverse_gram(A))), rtol=0.04)
    np.testing.assert_allclose(np.corrcoef(fits.T)[0, 1], e.cov[0, 1] / np.prod(e.errors), atol=0.02)


@pytest.mark.parametrize("n", [4, 30])
def test_intervals_and_bands_keep_their_promise(n: int) -> None:
    rng = np.random.default_rng(1)
    A = design_matrix(np.linspace(0, 10, n))
    new = np.array([[1.0, 7.0]])
    inside = []
    for _ in range(1500):
        e = estimate(A, A @ TRUTH + rng.normal(0, 1.5, n))
        limits = intervals(e, 0.9)
        center, for_line, for_point = bands(e, new, 0.9)
        at = float(new[0] @ TRUTH)
        inside.append(
            [
                limits[1, 0] < 3 < limits[1, 1],
                abs(center[0] - at) < for_line[0],
                abs(center[0] - at - rng.normal(0, 1.5)) < for_point[0],
            ]
        )
    np.testing.assert_allclose(np.mean(inside, axis=0), 0.9, atol=0.03)


def test_p_values_of_nothing_are_spread_evenly() -> None:
    rng = np.random.default_rng(2)
    A = design_matrix(rng.normal(size=30))
    p = [p_values(estimate(A, rng.normal(size=30)))[1] for _ in range(1000)]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_bootstrap_is_near_the_formula_where_the_noise_is_equal() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    A = design_matrix(X)
    fits = bootstrap(A, y, 1000, np.random.default_rng(0))
    assert fits.shape == (1000, 2)
    np.testing.assert_allclose(fits.std(axis=0), estimate(A, y).errors, rtol=0.12)
    np.testing.assert_array_equal(fits[:5], bootstrap(A, y, 5, np.random.default_rng(0)))


def test_bootstrap_draws_every_row_as_often_as_the_others() -> None:
    for row in range(3):
        means = bootstrap(np.ones((3, 1)), 3.0 * (np.arange(3) == row), 3000, np.random.default_rng(row))
        assert means.mean() == pytest.approx(1, abs=0.06)


def test_with_six_points_the_bootstrap_promises_too_much_and_hc3_does_not() -> None:
    A, rng = design_matrix(np.linspace(0, 10, 6)), np.random.default_rng(4)
    kept = []
    for _ in range(400):
        y = A @ TRUTH + rng.normal(0, 1.5, 6)
        low, high = np.percentile(bootstrap(A, y, 100, rng)[:, 1], [2.5, 97.5])
        half = t_limit(4) * robust_errors(A, y)[1]
        kept.append([low < 3 < high, abs(estimate(A, y).theta[1] - 3) < half])
    percentile, robust = np.mean(kept, axis=0)
    assert percentile < 0.92 < robust


@pytest.mark.parametrize("seed", range(4))
def test_robust_errors_agree_with_statsmodels(seed: int) -> None:
    A, y = problem(seed)
    np.testing.assert_allclose(robust_errors(A, y), sm.OLS(y, A).fit(cov_type="HC3").bse, rtol=1e-9)


def test_robust_errors_keep_the_promise_where_the_noise_grows_outward() -> None:
    x = np.linspace(0, 10, 100)
    A, rng = design_matrix(x), np.random.default_rng(3)
    kept = []
    for _ in range(800):
        y = A @ TRUTH + rng.normal(0, 0.2 + 0.8 * np.abs(x - 5))
        off = abs(estimate(A, y).theta[1] - 3) / t_limit(98)
        kept.append([off < estimate(A, y).errors[1], off < robust_errors(A, y)[1]])
    usual, robust = np.mean(kept, axis=0)
    assert usual < 0.89
    assert robust == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize("n", [2, 1])
def test_too_few_rows_leave_nothing_for_the_noise(n: int) -> None:
    with pytest.raises(ValueError, match=rf"^{n} rows, 2 parameters: none left for noise\.$"):
        estimate(np.ones((n, 2)), np.ones(n))


def test_a_y_of_another_shape_is_rejected() -> None:
    A, y = problem(0)
    with pytest.raises(ValueError, match=r"^A \(40, 4\) and y \(40, 1\) must share n\.$"):
        estimate(A, y[:, np.newaxis])
