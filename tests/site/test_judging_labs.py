"""outlier-lab, collinear-lab, resample-lab, degree-lab: their numbers are the book's own, their programs print them, any hand can use them."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.scripts.judging_cases import PATCHES
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

PAGES = {
    "outlier-lab": "wrong-tool/",
    "collinear-lab": "wrong-tool/",
    "resample-lab": "uncertainty/",
    "degree-lab": "goodness-of-fit/",
}
each_lab = pytest.mark.parametrize("name", PAGES)


# ---- programs ----


async def settle_at(lab: Locator, patch: dict[str, Any]) -> None:
    await lab.evaluate(
        "(lab, patch) => { lab.change(lab.model.check({ ...lab.start(), ...patch })); lab.refresh(); }", patch
    )


@each_lab
async def test_each_program_prints_the_screen_and_no_picture_breaks(browser: Browser, site: Site, name: str) -> None:
    """One program of each, as it is shown and copied; tests/scripts/test_lab_programs.py runs them for all these states."""
    async with using(browser, site, PAGES[name], name) as (lab, page, _):
        for number_, patch in enumerate(PATCHES[name]):
            await settle_at(lab, patch)
            if number_ == 0:
                await assert_program_prints_the_screen(lab, page)
            text = await lab.evaluate(
                "lab => lab.textContent + [...lab.querySelectorAll('svg')].map(svg => svg.outerHTML).join()"
            )
            assert not re.search(r"NaN|Infinity|undefined|\bnull\b", text), patch


# ---- mouse, touch, keyboard ----


async def test_outlier_lab_by_mouse_and_finger(browser: Browser, site: Site) -> None:
    page_name = PAGES["outlier-lab"]
    async with using(browser, site, page_name, "outlier-lab") as (lab, page, _):
        before, slope = await state(lab), await number(lab, "lsW")
        await lab.locator(".lab-plot").scroll_into_view_if_needed()
        await drag(page, await center(lab.locator(".lab-ring")), (30, -40))
        moved = await state(lab)
        assert moved["y"][19] > before["y"][19]
        assert await number(lab, "lsW") > slope
        halos = await lab.locator(".lab-halos").get_attribute("d")
        assert halos
        assert halos.count("Z") >= 1, "no halo shows a Cook's distance"
        box = await lab.locator(".lab-area").bounding_box()
        assert box
        await page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.95)
        assert len((await state(lab))["x"]) == 21
        await lab.get_by_role("button", name="Delete the point").click()
        for _ in range(3):
            await lab.get_by_role("button", name="Undo").click()
        assert await state(lab) == before
    async with using(browser, site, page_name, "outlier-lab", width=360, has_touch=True, is_mobile=True) as (
        lab,
        page,
        _,
    ):
        await lab.locator(".lab-plot").scroll_into_view_if_needed()
        await swipe(page, await center(lab.locator(".lab-ring")), (-20, 60))
        assert (await state(lab))["y"][19] < before["y"][19], "a finger does not move a point"


async def test_outlier_lab_by_keyboard(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGES["outlier-lab"], "outlier-lab") as (lab, page, _):
        before = await state(lab)
        await lab.get_by_label("y of the point").focus()
        await page.keyboard.press("Tab")
        await expect(lab.locator(".lab-ring")).to_be_focused()
        await page.keyboard.press("ArrowUp")
        step = (await state(lab))["y"][19] - before["y"][19]
        await page.keyboard.press("Shift+ArrowDown")
        assert (await state(lab))["y"][19] == pytest.approx(before["y"][19] - 9 * step)
        await page.keyboard.press("PageUp")
        assert (await state(lab))["chosen"] != 19
        await page.keyboard.press("Delete")
        assert len((await state(lab))["x"]) == 19
        await page.keyboard.press("Tab")
        huber = await number(lab, "huW")
        for _ in range(30):
            await page.keyboard.press("ArrowLeft")
        assert (await state(lab))["cut"] < before["cut"]
        assert await number(lab, "huW") != huber
        await expect(lab.locator(".lab-spoken")).to_have_text(await lab.locator(".lab-words").inner_text())


async def test_collinear_lab_by_mouse_finger_and_keyboard(browser: Browser, site: Site) -> None:
    page_name, name = PAGES["collinear-lab"], "collinear-lab"
    async with using(browser, site, page_name, name) as (lab, page, _):
        bird = lab.get_by_role("slider", name="The new bird")
        await bird.scroll_into_view_if_needed()
        firm = await number(lab, "spreadGuess")
        await drag(page, await center(bird), (-40, -50))
        assert await number(lab, "spreadGuess") > 5 * firm, "beside the cloud the prediction is as firm as in it"
        before = (await state(lab))["at"]
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Shift+ArrowDown")
        assert (await state(lab))["at"] == pytest.approx([before[0] + 1, before[1] - 10])
        slider = lab.get_by_role("slider", name="Correlation")
        await slider.focus()
        vif = await number(lab, "vif")
        await page.keyboard.press("ArrowLeft")
        assert await number(lab, "vif") < vif
        for _ in range(3):
            await lab.get_by_role("button", name="Draw 100 more samples").click()
        assert (await state(lab))["samples"] == 300
        await lab.get_by_role("button", name="Draw 1 more sample").click()
        await expect(lab.locator(".lab-note")).to_contain_text("holds 300 samples")
        await lab.get_by_role("button", name="Clear the samples").press("Enter")
        await expect(lab.locator(".lab-words")).to_contain_text("Draw samples to see")
    async with using(browser, site, page_name, name, width=360, has_touch=True, is_mobile=True) as (lab, page, _):
        bird = lab.get_by_role("slider", name="The new bird")
        await bird.scroll_into_view_if_needed()
        await swipe(page, await center(bird), (20, -30))
        assert (await state(lab))["at"] != [210, 210], "a finger does not move the bird"


async def test_resample_lab_by_mouse_and_keyboard(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGES["resample-lab"], "resample-lab") as (lab, page, _):
        await lab.get_by_role("button", name="Draw 10 more samples").click()
        await lab.get_by_role("button", name="Draw 100 more samples").press("Enter")
        await expect(lab.locator(".lab-words")).to_contain_text(
            "Over 111 samples the formula’s interval of 95 % for the slope holds"
        )
        piles = await lab.locator(".lab-pile").evaluate_all(
            "paths => paths.map(path => path.getAttribute('d').split('M').length - 1)"
        )
        assert sum(piles) == 111
        bars = await lab.locator(".lab-interval").evaluate_all(
            "paths => paths.map(path => path.getAttribute('d')).join('').split('M').length - 1"
        )
        missing = await lab.locator(".lab-interval-missing").evaluate_all(
            "paths => paths.map(path => path.getAttribute('d')).join('').split('M').length - 1"
        )
        assert bars + missing == 80, "not forty intervals of each kind"
        shares = await number(lab, "heldShare")
        await lab.get_by_role("slider", name="Points n").focus()
        width = await number(lab, "width")
        await page.keyboard.press("ArrowRight")
        assert (await state(lab))["n"] == 21
        assert await number(lab, "width") < width
        assert 85 <= shares <= 100
        drawn = await number(lab, "estimate")
        await lab.get_by_role("button", name="Clear, and draw others").click()
        await expect(lab.locator(".lab-words")).to_contain_text("No sample yet")
        await lab.get_by_role("button", name="Draw 1 more sample").click()
        assert await number(lab, "estimate") != drawn
        for _ in range(5):
            await lab.get_by_role("button", name="Draw 100 more samples").click()
        await lab.get_by_role("button", name="Draw 1 more sample").click()
        await expect(lab.locator(".lab-note")).to_contain_text("holds 500 samples")


async def test_degree_lab_by_mouse_and_keyboard(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGES["degree-lab"], "degree-lab") as (lab, page, _):
        slider = lab.get_by_role("slider", name="Degree")
        await slider.focus()
        train = await number(lab, "train")
        for _ in range(4):
            await page.keyboard.press("ArrowRight")
        assert (await state(lab))["degree"] == 5
        assert await number(lab, "train") < train
        await expect(lab.locator(".lab-words")).to_contain_text("the least of all degrees")
        errors = lab.locator(".lab-plot").nth(1)
        await errors.scroll_into_view_if_needed()
        box = await errors.bounding_box()
        assert box
        left, width = box["x"] + 64, box["width"] - 76  # within the axes
        await page.mouse.click(left + width * (10.4 / 15.8), box["y"] + 60)
        assert (await state(lab))["degree"] == 10
        await page.mouse.click(left + width - 3, box["y"] + 60)
        await expect(lab.locator(".lab-note")).to_contain_text("15 points take degrees up to 14")
        await expect(lab.locator("[data-fact=train]")).to_have_text("0")
        test = await number(lab, "test")
        await lab.get_by_role("button", name="Draw the data anew").press("Enter")
        assert await number(lab, "test") != test
        assert await lab.locator(".lab-faint").get_attribute("d"), "the earlier draw has left no trace"
        points = lab.get_by_role("slider", name="Training points")
        await points.fill("2")
        assert (await state(lab))["n"] == 10
        assert (await state(lab))["degree"] == 9


# ---- what bad input gets ----


async def test_nonsense_is_refused_with_a_sentence_and_nothing_is_lost(browser: Browser, site: Site) -> None:
    nonsense = {
        "abc": "not a number",
        "": "empty",
        "NaN": "not a number",
        "Infinity": "not a number",
        "1e300": "too large",
        "3,5": "decimal comma",
    }
    for name, label in (("outlier-lab", "y of the point"), ("collinear-lab", "second column (mm)")):
        async with using(browser, site, PAGES[name], name) as (lab, _page, _):
            before = await state(lab)
            field = lab.get_by_label(label, exact=True)
            for typed, says in nonsense.items():
                await field.fill(typed)
                await field.press("Enter")
                await expect(lab.locator(".lab-note")).to_contain_text(says)
                assert await state(lab) == before
            if name == "collinear-lab":
                await field.fill("-1e12")
                await field.press("Enter")
                assert not re.search("NaN|Infinity", await lab.inner_text())
                continue
            await open_all(lab)
            box = lab.get_by_label("One point a line")
            for csv, says in (
                ("1, 2\n3, abc", "Line 2: “abc” is not a number"),
                ("\n".join(f"{i}, {i}" for i in range(10_000)), "at most 1,000"),
            ):
                await box.evaluate("(box, text) => (box.value = text)", csv)
                await lab.get_by_role("button", name="Use these points").click()
                await expect(lab.locator(".lab-note")).to_contain_text(says)
                assert await state(lab) == before
            for csv, says in (
                ("3, 1\n3, 2\n3, 6", "All 3 points have the same x, 3: no line is the only best one"),
                ("2, 5", "With one point no line is the only best one"),
                ("0, 1\n1, 2\n2, 3", "All points lie on a line"),
                ("8, 1\n8, 2\n8, 4\n19, 5", "4 points"),
                ("1e12, 1e12\n-1e12, 1e-12\n3, 4", "3 points"),
            ):
                await box.fill(csv)
                await lab.get_by_role("button", name="Use these points").click()
                await expect(lab.locator(".lab-words")).to_contain_text(says)
                assert not re.search(
                    "NaN|Infinity|undefined", await lab.evaluate("lab => lab.textContent + lab.innerHTML")
                )
            await lab.get_by_label("Data").select_option("anscombe-4")
            await expect(lab.locator(".lab-words")).to_contain_text("has the leverage 1")
            await expect(lab.locator("[data-fact=cook]")).to_have_text("–")


# A state of each, and one that its links may not hold (all of them: tests/scripts/lab_states.test.js).
LINKED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "outlier-lab": ({"cut": 0.5, "chosen": 3}, {"x": [1, None]}),
    "collinear-lab": ({"rho": 0.5, "birds": 30}, {"rho": 2}),
    "resample-lab": ({"n": 7, "noise": "tails"}, {"noise": "constructor"}),
    "degree-lab": ({"degree": 3, "draw": 4}, {"truth": "toString"}),
}


@each_lab
async def test_a_link_opens_it_as_it_was_and_a_broken_one_changes_nothing(
    browser: Browser, site: Site, name: str
) -> None:
    patch, broken = LINKED[name]
    async with using(browser, site, PAGES[name], name) as (lab, page, _):
        await settle_at(lab, patch)
        was = await state(lab)
        await lab.get_by_role("button", name="Copy a link").click()
        await expect(lab.locator(".lab-note")).to_contain_text("The link is copied")
        link = await page.evaluate("navigator.clipboard.readText()")
        await lab.get_by_role("button", name="Reset").click()
        before = await state(lab)
        assert before != was
        await page.evaluate(
            """([name, state]) => {
              const code = btoa(JSON.stringify(state)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
              location.hash = `lab=${name}.${code}`;
            }""",
            [name, {**before, **broken}],
        )
        await expect(lab.locator(".lab-note")).to_contain_text("The link does not hold a state of this lab")
        assert await state(lab) == before
        await lab.evaluate("lab => lab.say('')")
        await page.evaluate("link => { location.href = link; }", link)
        await page.wait_for_function(
            "([name, was]) => JSON.stringify(document.querySelector(name).state) === was",
            arg=[name, await lab.evaluate("(lab, was) => JSON.stringify(lab.model.check(was))", was)],
        )


# ---- tasks ----


async def set_slider(lab: Locator, label: str, value: int) -> None:
    await lab.get_by_role("slider", name=label).fill(str(value))


async def type_into(lab: Locator, label: str, value: str) -> None:
    field = lab.get_by_label(label, exact=True)
    await field.fill(value)
    await field.press("Enter")


async def test_the_tasks_of_outlier_lab(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGES["outlier-lab"], "outlier-lab") as (lab, _page, _):
        row = await begin_task(lab, 1, prediction=1)
        await type_into(lab, "y of the point", "80")
        await expect_done(row)

        row = await begin_task(lab, 2, prediction=0)
        await type_into(lab, "x of the point", "40")
        await expect_done(row)

        row = await begin_task(lab, 3, prediction=0)
        for _ in range(3):
            await expect(row).not_to_have_class(re.compile("lab-done"))
            await lab.get_by_role("button", name="Delete the point").click()
        await expect_done(row)
        await expect(row.locator(".lab-why")).to_contain_text("another way than you said: Below 1.")

        row = await begin_task(lab, 4)
        await set_slider(lab, "Huber’s cut", 95)
        await expect_done(row)
        await expect(lab.locator(".lab-tasks summary")).to_have_text("Tasks: 4 of 4 done")


async def test_the_tasks_of_collinear_lab(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGES["collinear-lab"], "collinear-lab") as (lab, _page, _):
        row = await begin_task(lab, 1, prediction=1)
        await set_slider(lab, "Correlation", 33)
        await expect_done(row)
        row = await begin_task(lab, 2, prediction=2)
        await type_into(lab, "new bird: flipper (mm)", "185")
        await expect_done(row)
        row = await begin_task(lab, 3, prediction=2)
        await set_slider(lab, "Correlation", 100)
        await expect_done(row)
        await expect(lab.locator(".lab-words")).to_contain_text("No single pair of weights is the best")
        assert await lab.locator(".lab-family").get_attribute("d")
        row = await begin_task(lab, 4, prediction=0)
        await lab.get_by_role("button", name="Draw 100 more samples").click()
        await expect(row).not_to_have_class(re.compile("lab-done"))
        await set_slider(lab, "Birds in a sample", 322)
        await expect_done(row)


async def test_the_tasks_of_resample_lab(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGES["resample-lab"], "resample-lab") as (lab, _page, _):
        row = await begin_task(lab, 1, prediction=1)
        await lab.get_by_role("button", name="Draw 100 more samples").click()
        await expect_done(row)
        row = await begin_task(lab, 2, prediction=1)
        await set_slider(lab, "Noise", 5)
        await expect(row).not_to_have_class(re.compile("lab-done"))
        await set_slider(lab, "Noise", 14)
        await set_slider(lab, "Points n", 35)
        await expect_done(row)
        row = await begin_task(lab, 3, prediction=0)
        await lab.get_by_label("Kind of noise").select_option("tails")
        await expect(row).not_to_have_class(re.compile("lab-done"))
        await lab.get_by_label("Kind of noise").select_option("ends")
        await expect_done(row)
        row = await begin_task(lab, 4, prediction=0)
        await set_slider(lab, "Points n", 1)
        await expect_done(row)


async def test_the_tasks_of_degree_lab(browser: Browser, site: Site) -> None:
    async with using(browser, site, PAGES["degree-lab"], "degree-lab") as (lab, _page, _):
        row = await begin_task(lab, 1, prediction=0)
        await set_slider(lab, "Degree", 14)
        await expect_done(row)
        row = await begin_task(lab, 2)
        await set_slider(lab, "Degree", 5)
        await expect_done(row)
        row = await begin_task(lab, 3, prediction=1)
        for _ in range(5):
            await expect(row).not_to_have_class(re.compile("lab-done"))
            await lab.get_by_role("button", name="Draw the data anew").click()
        await expect_done(row)
        row = await begin_task(lab, 4, prediction=0)
        await set_slider(lab, "Noise", 4)
        await expect(row).not_to_have_class(re.compile("lab-done"))
        await set_slider(lab, "Noise", 9)
        await set_slider(lab, "Training points", 52)
        await expect_done(row)


# ---- the page around them ----


@pytest.mark.parametrize(("theme", "width"), LOOKS)
@each_lab
async def test_axe_finds_nothing_and_nothing_sticks_out_while_it_is_used(
    browser: Browser, site: Site, theme: str, width: int, name: str
) -> None:
    async with using(browser, site, PAGES[name], name, theme, width) as (lab, page, _):
        await begin_task(lab, 3, prediction=0)
        await open_all(lab)
        await lab.get_by_role("button", name="Copy as Python").click()
        assert await axe_violations(page, name) == []
        assert await page.evaluate("probes.overflow()") == []
        assert await shown(lab)


async def use(page: Page, name: str) -> None:
    lab = await bring(page, name)
    if name == "outlier-lab":
        await drag(page, await center(lab.locator(".lab-ring")), (-15, 10))
        await lab.locator(".lab-ring").press("ArrowUp")  # leaves a timer, which must not outlive the page
    elif name == "collinear-lab":
        await lab.get_by_role("slider", name="The new bird").press("ArrowUp")
    elif name == "resample-lab":
        await lab.get_by_role("button", name="Draw 10 more samples").click()
    else:
        await lab.get_by_role("slider", name="Degree").press("ArrowRight")


@pytest.mark.parametrize("names", [("outlier-lab", "collinear-lab"), ("resample-lab",), ("degree-lab",)])
async def test_leaving_the_page_and_coming_back_leaves_nothing_behind(
    browser: Browser, site: Site, names: tuple[str, ...]
) -> None:
    here = PAGES[names[0]]
    async with reading(browser) as context:
        await context.add_init_script(COUNTING)
        page, watch = await open_page(context, site.home + here)
        await leave_and_return(page, site.home, here)
        counts = []
        for _ in range(3):
            for name in names:
                await use(page, name)
            await leave_and_return(page, site.home, here)
            for name in names:
                await bring(page, name)
            counts.append(Counter(await held(page)))
        expect_no_growth(counts)
        assert not watch.problems


MATHEMATICS = {
    "outlier-lab": ["robust.js"],
    "collinear-lab": ["random.js", "judging.js", "two-weights.js"],
    "resample-lab": ["random.js", "judging.js"],
    "degree-lab": ["random.js", "judging.js", "polynomials.js"],
}


@each_lab
def test_each_is_small(name: str) -> None:
    most = 13 if name in ("outlier-lab", "resample-lab") else 12
    assert kilobytes([*own(name), *MATHEMATICS[name], "judging-view.js", "judging.css"]) <= most
