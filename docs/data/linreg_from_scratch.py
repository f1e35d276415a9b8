"""Linear regression from scratch, in NumPy alone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

# The errors, from the chapter "One number for all errors".


def residuals(y: np.ndarray, y_hat: np.ndarray) -> np.ndarray:
    """Vertical errors r = y_hat - y, (n,), in the unit of y.

    Raises
    ------
    ValueError : if y and y_hat are not both of shape (n,)
    """
    if y.ndim != 1 or y.shape != y_hat.shape:
        shapes = f"y {y.shape} and y_hat {y_hat.shape}"
        raise ValueError(f"{shapes} must both be (n,).")
    r: np.ndarray = y_hat - y
    return r


# Their mean square, from the same chapter.


def mse(y: np.ndarray, y_hat: np.ndarray) -> float:
    """Mean squared error of (n,) predictions, in the unit of y, squared.

    Source: A.-M. Legendre (1805), who took the sum; the mean is our convention.
    """
    r = residuals(y, y_hat)
    return float(np.mean(r**2))


# The model, from "From a line to a plane".


def predict(X: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    """Predictions X @ w + b: (n, d) and (d,) give (n,), in the unit of y.

    Raises
    ------
    ValueError : if X is not (n, d), or w not (d,)
    """
    if X.ndim != 2 or w.shape != X.shape[1:]:
        shapes = f"X {X.shape} and w {w.shape}"
        raise ValueError(f"{shapes} must be (n, d) and (d,).")
    y_hat: np.ndarray = X @ w + b
    return y_hat


# What it may be given.


def check_data(X: np.ndarray, y: np.ndarray) -> None:
    """Let data pass only as X (n, d) and y (n,), with the same n >= 1.

    Raises
    ------
    ValueError : with both shapes and, where there is one, the likely cure
    """
    if X.ndim == 2 and len(X) and y.shape == X.shape[:1]:
        return
    cure = ""
    if X.ndim == 1:
        cure = " Try X[:, np.newaxis]."
    elif y.ndim == 2 and y.shape[1] == 1:
        cure = " Try y[:, 0]."
    shapes = f"X {X.shape} and y {y.shape}"
    raise ValueError(f"{shapes} must be (n, d) and (n,).{cure}")


# The slopes of the loss, from "Which way is down".


def gradients(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, b: float
) -> tuple[np.ndarray, float]:
    """Slopes of the mean squared error: along w (d,), and along b."""
    n = len(y)
    r = residuals(y, predict(X, w, b))
    return 2 / n * (X.T @ r), 2 / n * float(r.sum())


# Two hundred points, from "Gradient descent".


def noisy_line(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """200 points around y = 3x + 2, with noise of standard deviation 1.5.

    Returns
    -------
    X : (200, 1), uniform between 0 and 10;  y : (200,)
    """
    X = rng.uniform(0, 10, (200, 1))
    y: np.ndarray = 3 * X[:, 0] + 2 + rng.normal(0, 1.5, 200)
    return X, y


# The search, from the same chapter.


def descend(
    X: np.ndarray, y: np.ndarray, eta: float, steps: int, start: float = 0.0
) -> Iterator[tuple[int, np.ndarray, float]]:
    """Walk downhill and hand out every state on the way: step, w (d,), b.

    Raises
    ------
    ValueError : if X is not (n, d)

    Source: A. Cauchy (1847), Comptes rendus 25, 536-538.
    """
    if X.ndim != 2:
        message = f"X {X.shape} must be (n, d): try X[:, np.newaxis]."
        raise ValueError(message)
    w, b = np.full(X.shape[1], start), start
    yield 0, w, b
    for step in range(1, steps + 1):
        grad_w, grad_b = gradients(X, y, w, b)
        w = w - eta * grad_w
        b = b - eta * grad_b
        yield step, w, b


# How steep it is, from the same chapter.


def steepness(
    X: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    b: float,
) -> float:
    """Length of the gradient of the loss at w (d,), b."""
    grad_w, grad_b = gradients(X, y, w, b)
    return float(np.sqrt(grad_w @ grad_w + grad_b**2))


# The direct solution, from "The best weights in one formula".


def fit_centered(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Best w (d,) and b, from columns centered and scaled before solving.

    A constant column gets the weight 0: the intercept does its job.

    Raises
    ------
    ValueError : if X is not (n, d) or y not (n,)
    """
    check_data(X, y)
    mean, size = X.mean(axis=0), np.ptp(X, axis=0)
    size = np.where(size > 0, size, np.inf)  # z = 0 where x is constant
    Z = (X - mean) / size
    w = np.linalg.lstsq(Z, y - y.mean())[0] / size
    return w, float(y.mean() - mean @ w)


# The door, from "An object that remembers".


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


# The search with its record and its rule.


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


# The object.


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


if __name__ == "__main__":
    X, y = noisy_line(np.random.default_rng(42))
    walked = LeastSquares("descent", eta=0.005).fit(X, y)
    for step in range(0, len(walked.loss_history), 1000):
        print(f"step {step:4d}  loss {walked.loss_history[step]:.6f}")
    exact = LeastSquares().fit(X, y)
    for name, model in [("walked", walked), ("exact", exact)]:
        line = f"intercept {model.b:.4f}, slope {model.w[0]:.4f}"
        print(f"{name}: {line}, R² {model.score(X, y):.4f}")
