"""Measure how long things take, and write it down: `make measure`.

Times differ from machine to machine and from run to run, so no block of the
book prints any. This program records them in `docs/data/measurements.json`,
with the machine, the versions and the date, and the pages quote that file.

What is measured is processor time on one thread: it does not count the time
that other programs took meanwhile. Alternatives take turns, round by round, so
that a slow minute of the machine hits all of them alike.
"""

import gc
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

FILE = Path(__file__).parents[1] / "docs/data/measurements.json"
PACKAGES = ("numpy", "scipy", "scikit-learn", "statsmodels")
Timing = dict[str, Any]
Work = Callable[[], object]


def stopwatch(works: dict[str, Work], rounds: int = 7) -> dict[str, Timing]:
    """Seconds for each piece of work: median, fastest and slowest round.

    Short work is repeated within a round until it takes a hundredth of a
    second, so that the clock can see it.

    Raises
    ------
    ValueError : if there is nothing to measure
    """
    if not works or rounds < 1:
        raise ValueError(f"{len(works)} works, {rounds} rounds: nothing to do.")
    repeats = {}
    for name, work in works.items():  # a first run that does not count
        count, work_time = 1, seconds(work, 1)
        while work_time * count < 0.01:
            count *= 2
            work_time = seconds(work, count)
        repeats[name] = count
    runs: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            runs[name].append(seconds(work, repeats[name]))
    return {
        name: {
            "median": float(f"{median(times):.4g}"),
            "fastest": float(f"{min(times):.4g}"),
            "slowest": float(f"{max(times):.4g}"),
            "rounds": rounds,
        }
        for name, times in runs.items()
    }


def seconds(work: Work, count: int) -> float:
    """Processor seconds for one run of the work, an average over count."""
    start = time.process_time()
    for _ in range(count):
        work()
    return (time.process_time() - start) / count


def load_measurements(path: str) -> dict[str, Any]:
    """What `make measure` wrote: date, machine, versions and timings."""
    measured: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
    return measured


def times_as_long(
    measured: dict[str, Any], group: str, slow: str, fast: str
) -> float:
    """How many times as long as `fast` did `slow` take, by medians.

    Raises
    ------
    KeyError : if there is no such group or work
    """
    works = measured["timings"][group]["works"]
    ratio: float = works[slow]["median"] / works[fast]["median"]
    return ratio


