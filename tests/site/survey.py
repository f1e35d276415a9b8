"""Visits every page once at each width, and notes all that the tests ask about.

A visit costs a second or two, most of it axe; so pages are visited side by side, once, and the tests read the notes.
On the desk a page is opened light, by somebody who comes to the book for the first time, with an empty cache: what is loaded, where the
first Tabs lead, how it prints. On the phone it is opened dark, and axe asks only what depends on the width and on colors.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    TimeoutError,
    ViewportSize,
    expect,
)

from tests.site.built import Site

HERE = Path(__file__).parent
AXE = HERE / "vendor" / "axe.min.js"
PROBES = HERE / "probes.js"
THEMES = ("light", "dark")
SCHEMES = {"light": "default", "dark": "slate"}  # Material's names of them
WIDTHS = {1280: 900, 360: 740}  # a desk and a phone: width and height in pixels
PAPER: ViewportSize = {"width": 718, "height": 1047}  # A4 in CSS pixels, less margins of 1 cm
# Drawer and search hide the page behind them, which was looked at before; only on the home page axe looks at the whole again. And they are
# the same on all pages: three of them are enough.
DRAWER = ".md-sidebar--primary"
SEARCH = ".md-search"
SEARCH_INDEX = "search/search_index.json"
PATIENCE = 60_000  # milliseconds until something that must happen counts as broken, on a slow and busy machine
SEARCH_WORD = "regression"  # in the title of the book, so it finds something in any state of it

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class Watch:
    """What a browser says about a page while somebody uses it. `problems` is empty when all is well."""

    origin: str
    messages: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    finished: list[Request] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.messages.append(f"uncaught {error}"))
        page.on("request", self.on_request)
        page.on("requestfinished", self.on_finished)
        page.on("requestfailed", self.on_failure)
        page.on("response", self.on_response)
        page.on("websocket", lambda socket: self.foreign.append(socket.url))

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.messages.append(f"{message.type}: {message.text} ({message.location['url']})")

    def on_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.foreign.append(request.url)

    def on_finished(self, request: Request) -> None:
        self.finished.append(request)

    def on_failure(self, request: Request) -> None:
        # A navigation that the reader leaves before it ends is no failure of the page.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.failed.append(f"{request.url}: {request.failure}")

    def on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.failed.append(f"{response.url}: status {response.status}")

    @property
    def problems(self) -> list[str]:
        return [*self.messages, *self.failed, *(f"asked another host: {url}" for url in self.foreign)]


@dataclass(frozen=True)
class Visit:
    """One page in one theme at one width."""

    page: str  # its path below the home page: "loss/", "" for the home page itself
    theme: str
    width: int
    watch: Watch
    scheme: str  # the theme that the page really shows
    violations: list[str]
    overflow: list[tuple[str, str]]  # what was open at that time, and what is wrong
    axe: list[tuple[str, str]]
    disturbing: list[tuple[str, str]]  # what it is about, and where
    figures: list[dict[str, Any]]
    formulas: list[dict[str, Any]]
    raw: list[str]  # formulas that are still LaTeX
    text: str
    words: str  # its text without what formulas and figures consist of
    scrollers: list[str]  # what scrolls sideways, but not by keyboard
    loaded: dict[str, int]  # on the desk: address below the home page -> bytes as sent
    skipping: str  # on the desk: what is wrong with the link that leads past the navigation
    print_faults: list[str]  # on the desk

    def __str__(self) -> str:
        return f"{self.page or 'home page'} ({self.theme}, {self.width} px)"


async def new_window(browser: Browser, theme: str = "light", width: int = 1280, **options: Any) -> BrowserContext:
    """A reader's browser window, with nothing in its cache."""
    context = await browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(PATIENCE)
    await context.add_init_script(path=PROBES)
    return context


@asynccontextmanager
async def reading(
    browser: Browser, theme: str = "light", width: int = 1280, **options: Any
) -> AsyncIterator[BrowserContext]:
    """A new window, closed at the end."""
    context = await new_window(browser, theme, width, **options)
    try:
        yield context
    finally:
        await context.close()


