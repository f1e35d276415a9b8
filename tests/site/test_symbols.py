"""Symbols that answer: by mouse, touch and keyboard, in both themes, with nothing on the page moving."""

from __future__ import annotations

import gzip

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.site.built import Site
from tests.site.survey import THEMES, add_axe, open_page, reading

CHAPTER = "loss/"
DERIVATION = "gradient/"
PREDICTIONS = '.katex-display .katex-html [data-s="y_hat"]'
ANOTHER_X = '[data-s^="x:"]'
# Where everything stands that a reader reads. Half pixels round either way.
LAYOUT = """() => [...document.querySelectorAll("article :is(p, li, h2, h3, pre, figure, table, .katex-display)")]
  .map(e => e.getBoundingClientRect()).filter(box => box.height).map(box => box.top + scrollY)"""


async def assert_unmoved(page: Page, before: list[float]) -> None:
    now = await page.evaluate(LAYOUT)
    assert len(now) == len(before)
    assert max(abs(a - b) for a, b in zip(now, before, strict=True)) < 1, "something on the page moved"


def tip(page: Page) -> Locator:
    return page.locator("#book-tip.book-tip--on")


async def lit(page: Page) -> set[str]:
    names = await page.locator(".book-lit").evaluate_all("marks => marks.map(mark => mark.dataset.s)")
    return set(names)


@pytest.mark.parametrize("theme", THEMES)
async def test_pointing_at_a_symbol_shows_what_it_is_and_where_else_it_stands(
    browser: Browser, site: Site, theme: str
) -> None:
    async with reading(browser, theme) as context:
        page, watch = await open_page(context, site.home + "model/")  # no lab there, which would come while we look
        symbol = page.locator(PREDICTIONS).first
        await symbol.scroll_into_view_if_needed()
        before = await page.evaluate(LAYOUT)
        await symbol.hover()
        await expect(tip(page)).to_contain_text("y_hat (n,) predictions")
        assert await lit(page) == {"y_hat"}
        assert await page.locator(".book-lit").count() > 1, "the same quantity elsewhere does not light up"
        assert await page.locator("code .book-lit").count() > 0, "the variable in the code does not light up"
        await assert_unmoved(page, before)
        await add_axe(page)
        violations = await page.evaluate("async () => (await axe.run()).violations.map(v => v.id)")
        assert violations == []
        await page.keyboard.press("Escape")
        await expect(tip(page)).to_have_count(0)
        assert await lit(page) == set()
        assert watch.messages == []


async def test_pointing_at_a_variable_of_the_code_does_the_same(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home + "gradient-descent/")
        variable = page.locator('.highlight [data-s="eta"]:visible').first
        await page.evaluate("probes.openDetails()")
        await variable.scroll_into_view_if_needed()
        await variable.hover()
        await expect(tip(page)).to_contain_text("eta")
        assert await page.locator(".katex .book-lit").count() > 0


async def test_a_symbol_that_is_another_here_answers_with_what_it_is(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home + "model/")
        in_formula = page.locator(f".katex-display .katex-html {ANOTHER_X}").first
        in_code = page.locator(".highlight", has_text="def neuron").locator(ANOTHER_X).first
        for symbol in (in_formula, in_code):
            await symbol.scroll_into_view_if_needed()
            await symbol.hover()
            await expect(tip(page)).to_have_text("x here: the inputs of the neuron, (d,)")
            (name,) = await lit(page)
            assert name.startswith("x:")
            assert await page.locator(".katex .book-lit").count() > 0, "the formula does not light up with the code"
            assert await page.locator("code .book-lit").count() > 0, "the code does not light up with the formula"
            await page.keyboard.press("Escape")


async def test_the_keyboard_stops_once_at_a_formula_and_walks_its_symbols(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home + DERIVATION)
        formula = page.locator(".katex-display .katex").first
        await expect(formula).to_have_attribute("tabindex", "0")
        assert await formula.locator("[tabindex]").count() == 0, "more than one tab stop in a formula"
        await page.evaluate("document.querySelector('.katex-display .katex').focus({focusVisible: true})")
        await page.keyboard.press("ArrowRight")
        names = []
        for _step in range(4):
            await expect(page.locator(".book-at")).to_have_count(1)
            names.append(await page.locator(".book-at").get_attribute("data-s"))
            await page.keyboard.press("ArrowRight")
        assert len(set(names)) > 2, f"the arrow keys do not walk: {names}"
        await page.keyboard.press("Escape")
        await expect(tip(page)).to_have_count(0)


