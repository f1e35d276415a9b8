"""Chapter "An object that remembers": the functions in one class."""

import numpy as np
from numpy.typing import ArrayLike

from snippets.closed_form import fit_centered
from snippets.gradient_descent import descend, steepness
from snippets.loss import mse
from snippets.model import check_data, predict


# --8<-- [start:line]
class Line:
    """The smallest class that fits and predicts."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "Line":
        """Learn from X (n, d) and y (n,)."""
        A = np.column_stack([np.ones(len(X)), X])
        self.b, *self.w = np.linalg.solve(A.T @ A, A.T @ y)
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predictions (n,) for X (n, d)."""
        y_hat: np.ndarray = X @ self.w + self.b
        return y_hat


# --8<-- [end:line]


# --8<-- [start:finite-array]
def finite_array(values: ArrayLike, name: str) -> np.ndarray:
    """The values as an array of floats, whatever its shape.

    Raises
    ------
    ValueError : if there are none, or one is no number, NaN or infinite
    """
    array = np.asarray(values, dtype=float)
    if array.size == 0:
        raise ValueError(f"{name} {array.shape} is empty.")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        first = f"{name}{bad[0].tolist()}"
        raise ValueError(f"{name}: {len(bad)} not finite, first {first}.")
    return array


# --8<-- [end:finite-array]


# --8<-- [start:walk]
def walk(
    X: np.ndarray,
    y: np.ndarray,
    eta: float,
    n_steps: int,
    tol: float | None = 1e-8,
) -> tuple[np.ndarray, float, list[float]]:
    """Descend from zeros: w (d,), b, and every loss from the start on.

    It ends when the gradient is at most tol times as long as at the
    start. With tol None it takes n_steps, wherever they lead.

    Raises
    ------
    RuntimeError : if the loss doubles, or n_steps do not suffice for tol
    """
    losses: list[float] = []
    for step, w, b in descend(X, y, eta, n_steps):
        losses.append(mse(y, predict(X, w, b)))
        if losses[-1] > 2 * losses[0]:
            message = f"The loss has doubled by step {step}: eta = {eta}"
            raise RuntimeError(f"{message} is too large for these data.")
        if tol is None:
            continue
        now = steepness(X, y, w, b)
        if step == 0:
            first = now
        if now <= tol * first:
            return w, b, losses
    if tol is None:
        return w, b, losses
    message = f"the gradient is {now / first:.1e} of the first."
    raise RuntimeError(f"{n_steps} steps are too few: {message}")


# --8<-- [end:walk]


# --8<-- [start:least-squares]
class LeastSquares:
    """Linear regression with the smallest mean squared error.

    Parameters
    ----------
    solver : "direct", or "descent" for at most n_steps of size eta, until
        the gradient is tol times its first length; tol None: all n_steps

    Attributes, from fit on
    ----------
    w : (d,), weights;  b : intercept
    loss_history : loss at the start and after each step of "descent"
    """

    w: np.ndarray
    b: float
    loss_history: list[float]

    def __init__(
        self,
        solver: str = "direct",
        eta: float = 0.01,
        n_steps: int = 10_000,
        tol: float | None = 1e-8,
    ) -> None:
        self.solver, self.eta = solver, eta
        self.n_steps, self.tol = n_steps, tol

    def fit(self, X: ArrayLike, y: ArrayLike) -> "LeastSquares":
        """Learn from X (n, d) and y (n,); raises ValueError for others."""
        X, y = finite_array(X, "X"), finite_array(y, "y")
        check_data(X, y)
        losses: list[float] = []
        if self.solver == "direct":
            w, b = fit_centered(X, y)
        elif self.solver == "descent":
            w, b, losses = walk(X, y, self.eta, self.n_steps, self.tol)
        else:
            raise ValueError(f"Unknown solver: {self.solver!r}.")
        self.w, self.b, self.loss_history = w, b, losses
        return self

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predictions (n,) for X (n, d); raises RuntimeError before fit."""
        if not hasattr(self, "w"):
            raise RuntimeError("Not fitted yet: call fit(X, y) first.")
        return predict(finite_array(X, "X"), self.w, self.b)

    def score(self, X: ArrayLike, y: ArrayLike) -> float:
        """R² on X (n, d), y (n,). For a constant y: 1 if exact, else 0."""
        y, y_hat = finite_array(y, "y"), self.predict(X)
        loss, spread = mse(y, y_hat), float(y.var())
        if np.ptp(y) == 0:
            return float(loss == 0)
        return 1 - loss / spread


# --8<-- [end:least-squares]
