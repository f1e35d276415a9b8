"""The estimator keeps scikit-learn's manners, by scikit-learn's own trials, and works in its tools."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.utils.estimator_checks import check_estimator

from snippets.estimator import LeastSquaresRegressor, failed_checks


def problem(seed: int, n: int = 60, d: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(5, [1, 100, 1e-3], (n, d))
    return X, X @ rng.normal(size=d) + rng.normal(size=n)


def test_passes_scikit_learns_check_estimator() -> None:
    # Raises what the first failing trial raised; a trial for absent packages is left out without a warning.
    trials = check_estimator(LeastSquaresRegressor(), on_skip=None)
    assert {trial["status"] for trial in trials} <= {"passed", "skipped"}


@pytest.mark.parametrize("solver", ["direct", "descent"])
def test_no_trial_fails_with_either_solver(solver: str) -> None:
    before = pickle.dumps(np.random.get_state())
    failed, passed = failed_checks(LeastSquaresRegressor(solver, n_steps=300, tol=None))
    assert failed == []
    assert passed >= 45
    assert pickle.dumps(np.random.get_state()) == before


def test_the_trials_do_find_failures() -> None:
    class Rude(LeastSquaresRegressor):
        def fit(self, X: np.ndarray, y: np.ndarray) -> "Rude":
            self.coef_, self.intercept_ = np.zeros(1), 0.0
            return self

    failed, _ = failed_checks(Rude())
    assert "check_estimators_nan_inf" in failed
    assert "check_n_features_in" in failed


@pytest.mark.parametrize("solver", ["direct", "descent"])
def test_agrees_with_scikit_learns_own(solver: str) -> None:
    X, y = problem(1)
    ours = LeastSquaresRegressor(solver, n_steps=5000, tol=None).fit(X, y)
    theirs = LinearRegression(tol=0).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-7)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-7)
    assert ours.score(X, y) == pytest.approx(theirs.score(X, y))
    assert len(ours.loss_history_) == (5001 if solver == "descent" else 0)


def test_a_search_that_has_not_arrived_raises_and_its_settings_reach_it() -> None:
    X, y = problem(4)
    defaults = LeastSquaresRegressor().get_params()
    assert defaults == {"solver": "direct", "eta": 0.1, "n_steps": 10_000, "tol": 1e-8}
    with pytest.raises(RuntimeError, match=r"^3 steps are too few"):
        LeastSquaresRegressor("descent", eta=0.2, n_steps=3).fit(X, y)
    exact = LeastSquaresRegressor().fit(X, y)
    arrived = LeastSquaresRegressor("descent", tol=1e-12).fit(X, y)
    np.testing.assert_allclose(arrived.coef_, exact.coef_, rtol=1e-9)


def test_works_in_a_pipeline_and_a_grid_search_and_can_be_copied() -> None:
    rng = np.random.default_rng(2)
    X = rng.uniform(-2, 2, (80, 1))
    y = X[:, 0] ** 2 + rng.normal(0, 0.1, 80)
    powers = PolynomialFeatures(include_bias=False)
    search = GridSearchCV(
        Pipeline([("powers", powers), ("fit", LeastSquaresRegressor())]),
        {"powers__degree": [1, 2], "fit__solver": ["direct", "descent"], "fit__eta": [0.1]},
        cv=4,
    ).fit(X, y)
    assert search.best_params_["powers__degree"] == 2
    assert search.best_score_ > 0.98
    model = search.best_estimator_
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), model.predict(X))
    assert clone(model)["fit"].get_params() == model["fit"].get_params()


def test_knows_the_names_of_columns() -> None:
    X, y = problem(3)
    table = pd.DataFrame(X, columns=["one", "two", "three"])
    model = LeastSquaresRegressor().fit(table, y)
    assert model.feature_names_in_.tolist() == ["one", "two", "three"]
    with pytest.raises(ValueError, match="feature names"):
        model.predict(table[["two", "one", "three"]])


def test_not_fitted_is_scikit_learns_own_error() -> None:
    with pytest.raises(NotFittedError):
        LeastSquaresRegressor().predict(np.ones((2, 1)))
