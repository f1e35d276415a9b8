"""The NIST reference data sets: read them, and count the digits that are right.

Eleven least-squares problems from the Statistical Reference Datasets of the
US National Institute of Standards and Technology, in `docs/data/nist`. The
answers were certified there in arithmetic of 500 digits.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

# From NIST's lower to its higher level of difficulty.
SETS = (
    "Norris",
    "Pontius",
    "NoInt1",
    "NoInt2",
    "Longley",
    "Filip",
    "Wampler1",
    "Wampler2",
    "Wampler3",
    "Wampler4",
    "Wampler5",
)


@dataclass(frozen=True)
class Certified:
    """One data set and its certified answer, p parameters long.

    `A` holds the columns of NIST's own model, as they are: powers of x or
    several predictors, with a column of ones unless the name is NoInt1 or 2.
    """

    name: str
    y: np.ndarray  # (n,)
    X: np.ndarray  # (n, k), the k predictors as measured
    A: np.ndarray  # (n, p)
    theta: np.ndarray  # (p,), certified coefficients, in the order of A
    errors: np.ndarray  # (p,), their certified standard errors
    s: float  # certified residual standard deviation
    r2: float  # certified R²


def load_nist(path: str) -> Certified:
    """Read one .dat file, as published by NIST.

    Raises
    ------
    ValueError : if the file does not say where its values and data stand
    """
    text = Path(path).read_text(encoding="ascii")
    lines = text.splitlines()
    ranges = re.findall(r"\(lines +(\d+) +to +(\d+)\)", text)
    if len(ranges) != 2:
        raise ValueError(f"{path} is not a NIST file: no line ranges.")
    values, data = ("\n".join(lines[int(a) - 1 : int(b)]) for a, b in ranges)
    rows = re.findall(r"^ *B(\d+) +(\S+) +(\S+)", values, re.MULTILINE)
    powers = [int(number) for number, _, _ in rows]
    s, r2 = (
        float(re.search(rf"{label} +(\S+)", values)[1])  # type: ignore[index]
        for label in ("Standard Deviation  ", "R-Squared")
    )
    table = np.array([line.split() for line in data.splitlines()], float)
    y, X = table[:, 0], table[:, 1:]
    if X.shape[1] == 1:  # B0, B1, B2, …: powers of the one predictor
        A = X ** np.array(powers)
    else:
        A = np.column_stack([np.ones(len(y)), X])
    theta, errors = np.array([row[1:] for row in rows], float).T
    return Certified(Path(path).stem, y, X, A, theta, errors, s, r2)


def log_relative_error(value: ArrayLike, certified: ArrayLike) -> float:
    """Digits that agree with the certified values: the worst of (p,) or one.

    It is -log10(|value - certified| / |certified|), kept between 0 and 15;
    for a certified 0 the error itself counts. NaN and inf have no digits.

    Raises
    ------
    ValueError : if the two shapes differ

    Source: B. D. McCullough (1998), The American Statistician 52, 358-366.
    """
    value, certified = np.asarray(value, float), np.asarray(certified, float)
    if value.shape != certified.shape:
        shapes = f"{value.shape} and {certified.shape}"
        raise ValueError(f"values and certified values differ: {shapes}.")
    size = np.where(certified == 0, 1.0, np.abs(certified))
    error = np.max(np.abs(value - certified) / size)
    if not np.isfinite(error):
        return 0.0
    return float(np.clip(-np.log10(max(error, 1e-15)), 0.0, 15.0))
