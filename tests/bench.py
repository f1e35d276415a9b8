"""`make bench`: the budgets of the book, as ratios against a baseline of the same run.

The baseline is the same site built by MkDocs Material without execution, figures or mathematics.
Machines differ and are noisy, so seconds are shown beside, and only ratios are compared with budgets.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import yaml

from asrun.browser import pyodide
from asrun.model import Block, Page
from asrun.reading.pages import read_pages
from asrun.reading.parser import OPENING
from asrun.settings import Settings
from tests import bench_labs, bench_runtime

REPOSITORY = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".cache", "site", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__"
)


@dataclass(frozen=True)
class Measured:
    """One command: seconds by the clock, seconds of all processors, peak memory in MB."""

    wall: float
    cpu: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chapters", type=int, nargs="*", default=[12, 48], help="sizes of the generated sites")
    parser.add_argument("--repeat", type=int, default=3, help="how often each warm build is measured")
    given = parser.parse_args()
    rows: list[tuple[str, str, str, str]] = []
    os.environ["BOOK_RUNTIME"] = str(pyodide.folder(Settings.load(REPOSITORY)))  # the copies do not fetch Pyodide again
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        sites = {"this site": copy_of_book(Path(place, "book"), 0)}
        for count in given.chapters:
            sites[f"{count} chapters"] = copy_of_book(Path(place, f"book-{count}"), count)
        cpu: dict[int, float] = {}
        for name, root in sites.items():
            say(f"measuring {name}")
            found = measure_site(root, given.repeat)
            rows += table_of(name, found)
            if name != "this site":
                cpu[int(name.split()[0])] = found["cold"].cpu
        if len(cpu) > 1:
            low, high = min(cpu), max(cpu)
            rows.append(("CPU a chapter", f"{(cpu[high] - cpu[low]) / (high - low):.2f} s cold", "", ""))
        rows += weights(sites["this site"])
        say("measuring Python in the page")
        rows += bench_runtime.rows(sites["this site"] / "site")
        say("measuring the labs")
        rows += bench_labs.lab_rows(sites["this site"] / "site")
        say("measuring the formulas of 16 chapters")
        rows.append(formulas(Path(place, "formulas")))
        say("measuring make check, cold")
        shutil.rmtree(sites["this site"] / ".cache")
        checked = run([sys.executable, "-m", "asrun", "check"], sites["this site"])
        rows.append(("make check, whole book, cold", f"{checked.wall:.1f} s", "≤ 30 s", verdict(checked.wall <= 30)))
    print_table(rows)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# ---- the sites that are measured ----


def copy_of_book(root: Path, chapters: int) -> Path:
    """A copy of the book; with `chapters` it has that many, made from the real ones."""
    shutil.copytree(REPOSITORY, root, ignore=LEFT_OUT)
    if chapters:
        settings = Settings.load(root)
        real = [page.uri for page in read_pages(settings) if page.meta.get("level") and not page.is_notebook]
        nav: list[Any] = list(settings.site["nav"])
        made = []
        for number in range(chapters):
            text = (root / "docs" / real[number % len(real)]).read_text(encoding="utf-8")
            uri = f"generated-{number + 1:02}.md"
            (root / "docs" / uri).write_text(re.sub(r"^level:.*\n", "", text, count=1, flags=re.M), encoding="utf-8")
            made.append(uri)
            # What the notation table says of the one page holds for its copy.
            stem, copy = real[number % len(real)].removesuffix(".md"), uri.removesuffix(".md")
            notation = root / "docs" / settings.options.notation
            rows = re.sub(
                rf"(?m)(?<=[|,] ){re.escape(stem)}(?=[ ,][^|]*\|$)",
                f"{stem}, {copy}",
                notation.read_text(encoding="utf-8"),
            )
            notation.write_text(rows, encoding="utf-8")
        config = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
        config["nav"] = [*nav, {"Generated": made}]
        (root / "mkdocs.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        shutil.rmtree(root / ".cache", ignore_errors=True)
    return root


def without_execution(root: Path) -> Path:
    """The same pages, with the same code on them, for MkDocs Material alone."""

    def shown(page: Page, block: Block) -> list[str] | None:
        return fenced(block, "python", block.code) if block.language == "python" else None

    return configured(rewritten(root, "plain", shown), [])


def with_markdown_exec(root: Path) -> Path:
    """The same pages, run by markdown-exec."""

    def run(page: Page, block: Block) -> list[str] | None:
        if block.language == "output":
            return []
        if block.language != "python" or "raises" in block.options:
            return None
        code, options = block.code, f'exec="on" session="{page.stem}" source="above"'
        if block.alts:
            options += ' html="on"'
            code += "\nimport io as _io\n_b = _io.StringIO()\nplt.savefig(_b, format='svg')\nplt.close('all')\nprint(_b.getvalue())\n"
        return fenced(block, f"python {options}", code)

    return configured(rewritten(root, "exec", run), ["markdown-exec"])


def rewritten(root: Path, name: str, write: Callable[[Page, Block], list[str] | None]) -> Path:
    """A copy of a book, with the lines that `write` gives in place of a block; nothing leaves it as it is."""
    other = root.with_name(f"{root.name}-{name}")
    shutil.copytree(root, other, ignore=LEFT_OUT)
    for page in read_pages(Settings.load(root)):
        if page.is_notebook:
            continue
        lines = page.text.split("\n")
        for block in reversed(page.blocks):
            if (new := write(page, block)) is not None:
                lines[block.line - 1 : block.end] = new
        (other / "docs" / page.uri).write_text("\n".join(lines), encoding="utf-8")
    return other


def fenced(block: Block, opening: str, code: str) -> list[str]:
    return [block.prefix + line for line in (f"```{opening}", *code.rstrip("\n").split("\n"), "```")]


def configured(root: Path, plugins: list[str]) -> Path:
    """Take our plugin out of the settings, and put others in. The look stays: templates, fonts and scripts of our theme."""
    config = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
    config.pop("validation", None)
    theme = root / "asrun" / "publishing" / "theme"
    shutil.copytree(theme / "assets", root / "docs" / "assets", dirs_exist_ok=True)
    ours = shutil.ignore_patterns("assets")
    shutil.copytree(theme, root / "docs" / "overrides", ignore=ours, dirs_exist_ok=True)
    shutil.copy(root / "asrun" / "publishing" / "styles" / "book.css", root / "docs" / "assets" / "book.css")
    config["extra"]["stylesheet"] = "assets/book.css"
    config["extra_javascript"] = [{"path": "assets/book.js", "type": "module"}]
    others = [plugin for plugin in config["plugins"] if not (isinstance(plugin, dict) and "asrun" in plugin)]
    config["plugins"] = [*plugins, *others]
    (root / "mkdocs.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return root


# ---- measuring ----


def run(command: list[str], root: Path, watch: bool = False) -> Measured:
    """Run a command. With `watch`, follow the memory of all its processes; that slows down the start of each, so no time is taken then."""
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "MPLBACKEND": "agg", "PYTHONPATH": str(root)}
    before = os.times()
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peak = [0.0]
    watcher = threading.Thread(target=watch_memory, args=(process.pid, peak), daemon=True)
    if watch:
        watcher.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - start
    after = os.times()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed in {root}:\n{output[-3000:]}")
    return Measured(
        wall, after.children_user + after.children_system - before.children_user - before.children_system, peak[0]
    )


def watch_memory(pid: int, peak: list[float]) -> None:
    """Keep the highest sum of the processes' own shares of memory, in MB."""
    try:
        top = psutil.Process(pid)
        while top.is_running() and top.status() != psutil.STATUS_ZOMBIE:
            total = 0.0
            for process in [top, *top.children(recursive=True)]:
                try:
                    info = process.memory_full_info()
                    total += getattr(info, "pss", info.rss) / 1e6
                except psutil.Error:
                    continue
            peak[0] = max(peak[0], total)
            time.sleep(0.1)
    except psutil.Error:
        return


