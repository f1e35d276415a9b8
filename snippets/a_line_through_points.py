"""Chapter "A line through points": the data, a line, its errors."""

import csv

import numpy as np


# --8<-- [start:load-penguins]
def load_penguins(path: str, columns: list[str]) -> tuple[np.ndarray, int]:
    """Read numeric columns of the penguins, without the rows that have gaps.

    Returns
    -------
    table : (n, k), one row per bird, one column per name
    dropped : number of rows left out because one of these columns is missing

    Raises
    ------
    ValueError : if the file has no column of that name
    """
    with open(path, newline="", encoding="utf-8") as file:
        birds = list(csv.DictReader(file))
    unknown = set(columns) - set(birds[0])
    if unknown:
        raise ValueError(f"{path} has no column {sorted(unknown)}.")
    complete = [row for row in birds if all(row[c] != "NA" for c in columns)]
    table = np.array([[float(bird[c]) for c in columns] for bird in complete])
    return table, len(birds) - len(complete)


# --8<-- [end:load-penguins]


# --8<-- [start:predict-line]
def predict_line(x: np.ndarray, w: float, b: float) -> np.ndarray:
    """Height of the line with slope w, intercept b at each x: (n,)."""
    return w * x + b


# --8<-- [end:predict-line]


# --8<-- [start:errors]
def errors(x: np.ndarray, y: np.ndarray, w: float, b: float) -> np.ndarray:
    """Prediction minus measurement for each point, (n,), in the unit of y.

    Raises
    ------
    ValueError : if x and y are not both of shape (n,)
    """
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"x {x.shape} and y {y.shape} must both be (n,).")
    r: np.ndarray = predict_line(x, w, b) - y
    return r


# --8<-- [end:errors]
