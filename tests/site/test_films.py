"""A figure with frames is a still until its reader plays it, and stays one where motion is not wanted."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.site.built import Site
from tests.site.survey import open_page, reading

SEEN = """svg => [...svg.querySelectorAll(".book-frame text")]
    .filter(text => text.getClientRects().length && getComputedStyle(text.parentNode).opacity > 0.5).map(text => text.textContent)"""
FILM = "figure:has(.book-frame) svg"
STILL = ["step 0", "step 1", "step 2", "step 4", "step 1000"]


async def labels(page: Page) -> list[str]:
    seen: list[str] = await page.locator(FILM).evaluate(SEEN)
    return seen


async def test_a_film_plays_once_and_rests_at_its_end(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home + "gradient-descent/")
        await page.emulate_media(reduced_motion="no-preference")
        assert await labels(page) == STILL
        await page.get_by_label("Play it as a film").focus()
        await page.keyboard.press("Space")
        await page.evaluate("document.getAnimations().forEach(animation => (animation.currentTime = 1750))")
        assert await labels(page) == ["step 3"]
        await page.evaluate("document.getAnimations().forEach(animation => animation.finish())")
        assert await labels(page) == ["step 1000"]
        await page.keyboard.press("Space")
        assert await labels(page) == STILL


async def test_without_motion_there_is_nothing_to_play(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home + "gradient-descent/")
        await page.emulate_media(reduced_motion="no-preference")
        await page.get_by_label("Play it as a film").check()
        await page.emulate_media(reduced_motion="reduce")
        await expect(page.get_by_label("Play it as a film")).to_be_hidden()
        assert await labels(page) == STILL
