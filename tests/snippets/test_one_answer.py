"""What scikit-learn does, in five lines; steps counted ahead; curves by linear regressions."""

import inspect
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import curve_fit
from sklearn.linear_model import LinearRegression
from statsmodels.regression.linear_model import OLS

from snippets.closed_form import by_solve, fit_centered
from snippets.gradient_descent import curvatures, descend, noisy_line
from snippets.gradient_descent import fit as fit_by_descent
from snippets.how_many_digits import by_qr
from snippets.model import design_matrix
from snippets.nist import SETS, load_nist, log_relative_error
from snippets.one_answer import PROGRAMS, by_descent, fit_growth, like_scikit_learn, steps_needed

NIST = Path(__file__).parents[2] / "docs/data/nist"


def test_programs_agree_on_the_two_hundred_points() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    A = design_matrix(X)
    model = LinearRegression(tol=0).fit(X, y)
    w, b = fit_centered(X, y)
    answers = {
        "polyfit": np.polyfit(X[:, 0], y, 1)[::-1],
        "lstsq": np.linalg.lstsq(A, y)[0],
        "solve": by_solve(A, y),
        "scikit-learn": np.array([model.intercept_, *model.coef_]),
        "statsmodels": OLS(y, A).fit().params,
        "centered": np.array([b, *w]),
    }
    for name, theta in answers.items():
        np.testing.assert_allclose(theta, by_qr(A, y), rtol=1e-11, err_msg=name)
    w, b, _ = fit_by_descent(X, y, 1 / curvatures(X)[-1], tol=1e-12)
    np.testing.assert_allclose([b, *w], by_qr(A, y), rtol=1e-7)


def test_the_programs_of_the_page_clear_the_bounds_that_it_prints() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    A = design_matrix(X)
    for name, fit in PROGRAMS.items():
        digits = log_relative_error(fit(A, y), by_qr(A, y))
        assert digits > (7 if name == "gradient descent" else 12.5), name
    pontius = load_nist(str(NIST / "Pontius.dat"))
    w, b = like_scikit_learn(pontius.A[:, 1:], pontius.y, tol=0)
    found = {name: log_relative_error(fit(pontius.A, pontius.y), pontius.theta) for name, fit in PROGRAMS.items()}
    assert found["gradient descent"] == found["scikit-learn"] == 0
    assert 5 < found["lstsq"] < 9
    assert min(found[name] for name in ("polyfit", "normal equations")) > 10.5
    assert log_relative_error(np.array([b, *w]), pontius.theta) > 10.5


def test_descent_takes_2500_steps() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    *_, (step, w, b) = descend(X, y, 1 / curvatures(X)[-1], 2500)
    assert step == 2500
    np.testing.assert_array_equal(by_descent(design_matrix(X), y), [b, *w])


def test_the_default_that_the_page_speaks_of_is_still_the_default() -> None:
    default = inspect.signature(LinearRegression).parameters["tol"].default
    assert default == inspect.signature(like_scikit_learn).parameters["tol"].default == 1e-6


@pytest.mark.parametrize("tol", [1e-6, 0, 1e-3])
@pytest.mark.parametrize("name", [name for name in SETS if not name.startswith("NoInt")])
def test_does_what_scikit_learn_does(name: str, tol: float) -> None:
    nist = load_nist(str(NIST / f"{name}.dat"))
    w, b = like_scikit_learn(nist.A[:, 1:], nist.y, tol)
    model = LinearRegression(tol=tol).fit(nist.A[:, 1:], nist.y)
    # Where digits are few, the two share only those: another LAPACK may sit inside.
    np.testing.assert_allclose(w, model.coef_, rtol=1e-4 if name == "Filip" else 1e-6)
    assert b == pytest.approx(model.intercept_, rel=1e-4 if name == "Filip" else 1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ["Pontius", "Wampler1", "Wampler2", "Wampler3", "Wampler4", "Wampler5"])
def test_the_default_has_no_right_digit_here_and_tol_0_has(name: str) -> None:
    nist = load_nist(str(NIST / f"{name}.dat"))

    def digits(tol: float) -> float:
        w, b = like_scikit_learn(nist.A[:, 1:], nist.y, tol)
        return log_relative_error(np.array([b, *w]), nist.theta)

    assert digits(1e-6) < 1
    assert digits(0) > 5


