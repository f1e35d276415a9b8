"""Figures are compact SVG whose text is text, whose black follows the page, and whose bytes never vary."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from PIL import Image

from asrun.model import Figure
from asrun.running.figures import LARGE, draw
from tests.asrun.conftest import REPOSITORY, SmallBook

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with matplotlib.rc_context({"figure.figsize": (5.6, 3.6), "font.size": 13.5}), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    plt.close("all")


def drawn(paint: Callable[[Axes], object]) -> Figure:
    """A figure with title and labels on which something has been painted."""
    figure, axes = plt.subplots()
    paint(axes)
    axes.set(title="Growth", xlabel="time (s)", ylabel="mass (g)")
    return draw(figure, "page-1")


def parsed(figure: Figure) -> ElementTree.Element:
    """The picture as XML; every figure keeps these rules."""
    root = ElementTree.fromstring(figure.svg)
    assert root.tag == f"{SVG}svg"
    assert not [element.tag for element in root.iter() if element.tag in (f"{SVG}style", f"{SVG}use", f"{SVG}script")]
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for used in re.findall(r"url\(#([^)]+)\)", figure.svg):
        assert used in ids
    for element in root.iter():
        for attribute in {"d", "x", "y", "width", "height", "transform", "stroke-width"} & element.attrib.keys():
            assert not re.search(r"nan|inf|None|\de", element.attrib[attribute]), (element.tag, attribute)
    return root


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def paths(root: ElementTree.Element) -> list[ElementTree.Element]:
    return list(root.iter(f"{SVG}path"))


def cloud(axes: Axes) -> None:
    rng = np.random.default_rng(0)
    axes.scatter(rng.normal(200, 14, 342), rng.normal(4200, 800, 342), color="#0a5fb8", s=12)


# ---- compact ----


def test_a_scatter_of_342_points_is_small_and_its_points_are_one_path() -> None:
    figure = drawn(cloud)
    assert len(figure.svg.encode()) <= 12_000
    dots = [path for path in paths(parsed(figure)) if path.get("stroke") == "#0a5fb8"]
    assert len(dots) == 1
    assert (dots[0].get("d") or "").count("h0") == 342
    assert dots[0].get("stroke-linecap") == "round"


@pytest.mark.parametrize("marker", ["o", "s", "^", "x", "D", "."])
def test_markers_of_a_line_are_one_path(marker: str) -> None:
    figure = drawn(lambda axes: axes.plot(np.arange(30), np.arange(30) ** 2, marker, color="#0a5fb8"))
    assert len([path for path in paths(parsed(figure)) if "#0a5fb8" in path.attrib.values()]) == 1


def test_the_points_are_where_the_axes_say() -> None:
    """Read the picture back: ticks give the scale, dots the data."""
    x, y = np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.0, 3.0, 1.0, 2.0])

    def paint(axes: Axes) -> None:
        axes.scatter(x, y, color="#0a5fb8")
        axes.set(xticks=[0, 4], yticks=[1, 2], xlim=(-1, 5), ylim=(-1, 4))

    root = parsed(drawn(paint))
    dots = next(path.get("d") or "" for path in paths(root) if path.get("stroke") == "#0a5fb8")
    moves = re.findall(r"m(-?[\d.]*)[ ]?(-?[\d.]*)h0", dots.replace("M", "m").replace("-", " -").replace("m ", "m"))
    places = np.cumsum(np.array([[float(a), float(b)] for a, b in moves]), axis=0)
    labels = {element.text: element for element in root.iter(f"{SVG}text")}
    left, right = (float(labels[text].get("x") or 0) for text in ("0", "4"))
    np.testing.assert_allclose((places[:, 0] - places[0, 0]) / (right - left) * 4, x, atol=0.02)
    heights = places[0, 1] - places[:, 1]
    np.testing.assert_allclose(heights / heights[1] * 3, y, atol=0.02)


def test_a_long_line_is_simplified() -> None:
    x = np.linspace(0, 100, 20_000)
    assert len(drawn(lambda axes: axes.plot(x, np.sin(x / 9))).svg) < 20_000


def test_a_heavy_figure_becomes_a_picture_and_keeps_its_text() -> None:
    rng = np.random.default_rng(1)
    colors = rng.uniform(size=20_000)

    def paint(axes: Axes) -> None:
        axes.scatter(rng.uniform(size=20_000), rng.uniform(size=20_000), c=colors, s=4)

    figure = drawn(paint)
    root = parsed(figure)
    assert len(figure.svg) <= LARGE
    assert list(figure.images) == ["page-1-1.png"]
    picture = Image.open(io.BytesIO(figure.images["page-1-1.png"]))
    place = next(root.iter(f"{SVG}image"))
    assert place.get("href") == "page-1-1.png"
    assert picture.width == pytest.approx(3 * float(place.get("width") or 0), abs=2)  # sharp on a fine screen
    assert {"Growth", "time (s)", "mass (g)", "0.4"} <= set(texts(root))


# ---- equal ----


def test_the_same_code_gives_the_same_bytes_in_two_processes() -> None:
    code = """if True:
        import sys
        import matplotlib
        matplotlib.use("agg")
        import matplotlib.pyplot as plt
        import numpy as np
        from asrun.running.figures import draw
        figure, (left, right) = plt.subplots(1, 2)
        left.scatter(np.arange(9), np.arange(9) ** 2, label="a"); left.legend()
        right.imshow(np.arange(9).reshape(3, 3)); right.plot([0, 9], [0, 9])
        made = draw(figure, "page-1")
        sys.stdout.write(made.svg + repr(made.images))"""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=REPOSITORY,
            env={"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    )
    assert first == second
    assert b"<svg" in first


def test_drawing_twice_changes_nothing() -> None:
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    assert draw(figure, "page-1") == draw(figure, "page-1")


def test_ids_of_two_figures_of_a_page_differ(book: SmallBook) -> None:
    code = """
