"""Generated cases for the labs on judging a fit, and what the book's own functions, NumPy and exact fractions say of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from snippets.closed_form import fit_centered
from snippets.goodness_of_fit import r_squared
from snippets.model import design_matrix
from snippets.uncertainty import estimate, intervals, t_limit
from snippets.wrong_tool import vif
from tests.site.built import ROOT

CASES = 240
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
# Of each number: (value, size of the terms that it is a difference of).
Answers = dict[str, tuple[float, float]]

# States of each lab whose programs are run and whose pictures are looked at: what they change of the first state.
PATCHES: dict[str, list[dict[str, Any]]] = {
    "outlier-lab": [
        {},
        {"cut": 0.02},
        {"x": [8, 8, 8, 8, 19], "y": [1, 2, 4, 4.5, 12], "chosen": 4, "preset": "own"},
        {"x": [1, 2, 3, 4], "y": [1, 1, 3, 3], "chosen": 0, "cut": 10, "preset": "own"},
        {"x": [1, 2, 3], "y": [2, 4, 6], "chosen": 1, "preset": "own"},
        {"x": [3, 3], "y": [1, 2], "chosen": 0, "preset": "own"},
        {"x": [3], "y": [1], "chosen": 0, "preset": "own"},
        {"x": [], "y": [], "chosen": 0, "preset": "own"},
    ],
    "collinear-lab": [
        {},
        {"rho": 0, "birds": 25, "samples": 3},
        {"rho": 0.9999, "at": [180, 225.5]},
        {"rho": 1},
        {"samples": 0},
        {"samples": 1},
    ],
    "resample-lab": [
        {"samples": 60, "noise": "funnel", "target": "intercept", "from": 100},
        {"samples": 7, "noise": "tails", "n": 5, "level": 0.99, "first": 3},
        {"samples": 5, "noise": "ends", "sigma": 0.1, "level": 0.5},
        {"samples": 1},
        {"samples": 0},
    ],
    "degree-lab": [
        {},
        {"degree": 14},
        {"n": 60, "degree": 15, "truth": "parabola", "draw": 3},
        {"n": 8, "degree": 7, "truth": "line", "sigma": 3},
    ],
}


# ---- random numbers: MRG32k3a, written anew from L'Ecuyer's paper ----


def uniforms() -> Iterator[float]:
    m1, m2 = 2**32 - 209, 2**32 - 22853
    x, y = [12345, 12345, 12345], [12345, 12345, 12345]
    while True:
        x.append((1403580 * x[-2] - 810728 * x[-3]) % m1)
        y.append((527612 * y[-1] - 1370589 * y[-3]) % m2)
        x, y = x[-3:], y[-3:]
        z = (x[-1] - y[-1]) % m1
        yield (z if z > 0 else m1) / (m1 + 1)


def rounded(value: float) -> float:
    return math.floor(1000 * value + 0.5) / 1000


def normals(row: Iterator[float], count: int) -> list[float]:
    return [rounded(math.sqrt(-2 * math.log(next(row))) * math.cos(2 * math.pi * next(row))) for _ in range(count)]


def laplaces(row: Iterator[float], count: int) -> list[float]:
    drawn = []
    for _ in range(count):
        size, sign = math.log(next(row)) * math.sqrt(0.5), next(row)
        drawn.append(rounded(size if sign < 0.5 else -size))
    return drawn


# ---- outlier-lab ----


def total(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


@dataclass(frozen=True)
class Points:
    kind: str
    x: list[float]
    y: list[float]
    chosen: int
    cut: float

    def as_state(self) -> dict[str, Any]:
        return {"preset": "own", "x": self.x, "y": self.y, "chosen": self.chosen, "cut": self.cut}


# kind -> mean of x, its spread, mean of y, its slope in spreads, its noise, how wild some points are
KINDS = {
    "plain": (5.0, 3.0, 17.0, 3.0, 1.5, 0.0),
    "wild": (5.0, 3.0, 17.0, 3.0, 1.5, 40.0),
    "large means": (1e6, 1.0, 1e6, 1.0, 1.0, 5.0),
    "tiny spread of x": (1.0, 1e-6, 1.0, 1.0, 1.0, 10.0),
    "tiny numbers": (1e-8, 1e-9, 1e-8, 1e-9, 1e-9, 1e-8),
    "huge numbers": (0.0, 1e10, 0.0, 1e10, 1e10, 1e11),
    "near a line": (10.0, 3.0, 20.0, 5.0, 1e-4, 1e-3),
    "decimals": (5.0, 3.0, 17.0, 3.0, 1.5, 20.0),
    "one far out": (5.0, 1.0, 3.0, 1.0, 1.0, 0.0),
    "few": (0.0, 1.0, 0.0, 1.0, 1.0, 0.0),
}


def outlier_cases() -> list[Points]:
    rng = np.random.default_rng(11)
    cases = []
    for number in range(CASES):
        kind = list(KINDS)[number % len(KINDS)]
        x_mean, x_spread, y_mean, signal, noise, wild = KINDS[kind]
        n = int(rng.integers(3, 6) if kind == "few" else rng.integers(6, 40))
        x = x_mean + x_spread * rng.normal(size=n)
        y = y_mean + signal * rng.normal() * (x - x_mean) / x_spread + noise * rng.normal(size=n)
        y[: n // 5] += wild * rng.normal(size=n // 5)
        if kind == "one far out":
            x[0] += 50
        if kind == "decimals":
            x, y = np.round(x, 1), np.round(y, 1)
        cut = float(noise * 10 ** rng.uniform(-1, 1))
        cases.append(Points(kind, x.tolist(), y.tolist(), int(rng.integers(n)), cut))
    return cases


class ExactPoints:
    """Least squares, leverage and Cook's distance in fractions."""

    def __init__(self, case: Points) -> None:
        x, y = [Fraction(v) for v in case.x], [Fraction(v) for v in case.y]
        self.n = n = len(x)
        self.x_mean, self.y_mean = total(x) / n, total(y) / n
        self.dx, self.dy = [v - self.x_mean for v in x], [v - self.y_mean for v in y]
        self.sxx = total(v * v for v in self.dx)
        self.w = total(a * b for a, b in zip(self.dx, self.dy, strict=True)) / self.sxx
        self.r = [self.w * a - b for a, b in zip(self.dx, self.dy, strict=True)]
        self.h = [Fraction(1, n) + v * v / self.sxx for v in self.dx]

    def cook(self, i: int) -> Fraction | None:
        s2 = total(v * v for v in self.r) / (self.n - 2)
        if s2 == 0 or 1 - self.h[i] <= 1e-9:
            return None
        return self.r[i] ** 2 * self.h[i] / (2 * s2 * (1 - self.h[i]) ** 2)

    def without(self, i: int) -> Fraction:
        dx, dy = ([v for k, v in enumerate(values) if k != i] for values in (self.dx, self.dy))
        u, v = total(dx) / len(dx), total(dy) / len(dy)
        return total((a - u) * (b - v) for a, b in zip(dx, dy, strict=True)) / total((a - u) ** 2 for a in dx)

    def intercept(self, w: Fraction, level: Fraction) -> Fraction:
        return self.y_mean + level - w * self.x_mean