def problem(n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """A (n, d) with a column of ones, and y (n,); the same each time."""
    rng = np.random.default_rng(0)
    A = np.column_stack([np.ones(n), rng.normal(size=(n, d - 1))])
    return A, A @ rng.normal(size=d) + rng.normal(size=n)


def gradient(A: np.ndarray, y: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Slopes of the mean squared error along theta: (p,)."""
    slopes: np.ndarray = 2 / len(y) * (A.T @ (A @ theta - y))
    return slopes


def solvers() -> Iterator[tuple[str, str, dict[str, Timing]]]:
    """Five ways to the same weights, for a tall table."""
    from snippets import closed_form as cf
    from snippets import how_many_digits as digits

    for n, d in [(2_000, 20), (20_000, 200)]:
        A, y = problem(n, d)
        works: dict[str, Work] = {
            "inverse": partial(cf.by_inverse, A, y),
            "solve": partial(cf.by_solve, A, y),
            "cholesky": partial(digits.by_cholesky, A, y),
            "qr": partial(digits.by_qr, A, y),
            "svd": partial(digits.by_svd, A, y),
            "lstsq": partial(np.linalg.lstsq, A, y),
        }
        yield f"solvers {n} x {d}", f"{n:,} rows, {d} columns", stopwatch(works)


def parts() -> Iterator[tuple[str, str, dict[str, Timing]]]:
    """The two parts of the normal equations: forming and solving."""
    from snippets.closed_form import add_up

    for n, d in [
        (20_000, 500),
        (20_000, 1_000),
        (20_000, 2_000),
        (40_000, 500),
    ]:
        A, y = problem(n, d)
        gram = A.T @ A
        works: dict[str, Work] = {
            "form": partial(add_up, [(A, y)]),
            "factor": partial(np.linalg.cholesky, gram),
        }
        yield (
            f"parts {n} x {d}",
            f"{n:,} rows, {d:,} columns",
            stopwatch(works, 5),
        )
    d = 6_000
    gram = np.random.default_rng(0).normal(size=(d, d)) / d
    gram += gram.T + np.eye(d)
    works = {"factor": partial(np.linalg.cholesky, gram)}
    yield f"factor {d}", f"a {d:,} by {d:,} matrix", stopwatch(works, 3)


def one_feature() -> Iterator[tuple[str, str, dict[str, Timing]]]:
    """One slope and one intercept in five ways."""
    from snippets.closed_form import by_means, by_solve

    for n in (100, 10_000, 1_000_000):
        A, y = problem(n, 2)
        x = A[:, 1].copy()

        works: dict[str, Work] = {
            "polyfit": partial(np.polyfit, x, y, 1),
            "lstsq": partial(np.linalg.lstsq, A, y),
            "solve": partial(by_solve, A, y),
            "means": partial(by_means, x, y),
        }
        yield f"one feature {n}", f"{n:,} points", stopwatch(works)


def programs() -> Iterator[tuple[str, str, dict[str, Timing]]]:
    """What one calls, from the whole table to the weights."""
    from sklearn.linear_model import LinearRegression
    from statsmodels.api import OLS

    from snippets import closed_form as cf
    from snippets import how_many_digits as digits

    def by_statsmodels(A: np.ndarray, y: np.ndarray) -> np.ndarray:
        theta: np.ndarray = OLS(y, A).fit().params
        return theta

    for n, d in [(200, 2), (20_000, 50), (20_000, 500)]:
        A, y = problem(n, d)
        X = A[:, 1:]
        gram = A.T @ A
        theta = np.ones(d)

        works: dict[str, Work] = {
            "cholesky": partial(digits.by_cholesky, A, y),
            "fit_centered": partial(cf.fit_centered, X, y),
            "lstsq": partial(np.linalg.lstsq, A, y),
            "scikit-learn": partial(LinearRegression(tol=0).fit, X, y),
            "statsmodels": partial(by_statsmodels, A, y),
            "step": partial(gradient, A, y, theta),
            "small step": partial(np.matmul, gram, theta),
        }
        yield (
            f"programs {n} x {d}",
            f"{n:,} rows, {d} columns",
            stopwatch(works),
        )


def chunks() -> Iterator[tuple[str, str, dict[str, Timing]]]:
    """One pass over a file in chunks, against the whole table in memory."""
    from snippets.closed_form import add_up

    n, d, size = 1_000_000, 20, 10_000
    A, y = problem(n, d)
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/table.npy", np.column_stack([A, y]))
        table = np.load(f"{folder}/table.npy", mmap_mode="r")

        def one_pass() -> np.ndarray:
            pieces = (table[i : i + size] for i in range(0, n, size))
            gram, moment = add_up(
                (piece[:, :d], piece[:, d]) for piece in pieces
            )
            return np.linalg.solve(gram, moment)

        works: dict[str, Work] = {
            "chunks": one_pass,
            "lstsq": partial(np.linalg.lstsq, A, y),
        }
        yield (
            "chunks",
            f"{n:,} rows, {d} columns, {size:,} rows a chunk",
            stopwatch(works, 5),
        )


def loops() -> Iterator[tuple[str, str, dict[str, Timing]]]:
    """One gradient, by NumPy and by loops in Python."""
    A, y = problem(2_000, 10)
    theta = np.ones(10)
    rows, values, weights = A.tolist(), y.tolist(), theta.tolist()

    def by_loops() -> list[float]:
        slopes = [0.0] * len(weights)
        for row, value in zip(rows, values, strict=True):
            r = sum(a * t for a, t in zip(row, weights, strict=True)) - value
            for j, a in enumerate(row):
                slopes[j] += 2 * r * a / len(rows)
        return slopes

    works: dict[str, Work] = {
        "numpy": partial(gradient, A, y, theta),
        "loops": by_loops,
    }
    yield "loops", "2,000 rows, 10 columns", stopwatch(works)


ALL = (solvers, parts, one_feature, programs, chunks, loops)


def machine() -> dict[str, Any]:
    """What the times depend on, without names of people or hosts."""
    names = [""]
    if Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        names = [
            line.split(":")[1].strip()
            for line in lines
            if line.startswith("model name")
        ] or names
    return {
        "processor": names[0] or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "threads": 1,
    }


def main() -> None:
    """Measure everything and write the file."""
    # A limit holds for the libraries that are there: load all of them first.
    import scipy.linalg  # noqa: F401
    import sklearn.linear_model  # noqa: F401
    import statsmodels.api  # noqa: F401
    from threadpoolctl import (  # type: ignore[import-untyped]
        threadpool_info,
        threadpool_limits,
    )

    measured: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "clock": "processor seconds, one thread",
        "machine": machine(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in PACKAGES},
        "timings": {},
    }
    with threadpool_limits(limits=1):
        pools: list[dict[str, Any]] = threadpool_info()
        blas = next((pool for pool in pools if pool["user_api"] == "blas"), {})
        measured["machine"]["blas"] = (
            f"{blas.get('internal_api')} {blas.get('version')} {blas.get('architecture')}"
        )
        for measure in ALL:
            for name, setup, works in measure():
                measured["timings"][name] = {"setup": setup, "works": works}
                times = ", ".join(
                    f"{work} {time_['median']:.3g}"
                    for work, time_ in works.items()
                )
                print(f"{name}: {times}", flush=True)
                gc.collect()
    FILE.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
