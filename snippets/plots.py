"""One place for the look of every figure: six colors and a Matplotlib style.

Each color has one meaning in the whole book. The hex values are unique because
the site maps each of them to a variable of the light or the dark theme. On
white every one has a contrast of at least 3:1, and any two stay apart for
readers who do not see red or green (`tests/snippets/test_plots.py` computes
both). No figure leans on color alone: a marker, a dash or a label says it too.
"""

import math

DATA = "#0a5fb8"  # blue: what was measured
LINE = "#d97a00"  # orange: the fitted line, what the model says
RESIDUAL = "#b02a0c"  # vermilion: the errors between the two
LOSS = "#b565a7"  # purple: the loss, one number for all errors
GRADIENT = "#0f9f6e"  # green: the gradient and the steps taken along it
TRUTH = "#4d4d4d"  # grey, always dashed: the truth, where it is known

STYLE: dict[str, object] = {
    # Drawn small, shown larger: on 360 px of screen 13.5 points are 11 px.
    "figure.figsize": (5.6, 3.9),
    "figure.constrained_layout.use": True,
    "font.size": 13.5,
    "axes.titlesize": 13.5,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.titley": 1.0,  # above the axes; to look for a better place takes long
    "axes.labelsize": 13.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.labelsize": 13.5,
    "ytick.labelsize": 13.5,
    "legend.fontsize": 13.5,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "lines.markersize": 5,
    # A typographic minus is the longer one; screen readers say "minus" for it.
    "axes.unicode_minus": True,
}

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(value: float, position: int | None = None) -> str:
    """Tick label of a logarithmic axis: 1000 becomes 10³, as plain text.

    Matplotlib's own labels are little formulas, drawn in pieces; this is text.
    """
    return "10" + f"{math.log10(value):.0f}".translate(SUPERSCRIPT)
