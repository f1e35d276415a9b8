"""Chapter "An object that remembers": the class by scikit-learn's conventions.

Apart from the class, so that whoever needs only NumPy loads no scikit-learn.
"""

# mypy: allow-subclassing-any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

from snippets.feature_scaling import column_scale, scale, unscale
from snippets.linear_regression_class import LeastSquares
from snippets.model import predict


# --8<-- [start:least-squares-regressor]
class LeastSquaresRegressor(RegressorMixin, BaseEstimator):
    """LeastSquares on scaled features, by scikit-learn's conventions."""

    def __init__(
        self,
        solver: str = "direct",
        eta: float = 0.1,
        n_steps: int = 10_000,
        tol: float | None = 1e-8,
    ) -> None:
        self.solver = solver
        self.eta = eta
        self.n_steps = n_steps
        self.tol = tol

    def fit(self, X: np.ndarray, y: np.ndarray) -> "LeastSquaresRegressor":
        """Learn coef_ (d,) and intercept_ from X (n, d) and y (n,)."""
        X, y = validate_data(self, X, y, dtype=float, y_numeric=True)
        mu, s = column_scale(X)
        model = LeastSquares(self.solver, self.eta, self.n_steps, self.tol)
        model.fit(scale(X, mu, s), y)
        self.coef_, self.intercept_ = unscale(model.w, model.b, mu, s)
        self.loss_history_ = model.loss_history
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predictions (n,) for X (n, d)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, reset=False)
        return predict(X, self.coef_, self.intercept_)


# --8<-- [end:least-squares-regressor]


# --8<-- [start:failed-checks]
def failed_checks(estimator: BaseEstimator) -> tuple[list[str], int]:
    """Names of scikit-learn's trials that it fails, and how many it passes.

    One trial draws from NumPy's global state: it is set, and put back.
    """
    state = np.random.get_state()
    np.random.seed(0)
    try:
        trials = check_estimator(estimator, on_skip=None, on_fail=None)
    finally:
        np.random.set_state(state)
    failed = [t["check_name"] for t in trials if t["status"] == "failed"]
    return failed, sum(t["status"] == "passed" for t in trials)


# --8<-- [end:failed-checks]
