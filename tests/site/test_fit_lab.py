"""fit-lab: its numbers are NumPy's, its programs print them, and mouse, touch and keyboard do everything."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.scripts.labs import run_program
from tests.site.built import Site
from tests.site.labs import (
    COUNTING,
    LOOKS,
    assert_program_prints_the_screen,
    axe_violations,
    begin_task,
    bring,
    center,
    copied_program,
    drag,
    expect_done,
    expect_no_growth,
    held,
    kilobytes,
    leave_and_return,
    number,
    open_all,
    own,
    parts,
    state,
    swipe,
    using,
)
from tests.site.survey import open_page, reading

PAGE = "a-line-through-points/"
SMALL = "closed-form/"  # its lab holds three points
LAB = "fit-lab"


async def write(lab: Locator, csv: str) -> None:
    """Puts text into the table's box at once: typed by a test, thousands of lines take a browser half a minute."""
    await lab.get_by_label("One point a line").evaluate("(box, text) => (box.value = text)", csv)


async def test_the_program_of_a_line_drawn_by_hand_prints_the_screen(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        await drag(page, await center(lab.locator(".lab-handle").first), (0, -37))
        await assert_program_prints_the_screen(lab, page)
        program = await copied_program(lab, page)
        assert "\u2212" not in program.split("print(")[0], "a typographic minus is no Python"
        assert float(run_program(program)["loss L"].replace(",", "")) > 0


async def test_the_numbers_are_the_books_own(browser: Browser, site: Site) -> None:
    """The first guess and the best line of the first chapter, and its nudges."""
    async with using(browser, site, PAGE, LAB) as (lab, _, _watch):
        await open_all(lab)
        await expect(lab.locator("[data-fact=loss]")).to_have_text("191,227")
        await expect(lab.locator("[data-fact=least]")).to_have_text("154,546")
        await lab.get_by_role("button", name="Take the best line").click()
        await expect(lab.locator("[data-fact=loss]")).to_have_text("154,546")
        for key in ("gw", "gb"):
            await expect(lab.locator(f"[data-fact={key}]")).to_have_text("0")
        await expect(lab.locator("[data-fact=nudge10]")).to_have_text(re.compile("^40,56[34]"))
        await expect(lab.locator("[data-fact=nudge01]")).to_have_text("400")
        await expect(lab.locator(".lab-helps")).to_have_count(0)


async def test_the_mouse_does_everything(browser: Browser, site: Site) -> None:
    async with using(browser, site, SMALL, LAB) as (lab, page, _):
        before = await state(lab)
        point = await center(lab.locator(".lab-points circle").nth(1))
        await drag(page, point, (40, 30))
        moved = await state(lab)
        assert moved["chosen"] == 1
        assert moved["x"][1] > before["x"][1]
        assert moved["y"][1] < before["y"][1]
        assert moved["x"][0] == before["x"][0]
        await drag(page, await center(lab.locator(".lab-handle").nth(1)), (0, -40))
        turned = await state(lab)
        assert turned["w"] > moved["w"]
        box = await lab.locator(".lab-area").bounding_box()
        assert box
        await page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.9)
        added = await state(lab)
        assert len(added["x"]) == 4
        assert added["chosen"] == 3
        await lab.get_by_role("button", name="Delete the point").click()
        assert (await state(lab))["x"] == turned["x"]
        for _ in range(4):
            await lab.get_by_role("button", name="Undo").click()
        assert (await state(lab))["x"] == before["x"]
        assert (await state(lab))["w"] == before["w"]
        await lab.get_by_role("button", name="Redo").click()
        assert (await state(lab))["x"] == moved["x"]
        await lab.get_by_role("button", name="Reset").click()
        assert await state(lab) == before
        await lab.get_by_label("their squares").check()
        assert await lab.locator(".lab-squares").get_attribute("d")


async def test_a_finger_does_everything_and_can_still_scroll(browser: Browser, site: Site) -> None:
    async with using(browser, site, SMALL, LAB, width=360, has_touch=True, is_mobile=True) as (lab, page, _):
        await lab.locator(".lab-plot").scroll_into_view_if_needed()
        before = await state(lab)
        await swipe(page, await center(lab.locator(".lab-points circle").nth(1)), (25, 30))
        moved = await state(lab)
        assert moved["chosen"] == 1
        assert moved["x"][1] > before["x"][1], "a finger does not move a point"
        await swipe(page, await center(lab.locator(".lab-handle").nth(0)), (0, -30))
        assert (await state(lab))["b"] != moved["b"], "a finger does not move the line"
        box = await lab.locator(".lab-area").bounding_box()
        assert box
        free = (box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.93)
        await page.touchscreen.tap(*free)
        assert len((await state(lab))["x"]) == 4, "a tap does not add a point"
        at = await page.evaluate("scrollY")
        await swipe(page, (box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.97), (0, -120), 12)
        await page.evaluate("probes.settled()")
        assert await page.evaluate("scrollY") != at, "a finger beside the points does not scroll the page"
        assert len((await state(lab))["x"]) == 4


