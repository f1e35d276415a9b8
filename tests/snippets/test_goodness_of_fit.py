"""R² by its definition against scikit-learn and statsmodels; folds that deal every row once; R² below zero."""

from fractions import Fraction

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import cross_val_score

from snippets.a_line_through_points import load_penguins
from snippets.goodness_of_fit import (
    Rule,
    adjusted_r_squared,
    cross_validate,
    fit_linear,
    k_folds,
    left_out,
    load_anscombe,
    penguin_labels,
    r_squared,
)
from snippets.model import design_matrix
from snippets.wrong_tool import leverage

ANSCOMBE = "docs/data/anscombe.csv"


def problem(seed: int, n: int = 40, d: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(5, 2, (n, d))
    return X, X @ rng.normal(size=d) + 1 + rng.normal(size=n)


def test_the_tiny_example_in_exact_fractions() -> None:
    ys, guesses = [2, 4, 6], [1, 2, 3]
    exact = 1 - Fraction(sum((g - y) ** 2 for g, y in zip(guesses, ys, strict=True)), sum((4 - y) ** 2 for y in ys))
    assert exact == Fraction(-3, 4)
    assert r_squared(np.array([2.0, 4.0, 6.0]), np.array([1.0, 2.0, 3.0])) == float(exact)


def test_one_for_a_perfect_prediction_and_zero_for_the_mean() -> None:
    _, y = problem(0)
    assert r_squared(y, y) == 1
    assert r_squared(y, np.full_like(y, y.mean())) == pytest.approx(0, abs=1e-15)
    assert type(r_squared(y, y)) is float


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_scikit_learn_for_good_and_bad_predictions(seed: int) -> None:
    X, y = problem(seed)
    for y_hat in (fit_linear(X, y)(X), X[:, 0], -y, 100 * y):
        assert r_squared(y, y_hat) == pytest.approx(r2_score(y, y_hat), rel=1e-12)
        assert r_squared(y, y_hat) <= 1


def test_it_is_not_the_squared_correlation_unless_the_fit_was_free_to_choose() -> None:
    X, y = problem(1)
    fitted = fit_linear(X, y)(X)
    assert r_squared(y, fitted) == pytest.approx(np.corrcoef(y, fitted)[0, 1] ** 2, rel=1e-12)
    assert r_squared(y, 2 * fitted) < np.corrcoef(y, 2 * fitted)[0, 1] ** 2 - 0.1


def test_without_an_intercept_it_falls_below_zero_on_the_data_of_the_fit() -> None:
    x = np.arange(1.0, 11)
    y = 100 + np.sin(x)
    slope = x @ y / (x @ x)
    assert r_squared(y, slope * x) < -100
    # statsmodels then compares with zero in place of the mean, and says so nowhere in the number.
    assert sm.OLS(y, x).fit().rsquared == pytest.approx(1 - np.sum((y - slope * x) ** 2) / np.sum(y**2), rel=1e-12)


def test_units_and_doubled_rows_leave_it_as_it_is() -> None:
    X, y = problem(2)
    y_hat = X[:, 0]
    assert r_squared(1000 * y + 5, 1000 * y_hat + 5) == pytest.approx(r_squared(y, y_hat), rel=1e-12)
    assert r_squared(np.tile(y, 2), np.tile(y_hat, 2)) == pytest.approx(r_squared(y, y_hat), rel=1e-12)


@pytest.mark.parametrize("value", [0.0, 5.0, 0.1])
def test_a_constant_y_is_reported(value: float) -> None:
    # The mean of three times 0.1 is not 0.1, so a sum of squares would not be zero.
    y = np.full(3, value)
    with pytest.raises(ValueError, match=r"^y is constant: there is nothing to explain\.$"):
        r_squared(y, np.arange(3.0))


def test_shapes_that_would_broadcast_fail() -> None:
    with pytest.raises(ValueError, match=r"must both be \(n,\)\.$"):
        r_squared(np.ones(3), np.ones((3, 1)))


@pytest.mark.parametrize("seed", range(5))
def test_adjusted_agrees_with_statsmodels(seed: int) -> None:
    X, y = problem(seed)
    ours = adjusted_r_squared(y, fit_linear(X, y)(X), X.shape[1])
    assert ours == pytest.approx(sm.OLS(y, sm.add_constant(X)).fit().rsquared_adj, rel=1e-10)


def test_noise_columns_gain_d_over_n_minus_1_on_average() -> None:
    rng = np.random.default_rng(0)
    n, d, gains, adjusted = 30, 9, [], []
    for _ in range(600):
        X, y = rng.normal(size=(n, d)), rng.normal(size=n)
        y_hat = fit_linear(X, y)(X)
        gains.append(r_squared(y, y_hat))
        adjusted.append(adjusted_r_squared(y, y_hat, d))
    assert np.mean(gains) == pytest.approx(d / (n - 1), abs=0.02)
    assert np.mean(adjusted) == pytest.approx(0, abs=0.03)


def test_another_column_never_lowers_r_squared_on_the_data_of_the_fit() -> None:
    X, y = problem(3, n=30, d=25)
    marks = [r_squared(y, fit_linear(X[:, :k], y)(X[:, :k])) for k in range(1, 26)]
    assert np.diff(marks).min() > -1e-12


def test_twenty_points_and_nineteen_noise_columns() -> None:
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(20, 19)), rng.normal(size=20)
    assert r_squared(y, fit_linear(X, y)(X)) == pytest.approx(1, abs=1e-9)
    assert r_squared(rng.normal(size=20), fit_linear(X, y)(rng.normal(size=(20, 19)))) < -1


