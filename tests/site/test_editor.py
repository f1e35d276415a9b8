"""The editor that takes a block's place, and what becomes of a reader's changes."""

from __future__ import annotations

import json
import re

from playwright.async_api import Browser, expect

from tests.site.built import Site, expect_none
from tests.site.hands import CHAPTER, at
from tests.site.survey import THEMES, reading

KEPT = "book.edits /book/" + CHAPTER
FRAMES = 60
# Each letter with its look: what is printed, and the same in the editor.
LOOKS = """root => {
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { color, fontSize, fontFamily } = getComputedStyle(node.parentElement);
    for (const letter of node.data.replace(/\\s/g, "")) found.push(`${letter} ${color} ${fontSize} ${fontFamily}`);
  }
  return found;
}"""


async def test_the_editor_takes_the_place_of_the_code_without_a_jump(browser: Browser, site: Site) -> None:
    problems = []
    for theme, width in (("light", 1280), ("dark", 360)):
        async with at(browser, site, theme=theme, width=width) as hands:
            assert await hands.page.locator(".cm-editor").count() == 0
            for number in (1, 2, 3, 4):
                code = hands.block(number).locator("pre > code")
                before = await hands.block(number).bounding_box()
                printed = await code.evaluate(LOOKS)
                await hands.button(number, "Edit").click()
                await hands.code(number).wait_for()
                after = await hands.block(number).bounding_box()
                assert before
                assert after
                if abs(before["height"] - after["height"]) >= 1:
                    problems.append((f"block {number}, {width} px", f"{before} becomes {after}"))
                for _ in range(FRAMES):  # on a busy machine, CodeMirror reads the end of a block a little later
                    typed = await hands.code(number).evaluate(LOOKS)
                    assert len(typed) == len(printed)
                    other = [pair for pair in zip(printed, typed, strict=True) if pair[0] != pair[1]]
                    # Pygments and the editor may tell a few words apart in other ways.
                    if len(other) <= 0.05 * len(printed):
                        break
                    await hands.page.evaluate("probes.settled()")
                else:
                    problems.append((f"block {number}, {theme}", f"{len(other)} of {len(printed)}: {other[:3]}"))
    expect_none(problems, "see `look` and `colors` in asrun/publishing/theme/assets/run/editor.js")


async def test_tab_indents_and_after_escape_leaves(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        keyboard = hands.page.keyboard
        await hands.button(2, "Edit").focus()
        await keyboard.press("Enter")
        await expect(hands.code(2)).to_be_focused()
        await keyboard.press("ControlOrMeta+a")
        await keyboard.insert_text("x")
        await keyboard.press("Home")
        await keyboard.press("Tab")
        await expect(hands.code(2)).to_have_text("    x")
        await keyboard.press("Shift+Tab")
        await expect(hands.code(2)).to_have_text("x")
        await keyboard.press("Escape")
        # However long somebody takes: the editor's own way out is open for two seconds.
        await hands.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 60_000; }")
        await keyboard.press("Tab")
        await expect(hands.button(2, "Run")).to_be_focused()
        await keyboard.press("Shift+Tab")
        await expect(hands.code(2)).to_be_focused()
        await keyboard.press("Escape")
        await keyboard.press("Shift+Tab")
        await expect(hands.code(2)).not_to_be_focused()


