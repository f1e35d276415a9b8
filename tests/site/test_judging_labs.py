"""outlier-lab, collinear-lab, resample-lab, degree-lab: their numbers are the book's own, their programs print them, any hand can use them."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from snippets.gradient_descent import noisy_line
from snippets.model import design_matrix
from snippets.uncertainty import bootstrap, t_limit
from snippets.wrong_tool import fit_huber
from tests.site import judging_cases as cases
from tests.site.built import ROOT, Site
from tests.site.labs import (
    COUNTING,
    LOOKS,
    assert_program_prints_the_screen,
    axe_violations,
    begin_task,
    bring,
    center,
    close,
    copied_program,
    drag,
    expect_done,
    expect_no_growth,
    held,
    kilobytes,
    leave_and_return,
    number,
    open_all,
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


async def measured(lab: Locator, states: list[dict[str, Any]]) -> list[dict[str, float | None]]:
    found: list[dict[str, float | None]] = await lab.evaluate(
        "(lab, states) => { const all = states.map(state => ({ ...lab.measure(lab.check(state)) })); lab.refresh(); return all; }",
        states,
    )
    return found


def wrong_numbers(states: list[Any], found: list[dict[str, float | None]], answers: list[cases.Answers]) -> list[str]:
    assert len(states) == len(found) == len(answers) >= 200
    return [
        f"{key} is {ours.get(key)}, should be {value}: {given}"
        for given, ours, theirs in zip(states, found, answers, strict=True)
        for key, (value, scale) in theirs.items()
        if not close(ours.get(key), value, scale)
    ]


async def test_every_number_of_outlier_lab(browser: Browser, site: Site) -> None:
    points = cases.outlier_cases()
    async with using(browser, site, PAGES["outlier-lab"], "outlier-lab") as (lab, _, _watch):
        found = await measured(lab, [case.as_state() for case in points])
    exact = [cases.ExactPoints(case) for case in points]
    answers = [cases.outlier_answers(case, known) for case, known in zip(points, exact, strict=True)]
    assert not wrong_numbers(points, found, answers)
    open_cases = 0
    for case, known, ours in zip(points, exact, found, strict=True):
        if ours.get("huW") is None:
            open_cases += 1
            continue
        w, b = ours["huW"], ours["huB"]
        assert w is not None
        assert b is not None
        off = cases.huber_is_off_by(known, case.cut, w, b)
        assert off is not None
        scale = float(np.max(np.abs(case.y)) + abs(w) * np.max(np.abs(case.x)))
        rise = float(np.ptp(case.y)) / float(known.sxx) ** 0.5
        assert close(w, w - float(off[0]), 4 * rise), (case, ours)
        assert close(b, b - float(off[1]), scale), (case, ours)
        if case.kind == "wild":
            book = fit_huber(design_matrix(np.array(case.x)), np.array(case.y), case.cut)
            assert np.allclose((b, w), book, rtol=1e-6), "not the book's fit_huber"
    assert open_cases < 12, "Huber's line is left open too often"


async def test_every_number_of_collinear_lab(browser: Browser, site: Site) -> None:
    states = cases.collinear_states()
    async with using(browser, site, PAGES["collinear-lab"], "collinear-lab") as (lab, _, _watch):
        found = await measured(lab, states)
    flipper, mass = cases.penguins()
    assert not wrong_numbers(states, found, [cases.collinear_answers(given, flipper, mass) for given in states])


async def test_every_number_of_resample_lab(browser: Browser, site: Site) -> None:
    states = cases.resample_states()
    async with using(browser, site, PAGES["resample-lab"], "resample-lab") as (lab, _, _watch):
        found = await measured(lab, states)
    assert not wrong_numbers(states, found, [cases.resample_answers(given) for given in states])
    for given, ours in list(zip(states, found, strict=True))[:4]:
        x, y, rows = cases.resample_world(given)
        fits = bootstrap(design_matrix(x), y[-1], 400, cases.Drawn(iter(rows)))  # type: ignore[arg-type]
        which = ["intercept", "slope"].index(given["target"])
        tail = 50 * (1 - given["level"])
        book = np.percentile(fits[:, which], [tail, 100 - tail])
        assert [ours["bootLow"], ours["bootHigh"]] == pytest.approx(book.tolist(), rel=1e-9)


async def test_every_number_of_degree_lab(browser: Browser, site: Site) -> None:
    states = cases.degree_states()
    async with using(browser, site, PAGES["degree-lab"], "degree-lab") as (lab, _, _watch):
        first = await lab.evaluate("lab => [lab.fit.x, lab.fit.y, lab.fit.xTest, lab.fit.yTest]")
        found = await measured(lab, states)
    assert not wrong_numbers(states, found, [cases.degree_answers(given) for given in states])

    # It begins with the points of the figure above it.
    rng = np.random.default_rng(6)
    for x, y, grid in ((first[0], first[1], np.linspace(0, 10, 15)), (first[2], first[3], np.linspace(0.1, 9.9, 50))):
        np.testing.assert_allclose(x, grid, rtol=1e-14)
        np.testing.assert_array_equal(y, np.round(3 * np.sin(0.8 * grid) + 0.3 * grid + rng.normal(0, 1, len(grid)), 2))


async def test_random_numbers_and_limits_are_those_of_the_sources(browser: Browser, site: Site) -> None:
    """L'Ecuyer's published numbers; Student's t as SciPy has it, for all that can be chosen and more; and the same row in Python."""
    degrees = range(1, 201)
    async with using(browser, site, PAGES["degree-lab"], "degree-lab") as (lab, _, _watch):
        found = await lab.evaluate(
            """async (lab, [degrees, levels]) => {
              const { name } = performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/judging.js"));
              const judging = await import(name);
              const random = await import(new URL("random.js", name));
              const row = random.stream();
              return {
                uniform: Array.from({ length: 1000 }, () => row.next().value),
                limits: degrees.map((df) => levels.map((level) => judging.tLimit(df, level))),
                python: random.PYTHON_STREAM,
              };
            }""",
            [list(degrees), list(cases.LEVELS)],
        )
    uniform = found["uniform"]
    published = [0.12701112204657714, 0.3185275653967945, 0.30918601558327008]
    np.testing.assert_allclose([*uniform[:3], uniform[999]], [*published, 0.98607848680213228], rtol=1e-15)
    names: dict[str, Any] = {}
    exec("import math\n" + found["python"], names)
    row = names["stream"]()
    assert [next(row) for _ in range(1000)] == uniform
    theirs = [[t_limit(df, level) for level in cases.LEVELS] for df in degrees]
    np.testing.assert_allclose(found["limits"], theirs, rtol=1e-12)


