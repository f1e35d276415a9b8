"""Pages print well: no buttons, nothing cut, links spelled out."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.site.built import Site, expect_none
from tests.site.survey import Visit, open_page, reading


def test_every_page_prints_well(arrivals: list[Visit]) -> None:
    problems = [(arrival.page, fault) for arrival in arrivals for fault in arrival.print_faults]
    expect_none(problems, "see @media print in docs/assets/book.css")


async def test_a_page_in_the_dark_theme_prints_dark_text_on_white(
    browser: Browser, site: Site, visits: list[Visit]
) -> None:
    page = next(visit.page for visit in visits if visit.figures)
    async with reading(browser, "dark") as context:
        tab, _ = await open_page(context, site.home + page)
        await tab.emulate_media(media="print", color_scheme="dark")
        await tab.evaluate("probes.settled()")
        figures = await tab.evaluate("probes.figures()")
        contrast = await tab.evaluate("probes.contrastOnPaper('article p')")
    assert contrast >= 7, (
        f"{page}: text has a contrast of {contrast:.1f} on white paper when printed from the dark theme"
    )
    problems = [
        (page, f"figure “{figure['label'][:60]}”: “{text['text']}” in {text['color']}")
        for figure in figures
        for text in figure["texts"]
        if text["onPaper"] < 4.5
    ]
    expect_none(
        problems, "in print, the variables of the light theme must hold in both (@media print in docs/assets/book.css)"
    )
