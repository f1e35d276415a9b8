"""animated-fit: the film of the first chapter is a search by the book's own code, and its reader has it in hand."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.site.built import Site
from tests.site.labs import (
    COUNTING,
    LOOKS,
    assert_program_prints_the_screen,
    axe_violations,
    begin_task,
    bring,
    center,
    expect_done,
    expect_no_growth,
    held,
    kilobytes,
    leave_and_return,
    number,
    own,
    state,
    using,
)
from tests.site.survey import open_page, reading

PAGE = "a-line-through-points/"
LAB = "animated-fit"
STEPS = 60


async def press(lab: Locator, name: str, times: int = 1) -> None:
    for _ in range(times):
        await lab.get_by_role("button", name=name, exact=True).click()


async def test_it_plays_pauses_and_steps(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        await page.emulate_media(reduced_motion="no-preference")
        line = lab.locator(".lab-area .lab-line")
        still = await line.get_attribute("d")
        await press(lab, "Play")
        await lab.get_by_label("Speed").select_option("fast")
        await expect(lab.locator("[data-fact=step]")).to_have_text(re.compile(r"^([3-9]|\d\d)$"))
        await press(lab, "Pause")
        at = await number(lab, "step")
        assert await line.get_attribute("d") != still
        for _ in range(5):
            await page.evaluate("probes.settled()")
        assert await number(lab, "step") == at
        await expect(lab.locator(".lab-spoken")).to_contain_text(f"After {at:.0f} steps")
        await press(lab, "Step")
        assert await number(lab, "step") == at + 1
        await press(lab, "Back", 2)
        assert await number(lab, "step") == at - 1
        await press(lab, "Undo", 4)
        assert await number(lab, "step") == 0, "what was played is one step of undo"
        await lab.get_by_role("slider", name="Step").press("End")
        await expect(lab.locator(".lab-words")).to_contain_text("has found the birds")
        await press(lab, "Play")  # from the beginning
        assert await number(lab, "step") < STEPS
        await expect(lab.locator("[data-fact=step]")).to_have_text(str(STEPS), timeout=60_000)
        await expect(lab.get_by_role("button", name="Play")).to_be_visible()


async def test_without_motion_it_is_a_still_and_can_be_stepped_through(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, _, _watch):  # tests read without motion
        await press(lab, "Step", 3)
        ghosts = await lab.locator(".lab-ghosts").get_attribute("d")
        assert ghosts
        assert ghosts.count("M") == 3, "the lines of the steps before are seen"
        await press(lab, "Play")
        assert await number(lab, "step") == STEPS
        await expect(lab.get_by_role("button", name="Play")).to_be_visible()


async def test_its_program_prints_the_screen(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        await assert_program_prints_the_screen(lab, page)
        await press(lab, "Step", 13)
        await assert_program_prints_the_screen(lab, page)


async def test_keyboard_and_finger_do_everything(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB, width=360, has_touch=True, is_mobile=True) as (lab, page, _):
        await lab.get_by_role("button", name="Step", exact=True).tap()
        assert await number(lab, "step") == 1
        await page.keyboard.press("Tab")
        await expect(lab.get_by_role("button", name="Back")).to_be_focused()
        await page.keyboard.press("Enter")
        assert await number(lab, "step") == 0
        slider = lab.get_by_role("slider", name="Step")
        await slider.press("PageUp")
        assert await number(lab, "step") > 1
        await page.touchscreen.tap(*await center(slider))
        assert await number(lab, "step") == pytest.approx(STEPS / 2, abs=2)


async def test_a_link_opens_the_same_picture(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        await press(lab, "Step", 5)
        await press(lab, "Copy a link")
        await expect(lab.locator(".lab-note")).to_contain_text("The link is copied")
        link = await page.evaluate("navigator.clipboard.readText()")
    async with using(browser, site, PAGE, LAB, fragment=link[link.index("#") :]) as (lab, _, _watch):
        assert await state(lab) == {"step": 5}
    for broken in ("AAAA", "eyJzdGVwIjo2MX0"):  # no JSON, {"step": 61}
        async with using(browser, site, PAGE, LAB, fragment=f"#lab=animated-fit.{broken}") as (lab, _, _watch):
            await expect(lab.locator(".lab-note")).to_contain_text("The link does not hold a state of this lab")
            assert await state(lab) == {"step": 0}


async def test_every_task_can_be_solved_and_is_not_solved_at_the_start(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, _, _watch):
        slider = lab.get_by_role("slider", name="Step")
        for number_, prediction, step in ((1, 1, 18), (2, 0, 4), (3, 1, 40)):
            row = await begin_task(lab, number_, prediction=prediction)
            await slider.press("PageUp")  # 6 steps at once: no answer to any of them
            await expect(row).not_to_have_class(re.compile("lab-done"))
            await slider.fill(str(step))
            await expect_done(row)
        await expect(lab.locator(".lab-tasks summary")).to_have_text("Tasks: 3 of 3 done")
        await expect(lab.locator(".lab-why").nth(1)).to_contain_text("another way than you said: Far more than half.")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
async def test_axe_finds_nothing_and_nothing_sticks_out_while_it_is_used(
    browser: Browser, site: Site, theme: str, width: int
) -> None:
    async with using(browser, site, PAGE, LAB, theme, width) as (lab, page, _):
        await begin_task(lab, 1, prediction=1)
        await press(lab, "Step", 2)
        assert await axe_violations(page, LAB) == []
        assert await page.evaluate("probes.overflow()") == []


async def test_leaving_while_it_plays_leaves_nothing_behind(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        await context.add_init_script(COUNTING)
        page, watch = await open_page(context, site.home + PAGE)
        counts = []
        for _ in range(3):
            lab = await bring(page, LAB)
            await page.emulate_media(reduced_motion="no-preference")
            await press(lab, "Play")
            await expect(lab.locator("[data-fact=step]")).not_to_have_text("0")
            await leave_and_return(page, site.home, PAGE)
            counts.append(Counter(await held(page)))
            await bring(page, LAB)
        expect_no_growth(counts)
        assert not watch.problems


def test_it_is_small() -> None:
    assert kilobytes([*own(LAB), "descent-player.js", "descent-math.js", "descent.css"]) <= 12
