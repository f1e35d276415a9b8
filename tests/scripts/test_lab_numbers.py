"""Every number of every lab is what the book's own code, NumPy and exact arithmetic say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from snippets.a_line_through_points import load_penguins
from snippets.feature_scaling import column_scale, scale, unscale
from snippets.gradient_descent import descend, noisy_line
from snippets.model import design_matrix
from snippets.uncertainty import bootstrap, t_limit
from snippets.wrong_tool import fit_huber
from tests.scripts import judging_cases as cases
from tests.scripts.descent_cases import book_path, exact_answers, exact_column, searches
from tests.scripts.lab_cases import CASES, line_answers, line_cases, nudge_answers
from tests.scripts.labs import EPS, ask, close
from tests.site.built import ROOT

LABS = ROOT / "docs" / "assets" / "labs"
FILM_STEPS = 60


def wrong_numbers(states: list[Any], found: list[dict[str, float | None]], answers: list[cases.Answers]) -> list[str]:
    assert len(states) == len(found) == len(answers) >= 200
    return [
        f"{key} is {ours.get(key)}, should be {value}: {given}"
        for given, ours, theirs in zip(states, found, answers, strict=True)
        for key, (value, scale) in theirs.items()
        if not close(ours.get(key), value, scale)
    ]


def test_every_number_of_fit_lab() -> None:
    lines = line_cases()
    assert len(lines) == CASES
    found = ask("fit-lab", "measured", [case.as_state() for case in lines])
    answers = [
        line_answers(case) | nudge_answers(case, ours["dw"], ours["db"])
        for case, ours in zip(lines, found, strict=True)
    ]
    assert not wrong_numbers(lines, found, answers)


def test_every_picture_of_the_film_is_a_step_of_the_books_own_search() -> None:
    birds, _ = load_penguins(str(ROOT / "docs/data/penguins.csv"), ["flipper_length_mm", "body_mass_g"])
    X, y = birds[:, :1], birds[:, 1]
    mu, s = column_scale(X)
    found = ask("animated-fit", "numbers", [{"step": step} for step in range(FILM_STEPS + 1)])
    best = np.polyfit(X[:, 0], y, 1)
    least = np.mean((np.polyval(best, X[:, 0]) - y) ** 2)
    for ours, (step, v, c) in zip(found, descend(scale(X, mu, s), y, 0.1, FILM_STEPS), strict=True):
        w, b = unscale(v, c, mu, s)
        loss = np.mean((X @ w + b - y) ** 2)
        assert ours["step"] == step
        np.testing.assert_allclose(
            [ours["w"], ours["b"], ours["loss"], ours["least"]], [w[0], b, loss, least], rtol=1e-10, atol=1e-10
        )
        np.testing.assert_allclose(ours["above"], 100 * (loss - least) / least, rtol=1e-10, atol=1e-9)
    assert found[-1]["above"] < 1e-6, "at the end the line has not found the birds"


def test_the_points_of_descent_lab_are_those_of_the_book() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    table = np.loadtxt(LABS / "noisy-line.csv", delimiter=",", skiprows=1)
    assert np.array_equal(table, np.column_stack([X[:, 0], y]))


def test_the_path_of_descent_lab_is_the_books_own_and_every_number_is_exact() -> None:
    found_cases = searches()
    assert len(found_cases) == CASES >= 200
    found = ask("descent-lab", "walk", [case.as_state() for case in found_cases])
    wrong, tight = [], 0
    for case, ours in zip(found_cases, found, strict=True):
        name = f"{case.kind}, {len(case.x)} points, scaled {case.scaled}, {case.loss}, {case.step} steps"
        exact = np.array([float(v) for v in exact_column(case.x, case.scaled)])
        column = np.array(ours["column"])
        if np.max(np.abs(column - exact)) > 1e-10 * np.max(np.abs(exact)):
            wrong.append(f"{name}: its points are off by {np.max(np.abs(column - exact))}")
        path = np.array(ours["path"])
        if not ours["diverged"] and len(path) != case.step + 1:
            wrong.append(f"{name}: stops after {len(path) - 1} steps")
        book, terms = book_path(case, ours["column"], len(path) - 1)
        # A coordinate that crosses zero is measured by the largest that it has had so far; and no step is more exact than its terms.
        rounding = 4 * EPS * terms
        for k in range(1, len(path)):
            rounding[k] += max(1, ours["numbers"]["rateSteep"]) * rounding[k - 1]
        allowed = np.maximum.accumulate(1e-10 * np.abs(book), axis=0) + rounding
        off = np.any(np.abs(path - book) > allowed, axis=1)
        if off.any():
            step = int(np.argmax(off))
            wrong.append(f"{name}: step {step} is {path[step]}, in the book {book[step]}")
        tight += bool(np.all(rounding <= 1e-10 * np.abs(book).max(axis=0)))
        answers = exact_answers(case, ours["path"])
        for key, (value, size) in answers.items():
            shown_as_zero = ours["numbers"][key] == 0 and abs(value) <= 1.1e-8 * size
            if not shown_as_zero and not close(ours["numbers"][key], value, size):
                wrong.append(f"{name}: {key} is {ours['numbers'][key]}, should be {value}")
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:20])
    assert tight >= 150, f"in {tight} cases only is 1e-10 the measure"
    assert sum(ours["diverged"] for ours in found) > 5
    assert max(max(ours["loss"][:-1]) / ours["loss"][0] for ours in found if len(ours["loss"]) > 1) <= 1e6


def test_every_number_of_outlier_lab() -> None:
    points = cases.outlier_cases()
    found = ask("outlier-lab", "numbers", [case.as_state() for case in points])
    exact = [cases.ExactPoints(case) for case in points]
    answers = [cases.outlier_answers(case, known) for case, known in zip(points, exact, strict=True)]
    assert not wrong_numbers(points, found, answers)
    open_cases = 0
    for case, known, ours in zip(points, exact, found, strict=True):
        if ours.get("huW") is None:
            open_cases += 1
            continue
        w, b = ours["huW"], ours["huB"]
        off = cases.huber_is_off_by(known, case.cut, w, b)
        assert off is not None
        size = float(np.max(np.abs(case.y)) + abs(w) * np.max(np.abs(case.x)))
        rise = float(np.ptp(case.y)) / float(known.sxx) ** 0.5
        assert close(w, w - float(off[0]), 4 * rise), (case, ours)
        assert close(b, b - float(off[1]), size), (case, ours)
        if case.kind == "wild":
            book = fit_huber(design_matrix(np.array(case.x)), np.array(case.y), case.cut)
            assert np.allclose((b, w), book, rtol=1e-6), "not the book's fit_huber"
    assert open_cases < 12, "Huber's line is left open too often"


def test_outlier_lab_begins_with_the_points_of_the_figure() -> None:
    X, y = noisy_line(np.random.default_rng(42))
    given, accomplices = ask("outlier-lab", "set", ["twenty", "accomplices"])
    assert ask("outlier-lab", "start", [None]) == [given]
    assert given["x"] == X[::10, 0].tolist()
    assert given["y"] == y[::10].tolist()
    text = (ROOT / "docs" / "wrong-tool.md").read_text(encoding="utf-8")
    (numbers,) = ask("outlier-lab", "numbers", [accomplices])
    assert f"3 wild: slope {numbers['lsW']:5.2f}, D ≤ {numbers['most']:.2f}" in text


def test_every_number_of_collinear_lab() -> None:
    states = cases.collinear_states()
    flipper, mass = cases.penguins()
    found = ask("collinear-lab", "numbers", states)
    assert not wrong_numbers(states, found, [cases.collinear_answers(given, flipper, mass) for given in states])


def test_every_number_of_resample_lab() -> None:
    states = cases.resample_states()
    found = ask("resample-lab", "numbers", states)
    assert not wrong_numbers(states, found, [cases.resample_answers(given) for given in states])
    for given, ours in list(zip(states, found, strict=True))[:4]:
        x, y, rows = cases.resample_world(given)
        fits = bootstrap(design_matrix(x), y[-1], 400, cases.Drawn(iter(rows)))  # type: ignore[arg-type]
        which = ["intercept", "slope"].index(given["target"])
        tail = 50 * (1 - given["level"])
        book = np.percentile(fits[:, which], [tail, 100 - tail])
        assert [ours["bootLow"], ours["bootHigh"]] == pytest.approx(book.tolist(), rel=1e-9)


def test_every_number_of_degree_lab() -> None:
    states = cases.degree_states()
    found = ask("degree-lab", "numbers", states)
    assert not wrong_numbers(states, found, [cases.degree_answers(given) for given in states])


def test_degree_lab_begins_with_the_points_of_the_figure_above_it() -> None:
    (first,) = ask("degree-lab", "points", [None])
    rng = np.random.default_rng(6)
    for x, y, grid in (("x", "y", np.linspace(0, 10, 15)), ("xTest", "yTest", np.linspace(0.1, 9.9, 50))):
        np.testing.assert_allclose(first[x], grid, rtol=1e-14)
        noise = rng.normal(0, 1, len(grid))
        np.testing.assert_array_equal(first[y], np.round(3 * np.sin(0.8 * grid) + 0.3 * grid + noise, 2))


def test_random_numbers_are_those_of_the_source_and_of_the_program() -> None:
    """L'Ecuyer's published numbers, and the same row in Python."""
    (uniform,) = ask("degree-lab", "uniform", [1000])
    published = [0.12701112204657714, 0.3185275653967945, 0.30918601558327008]
    np.testing.assert_allclose([*uniform[:3], uniform[999]], [*published, 0.98607848680213228], rtol=1e-15)
    names: dict[str, Any] = {}
    (text,) = ask("degree-lab", "python", [None])
    exec(f"import math\n{text}", names)
    row = names["stream"]()
    assert [next(row) for _ in range(1000)] == uniform


def test_the_limits_of_students_t_are_scipys() -> None:
    """For all that can be chosen, and more."""
    chosen = [(df, level) for df in range(1, 201) for level in cases.LEVELS]
    found = ask("resample-lab", "limit", chosen)
    np.testing.assert_allclose(found, [t_limit(df, level) for df, level in chosen], rtol=1e-12)
