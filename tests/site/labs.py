"""Opens a lab as a reader does, reads what it shows, runs the program that it gives, and counts what it leaves behind."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from tests.scripts.labs import plain, run_program
from tests.site.built import ROOT, Site
from tests.site.survey import PATIENCE, SCHEMES, THEMES, Watch, add_axe, new_window, open_page, reading, show

LOOKS = (("light", 1280), ("dark", 360))  # axe looks at each in the other theme, too
PERMISSIONS: dict[str, Any] = {"permissions": ["clipboard-read", "clipboard-write"]}
LABS = ROOT / "docs" / "assets" / "labs"

# Counts what a page holds that outlives its content, if nobody lets go of it: listeners of window and document, observers, timers.
# Timers that have run and frames that have been drawn are gone.
COUNTING = """(() => {
  const held = new Map();
  const hold = (kind, key) => held.set(key, kind);
  for (const target of [window, document]) {
    const { addEventListener, removeEventListener } = target;
    const key = (type, listener) => { listener.labKeys ??= {}; return listener.labKeys[type] ??= {}; };
    target.addEventListener = function (type, listener, options) {
      if (!options?.once && listener) hold(`${target === window ? "window" : "document"} ${type}`, key(type, listener));
      options?.signal?.addEventListener("abort", () => held.delete(key(type, listener)));
      return addEventListener.call(target, type, listener, options);
    };
    target.removeEventListener = function (type, listener, options) {
      if (listener) held.delete(key(type, listener));
      return removeEventListener.call(target, type, listener, options);
    };
  }
  const wrap = (make, drop, kind) => {
    const [set, clear] = [window[make], window[drop]];
    window[make] = (run, ...rest) => {
      const id = set((...given) => { if (kind !== "interval") held.delete(kind + id); run(...given); }, ...rest);
      hold(kind, kind + id);
      return id;
    };
    window[drop] = (id) => { held.delete(kind + id); return clear(id); };
  };
  wrap("setTimeout", "clearTimeout", "timer");
  wrap("setInterval", "clearInterval", "interval");
  wrap("requestAnimationFrame", "cancelAnimationFrame", "frame");
  for (const name of ["ResizeObserver", "IntersectionObserver", "MutationObserver"]) {
    const { observe, unobserve, disconnect } = window[name].prototype;
    // Without holding on to an observed element itself.
    const watching = new WeakMap();
    const of = (observer) => watching.get(observer) ?? watching.set(observer, { targets: new WeakSet(), size: 0 }).get(observer);
    const drop = (observer) => { held.delete(observer); watching.delete(observer); };
    Object.assign(window[name].prototype, {
      observe(target, ...rest) {
        const watch = of(this);
        if (!watch.targets.has(target)) watch.size++;
        watch.targets.add(target);
        hold(name, this);
        return observe.call(this, target, ...rest);
      },
      disconnect() { drop(this); return disconnect.call(this); },
    });
    if (unobserve) window[name].prototype.unobserve = function (target) {
      const watch = of(this);
      if (watch.targets.delete(target)) watch.size--;
      if (!watch.size) drop(this);
      return unobserve.call(this, target);
    };
  }
  window.heldKinds = () => [...held.values()].sort();
})()"""


@dataclass
class _Opened:
    """A page with a lab that tests take one after the other, each as it came."""

    page: Page
    watch: Watch
    markup: str  # of the lab, before it loads
    start: dict[str, Any]  # its first state

    async def renewed(self, lab: str) -> bool:
        """Put the lab back as the page brings it. False where the page remembers what was done."""
        await self.page.emulate_media(reduced_motion="reduce")
        await self.page.mouse.move(0, 0)
        script = """([lab, markup]) => {
          const element = document.querySelector(lab);
          element.history = null;  // or it would come back as it was left
          element.outerHTML = markup;
          localStorage.clear();
          sessionStorage.clear();
          history.replaceState(null, "", location.pathname);
          document.activeElement?.blur();
          scrollTo(0, 0);
        }"""
        await self.page.evaluate(script, [lab, self.markup])
        return await state(await bring(self.page, lab)) == self.start


_opened: dict[tuple[str, ...], _Opened] = {}


@asynccontextmanager
async def using(
    browser: Browser,
    site: Site,
    page: str,
    lab: str,
    theme: str = "light",
    width: int = 1280,
    fragment: str = "",
    init: str = "",
    **options: Any,
) -> AsyncIterator[tuple[Locator, Page, Watch]]:
    """The lab on a page, loaded, in a reader's window; what the browser complained about is checked at the end.

    A window without anything special is one for all tests of a process, each of which finds the lab as it comes: to open a page
    takes longer than most of what they do.
    """
    if fragment or init or options:
        async with reading(browser, theme, width, **PERMISSIONS, **options) as context:
            if init:
                await context.add_init_script(init)
            tab, watch = await open_page(context, site.home + page + fragment)
            yield await bring(tab, lab), tab, watch
            await _expect_no_complaint(tab, watch)
        return
    key = (site.home, page, lab, theme, str(width))
    opened = _opened.pop(key, None)
    if opened and not await opened.renewed(lab):
        await opened.page.context.close()
        opened = None
    if opened is None:
        context = await new_window(browser, theme, width, **PERMISSIONS)
        tab, watch = await open_page(context, site.home + page)
        markup = await tab.evaluate(
            """async lab => new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html")
              .querySelector(lab).outerHTML""",
            lab,
        )
        opened = _Opened(tab, watch, markup, await state(await bring(tab, lab)))
    address = opened.page.url
    try:
        yield opened.page.locator(lab).first, opened.page, opened.watch
        await _expect_no_complaint(opened.page, opened.watch)
    except BaseException:
        await opened.page.context.close()
        raise
    if opened.page.url.split("#")[0] == address.split("#")[0]:
        _opened[key] = opened
    else:
        await opened.page.context.close()


async def _expect_no_complaint(page: Page, watch: Watch) -> None:
    assert not watch.problems, watch.problems
    assert not await page.evaluate("probes.violations")


async def bring(page: Page, lab: str) -> Locator:
    """Scrolls to the lab, which loads then."""
    element = page.locator(lab).first
    await element.scroll_into_view_if_needed()
    await expect(element.locator(".lab-spoken")).not_to_be_empty(timeout=PATIENCE)
    await element.scroll_into_view_if_needed()
    return element


async def state(lab: Locator) -> dict[str, Any]:
    found: dict[str, Any] = await lab.evaluate("lab => lab.state")
    return found


async def number(lab: Locator, key: str) -> float:
    """What the lab holds for a number, in all its digits; NaN where it shows none."""
    value = await lab.evaluate("(lab, key) => lab.numbers[key]", key)
    return float("nan") if value is None else float(value)


async def open_all(lab: Locator) -> None:
    await lab.evaluate("lab => lab.querySelectorAll('details').forEach(details => (details.open = true))")
    await expect(lab.locator("details:not(:has(> :nth-child(2)))")).to_have_count(0)


async def shown(lab: Locator) -> dict[str, str]:
    """Every number that can be read in the lab, under its label, as Python would print it."""
    pairs = await lab.evaluate(
        """lab => [...lab.querySelectorAll("[data-fact]")].filter(cell => cell.checkVisibility()).map(cell => {
          const { label } = lab.constructor.facts[cell.dataset.fact];
          return [typeof label === "function" ? label(lab.state, lab.numbers) : label, cell.textContent];
        })"""
    )
    return {label: plain(text) for label, text in pairs if text != "–"}


async def copied_program(lab: Locator, page: Page) -> str:
    await lab.get_by_role("button", name="Copy as Python").click()
    await expect(lab.locator(".lab-note")).to_contain_text("copied")
    text: str = await page.evaluate("navigator.clipboard.readText()")
    return text


async def assert_program_prints_the_screen(lab: Locator, page: Page) -> None:
    """Copy as Python, run it, and compare every number that can be read with what it prints."""
    await open_all(lab)
    printed, screen = run_program(await copied_program(lab, page)), await shown(lab)
    assert screen
    wrong = {label: (text, printed.get(label)) for label, text in screen.items() if printed.get(label) != text}
    assert not wrong, f"shown and printed differ: {wrong}"


async def begin_task(lab: Locator, number: int, prediction: int | None = None) -> Locator:
    """Begins a task (from 1), predicts, and gives its row. It must not be done yet."""
    await lab.locator(".lab-tasks").evaluate("details => (details.open = true)")
    row = lab.locator(".lab-tasks li").nth(number - 1)
    await row.get_by_role("button").click()
    if prediction is not None:
        await row.get_by_role("radio").nth(prediction).check()
    await expect(row).not_to_have_class(re.compile("lab-done"))
    return row


async def expect_done(row: Locator) -> None:
    await expect(row).to_have_class(re.compile("lab-done"))
    await expect(row.locator(".lab-why")).to_contain_text("Done")


async def axe_violations(page: Page, within: str) -> list[str]:
    """What axe finds in the theme that the page opened in, and of colors also in the other."""
    await add_axe(page)
    found: list[str] = await page.evaluate("within => probes.axeViolations(within)", within)
    scheme = await page.evaluate("document.body.dataset.mdColorScheme")
    own, other = sorted(THEMES, key=lambda theme: SCHEMES[theme] != scheme)
    await show(page, other)
    found += await page.evaluate("within => probes.axeViolations(within, 'color')", within)
    await show(page, own)
    return found


async def held(page: Page) -> list[str]:
    """What the page holds (needs COUNTING as init script), as soon as frames, short timers and the passing intervals of RxJS have run out."""
    script = """async () => {
      for (let i = 0; i < 400; i++) {
        if (!heldKinds().some(kind => ["timer", "frame", "interval"].includes(kind))) break;
        await new Promise(done => { const channel = new MessageChannel(); channel.port1.onmessage = done; channel.port2.postMessage(0); });
        await probes.settled();
      }
      return heldKinds();
    }"""
    kinds: list[str] = await page.evaluate(script)
    return kinds


def expect_no_growth(counts: list[Counter[str]]) -> None:
    """Of what a page holds after each of several turns."""
    growth = [after - before for before, after in pairwise(counts)]
    assert not any(growth), f"what the page holds grows by {growth}"


def own(name: str) -> list[str]:
    """The scripts of one lab: they begin with its first word."""
    word = name.partition("-")[0]
    shared = ("descent-math.js", "descent-player.js")
    return sorted(file.name for file in LABS.glob(f"{word}-*.js") if file.name not in shared)


def parts(*names: str) -> set[str]:
    """Scripts of the labs and all that they import from their folder."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += re.findall(r'from "\./([\w-]+\.js)"', (LABS / name).read_text(encoding="utf-8"))
    return found


