"""The one file that knows MkDocs: the plugin `asrun`, which hands MkDocs what was made of the pages.

Figures, formulas and code enter a page last, in place of placeholders, so that Python-Markdown does not parse them and the search
index does not read them: what a reader looks for stands in the prose, and the index loads with every page.
"""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import jinja2
import material
from mkdocs.config.base import ConfigErrors, ConfigWarnings, LegacyConfig, ValidationError
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext
from pymdownx.superfences import highlight_validator

from asrun.browser.bundle import BUNDLE, bundle
from asrun.browser.fetch import fetch
from asrun.browser.pyodide import install
from asrun.checking.book import Book, begin
from asrun.formulas.symbols import code_anchor, defined_in, legend, shown_functions
from asrun.model import Page
from asrun.publishing import render, take
from asrun.publishing.page import Dressing, compact
from asrun.publishing.policy import with_headers, write_policy
from asrun.publishing.stylesheet import stylesheet
from asrun.publishing.templates import page_facts, template_problem
from asrun.reading.options import OPTIONS
from asrun.running.page import expect_runs
from asrun.settings import BookError, Options, Settings

log = logging.getLogger("mkdocs.asrun")
THEME = Path(__file__).parent / "theme"
SCRIPT = "assets/book.js"
IMAGES = "assets/figures/"


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
        self.stylesheet = ("", "")  # its address and its text
        self.dressing = Dressing()
        self.in_order: list[File] = []  # the pages as MkDocs wants them
        self.functions: dict[str, tuple[str, str]] = {}  # name -> page and id of the block that shows it
        self.taking: Sequence[BaseProcess] = ()  # write the programs

    def load_config(
        self, options: dict[str, Any], config_file_path: str | None = None
    ) -> tuple[ConfigErrors, ConfigWarnings]:
        """Check the options as the command line does, which needs no MkDocs."""
        try:
            Options.read(options)
        except BookError as error:
            return [("asrun", ValidationError(str(error)))], []
        return [], []

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        self.serving = command == "serve"

    @_told()
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Add the theme, the one style sheet and the script, and prepare Markdown for what enters a page last."""
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
        self.stylesheet = stylesheet(Path(material.__file__).parent / "templates")
        config.extra["stylesheet"], _ = self.stylesheet
        config.site_url = os.environ.get("SITE_URL") or config.site_url  # whoever hosts it knows where
        return config

    @event_priority(100)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Begin to run the book: MkDocs renders what has run while the rest still does."""
        self.book, self.functions = None, {}
        self.dressing.pieces.clear()
        with _told(log.error if self.serving else None):
            self.book = begin(self.settings, say=log.info)
            self.functions = shown_functions(self.book.pages.values())
        if self.book and self.serving:  # an author wants to see at once
            _tell(self.book)
        address, css = self.stylesheet
        files.append(File.generated(config, address, content=css))
        for declarations in [file for file in files if file.src_uri.endswith(".d.ts")]:  # not for readers
            files.remove(declarations)
        if self.settings.options.runtime:
            with _told(log.warning if self.serving else None):  # an author may write without a network
                fetch(self.settings, say=log.info)
                files.append(File.generated(config, BUNDLE, content=bundle(self.settings)))
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """MkDocs renders one page after the other: give it first those that run first."""
        self.in_order = list(files.documentation_pages())
        if self.book:
            _sort(files, filter(None, map(files.get_file_from_path, self.book.runs)))
        return nav

    @event_priority(100)
    @_told()
    def on_env(self, env: jinja2.Environment, *, config: MkDocsConfig, files: Files) -> jinja2.Environment:
        """All has run: tell what is wrong, and add what the run made to the site."""
        folder = Path(config.theme.custom_dir or THEME)
        try:
            for path in sorted(folder.rglob("*.html")):  # before any page needs them
                env.get_template(path.relative_to(folder).as_posix())
        except jinja2.TemplateError as error:
            raise template_problem(error) from None
        env.globals["playground"] = _url(files, self.settings.options.playground)
        book = self.book
        if book is None:
            return env
        if not self.serving:
            if _tell(book):
                raise PluginError(f"{len(book.problems)} problems in the book")
            # A server has threads, and forks badly; there, one page at a time is made anew when all else is done.
            self.taking = take.begin(book, Path(config.site_dir), config.site_url or "")
        _sort(files, self.in_order)
        made: dict[str, str | bytes] = {"verified.json": json.dumps(book.record, indent=1, sort_keys=True) + "\n"}
        for run in book.runs.values():
            for figure in run.figures:
                made |= {IMAGES + name: content for name, content in figure.images.items()}
        for uri, content in made.items():
            files.append(File.generated(config, uri, content=content, inclusion=InclusionLevel.INCLUDED))
        return env

    @event_priority(-100)
    def on_page_markdown(self, markdown: str, *, page: SitePage, config: MkDocsConfig, files: Files) -> str:
        """Give MkDocs the finished Markdown, with placeholders where figures and formulas go."""
        book, uri = self.book, page.file.src_uri
        if book is None or uri not in book.pages:
            self.dressing.begin(())
            return markdown
        ours, run, math = book.pages[uri], book.runs[uri], book.math[uri]
        # mkdocs-jupyter would render a notebook by nbconvert: another Markdown, inline styles, 600 KB.
        # Without its `render` on the object, MkDocs renders our Markdown as it does for every page.
        vars(page).pop("render", None)
        facts = page_facts(book, uri, lambda other: _url(files, other))
        page.meta = {**ours.meta, "book": facts | {"report": self._report_url(files, ours)}}

        def where(function: str) -> str:
            """The address of the block that shows a function, from this page."""
            shown_on, anchor = self.functions.get(function, ("", ""))
            if not shown_on:
                return ""
            return f"#{anchor}" if shown_on == uri else get_relative_url(f"{_url(files, shown_on)}#{anchor}", page.url)

        self.dressing.begin(math.values())
        images = "../" * page.url.count("/") + IMAGES
        text = render.render_page(
            ours,
            run,
            lambda figure, alt: self.dressing.figure(figure, alt, images),
            self.dressing.formulas(ours, run, math, where),
            render.record_on(ours, book),
            self._marks(ours),
        )
        problems = book.problems_of(uri) if self.serving else ()  # a build ends where there are any
        if problems:
            listed = "\n".join(f"    {problem}" for problem in problems)
            text = f'!!! failure "This page has errors"\n\n    ```text\n{listed}\n    ```\n\n{text}'
        return text

    def _marks(self, page: Page) -> dict[int, str]:
        """What the HTML says of each block, by its line: an id where it is the first to show a function, and its number.

        The number is what scripts know it by: footnotes stand elsewhere in the HTML than on the page.
        """
        marks = {}
        for number, block in enumerate(page.code_blocks, 1):
            first = [(name, code_anchor(name)) for name in defined_in(block.code)[:1]]
            said = [f"#{anchor}" for name, anchor in first if self.functions.get(name) == (page.uri, anchor)]
            said.append(f"data-block={number}")
            scripts = [o.name for o in OPTIONS if o.for_scripts and o.name in block.options]
            said += [f'data-{name}="{block.options[name]}"' for name in scripts]
            marks[block.line] = " ".join(said)
        return marks

    def _report_url(self, files: Files, page: Page) -> str:
        """Where a reader reports a problem with a page: a new issue of the repository, where it is known."""
        repository = os.environ.get("REPOSITORY_URL")
        if not repository:
            uri, mark, anchor = self.settings.options.report.partition("#")
            return f"{_url(files, uri)}{mark}{anchor}" if uri and files.get_file_from_path(uri) else ""
        return f"{repository.rstrip('/')}/issues/new?title={quote(f'{page.file}: ')}"

    @event_priority(-100)  # the search plugin has read the page by now
    def on_page_context(
        self, context: TemplateContext, *, page: SitePage, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Fill the placeholders."""
        content = self.dressing.fill(page.content or "")
        meanings = self.book.meanings.get(page.file.src_uri, {}) if self.book else {}
        page.content = content + legend(content, meanings)
        return context

    def on_post_page(self, output: str, *, page: SitePage, config: MkDocsConfig) -> str:
        """Take out what nobody sees: half a kilobyte of a page as it is sent."""
        return compact(output)

    def on_build_error(self, *, error: Exception) -> None:
        """Tell of a template that cannot be filled as of any other mistake of an author: file, line, what to do."""
        if isinstance(error, jinja2.TemplateError):
            raise PluginError(str(template_problem(error))) from None

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
        """Send the headers that CONTRIBUTING.md asks of a host, so that Stop can interrupt Python while an author looks on."""
        if self.settings.modules.is_dir():
            server.watch(str(self.settings.modules))
        server.set_app(with_headers(server.serve_request))
        return server

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the Content-Security-Policy into every page: its hashes are those of the whole site."""
        site = Path(config.site_dir)
        write_policy(site, serving=self.serving)
        if self.book:
            take.finish(self.taking, self.book, site, config.site_url or "")
        if (site / BUNDLE).exists():
            install(self.settings, site)


def _sort(files: Files, order: Iterable[File]) -> None:
    """Put pages behind all others, in this order."""
    for file in order:
        files.remove(file)
        files.append(file)


def _tell(book: Book) -> bool:
    """Tell every problem, and whether there are any."""
    for problem in book.problems:
        log.error(str(problem))
    return bool(book.problems)


def _url(files: Files, uri: str) -> str:
    file = files.get_file_from_path(uri)
    return file.url if file else ""
