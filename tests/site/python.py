"""The Python of a page, for tests that talk to it as the page's scripts do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Page

from tests.site.survey import Watch, origin_of

# What tests call in the page: one run with all that it gave, and many runs one after the other.
HELPERS = """async () => {
  const { runtime } = await import(new URL("assets/run/runtime.js", document.querySelector("link[rel=stylesheet]").href.replace(/assets\\/.*/, "")).href);
  globalThis.runtime = runtime;
  globalThis.states = [runtime.state];
  globalThis.progress = [];
  globalThis.lost = 0;
  runtime.addEventListener("state", ({ detail }) => states.push(detail.state));
  runtime.addEventListener("progress", ({ detail }) => progress.push(detail));
  runtime.addEventListener("lost", () => (lost += 1));
  globalThis.sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  globalThis.until = async (holds) => { while (!(await holds())) await sleep(20); };
  globalThis.run = async (code, { page = "tests", block = 1, raises = "" } = {}) => {
    const given = { stdout: "", stderr: "", figures: [], pieces: 0 };
    const onText = (text, stream) => { given[stream] += text; given.pieces += 1; };
    const result = await runtime.run({ page, block, code, raises, onText, onFigure: (svg) => given.figures.push(svg) });
    return { ...result, ...given };
  };
}"""


@dataclass(frozen=True)
class PythonPage:
    """A page of the book, open in a browser, with its runtime at hand."""

    page: Page
    context: BrowserContext
    watch: Watch

    async def run(self, code: str, page: str = "tests", block: int = 1, raises: str = "") -> dict[str, Any]:
        """Run a block as a click on Run does."""
        options = {"page": page, "block": block, "raises": raises}
        return dict(await self.page.evaluate("([code, options]) => run(code, options)", [code, options]))

    async def run_all(self, page: str, blocks: list[tuple[int, str, str]]) -> list[dict[str, Any]]:
        """Run (number, code, raises) one after the other in the namespace of one page."""
        given = []
        for number, code, raises in blocks:
            try:
                given.append(await self.run(code, page, number, raises))
            except Error as error:
                raise AssertionError(f"the page broke while it ran block {number} of {page}: {error}") from error
        return given

    async def js(self, code: str, argument: Any = None) -> Any:
        """Evaluate the body of an async function that may take `argument`."""
        return await self.page.evaluate(f"async (argument) => {{ {code} }}", argument)


@asynccontextmanager
async def python_page(browser: Browser, address: str) -> AsyncIterator[PythonPage]:
    """A fresh page with nothing loaded yet."""
    context = await browser.new_context()
    page = await context.new_page()
    watch = Watch(origin_of(address))
    watch.follow(page)
    await page.goto(address, wait_until="load")
    await page.evaluate(HELPERS)
    try:
        yield PythonPage(page, context, watch)
    finally:
        await context.close()