async def test_outlier_lab_begins_with_the_points_of_the_figure(browser: Browser, site: Site) -> None:
    X, y = noisy_line(np.random.default_rng(42))
    async with using(browser, site, PAGES["outlier-lab"], "outlier-lab") as (lab, _, _watch):
        given = await state(lab)
        assert given["x"] == X[::10, 0].tolist()
        assert given["y"] == y[::10].tolist()
        text = (ROOT / "docs" / "wrong-tool.md").read_text(encoding="utf-8")
        await lab.get_by_label("Data").select_option("accomplices")
        slope, most = await number(lab, "lsW"), await number(lab, "most")
        assert f"3 wild: slope {slope:5.2f}, D ≤ {most:.2f}" in text


# ---- programs ----


async def settle_at(lab: Locator, patch: dict[str, Any]) -> None:
    await lab.evaluate("(lab, patch) => { lab.change(lab.check({ ...lab.start(), ...patch })); lab.refresh(); }", patch)


PROGRAMS: dict[str, list[dict[str, Any]]] = {
    "outlier-lab": [
        {},
        {"cut": 0.02},
        {"x": [8, 8, 8, 8, 19], "y": [1, 2, 4, 4.5, 12], "chosen": 4, "preset": "own"},
        {"x": [1, 2, 3, 4], "y": [1, 1, 3, 3], "chosen": 0, "cut": 10, "preset": "own"},
        {"x": [1, 2, 3], "y": [2, 4, 6], "chosen": 1, "preset": "own"},
        {"x": [3, 3], "y": [1, 2], "chosen": 0, "preset": "own"},
        {"x": [3], "y": [1], "chosen": 0, "preset": "own"},
        {"x": [], "y": [], "chosen": 0, "preset": "own"},
    ],
    "collinear-lab": [
        {},
        {"rho": 0, "birds": 25, "samples": 3},
        {"rho": 0.9999, "at": [180, 225.5]},
        {"rho": 1},
        {"samples": 0},
        {"samples": 1},
    ],
    "resample-lab": [
        {"samples": 60, "noise": "funnel", "target": "intercept", "from": 100},
        {"samples": 7, "noise": "tails", "n": 5, "level": 0.99, "first": 3},
        {"samples": 5, "noise": "ends", "sigma": 0.1, "level": 0.5},
        {"samples": 1},
        {"samples": 0},
    ],
    "degree-lab": [
        {},
        {"degree": 14},
        {"n": 60, "degree": 15, "truth": "parabola", "draw": 3},
        {"n": 8, "degree": 7, "truth": "line", "sigma": 3},
    ],
}


@each_lab
async def test_each_program_prints_the_screen(browser: Browser, site: Site, name: str) -> None:
    async with using(browser, site, PAGES[name], name) as (lab, page, _):
        for patch in PROGRAMS[name]:
            await settle_at(lab, patch)
            await assert_program_prints_the_screen(lab, page)
            assert "\u2212" not in (await copied_program(lab, page)).split("print(f")[0], (
                "a typographic minus is no Python"
            )
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


LINKED: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "outlier-lab": ({"cut": 0.5, "chosen": 3}, [{"cut": -1}, {"x": [1, None]}, {"x": [1]}, {"preset": "no"}]),
    "collinear-lab": (
        {"rho": 0.5, "birds": 30},
        [{"rho": 2}, {"birds": 1e9}, {"samples": -1}, {"at": [1]}, {"rho": 0.9999999}],
    ),
    "resample-lab": (
        {"n": 7, "noise": "tails"},
        [{"n": 1}, {"samples": 1e9}, {"noise": "constructor"}, {"level": 1}, {"sigma": None}],
    ),
    "degree-lab": (
        {"degree": 3, "draw": 4},
        [{"degree": 15}, {"n": 1e6}, {"draw": 1e9}, {"truth": "toString"}, {"sigma": "x"}],
    ),
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
        for change in broken:
            await page.evaluate(
                """([name, state]) => {
                  const code = btoa(JSON.stringify(state)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
                  location.hash = `lab=${name}.${code}`;
                }""",
                [name, {**before, **change}],
            )
            await expect(lab.locator(".lab-note")).to_contain_text("The link does not hold a state of this lab")
            assert await state(lab) == before, change
            await lab.evaluate("lab => lab.say('')")
        await page.evaluate("link => { location.href = link; }", link)
        await page.wait_for_function(
            "([name, was]) => JSON.stringify(document.querySelector(name).state) === was",
            arg=[name, await lab.evaluate("(lab, was) => JSON.stringify(lab.check(was))", was)],
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


def test_each_is_small() -> None:
    for name in PAGES:
        own = ("robust.js",) if name == "outlier-lab" else ("random.js", "judging.js")
        assert kilobytes(f"{name}.js", *own, "judging-view.js", "judging.css") <= 12, name
