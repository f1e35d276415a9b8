"""What a drag among 500 points costs: script time a frame in fit-lab, and in a JSXGraph construction of the same.

`python -m tests.bench_labs SITE` measures a built site; `lab_rows(SITE)` gives the rows for `make bench`. JSXGraph comes from npm,
for this comparison only.
"""

from __future__ import annotations

import asyncio
import gzip
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.site.browser import flags, get_browser, uses_sandbox
from tests.site.labs import own, parts
from tests.site.server import serving

JSXGRAPH = "jsxgraph@1.13.3"
POINTS = 500
MOVES = 150
MOST = 8.0  # milliseconds of script a frame
PARTS = {
    "d3": ["vendor/d3/d3.js"],
    "common": [f"labs/{name}" for name in (*sorted(parts("points.js", "controls.js")), "labs.css")],
}

MAKE_POINTS = """count => {
  const x = [], y = [];
  for (let i = 0; i < count; i++) { x.push((i * 7919 % 1000) / 100); y.push(1 + 0.5 * x[i] + Math.sin(i * 12.9898) * 2); }
  return [x, y];
}"""
# What is dragged: the page, its lab, and what is done in it first.
DRAGGED = {
    "fit-lab, residuals": ("closed-form/", "fit-lab", 'lab.change({ show: "residuals" }); lab.takeBest();'),
    "fit-lab, squares": ("closed-form/", "fit-lab", 'lab.change({ show: "squares" }); lab.takeBest();'),
    "outlier-lab, three lines": ("wrong-tool/", "outlier-lab", ""),
}
JSXGRAPH_PAGE = """<!doctype html><meta charset="utf-8"><title>JSXGraph</title><link rel="stylesheet" href="jsxgraph.css">
<div id="box" style="width:660px;height:400px"></div><script src="jsxgraphcore.js"></script><script>
const [x, y] = (%s)(%d);
const board = JXG.JSXGraph.initBoard("box", { boundingbox: [-1, 10, 11, -3], axis: true });
const points = x.map((_, i) => board.create("point", [x[i], y[i]], { name: "", size: 2 }));
const fit = JXG.Math.Numerics.regressionPolynomial(1, points.map(p => () => p.X()), points.map(p => () => p.Y()));
board.create("functiongraph", [fit]);
const highest = points[y.indexOf(Math.max(...y))];
window.grabAt = () => { const c = new JXG.Coords(JXG.COORDS_BY_USER, [highest.X(), highest.Y()], board).scrCoords;
  const r = document.getElementById("box").getBoundingClientRect(); return [r.left + c[1], r.top + c[2]]; };
</script>"""


def lab_rows(site: Path) -> list[tuple[str, str, str, str]]:
    """The rows of the benchmark: what, measured, budget, verdict."""
    return asyncio.run(measure(site))