def kilobytes(names: Iterable[str]) -> float:
    """What files of the labs weigh as they are sent."""
    return sum(len(gzip.compress((LABS / name).read_bytes(), 9)) for name in names) / 1000


async def leave_and_return(page: Page, home: str, here: str, other: str = "notation/") -> None:
    """Goes to another page and back as a reader does who clicks on links: the document stays, its content is replaced.

    Before that, a symbol or term is pointed at: the script that answers comes with the first, and stays.
    """
    await page.locator("article [data-s]:visible").first.hover()
    await expect(page.locator("#book-tip.book-tip--on")).to_have_count(1)
    await page.mouse.move(0, 0)
    await page.evaluate("window.stays = true")
    for target in (other, here):
        article = await page.locator("article").element_handle()
        await page.evaluate(
            """address => {
              const link = Object.assign(document.createElement("a"), { href: address });
              document.querySelector("article").append(link);
              link.click();
            }""",
            home + target,
        )
        assert article
        await article.wait_for_element_state("hidden")
        await expect(page).to_have_url(home + target)
        await expect(page.locator("article h1")).to_be_visible()
        assert await page.evaluate("window.stays"), "the page was loaded anew"


async def drag(page: Page, start: tuple[float, float], by: tuple[float, float], steps: int = 5) -> None:
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(start[0] + by[0], start[1] + by[1], steps=steps)
    await page.mouse.up()
    # D3 takes the click that ends a drag for no click, until the page has its next turn; no hand is faster, a test is.
    await page.evaluate("new Promise(done => setTimeout(done))")


async def center(mark: Locator) -> tuple[float, float]:
    box = await mark.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def swipe(page: Page, start: tuple[float, float], by: tuple[float, float], steps: int = 5) -> None:
    """A finger's drag, by the browser's own touch input."""
    session = await page.context.new_cdp_session(page)

    async def send(kind: str, points: list[dict[str, float]]) -> None:
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await send("touchStart", [{"x": start[0], "y": start[1]}])
    for step in range(1, steps + 1):
        await send("touchMove", [{"x": start[0] + by[0] * step / steps, "y": start[1] + by[1] * step / steps}])
    await send("touchEnd", [])
