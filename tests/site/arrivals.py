"""Every page as somebody finds it who comes to the book for the first time: what is loaded, where the first Tabs lead, how it prints."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.site.built import Site
from tests.site.survey import open_page, press_tab, reading, side_by_side

PAPER: ViewportSize = {"width": 718, "height": 1047}  # A4 in CSS pixels, less margins of 1 cm


@dataclass(frozen=True)
class Arrival:
    """A page opened with an empty cache."""

    page: str
    loaded: dict[str, int]  # address below the home page -> bytes as sent
    skipping: str  # what is wrong with the link that leads past the navigation
    print_faults: list[str]


async def arrivals_at(browser: Browser, site: Site) -> list[Arrival]:
    """All pages, side by side."""

    async def arrive(page: str) -> Arrival:
        async with reading(browser) as context:
            tab, watch = await open_page(context, site.home + page)
            loaded: dict[str, int] = {}
            for request in list(watch.finished):
                sizes, name = await request.sizes(), request.url.removeprefix(site.home)
                # Asked twice, it comes from the cache the second time.
                loaded[name] = max(loaded.get(name, 0), sizes["responseHeadersSize"] + sizes["responseBodySize"])
            # (Pages without sections have nothing before their content that is worth skipping; Material leaves the link out.)
            skipping = await _skip(tab) if page in site.chapters() and "<h2" in site.html(page) else ""
            await tab.set_viewport_size(PAPER)
            await tab.emulate_media(media="print", color_scheme="light")
            await tab.evaluate("probes.settled()")
            return Arrival(page, loaded, skipping, await tab.evaluate("probes.printFaults()"))

    return await side_by_side(arrive, site.pages)


async def _skip(tab: Page) -> str:
    first = await press_tab(tab)
    if first["part"] != "skip" or not first["seen"]:
        return f"the first Tab leads to {first['name']} instead of the skip link"
    await tab.keyboard.press("Enter")
    await expect(tab).to_have_url(re.compile("#."))
    # The browser has arrived when the target is one, and the scrolling to it has been drawn.
    await expect(tab.locator(":target")).to_have_count(1)
    await tab.evaluate("probes.settled()")
    after = await press_tab(tab)
    if after["part"] != "article":
        return f"after the skip link, Tab leads to {after['name']} in the {after['part']}, not into the article"
    return ""