def build(root: Path, watch: bool = False) -> Measured:
    return run([sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(root / "site")], root, watch)


def build_cold(root: Path, watch: bool = False) -> Measured:
    shutil.rmtree(root / ".cache", ignore_errors=True)
    return build(root, watch)


def median(count: int, measure: Callable[[], Measured]) -> Measured:
    found = [measure() for _ in range(count)]
    return Measured(*(statistics.median(getattr(m, name) for m in found) for name in ("wall", "cpu", "memory")))


def measure_site(root: Path, repeat: int) -> dict[str, Measured]:
    """Cold, warm and one-edit builds beside the baseline and markdown-exec."""
    plain = without_execution(root)
    other = with_markdown_exec(root)
    build(plain)  # the first build of all fills the file cache of the machine
    found = {"baseline": median(repeat, lambda: build(plain))}
    found["baseline"] = replace(found["baseline"], memory=build(plain, watch=True).memory)
    memory = build_cold(root, watch=True).memory
    # In turns, so that a machine that grows slow meanwhile slows both.
    turns = [(build_cold(root), build_cold(other)) for _ in range(repeat)]
    ours, theirs = (sorted(side, key=lambda m: m.wall)[repeat // 2] for side in zip(*turns, strict=True))
    found |= {"cold": replace(ours, memory=memory), "markdown-exec": theirs}
    found["warm"] = median(repeat, lambda: build(root))
    edited = sorted((root / "docs").glob("generated-*.md")) or [root / "docs" / "gradient-descent.md"]
    edits = iter(range(1000))

    def edit_and_build() -> Measured:
        text = edited[-1].read_text(encoding="utf-8")
        first = next(
            n
            for n, line in enumerate(text.split("\n"))
            if (m := OPENING.match(line)) and m["info"].startswith("python")
        )
        lines = text.split("\n")
        lines.insert(first + 1, f"edit_{next(edits)} = 0")
        edited[-1].write_text("\n".join(lines), encoding="utf-8")
        return build(root)

    found["edit"] = median(repeat, edit_and_build)
    name = edited[-1].relative_to(root).as_posix()
    (root / ".cache" / "runs" / f"{edited[-1].name}.pickle").unlink()
    alone = run([sys.executable, "-m", "asrun", "check", name], root)
    nothing = run([sys.executable, "-m", "asrun", "check", name], root)
    found["page"] = Measured(max(0.0, alone.wall - nothing.wall), 0, 0)
    return found


def table_of(name: str, found: dict[str, Measured]) -> Iterator[tuple[str, str, str, str]]:
    base = found["baseline"].wall
    yield (f"{name}: baseline", f"{base:.2f} s, {found['baseline'].memory:.0f} MB", "= 1", "")
    warm = found["warm"].wall / base
    yield (f"{name}: warm", f"{warm:.2f} ({found['warm'].wall:.2f} s)", "≤ 1.3", verdict(warm <= 1.3))
    edit, page = found["edit"].wall, found["page"].wall
    limit = 1.5 * found["warm"].wall + page
    yield (
        f"{name}: one block edited",
        f"{edit / base:.2f} ({edit:.2f} s)",
        f"≤ 1.5 × warm + page's run = {limit:.2f} s",
        verdict(edit <= limit),
    )
    cold, rival = found["cold"], found["markdown-exec"]
    yield (f"{name}: cold", f"{cold.wall / base:.2f} ({cold.wall:.2f} s, {cold.memory:.0f} MB)",
           f"< markdown-exec: {rival.wall / base:.2f} ({rival.wall:.2f} s)", verdict(cold.wall < rival.wall))  # fmt: skip


def formulas(root: Path) -> tuple[str, str, str, str]:
    """What 150 bound formulas add to a cold check: the difference to the same pages with none bound."""
    copy_of_book(root, 16)
    settings = Settings.load(root)
    count = sum(len(page.bound_formulas) for page in read_pages(settings))

    def check() -> Measured:
        shutil.rmtree(root / ".cache", ignore_errors=True)
        return run([sys.executable, "-m", "asrun", "check"], root)

    bound = median(3, check)
    for path in (root / "docs").glob("*.md"):
        text = re.sub(
            r"<!-- (?:code|value): .*?-->", "<!-- definition -->", path.read_text(encoding="utf-8"), flags=re.S
        )
        path.write_text(text, encoding="utf-8")
    cost = (bound.wall - median(3, check).wall) * 150 / count
    return ("150 formulas in a cold check of 16 chapters", f"{cost:.1f} s", "≤ 5 s", verdict(cost <= 5))


def weights(root: Path) -> Iterator[tuple[str, str, str, str]]:
    site = root / "site"
    for page in sorted(site.rglob("index.html")):
        size = len(gzip.compress(page.read_bytes())) / 1000
        name = page.parent.relative_to(site).as_posix()
        limit = 60 if name == "project" else 30
        yield (f"weight of {name}", f"{size:.1f} KB gzip", f"≤ {limit} KB", verdict(size <= limit))
    index = len(gzip.compress((site / "search" / "search_index.json").read_bytes())) / 1000
    yield ("search index", f"{index:.1f} KB gzip", "≤ 120 KB", verdict(index <= 120))


def verdict(holds: bool) -> str:
    return "holds" if holds else "MISSED"


def print_table(rows: list[tuple[str, str, str, str]]) -> None:
    rows = [("what", "measured (baseline = 1)", "budget", ""), *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
