"""Pages print well: no buttons, nothing cut, links spelled out."""

from __future__ import annotations

from playwright.async_api import Browser, ViewportSize

from tests.site.built import Site, expect_none
from tests.site.survey import Visit, open_page, reading, side_by_side

PAPER: ViewportSize = {"width": 718, "height": 1047}  # A4 in CSS pixels, less margins of 1 cm


async def test_every_page_prints_well(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:

        async def faults(page: str) -> list[str]:
            tab, _ = await open_page(context, site.home + page)
            await tab.set_viewport_size(PAPER)
            await tab.emulate_media(media="print", color_scheme="light")
            await tab.evaluate("probes.settled()")
            found: list[str] = await tab.evaluate("probes.printFaults()")
            await tab.close()
            return found

        results = zip(site.chapters(), await side_by_side(faults, site.chapters()), strict=True)
    problems = [(page, fault) for page, found in results for fault in found]
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
