"""The one file that knows MkDocs: hands it what the engine made of the pages.

Figures and formulas enter a page last, in place of placeholders, so that neither Python-Markdown
parses them nor the search index reads them. Code steps aside for the search index as well: what a
reader looks for stands in the prose, and the index loads with every page.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable, Sequence
from html import unescape
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import material
from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils import get_relative_url

from asrun.publishing import render
from asrun.browser import fetch as runtime
from asrun.publishing import take
from asrun.publishing.stylesheet import stylesheet
from asrun.checking.book import Book, begin
from asrun.model import Binding, Figure, Page
from asrun.publishing.policy import ISOLATION, insert_policy, policy
from asrun.checking.record import page_facts, verified
from asrun.running.page import expect_runs
from asrun.settings import BookError, Settings
from asrun.formulas.symbols import (
    code_anchor,
    defined_in,
    function_of,
    legend,
    lines_of,
    mark_code,
    marked,
    seal,
    shown_functions,
    with_reasons,
)

log = logging.getLogger("mkdocs.engine")
IMAGES = "assets/figures/"
ARITHMATEX = re.compile(
    r'<(span|div) class="arithmatex">\s*\\[(\[](?P<tex>.*?)\\[)\]]\s*</\1>(?P<behind>[,.;:!?)]+)?', re.S
)
SHORT = 20  # characters of TeX
CODE = re.compile(r'<div (?:id="[^"]*" )?class="language-[\w-]+ highlight"(?: [\w-]+="[^"]*")*>.*?</div>', re.S)
# Blank lines and the indentation of the templates, except where they mean something.
KEPT = re.compile(r"(<pre\b.*?</pre>|<script\b.*?</script>|<textarea\b.*?</textarea>)", re.S)
SPARE = re.compile(r"\n\s+")
PLACEHOLDER = re.compile(r"<!--book:(?P<kind>figure|made):(?P<name>[^>]*?)-->")


class _State:
    """What one build hands from event to event."""

    serving = False
    settings: Settings
    book: Book | None = None
    figures: dict[str, tuple[Figure, str]]
    in_order: list[File]  # the pages as MkDocs wants them
    functions: dict[str, tuple[str, str]]  # name -> page and id of the block that shows it
    stored: list[str]
    taking: Sequence[BaseProcess] = ()  # write the programs


def on_startup(*, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Remember whether an author is watching: then an error is shown and the server goes on."""
    _State.serving = command == "serve"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Prepare Markdown for figures, and the one style sheet."""
    _State.settings = Settings.load(Path(config.config_file_path).parent)
    expect_runs(_State.settings)
    fences = config.mdx_configs.setdefault("pymdownx.superfences", {}).setdefault("custom_fences", [])
    if not any(fence["name"] == "book-figure" for fence in fences):
        fences.append({"name": "book-figure", "class": "", "format": _figure_placeholder})
    config.extra["stylesheet"], _ = _stylesheet(config)
    config.site_url = os.environ.get("SITE_URL") or config.site_url  # whoever hosts it knows where
    return config


def _stylesheet(config: MkDocsConfig) -> tuple[str, str]:
    return stylesheet(Path(material.__file__).parent / "templates", Path(config.docs_dir))


def _figure_placeholder(source: str, *args: Any, **kwargs: Any) -> str:
    return f"<!--book:figure:{source.strip()}-->"


@event_priority(100)
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Begin to run the book: MkDocs renders what has run while the rest still does."""
    book = _State.book = _begin()
    _State.figures, _State.stored, _State.functions = {}, [], {}
    address, css = _stylesheet(config)
    files.append(File.generated(config, address, content=css))
    if _State.settings.runtime and _fetch_runtime():
        files.append(File.generated(config, runtime.BUNDLE, content=runtime.bundle(_State.settings)))
    if book:
        _State.functions = shown_functions(book)
    return files