def outlier_answers(case: Points, exact: ExactPoints) -> Answers:
    """All numbers but those of Huber's line, which is checked by its own condition."""
    i, x, y = case.chosen, np.array(case.x), np.array(case.y)
    rise, size = float(np.ptp(y)), float(np.max(np.abs(y)) + abs(float(exact.w)) * np.max(np.abs(x)))
    absolute_w, absolute_level = least_absolute(exact)
    answers = {
        "n": (float(exact.n), 0.0),
        "lsW": (float(exact.w), 4 * rise / float(exact.sxx) ** 0.5),
        "lsB": (float(exact.intercept(exact.w, Fraction(0))), size),
        "lsR": (float(exact.r[i]), size),
        "laW": (float(absolute_w), 0.0),
        "laB": (float(exact.intercept(absolute_w, absolute_level)), size),
        "laR": (float(absolute_w * exact.dx[i] + absolute_level - exact.dy[i]), size),
        "leverage": (float(exact.h[i]), 0.0),
        "without": (float(exact.without(i)), 4 * rise / float(exact.sxx) ** 0.5),
    }
    # A relative change of the residual comes in twice.
    distances = {k: float(d) for k in range(exact.n) if (d := exact.cook(k)) is not None}
    largest = max(distances, key=lambda k: distances[k])
    for name, k in (("cook", i), ("most", largest)):
        if k in distances:
            rounding = 2 * rise / abs(float(exact.r[k])) * distances[k] / (1 - float(exact.h[k]))
            answers[name] = (distances[k], rounding)
    return answers


