"""Chapter "How many digits are left": three more solvers, what rounding costs."""

from fractions import Fraction

import numpy as np

from snippets.closed_form import by_lstsq


# --8<-- [start:triangles]
def solve_upper(R: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Solve R @ theta = c for an upper triangle R, from the last row up.

    Raises
    ------
    ZeroDivisionError : if there is a zero on the diagonal
    """
    if np.any(np.diagonal(R) == 0):
        raise ZeroDivisionError("Zero on the diagonal: no single answer.")
    theta = np.zeros(len(c))
    for i in reversed(range(len(c))):
        theta[i] = (c[i] - R[i, i + 1 :] @ theta[i + 1 :]) / R[i, i]
    return theta


def solve_lower(lower: np.ndarray, c: np.ndarray) -> np.ndarray:
    """For a lower triangle: rows and columns reversed, it is an upper one."""
    return solve_upper(lower[::-1, ::-1], c[::-1])[::-1]


# --8<-- [end:triangles]


# --8<-- [start:by-cholesky]
def by_cholesky(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Normal equations by two triangles, A.T @ A = R.T @ R: (d + 1,).

    Raises
    ------
    LinAlgError : if A.T @ A, as rounded, has an eigenvalue that is not > 0

    Source: A.-L. Cholesky, published by E. Benoit (1924).
    """
    R = np.linalg.cholesky(A.T @ A).T
    return solve_upper(R, solve_lower(R.T, A.T @ y))


# --8<-- [end:by-cholesky]


# --8<-- [start:by-qr]
def by_qr(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least squares from A = Q @ R, without forming A.T @ A: (d + 1,).

    Source: G. H. Golub (1965), Numerische Mathematik 7, 206-216.
    """
    Q, R = np.linalg.qr(A)
    return solve_upper(R, Q.T @ y)


# --8<-- [end:by-qr]


# --8<-- [start:by-svd]
def by_svd(
    A: np.ndarray, y: np.ndarray, cut: float | None = None
) -> np.ndarray:
    """The shortest theta (d + 1,) with the least loss, for any A.

    Singular values of at most `cut` times the largest count as zero; by
    default that is rounding level, eps * max(A.shape).

    Source: G. H. Golub and W. Kahan (1965), SIAM J. Numer. Anal. 2, 205-224.
    """
    if cut is None:
        cut = np.finfo(float).eps * max(A.shape)
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    keep = s > cut * s.max()
    theta: np.ndarray = Vt[keep].T @ (U[:, keep].T @ y / s[keep])
    return theta


# --8<-- [end:by-svd]


# --8<-- [start:error-bound]
def error_bound(A: np.ndarray, y: np.ndarray) -> float:
    """How far relative errors of 2**-52 in A and y can move theta.

    Relative to the length of theta, to first order, for A of full rank.

    Source: P.-A. Wedin (1973), BIT 13, 217-232; N. J. Higham (2002),
    Accuracy and Stability of Numerical Algorithms, theorem 20.1.
    """
    theta, kappa = by_lstsq(A, y), float(np.linalg.cond(A))
    signal = float(np.linalg.norm(A, 2) * np.linalg.norm(theta))
    residual = float(np.linalg.norm(A @ theta - y)) / signal
    return 2.0**-52 * kappa * (2 + (kappa + 1) * residual)


# --8<-- [end:error-bound]


# --8<-- [start:exact-slope]
def exact_slope(x: np.ndarray, y: np.ndarray) -> float:
    """Best slope for (n,) and (n,), without any rounding on the way."""
    xs, ys = ([Fraction(float(v)) for v in values] for values in (x, y))
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    pairs = [(a - mean_x, c - mean_y) for a, c in zip(xs, ys, strict=True)]
    return float(sum(a * c for a, c in pairs) / sum(a * a for a, _ in pairs))


# --8<-- [end:exact-slope]


# --8<-- [start:cleared]
def cleared(digits: float) -> str:
    """The highest of three bounds that the digits clear, or none."""
    return next((f"≥ {k}" for k in (10, 5, 3) if digits >= k), "none")


# --8<-- [end:cleared]