def test_a_feature_in_a_large_unit_is_lost_by_default_only() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(200, 10, (100, 2))
    y = X @ [50.0, 6.0] + rng.normal(size=100)
    right = like_scikit_learn(X, y)[0][1]
    kilometers = X * [1, 1e-6]
    assert abs(like_scikit_learn(kilometers, y)[0][1] * 1e-6) < 1e-3
    assert like_scikit_learn(kilometers, y, tol=0)[0][1] * 1e-6 == pytest.approx(right, rel=1e-9)
    assert fit_centered(kilometers, y)[0][1] * 1e-6 == pytest.approx(right, rel=1e-9)


def test_polyfit_is_an_svd_of_scaled_columns() -> None:
    nist = load_nist(str(NIST / "Pontius.dat"))
    size = np.linalg.norm(nist.A, axis=0)
    scaled = np.linalg.lstsq(nist.A / size, nist.y)[0] / size
    np.testing.assert_allclose(np.polyfit(nist.X[:, 0], nist.y, 2)[::-1], scaled, rtol=1e-10)


def test_wrong_shapes_are_named() -> None:
    with pytest.raises(ValueError, match=r"must be \(n, d\) and \(n,\)"):
        like_scikit_learn(np.ones((3, 1)), np.ones((3, 1)))


@pytest.mark.parametrize(("ratio", "share"), [(100, 1e-3), (2, 0.5), (1e5, 1e-6), (1.5, 0.1)])
def test_the_first_step_count_that_suffices(ratio: float, share: float) -> None:
    steps = steps_needed(ratio, share)
    assert (1 - 1 / ratio) ** steps <= share * (1 + 1e-9)
    assert (1 - 1 / ratio) ** (steps - 1) > share


def test_a_walk_along_the_flattest_direction_takes_that_many() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    lam = curvatures(X)
    A = design_matrix(X)
    flattest = np.linalg.eigh(A.T @ A).eigenvectors[:, 0]
    y = A @ flattest  # from zeros, the whole way lies along it
    gaps = [
        np.linalg.norm(np.array([b, *w]) - flattest)
        for _, w, b in descend(X, y, 1 / lam[-1], steps_needed(lam[-1] / lam[0], 1e-3))
    ]
    assert gaps[-1] <= 1e-3 * gaps[0] * (1 + 1e-9)
    assert gaps[-2] > 1e-3 * gaps[0]


@pytest.mark.parametrize(("ratio", "share"), [(1, 0.1), (0.5, 0.1), (10, 0), (10, 1)])
def test_step_counts_that_make_no_sense_are_refused(ratio: float, share: float) -> None:
    with pytest.raises(ValueError, match="no steps to count"):
        steps_needed(ratio, share)


def growth() -> tuple[np.ndarray, np.ndarray]:
    x = np.linspace(0, 4, 30)
    return x, 2 * np.exp(0.6 * x) + np.random.default_rng(0).normal(0, 0.5, 30)


def test_linear_regressions_arrive_where_curve_fit_does() -> None:
    x, y = growth()
    *_, (a, c) = fit_growth(x, y, a=1, c=1, steps=8)
    best, _ = curve_fit(lambda x, a, c: a * np.exp(c * x), x, y, p0=(1, 1))
    np.testing.assert_allclose([a, c], best, rtol=1e-6)
    slopes = np.column_stack([np.exp(c * x), a * x * np.exp(c * x)])
    assert np.linalg.norm(2 / 30 * slopes.T @ (a * np.exp(c * x) - y)) < 1e-11


def test_exact_data_give_the_exact_curve_and_the_guess_comes_first() -> None:
    x = np.linspace(0, 2, 10)
    states = list(fit_growth(x, 3 * np.exp(-0.5 * x), a=2, c=-0.2, steps=10))
    assert states[0] == (2, -0.2)
    assert len(states) == 11
    assert len(list(fit_growth(x, 3 * np.exp(-0.5 * x), a=2, c=-0.2))) == 21
    assert states[-1] == pytest.approx((3, -0.5), rel=1e-12)
