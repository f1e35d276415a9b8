"""A changed plot is told at its block; what is stored of it changes through an update alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from asrun.checking.update import update
from tests.asrun.conftest import SmallBook
from tests.asrun.faults import FIGURE, block

STORED = """\
What the figures of docs/page.md draw: rewritten by an update, compared by a check.

# Growth
axes "Growth"
 x "time (s)" ±0.01: -0.05 to 1.05
 y "mass (g)" ±0.01: 0.95 to 2.05
line - #1f77b4
 x ±0.01: 0.00 1.00
 y ±0.01: 1.00 2.00
"""
PLOT = "the plot 'Growth' is not that of tests/plots/page.txt:3"
MEND = "mend the code, or run `make update`"
DECAY = FIGURE.replace("Growth", "Decay").replace("[1, 2]", "[2, 1]")


@pytest.fixture
def plotted(book: SmallBook) -> SmallBook:
    """A book of which nothing is stored but by an update."""
    return replace(book, keeps_plots=False)


def drawing(book: SmallBook, *code: str) -> None:
    """Write a page with a block for each figure: the first is at line 6."""
    book.page("".join(block(each, 'alt="It grows"') for each in code))


def stored(book: SmallBook, uri: str = "page") -> Path:
    return book.root / f"tests/plots/{uri}.txt"


def test_a_plot_that_is_not_stored_is_told_and_an_update_stores_it(plotted: SmallBook) -> None:
    drawing(plotted, FIGURE)
    told = "docs/page.md:6: the plot 'Growth' is not stored in tests/plots/page.txt: run `make update`"
    assert plotted.problems() == [told]
    diff = update(plotted.verify())
    assert stored(plotted).read_text() == STORED
    assert "+++ tests/plots/page.txt" in diff
    assert "+# Growth" in diff
    assert plotted.problems() == []
    assert update(plotted.verify()) == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[1, 2]", "[1, 1.97]", "line - #1f77b4: y is stored as 2.00, and drawn at 1.97"),
        ("time (s)", "time (h)", """stored is 'x "time (s)" ±0.01: -0.05 to 1.05', drawn 'x "time (h)" ±0.01: -0.05 to 1.05'"""),
        ("[1, 2]", "[1, 2], color='red'", "stored is 'line - #1f77b4', drawn 'line - #ff0000'"),
        ("[1, 2]", "[1, 2], label='mass'", """stored is 'line - #1f77b4', drawn 'line - #1f77b4 "mass"'"""),
        ("[1, 2])", "[1, 2]); plt.plot(0, 1, 'o')", "stored is 'nothing more', drawn 'line o #ff7f0e'"),
        ("[1, 2])", "[1, 2]); plt.yscale('log')", """stored is 'y "mass (g)" ±0.01: 0.95 to 2.05', drawn 'y log "mass (g)" ±1%: 0.966 to 2.07'"""),
    ],
    ids=["point", "axis-label", "color", "label", "artist", "scale"],
)  # fmt: skip
def test_a_changed_plot_is_told_at_its_block(plotted: SmallBook, old: str, new: str, told: str) -> None:
    plotted.write("tests/plots/page.txt", STORED)
    drawing(plotted, FIGURE.replace(old, new))
    assert plotted.problems() == [f"docs/page.md:6: {PLOT}: {told}: {MEND}"]
    update(plotted.verify())
    assert plotted.problems() == []


def test_a_title_that_changed_is_told_as_a_change(plotted: SmallBook) -> None:
    plotted.write("tests/plots/page.txt", STORED)
    drawing(plotted, FIGURE.replace("Growth", "Decay"))
    told = "the plot 'Decay' is not that of tests/plots/page.txt:3: stored is '# Growth', drawn '# Decay'"
    assert plotted.problems() == [f"docs/page.md:6: {told}: {MEND}"]


def test_noise_is_neither_told_nor_written(plotted: SmallBook) -> None:
    by_hand = STORED.replace("2.00", "2.01")  # what another processor's arithmetic might round to
    plotted.write("tests/plots/page.txt", by_hand)
    drawing(plotted, FIGURE.replace("2]", "2 + 1e-12]"))
    assert plotted.problems() == []
    assert update(plotted.verify()) == ""
    assert stored(plotted).read_text() == by_hand


def test_another_figure_before_it_leaves_a_plot_as_it_is(plotted: SmallBook) -> None:
    """Several figures of one block, and of one title."""
    plotted.write("tests/plots/page.txt", STORED)
    plotted.page(block(f"{DECAY}\nplt.figure()\n{FIGURE}", 'alt="It falls | It grows"') + block(FIGURE, 'alt="Again"'))
    missing = "is not stored in tests/plots/page.txt: run `make update`"
    assert plotted.problems() == [
        f"docs/page.md:6: the plot 'Decay' {missing}",
        f"docs/page.md:20: the plot 'Growth' {missing}",
    ]
    diff = update(plotted.verify()).split("\n")
    assert [line for line in diff if line.startswith("-") and line != "--- tests/plots/page.txt"] == []
    assert plotted.problems() == []


def test_a_plot_that_is_drawn_no_more_is_told_and_an_update_deletes_it(plotted: SmallBook) -> None:
    plotted.write("tests/plots/page.txt", STORED)
    plotted.page("\nText.\n")
    told = "the page draws no plot 'Growth', which is stored in tests/plots/page.txt:3"
    assert plotted.problems() == [f"docs/page.md:1: {told}: {MEND}"]
    update(plotted.verify())
    assert not stored(plotted).exists()
    assert plotted.problems() == []


def test_a_file_of_no_page_is_told_and_an_update_deletes_it(plotted: SmallBook) -> None:
    plotted.write("tests/plots/part/gone.txt", STORED)
    plotted.page("\nText.\n", "part/here.md")
    told = "there is no page of this name: run `make update`, which deletes the file"
    assert plotted.problems() == [f"tests/plots/part/gone.txt:1: {told}"]
    update(plotted.verify())
    assert plotted.problems() == []


def test_a_page_that_fails_keeps_what_is_stored(plotted: SmallBook) -> None:
    plotted.write("tests/plots/page.txt", STORED)
    drawing(plotted, f"1 / 0\n{FIGURE}")
    assert plotted.problems() == ["docs/page.md:7: ZeroDivisionError: division by zero"]
    assert update(plotted.verify()) == ""
    assert stored(plotted).read_text() == STORED


def test_plots_of_a_notebook_stand_where_the_option_says(plotted: SmallBook) -> None:
    plotted.options["plots"] = "drawn"
    plotted.notebook([("code", f"#| alt: It grows\n{FIGURE}")], "part/page.ipynb")
    (told,) = plotted.problems()
    assert told.endswith("the plot 'Growth' is not stored in drawn/part/page.txt: run `make update`")
    update(plotted.verify())
    assert plotted.problems() == []
    assert "# Growth" in (plotted.root / "drawn/part/page.txt").read_text()