def on_nav(nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
    """MkDocs renders one page after the other: give it first those that run first."""
    _State.in_order = list(files.documentation_pages())
    if _State.book:
        _sort(files, filter(None, map(files.get_file_from_path, _State.book.runs)))
    return nav


def _sort(files: Files, order: Iterable[File]) -> None:
    """Put pages behind all others, in this order."""
    for file in order:
        files.remove(file)
        files.append(file)


@event_priority(100)
def on_env(env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
    """All has run: tell what is wrong, and add what the run made to the site."""
    book = _State.book
    if book is None:
        return env
    if not _State.serving:
        if _tell(book):
            raise PluginError(f"{len(book.problems)} problems in the book")
        # A server has threads, and forks badly; there, one page at a time is made anew when all else is done.
        _State.taking = take.begin(book, Path(config.site_dir), config.site_url or "")
    _sort(files, _State.in_order)
    made: dict[str, str | bytes] = {"verified.json": json.dumps(verified(book), indent=1, sort_keys=True) + "\n"}
    for run in book.runs.values():
        for figure in run.figures:
            made |= {IMAGES + name: content for name, content in figure.images.items()}
    for uri, content in made.items():
        files.append(File.generated(config, uri, content=content, inclusion=InclusionLevel.INCLUDED))
    return env


def _fetch_runtime() -> bool:
    """Get the Python that runs in the page; an author who writes without a network goes on without it."""
    try:
        runtime.fetch(_State.settings, say=log.info)
    except BookError as error:
        if not _State.serving:
            raise PluginError(str(error)) from None
        log.warning(str(error))
        return False
    return True


def _begin() -> Book | None:
    try:
        book = begin(_State.settings, say=log.info)
    except BookError as error:
        if _State.serving:
            log.error(str(error))
            return None
        raise PluginError(str(error)) from None
    if _State.serving:  # an author wants to see at once
        _tell(book)
    return book


def _tell(book: Book) -> bool:
    """Tell every problem, and whether there are any."""
    for problem in book.problems:
        log.error(str(problem))
    return bool(book.problems)


@event_priority(-100)
def on_page_markdown(markdown: str, *, page: SitePage, config: MkDocsConfig, files: Files) -> str:
    """Give MkDocs the finished Markdown, with placeholders where figures go."""
    book = _State.book
    if book is None or page.file.src_uri not in book.pages:
        return markdown
    uri = page.file.src_uri
    ours = book.pages[uri]
    # mkdocs-jupyter would render a notebook by nbconvert: another Markdown, inline styles, 600 KB.
    # Without its `render` on the object, MkDocs renders our Markdown as it does for every page.
    vars(page).pop("render", None)
    facts = page_facts(book, uri, lambda other: _url(files, other))
    page.meta = {**ours.meta, "book": facts | {"report": _report_url(files, ours)}}

    def show(figure: Figure, alt: str) -> str:
        name = render.figure_name(figure)
        _State.figures[name] = (figure, alt)
        return f"```book-figure\n{name}\n```"

    text = render.finished(ours, book.runs[uri], show, insert=render.inserter(book), marks=_marks(ours, uri))
    problems = book.problems_of(uri) if _State.serving else ()  # a build ends where there are any
    if problems:
        listed = "\n".join(f"    {problem}" for problem in problems)
        text = f'!!! failure "This page has errors"\n\n    ```text\n{listed}\n    ```\n\n{text}'
    return text


def _marks(page: Page, uri: str) -> dict[int, str]:
    """What the HTML says of each block, by its line: an id where it is the first to show a function, and its number.

    The number is what scripts know it by: footnotes stand elsewhere in the HTML than on the page.
    """
    marks = {}
    for number, block in enumerate(page.code_blocks, 1):
        names = defined_in(block.code)
        shows = bool(names) and _State.functions.get(names[0]) == (uri, code_anchor(names[0]))
        said = [f"#{code_anchor(names[0])}"] if shows else []
        said += [f"data-block={number}"]
        said += [f'data-{key}="{block.options[key]}"' for key in ("needs", "raises") if key in block.options]
        marks[block.line] = " ".join(said)
    return marks


def _url(files: Files, uri: str) -> str:
    file = files.get_file_from_path(uri)
    return file.url if file else ""


def _report_url(files: Files, page: Page) -> str:
    """Where a reader reports a problem with a page: a new issue of the repository, where it is known."""
    repository = os.environ.get("REPOSITORY_URL")
    if not repository:
        return f"{_url(files, 'about.md')}#report-a-problem" if files.get_file_from_path("about.md") else ""
    title = quote(f"{page.file}: ")
    return f"{repository.rstrip('/')}/issues/new?title={title}"


def on_page_content(html: str, *, page: SitePage, config: MkDocsConfig, files: Files) -> str:
    """Put a placeholder for every formula, and mark the variables of the code."""
    book, uri = _State.book, page.file.src_uri
    if book is None or uri not in book.pages:
        return html
    ours, run = book.pages[uri], book.runs[uri]
    math = {(_normal(tex), display): rendered.html for (tex, display), rendered in book.math[uri].items()}
    checked = {
        (_normal(formula.tex), formula.display): seal(
            formula.binding, result, _where_shown(formula.binding, page, files)
        )
        for formula, result in zip(ours.bound_formulas, run.checks, strict=False)
        if formula.binding and result.agreed
    }

    lines: dict[str, tuple[int, bool]] = {}

    def store(match: re.Match[str]) -> str:
        key = (_normal(unescape(match["tex"])), match[1] == "div")
        made = math.get(key) or f"<code>{match['tex']}</code>"
        if match[1] == "div":
            made = f'<div class="book-formula"><div class="arithmatex">{made}</div>{checked.get(key, "")}</div>'
        placeholder = _aside(made)
        lines[placeholder] = (lines_of(unescape(match["tex"])), key in checked)
        behind = match["behind"] or ""
        # The punctuation behind a short formula stays on its line; a long one must be free to break.
        return (
            f'<span class="book-keep">{placeholder}{behind}</span>'
            if behind and len(key[0]) <= SHORT
            else placeholder + behind
        )

    html = CODE.sub(lambda match: _aside(match[0]), mark_code(html, marked("".join(math.values()))))
    return with_reasons(ARITHMATEX.sub(store, html), lines)


def _aside(html: str) -> str:
    """Keep a piece of HTML until the page is complete, and give what holds its place."""
    _State.stored.append(html)
    return f"<!--book:made:{len(_State.stored) - 1}-->"


def _where_shown(binding: Binding, page: SitePage, files: Files) -> str:
    """The address of the block that shows the function of a binding, from the page."""
    uri, anchor = _State.functions.get(function_of(binding), ("", ""))
    if not uri:
        return ""
    return f"#{anchor}" if uri == page.file.src_uri else get_relative_url(f"{_url(files, uri)}#{anchor}", page.url)


def _normal(tex: str) -> str:
    return " ".join(tex.split())


def on_post_page(output: str, *, page: SitePage, config: MkDocsConfig) -> str:
    """Take out what nobody sees: half a kilobyte of a page as it is sent."""
    parts = KEPT.split(output)
    parts[::2] = (SPARE.sub("\n", part) for part in parts[::2])
    return "".join(parts)


@event_priority(-100)  # the search plugin has read the page by now
def on_page_context(context: dict[str, Any], *, page: SitePage, config: MkDocsConfig, nav: Any) -> dict[str, Any]:
    """Fill the placeholders."""
    images = "../" * page.url.count("/") + IMAGES

    def fill(match: re.Match[str]) -> str:
        if match["kind"] == "made":
            return _State.stored[int(match["name"])]
        figure, alt = _State.figures[match["name"]]
        return render.figure_html(figure, alt, images)

    content = PLACEHOLDER.sub(fill, page.content or "")
    meanings = _State.book.meanings.get(page.file.src_uri, {}) if _State.book else {}
    page.content = content + legend(content, meanings)
    return context


def on_serve(server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
    """Send the headers that CONTRIBUTING.md asks of a host, so that Stop can interrupt Python while an author looks on."""
    site = server.serve_request
    headers = [*ISOLATION, ("Content-Security-Policy", policy([], serving=True))]

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        def start(status: str, given: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*given, *headers], *rest)

        return site(environ, start)

    server.set_app(app)
    return server


def on_post_build(config: MkDocsConfig) -> None:
    """Write the Content-Security-Policy into every page: its hashes are those of the whole site."""
    site = Path(config.site_dir)
    pages = {
        path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))
    }
    for name, html in insert_policy(pages, serving=_State.serving).items():
        (site / name).write_text(html, encoding="utf-8")
    if _State.book:
        take.finish(_State.taking, _State.book, site, config.site_url or "")
    if (site / runtime.BUNDLE).exists():
        runtime.install(_State.settings, site)
