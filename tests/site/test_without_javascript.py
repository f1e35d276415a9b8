"""Every page is complete without JavaScript: text, code, outputs, formulas, figures, solutions."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.site.built import Site, expect_none
from tests.site.survey import PROBES, Visit, reading, side_by_side

# With scripts off, the probes can still be put in from outside.
QUESTIONS = PROBES.read_text(encoding="utf-8")


async def test_every_page_is_complete_without_javascript(browser: Browser, site: Site, visits: list[Visit]) -> None:
    with_scripts = {visit.page: visit for visit in visits if visit.theme == "light" and visit.width == 1280}
    async with reading(browser, java_script_enabled=False) as context:

        async def missing(page: str) -> list[str]:
            tab = await context.new_page()
            await tab.goto(site.home + page)
            await tab.evaluate(QUESTIONS)
            whole = with_scripts[page]
            # A reader opens what is folded with the mouse or the keyboard: that needs no script.
            folded = tab.locator("article details:not([open]) > summary:visible")
            while await folded.count():
                await folded.first.click()
            found: list[str] = [f"{name} cannot be seen" for name in await tab.evaluate("probes.unseen()")]
            found += await tab.evaluate("probes.overflow()")
            if await tab.evaluate("probes.text()") != whole.text:
                found.append("its text is another than with scripts")
            formulas = await tab.evaluate("probes.formulas()")
            found += [
                f"the formula {formula['tex']} is not set"
                for formula in formulas
                if not (formula["seen"] and formula["spoken"])
            ]
            if len(formulas) != len(whole.formulas):
                found.append(f"has {len(formulas)} formulas, with scripts {len(whole.formulas)}")
            figures = await tab.evaluate("probes.figures()")
            if len(figures) != len(whole.figures):
                found.append(f"has {len(figures)} figures, with scripts {len(whole.figures)}")
            if await tab.locator("nav a[href]:visible, article a[href]:visible").count() < 2:
                found.append("shows no way to other pages")
            await tab.close()
            return found

        results = zip(site.pages, await side_by_side(missing, site.pages), strict=True)
    problems = [(page, what) for page, found in results for what in found]
    expect_none(problems, "what a script adds must be an extra: the page itself holds all that it says")
