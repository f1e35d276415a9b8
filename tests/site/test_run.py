"""Running blocks where they stand: what a reader is shown, in which order blocks run, and what every failure ends in."""

from __future__ import annotations

import re

from playwright.async_api import Browser, expect

from tests.site.built import Site, expect_none
from tests.site.hands import CHAPTER, Hands, at
from tests.site.survey import THEMES, add_axe, open_page, reading


async def test_the_readers_run_is_labeled_and_the_books_output_one_click_away(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        number = await hands.first_with_output()
        books = hands.page.locator(f"[data-block='{number}'] ~ .language-output:not(.book-run)").first
        recorded = (await books.inner_text()).strip()
        await hands.write(number, 'print("mine")')
        await hands.start(number)
        await expect(hands.status(number)).to_contain_text("Your run")
        await expect(hands.status(number)).to_contain_text("differs from the book")
        await expect(hands.output(number)).to_have_text("mine\n")
        await expect(books).to_be_hidden()
        await hands.run(number).get_by_role("button", name="Show the book’s").click()
        await expect(books).to_be_visible()
        await expect(hands.output(number)).to_be_hidden()
        await hands.run(number).get_by_role("button", name="Show yours").click()
        await expect(books).to_be_hidden()
        await hands.write(number, "\n".join(f'print("{line}")' for line in recorded.splitlines()))
        await hands.start(number)
        await expect(hands.status(number)).to_contain_text("the same as in the book")
        assert not hands.watch.problems, hands.watch.problems


async def test_ctrl_enter_runs_the_block_that_has_the_focus(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.button(2, "Edit").focus()
        await hands.page.keyboard.press("Control+Enter")
        await hands.ended(2)
        # Whoever has clicked on code has no focus there, and means that block all the same.
        unfocused = hands.page.locator("[data-block]:not([data-block='2'], :has(> pre [tabindex]))").first
        await unfocused.locator("pre > code").click()
        assert await hands.page.evaluate("document.activeElement === document.body")
        await hands.page.keyboard.press("Meta+Enter")
        await hands.ended(int(await unfocused.get_attribute("data-block") or 0))
        await hands.write(5, 'print("from the editor")')
        await hands.page.keyboard.press("Control+Enter")
        await expect(hands.output(5)).to_have_text("from the editor\n")
        assert await hands.code(5).inner_text() == 'print("from the editor")', "the key left a trace in the code"


async def test_earlier_blocks_run_first_and_a_change_above_makes_stale(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.write(1, "qa = 5")
        # Before Python is there, what the build knows of the page tells who needs whom.
        await expect(hands.stale(3)).to_have_text("You changed block 1, which this one needs.")
        await expect(hands.stale(4)).to_be_empty()
        await hands.write(2, "qb = 7")
        await hands.write(4, "print(qa)")
        await hands.start(4)
        assert await hands.fake("runs") == ["loss 1", "loss 4"], "block 2 is not needed, block 1 is"
        await expect(hands.status(4)).to_contain_text("Ran block 1 first.")
        await expect(hands.output(4)).to_have_text("5\n")
        await hands.start(4)
        assert await hands.fake("runs.length") == 3, "what was done is not done again"
        await hands.write(1, "qa = 6")
        await expect(hands.stale(4)).to_have_text("Out of date: block 1 changed since.")
        await hands.start(4)
        await expect(hands.output(4)).to_have_text("6\n")
        await expect(hands.stale(4)).to_be_empty()
        await hands.write(3, "qd = 1")
        await hands.write(5, "print(qd)\nprint(qa)\nprint(qb)")
        await hands.start(5)
        await expect(hands.status(5)).to_contain_text("Ran blocks 2 and 3 first.")


async def test_where_the_code_cannot_be_analyzed_the_builds_facts_hold(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.write(1, "qk = 1")
        await hands.write(2, "qk = 3")
        await hands.write(3, "print(qk)")
        await hands.page.evaluate(f"import('{site.home}assets/run/runtime.js').then(() => (fake.analyzes = false))")
        await hands.start(3)
        assert await hands.fake("runs") == ["loss 1", "loss 3"]
        await hands.start(3)
        assert await hands.fake("runs.length") == 3
        await hands.write(1, "qk = 2")
        await hands.start(3)
        await expect(hands.output(3)).to_have_text("2\n")


async def test_a_second_click_gives_what_the_first_gave(browser: Browser, site: Site) -> None:
    """Also where a block changes what it reads: then what it began with is made again."""
    async with at(browser, site) as hands:
        await hands.write(1, "qc = 1")
        await hands.write(3, "qc += 1\nprint(qc)")
        for _ in range(2):
            await hands.start(3)
            await expect(hands.output(3)).to_have_text("2\n")
        await hands.write(5, "print(qc)")
        await hands.start(1)
        await hands.start(5)
        await expect(hands.output(5)).to_have_text("2\n")


async def test_an_error_shows_its_text_and_its_line_and_the_next_run_works(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.write(1, 'print("<b>before</b>")\nraise')
        await hands.start(1)
        await expect(hands.status(1)).to_have_text("Your run ended with an error.")
        await expect(hands.output(1)).to_have_text(re.compile("<b>before</b>\nTraceback.*Error: raised", re.S))
        await expect(hands.block(1).locator(".cm-wrong")).to_have_text("raise")
        await hands.write(1, 'print("after")')
        await expect(hands.block(1).locator(".cm-wrong")).to_have_count(0)
        await hands.start(1)
        await expect(hands.output(1)).to_have_text("after\n")


async def test_an_error_in_an_earlier_block_is_told_by_both(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.write(1, "qe = 1\nraise")
        await hands.write(3, "print(qe)")
        for _ in range(2):  # what it wrote before it ended is good for nothing
            await hands.start(3)
            told = "Not run. Block 1, which this one needs, ended with an error."
            await expect(hands.status(3)).to_have_text(told)
        await expect(hands.output(1)).to_contain_text("Error: raised")
        await hands.page.locator(".book-fold:has([data-block='1'])").evaluate("fold => fold.open = false")
        await hands.status(3).get_by_role("link", name="1").click()
        await expect(hands.block(1)).to_be_in_viewport()
        await hands.write(1, "qe = 1")
        await hands.start(3)
        await expect(hands.output(3)).to_have_text("1\n")


async def test_stop_ends_a_run_that_goes_on_forever(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.write(1, "qf = 1")
        await hands.write(3, "print(qf)\nwhile True: pass")
        await hands.button(3, "Run").click()
        await expect(hands.output(3)).to_have_text("1\n")
        await hands.button(4, "Run").click()
        await expect(hands.status(4)).to_have_text("Waiting for block 3 …")
        await hands.button(4, "Stop").click()
        await hands.button(3, "Stop").click()
        await hands.ended(3)
        await expect(hands.status(3)).to_have_text(re.compile("^Stopped."))
        await hands.ended(4)
        await expect(hands.status(4)).to_have_text(re.compile("^Stopped."))
        await hands.page.evaluate("fake.loses = true")
        await hands.button(3, "Run").click()
        await expect(hands.output(3)).to_have_text("1\n")
        await hands.button(3, "Stop").click()
        await expect(hands.status(3)).to_contain_text("variables of this page are lost")
        await hands.write(3, "print(qf)")
        await hands.start(3)
        await expect(hands.status(3)).to_contain_text("Ran block 1 first.")
        await expect(hands.output(3)).to_have_text("1\n")


async def test_python_that_dies_or_does_not_start_ends_in_a_sentence(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.write(1, "qg = 1")
        await hands.write(3, "print(qg)")
        refuse = "fake.refuses = 'This browser forbids WebAssembly.'"
        await hands.page.evaluate(f"import('{site.home}assets/run/runtime.js').then(() => ({refuse}))")
        await hands.start(3)
        await expect(hands.status(3)).to_have_text("Not run. This browser forbids WebAssembly.")
        await hands.page.evaluate("fake.refuses = ''")
        await hands.start(3)
        await expect(hands.output(3)).to_have_text("1\n")
        await hands.write(5, "crash")
        await hands.start(5)
        await expect(hands.output(5)).to_contain_text("Python stopped unexpectedly.")
        await hands.start(3)
        await expect(hands.status(3)).to_contain_text("Ran block 1 first.")


async def test_a_large_download_is_asked_for(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.write(1, 'import large\nprint("there")')
        await hands.button(1, "Run").click()
        await expect(hands.status(1)).to_contain_text("Large: 26 MB")
        await hands.run(1).get_by_role("button", name="Not now").click()
        await expect(hands.status(1)).to_have_text("Not run. Nothing was downloaded.")
        assert await hands.fake("runs.length") == 0
        await hands.button(1, "Run").click()
        await hands.run(1).get_by_role("button", name="Download and run").click()
        await expect(hands.output(1)).to_have_text("there\n")
        await hands.start(1)
        assert await hands.fake("runs.length") == 2, "what is there is not asked for again"


async def test_what_the_browser_lacks_is_offered_as_a_program(browser: Browser, site: Site) -> None:
    page = next(page for page in site.chapters() if "data-needs" in site.html(page))
    async with at(browser, site, page) as hands:
        await hands.page.context.route("**/take/*/*.py", lambda route: route.fulfill(body="# the program\n"))
        element = hands.page.locator("[data-needs]").first
        number = int(await element.get_attribute("data-block") or 0)
        assert await hands.button(number, "Run").count() == 0, "it cannot run here, and is offered to"
        await hands.button(number, "Program").click()
        await expect(hands.said(number)).to_have_text("Copied as a complete program.")
        assert await hands.page.evaluate("navigator.clipboard.readText()") == "# the program\n"
        await hands.button(number, "Edit").focus()
        await hands.page.keyboard.press("Control+Enter")
        await expect(hands.said(number)).to_contain_text("does not have")
        await hands.write(number, 'print("without")')
        await hands.start(number)
        await expect(hands.output(number)).to_have_text("without\n")
        await hands.write(number, "import absent")
        await hands.start(number)
        await expect(hands.status(number)).to_contain_text("does not have absent")


async def test_fifty_quick_clicks_run_one_after_the_other(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.write(2, 'print("once")')
        await hands.button(2, "Run").evaluate("button => { for (let i = 0; i < 50; i++) button.click(); }")
        await hands.ended(2)
        assert await hands.fake("runs.length") == 1, "clicks while it runs are no wish for another run"
        for _ in range(20):
            await hands.button(2, "Run").click()
        await hands.ended(2)
        assert await hands.fake("most") == 1, "two runs at once"
        await expect(hands.run(2)).to_have_count(1)
        await expect(hands.block(2).locator(".book-bar")).to_have_count(1)
        await expect(hands.output(2)).to_have_text("once\n")


async def test_a_page_that_comes_again_shows_what_the_reader_did(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        bars = await hands.page.locator(".book-bar").count()
        await hands.write(1, "qh = 1")
        await hands.write(3, "print(qh)\nplot")
        await hands.start(3)
        await hands.page.evaluate("window.sinceTheFirstPage = true")
        await hands.page.locator(".book-turn__link--next").click()
        await expect(hands.page).not_to_have_url(re.compile(f"{CHAPTER}$"))
        await expect(hands.run(3)).to_have_count(0)
        await hands.page.evaluate("probes.openDetails()")
        await hands.start(1)
        await hands.page.go_back()
        await expect(hands.page).to_have_url(re.compile(f"{CHAPTER}$"))
        await expect(hands.output(3)).to_contain_text("1\n")
        await expect(hands.output(3).get_by_role("img")).to_have_attribute("aria-label", re.compile("figure"))
        await hands.page.evaluate("probes.openDetails()")
        assert await hands.code(1).inner_text() == "qh = 1"
        await hands.write(3, "print(qh)")
        await hands.start(3)
        await expect(hands.status(3)).not_to_contain_text("first")  # block 1 has run, and Python went on
        await expect(hands.page.locator(".book-bar")).to_have_count(bars)
        assert await hands.page.evaluate("window.sinceTheFirstPage === true"), "the page was reloaded"
        assert not hands.watch.problems, hands.watch.problems


async def test_copy_gives_exactly_the_code_that_is_shown(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        problems = []
        for element in await hands.page.locator("[data-block]:visible").all():
            number = int(await element.get_attribute("data-block") or 0)
            await hands.button(number, "Copy").click()
            await expect(hands.said(number)).to_have_text("Copied.")
            shown = await element.locator("pre > code").text_content() or ""
            if await hands.page.evaluate("navigator.clipboard.readText()") != shown.removesuffix("\n"):
                problems.append((f"block {number}", "is copied as something else"))
        expect_none(problems, "see `copy` in asrun/publishing/theme/assets/run/menu.js")
        await hands.write(2, "x = 1  # mine")
        await hands.button(2, "Copy").click()
        await expect(hands.said(2)).to_have_text("Copied.")
        assert await hands.page.evaluate("navigator.clipboard.readText()") == "x = 1  # mine"


async def test_a_program_holds_what_the_reader_changed(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        await hands.page.context.route("**/take/loss/2.py", lambda route: route.fulfill(body="# the book’s\n"))
        for code, wanted in (("", "# the book’s\n"), ("x = 2", "# made here\nx = 2\n")):
            if code:
                await hands.write(2, code)
            await hands.button(2, "More").click()
            await hands.page.get_by_role("menuitem", name="Copy as a program").click()
            await expect(hands.said(2)).to_have_text("Copied as a complete program.")
            assert await hands.page.evaluate("navigator.clipboard.readText()") == wanted


async def test_the_buttons_and_the_menu_work_by_keyboard_alone(browser: Browser, site: Site) -> None:
    async with at(browser, site) as hands:
        keyboard = hands.page.keyboard
        await hands.button(1, "Run").focus()
        for name in ("Run", "Edit", "Copy", "More"):
            await expect(hands.button(1, name)).to_be_focused()
            assert await hands.page.evaluate("probes.focusShows()"), f"{name} does not show that it has the focus"
            if name != "More":
                await keyboard.press("Tab")
        await keyboard.press("Enter")
        items = hands.page.get_by_role("menuitem")
        await expect(items.first).to_be_focused()
        assert len(await items.all()) == 4
        for key, place in (("ArrowDown", 1), ("End", 3), ("ArrowDown", 0), ("ArrowUp", 3), ("Home", 0), ("o", 1)):
            await keyboard.press(key)
            await expect(items.nth(place), f"{key} leads elsewhere").to_be_focused()
        await keyboard.press("Escape")
        await expect(items).to_have_count(0)
        await expect(hands.button(1, "More")).to_be_focused()
        await keyboard.press("Enter")
        await expect(items.first).to_be_focused()
        await keyboard.press("Tab")
        await expect(items).to_have_count(0)
        focused = await hands.page.evaluate("probes.focused()")
        assert focused["part"] == "article", f"after the menu, Tab leads to {focused['name']}"
        await hands.button(1, "More").click()
        async with hands.page.expect_download() as download:
            await hands.page.get_by_role("menuitem", name=".ipynb").click()
        assert (await download.value).suggested_filename == "loss.ipynb"


async def test_a_finger_finds_every_button(browser: Browser, site: Site) -> None:
    async with at(browser, site, width=360, has_touch=True, is_mobile=True) as hands:
        await hands.button(2, "Run").tap()
        await hands.ended(2)
        await hands.button(2, "Edit").tap()
        await hands.code(2).wait_for()
        await hands.button(2, "More").tap()
        problems = []
        for element in await hands.page.locator(":is(.book-bar, .book-run) :is(button, [role=menuitem]):visible").all():
            box = await element.bounding_box()
            if box is None or min(box["width"], box["height"]) < 24:
                problems.append((await element.inner_text(), f"its target is {box}, less than 24 px"))
        expect_none(problems, "see .book-bar button in docs/assets/book.css")
        assert not await hands.page.evaluate("probes.overflow()")


async def test_axe_finds_nothing_in_an_open_editor_an_output_and_a_menu(browser: Browser, site: Site) -> None:
    problems = []
    for theme in THEMES:
        async with at(browser, site, theme=theme) as hands:
            await hands.write(1, 'qi = 1\nprint("some text")\nplot\nraise')
            await hands.start(1)
            await hands.write(3, "print(qi)\nwhile True: pass")
            await hands.button(3, "Run").click()
            await hands.ended(3)
            await hands.write(4, 'qj = 2\nprint("x")')
            await hands.start(4)
            await hands.write(4, "qj = 3")
            await hands.page.keyboard.press("ControlOrMeta+f")
            await hands.button(2, "More").click()
            await add_axe(hands.page)
            problems += [(theme, line) for line in await hands.page.evaluate("probes.axeViolations()")]
            problems += [(theme, line) for line in await hands.page.evaluate("probes.overflow()")]
            problems += [(theme, line) for line in await hands.page.evaluate("probes.scrollersWithoutFocus()")]
            problems += [
                (theme, line) for line in [*await hands.page.evaluate("probes.violations"), *hands.watch.problems]
            ]
    expect_none(problems, "see asrun/publishing/theme/assets/run/")


async def test_a_screen_reader_hears_of_a_run(browser: Browser, site: Site) -> None:
    """Roles and names as the accessibility tree has them, and live regions that are there before they speak."""
    async with at(browser, site) as hands:
        await expect(hands.block(2).get_by_role("group", name="Block 2")).to_have_count(1)
        await hands.write(2, 'print("heard")\nwhile True: pass')
        await hands.button(2, "Run").click()
        await expect(hands.page.get_by_role("group", name="Your run of block 2")).to_have_count(1)
        await expect(hands.page.get_by_role("log", name="Output of your run of block 2")).to_have_text("heard\n")
        await expect(hands.run(2).get_by_role("status")).to_have_text("Running …")
        await expect(hands.run(2).get_by_role("progressbar", name="Running")).to_have_count(1)
        await hands.button(2, "Stop").click()
        await expect(hands.run(2).get_by_role("status")).to_have_text("Stopped.")
        await expect(hands.page.get_by_role("textbox", name=re.compile("Code of block 2"))).to_have_count(1)


async def test_nothing_moves_when_the_buttons_come(browser: Browser, site: Site) -> None:
    """Their place is kept: the page has the same height before book.js has run."""
    heights = []
    for refuse in (True, False):
        async with reading(browser) as context:
            if refuse:
                await context.route(
                    "**/assets/book.js", lambda route: route.fulfill(body="", content_type="text/javascript")
                )
            page, _ = await open_page(context, site.home + CHAPTER)
            assert (await page.locator(".book-bar").count() == 0) is refuse
            heights.append(await page.locator("article").evaluate("article => article.getBoundingClientRect().height"))
    assert abs(heights[0] - heights[1]) < 1, (
        f"the article is {heights[0]} px high without the buttons, {heights[1]} with"
    )


async def test_without_javascript_there_are_no_buttons_and_no_place_for_them(browser: Browser, site: Site) -> None:
    async with reading(browser, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(site.home + CHAPTER)
        assert await page.locator(".book-bar").count() == 0
        spare = await page.locator("[data-block]:not(:has(.filename))").first.evaluate(
            "block => block.clientHeight - block.querySelector('pre').offsetHeight"
        )
        assert spare <= 1, f"{spare} px are kept for buttons that never come"


async def test_with_the_real_python(browser: Browser, site: Site) -> None:
    """All of it together once: what the fake cannot know."""
    start = 90_000  # milliseconds: Python is loaded
    async with reading(browser) as context:
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        page, watch = await open_page(context, site.home + CHAPTER)
        await page.evaluate("probes.openDetails()")
        hands = Hands(page, watch)
        number = await hands.first_with_output()
        await hands.button(number, "Run").click()
        await expect(hands.status(number)).to_contain_text("the same as in the book", timeout=start)
        drawing = page.locator(".book-figure + .book-fold [data-block]:not([data-needs])").first
        number = int(await drawing.get_attribute("data-block") or 0)
        await hands.button(number, "Run").click()
        await expect(hands.status(number)).to_contain_text("the same as in the book", timeout=start)
        await expect(hands.output(number).get_by_role("img")).to_have_count(1)

        await hands.write(1, "import numpy as np\n\nrng = np.random.default_rng(0)\ndrawn = [0]")
        await hands.write(2, "drawn.append(round(rng.normal(), 3))\nprint(drawn)\nprint('<i>é</i>')")
        await hands.start(2)
        await expect(hands.status(2)).to_contain_text("Ran block 1 first.")
        await expect(hands.output(2)).to_have_text("[0, 0.126]\n<i>é</i>\n")
        await hands.start(2)
        await expect(hands.output(2)).to_have_text("[0, 0.126]\n<i>é</i>\n")
        await hands.write(1, "import numpy as np\n\nrng = np.random.default_rng(1)\ndrawn = [0]")
        await expect(hands.stale(2)).to_have_text("Out of date: block 1 changed since.")

        await hands.write(3, "def f(x):\n    return 1 / x\n\n\nf(0)")
        await hands.start(3)
        await expect(hands.output(3)).to_contain_text("ZeroDivisionError: division by zero")
        await expect(hands.block(3).locator(".cm-wrong")).to_have_text("    return 1 / x")
        await hands.write(3, "np.arang")
        await page.keyboard.type("e")
        await page.get_by_role("option", name="arange").first.wait_for()
        await page.keyboard.press("Escape")

        await hands.write(3, "while True:\n    pass")
        await hands.button(3, "Run").click()
        await expect(hands.status(3)).to_have_text("Running …")
        await hands.button(3, "Stop").click()
        await expect(hands.status(3)).to_have_text(re.compile("^Stopped."), timeout=start)
        await hands.start(2, start)
        await expect(hands.output(2)).to_have_text("[0, 0.346]\n<i>é</i>\n")

        await hands.button(2, "More").click()
        await page.get_by_role("menuitem", name="Copy as a program").click()
        await expect(hands.said(2)).to_have_text("Copied as a complete program.")
        program = await page.evaluate("navigator.clipboard.readText()")
        assert "default_rng(1)" in program, program
        assert program.rstrip().endswith("print('<i>é</i>')"), program
        assert not watch.problems, watch.problems
        assert not await page.evaluate("probes.violations")
