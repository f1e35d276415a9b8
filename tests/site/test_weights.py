"""Pages stay light. All are sizes as sent, compressed; the budgets stand in DESIGN.md."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.site.built import Site, expect_none
from tests.site.survey import SEARCH_INDEX, Visit

KB = 1000
PAGE = 42 * KB
NOTEBOOK = 60 * KB
FIRST_VIEW = 250 * KB
FIRST_VIEW_REQUESTS = 12
INDEX = 120 * KB
PLAYGROUND = "playground/"  # whoever comes here has asked for an editor
PLAYGROUND_VIEW, PLAYGROUND_REQUESTS = 400 * KB, 30
LATER = ("assets/run/", "assets/pyodide/", "assets/vendor/codemirror/", "take/")


def compressed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 6))


def test_every_page_is_light(site: Site) -> None:
    problems = []
    for page in site.pages:
        size, most = compressed(site.file(page)), NOTEBOOK if page in site.notebooks else PAGE
        if size > most:
            problems.append((page, f"{size / KB:.1f} KB of HTML, allowed are {most / KB:.0f}"))
    expect_none(problems, "fewer points in its figures, or two pages")


def test_the_search_index_is_light(site: Site) -> None:
    size = compressed(site.folder / SEARCH_INDEX)
    assert size <= INDEX, f"the search index has {size / KB:.1f} KB, allowed are {INDEX / KB:.0f}"


def test_the_first_view_is_light(arrivals: list[Visit]) -> None:
    """What a reader loads who comes to a page with an empty cache, the search index apart."""
    problems = []
    for arrival in arrivals:
        page, loaded = arrival.page, {name: size for name, size in arrival.loaded.items() if name != SEARCH_INDEX}
        total = sum(loaded.values())
        most, most_requests = (
            (PLAYGROUND_VIEW, PLAYGROUND_REQUESTS) if page == PLAYGROUND else (FIRST_VIEW, FIRST_VIEW_REQUESTS)
        )
        later = tuple(name for name in LATER if page != PLAYGROUND or name in ("assets/pyodide/", "take/"))
        largest = ", ".join(
            f"{name or 'the page'} {size / KB:.0f}"
            for name, size in sorted(loaded.items(), key=lambda item: -item[1])[:6]
        )
        if total > most:
            problems.append(
                (
                    page or "home page",
                    f"loads {total / KB:.0f} KB, allowed are {most / KB:.0f}; the largest: {largest}",
                )
            )
        if len(loaded) > most_requests:
            problems.append(
                (
                    page or "home page",
                    f"makes {len(loaded)} requests, allowed are {most_requests}: {', '.join(sorted(loaded))}",
                )
            )
        runtime = [name for name in loaded if name.startswith(later) or name.endswith((".wasm", ".whl", ".zip"))]
        if runtime:
            problems.append((page, f"loads what runs and edits blocks before anybody asks for it: {runtime}"))
    expect_none(problems, "merge style sheets, take subsets of fonts, load scripts when they are needed")
