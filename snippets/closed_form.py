"""Chapter "The best weights in one formula": five ways to solve for them."""

from collections.abc import Callable, Iterable
from fractions import Fraction

import numpy as np

from snippets.model import check_data


# --8<-- [start:by-means]
def by_means(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Best slope and intercept for one feature: (n,) and (n,) give w, b.

    Raises
    ------
    ValueError : if x and y are not both (n,), or all x are equal
    """
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"x {x.shape} and y {y.shape} must both be (n,).")
    from_mean = x - x.mean()
    spread = float(from_mean @ from_mean)
    if spread == 0:
        raise ValueError("All x are equal: no slope is better than another.")
    w = float(from_mean @ (y - y.mean())) / spread
    return w, float(y.mean() - w * x.mean())


# --8<-- [end:by-means]


# --8<-- [start:by-inverse]
def by_inverse(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The textbook formula as it stands: (n, p) and (n,) give (p,)."""
    theta: np.ndarray = np.linalg.inv(A.T @ A) @ (A.T @ y)
    return theta


# --8<-- [end:by-inverse]


# --8<-- [start:by-solve]
def by_solve(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Normal equations by elimination, without an inverse: (p,)."""
    return np.linalg.solve(A.T @ A, A.T @ y)


# --8<-- [end:by-solve]


# --8<-- [start:triangles]
def solve_upper(R: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Solve R @ theta = c for an upper triangle R, from the last row up.

    Raises
    ------
    ZeroDivisionError : if there is a zero on the diagonal
    """
    if np.any(np.diagonal(R) == 0):
        raise ZeroDivisionError("A zero on the diagonal: no single solution.")
    theta = np.zeros(len(c))
    for i in reversed(range(len(c))):
        theta[i] = (c[i] - R[i, i + 1 :] @ theta[i + 1 :]) / R[i, i]
    return theta


def solve_lower(L: np.ndarray, c: np.ndarray) -> np.ndarray:
    """The same for a lower triangle: turned around, it is an upper one."""
    return solve_upper(L[::-1, ::-1], c[::-1])[::-1]


# --8<-- [end:triangles]


# --8<-- [start:by-cholesky]
def by_cholesky(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Normal equations by two triangles, A.T @ A = R.T @ R: (p,).

    Raises
    ------
    LinAlgError : if rounding leaves A.T @ A not positive definite

    Source: A.-L. Cholesky, published by E. Benoit (1924).
    """
    R = np.linalg.cholesky(A.T @ A).T
    return solve_upper(R, solve_lower(R.T, A.T @ y))


# --8<-- [end:by-cholesky]


# --8<-- [start:by-qr]
def by_qr(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least squares from A = Q @ R, without ever forming A.T @ A: (p,).

    Source: G. H. Golub (1965), Numerische Mathematik 7, 206-216.
    """
    Q, R = np.linalg.qr(A)
    return solve_upper(R, Q.T @ y)


# --8<-- [end:by-qr]


# --8<-- [start:by-svd]
def by_svd(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The shortest theta (p,) with the least loss, for any A (n, p).

    Singular values below rounding level, eps * max(n, p) of the largest,
    count as zero.

    Source: G. H. Golub and W. Kahan (1965), SIAM J. Numer. Anal. 2, 205-224.
    """
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    keep = s > np.finfo(float).eps * max(A.shape) * s.max()
    theta: np.ndarray = Vt[keep].T @ (U[:, keep].T @ y / s[keep])
    return theta


# --8<-- [end:by-svd]


# --8<-- [start:fit-centered]
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


# --8<-- [end:fit-centered]


# --8<-- [start:add-up]
def add_up(
    chunks: Iterable[tuple[np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray]:
    """A.T @ A (p, p) and A.T @ y (p,) from chunks (A, y) of the rows.

    Raises
    ------
    ValueError : if there is no chunk, or their widths differ
    """
    gram = moment = None
    for A, y in chunks:
        if gram is None or moment is None:
            gram, moment = A.T @ A, A.T @ y
        else:
            gram, moment = gram + A.T @ A, moment + A.T @ y
    if gram is None or moment is None:
        raise ValueError("There is no chunk.")
    return gram, moment


# --8<-- [end:add-up]


def exact_slope(x: np.ndarray, y: np.ndarray) -> float:
    """Best slope for (n,) and (n,), without any rounding on the way."""
    xs, ys = ([Fraction(float(v)) for v in values] for values in (x, y))
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    pairs = [(a - mean_x, c - mean_y) for a, c in zip(xs, ys, strict=True)]
    return float(sum(a * c for a, c in pairs) / sum(a * a for a, _ in pairs))


def attempt(
    way: Callable[[np.ndarray, np.ndarray], np.ndarray],
    A: np.ndarray,
    y: np.ndarray,
) -> np.ndarray:
    """What a solver gives, (p,), or NaN where it gives up."""
    try:
        return way(A, y)
    except np.linalg.LinAlgError:
        return np.full(A.shape[1], np.nan)


def cleared(digits: float) -> str:
    """The highest of four bounds that the digits clear, safe from rounding."""
    return next((f"≥ {k}" for k in (10, 5, 3) if digits >= k), "none")


def in_words(count: int) -> str:
    """A count out of 100, too coarse to depend on rounding."""
    return {0: "none", 100: "all"}.get(count, "most" if count > 69 else "some")
