"""Going from page to page: without a reload, in the theme that the reader chose, and with the same page at the end as after a reload."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.site.built import Site, Tags, expect_none
from tests.site.survey import SEARCH_WORD, Visit, open_page, reading, search_for

LINK = "a[data-test-link]"


def next_page(site: Site, page: str) -> str | None:
    """The page that comes after, as the head of the page says."""
    for tag, attributes in Tags(site.html(page)).tags:
        if tag == "link" and attributes.get("rel") == "next":
            steps = [part for part in attributes["href"].split("/") if part not in ("..", ".", "")]
            return "/".join([*steps, ""]) if steps else ""
    return None


async def choose_dark(page: Page) -> None:
    await page.locator("form[data-md-component=palette] label:visible").first.click()
    await expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


async def test_reading_from_the_first_page_to_the_last_never_reloads(
    browser: Browser, site: Site, visits: list[Visit]
) -> None:
    text_of = {visit.page: visit.text for visit in visits}
    seen = [""]
    async with reading(browser) as context:
        page, watch = await open_page(context, site.home)
        await choose_dark(page)
        await page.evaluate("window.sinceTheFirstPage = true")
        while (following := next_page(site, seen[-1])) is not None:
            address = site.home + following
            here = f"on the way from {seen[-1] or 'the home page'} to {following}"
            assert following not in seen, f"{here}: the pages lead in a circle"
            assert await page.evaluate("address => probes.markLink(address)", address), (
                f"{here}: no link to the next page can be seen"
            )
            await page.locator(LINK).click()
            await expect(page, f"{here}: the title is not that of the page").to_have_title(
                Tags(site.html(following)).title
            )
            assert page.url == address, f"{here}: the address is {page.url}"
            assert await page.evaluate("window.sinceTheFirstPage === true"), (
                f"{here}: the page was reloaded; is it in sitemap.xml?"
            )
            await expect(page.locator("body"), f"{here}: the theme was lost").to_have_attribute(
                "data-md-color-scheme", "slate"
            )
            now = await page.evaluate("probes.text()")
            assert now == text_of[following], (
                f"{here}: the page differs from what a reload shows\nwithout: {now}\nwith:    {text_of[following]}"
            )
            seen.append(following)
        violations = await page.evaluate("probes.violations")
    unreached = sorted(set(site.chapters()) - set(seen))
    assert not unreached, f"pages that nobody reaches by going on from page to page: {unreached}"
    expect_none(
        [("going from page to page", what) for what in [*watch.problems, *violations]],
        "open the console and go on from page to page",
    )


async def test_back_and_forward_show_the_pages_again(browser: Browser, site: Site) -> None:
    following = next_page(site, "")
    assert following is not None, "the home page leads nowhere"
    async with reading(browser) as context:
        page, watch = await open_page(context, site.home)
        home_title = await page.title()
        await page.evaluate("window.sinceTheFirstPage = true")
        await page.evaluate("address => probes.markLink(address)", site.home + following)
        await page.locator(LINK).click()
        await expect(page).to_have_title(Tags(site.html(following)).title)
        await page.go_back()
        await expect(page).to_have_title(home_title)
        await page.go_forward()
        await expect(page).to_have_title(Tags(site.html(following)).title)
        assert await page.evaluate("window.sinceTheFirstPage === true"), "going back and forward reloads the page"
        assert not watch.problems, watch.problems


async def test_the_chosen_theme_outlives_a_reload(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home)
        await choose_dark(page)
        for address in (site.home, site.home + site.chapters()[-1]):
            await page.goto(address)
            await expect(page.locator("body"), f"{address} forgets the theme").to_have_attribute(
                "data-md-color-scheme", "slate"
            )


async def test_a_search_result_opens_without_a_reload(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, watch = await open_page(context, site.home)
        await page.evaluate("window.sinceTheFirstPage = true")
        await search_for(page, SEARCH_WORD)
        elsewhere = page.locator(
            f'.md-search-result__link:visible:not([href="{site.home}"], [href^="{site.home}?"], [href^="{site.home}#"])'
        )
        await elsewhere.first.click()
        await expect(page, "the search result does not open").not_to_have_title(Tags(site.html("")).title)
        await expect(page.locator("#__search"), "the search stays open").not_to_be_checked()
        assert await page.evaluate("window.sinceTheFirstPage === true"), "opening a search result reloads the page"
        assert not watch.problems, watch.problems


async def test_an_unknown_address_shows_the_error_page_with_its_styles(browser: Browser, site: Site) -> None:
    """At any depth: its links must not hang on where it is shown."""
    address = site.home + "no/such/page/"
    async with reading(browser) as context:
        page, watch = await open_page(context, address)
        assert await page.title() == Tags(site.html("404.html")).title
        # The browser may say that the page itself is missing, but no more than that.
        own = [
            told
            for told in [*watch.messages, *watch.failed]
            if f"({address})" not in told and not told.startswith(f"{address}:")
        ]
        assert not own, own
        assert await page.evaluate("home => probes.markLink(home)", site.home), "the error page shows no way home"
        await page.locator(LINK).click()
        await expect(page).to_have_title(Tags(site.html("")).title)