async def test_the_keyboard_does_everything(browser: Browser, site: Site) -> None:
    async with using(browser, site, SMALL, LAB) as (lab, page, _):
        before = await state(lab)
        await lab.get_by_role("button", name="Take the best line").focus()
        stops = []
        for _ in range(3):
            await page.keyboard.press("Tab")
            stops.append(await page.evaluate("document.activeElement.getAttribute('aria-label')"))
        assert stops == ["Left handle of your line", "Right handle of your line", "Chosen point"]
        await page.keyboard.press("PageDown")
        assert (await state(lab))["chosen"] == 1
        await page.keyboard.press("ArrowUp")
        step = (await state(lab))["y"][1] - before["y"][1]
        assert step > 0
        await page.keyboard.press("Shift+ArrowUp")
        assert (await state(lab))["y"][1] == pytest.approx(before["y"][1] + 11 * step)
        await page.keyboard.press("Shift+ArrowRight")
        assert (await state(lab))["x"][1] > before["x"][1]
        ring = page.get_by_role("slider", name="Chosen point")
        await expect(ring).to_have_attribute("aria-valuetext", re.compile("^Point 2 of 3: x "))
        spoken = lab.locator(".lab-spoken")
        await expect(spoken).to_have_text(await lab.locator(".lab-words").inner_text())
        await page.keyboard.press("Control+z")  # a row of arrow keys is one step
        assert (await state(lab))["y"] == before["y"]
        await page.keyboard.press("Control+Shift+Z")
        assert (await state(lab))["y"][1] > before["y"][1]
        await page.keyboard.press("Delete")
        assert len((await state(lab))["x"]) == 2
        await expect(ring).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("ArrowDown")
        assert (await state(lab))["w"] < before["w"]
        await lab.get_by_role("button", name="Add a point").press("Enter")
        assert len((await state(lab))["x"]) == 3
        await expect(ring).to_be_focused()
        for _ in range(3):
            await page.keyboard.press("Delete")
        assert (await state(lab))["x"] == []
        await expect(lab.locator(".lab-words")).to_contain_text("No points are left")
        await assert_program_prints_the_screen(lab, page)


NONSENSE = {
    "abc": "not a number",
    "1e300": "too large",
    "3,5": "decimal comma",
}  # all of it: tests/scripts/lab_text.test.js


async def test_nonsense_in_a_field_is_refused_with_a_sentence(browser: Browser, site: Site) -> None:
    async with using(browser, site, SMALL, LAB) as (lab, _, _watch):
        before = await state(lab)
        field = lab.get_by_label("slope w")
        for typed, says in NONSENSE.items():
            await field.fill(typed)
            await field.press("Enter")
            await expect(lab.locator(".lab-note")).to_contain_text(says)
            await expect(lab.locator(".lab-note")).to_contain_text("slope w stays at")
            assert await state(lab) == before


BROKEN = {
    "x, y\n1, 2\n3, abc\n5, 6": "Line 3: “abc” is not a number",
    "\n".join(f"{i}, {i}" for i in range(10_000)): "10,000 points, and this lab takes at most 1,000",
}


async def test_a_broken_table_is_named_and_nothing_is_lost(browser: Browser, site: Site) -> None:
    async with using(browser, site, SMALL, LAB) as (lab, _, _watch):
        await open_all(lab)
        before = await state(lab)
        for csv, says in BROKEN.items():
            await write(lab, csv)
            await lab.get_by_role("button", name="Use these points").click()
            await expect(lab.locator(".lab-note")).to_contain_text(says)
            await expect(lab.locator(".lab-note")).to_contain_text("Nothing was changed: your 3 points are still here")
            assert await state(lab) == before