def least_absolute(exact: ExactPoints) -> tuple[Fraction, Fraction]:
    """Some line with the least sum of absolute residuals passes through two points: all pairs are tried."""
    dx, dy = np.array([float(v) for v in exact.dx]), np.array([float(v) for v in exact.dy])
    i, j = np.triu_indices(exact.n, 1)
    apart = dx[i] != dx[j]
    i, j = i[apart], j[apart]
    slopes = (dy[i] - dy[j]) / (dx[i] - dx[j])
    rest = dy - slopes[:, np.newaxis] * dx
    totals = np.abs(rest - np.median(rest, axis=1, keepdims=True)).sum(axis=1)
    good = np.flatnonzero(totals <= totals.min() * (1 + 1e-11) + 1e-14 * np.abs(dy).sum())
    pairs = [good[np.argmin(slopes[good])], good[np.argmax(slopes[good])]]
    ends = [(exact.dy[i[k]] - exact.dy[j[k]]) / (exact.dx[i[k]] - exact.dx[j[k]]) for k in pairs]
    w = total(ends) / 2
    rests = sorted(b - w * a for a, b in zip(exact.dx, exact.dy, strict=True))
    return w, (rests[(exact.n - 1) // 2] + rests[exact.n // 2]) / 2


def huber_is_off_by(exact: ExactPoints, cut: float, w: float, b: float) -> tuple[Fraction, Fraction] | None:
    """How far the minimum of Huber's loss is from this line, in slope and intercept; None where it is not the only one.

    The loss is a parabola as long as no residual crosses the cut: one step of Newton, exactly, leads to the minimum.
    """
    slope, level = Fraction(w), Fraction(b) - exact.y_mean + Fraction(w) * exact.x_mean

    def step(slope: Fraction, level: Fraction) -> tuple[list[int], Fraction, Fraction] | None:
        r = [slope * u + level - v for u, v in zip(exact.dx, exact.dy, strict=True)]
        zones = [0 if abs(v) <= Fraction(cut) else 1 if v > 0 else -1 for v in r]
        small = [k for k in range(exact.n) if zones[k] == 0]
        psi = [v if zone == 0 else zone * Fraction(cut) for v, zone in zip(r, zones, strict=True)]
        s0, s1 = Fraction(len(small)), total(exact.dx[k] for k in small)
        s2 = total(exact.dx[k] * exact.dx[k] for k in small)
        determinant = s0 * s2 - s1 * s1
        if determinant == 0:
            return None
        g0, g1 = total(psi), total(p * u for p, u in zip(psi, exact.dx, strict=True))
        return zones, (s0 * g1 - s1 * g0) / determinant, (s2 * g0 - s1 * g1) / determinant

    first = step(slope, level)
    if first is None:
        return None
    zones, dw, dlevel = first
    there = step(slope - dw, level - dlevel)
    assert there is not None
    # A residual that lies on the cut itself may count on either side.
    assert there[0] == zones or abs(there[1]) <= abs(Fraction(w)) * Fraction(1, 10**11), (
        "the minimum lies in another zone"
    )
    return dw, dlevel - dw * exact.x_mean


# ---- collinear-lab ----


def collinear_states() -> list[dict[str, Any]]:
    rng = np.random.default_rng(12)
    states = []
    for number in range(CASES):
        rho = [0.0, 0.9999, 0.999, float(np.round(rng.uniform(0, 1), 3))][number % 4]
        birds = 342 if number % 3 == 0 else int(rng.integers(20, 343))
        place = rng.uniform(170, 235, 2) if number % 5 else rng.normal(0, 1e6, 2)
        at = np.round(place, 1).tolist()
        states.append({"rho": rho, "birds": birds, "samples": int(rng.integers(2, 9)), "at": at})
    return states


def collinear_answers(state: dict[str, Any], flipper: np.ndarray, mass: np.ndarray) -> Answers:
    row = uniforms()
    noise = np.array(normals(row, len(mass)))
    dx = flipper - flipper.mean()
    noise = noise - design_matrix(dx) @ np.linalg.lstsq(design_matrix(dx), noise, rcond=None)[0]
    noise *= np.linalg.norm(dx) / np.linalg.norm(noise)
    rho = state["rho"]
    X = np.column_stack([flipper, flipper.mean() + rho * dx + np.sqrt(1 - rho**2) * noise])
    samples = [[int(len(mass) * u) for u in islice(row, state["birds"])] for _ in range(state["samples"])]
    w, b = fit_centered(X, mass)
    fits = [fit_centered(X[rows], mass[rows]) for rows in samples]
    weights = np.array([fit[0] for fit in fits])
    at = np.array(state["at"])
    guesses = np.array([weight @ at + level for weight, level in fits])
    reach = float(np.max(np.abs(weights)) * np.sum(np.abs(at)))
    size = float(np.max(np.abs(weights)))
    return {
        "rho": (rho, 0.0),
        "vif": (float(vif(X)[0]), 0.0),
        "w1": (w[0], size),
        "w2": (w[1], size),
        "samples": (float(state["samples"]), 0.0),
        "spread1": (weights[:, 0].std(), size),
        "spread2": (weights[:, 1].std(), size),
        "spreadSum": (weights.sum(axis=1).std(), size),
        "negative": (float(np.sum(weights[:, 1] < 0)), 0.0),
        "guess": (float(w @ at + b), reach),
        "spreadGuess": (guesses.std(), reach),
    }


# ---- resample-lab ----


def resample_states() -> list[dict[str, Any]]:
    rng = np.random.default_rng(13)
    states = []
    for number in range(CASES):
        states.append(
            {
                "n": int(rng.integers(5, 51)),
                "noise": ["bell", "funnel", "ends", "tails"][number % 4],
                "sigma": float(np.round(10 ** rng.uniform(-1, 0.69), 2)),
                "from": [0, 10, 100, 1000][number // 4 % 4],
                "target": ["slope", "intercept"][number % 2 if number % 3 else 1],
                "level": LEVELS[number % 5],
                "first": int(rng.integers(0, 5)),
                "samples": int(rng.integers(2, 7)),
            }
        )
    return states


@dataclass
class Drawn:
    """Stands for a generator whose numbers are known: `snippets.uncertainty.bootstrap` asks it for rows."""

    rows: Iterator[list[int]]

    def integers(self, _low: int, _high: int, _count: int) -> list[int]:
        return next(self.rows)


def resample_world(state: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, list[list[int]]]:
    """The places x, y of every sample, and the rows of every resample."""
    n, row = state["n"], uniforms()
    resamples: list[list[int]] = []
    while len(resamples) < 400:
        rows = [int(n * u) for u in islice(row, n)]
        if len(set(rows)) > 1:
            resamples.append(rows)
    drawn = laplaces if state["noise"] == "tails" else normals
    raw = np.array([drawn(row, n) for _ in range(state["first"] + state["samples"])])[state["first"] :]
    place = 10 * np.arange(n) / (n - 1)
    loud = {"funnel": 0.1 + 0.18 * place, "ends": 0.1 + 0.064 * (place - 5) ** 2}.get(state["noise"], np.ones(n))
    x = state["from"] + place
    return x, 2 + 3 * x + state["sigma"] * loud * raw, resamples


def resample_answers(state: dict[str, Any]) -> Answers:
    x, y, resamples = resample_world(state)
    which, level = ["intercept", "slope"].index(state["target"]), state["level"]
    truth = [2, 3][which]
    estimates = [estimate(design_matrix(x), points) for points in y]
    values = np.array([e.theta[which] for e in estimates])
    errors = np.array([e.errors[which] for e in estimates])
    formula = np.array([intervals(e, level)[which] for e in estimates])
    x_again = x[np.array(resamples)]
    dx = x_again - x_again.mean(axis=1, keepdims=True)
    limits = []
    for points in y:
        y_again = points[np.array(resamples)]
        w = np.sum(dx * (y_again - y_again.mean(axis=1, keepdims=True)), axis=1) / np.sum(dx**2, axis=1)
        b = y_again.mean(axis=1) - w * x_again.mean(axis=1)
        limits.append(np.percentile([b, w][which], [50 * (1 - level), 50 * (1 + level)]))
    boot = np.array(limits)
    held, boot_held = ((low <= truth) & (truth <= high) for low, high in (formula.T, boot.T))
    # y is rounded where it is largest, and the intercept is a difference of numbers of that size.
    size = float(np.max(np.abs(y))) * (30 if which == 0 else 10)
    return {
        "samples": (float(len(y)), 0.0),
        "estimate": (values[-1], size),
        "error": (errors[-1], size),
        "limit": (t_limit(state["n"] - 2, level), 0.0),
        "low": (formula[-1, 0], size),
        "high": (formula[-1, 1], size),
        "bootLow": (boot[-1, 0], size),
        "bootHigh": (boot[-1, 1], size),
        "held": (float(held.sum()), 0.0),
        "heldShare": (100 * held.mean(), 0.0),
        "bootHeld": (float(boot_held.sum()), 0.0),
        "bootShare": (100 * boot_held.mean(), 0.0),
        "spread": (values.std(), size),
        "meanError": (errors.mean(), size),
        "width": (float(np.mean(formula[:, 1] - formula[:, 0])), size),
        "bootWidth": (float(np.mean(boot[:, 1] - boot[:, 0])), size),
    }


# ---- degree-lab ----


def degree_states() -> list[dict[str, Any]]:
    rng = np.random.default_rng(14)
    states = []
    for number in range(CASES):
        n = int(rng.integers(8, 61)) if number % 3 else int(rng.integers(8, 17))
        most = min(15, n - 1)
        states.append(
            {
                "truth": ["wave", "parabola", "line"][number // 2 % 3],
                "n": n,
                "sigma": float(np.round(rng.uniform(0.1, 3), 1)),
                "degree": most if number % 4 == 0 else int(rng.integers(0, most + 1)),
                "draw": int(rng.integers(0, 30)),
            }
        )
    return states


def degree_points(state: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x and y to fit, x and y to judge by, of a draw after the first."""
    row = uniforms()
    noise = [(normals(row, 60), normals(row, 50)) for _ in range(state["draw"] + 1)][-1]
    n = state["n"]
    truths: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "wave": lambda x: np.asarray(3 * np.sin(0.8 * x) + 0.3 * x),
        "parabola": lambda x: 0.2 * (x - 4) ** 2,
        "line": lambda x: 0.7 * x,
    }
    truth = truths[state["truth"]]
    x, x_test = 10 * np.arange(n) / (n - 1), 10 * (np.arange(50) + 0.5) / 50

    def measured(x: np.ndarray, own: list[float]) -> np.ndarray:
        return np.asarray(np.floor(100 * (truth(x) + state["sigma"] * np.array(own[: len(x)])) + 0.5) / 100)

    return x, measured(x, noise[0]), x_test, measured(x_test, noise[1])


def degree_answers(state: dict[str, Any]) -> Answers:
    x, y, x_test, y_test = degree_points(state)
    most = min(15, state["n"] - 1)
    train, test, scores = [], [], []
    for degree in range(most + 1):
        A, A_test = (np.polynomial.chebyshev.chebvander(places / 5 - 1, degree) for places in (x, x_test))
        Q, R = np.linalg.qr(A)
        theta = np.linalg.solve(R, Q.T @ y)
        train.append(float(np.mean((A @ theta - y) ** 2)))
        test.append(float(np.mean((A_test @ theta - y_test) ** 2)))
        scores.append((r_squared(y, A @ theta), r_squared(y_test, A_test @ theta)))
    degree, size = state["degree"], float(np.max(np.abs(y)))
    return {
        "degree": (float(degree), 0.0),
        "train": (0.0 if degree == state["n"] - 1 else train[degree], size**2),
        "test": (test[degree], 0.0),
        "trainR2": (1.0 if degree == state["n"] - 1 else scores[degree][0], size**2),
        "testR2": (scores[degree][1], 1 + test[degree]),
        "best": (float(np.argmin(test)), 0.0),
        "least": (min(test), 0.0),
        "noise": (state["sigma"] ** 2, 0.0),
    }


def penguins() -> tuple[np.ndarray, np.ndarray]:
    from snippets.a_line_through_points import load_penguins

    birds, _ = load_penguins(str(ROOT / "docs" / "data" / "penguins.csv"), ["flipper_length_mm", "body_mass_g"])
    return birds[:, 0], birds[:, 1]