```python alt="A line"
import matplotlib.pyplot as plt
plt.fill_between([0, 10], [1, 2], [3, 4])
plt.xlim(2, 3)
plt.title("Growth")
plt.xlabel("time (s)")
plt.ylabel("mass (g)")
```
"""
    book.page(f"{code}\nText.\n{code}")
    checked = book.verify()
    assert checked.problems == ()
    first, second = (set(re.findall(r'\bid="([^"]+)"', figure.svg)) for figure in checked.runs["page.md"].figures)
    assert first
    assert not first & second


# ---- colors ----


def test_black_is_the_color_of_the_page_and_other_colors_stay() -> None:
    figure = drawn(lambda axes: axes.plot([1, 2], color="#d97a00"))
    assert "#000000" not in figure.svg
    assert 'stroke="#d97a00"' in figure.svg
    assert {element.get("fill") for element in parsed(figure).iter(f"{SVG}text")} == {"currentColor"}


def test_the_page_is_the_paper() -> None:
    root = parsed(drawn(lambda axes: axes.plot([1, 2])))
    assert root.get("fill") == "none"
    assert not [element for element in root.iter() if (element.get("fill") or "").lower() in ("#ffffff", "white")]


def test_translucent_paint_is_translucent() -> None:
    root = parsed(drawn(lambda axes: axes.fill_between([0, 1], [1, 2], color="#d97a00", alpha=0.25, linewidth=0)))
    area = next(path for path in paths(root) if path.get("fill") == "#d97a00")
    assert area.get("fill-opacity") == "0.25"


# ---- text ----


def test_text_is_text_and_stands_where_it_is_anchored() -> None:
    figure = drawn(lambda axes: axes.text(0.5, 0.5, "ŷ < Xw & b · η²", ha="right"))
    root = parsed(figure)
    assert {"ŷ < Xw & b · η²", "Growth", "time (s)", "mass (g)"} <= set(texts(root))
    label = next(element for element in root.iter(f"{SVG}text") if "Xw" in (element.text or ""))
    assert label.get("text-anchor") == "end"
    turned = next(element for element in root.iter(f"{SVG}text") if element.text == "mass (g)")
    assert (turned.get("transform") or "").startswith("rotate(-90 ")


def test_lines_of_a_text_are_texts() -> None:
    assert {"one", "two"} <= set(texts(parsed(drawn(lambda axes: axes.text(0, 0, "one\ntwo")))))


def test_mathematics_stays_text() -> None:
    root = parsed(drawn(lambda axes: axes.text(0, 0, r"$\frac{x}{2} \leq \sqrt{\eta}$")))
    assert set("x2≤η") <= set("".join(texts(root)))


# ---- clipping ----


def test_what_leaves_the_axes_is_cut_and_what_does_not_needs_no_clip() -> None:
    inside = drawn(lambda axes: axes.fill_between([0, 1], [1, 2]))
    assert "clip" not in inside.svg

    def outside(axes: Axes) -> None:
        axes.fill_between([0, 10], [1, 2])
        axes.set_xlim(2, 3)

    root = parsed(drawn(outside))
    area = next(path for path in paths(root) if path.get("clip-path"))
    assert area.get("clip-path") == "url(#page-1-clip-1)"


def test_a_line_is_cut_at_the_axes_without_a_clip() -> None:
    def paint(axes: Axes) -> None:
        axes.plot([-100, 100], [-100, 100], color="#d97a00")
        axes.set(xlim=(0, 1), ylim=(0, 1))

    root = parsed(drawn(paint))
    line = next(path for path in paths(root) if path.get("stroke") == "#d97a00")
    numbers = [abs(float(number)) for number in re.findall(r"-?\d*\.?\d+", line.get("d") or "")]
    assert max(numbers) < 500


def test_points_outside_the_axes_are_not_drawn() -> None:
    def paint(axes: Axes) -> None:
        axes.scatter(np.arange(100), np.arange(100), color="#0a5fb8")
        axes.set(xlim=(9.5, 19.5), ylim=(0, 100))

    dots = next(path.get("d") or "" for path in paths(parsed(drawn(paint))) if path.get("stroke") == "#0a5fb8")
    assert dots.count("h0") == 10


# ---- everything that Matplotlib draws ----

grid = np.linspace(-2, 2, 12)
xs, ys = np.meshgrid(grid, grid)


def twin(axes: Axes) -> None:
    axes.plot([1, 2])
    right = axes.twinx()
    right.plot([3, 1], "--")
    right.set_ylabel("volume (l)")


def logarithmic(axes: Axes) -> None:
    axes.loglog([1, 10, 1000], [1, 100, 1e-6])
    axes.grid(True, which="both")


def rotated(axes: Axes) -> None:
    axes.text(0.3, 0.3, "up", rotation=30, bbox={"boxstyle": "round"})
    axes.tick_params(rotation=45)


def legend(axes: Axes) -> None:
    axes.plot([1, 2], "o-", label="a")
    axes.scatter([0, 1], [1, 1], label="b")
    axes.bar([0, 1], [1, 2], label="c")
    axes.legend(title="Which")


def gaps(axes: Axes) -> None:
    axes.plot([0, 1, np.nan, 3], [0, np.inf, 2, 3], "o-")
    axes.scatter([0, np.nan], [np.nan, 1])


ARTISTS: dict[str, Callable[[Axes], object]] = {
    "annotate": lambda a: a.annotate("here", (0.2, 0.2), (0.6, 0.6), arrowprops={"arrowstyle": "->"}),
    "axhline": lambda a: (a.axhline(0.5, ls=":"), a.axvspan(0.2, 0.4, alpha=0.3), a.axline((0, 0), slope=1)),
    "bar": lambda a: a.bar(["a", "b"], [1, 2], yerr=[0.1, 0.2], hatch="//", edgecolor="black"),
    "barh": lambda a: a.barh([1, 2], [3, 4]),
    "boxplot": lambda a: a.boxplot([[1, 2, 3, 9], [2, 3, 4]]),
    "clipped-circle": lambda a: a.add_patch(plt.Circle((0.5, 0.5), 0.7)),  # type: ignore[attr-defined]
    "contour": lambda a: a.clabel(a.contour(xs, ys, xs**2 + ys**2)),
    "contourf": lambda a: plt.colorbar(a.contourf(xs, ys, xs**2 + ys**2), ax=a),
    "dashes": lambda a: a.plot([1, 2], ls=(0, (3, 1, 1, 1)), marker="s", mfc="none"),
    "errorbar": lambda a: a.errorbar([1, 2], [1, 2], yerr=[[0.1, 0.2], [0.3, 0.4]], capsize=3),
    "fill_between": lambda a: a.fill_between([0, 1, 2], [1, 2, 1], [0, 1, 0], hatch="x", alpha=0.4),
    "gaps": gaps,
    "hexbin": lambda a: a.hexbin(xs.ravel(), ys.ravel(), gridsize=5),
    "hist": lambda a: (a.hist([1, 2, 2, 3]), a.hist([1, 2, 2, 3], histtype="step", density=True)),
    "imshow": lambda a: a.imshow(xs * ys, extent=(0, 1, 0, 1), cmap="viridis"),
    "legend": legend,
    "loglog": logarithmic,
    "many-colors": lambda a: a.scatter(xs, ys, c=xs * ys, s=20 + 10 * xs**2, edgecolors="black"),
    "nothing": lambda a: a.plot([], []),
    "outside": lambda a: (a.plot([50, 60], [50, 60]), a.set_xlim(0, 1)),
    "pcolormesh": lambda a: a.pcolormesh(xs, ys, xs * ys),
    "pie": lambda a: a.pie([1, 2], labels=["a", "b"], autopct="%d"),
    "quiver": lambda a: a.quiver(xs, ys, -ys, xs),
    "rotated": rotated,
    "stem": lambda a: a.stem([1, 2, 3]),
    "step": lambda a: a.step([1, 2, 3], [1, 3, 2], where="mid", drawstyle="steps-post"),
    "streamplot": lambda a: a.streamplot(xs, ys, -ys, xs),
    "table": lambda a: a.table([["1", "2"]], loc="center"),
    "twin": twin,
    "violin": lambda a: a.violinplot([[1, 2, 3, 9], [2, 3, 4]]),
}


@pytest.mark.parametrize("paint", ARTISTS.values(), ids=ARTISTS)
def test_whatever_is_drawn_becomes_a_picture(paint: Callable[[Axes], object]) -> None:
    figure = drawn(paint)
    parsed(figure)
    assert figure.faults == ()
    assert len(figure.svg) <= LARGE


def test_a_polar_figure() -> None:
    figure, axes = plt.subplots(subplot_kw={"projection": "polar"})
    axes.plot(np.linspace(0, 6, 50), np.linspace(0, 1, 50))
    parsed(draw(figure, "page-1"))


def test_a_surface() -> None:
    figure, axes = plt.subplots(subplot_kw={"projection": "3d"})
    surface: Any = axes  # Matplotlib gives it no type
    surface.plot_surface(xs, ys, xs**2 + ys**2)
    parsed(draw(figure, "page-1"))


# ---- what a reader would miss ----


def test_a_figure_without_words_has_faults() -> None:
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    assert draw(figure, "page-1").faults == (
        "an axes has no x label: say what it shows, and its unit",
        "an axes has no y label: say what it shows, and its unit",
        "an axes has no title",
    )


def test_shared_axes_share_their_label_and_a_suptitle_is_a_title() -> None:
    figure, (left, right) = plt.subplots(1, 2, sharey=True)
    for axes in (left, right):
        axes.plot([1, 2])
        axes.set_xlabel("time (s)")
    left.set_ylabel("mass (g)")
    assert draw(figure, "page-1").faults == ("an axes has no title", "an axes has no title")
    figure.suptitle("Growth")
    assert draw(figure, "page-1").faults == ()


def test_a_title_to_the_left_is_a_title_and_axes_that_are_off_need_no_label() -> None:
    figure, axes = plt.subplots()
    axes.set_title("Growth", loc="left")
    axes.set_axis_off()
    assert draw(figure, "page-1").faults == ()


def test_small_text_is_a_fault() -> None:
    small = drawn(lambda axes: axes.text(0, 0, "tiny", fontsize=13))
    assert small.faults == ("text too small to read on a phone ('tiny'): at least 13.3 points at this figure width",)
    assert drawn(lambda axes: axes.text(0, 0, "large", fontsize=13.4)).faults == ()


def test_artists_with_a_frame_number_become_the_frames_of_a_film() -> None:
    def film(axes: Axes) -> None:
        for step in range(12):
            axes.plot([0, 1], [0, step], gid=f"{'between' if step % 2 else 'frame'}-{step}")
        axes.text(0, 0, "first", gid="frame-0")
        axes.plot([0, 1], [1, 1], gid="a name of the author's")

    root = parsed(drawn(film))
    frames = [
        (g.get("class"), g.get("style"), len(g)) for g in root.iter(f"{SVG}g") if "book-frame" in g.get("class", "")
    ]
    assert frames[:3] == [
        ("book-frame", "--frame:0", 1),
        ("book-frame book-between", "--frame:1", 1),
        ("book-frame", "--frame:2", 1),
    ]
    assert frames[-1] == ("book-frame", "--frame:0", 1), "text comes behind lines"
    assert [style for kind, style, _ in frames if "book-end" in (kind or "")] == ["--frame:11"]
    assert len(frames) == 13
