"""What is said of a figure: every artist, in the units of its axes, and nothing that another machine would not say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnchoredText
from matplotlib.patches import FancyArrowPatch

from asrun.checking.plots import difference
from asrun.running.figures import draw
from asrun.running.plots import describe


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    with plt.rc_context({"figure.figsize": (5.6, 3.6)}):
        yield
        plt.close("all")


def said(make: Callable[[Any], object], **given: Any) -> str:
    """What is said of a figure with one axes, in which `make` draws."""
    figure, axes = plt.subplots(**given)
    axes.set(title="Title", xlabel="x", ylabel="y")
    make(axes)
    draw(figure, "f")
    return describe(figure)


def test_a_line_and_what_stands_around_it() -> None:
    def make(axes: Axes) -> None:
        axes.plot([1, 2, 4], [10, 20, 15], "--o", color="#0a5fb8", label="growth")
        axes.axhline(12, color="black")
        axes.annotate("here", (2, 20), (5, 5), textcoords="offset points")
        axes.legend()
        axes.set(xlim=(0, 5), ylim=(0, 30), xticks=[1, 2], xticklabels=["one", "two"])

    assert said(make) == "\n".join(
        [
            "# Title",
            'axes "Title"',
            ' x "x" ±0.01: 0.00 to 5.00',
            ' x ticks "one", "two"',
            ' y "y" ±0.1: 0.0 to 30.0',
            'line --o #0a5fb8 "growth"',
            " x ±0.01: 1.00 2.00 4.00",
            " y ±0.1: 10.0 20.0 15.0",
            "line - #000000",
            " across ±0.01: 0.00 1.00",
            " y ±0.1: 12.0 12.0",
            'text #000000 "here"',
            " x ±0.01: 2.00",
            " y ±0.1: 20.0",
            'legend "growth"',
        ]
    )


def test_many_points_are_told_by_some_of_them_their_extremes_and_their_mean() -> None:
    text = said(lambda axes: axes.plot(np.arange(101), np.arange(101) ** 2))
    assert " x 101 ±1: 0 16 33 50 66 83 100, 0 to 100, mean 50" in text
    assert " y 101 ±100: 0 300 1100 2500 4400 6900 10000, 0 to 10000, mean 3400" in text


def test_artists_of_one_look_are_told_together() -> None:
    text = said(lambda axes: [axes.plot([k, k], [0, k], color="red") for k in range(1, 4)])
    assert "line - #ff0000 (3)\n x ±0.01: 1.00 1.00 2.00 2.00 3.00 3.00\n" in text


def test_what_nobody_sees_does_not_matter() -> None:
    """A step that explodes far above the axis, and an artist that is not visible."""

    def make(top: float) -> Callable[[Axes], object]:
        return lambda axes: (axes.plot([0, 1], [0, top]), axes.set_ylim(0, 1), axes.plot([7], visible=False))

    assert said(make(1e30)) == said(make(1e31))
    assert said(make(1e30)).count("line") == 1


def test_numbers_of_a_logarithmic_axis_have_three_digits() -> None:
    text = said(lambda axes: (axes.semilogy([1.23456e-7, 1.23456, 0]), axes.set_ylim(1e-8, 10)))
    assert ' y log "y" ±11%: 1e-08 to 10' in text
    assert " y ±11%: 1.23e-07 1.23 1e-17" in text  # zero lies below the axis, as far as that is long


def field(axes: Axes) -> None:
    axes.quiver([0, 1], [0, 1], [1, 2], [3, 4], color="black")


def arrows(axes: Axes) -> None:
    axes.annotate("", (1, 2), (0, 1), arrowprops={"arrowstyle": "->"})
    axes.add_patch(FancyArrowPatch((0, 0), (1, 0.5), color="red"))


def bars(axes: Axes) -> None:
    axes.bar([1, 2], [3, 4], color="blue")


@pytest.mark.parametrize(
    ("make", "lines"),
    [
        pytest.param(lambda a: a.scatter([0, 1], [0, 3], s=[9, 8], c="red"), ["points #ff0000", " y ±0.01: 0.00 3.00", " size ±0.01: 9.00 8.00"], id="points"),
        pytest.param(lambda a: a.scatter([0], [0], c="red"), ["points #ff0000", " x ±0.001: 0.000"], id="one-point"),
        pytest.param(lambda a: a.scatter([0, 1], [0, 3], c=[5, 7]), ["points viridis", " value ±0.01: 5.00 7.00"], id="colored-points"),
        pytest.param(bars, ["rectangle #0000ff (2)", " y ±0.01: 0.00 3.00 0.00 4.00"], id="bars"),
        pytest.param(lambda a: a.fill([0, 1, 1], [0, 0, 2]), ["shape #1f77b4", " y ±0.01: 0.00 0.00 2.00 0.00"], id="shape"),
        pytest.param(lambda a: a.fill_between([0, 1], [0, 3]), ["areas #1f77b4", " y ±0.01: 0.00 0.00 3.00 0.00"], id="areas"),
        pytest.param(lambda a: a.errorbar([1], [2], [1]), ["line - #1f77b4", "lines #1f77b4", " y ±0.01: 1.00 3.00"], id="error-bars"),
        pytest.param(lambda a: a.imshow([[0, 1], [2, 5]]), ["image viridis", " value ±0.01: 0.00 1.00 2.00 5.00"], id="image"),
        pytest.param(lambda a: a.pcolormesh([[0, 1], [2, 5]]), ["mesh viridis", " value ±0.01: 0.00 1.00 2.00 5.00"], id="mesh"),
        pytest.param(lambda a: a.contour([[0, 1], [2, 5]], levels=[1, 2], colors="red"), ["contours #ff0000", " level ±0.01: 1.00 2.00"], id="contours"),
        pytest.param(lambda a: a.axline((0, 1), slope=2), ["endless line - #1f77b4", " x ±0.001: -0.028 0.028", " y ±0.001: 0.945 1.055"], id="endless-line"),
        pytest.param(field, ["areas #000000", " U ±0.01: 1.00 2.00", " V ±0.01: 3.00 4.00"], id="field"),
        pytest.param(arrows, ["arrow #000000", " y ±0.01: 1.00 2.00", "shape #ff0000", " y ±0.01: 0.00 0.50"], id="arrows"),
        pytest.param(lambda a: a.inset_axes([0, 0, 0.5, 0.5]).plot([4, 8]), ['axes\n x "" ', " y ±0.01: 4.00 8.00"], id="inset"),
        pytest.param(lambda a: a.figure.text(0.5, 0.25, "note"), ['text #000000 "note"', " up ±0.01: 0.25"], id="beside-the-axes"),
        pytest.param(lambda a: a.add_artist(AnchoredText("box", "center")), ['AnchoredText "box"', " across ±0.01: 0.48 0.54"], id="unknown-kind"),
        pytest.param(lambda a: a.plot([], []), ["line - #1f77b4", " x: none"], id="nothing"),
        pytest.param(lambda a: a.plot([1, np.nan, 2]), [" y ±0.01: 1.00 nan 2.00"], id="a-gap"),
    ],
)  # fmt: skip
def test_every_kind_of_artist_is_told(make: Callable[[Any], object], lines: list[str]) -> None:
    text = said(make)
    assert [line for line in lines if line not in text] == [], text


def surface(axes: Any) -> None:
    x, y = np.mgrid[0:1:3j, 0:2:3j]
    axes.plot_surface(x, y, x * y)
    axes.plot([0, 1], [0, 2], [5, 7], color="black")
    axes.scatter([1], [1], [3], color="red")
    axes.text(1, 2, 3, "top")


def test_three_dimensions_are_told_before_they_are_projected() -> None:
    text = said(surface, subplot_kw={"projection": "3d"})
    for line in (
        "areas #",
        " z 16 ±0.01: 0.00",
        "line - #000000",
        " z ±0.01: 5.00 7.00",
        "points #ff0000",
        " z ±0.01: 3.00",
        'text #000000 "top"',
    ):
        assert line in text


def shifted(by: float, label: str = "data") -> str:
    x = np.linspace(0, 10, 50)
    return said(lambda axes: (axes.plot(x, x**2 + by, label=label), axes.set_ylim(0, 100)))


def test_noise_is_no_difference_and_a_hundredth_of_the_axis_is_one() -> None:
    assert difference(shifted(0), shifted(1e-12)) == ""
    assert difference(shifted(0), shifted(0.5)) == ""  # less than a step of 1
    assert difference(shifted(0), shifted(3)) == 'line - #1f77b4 "data": y 50 is stored as 0, and drawn at 3'
    assert difference(shifted(0), shifted(0, "date")) == (
        """stored is 'line - #1f77b4 "data"', drawn 'line - #1f77b4 "date"'"""
    )


def test_a_figure_has_a_title_on_one_line() -> None:
    figure = Figure()
    figure.subplots(1, 2)[1].set_title("On two\nlines")
    draw(figure, "f")
    assert describe(figure).startswith("# On two lines\naxes\n")
