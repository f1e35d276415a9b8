"""The class agrees with NumPy and scikit-learn, says what is wrong with its input, and keeps a clean state."""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from snippets.gradient_descent import fit, noisy_line
from snippets.linear_regression_class import LeastSquares, Line, finite_array, walk
from snippets.loss import mse
from snippets.model import predict
from tests.snippets import linreg_listing


def problem(seed: int, n: int = 60, d: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(1, 1, (n, d))
    return X, X @ rng.normal(size=d) + rng.normal(size=n)


X_TINY, Y_TINY = np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.0, 6.5])


@pytest.mark.parametrize("solver", ["direct", "descent"])
@pytest.mark.parametrize("seed", range(3))
def test_both_solvers_agree_with_numpy_and_scikit_learn(solver: str, seed: int) -> None:
    X, y = problem(seed)
    model = LeastSquares(solver, eta=0.1, n_steps=5000, tol=None).fit(X, y)
    b, *w = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), y)[0]
    np.testing.assert_allclose([model.b, *model.w], [b, *w], rtol=1e-9)
    theirs = LinearRegression(tol=0).fit(X, y)
    new = problem(seed + 100)[0]
    np.testing.assert_allclose(model.predict(new), theirs.predict(new), rtol=1e-9)
    assert model.score(X, y) == pytest.approx(theirs.score(X, y), rel=1e-12)


def test_the_published_run_gives_these_figures_and_not_the_printed_ones() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    model = LeastSquares("descent", eta=0.005, n_steps=1000, tol=None).fit(X, y)
    assert (round(model.b, 4), round(float(model.w[0]), 4), round(model.score(X, y), 4)) == (1.4424, 3.1133, 0.9714)


def test_fit_returns_itself_and_settings_stay_as_they_were() -> None:
    model = LeastSquares("descent", eta=0.05, n_steps=7, tol=None)
    assert model.fit(X_TINY, Y_TINY) is model
    assert (model.solver, model.eta, model.n_steps, model.tol) == ("descent", 0.05, 7, None)
    assert model.w.shape == (1,)
    assert type(model.b) is float
    assert model.predict(X_TINY).shape == (3,)


def test_the_history_has_one_loss_more_than_steps_and_starts_anew() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    model = LeastSquares("descent", eta=0.005, n_steps=10, tol=None)
    for _ in range(2):
        model.fit(X, y)
        assert len(model.loss_history) == 11
        assert model.loss_history[0] == mse(y, np.zeros(200))
        assert model.loss_history[-1] == mse(y, model.predict(X))
        assert np.all(np.diff(model.loss_history) < 0)
    model.solver = "direct"
    assert model.fit(X, y).loss_history == []


def test_a_failed_fit_leaves_the_former_state() -> None:
    model = LeastSquares("descent", eta=0.1, n_steps=50, tol=None).fit(X_TINY, Y_TINY)
    before = model.w.copy(), model.b, list(model.loss_history)
    with pytest.raises(RuntimeError, match="too large"):
        model.fit(1000 * X_TINY, Y_TINY)
    assert (model.w == before[0]).all()
    assert (model.b, model.loss_history) == before[1:]


def test_lists_and_whole_numbers_will_do() -> None:
    model = LeastSquares().fit([[1], [2], [3]], [2, 4, 6])
    assert model.predict([[4]]) == pytest.approx([8])


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (X_TINY[:, 0], Y_TINY, r"^X \(3,\) and y \(3,\) must be .* Try X\[:, np\.newaxis\]\.$"),
        (X_TINY, Y_TINY[:, None], r"^X \(3, 1\) and y \(3, 1\) must be .* Try y\[:, 0\]\.$"),
        (X_TINY[:2], Y_TINY, r"^X \(2, 1\) and y \(3,\) must be \(n, d\) and \(n,\)\.$"),
        (X_TINY, [2, np.nan, 6], r"^y: 1 not finite, first y\[1\]\.$"),
        ([[1, 2], [np.inf, np.nan], [3, 4]], Y_TINY, r"^X: 2 not finite, first X\[1, 0\]\.$"),
        (X_TINY[:0], Y_TINY[:0], r"^X \(0, 1\) is empty\.$"),
        (np.ones((3, 0)), Y_TINY, r"^X \(3, 0\) is empty\.$"),
        ([["a"], ["b"]], [1, 2], r"could not convert string to float"),
    ],
)
@pytest.mark.parametrize("solver", ["direct", "descent"])
def test_input_that_cannot_be_right_is_named(solver: str, X: ArrayLike, y: ArrayLike, message: str) -> None:
    model = LeastSquares(solver)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert not hasattr(model, "w")


