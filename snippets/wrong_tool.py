"""Chapter "When a line is the wrong tool": see the failure, and cure it."""

import numpy as np

from snippets.closed_form import by_lstsq
from snippets.goodness_of_fit import fit_linear, r_squared


# --8<-- [start:leverage]
def leverage(A: np.ndarray) -> np.ndarray:
    """Gain of each prediction per unit that its own y rises: (n,), 0 to 1.

    It depends on A (n, p) alone, of full rank, and sums to p.

    Source: D. C. Hoaglin, R. E. Welsch (1978), American Statistician 32.
    """
    Q = np.linalg.qr(A).Q
    h: np.ndarray = np.sum(Q**2, axis=1)
    return h


# --8<-- [end:leverage]


# --8<-- [start:cooks-distance]
def cooks_distance(
    A: np.ndarray, y: np.ndarray, y_hat: np.ndarray
) -> np.ndarray:
    """How far all predictions move if a point is left out: (n,), no unit.

    NaN for a point of leverage 1: without it, A (n, p) has no full rank.

    Source: R. D. Cook (1977), Technometrics 19, 15-18.
    """
    n, p = A.shape
    r, h = y_hat - y, leverage(A)
    stays = np.where(1 - h > 1e-9, 1 - h, np.nan)
    s2 = r @ r / (n - p)
    distance: np.ndarray = r**2 * h / (p * s2 * stays**2)
    return distance


# --8<-- [end:cooks-distance]


# --8<-- [start:fit-weighted]
def fit_weighted(
    A: np.ndarray, y: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Theta (p,) with the least sum of weights * r**2, weights (n,)."""
    root = np.sqrt(weights)
    return by_lstsq(root[:, np.newaxis] * A, root * y)


# --8<-- [end:fit-weighted]


# --8<-- [start:fit-huber]
def fit_huber(
    A: np.ndarray, y: np.ndarray, cut: float, steps: int = 1000
) -> np.ndarray:
    """Theta (p,) with the least Huber loss: residuals above cut count less.

    cut has the unit of y. As it goes to 0, the fit goes to that of least
    absolute errors.

    Raises
    ------
    RuntimeError : if theta still moves after all steps

    Source: P. J. Huber (1964), Ann. Math. Statistics 35, 73-101.
    """
    theta = by_lstsq(A, y)
    for _ in range(steps):
        r = np.abs(A @ theta - y)
        before = theta
        theta = fit_weighted(A, y, cut / np.maximum(r, cut))
        if np.allclose(theta, before, rtol=1e-9, atol=1e-12):
            return theta
    raise RuntimeError(f"Theta moves after {steps} steps, cut = {cut}.")


# --8<-- [end:fit-huber]


# --8<-- [start:vif]
def vif(X: np.ndarray) -> np.ndarray:
    """Variance inflation of each weight by the other columns: (d,), >= 1.

    Source: D. W. Marquardt (1970), Technometrics 12, 591-612.
    """
    inflation = []
    for j in range(X.shape[1]):
        others, column = np.delete(X, j, axis=1), X[:, j]
        explained = r_squared(column, fit_linear(others, column)(others))
        inflation.append(1 / (1 - explained))
    return np.array(inflation)


# --8<-- [end:vif]
