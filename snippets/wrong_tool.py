"""Chapter "When a line is the wrong tool": see the failure, and cure it."""

from statistics import NormalDist

import numpy as np

from snippets.goodness_of_fit import fit_linear, r_squared


# --8<-- [start:leverage]
def leverage(A: np.ndarray) -> np.ndarray:
    """Gain of each prediction per unit that its own y rises: (n,), 0 to 1.

    It depends on A (n, p) alone, and sums to p.

    Raises
    ------
    ValueError : if A has not full rank

    Source: D. C. Hoaglin, R. E. Welsch (1978), American Statistician 32.
    """
    if np.linalg.matrix_rank(A) < A.shape[1]:
        raise ValueError("A column is a combination of the others.")
    Q = np.linalg.qr(A).Q
    h: np.ndarray = np.sum(Q**2, axis=1)
    return h


# --8<-- [end:leverage]


# --8<-- [start:studentized]
def standardized(A: np.ndarray, y: np.ndarray, y_hat: np.ndarray) -> np.ndarray:
    """Residuals y_hat - y by their standard deviations: (n,), no unit.

    NaN for a point of leverage 1, where the residual must be 0.
    """
    n, p = A.shape
    r, h = y_hat - y, leverage(A)
    free = np.where(1 - h > 1e-9, 1 - h, np.nan)
    scaled: np.ndarray = r / np.sqrt(r @ r / (n - p) * free)
    return scaled


def studentized(A: np.ndarray, y: np.ndarray, y_hat: np.ndarray) -> np.ndarray:
    """The same, the noise estimated without the point: (n,), no unit.

    With normal noise each follows Student's t with n - p - 1 degrees of
    freedom.

    Source: R. D. Cook, S. Weisberg (1982), Residuals and Influence.
    """
    n, p = A.shape
    t = standardized(A, y, y_hat)
    without: np.ndarray = t * np.sqrt((n - p - 1) / (n - p - t**2))
    return without


# --8<-- [end:studentized]


# --8<-- [start:cooks-distance]
def cooks_distance(
    A: np.ndarray, y: np.ndarray, y_hat: np.ndarray
) -> np.ndarray:
    """How far all predictions move if a point is left out: (n,), no unit.

    NaN for a point of leverage 1: without it, A (n, p) has no full rank.

    Source: R. D. Cook (1977), Technometrics 19, 15-18.
    """
    h, pull = leverage(A), standardized(A, y, y_hat)
    distance: np.ndarray = pull**2 * h / (A.shape[1] * (1 - h))
    return distance


# --8<-- [end:cooks-distance]


# --8<-- [start:normal-scores]
def normal_scores(n: int) -> np.ndarray:
    """Where n sorted draws from the bell curve of spread 1 would lie: (n,).

    Source: A. Hazen (1914), Transactions of the ASCE 77.
    """
    shares = (np.arange(n) + 0.5) / n
    return np.array([NormalDist().inv_cdf(share) for share in shares])


# --8<-- [end:normal-scores]


# --8<-- [start:fit-weighted]
def fit_weighted(
    A: np.ndarray, y: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Theta (p,) with the least sum of weights * r**2, weights (n,)."""
    root = np.sqrt(weights)
    theta: np.ndarray = np.linalg.lstsq(root[:, np.newaxis] * A, root * y)[0]
    return theta


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
    theta = np.linalg.lstsq(A, y)[0]
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
