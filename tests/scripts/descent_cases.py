"""Generated searches for the labs on gradient descent, and what the book's own functions and exact arithmetic say of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from snippets.gradient import gradients
from snippets.gradient_descent import descend
from tests.scripts.lab_cases import CASES, line_cases

SHARES = (0.02, 0.2, 0.5, 0.9, 0.99, 1.0, 1.02, 1.3)  # of the largest step size that does not diverge
LOSSES = ("mean", "half", "sum")
DIGITS = 60


@dataclass(frozen=True)
class Search:
    """Points, a start, a step size in the units of the chosen loss, and how many steps."""

    kind: str
    x: list[float]
    y: list[float]
    scaled: bool
    loss: str
    w: float
    b: float
    eta: float
    step: int

    @property
    def factor(self) -> float:
        return {"mean": 1.0, "half": 0.5, "sum": float(len(self.x))}[self.loss]

    def as_state(self) -> dict[str, Any]:
        return {
            "preset": "one",
            "points": {"x": self.x, "y": self.y},
            "chosen": 0,
            "scaled": self.scaled,
            "loss": self.loss,
            "w": self.w,
            "b": self.b,
            "eta": self.eta,
            "step": self.step,
        }


def searches(seed: int = 11) -> list[Search]:
    """A third of them begin at zeros, a third where slope and intercept are equal, a third anywhere."""
    rng = np.random.default_rng(seed)
    found = []
    for number, line in enumerate(line_cases(seed)):
        scaled = number % 4 == 3
        loss = LOSSES[number // 2 % 3]
        x = np.array(line.x)
        column = (x - x.mean()) / x.std() if scaled else x
        factor = {"mean": 1.0, "half": 0.5, "sum": float(len(x))}[loss]
        square = float(np.mean(column**2))
        limit = 2 / (factor * ((1 + square) + np.hypot(square - 1, 2 * column.mean())))
        size = np.std(line.y) + abs(np.mean(line.y))
        w, b = {0: (0.0, 0.0), 1: (float(size), float(size)), 2: (line.w, line.b)}[number % 3]
        eta = float(SHARES[number % len(SHARES)] * limit * rng.uniform(0.99, 1))
        found.append(Search(line.kind, line.x, line.y, scaled, loss, w, b, eta, int(rng.integers(1, 300))))
    assert len(found) == CASES
    return found


def book_path(search: Search, column: list[float], steps: int) -> tuple[np.ndarray, np.ndarray]:
    """The path (w, b) of the book's own code, and the size of the terms that its steps are sums of: (steps + 1, 2) each.

    Another loss is the same search at the converted step size.
    """
    X, y = np.array(column)[:, np.newaxis], np.array(search.y)
    eta = search.eta * search.factor
    if search.w == search.b:
        path = np.array([(w[0], b) for _, w, b in descend(X, y, eta, steps, start=search.w)])
    else:
        w, b = np.array([search.w]), search.b
        states = [(w[0], b)]
        for _ in range(steps):
            grad_w, grad_b = gradients(X, y, w, b)
            w, b = w - eta * grad_w, b - eta * grad_b
            states.append((w[0], b))
        path = np.array(states)
    x = np.abs(X[:, 0])
    mean, square = x.mean(), np.mean(x**2)
    w, b = np.abs(path.T)
    in_b = w * mean + b + np.mean(np.abs(y))
    in_w = w * square + b * mean + np.mean(np.abs(y) * x)
    return path, 2 * eta * np.column_stack([in_w, in_b])


def total(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def exact_column(x: list[float], scaled: bool) -> list[Decimal]:
    """The points as they are, or in deviations from their mean, to 60 digits."""
    with localcontext(prec=DIGITS):
        column = [Decimal(v) for v in x]
        if not scaled:
            return column
        mean = total(column) / len(column)
        unit = (total((v - mean) ** 2 for v in column) / len(column)).sqrt()
        return [(v - mean) / unit for v in column]


def exact_answers(search: Search, path: list[tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Every number of the lab at the end of this path, by its key: (value, size of the terms that it is a difference of)."""
    with localcontext(prec=DIGITS):
        x, y = exact_column(search.x, search.scaled), [Decimal(v) for v in search.y]
        n, f, eta = len(x), Decimal(search.factor), Decimal(search.eta)
        w, b = (Decimal(v) for v in path[-1])
        x_mean, y_mean = total(x) / n, total(y) / n
        variance = total((v - x_mean) ** 2 for v in x) / n
        best_w = total((u - x_mean) * (v - y_mean) for u, v in zip(x, y, strict=True)) / n / variance
        best_b = y_mean - best_w * x_mean
        least = total((best_w * u + best_b - v) ** 2 for u, v in zip(x, y, strict=True)) / n
        r = [w * u + b - v for u, v in zip(x, y, strict=True)]
        size = [abs(w * u) + abs(b) + abs(v) for u, v in zip(x, y, strict=True)]
        excess = (w - best_w) ** 2 * variance + (w * x_mean + b - y_mean) ** 2
        ww, wb, bb = 2 * f * (x_mean**2 + variance), 2 * f * x_mean, 2 * f
        largest = (ww + bb + ((ww - bb) ** 2 + 4 * wb**2).sqrt()) / 2
        smallest = 4 * f * f * variance / largest
        taken = min(eta * smallest, 2 - eta * largest)
        height = abs(w * x_mean) + abs(b) + abs(y_mean)
        distance = excess.sqrt()
        answers = {
            "step": (Decimal(len(path) - 1), Decimal(0)),
            "w": (w, Decimal(0)),
            "b": (b, Decimal(0)),
            "loss": (f * (least + excess), f * height * distance),
            "gap": (f * excess, f * height * distance),
            "gw": (
                f * 2 * total(u * v for u, v in zip(r, x, strict=True)) / n,
                f * 2 * total(u * abs(v) for u, v in zip(size, x, strict=True)) / n,
            ),
            "gb": (f * 2 * total(r) / n, f * 2 * total(size) / n),
            "inverse": (1 / largest, Decimal(0)),
            "limit": (2 / largest, Decimal(0)),
            "share": (50 * eta * largest, Decimal(0)),
            "condition": (largest / smallest, Decimal(0)),
            "max": (largest, Decimal(0)),
            "min": (smallest, Decimal(0)),
            "rateSteep": (abs(1 - eta * largest), Decimal(1)),
            "rateLevel": (abs(1 - eta * smallest), Decimal(1)),
        }
        if n > 2:
            spread = max(abs(v - y_mean) for v in y)
            answers["least"] = (f * least, f * spread * least.sqrt())
        if taken > Decimal("1e-7"):
            needed = Decimal("1e-6").ln() / (1 - taken).ln() if taken < 1 else Decimal(1)
            answers["needed"] = (max(Decimal(1), needed.to_integral_value("ROUND_CEILING")), Decimal(0))
        if len(path) > 1:
            apart = ((ww - bb) ** 2 + 4 * wb**2).sqrt()
            # Of a circle, any two directions will do: the lab takes the axes.
            angle = np.arctan2(float(2 * wb), float(ww - bb)) / 2 if apart > Decimal("1e-12") * (ww + bb) else 0.0
            for name, along in (
                ("measuredSteep", (np.cos(angle), np.sin(angle))),
                ("measuredLevel", (-np.sin(angle), np.cos(angle))),
            ):
                u, v = (Decimal(float(part)) for part in along)
                before, after = (abs(u * (Decimal(p) - best_w) + v * (Decimal(q) - best_b)) for p, q in path[-2:])
                terms = abs(u) * (abs(w) + abs(best_w)) + abs(v) * (abs(b) + abs(y_mean) + abs(best_w * x_mean))
                if before > Decimal("2e-6") * terms:
                    answers[name] = (after / before, terms / before)
        return {key: (float(value), float(scale)) for key, (value, scale) in answers.items()}
