"""Code that is folded away: its figure stands first, it opens without scripts, runs where it is, and is printed open."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.site.built import Site
from tests.site.hands import at
from tests.site.survey import reading

PAGE = "one-answer/"  # there a folded block stands right behind what another one printed


async def test_the_figure_stands_first_and_the_code_opens_without_scripts(browser: Browser, site: Site) -> None:
    async with reading(browser, java_script_enabled=False) as context:
        tab = await context.new_page()
        await tab.goto(site.home + PAGE)
        fold = tab.locator(".book-figure + .book-fold").first
        code, summary = fold.locator("pre"), fold.locator("summary")
        lines = len((await code.text_content() or "").rstrip("\n").split("\n"))
        await expect(summary).to_have_text(f"Show the code ({lines} lines)")
        await expect(code).to_be_hidden()
        await summary.click()
        await expect(code).to_be_visible()
        await summary.press("Enter")
        await expect(code).to_be_hidden()
        figure = await tab.locator(".book-figure:has(+ .book-fold)").first.bounding_box()
        below = await summary.bounding_box()
        assert figure
        assert below
        assert figure["y"] + figure["height"] <= below["y"] + 1
        await tab.emulate_media(media="print")
        await expect(code).to_be_visible()


async def test_a_folded_block_runs_and_its_own_figure_gives_way(browser: Browser, site: Site) -> None:
    async with at(browser, site, PAGE) as hands:
        fold = hands.page.locator(".book-fold").first
        number = int(await fold.locator("[data-block]").get_attribute("data-block") or 0)
        before = hands.page.locator(f"[data-block='{number - 1}'] + .language-output")
        figure = hands.page.locator(".book-figure:has(+ .book-fold)").first
        await hands.write(number, 'print("mine")')
        await hands.start(number)
        await expect(hands.output(number)).to_have_text("mine\n")
        await expect(figure).to_be_hidden()
        await expect(before).to_be_visible()
