"""A reader's hands on the blocks of a page: run, edit, look at what came of it. Python is a fake unless a test asks for the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from tests.site.built import Site
from tests.site.survey import PATIENCE, Watch, open_page, reading

FAKE = Path(__file__).parent / "fake_runtime.js"
# What the build knows of a page, for which the fake has other facts: block 3 needs block 1.
TAKEN = {"title": "A chapter", "url": "…", "blocks": [{"after": []}, {"after": []}, {"after": [1]}]}
CHAPTER = "loss/"  # any with a handful of blocks, and outputs among them


class Hands:
    """One page, open in a browser."""

    def __init__(self, page: Page, watch: Watch) -> None:
        self.page, self.watch = page, watch

    def block(self, number: int) -> Locator:
        return self.page.locator(f"[data-block='{number}']")

    def button(self, number: int, name: str) -> Locator:
        """A button of the block's bar by what stands on it."""
        return self.block(number).locator(".book-bar > button:visible").filter(has_text=name)

    def run(self, number: int) -> Locator:
        """The reader's run of a block."""
        return self.page.locator(f"[data-block='{number}'] + .book-run")

    def status(self, number: int) -> Locator:
        return self.run(number).locator(".book-run__status")

    def output(self, number: int) -> Locator:
        return self.run(number).locator(".book-run__body")

    def said(self, number: int) -> Locator:
        return self.block(number).locator(".book-bar__said")

    def stale(self, number: int) -> Locator:
        return self.block(number).locator(".book-bar__stale")

    def code(self, number: int) -> Locator:
        return self.block(number).locator(".cm-content")

    async def write(self, number: int, code: str) -> None:
        """Puts code of the reader's into a block."""
        if await self.button(number, "Edit").count():
            await self.button(number, "Edit").click()
        await self.code(number).click()
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.press("Delete")
        await self.page.keyboard.insert_text(code)

    async def start(self, number: int, patience: int = PATIENCE) -> None:
        """Runs a block and waits until that is over."""
        await self.button(number, "Run").click()
        await self.ended(number, patience)

    async def ended(self, number: int, patience: int = PATIENCE) -> None:
        await expect(self.run(number)).to_have_count(1, timeout=patience)
        await expect(self.button(number, "Stop")).to_have_count(0, timeout=patience)

    async def fake(self, question: str) -> Any:
        """What the fake Python says of itself, as `runs.length`."""
        return await self.page.evaluate(f"fake.{question}")

    async def first_with_output(self) -> int:
        """The first block that prints something in the book."""
        found = self.page.locator("[data-block]:not([data-needs]):has(+ .language-output)").first
        return int(await found.get_attribute("data-block") or 0)


@asynccontextmanager
async def at(
    browser: Browser, site: Site, chapter: str = CHAPTER, theme: str = "light", width: int = 1280, **options: Any
) -> AsyncIterator[Hands]:
    """A chapter in a new window, with the fake Python."""
    async with reading(browser, theme, width, **options) as context:
        await context.route("**/assets/run/runtime.js", lambda route: route.fulfill(path=FAKE))
        await context.route("**/take/*.json", lambda route: route.fulfill(json=TAKEN))
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        page, watch = await open_page(context, site.home + chapter)
        await page.evaluate("probes.openDetails()")  # also of code that is folded
        yield Hands(page, watch)
