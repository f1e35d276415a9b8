"""Chapter "Gradient descent": the loop, its limits, and when to stop it."""

from collections.abc import Iterator

import numpy as np

from snippets.gradient import gradients
from snippets.model import design_matrix


# --8<-- [start:noisy-line]
def noisy_line(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """200 points around y = 3x + 2, with noise of standard deviation 1.5.

    Returns
    -------
    X : (200, 1), uniform between 0 and 10;  y : (200,)
    """
    X = rng.uniform(0, 10, (200, 1))
    y: np.ndarray = 3 * X[:, 0] + 2 + rng.normal(0, 1.5, 200)
    return X, y


# --8<-- [end:noisy-line]


# --8<-- [start:descend]
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


# --8<-- [end:descend]


# --8<-- [start:curvatures]
def curvatures(X: np.ndarray) -> np.ndarray:
    """Eigenvalues of H = (2/n) A.T @ A, ascending: (d + 1,)."""
    A = design_matrix(X)
    return np.linalg.eigvalsh(2 / len(X) * (A.T @ A))


# --8<-- [end:curvatures]


# --8<-- [start:steepness]
def steepness(
    X: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    b: float,
) -> float:
    """Length of the gradient of the loss at w (d,), b."""
    grad_w, grad_b = gradients(X, y, w, b)
    return float(np.sqrt(grad_w @ grad_w + grad_b**2))


# --8<-- [end:steepness]


# --8<-- [start:fit]
def fit(
    X: np.ndarray,
    y: np.ndarray,
    eta: float,
    tol: float = 1e-8,
    steps: int = 100_000,
) -> tuple[np.ndarray, float, int]:
    """Descend until the gradient is at most tol times its first length.

    Returns the last w (d,) and b, and the number of steps taken.

    Raises
    ------
    RuntimeError : if the gradient grows, or is too long after all steps
    """
    for step, w, b in descend(X, y, eta, steps):
        now = steepness(X, y, w, b)
        if step == 0:
            at_start = now
        if now <= tol * at_start:
            return w, b, step
        if now > 2 * at_start:
            message = f"The gradient grows: eta = {eta} is too large."
            raise RuntimeError(message)
    message = f"Still on the way after {steps} steps, eta = {eta}."
    raise RuntimeError(message)


# --8<-- [end:fit]
