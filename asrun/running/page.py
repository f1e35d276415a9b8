"""Run a page in a process of its own, and keep what came of it in `.cache/runs`."""

import contextlib
import hashlib
import os
import re
import signal
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Client
from pathlib import Path
from typing import cast

from asrun.cache import load, store
from asrun.formulas import katex
from asrun.formulas.notation import meanings_on
from asrun.model import (
    Block,
    Check,
    Checked,
    Figure,
    Formatted,
    Held,
    Item,
    Meaning,
    Number,
    Page,
    Problem,
    Ran,
    Statement,
)
from asrun.running.server import blas_kernel, forker
from asrun.running.surroundings import Job
from asrun.settings import Settings

IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+([^#\n;]+)", re.M)
Answer = Ran | Formatted | Held | Checked


@dataclass(frozen=True)
class PageRun:
    """What came of a page: something for each Python block, number, statement and bound formula."""

    blocks: tuple[Ran, ...] = ()
    values: tuple[Formatted, ...] = ()
    held: tuple[Held, ...] = ()
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
    if not page.runnable or not _items(page):
        return PageRun()
    meanings = meanings_on(page.stem, table) if page.bound_formulas else {}
    key, file = _cache_key(settings, page, meanings), _cache_file(settings, page)
    known: PageRun | None = load(file, key)
    if known and all(_digest(settings.root / name) == digest for name, digest in known.dependencies):
        return replace(known, cached=True)
    say(f"running {page.file}")
    run = _run_page(settings, page, meanings)
    if not run.problems and not any(checked.error for checked in run.checks):
        store(file, key, run)
    return run


def _items(page: Page, trees: Mapping[tuple[str, bool], katex.Rendered] | None = None) -> list[Item]:
    """Blocks and expressions in page order, then the bound formulas, with what KaTeX reads in each where it is given."""
    code: list[Item] = [*page.code_blocks, *page.numbers, *page.statements]
    checks = (
        Check(f.tex, f.binding, trees[f.tex, f.display].tree if trees else "") for f in page.formulas if f.binding
    )
    return [*sorted(code, key=lambda item: item.place if isinstance(item, Statement) else _line_of(item)), *checks]


def _line_of(item: Item) -> int:
    """The line of the page where the code of an item stands."""
    if isinstance(item, Check):
        return item.binding.line
    return item.comment_line if isinstance(item, Number) else item.line


def _run_page(settings: Settings, page: Page, meanings: dict[str, Meaning]) -> PageRun:
    # KaTeX reads the formulas here, so that the page's process needs no KaTeX.
    items = _items(page, katex.parse(settings, [(formula.tex, formula.display) for formula in page.bound_formulas]))
    with tempfile.TemporaryDirectory(prefix="book-", ignore_cleanup_errors=True) as place:
        folder = Path(place, "page")
        folder.mkdir()
        if settings.data.is_dir():
            (folder / "data").symlink_to(settings.data)
        job = Job(settings, page, tuple(items), meanings, _libraries(settings, page), folder)
        answers, files, end = _converse(job)
    rans = [answer for answer in answers if isinstance(answer, Ran)]
    problems = [problem for ran in rans for problem in ran.problems]
    if end:
        problems.append(_ended_early(settings, page, items, len(answers), end))
    rans += [Ran("not run")] * (len(page.code_blocks) - len(rans))
    answered = {id(item): answer for item, answer in zip(items, answers, strict=False)}
    return PageRun(
        tuple(rans),
        tuple(cast(Formatted, answered.get(id(number), Formatted())) for number in page.numbers),
        tuple(cast(Held, answered.get(id(statement), Held())) for statement in page.statements),
        tuple(answer for answer in answers if isinstance(answer, Checked)),
        tuple((file, _digest(settings.root / file)) for file in files),
        tuple(problems),
    )


def _libraries(settings: Settings, page: Page) -> tuple[str, ...]:
    """The large libraries that the page imports, also by way of the book's modules: those that `preload` names."""
    large = set(settings.options.preload)
    found, read = set[str](), set[Path]()
    sources = [segment.source for block in page.code_blocks for segment in block.segments]
    while large and sources:
        # By its words: a thread asks this, and `ast.parse` in two threads at once can fail (python/cpython, gh-106905).
        for name in re.findall(r"[^\W\d][\w.]*", " ".join(IMPORT.findall(sources.pop()))):
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
    file, line = page.file, page.lines[_line_of(item) - 1]
    if isinstance(item, Block) and item.segments:
        file, line = item.segments[0].file, item.segments[0].line
    folders = f"{settings.docs.name}|{settings.options.modules}"
    if found := re.search(rf'File "(?:{re.escape(str(settings.root))}/)?((?:{folders})/[^"]+)", line (\d+)', end):
        file, line = found[1], int(found[2])
    what = {
        Block: "the block",
        Number: "the expression",
        Statement: "the statement",
        Check: "the check of the formula",
    }[type(item)]
    if end.startswith("Timeout"):
        message = f"{what} does not end: it was stopped at the time limit"
    elif fault := re.search(r"Fatal Python error: (.+)", end):
        message = f"{what} crashed Python: {fault[1]}"
    else:
        message = end
    left = sum(isinstance(item, Block) for item in items[done + 1 :])
    later = f" ({left} {'block' if left == 1 else 'blocks'} after it not run)" if left else ""
    return Problem(file, line, message + later)


def expect_runs(settings: Settings) -> None:
    """Begin to load NumPy and Matplotlib where no page has been run yet: by the time the pages are read, they are there."""
    if not any((settings.cache / "runs").glob("*")):
        forker(str(settings.root))


def _converse(job: Job) -> tuple[list[Answer], list[str], str]:
    """Send a job and hear its answers: answers, files the page read, and why it ended early."""
    answers: list[Answer] = []
    pid = 0
    try:
        forks = forker(str(job.settings.root))
        with Client(forks.large if job.libraries else forks.path, family="AF_UNIX") as connection:
            connection.send(job)
            patience = 60.0  # the first page waits for NumPy and Matplotlib to load
            while connection.poll(patience):
                answer = connection.recv()
                if isinstance(answer, int):
                    pid = answer
                elif isinstance(answer, list):
                    return answers, answer, ""
                elif isinstance(answer, str):
                    return answers, [], f"the engine failed here: {answer}"
                else:
                    answers.append(answer)
                patience = job.settings.options.time_limit + 5  # the process stops itself before
            return answers, [], "Timeout " + _log(job)
    except (EOFError, ConnectionError):
        return answers, [], _log(job) or "the block ended the Python process (os._exit, or a signal)"
    finally:
        if pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)


def _log(job: Job) -> str:
    return job.log.read_text(errors="replace") if job.log.exists() else ""


# ---- the cache ----


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _cache_file(settings: Settings, page: Page) -> Path:
    name = page.uri.replace("/", "-") + ("-" + blas_kernel() if blas_kernel() else "")
    return settings.cache / "runs" / f"{name}.pickle"


def _cache_key(settings: Settings, page: Page, meanings: dict[str, Meaning]) -> str:
    def seen(item: Item) -> object:
        """What of an item decides its outcome: not the line it stands at."""
        if isinstance(item, Block):
            return [(segment.file, segment.source) for segment in item.segments], item.raises
        if isinstance(item, Check):
            return item.tex, replace(item.binding, line=0)
        return (item.expression, item.numbers) if isinstance(item, Statement) else item.expression

    # A set is written in another order by every process, so it has no place in a key.
    table = [replace(meaning, line=0, pages=frozenset()) for meaning in meanings.values()]
    known = (settings.fingerprint, settings.options.style, [seen(item) for item in _items(page)], table)
    return hashlib.sha256(repr(known).encode()).hexdigest()
