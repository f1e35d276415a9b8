"""What holds for every page, in both themes, on a desk and on a phone. The facts come from one survey (see survey.py)."""

from __future__ import annotations

from collections import Counter

import yaml

from tests.site.built import ROOT, Site, expect_none
from tests.site.survey import SCHEMES, THEMES, WIDTHS, Visit


def test_every_page_is_visited_in_each_theme_and_width(site: Site, visits: list[Visit]) -> None:
    expected = Counter((page, theme, width) for page in site.pages for theme in THEMES for width in WIDTHS)
    assert Counter((visit.page, visit.theme, visit.width) for visit in visits) == expected
    files = {site.file(page) for page in site.pages}
    strays = sorted(str(file.relative_to(site.folder)) for file in site.folder.rglob("*.html") if file not in files)
    assert not strays, f"pages that the sitemap does not list, so that no test looks at them: {strays}"


def test_every_page_loads_without_a_complaint_of_the_browser(visits: list[Visit]) -> None:
    problems = [(visit, message) for visit in visits for message in [*visit.watch.messages, *visit.watch.failed]]
    expect_none(problems, "open the page with the browser's console and mend what it names")


def test_no_request_leaves_our_origin(visits: list[Visit]) -> None:
    problems = [(visit, f"asks {address}") for visit in visits for address in visit.watch.foreign]
    expect_none(problems, "serve the file ourselves, from docs/assets/vendor/")


def test_every_page_shows_the_theme_that_the_reader_prefers(visits: list[Visit]) -> None:
    problems = [
        (visit, f"shows the color scheme {visit.scheme}") for visit in visits if visit.scheme != SCHEMES[visit.theme]
    ]
    expect_none(problems, "see theme.palette in mkdocs.yml: each scheme needs its prefers-color-scheme")


def test_nothing_sticks_out_sideways(visits: list[Visit]) -> None:
    problems = [(f"{visit}, {state}", line) for visit in visits for state, line in visit.overflow]
    expect_none(problems, "let the element wrap or scroll within itself (max-width: 100%, overflow-x: auto)")


def test_axe_finds_no_violation(visits: list[Visit]) -> None:
    problems = [(f"{visit}, {state}", line) for visit in visits for state, line in visit.axe]
    expect_none(
        problems,
        "the rule's name leads to its explanation in axe's rule descriptions; style in docs/assets/, markup in docs/overrides/",
    )


def test_no_page_violates_its_own_policy(visits: list[Visit]) -> None:
    problems = [(visit, line) for visit in visits for line in visit.violations]
    expect_none(
        problems, "see asrun/publishing/policy.py: load it from our origin, or add the hash of the inline script"
    )


def test_formulas_are_seen_and_spoken(visits: list[Visit]) -> None:
    assert any(visit.formulas for visit in visits), "no page shows a formula: the mathematics was not rendered"
    problems = []
    for visit in visits:
        for formula in visit.formulas:
            if not formula["seen"]:
                problems.append((visit, f"{formula['tex']} has no size: nobody sees it"))
            if not formula["spoken"]:
                problems.append((visit, f"{formula['tex']} has no MathML: no screen reader says it"))
            if "KaTeX" not in formula["family"]:
                problems.append((visit, f"{formula['tex']} is set in {formula['family']}: KaTeX's styles are missing"))
    expect_none(problems, "the engine renders formulas to HTML and MathML; their style sheet must be among extra_css")


def test_no_formula_is_left_raw(visits: list[Visit]) -> None:
    problems = [(visit, line) for visit in visits for line in visit.raw]
    expect_none(
        problems,
        "it was not found as a formula: display formulas need a line of their own, with a blank line before and after",
    )


def test_code_is_set_in_letters_that_can_be_read(visits: list[Visit]) -> None:
    problems = [(visit, line) for visit in visits for about, line in visit.disturbing if about == "letters"]
    expect_none(problems, "code has at least 0.78 of the size of the text (asrun/publishing/styles/book.css, 5)")


def test_no_python_scrolls_sideways_on_a_desk(visits: list[Visit]) -> None:
    desk = [visit for visit in visits if visit.width == max(WIDTHS)]
    problems = [(visit, line) for visit in desk for about, line in visit.disturbing if about == "code"]
    expect_none(problems, "break the line: a box has room for 80 characters")


def test_tables_are_whole(visits: list[Visit]) -> None:
    problems = [(visit, line) for visit in visits for about, line in visit.disturbing if about == "tables"]
    expect_none(problems, "fewer columns, or shorter cells; five columns and more become entries on a phone")


def test_margin_notes_stand_beside_a_paragraph(visits: list[Visit]) -> None:
    problems = [(visit, line) for visit in visits for about, line in visit.disturbing if about == "notes"]
    expect_none(problems, "put the note right behind its paragraph, before the code that may follow")


def test_a_checked_formula_shows_its_tick_alone(visits: list[Visit]) -> None:
    problems = [(visit, line) for visit in visits for about, line in visit.disturbing if about == "ticks"]
    expect_none(
        problems, "the sentence is for whoever points at the tick (.book-seal in asrun/publishing/styles/book.css)"
    )


def test_what_a_block_raises_is_labeled_as_an_error(visits: list[Visit]) -> None:
    problems = [(visit, line) for visit in visits for about, line in visit.disturbing if about == "errors"]
    expect_none(problems, "see [data-raises] in asrun/publishing/styles/book.css")


def test_no_line_breaks_between_a_number_and_its_unit(visits: list[Visit]) -> None:
    assert any("\N{NO-BREAK SPACE}g" in visit.words for visit in visits)
    problems = [(visit, line) for visit in visits for about, line in visit.disturbing if about == "units"]
    expect_none(problems, "see asrun/publishing/setting.py")


def test_the_parts_in_the_menu_are_counted_without_a_gap() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    first_words = [next(iter(part)).split()[0] for part in nav]
    numerals = [word for word in first_words if set(word) <= set("IVX")]
    assert numerals == ["I", "II", "III", "IV", "V", "VI", "VII"][: len(numerals)] != []
