"""descent-lab: its path is the book's own, its numbers are exact, its programs print them, and mouse, touch and keyboard do everything."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from playwright.async_api import Browser, Locator, expect

from snippets.feature_scaling import best_step, column_scale, count_steps, scale
from snippets.gradient_descent import curvatures, descend, fit, noisy_line
from tests.site.built import Site
from tests.site.labs import (
    COUNTING,
    LOOKS,
    assert_program_prints_the_screen,
    axe_violations,
    begin_task,
    bring,
    center,
    drag,
    expect_done,
    expect_no_growth,
    held,
    kilobytes,
    leave_and_return,
    number,
    open_all,
    own,
    shown,
    state,
    swipe,
    using,
)
from tests.site.survey import open_page, reading

PAGE = "gradient-descent/"
SCALING = "feature-scaling/"
LAB = "descent-lab"
X, Y = noisy_line(np.random.default_rng(42))


async def enter(lab: Locator, label: str, value: str) -> None:
    field = lab.get_by_label(label)
    await field.fill(value)
    await field.press("Enter")


async def grip(mark: Locator) -> tuple[float, float]:
    """Where to take hold of a mark that is perhaps out of sight."""
    await mark.scroll_into_view_if_needed()
    return await center(mark)


async def press(lab: Locator, name: str) -> None:
    await lab.get_by_role("button", name=name, exact=True).click()


async def test_three_losses_walk_one_path(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        await press(lab, "100 steps")
        paths = {}
        for loss, eta in (("mean of squares", "0.005"), ("half the mean", "0.01"), ("sum of squares", "0.000025")):
            await lab.get_by_label(loss).check()
            await expect(lab.get_by_label("Step size η")).to_have_value(eta)
            paths[loss] = await lab.evaluate("({ model: { walk: { path } } }) => path.w.map((w, i) => [w, path.b[i]])")
            await expect(lab.locator("[data-fact=share]")).to_have_text("16.5406")
            await assert_program_prints_the_screen(lab, page)
        mean, half, total = (np.array(path) for path in paths.values())
        book = np.array([(w[0], b) for _, w, b in descend(X, Y, 0.005, 100)])
        for path in (mean, half, total):
            np.testing.assert_allclose(path, book, rtol=1e-10)


async def test_the_numbers_are_the_books_own(browser: Browser, site: Site) -> None:
    Z = scale(X, *column_scale(X))
    async with using(browser, site, PAGE, LAB) as (lab, _, _watch):
        assert await number(lab, "limit") == pytest.approx(2 / curvatures(X)[-1], rel=1e-12)
        assert await number(lab, "min") == pytest.approx(curvatures(X)[0], rel=1e-12)
        await press(lab, "Run")
        await lab.get_by_label("Speed").select_option("fast")
        await expect(lab.locator(".lab-words")).to_contain_text("It has arrived", timeout=60_000)
        assert await number(lab, "step") == fit(X, Y, 0.005)[2]
        await lab.get_by_label("Scale x").check()
        for eta in (0.01, 0.1, 0.5):
            await enter(lab, "Step size η", str(eta))
            assert await number(lab, "needed") == count_steps(Z, Y, eta)
        await lab.get_by_label("Scale x").uncheck()
        await enter(lab, "Step size η", str(best_step(X)))
        assert await number(lab, "needed") == count_steps(X, Y)


async def test_the_rates_are_measured_on_the_path(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        for _ in range(4):
            await press(lab, "Step")
        numbers = await shown(lab)
        assert numbers["steep, computed"] == numbers["steep, measured"] == "0.669189"
        assert numbers["level, computed"] == numbers["level, measured"] == "0.997603"
        await press(lab, "100 steps")
        assert "steep, measured" not in await shown(lab), "what is left after 104 steps is rounding"
        await assert_program_prints_the_screen(lab, page)


async def test_a_search_that_diverges_says_so_and_is_stopped(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        for eta in ("0.031", "1", "1e12"):
            await enter(lab, "Step size η", eta)
            for _ in range(2):
                if await lab.get_by_role("button", name="100 steps").is_enabled():
                    await press(lab, "100 steps")
            await expect(lab.locator(".lab-words")).to_contain_text("It diverges")
            await expect(lab.locator(".lab-words")).to_contain_text("times the limit")
            await expect(lab.get_by_role("button", name="Step", exact=True)).to_be_disabled()
            assert not re.search("NaN|Infinity|∞", await lab.inner_text())
            await assert_program_prints_the_screen(lab, page)
            await press(lab, "Back")
            await expect(lab.locator(".lab-words")).to_contain_text("will climb out of the valley")
            await enter(lab, "Step size η", "0.005")
            await press(lab, "100 steps")
            await press(lab, "To the start")
            assert await number(lab, "step") == 0


async def test_scaling_keeps_the_step_size_and_the_line_and_turns_the_valley_into_a_circle(
    browser: Browser, site: Site
) -> None:
    async with using(browser, site, SCALING, LAB) as (lab, _, _watch):
        before = await state(lab)
        assert (before["eta"], before["step"]) == (0.03, 8)
        assert await number(lab, "condition") == pytest.approx(curvatures(X)[-1] / curvatures(X)[0])
        await enter(lab, "Start: slope", "1")
        await lab.get_by_label("Scale x").check()
        after = await state(lab)
        assert after["eta"] == 0.03
        assert after["w"] == pytest.approx(X.std())
        assert after["b"] == pytest.approx(X.mean())
        assert await number(lab, "condition") == pytest.approx(1)
        boxes = [await ring.bounding_box() for ring in await lab.locator(".lab-ring-line").all()]
        round_ones = [box for box in boxes if box and 20 < box["width"] < 150]
        assert round_ones
        assert all(abs(box["width"] - box["height"]) < 2 for box in round_ones), "a circle is no circle on the screen"
        await lab.get_by_label("Scale x").uncheck()
        assert (await state(lab))["w"] == pytest.approx(1)
        assert (await state(lab))["b"] == pytest.approx(0, abs=1e-12)


async def test_the_limits_are_marked_on_the_slider(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, _, _watch):
        slider = lab.get_by_role("slider", name="η, logarithmic")
        for scaled in (False, True):
            await lab.get_by_label("Scale x").set_checked(scaled)
            for i, key in enumerate(("inverse", "limit")):
                await enter(lab, "Step size η", str(await number(lab, key)))
                track, mark = await slider.bounding_box(), await lab.locator(".lab-mark").nth(i).bounding_box()
                assert track
                assert mark
                share = int(await slider.input_value()) / 1000
                thumb = track["x"] + 8 + share * (track["width"] - 16)
                assert abs(mark["x"] + mark["width"] - thumb) < 3, f"{key} is marked beside the thumb that stands on it"


async def test_the_mouse_does_everything(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        first = await state(lab)
        await press(lab, "100 steps")
        await drag(page, await grip(lab.locator(".lab-start")), (30, -20))
        moved = await state(lab)
        assert moved["w"] > 0
        assert moved["b"] > 0
        assert moved["step"] == 100
        plane = await lab.locator(".lab-plot").first.bounding_box()
        assert plane
        await page.mouse.click(plane["x"] + 80, plane["y"] + 60)
        assert (await state(lab))["w"] < 0
        await drag(page, await grip(lab.locator(".lab-points circle").nth(1)), (-20, -30))
        points = (await state(lab))["points"]
        assert points["y"][1] > Y[1]
        assert await number(lab, "limit") != pytest.approx(2 / curvatures(X)[-1], rel=1e-9)
        slider = lab.get_by_role("slider", name="η, logarithmic")
        await slider.scroll_into_view_if_needed()
        await slider.click(position={"x": 60, "y": 8})
        assert (await state(lab))["eta"] < 0.005
        for _ in range(5):
            await press(lab, "Undo")
        assert await state(lab) == first
        await press(lab, "Redo")
        assert (await state(lab))["step"] == 100
        await press(lab, "Reset")
        assert await state(lab) == first


async def test_a_finger_does_everything_and_can_still_scroll(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB, width=360, has_touch=True, is_mobile=True) as (lab, page, _):
        await lab.locator(".lab-plot").first.scroll_into_view_if_needed()
        await swipe(page, await grip(lab.locator(".lab-start")), (40, -30))
        assert (await state(lab))["w"] > 0, "a finger does not move the start"
        await lab.get_by_role("button", name="Step", exact=True).tap()
        assert (await state(lab))["step"] == 1
        await lab.locator(".lab-points").scroll_into_view_if_needed()
        point = await grip(lab.locator(".lab-points circle").nth(1))
        await swipe(page, point, (-10, -40))
        assert (await state(lab))["points"]
        at = await page.evaluate("scrollY")
        box = await lab.locator(".lab-plot").nth(1).bounding_box()
        assert box
        await swipe(page, (box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.75), (0, -120), 12)
        await page.evaluate("probes.settled()")
        assert await page.evaluate("scrollY") != at, "a finger beside the points does not scroll the page"


async def test_the_keyboard_does_everything(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        before = await state(lab)
        await lab.get_by_label("Speed").focus()
        stops = []
        for _ in range(3):
            await page.keyboard.press("Tab")
            stops.append(await page.evaluate("document.activeElement.getAttribute('aria-label')"))
        assert stops == ["Start of the search", "Rates of the two directions", "Chosen point"]
        await page.keyboard.press("PageDown")
        await page.keyboard.press("ArrowUp")
        one = await state(lab)
        chosen = one["chosen"]
        step = one["points"]["y"][chosen] - Y[chosen]
        assert step > 0
        await page.keyboard.press("Shift+ArrowUp")
        assert (await state(lab))["points"]["y"][chosen] == pytest.approx(Y[chosen] + 11 * step)
        await page.keyboard.press("Delete")
        assert len((await state(lab))["points"]["x"]) == 199
        start = page.get_by_role("slider", name="Start of the search")
        await start.focus()
        await page.keyboard.press("Shift+ArrowRight")
        await page.keyboard.press("ArrowUp")
        assert (await state(lab))["w"] > 0
        assert (await state(lab))["b"] > 0
        await expect(start).to_have_attribute("aria-valuetext", re.compile(r"^slope 0\.\d+, intercept 0\.\d+$"))
        await expect(lab.locator(".lab-spoken")).to_have_text(await lab.locator(".lab-words").inner_text())
        slider = lab.get_by_role("slider", name="η, logarithmic")
        await slider.press("ArrowRight")
        assert (await state(lab))["eta"] > 0.005
        await page.emulate_media(reduced_motion="no-preference")
        await lab.get_by_role("button", name="Run").press("Enter")
        await expect(lab.get_by_role("button", name="Pause")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(lab.get_by_role("button", name="Run")).to_be_focused()
        while (await state(lab)) != before and await lab.get_by_role("button", name="Undo").is_enabled():
            await page.keyboard.press("Control+z")
        assert await state(lab) == before


async def test_it_runs_pauses_and_goes_back(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        await page.emulate_media(reduced_motion="no-preference")
        await press(lab, "Run")
        await expect(lab.locator("[data-fact=step]")).to_have_text(re.compile(r"^([5-9]|\d\d+)$"))
        await press(lab, "Pause")
        at = await number(lab, "step")
        for _ in range(3):
            await page.evaluate("probes.settled()")
        assert await number(lab, "step") == at
        await press(lab, "Back")
        assert await number(lab, "step") == at - 1
        await press(lab, "Undo")
        await press(lab, "Undo")
        assert await number(lab, "step") == 0, "a run is one step of undo"
        await lab.get_by_label("Data").select_option("penguins")
        await lab.get_by_label("Speed").select_option("fast")
        await lab.evaluate("lab => lab.change({ step: 9_990 })")
        await press(lab, "Run")
        await expect(lab.locator(".lab-words")).to_contain_text("takes no more than 10,000")
        await expect(lab.get_by_role("button", name="Run")).to_be_visible()


async def test_nothing_moves_where_no_motion_is_wanted(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, _, _watch):  # tests read without motion
        await press(lab, "Run")
        assert await number(lab, "step") == fit(X, Y, 0.005)[2]
        await expect(lab.get_by_role("button", name="Run")).to_be_visible()
        await press(lab, "Undo")
        assert await number(lab, "step") == 0


async def test_nonsense_in_a_field_is_refused_with_a_sentence(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, _, _watch):
        before = await state(lab)
        for label, typed, says in (
            ("Step size η", "0", "larger than 0"),
            ("Step size η", "-1", "larger than 0"),
            ("Step size η", "fast", "not a number"),
            ("Step size η", "NaN", "not a number"),
            ("Step size η", "1e300", "too large"),
            ("Step size η", "1e-300", "too small"),
            ("Start: slope", "Infinity", "not a number"),
            ("Start: slope", "-1e300", "too large"),
            ("intercept", "", "empty"),
            ("intercept", "3,5", "decimal comma"),
        ):
            await enter(lab, label, typed)
            await expect(lab.locator(".lab-note")).to_contain_text(says)
            await expect(lab.locator(".lab-note")).to_contain_text(f"{label} stays at")
            assert await state(lab) == before


async def test_bad_points_are_named_and_nothing_is_lost(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        await open_all(lab)
        before = await state(lab)
        for csv, says in (
            ("x, y\n1, 2\n3, abc", "Line 3: “abc” is not a number"),
            ("1, 1e300", "too large"),
            ("nan, 1", "not a number"),
            ("\n".join(f"{i}, {i}" for i in range(10_000)), "10,000 points, and this lab takes at most 1,000"),
        ):
            await lab.get_by_label("One point a line").evaluate("(box, text) => (box.value = text)", csv)
            await press(lab, "Use these points")
            await expect(lab.locator(".lab-note")).to_contain_text(says)
            await expect(lab.locator(".lab-note")).to_contain_text("your 200 points are still here")
            assert await state(lab) == before
        await lab.get_by_label("One point a line").fill("5, 1")
        await press(lab, "Use these points")
        await press(lab, "100 steps")
        await expect(lab.locator(".lab-words")).to_contain_text("every point of it is a best line")
        await press(lab, "Delete point 1")
        await expect(lab.locator(".lab-note")).to_contain_text("The last point stays")
        for csv in (
            "1e12, 1e12\n-1e12, 1e12\n3e11, 5",
            "1e-12, 1\n2e-12, 2\n0, 0",
            "1000000000, 1\n1000000001, 2",
            "1 2\n2 2\n3 2",
        ):
            await lab.get_by_label("One point a line").fill(csv)
            await press(lab, "Use these points")
            for button in ("100 steps", "Step"):
                await press(lab, button)
            await lab.get_by_label("Scale x").check()
            text = await lab.evaluate("lab => lab.outerHTML")
            assert not re.search("NaN|Infinity|undefined", text), csv
            await assert_program_prints_the_screen(lab, page)
            await lab.get_by_label("Scale x").uncheck()


async def test_a_link_opens_the_same_search(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        await enter(lab, "Step size η", "0.029")
        await press(lab, "100 steps")
        await lab.get_by_label("half the mean").check()
        was = await state(lab)
        await press(lab, "Copy a link")
        await expect(lab.locator(".lab-note")).to_contain_text("The link is copied")
        link = await page.evaluate("navigator.clipboard.readText()")
        await drag(page, await grip(lab.locator(".lab-points circle").nth(1)), (0, -30))
        await press(lab, "Copy a link")
        await expect(lab.locator(".lab-note")).to_contain_text("too many points for a link")
    fragment = link[link.index("#") :]
    async with using(browser, site, PAGE, LAB, fragment=fragment) as (lab, _, _watch):
        assert await state(lab) == was
    async with using(browser, site, PAGE, LAB, fragment=fragment[:-9]) as (lab, _, _watch):
        await expect(lab.locator(".lab-note")).to_contain_text("The link does not hold a state of this lab")
        assert (await state(lab))["eta"] == 0.005


async def test_every_task_can_be_solved_and_is_not_solved_at_the_start(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGE, LAB) as (lab, page, _):
        row = await begin_task(lab, 1, prediction=0)
        slider = lab.get_by_role("slider", name="η, logarithmic")
        await enter(lab, "Step size η", "0.028")
        await slider.focus()
        while (await number(lab, "share")) < 99:
            await page.keyboard.press("ArrowRight")
        await press(lab, "100 steps")
        await expect_done(row)
        await expect(row.locator(".lab-why")).to_contain_text("another way than you said: At 2/λ_max.")

        row = await begin_task(lab, 2, prediction=1)
        await enter(lab, "Step size η", "0.025")
        for _ in range(2):
            await press(lab, "100 steps")
        for _ in range(45):
            await press(lab, "Step")
        await expect(row).not_to_have_class(re.compile("lab-done"))
        await enter(lab, "Step size η", "0.029")
        await expect_done(row)

        row = await begin_task(lab, 3, prediction=1)
        await lab.get_by_label("Scale x").check()
        await enter(lab, "Step size η", "0.5")
        await press(lab, "Step")
        await expect_done(row)

        row = await begin_task(lab, 4, prediction=1)
        await enter(lab, "Start: slope", "3")
        await enter(lab, "intercept", "1.5")
        await enter(lab, "Step size η", "0.035")
        await press(lab, "100 steps")
        await expect_done(row)

        row = await begin_task(lab, 5, prediction=2)
        await expect(lab.locator(".lab-words")).to_contain_text("It diverges")
        await enter(lab, "Step size η", "0.000025")
        await expect_done(row)
        await expect(lab.locator(".lab-tasks summary")).to_have_text("Tasks: 5 of 5 done")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
async def test_axe_finds_nothing_and_nothing_sticks_out_while_it_is_used(
    browser: Browser, site: Site, theme: str, width: int
) -> None:
    async with using(browser, site, PAGE, LAB, theme, width) as (lab, page, _):
        await begin_task(lab, 1, prediction=1)
        await lab.get_by_label("Data").select_option("tiny")  # few points: axe looks at every cell of the table
        await open_all(lab)
        await enter(lab, "Step size η", "much")
        await press(lab, "100 steps")
        await lab.get_by_label("Speed").focus()
        await page.keyboard.press("Tab")
        await expect(lab.locator(".lab-start circle")).to_have_css("stroke-width", "4px")
        assert await axe_violations(page, LAB) == []
        assert await page.evaluate("probes.overflow()") == []


async def test_it_loads_only_when_it_comes_near(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        page, watch = await open_page(context, site.home + PAGE)
        assert not [request.url for request in watch.finished if "/labs/" in request.url or "/d3/" in request.url]
        await bring(page, LAB)
        assert [request.url for request in watch.finished if request.url.endswith("/noisy-line.csv")]
        assert not watch.problems


async def test_leaving_while_it_runs_leaves_nothing_behind(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        await context.add_init_script(COUNTING)
        page, watch = await open_page(context, site.home + PAGE)
        counts = []
        for _ in range(3):
            lab = await bring(page, LAB)
            await page.emulate_media(reduced_motion="no-preference")
            await drag(page, await grip(lab.locator(".lab-start")), (20, -10))
            await press(lab, "Run")
            await expect(lab.locator("[data-fact=step]")).to_have_text(re.compile(r"^([2-9]|\d\d+)$"))
            await lab.locator(".lab-ring").focus()
            await page.keyboard.press("ArrowUp")  # a timer that has not run
            await leave_and_return(page, site.home, PAGE)
            counts.append(Counter(await held(page)))
            await bring(page, LAB)
        expect_no_growth(counts)
        assert not watch.problems


def test_it_is_small() -> None:
    assert kilobytes(own(LAB)) <= 15
