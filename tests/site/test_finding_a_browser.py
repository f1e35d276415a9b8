"""The tests get a browser on a bare machine, or say clearly why not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.site import browser
from tests.site.browser import NoBrowser, get_browser

STARTS = "echo '<p>started</p>'"
ONLY_SAYS_WHERE_TO_GET_ONE = "echo 'error: requires the chromium snap to be installed' >&2; exit 1"


def put(folder: Path, name: str, script: str) -> str:
    """A program of that name that does what the shell script says."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser, on which Playwright cannot download one. Gives the one folder that is on PATH."""
    path = tmp_path / "bin"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.delenv("BOOK_BROWSER", raising=False)
    monkeypatch.setattr(browser, "MAC_APPS", ())
    monkeypatch.setattr(browser, "playwright_path", lambda: str(tmp_path / "not-downloaded"))
    monkeypatch.setattr(
        sys, "executable", put(tmp_path / "python", "python", "echo 'Error: getaddrinfo ENOTFOUND' >&2; exit 1")
    )
    monkeypatch.setattr(browser, "as_root", lambda: None)
    return path


def test_a_browser_of_the_machine_is_found_by_its_name(bare: Path) -> None:
    program = put(bare, "google-chrome", STARTS)
    assert get_browser() == program


def test_a_shell_without_windows_is_taken_before_a_full_browser(bare: Path) -> None:
    put(bare, "chromium", STARTS)
    program = put(bare, "chromium-headless-shell", STARTS)
    assert get_browser() == program


def test_a_program_that_only_has_the_name_is_passed_over(bare: Path) -> None:
    put(bare, "chromium", ONLY_SAYS_WHERE_TO_GET_ONE)
    program = put(bare, "chromium-browser", STARTS)
    assert get_browser() == program


def test_the_named_browser_comes_first(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(bare, "chromium", STARTS)
    named = put(tmp_path / "mine", "my-browser", STARTS)
    monkeypatch.setenv("BOOK_BROWSER", named)
    assert get_browser() == named


def test_a_named_browser_that_does_not_start_is_an_error(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(bare, "chromium", STARTS)
    monkeypatch.setenv("BOOK_BROWSER", "/no/such/browser")
    with pytest.raises(NoBrowser, match="BOOK_BROWSER=/no/such/browser does not start"):
        get_browser()


def test_what_playwright_has_downloaded_is_used(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = put(tmp_path / "downloads", "chrome", STARTS)
    monkeypatch.setattr(browser, "playwright_path", lambda: program)
    assert get_browser() == program


def test_playwright_downloads_one_where_there_is_none(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloaded = tmp_path / "not-downloaded"
    download = f"[ \"$*\" = '-m playwright install chromium' ] && printf '#!/bin/sh\\necho started\\n' > {downloaded} && /bin/chmod +x {downloaded}"
    monkeypatch.setattr(sys, "executable", put(tmp_path / "python", "python", download))
    assert get_browser() == str(downloaded)


def test_the_package_manager_is_the_last_resort(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "as_root", list)
    program = bare / "chromium"
    install = f"case \"$*\" in *install*chromium-headless-shell*) exit 100;; *install*chromium*) printf '#!/bin/sh\\necho started\\n' > {program}; /bin/chmod +x {program};; esac"
    put(bare, "apt-get", install)
    put(bare, "env", 'shift; exec "$@"')
    assert get_browser() == str(program)


def test_the_error_says_what_was_tried_and_what_to_do(bare: Path) -> None:
    put(bare, "chromium", ONLY_SAYS_WHERE_TO_GET_ONE)
    with pytest.raises(NoBrowser) as raised:
        get_browser()
    told = str(raised.value)
    assert f"{bare}/chromium: error: requires the chromium snap to be installed" in told
    assert "downloading a Chromium with Playwright: Error: getaddrinfo ENOTFOUND" in told
    assert "a package manager (apt-get, dnf, brew): none that may be used here" in told
    assert "set BOOK_BROWSER to" in told


def test_only_root_goes_without_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOOK_BROWSER_SANDBOX", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "--no-sandbox" not in browser.flags()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--no-sandbox" in browser.flags()
