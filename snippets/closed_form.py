"""Chapter "The best weights in one formula": solve for them at once."""

from collections.abc import Iterable

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
    """The formula as it stands: A (n, d + 1) and y (n,) give (d + 1,)."""
    theta: np.ndarray = np.linalg.inv(A.T @ A) @ (A.T @ y)
    return theta


# --8<-- [end:by-inverse]


# --8<-- [start:by-solve]
def by_solve(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Normal equations by elimination, without an inverse: (d + 1,).

    Raises
    ------
    LinAlgError : if elimination meets an exact zero
    """
    return np.linalg.solve(A.T @ A, A.T @ y)


# --8<-- [end:by-solve]


# --8<-- [start:by-lstsq]
def by_lstsq(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The shortest theta (d + 1,) with the least loss, for any A."""
    theta: np.ndarray = np.linalg.lstsq(A, y)[0]
    return theta


# --8<-- [end:by-lstsq]


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
    """A.T @ A and A.T @ y from chunks (A, y) of the rows.

    Shapes: (d + 1, d + 1) and (d + 1,).

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