async def open_page(context: BrowserContext, address: str) -> tuple[Page, Watch]:
    """Opens a page and waits until it is whole: fonts, styles, and the search index, which is the last to come."""
    page = await context.new_page()
    watch = Watch(origin_of(address))
    watch.follow(page)
    try:
        async with page.expect_event("requestfinished", is_search_index):
            await page.goto(address, wait_until="load")
    except TimeoutError:
        watch.messages.append("error: the page never asks for the search index; do its scripts run at all?")
    await page.evaluate("probes.settled()")
    return page, watch


def is_search_index(request: Request) -> bool:
    return request.url.endswith(SEARCH_INDEX)


def origin_of(address: str) -> str:
    return "/".join(address.split("/")[:3]) + "/"


async def side_by_side(job: Callable[[Item], Awaitable[Result]], items: Iterable[Item]) -> list[Result]:
    """Does a job for each item, as many at a time as there are processors; the results come in the order of the items."""
    at_once = asyncio.Semaphore(os.cpu_count() or 1)

    async def one(item: Item) -> Result:
        async with at_once:
            return await job(item)

    return await asyncio.gather(*(one(item) for item in items))


async def survey(browser: Browser, site: Site) -> list[Visit]:
    """Every page in both themes and at both widths."""
    pages = site.pages
    framed = (pages[0], pages[1], pages[-1])

    async def arrive(path: str) -> list[Visit]:
        async with reading(browser) as context:
            await context.add_init_script(path=AXE)
            return await _visit(context, site, "light", max(WIDTHS), framed, path)

    found = await side_by_side(arrive, pages)
    async with reading(browser, "dark", min(WIDTHS)) as context:
        await context.add_init_script(path=AXE)
        found += await side_by_side(partial(_visit, context, site, "dark", min(WIDTHS), framed), pages)
    return [visit for pair in found for visit in pair]


async def _visit(
    context: BrowserContext, site: Site, theme: str, width: int, framed: Sequence[str], path: str
) -> list[Visit]:
    """Looks at a page in the theme that it opens in, and in the other; with drawer and search where it is among `framed`."""
    other = next(name for name in THEMES if name != theme)
    page, watch = await open_page(context, site.home + path)
    wide = width == max(WIDTHS)
    loaded = await _loaded(watch, site.home) if wide else {}
    # (Pages without sections have nothing before their content that is worth skipping; Material leaves the link out.)
    skips = wide and path in site.chapters() and re.search('<h2 id="(?!book-related)', site.html(path))
    skipping = await _skip(page) if skips else ""
    scheme = await page.evaluate("document.body.dataset.mdColorScheme")
    text = await page.evaluate("probes.text()")
    overflow: list[tuple[str, str]] = []
    axe: dict[str, list[tuple[str, str]]] = {name: [] for name in THEMES}

    async def look(state: str, within: str | None = None) -> None:
        # (The veil behind an open search is wider than the page by intent; nothing can be scrolled then.)
        if state != "search open":
            overflow.extend((state, line) for line in await page.evaluate("probes.overflow()"))
        # Most rules ask for what a page says of itself, which is the same at any width; colors are asked for light on the desk and dark
        # on the phone, and in all four ways where a page has what others have, too.
        rules = "all" if wide or path in framed else "narrow"
        found = await page.evaluate("([within, rules]) => probes.axeViolations(within, rules)", [within, rules])
        axe[theme].extend((state, line) for line in found)
        if path in framed:
            await show(page, other)
            found = await page.evaluate("within => probes.axeViolations(within, 'color')", within)
            axe[other].extend((state, line) for line in found)
            await show(page, theme)

    await page.evaluate("probes.openDetails()")
    await look("details open")
    disturbing = await page.evaluate("probes.disturbing()")
    figures = await page.evaluate("probes.figures()")
    await show(page, other)
    figures_there = await page.evaluate("probes.figures()")
    await show(page, theme)
    formulas = await page.evaluate("probes.formulas()")
    raw = await page.evaluate("probes.rawFormulas()")
    words = await page.evaluate("probes.proseAndCode()")
    scrollers = await page.evaluate("probes.scrollersWithoutFocus()")
    tab = 1
    while await page.evaluate("number => probes.showTab(number)", tab):
        await page.evaluate("probes.settled()")
        await look(f"tab {tab + 1}", ".tabbed-set")
        tab += 1
    try:
        if path in framed and not wide:
            await open_drawer(page)
            await look("drawer open", None if path == "" else DRAWER)
            await close_drawer(page)
        if path in framed:
            await search_for(page, SEARCH_WORD)
            await look("search open", None if path == "" else SEARCH)
    except (TimeoutError, AssertionError) as error:
        watch.messages.append(f"error: the drawer or the search does not open or close: {str(error).splitlines()[0]}")

    violations = await page.evaluate("probes.violations")
    faults = await _print_faults(page) if wide else []
    await page.close()
    here = Visit(
        path,
        theme,
        width,
        watch,
        scheme,
        violations,
        overflow,
        axe[theme],
        disturbing,
        figures,
        formulas,
        raw,
        text,
        words,
        scrollers,
        loaded,
        skipping,
        faults,
    )
    return [here, replace(here, theme=other, scheme=SCHEMES[other], axe=axe[other], figures=figures_there)]