async def test_a_table_takes_numbers_and_csv(browser: Browser, site: Site) -> None:
    async with using(browser, site, SMALL, LAB) as (lab, page, _):
        await open_all(lab)
        cell = lab.get_by_label("y of point 2")
        await cell.fill("−7.25")
        await cell.press("Enter")
        await expect(lab.locator("[data-fact=sy]").first).to_have_text("−3.25")
        await cell.fill("many")
        await cell.press("Tab")
        await expect(lab.locator(".lab-note")).to_contain_text("y of point 2 stays at −7.25")
        await expect(cell).to_have_value("−7.25")
        for text, x in (
            ("t;m\n1;2\n2;5\n", [1, 2]),
            ("1\t2\n2\t3\n4\t4", [1, 2, 4]),
            ('"x","y"\r\n"1,500",2\r\n-.5 , 3', None),
            ("1 2\n-3 4e2", [1, -3]),
        ):
            await lab.get_by_label("One point a line").fill(text)
            await lab.get_by_role("button", name="Use these points").click()
            if x is not None:
                assert (await state(lab))["x"] == x
        await page.evaluate("navigator.clipboard.writeText('8\\t1\\n9\\t2\\n10\\t4')")
        await lab.get_by_label("x of point 1", exact=True).focus()
        await page.keyboard.press("Control+v")
        await expect(lab.locator(".lab-note")).to_contain_text("3 points were taken over")
        assert (await state(lab))["x"] == [8, 9, 10]
        await lab.get_by_role("button", name="Delete point 2").click()
        assert (await state(lab))["x"] == [8, 10]
        await lab.get_by_role("button", name="Write out the points").click()
        await expect(lab.get_by_label("One point a line")).to_have_value("x, y\n8, 1\n10, 4")
        await assert_program_prints_the_screen(lab, page)


async def test_degenerate_points_are_said_and_never_shown_as_nan(browser: Browser, site: Site) -> None:
    async with using(browser, site, SMALL, LAB) as (lab, page, _):
        await open_all(lab)
        words = lab.locator(".lab-words")
        for csv, says in (
            ("3, 1\n3, 2\n3, 6", "All x are 3, and then there is no single best line: every line through (3, 3)"),
            ("2, 5", "With one point there is no single best line"),
            ("0, 1\n1, 1\n2, 1", "The points lie on a line, so the smallest loss is 0"),
            ("0, 0\n0, 0", "no single best line"),
            ("1e12, 1e12\n-1e12, 1e-12", "2 points"),
            ("1e-12, 1\n2e-12, 2\n3e-12, 2", "3 points"),
            ("1000000000, 1\n1000000000.0000001, 2", "The points lie on a line"),
        ):
            await lab.get_by_label("One point a line").fill(csv)
            await lab.get_by_role("button", name="Use these points").click()
            await expect(words).to_contain_text(says)
            await lab.get_by_role("button", name="Take the best line").click()
            text = await lab.evaluate("lab => lab.textContent + lab.querySelector('svg').outerHTML")
            assert not re.search(r"NaN|Infinity|undefined|null", text), csv
            await assert_program_prints_the_screen(lab, page)
        await lab.get_by_label("Data").select_option("equal")
        fan = await lab.locator(".lab-family").get_attribute("d")
        assert fan
        assert fan.count("M") > 4, "the family of best lines is not shown"


async def test_a_link_opens_the_lab_as_it_was(browser: Browser, site: Site) -> None:
    async with using(browser, site, SMALL, LAB) as (lab, page, _):
        await drag(page, await center(lab.locator(".lab-points circle").nth(1)), (30, 20))
        await lab.get_by_label("their squares").check()
        was = await state(lab)
        await lab.get_by_role("button", name="Copy a link").click()
        await expect(lab.locator(".lab-note")).to_contain_text("The link is copied")
        link = await page.evaluate("navigator.clipboard.readText()")
    fragment = link[link.index("#") :]
    async with using(browser, site, SMALL, LAB, fragment=fragment) as (lab, page, _):
        assert await state(lab) == was
        await lab.get_by_role("button", name="Undo").click()
        assert (await state(lab))["preset"] == "three"
        before = await state(lab)
        for broken in (fragment[:-9], "#lab=fit-lab.AAAA", "#lab=fit-lab.bnVsbA"):
            await page.evaluate("address => { location.hash = address }", broken)
            await expect(lab.locator(".lab-note")).to_contain_text("The link does not hold a state of this lab")
            assert await state(lab) == before


async def test_too_many_points_for_a_link_go_into_the_program(browser: Browser, site: Site) -> None:
    async with using(browser, site, SMALL, LAB) as (lab, page, _):
        await open_all(lab)
        await write(lab, "\n".join(f"{i / 7}, {i % 11}" for i in range(900)))
        await lab.get_by_role("button", name="Use these points").click()
        await lab.get_by_role("button", name="Copy a link").click()
        await expect(lab.locator(".lab-note")).to_contain_text("too many points for a link")
        await assert_program_prints_the_screen(lab, page)


