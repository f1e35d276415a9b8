"""Generated cases for the mathematics of the labs, hard ones among them, and what NumPy and exact fractions say of each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from math import fsum
from typing import Any

import numpy as np

CASES = 240


@dataclass(frozen=True)
class LineCase:
    """Points, a line that somebody drew, and a chosen point."""

    kind: str
    x: list[float]
    y: list[float]
    w: float
    b: float
    chosen: int

    def as_state(self) -> dict[str, Any]:
        return asdict(self) | {"preset": "own", "show": "residuals", "best": False}


# kind -> mean of x, spread of x, mean of y, what the line adds to it over a spread of x, spread of y around the line
KINDS = {
    "plain": (3.0, 2.0, 5.0, 1.0, 1.0),
    "large means": (1e9, 1.0, 1e9, 1.0, 1.0),
    "large mean of x": (1e6, 1e-3, 0.0, 1.0, 1.0),
    "large mean of y": (0.0, 1.0, 1e8, 1.0, 1e-2),
    "tiny spreads": (1.0, 1e-7, 1.0, 1e-9, 1e-9),
    "tiny numbers": (1e-9, 1e-9, 1e-9, 1e-9, 1e-9),
    "huge numbers": (0.0, 1e11, 0.0, 1e11, 1e11),
    "near a line": (10.0, 3.0, 20.0, 1.0, 1e-5),
    "column of ones and x near collinear": (1.0, 1e-6, 1.0, 1.0, 1.0),
    "few": (0.0, 1.0, 0.0, 1.0, 1.0),
}


def line_cases(seed: int = 7) -> list[LineCase]:
    rng = np.random.default_rng(seed)
    cases = []
    for number in range(CASES):
        kind = list(KINDS)[number % len(KINDS)]
        x_mean, x_spread, y_mean, signal, noise = KINDS[kind]
        n = 2 if kind == "few" and number % 4 < 2 else int(rng.integers(3, 60))
        x = x_mean + x_spread * rng.normal(size=n)
        slope = rng.normal() * signal / x_spread
        y = y_mean + slope * (x - x.mean()) + noise * rng.normal(size=n)
        w = slope * (1 + rng.normal() / 10)
        b = float(y.mean() - w * x.mean() + noise * rng.normal())
        cases.append(LineCase(kind, x.tolist(), y.tolist(), float(w), b, int(rng.integers(n))))
    return cases


def line_answers(case: LineCase) -> dict[str, tuple[float, float]]:
    """Every number of the lab: (value, size of the terms that it is a difference of).

    Residuals are NumPy's; sums over them are exact. What belongs to the best line comes from fractions.
    """
    x, y = np.array(case.x), np.array(case.y)
    w, b, n, i = case.w, case.b, len(x), case.chosen
    r = w * x + b - y
    size = np.abs(w * x) + abs(b) + np.abs(y)
    zero = Fraction(0)
    fx, fy = [Fraction(v) for v in case.x], [Fraction(v) for v in case.y]
    x_mean, y_mean = sum(fx, zero) / n, sum(fy, zero) / n
    dx, dy = [v - x_mean for v in fx], [v - y_mean for v in fy]
    sxx, syy = sum((v * v for v in dx), zero), sum((v * v for v in dy), zero)
    best_w = sum((u * v for u, v in zip(dx, dy, strict=True)), zero) / sxx
    best_b = y_mean - best_w * x_mean
    least = sum(((best_w * u - v) * (best_w * u - v) for u, v in zip(dx, dy, strict=True)), zero) / n
    level = Fraction(w) * x_mean + Fraction(b) - y_mean
    off = Fraction(w) - best_w
    excess = off * off * sxx / n + level * level
    rounding = float(np.max(size))
    spread = float(max(abs(v) for v in dy))
    answers = {
        "n": (float(n), 0.0),
        "loss": (fsum(r**2) / n, 0.0),
        "absolute": (fsum(np.abs(r)) / n, 0.0),
        "gw": (2 * fsum(r * x) / n, 2 * fsum(size * np.abs(x)) / n),
        "gb": (2 * fsum(r) / n, 2 * fsum(size) / n),
        "residual": (float(r[i]), 0.0),
        "r2": (1 - fsum(r**2) / float(syy), 1 + fsum(r**2) / float(syy)),
        "bestW": (float(best_w), 0.0 if n > 2 else float(np.ptp(y) / np.ptp(x))),
        "bestB": (float(best_b), float(abs(y_mean) + abs(best_w * x_mean))),
        "leverage": (float(Fraction(1, n) + dx[i] * dx[i] / sxx), 0.0),
        "sx": (fsum(x), 0.0),
        "sxx": (fsum(x**2), 0.0),
        "sy": (fsum(y), 0.0),
        "sxy": (fsum(x * y), 0.0),
    }
    # The terms of the smallest loss are differences of numbers as large as the spread of y.
    if n > 2:
        answers["least"] = (float(least), spread * float(least) ** 0.5)
        distance = float(abs(off)) * float(sxx / n) ** 0.5 + abs(float(level))
        answers["above"] = (float(100 * excess / least), 200 * rounding * distance / float(least))
    return answers


def nudge_answers(case: LineCase, dw: float, db: float) -> dict[str, tuple[float, float]]:
    """The change of the loss for each of the eight nudges, by the keys of the lab."""
    x, y = np.array(case.x), np.array(case.y)
    r = case.w * x + case.b - y
    answers = {}
    for up in (1, 0, -1):
        for side in (1, 0, -1):
            if up or side:
                step = up * dw * x + side * db
                terms = step * (2 * r + step)
                answers[f"nudge{up}{side}"] = (fsum(terms) / len(x), fsum(np.abs(terms)) / len(x))
    return answers