async def measure(site: Path) -> list[tuple[str, str, str, str]]:
    rows: list[tuple[str, str, str, str]] = []
    with tempfile.TemporaryDirectory(prefix="bench-labs-") as place:
        folder = Path(place)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", JSXGRAPH], cwd=folder, check=True)
        distribution = folder / "node_modules/jsxgraph/distrib"
        (distribution / "lab.html").write_text(JSXGRAPH_PAGE % (MAKE_POINTS, POINTS), encoding="utf-8")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=get_browser(), chromium_sandbox=uses_sandbox(), args=flags()
            )
            for slower in (1, 4):
                name = f"drag among {POINTS} points" + (f", CPU {slower} × slower" if slower > 1 else "")
                with serving(site) as home:
                    for what, (page, lab, prepare) in DRAGGED.items():
                        times = await in_lab(browser, home + page, slower, lab, prepare)
                        budget = f"≤ {MOST:.0f} ms" if slower == 1 else ""
                        held = "" if slower > 1 else "yes" if percentile(times, 95) <= MOST else "NO"
                        rows.append((f"{what}: {name}", words(times), budget, held))
                with serving_folder(distribution) as address:
                    rows.append(
                        (
                            f"JSXGraph, points and line: {name}",
                            words(await in_jsxgraph(browser, address, slower)),
                            "",
                            "",
                        )
                    )
            await browser.close()
        jsx = packed(distribution / "jsxgraphcore.js")
    assets = site / "assets"
    shared = {name: sum(packed(assets / file) for file in files) for name, files in PARTS.items()}
    rows.append(
        (
            "scripts of all labs together: D3 bundle",
            f"{shared['d3']:.1f} KB gzip",
            "≤ 35 KB",
            "yes" if shared["d3"] <= 35 else "NO",
        )
    )
    rows.append(("scripts of all labs together: common parts and style", f"{shared['common']:.1f} KB gzip", "", ""))
    rows.append(("JSXGraph", f"{jsx:.1f} KB gzip", "", ""))
    for script in sorted((assets / "labs").glob("*.js")):
        if "customElements.define" in script.read_text(encoding="utf-8"):
            size = sum(packed(assets / "labs" / name) for name in own(script.stem))
            rows.append((f"{script.stem}", f"{size:.1f} KB gzip", "≤ 12 KB", "yes" if size <= 12 else "NO"))
    return rows


async def in_lab(browser: Browser, address: str, slower: int, name: str, prepare: str) -> list[float]:
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    await page.goto(address)
    lab = page.locator(name)
    await lab.scroll_into_view_if_needed()
    await lab.locator(".lab-spoken").wait_for(state="attached")
    await lab.evaluate(f"lab => {{ const [x, y] = ({MAKE_POINTS})({POINTS}); lab.replace(x, y); {prepare} }}")
    # One far from the line, whose handles would be grabbed first.
    highest = await lab.evaluate("lab => { const { y } = lab.state; return y.indexOf(Math.max(...y)); }")
    circle = lab.locator(".lab-points circle").nth(highest)
    await circle.evaluate("circle => circle.ownerSVGElement.scrollIntoView({ block: 'center' })")
    box = await circle.bounding_box()
    assert box
    times = await drag(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, slower)
    moved = await lab.evaluate(f"(lab, i) => lab.state.y[i] !== ({MAKE_POINTS})({POINTS})[1][i]", highest)
    assert moved, "the drag moved no point: nothing was measured"
    await page.close()
    return times


async def in_jsxgraph(browser: Browser, address: str, slower: int) -> list[float]:
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    await page.goto(address + "lab.html")
    x, y = await page.evaluate("grabAt()")
    times = await drag(page, x, y, slower)
    assert [x, y] != await page.evaluate("grabAt()"), "the drag moved no point: nothing was measured"
    await page.close()
    return times


async def drag(page: Page, x: float, y: float, slower: int) -> list[float]:
    """Script time, in milliseconds, of each frame in which the mouse moved."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")
    await session.send("Emulation.setCPUThrottlingRate", {"rate": slower})

    async def script() -> float:
        metrics: list[dict[str, Any]] = (await session.send("Performance.getMetrics"))["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration")) * 1000

    await page.mouse.move(x, y)
    await page.mouse.down()
    times = []
    for step in range(MOVES + 20):
        before = await script()
        await page.mouse.move(x + 60 * ((step % 40) / 40), y + 40 * ((step % 27) / 27))
        await page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        times.append(await script() - before)
    await page.mouse.up()
    return times[20:]  # after the first, the engine has compiled what runs often


def percentile(times: list[float], share: int) -> float:
    return statistics.quantiles(times, n=100)[share - 1]


def words(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} ms median, {percentile(times, 95):.2f} ms 95th percentile"


def packed(file: Path) -> float:
    return len(gzip.compress(file.read_bytes(), 9)) / 1000


@contextmanager
def serving_folder(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    for row in lab_rows(Path(sys.argv[1])):
        print("  ".join(row))
