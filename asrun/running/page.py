"""Run a page in a process of its own, and keep what came of it in `.cache/runs`."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import signal
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Client
from pathlib import Path

from asrun.cache import load, store
from asrun.formulas import katex
from asrun.formulas.notation import meanings_on
from asrun.model import Check, Checked, Code, Figure, Formatted, Item, Job, Meaning, Number, Page, Problem, Ran, Value
from asrun.running.server import blas_kernel, forker
from asrun.settings import Settings

IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(?P<module>\w[\w.]*)[ \t]+import\b|import[ \t]+(?P<modules>[^#\n;]+))", re.M)


@dataclass(frozen=True)
class PageRun:
    """What came of a page: a `Ran` for each Python block, a text for each number, a `Checked` for each bound formula."""

    blocks: tuple[Ran, ...] = ()
    values: tuple[Formatted, ...] = ()
    checks: tuple[Checked, ...] = ()
    dependencies: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    cached: bool = False

    @property
    def figures(self) -> list[Figure]:
        return [piece for ran in self.blocks for piece in ran.pieces if isinstance(piece, Figure)]


def run_page(
    settings: Settings, page: Page, table: Sequence[Meaning] = (), say: Callable[[str], None] = lambda text: None
) -> PageRun:
    """What came of a page: from the cache where nothing it depends on has changed, else from a run."""
    if not page.runnable or not _items(page)[0]:
        return PageRun()
    meanings = meanings_on(page.stem, table) if page.bound_formulas else {}
    key = _cache_key(settings, page, meanings)
    if known := _from_cache(settings, page, key):
        return known
    say(f"running {page.file}")
    run = _run_page(settings, page, meanings)
    if not run.problems and not any(checked.error for checked in run.checks):
        store(_cache_file(settings, page), key, run)
    return run


def _items(page: Page) -> tuple[list[Item], list[Number]]:
    """Blocks and expressions in page order, then the bound formulas; and the numbers in the order of their values."""
    code = [
        (
            block.line,
            Code(
                page.lines[block.line - 1],
                tuple((s.file, s.line, s.source) for s in block.segments),
                block.raises,
            ),
        )
        for block in page.code_blocks
    ]
    values = [(number.comment_line, Value(number.expression)) for number in page.numbers]
    items: list[tuple[int, Code | Value]] = sorted([*code, *values], key=lambda item: item[0])
    numbers = sorted(page.numbers, key=lambda number: number.comment_line)
    checks = [Check(formula.tex, formula.binding) for formula in page.bound_formulas if formula.binding]
    return [*(item for _, item in items), *checks], numbers


def _with_trees(settings: Settings, page: Page, items: list[Item]) -> list[Item]:
    """The items with what KaTeX reads in each bound formula: it is read here, so that the page's process needs no KaTeX."""
    keys = [(formula.tex, formula.display) for formula in page.bound_formulas]
    trees = katex.parse(settings, keys)
    code, checks = items[: len(items) - len(keys)], items[len(items) - len(keys) :]
    read = (
        replace(item, tree=trees[key].tree) for item, key in zip(checks, keys, strict=True) if isinstance(item, Check)
    )
    return [*code, *read]


def _run_page(settings: Settings, page: Page, meanings: dict[str, Meaning]) -> PageRun:
    items, numbers = _items(page)
    items = _with_trees(settings, page, items)
    with tempfile.TemporaryDirectory(prefix="book-", ignore_cleanup_errors=True) as place:
        folder = Path(place, "page")
        folder.mkdir()
        data = settings.docs / "data"
        if data.is_dir():
            (folder / "data").symlink_to(data)
        job = Job(
            root=str(settings.root),
            file=page.file,
            name=page.stem.replace("/", "-"),
            items=tuple(items),
            meanings=meanings,
            libraries=_libraries(settings, page),
            style=settings.options.style,
            time_limit=settings.options.time_limit,
            folder=str(folder),
            data=str(data),
            log=str(Path(place, "log")),
            package=settings.package,
        )
        answers, files, end = _converse(job)
    rans = [answer for answer in answers if isinstance(answer, Ran)]
    values = [answer for answer in answers if isinstance(answer, Formatted)]
    checks = [answer for answer in answers if isinstance(answer, Checked)]
    problems = [Problem(*problem) for ran in rans for problem in ran.problems]
    if end:
        problems.append(_ended_early(settings, page, items, len(answers), end))
    rans += [Ran("not run")] * (len(page.code_blocks) - len(rans))
    values += [Formatted()] * (len(numbers) - len(values))
    by_number = dict(zip(numbers, values, strict=True))
    return PageRun(
        tuple(rans),
        tuple(by_number[number] for number in page.numbers),
        tuple(checks),
        tuple((file, _digest(settings.root / file)) for file in files),
        tuple(problems),
    )


