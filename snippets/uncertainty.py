"""Chapter "How sure is the line?": noise, standard errors, intervals."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from snippets.closed_form import by_lstsq
from snippets.goodness_of_fit import left_out
from snippets.loss import residuals
from snippets.wrong_tool import leverage


# --8<-- [start:log-likelihood]
def log_likelihood(y: np.ndarray, y_hat: np.ndarray, sigma: float) -> float:
    """Log density of y (n,) around y_hat, for normal noise of sd sigma."""
    n, r = len(y), residuals(y, y_hat)
    constant = -n / 2 * np.log(2 * np.pi * sigma**2)
    return float(constant - np.sum(r**2) / (2 * sigma**2))


# --8<-- [end:log-likelihood]


# --8<-- [start:inverse-gram]
def inverse_gram(A: np.ndarray) -> np.ndarray:
    """The inverse of A.T @ A for A (n, p) of full rank, by QR: (p, p).

    Columns are brought to length 1 first, which loses fewer digits.
    """
    size = np.linalg.norm(A, axis=0)
    R = np.linalg.qr(A / size).R
    R_inverse = np.linalg.solve(R, np.eye(len(R))) / size[:, np.newaxis]
    gram: np.ndarray = R_inverse @ R_inverse.T
    return gram


# --8<-- [end:inverse-gram]


# --8<-- [start:estimate]
@dataclass(frozen=True)
class Estimate:
    """Parameters, and how far off they may be."""

    theta: np.ndarray  # (p,), the estimates
    s: float  # estimated standard deviation of the noise
    df: int  # degrees of freedom, n - p
    cov: np.ndarray  # (p, p), estimated covariance of theta

    @property
    def errors(self) -> np.ndarray:
        """Standard errors of theta, (p,)."""
        return np.sqrt(np.diag(self.cov))


def estimate(A: np.ndarray, y: np.ndarray) -> Estimate:
    """Least squares with standard errors, for A (n, p) with n > p, y (n,).

    Raises
    ------
    ValueError : if the shapes differ, or n is not larger than p

    Source: C. F. Gauss (1823), Theoria combinationis observationum.
    """
    n, p = A.shape
    if y.shape != (n,):
        raise ValueError(f"A {A.shape} and y {y.shape} must share n.")
    if n <= p:
        raise ValueError(f"{n} rows, {p} parameters: none left for noise.")
    size = np.linalg.norm(A, axis=0)  # as in inverse_gram
    theta = by_lstsq(A / size, y) / size
    s = float(np.sqrt(np.sum(residuals(y, A @ theta) ** 2) / (n - p)))
    return Estimate(theta, s, n - p, s**2 * inverse_gram(A))


# --8<-- [end:estimate]


# --8<-- [start:intervals]
def t_limit(df: int, level: float = 0.95) -> float:
    """Limit that Student's t with df degrees of freedom rarely exceeds.

    A share level of all draws lies between minus and plus this number.
    """
    return float(stdtrit(df, (1 + level) / 2))


def intervals(e: Estimate, level: float = 0.95) -> np.ndarray:
    """Lower and upper confidence limit of each parameter: (p, 2)."""
    half = t_limit(e.df, level) * e.errors
    return np.column_stack([e.theta - half, e.theta + half])


# --8<-- [end:intervals]


# --8<-- [start:p-values]
def p_values(e: Estimate) -> np.ndarray:
    """Chance of a |t| at least as large if the parameter were 0: (p,).

    Source: R. A. Fisher (1922), J. Royal Statistical Society 85, 597-612.
    """
    p: np.ndarray = 2 * stdtr(e.df, -np.abs(e.theta / e.errors))
    return p


# --8<-- [end:p-values]


# --8<-- [start:bands]
def bands(
    e: Estimate, A_new: np.ndarray, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Line at the rows of A_new (k, p); half widths of its two bands: (k,).

    The first half width is for the line itself, the second for a new point.
    """
    of_line = np.sum((A_new @ e.cov) * A_new, axis=1)
    limit = t_limit(e.df, level)
    for_line: np.ndarray = limit * np.sqrt(of_line)
    for_point: np.ndarray = limit * np.sqrt(of_line + e.s**2)
    return A_new @ e.theta, for_line, for_point


# --8<-- [end:bands]


# --8<-- [start:bootstrap]
def bootstrap(
    A: np.ndarray, y: np.ndarray, times: int, rng: np.random.Generator
) -> np.ndarray:
    """Theta of fits to n rows drawn with replacement, again and again.

    Returns (times, p).

    Source: B. Efron (1979), Annals of Statistics 7, 1-26.
    """
    n, fits = len(y), []
    for _ in range(times):
        rows = rng.integers(0, n, n)
        fits.append(by_lstsq(A[rows], y[rows]))
    return np.array(fits)


# --8<-- [end:bootstrap]


# --8<-- [start:robust-errors]
def robust_errors(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Standard errors (p,) that let each point have its own spread (HC3).

    A (n, p) has full rank, and no point of leverage 1.

    Source: J. G. MacKinnon, H. White (1985), J. Econometrics 29, 305-325.
    """
    alone = left_out(y, A @ by_lstsq(A, y), leverage(A))
    pull = inverse_gram(A) @ A.T  # (p, n): how far each y moves theta
    errors: np.ndarray = np.sqrt(pull**2 @ alone**2)
    return errors


# --8<-- [end:robust-errors]