def test_predict_and_score_check_too() -> None:
    model = LeastSquares().fit(X_TINY, Y_TINY)
    with pytest.raises(ValueError, match=r"^X: 1 not finite, first X\[0, 0\]\.$"):
        model.predict([[np.nan]])
    with pytest.raises(ValueError, match=r"^X \(1, 2\) and w \(1,\) must be \(n, d\) and \(d,\)\.$"):
        model.predict([[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"must both be \(n,\)\.$"):
        model.score(X_TINY, Y_TINY[:, None])


def test_not_fitted_and_unknown_solver_say_so() -> None:
    for use in (lambda: LeastSquares().predict(X_TINY), lambda: LeastSquares().score(X_TINY, Y_TINY)):
        with pytest.raises(RuntimeError, match=r"^Not fitted yet: call fit\(X, y\) first\.$"):
            use()
    with pytest.raises(ValueError, match=r"^Unknown solver: 'newton'\.$"):
        LeastSquares("newton").fit(X_TINY, Y_TINY)


def test_score_is_that_of_scikit_learn_for_a_constant_y_as_well() -> None:
    model = LeastSquares().fit(X_TINY, Y_TINY)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for y in ([1.0, 2.0, 9.0], [5.0, 5.0, 5.0]):
            assert model.score(X_TINY, y) == pytest.approx(r2_score(y, model.predict(X_TINY)))
        flat = LeastSquares().fit(X_TINY, [5.0, 5.0, 5.0])
        assert flat.score(X_TINY, [5.0, 5.0, 5.0]) == 1


def test_a_step_too_large_is_reported_before_anything_overflows() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for eta in (0.031, 1.0, 1e6):
            with pytest.raises(RuntimeError, match=rf"^The loss has doubled by step \d+: eta = {eta} is too large"):
                LeastSquares("descent", eta=eta).fit(X, y)


def test_a_search_that_has_not_arrived_says_so_and_one_that_was_to_stop_does_not() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    sentence = r"^100 steps are too few: the gradient is 1\.4e-03 of the first\.$"
    model = LeastSquares("descent", eta=0.01, n_steps=100)
    with pytest.raises(RuntimeError, match=sentence):
        model.fit(X, y)
    assert not hasattr(model, "w")
    model.tol = None
    assert len(model.fit(X, y).loss_history) == 101


def test_the_search_ends_where_the_rule_of_the_chapter_on_descent_ends_it() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    for tol in (1e-3, 1e-8):
        w, b, step = fit(X, y, 0.01, tol)
        model = LeastSquares("descent", eta=0.01, tol=tol).fit(X, y)
        assert (model.w[0], model.b, len(model.loss_history)) == (w[0], b, step + 1)


def test_the_last_step_may_be_the_one_that_arrives() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    step = fit(X, y, 0.01)[2]
    assert len(walk(X, y, 0.01, step)[2]) == step + 1
    with pytest.raises(RuntimeError, match=rf"^{step - 1} steps are too few"):
        walk(X, y, 0.01, step - 1)


def test_ten_thousand_steps_to_a_hundred_millionth_unless_told_otherwise() -> None:
    model = LeastSquares("descent")
    assert (model.eta, model.n_steps, model.tol) == (0.01, 10_000, 1e-8)
    assert walk.__defaults__ == (1e-8,)


def test_the_smallest_class_fits_and_predicts_and_takes_a_gap_in_silence() -> None:
    X, y = problem(6)
    line = Line()
    assert line.fit(X, y) is line
    b, *w = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), y)[0]
    np.testing.assert_allclose([line.b, *line.w], [b, *w], rtol=1e-9)
    np.testing.assert_allclose(line.predict(X), X @ w + b, rtol=1e-9)
    gap = y.copy()
    gap[0] = np.nan
    assert np.isnan(Line().fit(X, gap).predict(X)).all()


def test_walk_hands_out_the_weights_of_its_last_loss() -> None:
    X, y = problem(5)
    w, b, losses = walk(X, y, 0.05, 25, tol=None)
    assert len(losses) == 26
    assert losses[-1] == mse(y, predict(X, w, b))


def test_finite_array_keeps_shapes_and_copies_nothing_needlessly() -> None:
    assert finite_array([[1, 2]], "X").dtype == float
    given = np.ones((2, 3))
    assert finite_array(given, "X") is given


def test_the_download_is_what_the_page_shows() -> None:
    again = "run python -m tests.snippets.linreg_listing"
    assert linreg_listing.FILE.read_text(encoding="utf-8") == linreg_listing.listing(), again


def test_the_download_runs_by_itself_in_an_empty_folder(tmp_path: Path) -> None:
    file = tmp_path / linreg_listing.NAME
    file.write_bytes(linreg_listing.FILE.read_bytes())
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", file.name],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stdout.rstrip("\n") == linreg_listing.printed().rstrip("\n")


def test_the_download_needs_numpy_alone(tmp_path: Path) -> None:
    code = (
        f"import runpy, sys; runpy.run_path({str(linreg_listing.FILE)!r});"
        "print([m for m in ('scipy', 'sklearn', 'pandas', 'snippets', 'matplotlib') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