def test_fit_linear_agrees_with_scikit_learn_on_new_rows() -> None:
    X, y = problem(4)
    X_new = np.random.default_rng(5).normal(size=(7, 3))
    theirs = LinearRegression(tol=0).fit(X, y).predict(X_new)
    np.testing.assert_allclose(fit_linear(X, y)(X_new), theirs, rtol=1e-10)


@pytest.mark.parametrize(("n", "k"), [(10, 2), (11, 3), (342, 5), (4, 4)])
def test_folds_deal_every_row_once_in_almost_equal_parts(n: int, k: int) -> None:
    folds = k_folds(n, k, np.random.default_rng(0))
    assert len(folds) == k
    assert sorted(np.concatenate(folds)) == list(range(n))
    assert max(map(len, folds)) - min(map(len, folds)) <= 1
    assert k == n or any(np.any(np.diff(fold) < 0) for fold in folds), "the rows are shuffled"


def test_folds_are_the_same_for_the_same_seed_only() -> None:
    one, same, other = (np.concatenate(k_folds(50, 5, np.random.default_rng(s))) for s in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.parametrize("k", [0, 1, 11])
def test_a_number_of_folds_that_cannot_be_is_rejected(k: int) -> None:
    with pytest.raises(ValueError, match=rf"^{k} folds of 10 rows: k must be 2 to n\.$"):
        k_folds(10, k, np.random.default_rng(0))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("k", [2, 5, 10])
def test_cross_validation_agrees_with_scikit_learn(seed: int, k: int) -> None:
    X, y = problem(seed)
    folds = k_folds(len(y), k, np.random.default_rng(seed))
    splits = [(np.setdiff1d(np.arange(len(y)), fold), fold) for fold in folds]
    theirs = cross_val_score(LinearRegression(tol=0), X, y, cv=splits)
    np.testing.assert_allclose(cross_validate(X, y, folds, fit_linear), theirs, rtol=1e-9)


def test_no_fold_is_seen_by_the_fit_that_predicts_it() -> None:
    X, y = problem(6, n=12)
    seen: list[np.ndarray] = []

    def remember(X_train: np.ndarray, y_train: np.ndarray) -> Rule:
        seen.append(y_train)
        return fit_linear(X_train, y_train)

    folds = k_folds(12, 4, np.random.default_rng(0))
    cross_validate(X, y, folds, remember)
    for y_train, fold in zip(seen, folds, strict=True):
        assert len(y_train) == 9
        assert not set(y[fold]) & set(y_train)


@pytest.mark.parametrize("seed", range(3))
def test_errors_of_points_left_out_are_those_of_as_many_fits(seed: int) -> None:
    X, y = problem(seed, n=15)
    ours = left_out(y, fit_linear(X, y)(X), leverage(design_matrix(X)))
    for i in range(15):
        rule = fit_linear(np.delete(X, i, axis=0), np.delete(y, i))
        assert ours[i] == pytest.approx(rule(X[[i]])[0] - y[i], rel=1e-8)


def test_anscombes_sets_are_the_ones_of_the_paper() -> None:
    sets = load_anscombe(ANSCOMBE)
    assert list(sets) == ["I", "II", "III", "IV"]
    for x, y in sets.values():
        assert x.shape == y.shape == (11,)
        assert x.mean() == 9
        assert x.var(ddof=1) == 11
        assert y.mean() == pytest.approx(7.50, abs=0.005)
        slope, intercept = np.polyfit(x, y, 1)
        # Table 1 of the paper: y = 3 + 0.5 x, residual sum of squares 13.75, R² 0.667.
        assert slope == pytest.approx(0.5, abs=0.001)
        assert intercept == pytest.approx(3.0, abs=0.01)
        assert np.sum((slope * x + intercept - y) ** 2) == pytest.approx(13.75, abs=0.03)
        assert r_squared(y, slope * x + intercept) == pytest.approx(0.667, abs=0.001)


def test_species_stand_in_the_order_of_the_table() -> None:
    path, columns = "docs/data/penguins.csv", ["bill_length_mm", "body_mass_g"]
    table, _ = load_penguins(path, columns)
    species = penguin_labels(path, columns)
    assert species.shape == (len(table),)
    assert dict(zip(*np.unique(species, return_counts=True), strict=True)) == {
        "Adelie": 151,
        "Chinstrap": 68,
        "Gentoo": 123,
    }
    # The heaviest bird of the study is a gentoo.
    assert species[np.argmax(table[:, 1])] == "Gentoo"
