"""Gets a Chromium on a machine that has only Python, make and a network.

`python -m tests.site.browser` finds one or installs one and prints its path; the tests of the built site then find it at once. What
is tried, in this order: the browser that BOOK_BROWSER names, those of the machine, the one that Playwright has downloaded, a
download by Playwright, the package manager of the system. Where all fail, the error says what was tried and what to do.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.async_api import async_playwright

# A shell without windows comes first: it opens a page in half the time.
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = (
    *SHELLS,
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
MAC_APPS = ("Chromium", "Google Chrome", "Microsoft Edge")
START_SECONDS = 60
INSTALL_SECONDS = 900

WHAT_TO_DO = """What to do, one of these:
  - install Chromium or Chrome in the way of your system (Debian: apt-get install chromium-headless-shell), or
  - set BOOK_BROWSER to the program of a Chromium, Chrome or Edge that you have, or
  - let this machine reach Playwright's downloads, and run: python -m playwright install --with-deps chromium
Where a browser is there but starts only without its sandbox (in some containers): set BOOK_BROWSER_SANDBOX=off."""


class NoBrowser(Exception):
    """No browser could be found or installed."""


def uses_sandbox() -> bool:
    """Chromium refuses its sandbox to root; everybody else keeps it unless they say so."""
    return os.geteuid() != 0 and os.environ.get("BOOK_BROWSER_SANDBOX") != "off"


def flags() -> list[str]:
    """Flags that keep a browser from doing anything but showing our pages."""
    quiet = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        # No page lives long enough for its scripts to be worth the last optimizations: a sixth of the browser's time.
        "--js-flags=--no-turbofan",
    ]
    return quiet if uses_sandbox() else [*quiet, "--no-sandbox"]


def get_browser() -> str:
    """The path of a browser that starts. Installs one where there is none."""
    tried: list[str] = []
    named = os.environ.get("BOOK_BROWSER")
    if named:
        # Whoever names a browser wants that one: another would hide the mistake.
        reason = why_not(named)
        if reason is None:
            return named
        raise NoBrowser(f"BOOK_BROWSER={named} does not start: {reason}\n{WHAT_TO_DO}")
    for candidate in on_this_machine():
        reason = why_not(candidate)
        if reason is None:
            return candidate
        tried.append(f"{candidate}: {reason}")
    if not tried:
        tried.append(f"programs of the names {', '.join(NAMES)}: none on PATH")
    for step in (downloaded_by_playwright, download_with_playwright, install_with_package_manager):
        found = step(tried)
        if found:
            return found
    lines = "\n".join(f"  - {line}" for line in tried)
    raise NoBrowser(f"No browser to look at the built site with. Tried:\n{lines}\n{WHAT_TO_DO}")


def why_not(program: str) -> str | None:
    """None if the browser really starts, else the reason. (Some systems have a `chromium` that only says where to get one.)"""
    command = [program, "--headless", *flags(), "--dump-dom", "data:text/html,<p>started</p>"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"did not start within {START_SECONDS} s"
    except OSError as error:
        return str(error)
    if "started" in run.stdout:
        return None
    return last_line(run.stderr) or f"ended with status {run.returncode}"


def on_this_machine() -> Iterator[str]:
    for name in NAMES:
        path = shutil.which(name)
        if path:
            yield path
    for folder in (Path("/Applications"), Path.home() / "Applications"):
        for app in MAC_APPS:
            path_in_app = folder / f"{app}.app/Contents/MacOS/{app}"
            if path_in_app.exists():
                yield str(path_in_app)


def downloaded_by_playwright(tried: list[str]) -> str | None:
    path = playwright_path()
    if not Path(path).exists():
        tried.append("Playwright's own Chromium: not downloaded")
        return None
    return accept(path, "Playwright's own Chromium", tried)


def download_with_playwright(tried: list[str]) -> str | None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if not run_aloud(command, "downloading a Chromium with Playwright", tried):
        return None
    path = playwright_path()
    reason = why_not(path)
    if reason is None:
        return path
    # It came, but the system lacks libraries for it. Playwright knows their names where the system is a Debian or Ubuntu.
    prefix = as_root()
    if prefix is not None and shutil.which("apt-get"):
        with_libraries = [*prefix, sys.executable, "-m", "playwright", "install-deps", "chromium"]
        run_aloud(with_libraries, "installing the libraries that Chromium needs", tried)
    return accept(path, "Playwright's own Chromium", tried)


def install_with_package_manager(tried: list[str]) -> str | None:
    manager, before, ways = package_commands()
    if manager is None:
        tried.append("a package manager (apt-get, dnf, brew): none that may be used here without a password")
        return None
    what = f"installing Chromium with {manager}"
    if not all(run_aloud(command, what, tried) for command in before):
        return None
    if not any(run_aloud(command, what, tried) for command in ways):
        return None
    for candidate in on_this_machine():
        found = accept(candidate, candidate, tried)
        if found:
            return found
    return None


def package_commands() -> tuple[str | None, list[list[str]], list[list[str]]]:
    """The package manager that may be used here, what to call first, and then the ways to install, of which one is enough."""
    if shutil.which("brew"):
        return "brew", [], [["brew", "install", "--cask", "google-chrome"]]
    prefix = as_root()
    if prefix is None:
        return None, [], []
    if shutil.which("apt-get"):
        apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        install = [*apt, "install", "-qq", "-y", "--no-install-recommends"]
        return "apt-get", [[*apt, "update", "-qq"]], [[*install, SHELLS[0]], [*install, "chromium"]]
    if shutil.which("dnf"):
        return "dnf", [], [[*prefix, "dnf", "install", "-q", "-y", "chromium"]]
    return None, [], []


def as_root() -> list[str] | None:
    """What to put before a command so that it runs as root, or None where that needs a password."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def accept(path: str, what: str, tried: list[str]) -> str | None:
    reason = why_not(path)
    if reason is None:
        return path
    tried.append(f"{what}: {reason}")
    return None


def run_aloud(command: list[str], what: str, tried: list[str]) -> bool:
    """Runs a command that may take minutes, says so, and notes why it failed."""
    print(f"browser: {what} …", file=sys.stderr, flush=True)
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        tried.append(f"{what}: stopped after {INSTALL_SECONDS} s")
        return False
    except OSError as error:
        tried.append(f"{what}: {error}")
        return False
    if run.returncode != 0:
        tried.append(f"{what}: {reason_in(run.stdout) or f'status {run.returncode}'}")
        return False
    return True


def playwright_path() -> str:
    async def ask() -> str:
        async with async_playwright() as playwright:
            return playwright.chromium.executable_path

    return asyncio.run(ask())


def reason_in(output: str) -> str:
    """The line of a log that says why: the first that speaks of an error, else the last."""
    lines = [line.strip() for line in output.splitlines()]
    return next((line for line in lines if line.lower().startswith(("error", "e:"))), last_line(output))


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


if __name__ == "__main__":
    try:
        print(get_browser())
    except NoBrowser as error:
        sys.exit(str(error))