def _libraries(settings: Settings, page: Page) -> tuple[str, ...]:
    """The large libraries that the page imports, also by way of the book's modules: those that `preload` names."""
    large = set(settings.options.preload)
    found: set[str] = set()
    read: set[Path] = set()
    sources = [segment.source for block in page.code_blocks for segment in block.segments]
    while large and sources:
        # By its words: a thread asks this, and `ast.parse` in two threads at once can fail (python/cpython, gh-106905).
        for match in IMPORT.finditer(sources.pop()):
            for name in re.findall(r"[\w.]+", match["module"] or re.sub(r"\bas\s+\w+", "", match["modules"])):
                path = settings.root.joinpath(*name.split(".")).with_suffix(".py")
                if name.split(".")[0] in large:
                    found.add(name)
                elif path.is_relative_to(settings.modules) and path.is_file() and path not in read:
                    read.add(path)
                    sources.append(path.read_text(encoding="utf-8"))
    return tuple(sorted(found))


def _ended_early(settings: Settings, page: Page, items: list[Item], done: int, end: str) -> Problem:
    """A page whose process ended before the page did."""
    item = items[min(done, len(items) - 1)]
    file, line = page.file, 1
    if isinstance(item, Code) and item.segments:
        file, line, _ = item.segments[0]
    elif isinstance(item, Value):
        before = sum(isinstance(other, Value) for other in items[:done])
        line = page.lines[sorted(number.comment_line for number in page.numbers)[before] - 1]
    elif isinstance(item, Check):
        line = page.lines[item.binding.line - 1]
    if found := re.search(
        rf'File "(?:{re.escape(str(settings.root))}/)?((?:{settings.docs.name}|{settings.options.modules})/[^"]+)", line (\d+)',
        end,
    ):
        file, line = found[1], int(found[2])
    what = {Code: "the block", Value: "the expression", Check: "the check of the formula"}[type(item)]
    if end.startswith("Timeout"):
        message = f"{what} does not end: it was stopped at the time limit"
    elif fault := re.search(r"Fatal Python error: (.+)", end):
        message = f"{what} crashed Python: {fault[1]}"
    else:
        message = end
    left = sum(isinstance(item, Code) for item in items[done + 1 :])
    later = f" ({left} {'block' if left == 1 else 'blocks'} after it not run)" if left else ""
    return Problem(file, line, message + later)


# ---- the conversation with a process ----


def expect_runs(settings: Settings) -> None:
    """Begin to load NumPy and Matplotlib where no page has been run yet: by the time the pages are read, they are there."""
    if not any((settings.cache / "runs").glob("*")):
        forker(str(settings.root))


def _converse(job: Job) -> tuple[list[Ran | Formatted | Checked], list[str], str]:
    """Send a job and hear its answers: answers, files the page read, and why it ended early."""
    answers: list[Ran | Formatted | Checked] = []
    pid = 0
    try:
        forks = forker(job.root)
        with Client(forks.large if job.libraries else forks.path, family="AF_UNIX") as connection:
            connection.send(job)
            patience = 60.0  # the first page waits for NumPy and Matplotlib to load
            while True:
                if not connection.poll(patience):
                    return answers, [], "Timeout " + _log(job)
                answer = connection.recv()
                if isinstance(answer, int):
                    pid = answer
                elif isinstance(answer, list):
                    return answers, answer, ""
                elif isinstance(answer, str):
                    return answers, [], f"the engine failed here: {answer}"
                else:
                    answers.append(answer)
                patience = job.time_limit + 5  # the process stops itself before
    except (EOFError, ConnectionError):
        return answers, [], _log(job) or "the block ended the Python process (os._exit, or a signal)"
    finally:
        if pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)


def _log(job: Job) -> str:
    log = Path(job.log)
    return log.read_text(errors="replace") if log.exists() else ""


# ---- the cache ----


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _cache_file(settings: Settings, page: Page) -> Path:
    name = page.uri.replace("/", "-") + ("-" + blas_kernel() if blas_kernel() else "")
    return settings.cache / "runs" / f"{name}.pickle"


def _cache_key(settings: Settings, page: Page, meanings: dict[str, Meaning]) -> str:
    def seen(item: Item) -> object:
        """What of an item decides its outcome: not the line it stands at."""
        if isinstance(item, Code):
            return [(file, source) for file, _, source in item.segments], item.raises
        return item.expression if isinstance(item, Value) else (item.tex, replace(item.binding, line=0))

    items = [seen(item) for item in _items(page)[0]]
    # A set is written in another order by every process, so it has no place in a key.
    table = [replace(meaning, line=0, pages=frozenset()) for meaning in meanings.values()]
    return hashlib.sha256(repr((settings.fingerprint, settings.options.style, items, table)).encode()).hexdigest()


def _from_cache(settings: Settings, page: Page, key: str) -> PageRun | None:
    run: PageRun | None = load(_cache_file(settings, page), key)
    if run is None or any(_digest(settings.root / file) != digest for file, digest in run.dependencies):
        return None
    return replace(run, cached=True)
