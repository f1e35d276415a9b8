"""Chapter "Many programs, one answer": what is inside, and what to use when."""

from collections.abc import Callable, Iterator

import numpy as np

from snippets.closed_form import by_lstsq, by_solve
from snippets.gradient_descent import curvatures, descend
from snippets.model import check_data

Solver = Callable[[np.ndarray, np.ndarray], np.ndarray]


# --8<-- [start:programs]
def by_descent(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """theta after 2,500 steps of size 1/λ_max, from zeros: (d + 1,)."""
    X = A[:, 1:]
    for _, w, b in descend(X, y, 1 / curvatures(X)[-1], 2500):
        theta = np.array([b, *w])
    return theta


def by_scikit_learn(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Its intercept, then its weights: (d + 1,). A begins with ones."""
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit(A[:, 1:], y)
    return np.array([model.intercept_, *model.coef_])


# One feature, or powers of one: polyfit sees only the column after the ones.
PROGRAMS: dict[str, Solver] = {
    "polyfit": lambda A, y: np.polyfit(A[:, 1], y, A.shape[1] - 1)[::-1],
    "normal equations": by_solve,
    "lstsq": by_lstsq,
    "gradient descent": by_descent,
    "scikit-learn": by_scikit_learn,
}


# --8<-- [end:programs]


# --8<-- [start:inside]
def like_scikit_learn(
    X: np.ndarray, y: np.ndarray, tol: float = 1e-6
) -> tuple[np.ndarray, float]:
    """What LinearRegression does with a dense table: w (d,) and b.

    Singular values of the centered table below tol times the largest
    count as zero.

    Source: scikit-learn 1.9, sklearn/linear_model/_base.py.
    """
    check_data(X, y)
    mean_x, mean_y = X.mean(axis=0), y.mean()
    w = np.linalg.lstsq(X - mean_x, y - mean_y, rcond=tol)[0]
    return w, float(mean_y - mean_x @ w)


# --8<-- [end:inside]


# --8<-- [start:steps-needed]
def steps_needed(ratio: float, share: float) -> int:
    """Steps of size 1/λ_max until only that share of the distance is left.

    The slowest direction decides: with ratio = λ_max / λ_min, each step
    keeps 1 - 1/ratio of the distance along it.

    Raises
    ------
    ValueError : if ratio is not above 1, or share not between 0 and 1
    """
    if ratio <= 1 or not 0 < share < 1:
        raise ValueError(f"ratio {ratio}, share {share}: no steps to count.")
    return int(np.ceil(np.log(share) / np.log1p(-1 / ratio)))


# --8<-- [end:steps-needed]


# --8<-- [start:gauss-newton]
def fit_growth(
    x: np.ndarray, y: np.ndarray, a: float, c: float, steps: int = 20
) -> Iterator[tuple[float, float]]:
    """Fit a * exp(c * x) to y (n,) by one linear regression after another.

    Hands out (a, c), first the guess, then after each regression.

    Source: C. F. Gauss (1809), Theoria motus corporum coelestium.
    """
    yield a, c
    for _ in range(steps):
        curve = np.exp(c * x)
        slopes = np.column_stack([curve, a * x * curve])  # along a and c
        move = by_lstsq(slopes, y - a * curve)
        a, c = a + float(move[0]), c + float(move[1])
        yield a, c


# --8<-- [end:gauss-newton]
