"""Chapter "One number for all errors": residuals, squares, the bowl."""

import numpy as np

from snippets.a_line_through_points import predict_line


# --8<-- [start:residuals]
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


# --8<-- [end:residuals]


# --8<-- [start:mse]
def mse(y: np.ndarray, y_hat: np.ndarray) -> float:
    """Mean squared error of (n,) predictions, in the unit of y, squared.

    Source: A.-M. Legendre (1805), who took the sum; the mean is our convention.
    """
    r = residuals(y, y_hat)
    return float(np.mean(r**2))


# --8<-- [end:mse]


# --8<-- [start:mae]
def mae(y: np.ndarray, y_hat: np.ndarray) -> float:
    """Mean absolute error of (n,) predictions, in the unit of y."""
    r = residuals(y, y_hat)
    return float(np.mean(np.abs(r)))


# --8<-- [end:mae]


# --8<-- [start:loss-surface]
def loss_surface(
    x: np.ndarray, y: np.ndarray, ws: np.ndarray, bs: np.ndarray
) -> np.ndarray:
    """Loss of every line (w, b) on a grid: one row per b, one column per w."""
    return np.array([[mse(y, predict_line(x, w, b)) for w in ws] for b in bs])


# --8<-- [end:loss-surface]


# --8<-- [start:perpendicular-slope]
def perpendicular_slope(x: np.ndarray, y: np.ndarray) -> float:
    """Slope of the line with the smallest squared perpendicular distances.

    x and y are (n,) and should have the same unit: the slope depends on it.
    Source: K. Pearson (1901), lines and planes of closest fit.
    """
    longest = np.linalg.eigh(np.cov(x, y)).eigenvectors[:, -1]
    return float(longest[1] / longest[0])


# --8<-- [end:perpendicular-slope]
