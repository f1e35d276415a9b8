"""The penguins are read as published, and a line's errors are what they say."""

import csv
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from snippets.a_line_through_points import errors, load_penguins, predict_line

CSV = Path(__file__).parents[2] / "docs/data/penguins.csv"
COLUMNS = ["flipper_length_mm", "body_mass_g"]


def test_the_file_is_the_published_one() -> None:
    # The checksum stands in the note beside the data, where a reader can compare it.
    assert sha256(CSV.read_bytes()).hexdigest() in (CSV.parent / "README.md").read_text(encoding="utf-8")


def test_loads_all_birds_that_have_both_measurements() -> None:
    table, dropped = load_penguins(str(CSV), COLUMNS)
    assert table.shape == (342, 2)
    assert dropped == 2
    assert table.dtype == np.float64
    assert table[0].tolist() == [181, 3750]
    assert table[-1].tolist() == [198, 3775]
    assert np.isfinite(table).all()


def test_columns_come_in_the_order_asked_for() -> None:
    table, _ = load_penguins(str(CSV), COLUMNS)
    turned, _ = load_penguins(str(CSV), COLUMNS[::-1])
    np.testing.assert_array_equal(turned, table[:, ::-1])


def test_a_gap_in_another_column_drops_nothing(tmp_path: Path) -> None:
    file = tmp_path / "birds.csv"
    file.write_text("species,a,b\nx,1,NA\ny,NA,2\nz,3,4\n", encoding="utf-8")
    assert load_penguins(str(file), ["a"])[0].tolist() == [[1], [3]]
    assert load_penguins(str(file), ["a", "b"])[0].tolist() == [[3, 4]]
    assert load_penguins(str(file), ["a", "b"])[1] == 2


def test_one_bird_is_a_table_of_one_row(tmp_path: Path) -> None:
    file = tmp_path / "birds.csv"
    file.write_text("species,a,b\nx,1,2\n", encoding="utf-8")
    assert load_penguins(str(file), ["b", "a"])[0].tolist() == [[2, 1]]


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(ValueError, match=r"penguins\.csv has no column \['wing'\]\.$"):
        load_penguins(str(CSV), ["wing", "body_mass_g"])


def test_agrees_with_a_second_reader() -> None:
    with CSV.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    mass = [float(row[5]) for row in rows if row[5] != "NA"]
    np.testing.assert_array_equal(load_penguins(str(CSV), ["body_mass_g"])[0][:, 0], mass)


def test_the_line_rises_by_its_slope_from_its_intercept() -> None:
    np.testing.assert_array_equal(predict_line(np.array([0.0, 1.0, 3.0]), 2.0, -1.0), [-1, 1, 5])


def test_errors_are_positive_where_the_line_is_too_high() -> None:
    x, y = np.array([1.0, 2.0]), np.array([0.0, 10.0])
    np.testing.assert_array_equal(errors(x, y, 1.0, 0.0), [1, -8])


def test_lowering_the_line_lowers_every_error_by_as_much() -> None:
    x, y = load_penguins(str(CSV), COLUMNS)[0].T
    np.testing.assert_allclose(errors(x, y, 40, -3700) - errors(x, y, 40, -3800), 100)


@pytest.mark.parametrize("shape", [(3, 1), (2,), (1, 3), ()])
def test_errors_reject_shapes_that_would_broadcast(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"must both be \(n,\)\.$"):
        errors(np.ones(3), np.ones(shape), 1.0, 0.0)
    if shape != (2,):
        with pytest.raises(ValueError, match=r"must both be \(n,\)\.$"):
            errors(np.ones(shape), np.ones(shape), 1.0, 0.0)
