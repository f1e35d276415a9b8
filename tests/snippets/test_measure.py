"""The form of the measurements, and the stopwatch; never a time."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from snippets import measure
from snippets.measure import FILE, load_measurements, seconds, stopwatch, times_as_long


def test_the_file_says_when_where_and_with_what() -> None:
    measured = load_measurements(str(FILE))
    assert list(measured) == ["date", "clock", "machine", "versions", "timings"]
    assert date.fromisoformat(measured["date"])
    assert set(measured["machine"]) == {"processor", "cores", "system", "threads", "blas"}
    assert set(measure.machine()) | {"blas"} == set(measured["machine"])
    assert measured["machine"]["threads"] == 1
    assert set(measured["versions"]) == {"python", *measure.PACKAGES}
    assert all(re.match(r"\d+\.\d+", number) for number in measured["versions"].values())


def test_every_timing_has_a_setup_and_its_spread_in_order() -> None:
    timings = load_measurements(str(FILE))["timings"]
    assert len(timings) > 5
    for group, timing in timings.items():
        assert timing["setup"], group
        assert timing["works"], group
        for work in timing["works"].values():
            assert set(work) == {"median", "fastest", "slowest", "rounds"}
            assert 0 < work["fastest"] <= work["median"] <= work["slowest"]
            assert work["rounds"] >= 3


def test_the_file_is_written_as_the_program_writes_it() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1) + "\n"


def test_all_that_is_measured_is_in_the_file() -> None:
    # Each function names its groups in its source: none was added and not measured.
    groups = {re.split(r"[ \d]", name)[0] for name in load_measurements(str(FILE))["timings"]}
    assert groups == {"solvers", "parts", "factor", "one", "programs", "chunks", "loops"}


def test_pages_quote_only_groups_that_are_there() -> None:
    timings = load_measurements(str(FILE))["timings"]
    pages = [*(FILE.parents[1]).glob("*.md")]
    quoted = [
        match
        for page in pages
        for match in re.findall(
            r'times_as_long\(\s*measured,\s*"([^"]+)",\s*"([^"]+)",\s*"([^"]+)"', page.read_text(encoding="utf-8")
        )
    ]
    assert quoted
    for group, *works in quoted:
        assert set(works) <= timings[group]["works"].keys(), group


def test_the_stopwatch_times_every_work_in_every_round() -> None:
    calls: list[str] = []
    times = stopwatch({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=3)
    assert list(times) == ["a", "b"]
    assert {time["rounds"] for time in times.values()} == {3}
    # The two take turns: after the trial runs, a comes before b three times over.
    turns = re.sub(r"(.)\1+", r"\1", "".join(calls))
    assert turns == "abababab"


def test_longer_work_takes_longer() -> None:
    short, long = (seconds(lambda n=n: sum(range(n)), 3) for n in (1_000, 1_000_000))  # type: ignore[misc]
    assert 0 <= short < long


@pytest.mark.parametrize(("works", "rounds"), [({}, 3), ({"a": list}, 0)])
def test_nothing_to_measure_is_an_error(works: dict[str, measure.Work], rounds: int) -> None:
    with pytest.raises(ValueError, match=r"nothing to do\.$"):
        stopwatch(works, rounds)


def test_ratios_are_of_medians(tmp_path: Path) -> None:
    works = {"slow": {"median": 6.0}, "fast": {"median": 1.5}}
    (tmp_path / "m.json").write_text(json.dumps({"timings": {"g": {"works": works}}}), encoding="utf-8")
    measured = load_measurements(str(tmp_path / "m.json"))
    assert times_as_long(measured, "g", "slow", "fast") == 4
    with pytest.raises(KeyError):
        times_as_long(measured, "g", "slow", "none")
