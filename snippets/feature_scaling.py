"""Chapter "From valley to circle": features on one scale, and back."""

import numpy as np

from snippets.closed_form import fit_centered
from snippets.gradient_descent import curvatures, descend


# --8<-- [start:best-step]
def best_step(X: np.ndarray) -> float:
    """Step size whose slowest direction is as fast as it can be."""
    lam = curvatures(X)
    return float(2 / (lam[-1] + lam[0]))


# --8<-- [end:best-step]


# --8<-- [start:slowest-factor]
def slowest_factor(X: np.ndarray) -> float:
    """What a step of the best size leaves of the slowest direction."""
    lam = curvatures(X)
    return float((lam[-1] - lam[0]) / (lam[-1] + lam[0]))


# --8<-- [end:slowest-factor]


# --8<-- [start:count-steps]
def count_steps(
    X: np.ndarray,
    y: np.ndarray,
    eta: float | None = None,
    share: float = 1e-6,
    limit: int = 100_000,
) -> int:
    """Steps from zeros until this share of the way to the answer is left.

    Without eta, the best step size is taken.

    Raises
    ------
    RuntimeError : if more than limit steps are needed
    """
    w_star, b_star = fit_centered(X, y)
    best = np.array([b_star, *w_star])
    goal = share * np.linalg.norm(best)
    for step, w, b in descend(X, y, eta or best_step(X), limit):
        if np.linalg.norm(np.array([b, *w]) - best) <= goal:
            return step
    raise RuntimeError(f"More than {limit} steps are needed.")


# --8<-- [end:count-steps]


# --8<-- [start:column-scale]
def column_scale(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column, (d,) and (d,).

    A constant column gets the deviation 1, so that scaling makes it zero.

    Raises
    ------
    ValueError : if X is not (n, d) with n >= 1
    """
    if X.ndim != 2 or len(X) == 0:
        raise ValueError(f"X {X.shape} must be (n, d) with n >= 1.")
    constant = X.max(axis=0) == X.min(axis=0)
    mu = np.where(constant, X[0], X.mean(axis=0))
    return mu, np.where(constant, 1.0, X.std(axis=0))


# --8<-- [end:column-scale]


# --8<-- [start:scale]
def scale(X: np.ndarray, mu: np.ndarray, s: np.ndarray) -> np.ndarray:
    """X (n, d) in deviations from the means mu (d,), in units of s (d,)."""
    Z: np.ndarray = (X - mu) / s
    return Z


# --8<-- [end:scale]


# --8<-- [start:unscale]
def unscale(
    v: np.ndarray, c: float, mu: np.ndarray, s: np.ndarray
) -> tuple[np.ndarray, float]:
    """Weights w (d,) and intercept b for X, from v (d,) and c for Z."""
    w = v / s
    return w, float(c - mu @ w)


# --8<-- [end:unscale]
