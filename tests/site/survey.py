"""Visits every page once at each width, and notes all that the tests ask about.

A visit costs a second or two, most of it axe; so pages are visited side by side, once, and the tests read the notes.
A page is opened in one theme and then shown in the other, where only what hangs on colors is asked again; on a phone, only what hangs
on the width.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, TimeoutError, expect

HERE = Path(__file__).parent
AXE = HERE / "vendor" / "axe.min.js"
PROBES = HERE / "probes.js"
THEMES = ("light", "dark")
SCHEMES = {"light": "default", "dark": "slate"}  # Material's names of them
WIDTHS = {1280: 900, 360: 740}  # a desk and a phone: width and height in pixels
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
    figures: list[dict[str, Any]]
    formulas: list[dict[str, Any]]
    raw: list[str]  # formulas that are still LaTeX
    text: str
    words: str  # its text without what formulas and figures consist of
    scrollers: list[str]  # what scrolls sideways, but not by keyboard

    def __str__(self) -> str:
        return f"{self.page or 'home page'} ({self.theme}, {self.width} px)"


@asynccontextmanager
async def reading(
    browser: Browser, theme: str = "light", width: int = 1280, **options: Any
) -> AsyncIterator[BrowserContext]:
    """A reader's browser window, with nothing in its cache."""
    context = await browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(PATIENCE)
    await context.add_init_script(path=PROBES)
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


async def survey(browser: Browser, home: str, pages: Sequence[str]) -> list[Visit]:
    visits: list[Visit] = []
    framed = (pages[0], pages[1], pages[-1])
    for width, theme in zip(WIDTHS, THEMES, strict=True):
        async with reading(browser, theme, width) as context:
            await context.add_init_script(path=AXE)
            for pair in await side_by_side(partial(visit, context, home, theme, width, framed), pages):
                visits += pair
    return visits


async def visit(
    context: BrowserContext, home: str, theme: str, width: int, framed: Sequence[str], path: str
) -> list[Visit]:
    """Looks at a page in the theme that it opens in, and in the other; with drawer and search where it is among `framed`."""
    other = next(name for name in THEMES if name != theme)
    page, watch = await open_page(context, home + path)
    scheme = await page.evaluate("document.body.dataset.mdColorScheme")
    text = await page.evaluate("probes.text()")
    overflow: list[tuple[str, str]] = []
    axe: dict[str, list[tuple[str, str]]] = {name: [] for name in THEMES}

    wide = width == max(WIDTHS)

    async def look(state: str, within: str | None = None) -> None:
        # (The veil behind an open search is wider than the page by intent; nothing can be scrolled then.)
        if state != "search open":
            overflow.extend((state, line) for line in await page.evaluate("probes.overflow()"))
        # Most rules ask for what a page says of itself, which is the same at any width.
        rules = "all" if wide or path in framed else "narrow"
        found = await page.evaluate("([within, rules]) => probes.axeViolations(within, rules)", [within, rules])
        axe[theme].extend((state, line) for line in found)
        if rules == "all":
            await show(page, other)
            found = await page.evaluate("within => probes.axeViolations(within, 'color')", within)
            axe[other].extend((state, line) for line in found)
            await show(page, theme)

    await page.evaluate("probes.openDetails()")
    await look("details open")
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
        if path in framed and width < 1220:
            await open_drawer(page)
            await look("drawer open", None if path == "" else DRAWER)
            await close_drawer(page)
        if path in framed:
            await search_for(page, SEARCH_WORD)
            await look("search open", None if path == "" else SEARCH)
    except (TimeoutError, AssertionError) as error:
        watch.messages.append(f"error: the drawer or the search does not open or close: {str(error).splitlines()[0]}")

    violations = await page.evaluate("probes.violations")
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
        figures,
        formulas,
        raw,
        text,
        words,
        scrollers,
    )
    return [here, replace(here, theme=other, scheme=SCHEMES[other], axe=axe[other], figures=figures_there)]


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
