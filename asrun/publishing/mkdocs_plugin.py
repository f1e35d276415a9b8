"""The one file that knows MkDocs: the plugin `asrun`, which hands MkDocs what was made of the pages.

Figures, formulas and code enter a page last, in place of placeholders, so that Python-Markdown does not parse them and the search
index does not read them: what a reader looks for stands in the prose, and the index loads with every page.
"""

import json
import logging
import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import jinja2
import material
from mkdocs.config.base import ConfigErrors, ConfigWarnings, LegacyConfig
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils import get_relative_url
from pymdownx.superfences import highlight_validator

from asrun.browser.bundle import BUNDLE, bundle
from asrun.browser.pyodide import fetch, install
from asrun.checking.book import Book, begin
from asrun.checking.record import RECORD_FILE
from asrun.formulas.symbols import legend, told_here
from asrun.model import Page
from asrun.publishing import take, terms
from asrun.publishing.page import Dressing, compact, page_facts
from asrun.publishing.policy import with_headers, write_policy
from asrun.publishing.stylesheet import stylesheet
from asrun.running.page import expect_runs
from asrun.settings import BookError, Settings

log = logging.getLogger("mkdocs.asrun")
THEME = Path(__file__).parent / "theme"
SCRIPT = "assets/book.js"
IMAGES = "assets/figures/"
SEARCH_INDEX = "search/search_index.json"


