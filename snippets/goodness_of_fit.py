"""Chapter "How good is the fit?": R², its readings, and new data."""

import csv
from collections.abc import Callable, Sequence

import numpy as np

from snippets.closed_form import fit_centered
from snippets.loss import residuals
from snippets.model import predict

# Of a table X (n, d) and y (n,), a fit makes a function that predicts.
Rule = Callable[[np.ndarray], np.ndarray]
Fit = Callable[[np.ndarray, np.ndarray], Rule]


def load_anscombe(path: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Read Anscombe's four sets: name I to IV, then x (11,) and y (11,).

    Source: F. J. Anscombe (1973), The American Statistician 27, 17-21.
    """
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    sets = {}
    for name in ["I", "II", "III", "IV"]:
        points = [(r["x"], r["y"]) for r in rows if r["set"] == name]
        x, y = np.array(points, dtype=float).T
        sets[name] = x, y
    return sets


# --8<-- [start:penguin-labels]
def penguin_labels(
    path: str, columns: list[str], label: str = "species"
) -> np.ndarray:
    """Label of each bird that `load_penguins` keeps, in its order: (n,)."""
    with open(path, newline="", encoding="utf-8") as file:
        birds = list(csv.DictReader(file))
    complete = [bird for bird in birds if all(bird[c] != "NA" for c in columns)]
    return np.array([bird[label] for bird in complete])


# --8<-- [end:penguin-labels]


# --8<-- [start:r-squared]
def r_squared(y: np.ndarray, y_hat: np.ndarray) -> float:
    """1 - SS_res / SS_tot of (n,) predictions: no unit, at most 1.

    Raises
    ------
    ValueError : if the shapes differ, or if y is constant
    """
    ss_res = float(np.sum(residuals(y, y_hat) ** 2))
    ss_tot = float(np.sum((y - y.mean()) ** 2))
    if np.ptp(y) == 0:
        raise ValueError("y is constant: there is nothing to explain.")
    return 1 - ss_res / ss_tot


# --8<-- [end:r-squared]


# --8<-- [start:adjusted]
def adjusted_r_squared(y: np.ndarray, y_hat: np.ndarray, d: int) -> float:
    """R² charged for its d columns, so that noise gains nothing on average.

    Source: M. Ezekiel (1930), Methods of Correlation Analysis.
    """
    n = len(y)
    return 1 - (1 - r_squared(y, y_hat)) * (n - 1) / (n - d - 1)


# --8<-- [end:adjusted]


# --8<-- [start:fit-linear]
def fit_linear(X: np.ndarray, y: np.ndarray) -> Rule:
    """Least squares with intercept on X (n, d), y (n,): what predicts."""
    w, b = fit_centered(X, y)
    return lambda X_new: predict(X_new, w, b)


# --8<-- [end:fit-linear]


# --8<-- [start:k-folds]
def k_folds(n: int, k: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Deal the rows 0 … n-1 at random into k folds of almost equal size.

    Raises
    ------
    ValueError : unless 2 <= k <= n
    """
    if not 2 <= k <= n:
        raise ValueError(f"{k} folds of {n} rows: k must be 2 to n.")
    return np.array_split(rng.permutation(n), k)


# --8<-- [end:k-folds]


# --8<-- [start:cross-validate]
def cross_validate(
    X: np.ndarray, y: np.ndarray, folds: Sequence[np.ndarray], fit: Fit
) -> np.ndarray:
    """R² of each fold, predicted by a fit to all the other rows: (k,)."""
    scores = []
    for test in folds:
        train = np.setdiff1d(np.arange(len(y)), test)
        rule = fit(X[train], y[train])
        scores.append(r_squared(y[test], rule(X[test])))
    return np.array(scores)


# --8<-- [end:cross-validate]


# --8<-- [start:left-out]
def left_out(y: np.ndarray, y_hat: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Errors (n,) at points that the fit had not seen, from one fit to all.

    y_hat (n,) is that fit, by least squares, and h (n,) its leverages, all
    below 1. In the unit of y.

    Source: D. M. Allen (1974), Technometrics 16, 125-127.
    """
    errors: np.ndarray = residuals(y, y_hat) / (1 - h)
    return errors


# --8<-- [end:left-out]