async def test_a_tap_shows_it_and_a_tap_elsewhere_hides_it(browser: Browser, site: Site) -> None:
    context = await browser.new_context(has_touch=True, viewport={"width": 360, "height": 740})
    try:
        page = await context.new_page()
        await page.goto(site.home + CHAPTER)
        symbol = page.locator(PREDICTIONS).first
        await symbol.scroll_into_view_if_needed()
        await symbol.tap()
        await expect(tip(page)).to_contain_text("y_hat (n,) predictions")
        box = await tip(page).bounding_box()
        assert box
        assert 0 <= box["x"] <= 360 - box["width"], "the tip leaves the screen"
        await page.locator("h1").tap()
        await expect(tip(page)).to_have_count(0)
    finally:
        await context.close()


async def test_a_derivation_goes_line_by_line_and_nothing_else_moves(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home + DERIVATION)
        steps = page.locator(".book-steps").first
        reasons = steps.locator("ol > li")
        count = await reasons.count()
        assert count > 1
        await expect(steps.locator(".book-step__check")).to_have_count(count)
        await expect(steps.get_by_role("button")).to_have_count(1)  # one quiet link, until somebody follows it
        before = await page.evaluate(LAYOUT)
        await steps.get_by_role("button", name="Step through").click()
        await expect(steps.get_by_role("status")).to_have_text(f"1 of {count}")
        await expect(reasons.nth(0)).to_be_visible()
        await expect(reasons.nth(1)).not_to_be_visible()
        await expect(steps.locator('.katex-html [data-step="1"]').first).to_be_visible()
        await expect(steps.locator('.katex-html [data-step="2"]').first).not_to_be_visible()
        await assert_unmoved(page, before)
        await page.keyboard.press("Enter")  # the button has the focus
        await expect(reasons.nth(1)).to_be_visible()
        await steps.get_by_role("button", name="All lines").click()
        await expect(reasons.nth(count - 1)).to_be_visible()
        await expect(steps.get_by_role("button", name="Step through")).to_be_focused()


async def test_a_derivation_is_whole_without_javascript(browser: Browser, site: Site) -> None:
    context = await browser.new_context(java_script_enabled=False)
    try:
        page = await context.new_page()
        await page.goto(site.home + DERIVATION)
        for reason in await page.locator(".book-steps ol > li").all():
            await expect(reason).to_be_visible()
        await expect(page.locator(".book-steps button")).to_have_count(0)
    finally:
        await context.close()


async def test_what_a_symbol_is_here_stands_in_no_text_on_paper_or_without_javascript(
    browser: Browser, site: Site
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    try:
        page = await context.new_page()
        await page.goto(site.home + "model/")
        for media in ("screen", "print"):
            await page.emulate_media(media=media)
            text = await page.locator("article").inner_text()
            assert "def neuron(x: np.ndarray, w: np.ndarray, b: float)" in text
            assert "the inputs of the neuron" not in text
            assert "here" not in await page.locator(".highlight", has_text="def neuron").inner_text()
    finally:
        await context.close()


async def test_a_formula_says_what_code_it_was_compared_with_and_leads_there(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home + CHAPTER)
        seal = page.locator(".book-seal").first
        link = seal.locator("a").first
        tick = await seal.bounding_box()
        await link.focus()
        sentence = await seal.bounding_box()
        assert tick
        assert sentence
        assert sentence["width"] > 5 * tick["width"], "the keyboard comes to the link, and its sentence stays hidden"
        await page.evaluate("document.activeElement.blur()")
        await seal.hover(position={"x": 3, "y": 8})
        assert await seal.bounding_box() == sentence, "the sentence shows to the keyboard only"
        await expect(seal).to_contain_text("random cases")
        await link.click()
        target = await page.evaluate("document.querySelector(location.hash)?.textContent ?? ''")
        assert "def " in target, f"{await link.get_attribute('href')} leads to no function"


async def test_screen_readers_get_the_formula_once(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home + CHAPTER)
        assert await page.locator(".katex-html:not([aria-hidden=true])").count() == 0
        assert await page.locator(".katex-mathml annotation", has_text="htmlData").count() == 0


def test_the_script_is_small_and_no_page_that_is_only_read_loads_it(site: Site) -> None:
    assert len(gzip.compress((site.folder / "assets" / "symbols.js").read_bytes())) <= 6000
    for page in site.pages:
        assert "symbols.js" not in site.html(page), f"{page} loads the script at once"
