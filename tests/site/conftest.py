"""One build and one survey for all tests of the built site; one server and one browser for those of a process.

Tests may be coroutines: they run on the event loop that the browser lives on. `BOOK_SITE=folder` tests a site that is already built.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.async_api import Browser, async_playwright, expect

from asrun.cache import exclusive
from asrun.publishing.archive import write_zip
from asrun.settings import Settings
from tests.site.browser import flags, get_browser, uses_sandbox
from tests.site.built import ROOT, Site, build, notebooks_in
from tests.site.python import PythonPage, python_page
from tests.site.server import ISOLATED, addresses, home, serving
from tests.site.survey import PATIENCE, Visit, survey

expect.set_options(timeout=PATIENCE)
RUNNER = pytest.StashKey[asyncio.Runner]()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. Of several test processes, the first that needs it builds it for all."""
    given, mine = os.environ.get("BOOK_SITE"), tmp_path_factory.getbasetemp()
    folder = Path(given).resolve() if given else (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "site"
    settings = Settings.load(ROOT)
    with exclusive(folder.with_name(f"{folder.name}.lock")):
        if not given and not folder.exists():
            build(folder)
        if not (folder / f"{settings.archive_name}.zip").exists():
            write_zip(settings, folder)
    return folder


@pytest.fixture(scope="session")
def site(folder: Path) -> Iterator[Site]:
    built_for = home(folder)
    pages = tuple(address.removeprefix(built_for) for address in addresses(folder))
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    with serving(folder) as address:
        yield Site(folder, address, built_for, (*pages, "404.html"), tuple(notebooks_in(nav)))


@pytest.fixture(scope="session")
def runner(pytestconfig: pytest.Config) -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        pytestconfig.stash[RUNNER] = runner
        yield runner


@pytest.fixture(scope="session")
def browser(runner: asyncio.Runner) -> Iterator[Browser]:
    program = get_browser()
    playwright = runner.run(async_playwright().start())
    launched = playwright.chromium.launch(
        executable_path=program,
        chromium_sandbox=uses_sandbox(),
        args=flags(),
        # Whatever does not go to this machine goes to a port where nobody listens: a page that asks another host cannot get an answer.
        proxy={"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"},
    )
    browser = runner.run(launched)
    yield browser
    runner.run(browser.close())
    runner.run(playwright.stop())


@pytest.fixture(scope="session")
def visits(runner: asyncio.Runner, browser: Browser, site: Site) -> list[Visit]:
    """Every page in both themes and at both widths."""
    return runner.run(survey(browser, site))


@pytest.fixture(scope="session")
def arrivals(visits: list[Visit]) -> list[Visit]:
    """Every page as somebody finds it who comes to the book for the first time."""
    return [visit for visit in visits if visit.loaded and visit.theme == "light"]


@pytest.fixture(scope="session")
def python(runner: asyncio.Runner, browser: Browser, folder: Path) -> Iterator[PythonPage]:
    """One Python for all tests that leave it alive, on a page that is cross-origin isolated."""
    with serving(folder, ISOLATED) as address:
        opened = python_page(browser, f"{address}loss/")
        yield runner.run(opened.__aenter__())
        runner.run(opened.__aexit__(None, None, None))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is a coroutine."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = {name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters}
    try:
        pyfuncitem.config.stash[RUNNER].run(pyfuncitem.obj(**wanted))
    except AssertionError as error:
        # Playwright's `expect` adds a picture of the whole page in words, in which the message is lost.
        error.args = (str(error).split("Call log:")[0].strip(),)
        raise
    return True