@contextmanager
def _told(tell: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hand an author's mistake to MkDocs, which ends with its sentence; where there is who can `tell` it, the build goes on."""
    try:
        yield
    except BookError as error:
        if not tell:
            raise PluginError(str(error)) from None
        tell(str(error))


class Plugin(BasePlugin[LegacyConfig]):  # type: ignore[no-untyped-call]
    """What one build hands from event to event."""

    settings: Settings
    book: Book | None = None
    serving = False  # an author is watching: then an error is shown and the server goes on

    def __init__(self) -> None:
        self.dressing = Dressing()
        self.in_order: list[File] = []  # the pages as MkDocs wants them
        self.taking: Sequence[BaseProcess] = ()  # write the programs

    def load_config(self, *_: Any, **__: Any) -> tuple[ConfigErrors, ConfigWarnings]:
        """Leave the options to the settings, which the command line reads without MkDocs."""
        return [], []

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        self.serving = command == "serve"

    @_told()
    def on_config(self, config: MkDocsConfig) -> None:
        """Add the theme and the script, and prepare Markdown for what enters a page last."""
        self.settings = Settings.load(Path(config.config_file_path).parent)
        expect_runs(self.settings)
        if str(THEME) not in config.theme.dirs:  # behind the book's own, before Material's
            config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(THEME))
        if SCRIPT not in map(str, config.extra_javascript):
            script = ExtraScriptValue(SCRIPT)
            script.type = "module"
            config.extra_javascript.append(script)
        fences = config.mdx_configs.setdefault("pymdownx.superfences", {}).setdefault("custom_fences", [])
        if not any(fence["name"] == "*" for fence in fences):
            fences.append({"name": "*", "class": "", "format": self.dressing.fence, "validator": highlight_validator})
            config.markdown_extensions.append(self.dressing)  # type: ignore[arg-type] # Markdown takes objects as well
        config.site_url = os.environ.get("SITE_URL") or config.site_url  # whoever hosts it knows where

    @event_priority(100)
    @_told()
    def on_files(self, files: Files, *, config: MkDocsConfig) -> None:
        """Begin to run the book: MkDocs renders what has run while the rest still does."""
        self.book = None
        self.dressing.pieces.clear()
        with _told(log.error if self.serving else None):
            self.book = begin(self.settings, say=log.info)
            for problem in self.book.problems if self.serving else ():  # an author wants to see at once
                log.error(str(problem))
        config.extra["stylesheet"], css = stylesheet(Path(material.__file__).parent / "templates")
        files.append(File.generated(config, config.extra["stylesheet"], content=css))
        for declarations in [file for file in files if file.src_uri.endswith(".d.ts")]:  # not for readers
            files.remove(declarations)
        if self.settings.options.runtime:
            with _told(log.warning if self.serving else None):  # an author may write without a network
                fetch(self.settings, say=log.info)
                files.append(File.generated(config, BUNDLE, content=bundle(self.settings)))

    def on_nav(self, nav: object, *, files: Files, **_: Any) -> None:
        """MkDocs renders one page after the other: give it first those that run first."""
        self.in_order = list(files.documentation_pages())
        if self.book:
            _sort(files, filter(None, map(files.get_file_from_path, self.book.runs)))

    @event_priority(100)
    @_told()
    def on_env(self, env: jinja2.Environment, *, config: MkDocsConfig, files: Files) -> None:
        """All has run: tell what is wrong, and add what the run made to the site."""
        folder = Path(config.theme.custom_dir or THEME)
        try:
            for path in sorted(folder.rglob("*.html")):  # before any page needs them
                env.get_template(path.relative_to(folder).as_posix())
        except jinja2.TemplateError as error:
            raise _template_problem(error) from None
        env.globals["playground"] = _url(files, self.settings.options.playground)
        book = self.book
        if book is None:
            return
        if not self.serving:
            for problem in book.problems:
                log.error(str(problem))
            if book.problems:
                raise PluginError(f"{len(book.problems)} problems in the book")
            # A server has threads, and forks badly; there, one page at a time is made anew when all else is done.
            self.taking = take.begin(book, Path(config.site_dir), config.site_url or "")
        _sort(files, self.in_order)
        made: dict[str, str | bytes] = {RECORD_FILE: json.dumps(book.record, indent=1, sort_keys=True) + "\n"}
        for run in book.runs.values():
            for figure in run.figures:
                made |= {IMAGES + name: content for name, content in figure.images.items()}
        for uri, content in made.items():
            files.append(File.generated(config, uri, content=content, inclusion=InclusionLevel.INCLUDED))

    @event_priority(-100)
    def on_page_markdown(self, markdown: str, *, page: SitePage, files: Files, **_: Any) -> str:
        """Give MkDocs the finished Markdown, with placeholders where figures and formulas go."""
        book, uri = self.book, page.file.src_uri
        if book is None or uri not in book.pages:
            self.dressing.names, self.dressing.in_text, self.dressing.links = (), (), terms.Links("", "", ())
            return markdown
        ours = book.pages[uri]
        # mkdocs-jupyter would render a notebook by nbconvert: another Markdown, inline styles, 600 KB.
        # Without its `render` on the object, MkDocs renders our Markdown as it does for every page.
        vars(page).pop("render", None)
        facts = page_facts(book, uri, lambda other: _url(files, other))
        page.meta = {**ours.meta, "book": facts | {"report": self._report_url(files, ours)}}
        text = self.dressing.page(
            book,
            uri,
            "../" * page.url.count("/") + IMAGES,
            lambda other, anchor: get_relative_url(f"{_url(files, other)}#{anchor}", page.url),
        )
        problems = book.problems_of(uri) if self.serving else ()  # a build ends where there are any
        if problems:
            listed = "\n".join(f"    {problem}" for problem in problems)
            text = f'!!! failure "This page has errors"\n\n    ```text\n{listed}\n    ```\n\n{text}'
        return text

    def _report_url(self, files: Files, page: Page) -> str:
        """Where a reader reports a problem with a page: a new issue of the repository, where it is known."""
        repository = os.environ.get("REPOSITORY_URL")
        if not repository:
            uri, mark, anchor = self.settings.options.report.partition("#")
            return f"{_url(files, uri)}{mark}{anchor}" if uri and files.get_file_from_path(uri) else ""
        return f"{repository.rstrip('/')}/issues/new?title={quote(f'{page.file}: ')}"

    @event_priority(-100)  # the search plugin has read the page by now
    def on_page_context(self, context: object, *, page: SitePage, **_: Any) -> None:
        """Fill the placeholders."""
        content = self.dressing.fill(page.content or "")
        book, uri = self.book, page.file.src_uri
        if book and uri in book.pages:
            more = chain(terms.told(content, book.terms), told_here(book.pages[uri]))
            content += legend(content, book.meanings[uri], more)
        page.content = content

    def on_post_page(self, output: str, **_: Any) -> str:
        """Take out what nobody sees: half a kilobyte of a page as it is sent."""
        return compact(output)

    def on_build_error(self, *, error: Exception) -> None:
        """Tell of a template that cannot be filled as of any other mistake of an author: file, line, what to do."""
        if isinstance(error, jinja2.TemplateError):
            raise PluginError(str(_template_problem(error))) from None

    def on_serve(self, server: LiveReloadServer, **_: Any) -> None:
        """Send the headers that CONTRIBUTING.md asks of a host, so that Stop can interrupt Python while an author looks on."""
        for folder in (self.settings.modules, self.settings.plots):
            if folder.is_dir():
                server.watch(str(folder))
        server.set_app(with_headers(server.serve_request))

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the Content-Security-Policy into every page: its hashes are those of the whole site."""
        site = Path(config.site_dir)
        write_policy(site, serving=self.serving)
        if self.book:
            urls = {file.src_uri: file.url for file in self.in_order}
            terms.into_search(site / SEARCH_INDEX, self.book.terms, urls)
            take.finish(self.taking, self.book, site, config.site_url or "")
        if (site / BUNDLE).exists():
            install(self.settings, site)


def _template_problem(error: jinja2.TemplateError) -> BookError:
    """A template that Jinja cannot read or fill, as a sentence with file and line."""
    file = str(getattr(error, "filename", None) or getattr(error, "name", None) or "a template")
    line = getattr(error, "lineno", None)
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.endswith(".html"):  # while filling: the innermost template
            file, line = frame.f_code.co_filename, number
    where = f"{file}:{line}" if line else file
    reason = error.message or str(error)
    return BookError(f"{where}: the template cannot be used: {reason}: mend it, or delete it to get ours")


def _sort(files: Files, order: Iterable[File]) -> None:
    """Put pages behind all others, in this order."""
    for file in order:
        files.remove(file)
        files.append(file)


def _url(files: Files, uri: str) -> str:
    file = files.get_file_from_path(uri)
    return file.url if file else ""
