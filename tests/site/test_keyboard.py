"""Everything can be reached and used without a mouse."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.site.built import Site, expect_none
from tests.site.survey import Visit, open_page, press_tab, reading

MANY = 400  # more stops than any page has before its content


def a_chapter(site: Site, with_markup: str = "<h2") -> str:
    found = [page for page in site.chapters() if page and with_markup in site.html(page)]
    assert found, f"no page has {with_markup}"
    return found[0]


def test_the_first_tab_offers_to_skip_to_the_content(site: Site, arrivals: list[Visit]) -> None:
    assert any("<h2" in site.html(page) for page in site.chapters()), "no page has sections"
    problems = [(arrival.page, arrival.skipping) for arrival in arrivals if arrival.skipping]
    expect_none(problems, "see the skip link in docs/overrides/")


async def test_tab_reaches_search_navigation_and_content_in_this_order(browser: Browser, site: Site) -> None:
    page = a_chapter(site)
    async with reading(browser) as context:
        tab, _ = await open_page(context, site.home + page)
        order: list[str] = []
        hidden = []
        for _ in range(MANY):
            stop = await press_tab(tab)
            if stop["part"] == "nothing" or "footer" in order:
                break
            if not stop["seen"]:
                hidden.append((page, f"{stop['name']} takes the focus, but nobody sees it"))
            if stop["part"] not in order:
                order.append(stop["part"])
    expect_none(hidden, "take what is hidden out of the tab order, or show it while it has the focus")
    wanted = [part for part in ("skip", "header", "search", "drawer", "article", "footer") if part in order]
    assert {"search", "drawer", "article", "footer"} <= set(order), f"{page}: Tab reaches only {order}"
    assert [part for part in order if part in wanted] == wanted, f"{page}: Tab goes {order}, expected {wanted}"


async def test_whatever_has_the_focus_shows_it(browser: Browser, site: Site) -> None:
    """WCAG 2.4.7: the element looks different with the focus than without."""
    page = a_chapter(site, "<details")
    problems = []
    for theme in ("light", "dark"):
        async with reading(browser, theme) as context:
            tab, _ = await open_page(context, site.home + page)
            for _ in range(MANY):
                stop = await press_tab(tab)
                if stop["part"] in ("nothing", "footer"):
                    break
                if not await tab.evaluate("probes.focusShows()"):
                    problems.append((f"{page} ({theme})", f"{stop['name']} in the {stop['part']}"))
    expect_none(problems, "give it an outline with :focus-visible in docs/assets/book.css")


async def test_details_open_and_close_by_keyboard(browser: Browser, site: Site) -> None:
    page = a_chapter(site, "<details")
    async with reading(browser) as context:
        tab, _ = await open_page(context, site.home + page)
        details = tab.locator("article details").first
        await details.evaluate("details => details.open = false")
        await details.locator("summary").focus()
        await tab.keyboard.press("Enter")
        await expect(details, f"{page}: Enter does not open the details").to_have_attribute("open", "")
        await tab.keyboard.press("Space")
        await expect(details, f"{page}: Space does not close the details").not_to_have_attribute("open", "")


async def test_the_search_opens_and_closes_by_keyboard(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        tab, _ = await open_page(context, site.home)
        await tab.keyboard.press("/")
        await expect(tab.locator("#__search"), "the key / does not open the search").to_be_checked()
        await expect(tab.locator("input.md-search__input")).to_be_focused()
        await tab.keyboard.press("Escape")
        await expect(tab.locator("#__search"), "Escape does not close the search").not_to_be_checked()


def test_what_scrolls_sideways_can_be_scrolled_by_keyboard(visits: list[Visit]) -> None:
    problems = [
        (visit, f"{name} scrolls sideways, but not by keyboard") for visit in visits for name in visit.scrollers
    ]
    expect_none(problems, "it needs tabindex=0 while it overflows (asrun/publishing/theme/assets/book.js)")


async def test_tabs_change_by_keyboard(browser: Browser, site: Site) -> None:
    pages = [page for page in site.chapters() if "tabbed-set" in site.html(page)]
    async with reading(browser) as context:
        for page in pages:
            tab, _ = await open_page(context, site.home + page)
            inputs = tab.locator(".tabbed-set").first.locator("> input")
            await inputs.first.focus()
            await tab.keyboard.press("ArrowRight")
            await expect(inputs.nth(1), f"{page}: the arrow key does not change the tab").to_be_checked()
            await tab.close()


async def test_the_key_that_runs_a_block_is_told_at_the_block_that_somebody_is_at(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home + "model/")
        bar = page.locator(".book-bar:visible").first
        hint = "bar => { const { content, visibility } = getComputedStyle(bar, '::before'); return `${content} ${visibility}`; }"
        await expect(bar.get_by_role("button", name="Run")).to_have_attribute("aria-keyshortcuts", "Control+Enter")
        assert await bar.evaluate(hint) == '"Ctrl+Enter runs it" hidden'
        await bar.hover()
        assert await bar.evaluate(hint) == '"Ctrl+Enter runs it" visible'
