"""The Content-Security-Policy of every page is there, is strict, and is kept whatever a reader does."""

from __future__ import annotations

import re

from playwright.async_api import Browser, expect

from tests.site.built import Site, Tags, expect_none
from tests.site.survey import SEARCH_WORD, open_page, reading, search_for

# What a source may be: a word in quotes, a hash, or a kind of address that reaches no host.
HARMLESS = re.compile(r"'(none|self|wasm-unsafe-eval|sha256-[A-Za-z0-9+/=]+)'|data:|blob:")
MAY_BE_INLINE = {"style-src-attr"}  # KaTeX places its symbols by style attributes


def policy_of(html: str) -> dict[str, list[str]]:
    """The policy of a page: each directive with its sources."""
    for tag, attributes in Tags(html).tags:
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "content-security-policy":
            parts = [part.split() for part in attributes["content"].split(";") if part.strip()]
            return {part[0]: part[1:] for part in parts}
    return {}


def test_every_page_carries_the_policy_before_anything_that_it_governs(site: Site) -> None:
    problems = []
    for page in site.pages:
        tags = Tags(site.html(page)).tags
        governed = next(
            (i for i, (tag, _) in enumerate(tags) if tag in ("script", "link", "style", "base", "img")), len(tags)
        )
        places = [
            i
            for i, (_, attributes) in enumerate(tags)
            if attributes.get("http-equiv", "").lower() == "content-security-policy"
        ]
        if len(places) != 1:
            problems.append((page, f"has {len(places)} policies instead of one"))
        elif places[0] > governed:
            problems.append((page, f"its policy comes after <{tags[governed][0]}>, which it does not govern then"))
    expect_none(problems, "asrun/publishing/policy.py puts it right after <meta charset>")


def test_all_pages_have_the_same_policy(site: Site) -> None:
    """Instant navigation keeps the policy of the page that was opened first; so it must do for all."""
    policies = {str(policy_of(site.html(page))): page for page in site.pages}
    assert len(policies) == 1, f"policies differ, for example between {list(policies.values())[:3]}"


def test_the_policy_lets_nothing_come_from_another_host(site: Site) -> None:
    problems = []
    for page in site.pages:
        policy = policy_of(site.html(page))
        for directive, sources in policy.items():
            for source in sources:
                inline = source == "'unsafe-inline'" and directive in MAY_BE_INLINE
                if not inline and not HARMLESS.fullmatch(source):
                    problems.append((page, f"{directive} allows {source}"))
        if policy.get("default-src") not in (["'none'"], ["'self'"]):
            problems.append((page, "default-src must be 'none' or 'self'"))
        if policy.get("connect-src") != ["'self'"]:
            problems.append((page, "connect-src must be 'self'"))
        if policy.get("object-src", policy.get("default-src")) != ["'none'"]:
            problems.append((page, "object-src must be 'none'"))
        for directive in ("base-uri", "form-action"):  # these two do not fall back on default-src
            if policy.get(directive) not in (["'none'"], ["'self'"]):
                problems.append((page, f"{directive} must be 'none' or 'self'"))
        for needed, source in (("script-src", "'wasm-unsafe-eval'"), ("worker-src", "blob:")):
            if source not in policy.get(needed, []):
                problems.append((page, f"{needed} lacks {source}, which Python in the page needs"))
    expect_none(problems, "see DESIGN.md, 'The site', and asrun/publishing/policy.py")


async def test_the_browser_enforces_the_policy(browser: Browser, site: Site) -> None:
    attempts = {
        "connect-src": "fetch('https://elsewhere.invalid/').catch(() => {})",
        "script-src-elem": "document.head.append(Object.assign(document.createElement('script'), {textContent: 'window.broken = 1'}))",
        "img-src": "new Image().src = 'https://elsewhere.invalid/pixel.png'",
        "script-src-attr": "document.body.setAttribute('onclick', 'window.broken = 1')",
        "style-src-elem": "document.head.append(Object.assign(document.createElement('style'), {textContent: 'body {color: red}'}))",
        "script-src": "setTimeout('window.broken = 1')",
    }
    async with reading(browser) as context:
        page, _ = await open_page(context, site.home)
        for attempt in attempts.values():
            await page.evaluate(f"() => {{ {attempt} }}")
        for directive in attempts:
            told = f"() => probes.told({directive!r})"
            assert await page.evaluate(told), f"{directive} of the policy refuses nothing"
        assert await page.evaluate("window.broken === undefined"), "a script ran that the policy should have refused"


async def test_whatever_a_reader_does_keeps_to_the_policy(browser: Browser, site: Site) -> None:
    async with reading(browser) as context:
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        start = next(page for page in site.chapters() if "<pre" in site.html(page))
        page, watch = await open_page(context, site.home + start)
        await page.locator("form[data-md-component=palette] label:visible").first.click()
        await expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
        await page.evaluate("probes.openDetails()")
        block = page.locator("[data-block]:visible").first
        code = block.locator("pre > code")
        await block.locator("[data-do=copy]").click()
        await expect(block.locator(".book-bar__said")).to_have_text("Copied.")
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied.strip() == (await code.inner_text()).strip(), (
            "the copy button of the first block copies something else than the block"
        )
        for label in await page.locator(".tabbed-labels > label:visible").all():
            await label.click()
        for summary in await page.locator("details > summary:visible").all():
            await summary.click()
        await search_for(page, SEARCH_WORD)
        await page.locator(".md-search-result__link:visible").first.click()
        await expect(page.locator("#__search")).not_to_be_checked()
        violations = await page.evaluate("probes.violations")
        expect_none(
            [(start, what) for what in [*violations, *watch.problems]],
            "see asrun/publishing/policy.py, and the script or template that does this",
        )
