"""The NIST files are as published, read completely, and agree with themselves in exact arithmetic."""

from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from snippets.nist import SETS, load_nist, log_relative_error

NIST = Path(__file__).parents[2] / "docs/data/nist"
# What the headers say: rows, parameters.
SIZES = {
    "Norris": (36, 2),
    "Pontius": (40, 3),
    "NoInt1": (11, 1),
    "NoInt2": (3, 1),
    "Longley": (16, 7),
    "Filip": (82, 11),
}
SIZES |= {f"Wampler{number}": (21, 6) for number in range(1, 6)}


def exact(A: list[list[Fraction]], y: list[Fraction]) -> tuple[list[Fraction], Fraction, list[Fraction]]:
    """Least squares without rounding: coefficients, sum of squares left, diagonal of the inverse of A'A."""
    p = len(A[0])
    rows = []
    for i in range(p):
        gram = [sum((row[i] * row[j] for row in A), Fraction(0)) for j in range(p)]
        moment = sum((row[i] * value for row, value in zip(A, y, strict=True)), Fraction(0))
        rows.append([*gram, moment, *(Fraction(i == j) for j in range(p))])
    for i in range(p):  # Gauss and Jordan; A'A has no zero pivot
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(p):
            if j != i:
                rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)]
    theta = [row[p] for row in rows]
    left = [sum((a * t for a, t in zip(row, theta, strict=True)), -v) for row, v in zip(A, y, strict=True)]
    return theta, sum((r * r for r in left), Fraction(0)), [rows[i][p + 1 + i] for i in range(p)]


def fractions_of(name: str) -> tuple[list[list[Fraction]], list[Fraction]]:
    """The data as printed, not as rounded to binary."""
    rows = [[Fraction(word) for word in line.split()] for line in (NIST / f"{name}.dat").read_text().splitlines()[60:]]
    y, X = [row[0] for row in rows if row], [row[1:] for row in rows if row]
    first = 1 if name.startswith("NoInt") else 0
    count = SIZES[name][1]
    if len(X[0]) == 1:
        return [[x[0] ** power for power in range(first, count + first)] for x in X], y
    return [[Fraction(1), *x] for x in X], y


def test_the_files_are_the_ones_in_the_note_beside_them() -> None:
    note = (NIST / "README.md").read_text(encoding="utf-8")
    assert sorted(path.stem for path in NIST.glob("*.dat")) == sorted(SETS)
    for name in SETS:
        assert f"`{name}.dat` | `{sha256((NIST / f'{name}.dat').read_bytes()).hexdigest()}`" in note


@pytest.mark.parametrize("name", SETS)
def test_reads_all_rows_and_parameters(name: str) -> None:
    nist = load_nist(str(NIST / f"{name}.dat"))
    n, p = SIZES[name]
    assert nist.name == name
    assert nist.y.shape == (n,)
    assert nist.X.shape == (n, 6 if name == "Longley" else 1)
    assert nist.A.shape == (n, p)
    assert nist.theta.shape == nist.errors.shape == (p,)
    assert (nist.A[:, 0] == 1).all() != name.startswith("NoInt")


@pytest.mark.parametrize("name", SETS)
def test_certified_values_are_the_exact_solution(name: str) -> None:
    nist = load_nist(str(NIST / f"{name}.dat"))
    theta, left, inverse = exact(*fractions_of(name))
    assert log_relative_error(nist.theta, np.array([float(t) for t in theta])) > 14
    s2 = left / (SIZES[name][0] - SIZES[name][1]) if left else Fraction(0)
    assert nist.s == pytest.approx(float(s2) ** 0.5, rel=1e-13, abs=0)
    np.testing.assert_allclose(nist.errors, [float(s2 * v) ** 0.5 for v in inverse], rtol=1e-13)


@pytest.mark.parametrize("name", SETS)
def test_the_columns_and_r2_belong_together(name: str) -> None:
    nist = load_nist(str(NIST / f"{name}.dat"))
    r = nist.A @ nist.theta - nist.y
    # Without an intercept NIST compares with zero, not with the mean.
    total = nist.y if name.startswith("NoInt") else nist.y - nist.y.mean()
    assert 1 - r @ r / (total @ total) == pytest.approx(nist.r2, abs=1e-6)


def test_a_first_row_as_a_human_reads_it() -> None:
    longley = load_nist(str(NIST / "Longley.dat"))
    assert longley.A[0].tolist() == [1, 83.0, 234289, 2356, 1590, 107608, 1947]
    assert longley.y[0] == 60323
    assert longley.theta[0] == -3482258.63459582
    assert longley.errors[1] == 84.9149257747669
    assert longley.s == 304.854073561965


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.dat").write_text("1 2\n3 4\n")
    with pytest.raises(ValueError, match=r"x\.dat is not a NIST file: no line ranges\.$"):
        load_nist(str(tmp_path / "x.dat"))


@pytest.mark.parametrize(
    ("value", "certified", "digits"),
    [
        ([1.001], [1.0], 3.0),
        ([1.0, 2.02], [1.0, 2.0], 2.0),
        ([-1000.1], [-1000.0], 4.0),
        ([1.0], [1.0], 15.0),
        ([1e-6], [0.0], 6.0),
        ([5.0], [1.0], 0.0),
        ([np.nan, 1.0], [1.0, 1.0], 0.0),
        ([np.inf], [1.0], 0.0),
    ],
)
def test_counts_the_digits_of_the_worst_coefficient(value: list[float], certified: list[float], digits: float) -> None:
    found = log_relative_error(np.array(value), np.array(certified))
    assert found == pytest.approx(digits, abs=1e-9)
    assert type(found) is float


def test_shapes_that_would_broadcast_fail() -> None:
    with pytest.raises(ValueError, match=r"differ: \(3, 1\) and \(3,\)\.$"):
        log_relative_error(np.ones((3, 1)), np.ones(3))