async def _loaded(watch: Watch, home: str) -> dict[str, int]:
    loaded: dict[str, int] = {}
    for request in list(watch.finished):
        sizes, name = await request.sizes(), request.url.removeprefix(home)
        # Asked twice, it comes from the cache the second time.
        loaded[name] = max(loaded.get(name, 0), sizes["responseHeadersSize"] + sizes["responseBodySize"])
    return loaded


async def _skip(page: Page) -> str:
    first = await press_tab(page)
    if first["part"] != "skip" or not first["seen"]:
        return f"the first Tab leads to {first['name']} instead of the skip link"
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("#."))
    # The browser has arrived when the target is one, and the scrolling to it has been drawn.
    await expect(page.locator(":target")).to_have_count(1)
    await page.evaluate("probes.settled()")
    after = await press_tab(page)
    if after["part"] != "article":
        return f"after the skip link, Tab leads to {after['name']} in the {after['part']}, not into the article"
    return ""


async def _print_faults(page: Page) -> list[str]:
    await page.set_viewport_size(PAPER)
    await page.emulate_media(media="print", color_scheme="light")
    await page.evaluate("probes.settled()")
    faults: list[str] = await page.evaluate("probes.printFaults()")
    return faults


async def add_axe(page: Page) -> None:
    await page.evaluate(AXE.read_text(encoding="utf-8"))


async def show(page: Page, theme: str) -> None:
    """Shows the page in another theme, as a click on the button for it does."""
    await page.evaluate("scheme => (document.body.dataset.mdColorScheme = scheme)", SCHEMES[theme])
    await page.evaluate("probes.settled()")


async def open_drawer(page: Page) -> None:
    await page.locator("label.md-header__button[for=__drawer]").click()
    # The drawer slides in; wait until it has arrived. (Page.wait_for_function would do, but needs an eval, which the policy refuses.)
    await expect(page.locator(".md-sidebar--primary")).to_be_in_viewport(ratio=0.99)


async def close_drawer(page: Page) -> None:
    await page.evaluate("document.getElementById('__drawer').click()")
    await expect(page.locator(".md-sidebar--primary")).not_to_be_in_viewport()


async def search_for(page: Page, words: str) -> None:
    """Types into the search as a reader does, and waits for results."""
    if not await page.locator("#__search").is_checked():
        await page.keyboard.press("/")
        await expect(page.locator("#__search")).to_be_checked()
    box = page.locator("input.md-search__input")
    await box.fill(words[:-1])
    await box.press(words[-1])  # the search listens to keys, which `fill` does not press
    await page.locator(".md-search-result__item").first.wait_for()


async def press_tab(page: Page) -> dict[str, Any]:
    """Presses the Tab key and tells what has the focus then."""
    await page.keyboard.press("Tab")
    focused: dict[str, Any] = await page.evaluate("probes.focused()")
    return focused
