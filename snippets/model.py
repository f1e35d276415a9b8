"""Chapter "From a line to a plane": predictions from several features."""

import numpy as np


# --8<-- [start:predict-one]
def predict_one(x: np.ndarray, w: np.ndarray, b: float) -> float:
    """Prediction for one example: features x (d,), weights w (d,).

    Raises
    ------
    ValueError : if there are not as many weights as features
    """
    y_hat = b
    for feature, weight in zip(x, w, strict=True):
        y_hat += feature * weight
    return y_hat


# --8<-- [end:predict-one]


# --8<-- [start:predict]
def predict(X: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    """Predictions X @ w + b: (n, d) and (d,) give (n,), in the unit of y.

    Raises
    ------
    ValueError : if X is not (n, d), or w not (d,)
    """
    if X.ndim != 2 or w.shape != X.shape[1:]:
        shapes = f"X {X.shape} and w {w.shape}"
        raise ValueError(f"{shapes} must be (n, d) and (d,).")
    y_hat: np.ndarray = X @ w + b
    return y_hat


# --8<-- [end:predict]


# --8<-- [start:design-matrix]
def design_matrix(X: np.ndarray) -> np.ndarray:
    """A = [1 X], a column of ones in front: (n, d) to (n, d + 1)."""
    return np.column_stack([np.ones(len(X)), X])


# --8<-- [end:design-matrix]


# --8<-- [start:check-data]
def check_data(X: np.ndarray, y: np.ndarray) -> None:
    """Let data pass only as X (n, d) and y (n,), with the same n >= 1.

    Raises
    ------
    ValueError : with both shapes and, where there is one, the likely cure
    """
    if X.ndim == 2 and len(X) and y.shape == X.shape[:1]:
        return
    cure = ""
    if X.ndim == 1:
        cure = " Try X[:, np.newaxis]."
    elif y.ndim == 2 and y.shape[1] == 1:
        cure = " Try y[:, 0]."
    shapes = f"X {X.shape} and y {y.shape}"
    raise ValueError(f"{shapes} must be (n, d) and (n,).{cure}")


# --8<-- [end:check-data]
