"""Terms: the first use of one on a page answers and leads to its section, and the search finds the section by each name."""

from __future__ import annotations

import json
import re

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from asrun.model import Term
from asrun.reading.terms import found_in, key, read_terms
from asrun.settings import Settings
from tests.site.built import ROOT, Site, expect_none
from tests.site.survey import SEARCH_INDEX, THEMES, add_axe, open_page, reading, search_for

TERMS, _ = read_terms(Settings.load(ROOT))
NAMED = {key(name): term for term in TERMS for name in term.names}
LINK = re.compile(r'<a class="book-term" data-s="term:([^"]*)" href="([^"]*)">([^<]*)</a>')
PAGE = "feature-scaling/"


def address(uri: str, anchor: str) -> str:
    page = "" if uri == "index.md" else re.sub(r"\.\w+$", "/", uri)
    return f"{page}#{anchor}" if anchor else page


def test_there_are_enough_terms() -> None:
    assert len(TERMS) >= 60
    assert [term.name.casefold() for term in TERMS] == sorted(term.name.casefold() for term in TERMS)


def test_a_page_links_each_term_once_and_never_one_of_its_own(site: Site) -> None:
    problems, total = [], 0
    for page in site.chapters():
        links = LINK.findall(site.html(page))
        total += len(links)
        for name, href, words in links:
            term = NAMED[key(name)]
            there = address(term.uri, term.anchor)
            if found_in(NAMED, words) is not term or not href.endswith(there.lstrip("/")):
                problems.append((page, f"“{words}” leads to {href}, not to {there}"))
            if page in ("terms/", address(term.uri, "")):
                problems.append((page, f"links {name}, which is explained there"))
        names = [name for name, _, _ in links]
        problems += [(page, f"links {name} twice") for name in set(names) if names.count(name) > 1]
    expect_none(problems, "see asrun/publishing/terms.py")
    assert total > 100


def test_the_search_index_knows_each_name_at_its_section(site: Site) -> None:
    docs = json.loads((site.folder / SEARCH_INDEX).read_text(encoding="utf-8"))["docs"]
    tags = {entry["location"]: entry.get("tags", ()) for entry in docs}
    expect_none(
        (
            (address(term.uri, term.anchor), f"the search does not know {name}")
            for term in TERMS
            for name in term.names
            if name not in tags.get(address(term.uri, term.anchor), ())
        ),
        "see `into_search` in asrun/publishing/terms.py",
    )


async def test_the_search_finds_a_section_by_a_name_that_no_page_says(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, watch = await open_page(context, site.home)
        for words in ("multivariable regression", "objective function", "multicollinearity"):
            term = NAMED[key(words)]
            await search_for(page, words)
            link = page.locator(f'.md-search-result__link[href$="{address(term.uri, term.anchor)}"]')
            await expect(link.first).to_be_attached()
        assert watch.problems == []


async def first_term(page: Page) -> tuple[Locator, Locator, Term]:
    """The first link to a term, in view; what answers; and the row of the term."""
    link = page.locator("a.book-term").first
    await link.scroll_into_view_if_needed()
    term = NAMED[key((await link.get_attribute("data-s") or "").removeprefix("term:"))]
    return link, page.locator("#book-tip.book-tip--on"), term


@pytest.mark.parametrize("theme", THEMES)
async def test_a_term_answers_to_pointer_and_focus(browser: Browser, site: Site, theme: str) -> None:
    async with reading(browser, theme) as context:
        page, watch = await open_page(context, site.home + PAGE)
        link, tip, term = await first_term(page)
        await link.hover()
        await expect(tip).to_have_text(f"{term.name} {term.sentence}")
        await add_axe(page)
        assert await page.evaluate("async () => (await axe.run()).violations.map(v => v.id)") == []
        await page.keyboard.press("Escape")
        await expect(tip).to_have_count(0)
        await page.mouse.move(0, 0)
        await link.focus()
        await expect(tip).to_have_text(f"{term.name} {term.sentence}")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(site.home + address(term.uri, term.anchor))
        await expect(tip).to_have_count(0)
        assert watch.messages == []


async def test_a_tap_answers_and_the_next_one_follows(browser: Browser, site: Site) -> None:
    async with reading(browser, width=360, has_touch=True) as context:
        page, _ = await open_page(context, site.home + PAGE)
        link, tip, term = await first_term(page)
        await link.tap()
        await expect(tip).to_have_text(f"{term.name} {term.sentence}")
        assert page.url == site.home + PAGE
        await link.tap()
        await expect(page).to_have_url(site.home + address(term.uri, term.anchor))


async def test_without_javascript_a_term_is_a_link(browser: Browser, site: Site) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(site.home + PAGE)
    link = page.locator("a.book-term").first
    name = (await link.get_attribute("data-s") or "").removeprefix("term:")
    await link.click()
    await expect(page).to_have_url(site.home + address(NAMED[key(name)].uri, NAMED[key(name)].anchor))
    await context.close()
