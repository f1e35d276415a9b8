"""The search finds what the book says, and nothing that only formulas and figures say."""

from __future__ import annotations

import json
import re
from collections import Counter
from html import unescape

from playwright.async_api import Browser, TimeoutError, expect

from tests.site.built import Site, expect_none
from tests.site.survey import SEARCH_INDEX, Visit, open_page, reading, search_for

WORD = re.compile(r"\w+")
INLINE = re.compile(r"</?(?:a|abbr|b|code|em|i|kbd|mark|small|span|strong|sub|sup)\b[^>]*>")
BLOCK = re.compile(r"<[^>]*>")
# Traces of mathematics and figures in text: LaTeX commands, KaTeX's classes, MathML, SVG.
STRAY = re.compile(
    r"\\(?:frac|sum|hat|left|right|mathbf|eta|lambda|lVert|partial|nabla|text|begin)\b|katex|arithmatex|<math|<svg|<mrow|viewBox|xmlns"
)


def index_of(site: Site) -> list[dict[str, str]]:
    found = json.loads((site.folder / SEARCH_INDEX).read_text(encoding="utf-8"))["docs"]
    assert isinstance(found, list), "the search index has no list of documents"
    assert found, "the search index is empty"
    return found


def page_of(entry: dict[str, str]) -> str:
    return entry["location"].split("#")[0]


def test_every_page_is_in_the_search_index(site: Site) -> None:
    missing = sorted(set(site.chapters()) - {page_of(entry) for entry in index_of(site)})
    assert not missing, f"pages that the search cannot find: {missing}"


def test_the_search_index_shows_no_trace_of_formulas_and_figures(site: Site) -> None:
    problems = [
        (entry["location"], f"“{found.group()}” in “…{text[max(0, found.start() - 40) : found.end() + 40]}…”")
        for entry in index_of(site)
        for text in (re.sub(r"<pre>.*?</pre>|<code>.*?</code>", "", entry["text"], flags=re.S),)
        for found in STRAY.finditer(text)
    ]
    expect_none(
        problems,
        "put formulas and figures into the page after the search plugin has read it (asrun/publishing/mkdocs_plugin.py)",
    )


def test_the_search_index_has_no_word_that_only_formulas_and_figures_have(site: Site, visits: list[Visit]) -> None:
    """Word by word: what the index says of a page, less what the page says when formulas and figures are taken out, must be nothing."""
    indexed: dict[str, Counter[str]] = {page: Counter() for page in site.chapters()}
    for entry in index_of(site):
        title_and_text = unescape(INLINE.sub("", f"{entry['title']} {entry['text']}"))
        indexed[page_of(entry)].update(WORD.findall(BLOCK.sub(" ", title_and_text)))
    on_page = {visit.page: Counter(WORD.findall(visit.words)) for visit in visits}
    problems = [
        (page, f"“{word}”") for page, words in indexed.items() for word in sorted((words - on_page[page]).keys())
    ]
    expect_none(
        problems,
        "put formulas and figures into the page after the search plugin has read it (asrun/publishing/mkdocs_plugin.py)",
    )


async def test_the_search_finds_each_page_by_a_word_of_its_prose(browser: Browser, site: Site) -> None:
    problems = []
    async with reading(browser) as context:
        tab, watch = await open_page(context, site.home)
        prose = {}
        for page in site.chapters():
            text = await tab.evaluate("page => probes.proseOf(page)", site.home + page)
            prose[page] = Counter(word.lower() for word in re.findall(r"[A-Za-z]{7,}", text))
        for page, words in prose.items():
            others = [prose[other] for other in prose if other != page]
            # The word that fewest other pages have, alone or as the beginning of another; the search finds those too.
            own = min(
                words,
                key=lambda word: (sum(any(w.startswith(word) for w in other) for other in others), word),
                default="",
            )
            if not own:
                problems.append((page, "has no prose to search for"))
                continue
            link = tab.locator(f'.md-search-result__link[href*="{site.home + page}"]')
            if page == "":
                link = tab.locator(
                    f'.md-search-result__link[href^="{site.home}?"], .md-search-result__link[href="{site.home}"]'
                )
            try:
                await search_for(tab, own)
                await expect(link.first).to_be_visible()
            except (AssertionError, TimeoutError):
                problems.append((page, f"the search for “{own}” does not find it"))
        problems += [("search", problem) for problem in watch.problems]
    expect_none(
        problems, "see the search plugin in mkdocs.yml, and what asrun/publishing/mkdocs_plugin.py gives it to read"
    )
