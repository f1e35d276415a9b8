"""Chapter "Which way is down": the gradient, and how to check one."""

from collections.abc import Callable

import numpy as np

from snippets.loss import mse, residuals
from snippets.model import predict

Loss = Callable[[np.ndarray], float]
Gradient = Callable[[np.ndarray], np.ndarray]


# --8<-- [start:gradients]
def gradients(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, b: float
) -> tuple[np.ndarray, float]:
    """Slopes of the mean squared error: along w (d,), and along b."""
    n = len(y)
    r = residuals(y, predict(X, w, b))
    return 2 / n * (X.T @ r), 2 / n * float(r.sum())


# --8<-- [end:gradients]


# --8<-- [start:in-theta]
def in_theta(X: np.ndarray, y: np.ndarray) -> tuple[Loss, Gradient]:
    """The loss on X (n, d), y (n,), and its gradient, of theta (d + 1,)."""

    def loss(theta: np.ndarray) -> float:
        return mse(y, predict(X, theta[1:], theta[0]))

    def gradient(theta: np.ndarray) -> np.ndarray:
        grad_w, grad_b = gradients(X, y, theta[1:], theta[0])
        return np.concatenate([[grad_b], grad_w])

    return loss, gradient


# --8<-- [end:in-theta]


# --8<-- [start:forward-difference]
def forward_difference(f: Loss, theta: np.ndarray, h: float) -> np.ndarray:
    """Gain of f for a move of h along each entry of theta, over h: (k,)."""
    steps = h * np.eye(len(theta))
    return np.array([(f(theta + s) - f(theta)) / h for s in steps])


# --8<-- [end:forward-difference]


# --8<-- [start:central-difference]
def central_difference(f: Loss, theta: np.ndarray, h: float) -> np.ndarray:
    """The same from h below each entry of theta to h above it: (k,)."""
    steps = h * np.eye(len(theta))
    gains = [f(theta + s) - f(theta - s) for s in steps]
    return np.array(gains) / (2 * h)


# --8<-- [end:central-difference]


# --8<-- [start:relative-gap]
def relative_gap(g: np.ndarray, other: np.ndarray) -> float:
    """Distance of two vectors, in units of their mean length: 0 to 2.

    Raises
    ------
    ValueError : if the shapes differ, or both vectors are zero
    """
    if g.shape != other.shape:
        raise ValueError(f"Shapes {g.shape} and {other.shape} differ.")
    length = (np.linalg.norm(g) + np.linalg.norm(other)) / 2
    if length == 0:
        raise ValueError("Both vectors are zero: compare them elsewhere.")
    return float(np.linalg.norm(g - other) / length)


# --8<-- [end:relative-gap]
