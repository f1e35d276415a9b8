"""Figures are drawn once and shown in two themes: their text and lines must be legible in both."""

from __future__ import annotations

from typing import Any

from snippets import plots
from tests.site.built import expect_none
from tests.site.survey import THEMES, Visit

TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
MARK_CONTRAST = 3.0  # WCAG 2.2, 1.4.11
NARROWEST = 250  # pixels, on a phone of 360
SMALLEST = 11  # pixels of a letter, there


def has_a_meaning(color: str) -> bool:
    """Whether a color of a figure says something. Greys do not: grids, panes and frames may be faint; but not the truth, which is grey."""
    is_grey = color[1:3] == color[3:5] == color[5:7]
    return not is_grey or color == plots.TRUTH.lower()


def label(figure: dict[str, object]) -> str:
    return f"figure “{str(figure['label'])[:60]}”"


def test_some_page_has_a_figure_with_text_and_colored_marks(visits: list[Visit]) -> None:
    figures = [figure for visit in visits for figure in visit.figures]
    assert figures, "no page has an inline SVG with role=img: the other tests of this file would look at nothing"
    assert any(figure["texts"] for figure in figures), "no figure has text as text"
    assert any(figure["marks"] for figure in figures), "no figure has a mark with a color of its own"


def test_the_text_of_a_figure_changes_its_color_with_the_theme(visits: list[Visit]) -> None:
    by_theme = {(visit.page, visit.width, visit.theme): visit for visit in visits}
    problems = []
    for visit in visits:
        if visit.theme != THEMES[0]:
            continue
        other = by_theme[visit.page, visit.width, THEMES[1]]
        assert len(visit.figures) == len(other.figures), (
            f"{visit} has {len(visit.figures)} figures, {other} has {len(other.figures)}"
        )
        for figure, in_other in zip(visit.figures, other.figures, strict=True):
            for text, other_text in zip(figure["texts"], in_other["texts"], strict=True):
                if text["color"] == other_text["color"]:
                    problems.append(
                        (visit.page, f"{label(figure)}: “{text['text']}” is {text['color']} in both themes")
                    )
    expect_none(
        problems,
        "black must become currentColor (asrun/running/figures.py), and a color of ours a variable (docs/assets/book.css)",
    )


def test_the_text_of_a_figure_is_legible(visits: list[Visit]) -> None:
    problems = [
        (
            visit,
            f"{label(figure)}: “{text['text']}” in {text['color']} has a contrast of {text['contrast']:.2f}, below {TEXT_CONTRAST}",
        )
        for visit in visits
        for figure in visit.figures
        for text in figure["texts"]
        if text["text"] and text["contrast"] < TEXT_CONTRAST
    ]
    expect_none(
        problems,
        "choose another color for that theme in docs/assets/book.css, or leave the text black (it follows the theme then)",
    )


def stands_out(mark: dict[str, Any]) -> bool:
    return mark["contrast"] is None or mark["contrast"] >= MARK_CONTRAST


def test_the_marks_of_a_figure_stand_out(visits: list[Visit]) -> None:
    """An area may be faint behind the lines and points of its own color: a band, a plane."""
    problems = [
        (
            visit,
            f"{label(figure)}: {mark['kind']} {mark['own']}, shown as {mark['color']}, has a contrast of {mark['contrast']:.2f}, below {MARK_CONTRAST}",
        )
        for visit in visits
        for figure in visit.figures
        for mark in figure["marks"]
        if has_a_meaning(mark["own"])
        and not stands_out(mark)
        and not any(other["own"] == mark["own"] and stands_out(other) for other in figure["marks"])
    ]
    expect_none(
        problems, "choose another color for that theme in docs/assets/book.css, or draw the mark less transparent"
    )


def test_every_figure_has_a_name_and_a_readable_size(visits: list[Visit]) -> None:
    problems = []
    for visit in visits:
        for figure in visit.figures:
            if not figure["label"]:
                problems.append((visit, "a figure has no alternative text"))
            if figure["shown"] and figure["width"] < NARROWEST:
                problems.append((visit, f"{label(figure)} is {figure['width']:.0f} px wide, less than {NARROWEST}"))
    expect_none(problems, "see the styles of figures in docs/assets/book.css")


def test_the_letters_of_a_figure_can_be_read_on_a_phone(visits: list[Visit]) -> None:
    problems = [
        (visit, f"{label(figure)}: “{text['text']}” is {text['size']:.1f} px high, less than {SMALLEST}")
        for visit in visits
        for figure in visit.figures
        for text in figure["texts"]
        if figure["shown"] and text["size"] < SMALLEST
    ]
    expect_none(problems, "larger letters (snippets/plots.py), or a narrower figure; powers of ten by power_of_ten")


def test_no_text_of_a_figure_lies_upon_another_or_sticks_out(visits: list[Visit]) -> None:
    problems = [
        (visit, f"{label(figure)}: {clash}")
        for visit in visits
        for figure in visit.figures
        for clash in figure["clashes"]
        if figure["shown"]
    ]
    expect_none(problems, "move the label, shorten it, or make the figure higher")