async def test_the_editor_helps_to_write_python(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        keyboard = hands.page.keyboard
        await hands.write(1, "weight_of_all = 3")
        await hands.start(1)
        await hands.write(2, "")
        await keyboard.type("def f(x):")
        await keyboard.press("Enter")
        await keyboard.type("return (x")
        await expect(hands.code(2)).to_have_text(re.compile(r"def f\(x\):\s*    return \(x\)$"))
        await keyboard.press("ControlOrMeta+z")
        await keyboard.press("ControlOrMeta+z")
        await expect(hands.code(2)).not_to_contain_text("return (x)")
        await hands.write(2, "")
        await keyboard.type("weigh")
        await hands.page.get_by_role("option", name="weight_of_all").click()
        await expect(hands.code(2)).to_have_text("weight_of_all")
        await keyboard.press("ControlOrMeta+f")
        await expect(hands.block(2).get_by_label("Find")).to_be_focused()
        await keyboard.press("Escape")
        await expect(hands.code(2)).to_be_focused()


async def test_names_that_come_late_cover_no_button(browser: Browser, site: Site) -> None:
    late = """async () => {
      const home = document.querySelector("link[rel=stylesheet]").href.replace(/assets\\/.*/, "");
      const { runtime } = await import(home + "assets/run/runtime.js");
      window.asked = new Promise((asked) => {
        runtime.complete = () => new Promise((answer) => {
          window.answer = () => answer([{ name: "weight", kind: "variable" }]);
          asked();
        });
      });
    }"""
    async with at(browser, site) as hands:
        await hands.start(1)
        await hands.write(2, "")
        await hands.page.evaluate(late)
        await hands.page.keyboard.type("weigh")
        await hands.page.evaluate("window.asked")
        await hands.button(2, "Copy").click()
        await hands.page.evaluate("window.answer()")
        await hands.page.evaluate("probes.settled()")
        await expect(hands.page.locator(".cm-tooltip-autocomplete")).to_have_count(0)


async def test_the_editor_keeps_to_the_policy(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        asked: list[str] = []
        hands.page.on("request", lambda request: asked.append(request.url))
        await hands.write(2, "x = 1")
        await hands.page.keyboard.press("ControlOrMeta+f")
        assert any("codemirror" in address for address in asked), "the editor was there before anybody asked for it"
        assert await hands.page.locator("style").count() == 0, "a <style> element, which the policy forbids"
        assert not await hands.page.evaluate("probes.violations")
        assert not hands.watch.problems, hands.watch.problems


async def test_a_change_outlives_a_reload_until_it_is_reset(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        book = (await hands.block(2).locator("pre > code").text_content() or "").removesuffix("\n")
        await hands.write(2, 'print("kept")')
        await hands.write(3, "x = 1")
        await hands.page.reload()
        await expect(hands.code(2)).to_have_text('print("kept")')
        await expect(hands.code(2)).not_to_be_focused()
        await hands.start(2)
        await expect(hands.output(2)).to_have_text("kept\n")
        await hands.button(2, "Reset").click()
        await expect(hands.block(2).locator("pre")).to_be_visible()
        await expect(hands.run(2)).to_have_count(0)
        await hands.block(2).get_by_role("button", name="Undo").click()
        await expect(hands.code(2)).to_have_text('print("kept")')
        await hands.button(2, "Reset").click()
        await hands.button(2, "Copy").click()
        await expect(hands.said(2)).to_have_text("Copied.")
        assert await hands.page.evaluate("navigator.clipboard.readText()") == book
        await hands.write(2, "y = 2")
        await hands.button(4, "More").click()
        await hands.page.get_by_role("menuitem", name="Reset all").click()
        await expect(hands.page.locator(".cm-editor")).to_have_count(0)
        await hands.page.reload()
        await expect(hands.block(2).locator(".book-bar")).to_be_visible()
        assert await hands.page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('book.edits'))") == []


async def test_typing_the_books_code_again_is_no_change(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        book = (await hands.block(2).locator("pre > code").text_content() or "").removesuffix("\n")
        await hands.write(2, "x")
        await expect(hands.button(2, "Reset")).to_be_visible()
        await hands.write(2, book)
        await hands.button(2, "Close").click()
        await expect(hands.button(2, "Edit")).to_be_focused()
        assert await hands.page.evaluate(f"localStorage.getItem({KEPT!r})") is None


async def test_a_change_to_an_older_edition_is_offered_and_not_forced(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        book = (await hands.block(3).locator("pre > code").text_content() or "").removesuffix("\n")
        was = "\n".join(["# a line that this edition does not have", *book.splitlines()])
        older = {"0123456789abcdef": {"number": 7, "was": was, "code": 'print("older")'}}
        await hands.page.evaluate("([key, value]) => localStorage.setItem(key, value)", [KEPT, json.dumps(older)])
        await hands.page.reload()
        # It belongs to the block that has its lines, though that has another number now.
        await expect(hands.said(3)).to_contain_text("You changed an earlier edition of this block.")
        await expect(hands.page.locator(".cm-editor")).to_have_count(0)
        await hands.block(3).get_by_role("button", name="Show my change").click()
        await expect(hands.code(3)).to_have_text('print("older")')
        await hands.page.reload()
        await expect(hands.code(3)).to_have_text('print("older")')
        await expect(hands.said(3)).to_be_empty()
        await hands.page.evaluate("([key, value]) => localStorage.setItem(key, value)", [KEPT, json.dumps(older)])
        await hands.page.reload()
        await hands.block(3).get_by_role("button", name="Delete it").click()
        assert await hands.page.evaluate(f"localStorage.getItem({KEPT!r})") is None


async def test_storage_that_is_full_blocked_or_broken_ends_in_a_sentence(browser: Browser, site: Site) -> None:
    full = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
    # Material itself reads it at the start of every page, so here only what is ours is refused.
    blocked = """for (const name of ["getItem", "setItem", "removeItem"]) {
      const original = Storage.prototype[name];
      Storage.prototype[name] = function (key, ...rest) {
        if (key.startsWith("book.")) throw new DOMException("blocked", "SecurityError");
        return original.call(this, key, ...rest);
      };
    }"""
    broken = f'localStorage.setItem({KEPT!r}, \'{{"a": 7, "b": [\')'
    for name, script, told in (("full", full, True), ("blocked", blocked, True), ("broken", broken, False)):
        async with at(browser, site) as hands:
            await hands.page.add_init_script(script)
            await hands.page.reload()
            await hands.write(2, 'print("works")')
            if told:
                await expect(hands.said(2), name).to_contain_text("Your browser keeps nothing for this page")
            await hands.start(2)
            await expect(hands.output(2), name).to_have_text("works\n")
            await hands.button(2, "Reset").click()
            await expect(hands.block(2).locator("pre"), name).to_be_visible()
            assert not hands.watch.problems, (name, hands.watch.problems)


async def test_an_editor_that_cannot_be_loaded_says_so(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.page.context.route("**/vendor/codemirror/*", lambda route: route.abort())
        await hands.button(2, "Edit").click()
        await expect(hands.said(2)).to_contain_text("could not be loaded")
        await expect(hands.button(2, "Edit")).to_be_visible()
        await hands.start(2)


async def test_buttons_that_cannot_be_loaded_say_so(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        await context.route("**/assets/run/*", lambda route: route.abort())
        page = await context.new_page()
        await page.goto(site.home + CHAPTER)
        await page.locator("[data-block='2'] [data-do=run]").click()
        await expect(page.locator("[data-block='2'] .book-bar__said")).to_contain_text("could not be loaded")


async def test_the_editor_follows_the_theme(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.write(2, "x = 1")
        colors = []
        for _ in THEMES:
            look = "editor => [getComputedStyle(editor).backgroundColor, getComputedStyle(editor).color]"
            colors.append(await hands.block(2).locator(".cm-editor").evaluate(look))
            await hands.page.locator("form[data-md-component=palette] label:visible").first.click()
            await expect(hands.page.locator("body")).to_have_attribute(
                "data-md-color-scheme", re.compile("slate|default")
            )
        assert all(one != other for one, other in zip(*colors, strict=True)), colors