async def test_every_task_can_be_solved_and_is_not_solved_at_the_start(browser: Browser, site: Site) -> None:
    async with using(browser, site, SMALL, LAB) as (lab, _page, _):
        row = await begin_task(lab, 1)
        await lab.get_by_role("button", name="Take the best line").click()
        await expect(row).not_to_have_class(re.compile("lab-done"))  # that was not by hand
        row = await begin_task(lab, 1)
        for name, value in (("slope w", "50"), ("intercept b", "-5850")):
            await lab.get_by_label(name).fill(value)
            await lab.get_by_label(name).press("Enter")
        await expect_done(row)

        row = await begin_task(lab, 2, prediction=0)
        await lab.get_by_text("Small nudges", exact=True).click()
        await lab.get_by_role("button", name="Take the best line").click()
        await expect_done(row)
        await expect(row.locator(".lab-why")).to_contain_text("another way than you said: None of them.")

        row = await begin_task(lab, 3, prediction=1)
        await lab.get_by_text("Table of the points").click()
        await lab.get_by_label("y of point 10").fill("-6")
        await lab.get_by_label("y of point 10").press("Enter")
        await expect_done(row)
        await expect(row.locator(".lab-why")).to_contain_text("you saw it coming")

        row = await begin_task(lab, 4, prediction=2)
        for point in (1, 3):
            await lab.get_by_label(f"x of point {point}").fill("2")
            await lab.get_by_label(f"x of point {point}").press("Enter")
        await expect_done(row)

        row = await begin_task(lab, 5)
        await lab.locator(".lab-ring").press("End")
        await expect_done(row)
        assert await number(lab, "leverage") == pytest.approx(1)
        await expect(lab.locator(".lab-tasks summary")).to_have_text("Tasks: 5 of 5 done")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
async def test_axe_finds_nothing_and_nothing_sticks_out_while_it_is_used(
    browser: Browser, site: Site, theme: str, width: int
) -> None:
    async with using(browser, site, SMALL, LAB, theme, width) as (lab, page, _):
        await begin_task(lab, 4, prediction=2)
        await open_all(lab)
        field = lab.get_by_label("slope w")
        await field.fill("much")
        await field.press("Enter")
        await lab.locator(".lab-ring").focus()
        assert await axe_violations(page, LAB) == []
        assert await page.evaluate("probes.overflow()") == []
        assert await page.evaluate("probes.focusShows()")


async def test_it_loads_only_when_it_comes_near(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, watch = await open_page(context, site.home + SMALL)
        assert not [request.url for request in watch.finished if "/labs/" in request.url or "/d3/" in request.url]
        await bring(page, LAB)
        assert [request.url for request in watch.finished if request.url.endswith("/d3.js")]
        assert not watch.problems


async def test_what_was_done_is_there_after_a_link_within_the_page_and_after_another_page(
    browser: Browser, site: Site
) -> None:
    """After a full load, Material fetches the page anew at the first link within it, and replaces the lab."""
    async with using(browser, site, SMALL, LAB) as (lab, page, _):
        await drag(page, await center(lab.locator(".lab-points circle").nth(1)), (30, 20))
        was = await state(lab)
        article = await page.locator("article").element_handle()
        assert article
        await page.evaluate('document.querySelector(\'article a[href="#recall"], a[href$="#recall"]\').click()')
        await article.wait_for_element_state("hidden")
        await bring(page, LAB)
        assert await state(lab) == was
        await leave_and_return(page, site.home, SMALL)
        await bring(page, LAB)
        assert await state(lab) == was
        await lab.get_by_role("button", name="Undo").click()
        assert await state(lab) != was


async def test_leaving_the_page_and_coming_back_leaves_nothing_behind(browser: Browser, site: Site) -> None:
    """No listener of window or document, no observer and no timer stays, whatever was going on in the lab."""
    async with reading(browser) as context:
        await context.add_init_script(COUNTING)
        page, watch = await open_page(context, site.home + SMALL)
        await leave_and_return(page, site.home, SMALL)
        lab = await bring(page, LAB)
        counts = [Counter(await held(page))]
        for _ in range(2):
            await drag(page, await center(lab.locator(".lab-points circle").nth(1)), (20, 10))
            x, y = await center(lab.locator(".lab-handle").first)
            await page.mouse.move(x, y)
            await page.mouse.down()
            await page.mouse.move(x, y + 9)  # a drag that has not ended
            await lab.locator(".lab-ring").focus()
            await page.keyboard.press("ArrowUp")  # a timer that has not run
            await leave_and_return(page, site.home, SMALL)
            lab = await bring(page, LAB)
            counts.append(Counter(await held(page)))
            await page.mouse.up()
        expect_no_growth(counts)
        assert not watch.problems


def test_each_part_is_small() -> None:
    assert kilobytes([*own(LAB), "table.js", "data.js", "sets.js"]) <= 12
    assert kilobytes([*parts("points.js", "controls.js"), "labs.css"]) <= 24


def test_nothing_of_it_stands_in_the_page_itself(site: Site) -> None:
    for page in site.pages:
        assert "labs/" not in re.sub(r"https?://\S+", "", site.html(page)), f"{page} loads a lab at once"
