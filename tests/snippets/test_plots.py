"""The six colors can be told apart by everybody, and the style is one that Matplotlib knows."""

import re
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest

from snippets import plots

COLORS = {
    name: value
    for name, value in vars(plots).items()
    if isinstance(value, str) and re.fullmatch(r"#[0-9a-f]{6}", value)
}

# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "protanope": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranope": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(color: str) -> np.ndarray:
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast_on_white(color: str) -> float:
    return float(1.05 / (TO_XYZ[1] @ linear(color) + 0.05))


def lab(color: str, sight: str) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(SIGHT[sight] @ linear(color), 0, 1) / (TO_XYZ @ np.ones(3))
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_there_is_one_color_for_each_meaning() -> None:
    assert list(COLORS) == ["DATA", "LINE", "RESIDUAL", "LOSS", "GRADIENT", "TRUTH"]
    assert len(set(COLORS.values())) == 6


@pytest.mark.parametrize("name", COLORS)
def test_contrast_on_white_suffices_for_graphics(name: str) -> None:
    assert contrast_on_white(COLORS[name]) >= 3


@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_colors_stay_apart(sight: str) -> None:
    for one, other in combinations(COLORS, 2):
        distance = np.linalg.norm(lab(COLORS[one], sight) - lab(COLORS[other], sight))
        # About two is the least that an eye can see with the colors side by side.
        assert distance >= 20, (one, other)


def test_the_measure_itself_finds_red_and_green_alike() -> None:
    # A red and a green that a deuteranope confuses: far apart for one eye only.
    red, green = "#a65100", "#6b7300"
    assert np.linalg.norm(lab(red, "usual") - lab(green, "usual")) > 35
    assert np.linalg.norm(lab(red, "deuteranope") - lab(green, "deuteranope")) < 20


def test_matplotlib_takes_the_style() -> None:
    with mpl.rc_context():
        mpl.rcParams.update(plots.STYLE)  # type: ignore[arg-type]
        assert mpl.rcParams["axes.spines.top"] is False


@pytest.mark.parametrize(
    ("value", "label"), [(1, "10⁰"), (1000, "10³"), (0.01, "10⁻²"), (1e12, "10¹²"), (1e-3, "10⁻³")]
)
def test_labels_of_a_logarithmic_axis(value: float, label: str) -> None:
    assert plots.power_of_ten(value) == label
