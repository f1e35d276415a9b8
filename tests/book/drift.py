"""The drift test: change one thing in a copy of the book, and demand that the checks notice.

`python -m tests.book.drift` tries every change, or those whose description holds the words that follow; `tests/book/test_drift.py` a fixed sample. Changes that cannot
be mistaken for each other are made at once, and every problem names the file that it is in; what no problem names is tried alone. A change that provably means the
same stands in `drift_equivalent.toml`, with its reason.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from asrun.checking.book import Book, verify
from asrun.checking.plots import plots_file
from asrun.settings import Settings
from tests.book.changes import KINDS, Mutant, mutants

REPOSITORY = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("drift_equivalent.toml")
SOURCES = ("snippet", "data")  # kinds of changes of what pages read


@dataclass(frozen=True)
class Fate:
    mutant: Mutant
    killed_by: str  # "check", "tests", or nothing


def copy_book(root: Path, place: Path) -> Path:
    """What the checks need of the book, with what has run already."""
    unneeded = shutil.ignore_patterns("vendor", "__pycache__", "overrides", "pyodide", "take")
    for name in ("docs", "snippets", "tests", ".cache"):
        if (root / name).is_dir():
            shutil.copytree(root / name, place / name, ignore=unneeded)
    (place / "docs" / "overrides").mkdir()
    for name in ("mkdocs.yml", "requirements.txt"):
        shutil.copy(root / name, place / name)
    return place


@contextmanager
def planted(place: Path, group: Sequence[Mutant]) -> Iterator[Settings]:
    """The book at `place` with these changes, each in a file of its own; they are taken back at the end."""
    texts = {mutant: (place / mutant.file).read_text(encoding="utf-8") for mutant in group}
    try:
        for mutant, text in texts.items():
            end = mutant.offset + len(mutant.old)
            assert text[mutant.offset : end] == mutant.old, mutant
            changed = text[: mutant.offset] + mutant.new + text[end:]
            (place / mutant.file).write_text(changed, encoding="utf-8")
        yield Settings.load(place)
    finally:
        for mutant, text in texts.items():
            (place / mutant.file).write_text(text, encoding="utf-8")


def judge(place: Path, mutant: Mutant) -> Fate:
    """Make one change in the copy at `place` and ask the checks: its page, then the whole book, then the tests of a module."""
    with planted(place, [mutant]) as settings:
        if mutant.page and (settings.docs / mutant.page).exists() and verify(settings, [mutant.page]).problems:
            return Fate(mutant, "check")
        if verify(settings).problems:
            return Fate(mutant, "check")
        tests = place / "tests" / "snippets" / f"test_{Path(mutant.file).stem.replace('-', '_')}.py"
        if mutant.kind in ("snippet", "include") and tests.exists():
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-x",
                "-c",
                "/dev/null",
                "--rootdir",
                str(place),
                str(tests),
            ]
            if subprocess.run(command, cwd=place, capture_output=True, check=False, timeout=300).returncode == 1:
                return Fate(mutant, "tests")
        return Fate(mutant, "")


def judge_together(place: Path, group: Sequence[Mutant]) -> list[Fate]:
    """Make the changes of a group at once. Those whose page or file a problem names are noticed; the others are tried alone."""
    named: set[str] = set()
    if len(group) > 1:
        with planted(place, group) as settings:
            named = {problem.file for problem in verify(settings, [mutant.page for mutant in group]).problems}
    return [
        Fate(mutant, "check") if named & {mutant.file, f"docs/{mutant.page}"} else judge(place, mutant)
        for mutant in group
    ]


def together(book: Book, chosen: Iterable[Mutant]) -> list[list[Mutant]]:
    """The changes in groups, so that in none of them a problem could come from another change than the one it names.

    Of a group, no change is in a file that the page of another one reads. Changes of pages and of what pages read are kept apart, for a
    page that includes another section may read another module. The notation table is read by all pages.
    """
    readers: dict[str, set[str]] = {}  # file -> the pages that it can change
    for uri, page in book.pages.items():
        included = {segment.file for block in page.code_blocks for segment in block.segments}
        for file in included | {page.file} | {file for file, _ in book.runs[uri].dependencies}:
            readers.setdefault(file, set()).add(uri)
        readers[book.settings.name(plots_file(book.settings, page))] = {uri}
    readers[f"docs/{book.settings.options.notation}"] = set(book.pages)

    def apart(one: Mutant, other: Mutant) -> bool:
        return (
            one.file != other.file
            and one.page not in readers.get(other.file, book.pages)
            and other.page not in readers.get(one.file, book.pages)
            and (one.kind in SOURCES) == (other.kind in SOURCES)
        )

    groups: list[list[Mutant]] = []
    for mutant in chosen:
        group = next((group for group in groups if all(apart(mutant, other) for other in group)), None)
        if group is None or mutant.page not in book.pages:
            groups.append([mutant])
        else:
            group.append(mutant)
    return groups


@cache
def _copy(root: Path, place: str) -> Path:
    """This process's own copy."""
    return copy_book(root, Path(tempfile.mkdtemp(dir=place)))


def _judge(root: Path, place: str, group: list[Mutant]) -> list[Fate]:
    return judge_together(_copy(root, place), group)


def try_all(root: Path, chosen: list[Mutant]) -> list[Fate]:
    """What becomes of each mutant; two groups at a time, each in its own copy."""
    before = verify(Settings.load(root))
    assert not before.problems, "the book itself must be green first:\n" + "\n".join(map(str, before.problems))
    fates: list[Fate] = []
    with (
        tempfile.TemporaryDirectory(prefix="drift-", ignore_cleanup_errors=True) as place,
        ProcessPoolExecutor(max_workers=2) as pool,
    ):
        for these in pool.map(partial(_judge, root, place), together(before, chosen)):
            for fate in these:
                if not fate.killed_by:
                    say(f"nobody noticed: {told(fate.mutant)}")
            fates += these
            if len(fates) // 100 > (len(fates) - len(these)) // 100:
                say(f"{len(fates)} of {len(chosen)} changes tried")
    return fates


def say(text: str) -> None:
    """Tell whoever waits for an hour how far it is."""
    print(text, file=sys.stderr, flush=True)


def told(mutant: Mutant) -> str:
    return f"{mutant.kind} {mutant.name}: {mutant.old!r} -> {mutant.new!r} in {mutant.file}"


def equivalent() -> dict[str, str]:
    """The changes that mean the same, each with its reason."""
    if not EQUIVALENT.exists():
        return {}
    rows = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", [])
    return {f"{row['kind']} {row['name']}": row["reason"] for row in rows}


def sample(every: list[Mutant], size: int) -> list[Mutant]:
    """A fixed sample: from each kind its share, at least four, chosen by a hash of the names."""
    known = equivalent()
    chosen: list[Mutant] = []
    for kind in KINDS:
        of_kind = [m for m in every if m.kind == kind and f"{m.kind} {m.name}" not in known]
        of_kind.sort(key=lambda m: zlib.crc32(m.name.encode()))
        chosen += of_kind[: max(4, round(size * len(of_kind) / max(1, len(every))))]
    return chosen


def report(fates: list[Fate], known: dict[str, str]) -> list[str]:
    """A table by kind, and the survivors that nobody has argued for."""
    survivors = [fate.mutant for fate in fates if not fate.killed_by]
    unargued = [mutant for mutant in survivors if f"{mutant.kind} {mutant.name}" not in known]
    print(f"{'kind':<10} {'tried':>6} {'killed by check':>16} {'by tests':>9} {'equivalent':>11} {'survived':>9}")
    for kind in KINDS:
        by = Counter(fate.killed_by for fate in fates if fate.mutant.kind == kind)
        alive = sum(mutant.kind == kind for mutant in unargued)
        print(f"{kind:<10} {by.total():>6} {by['check']:>16} {by['tests']:>9} {by[''] - alive:>11} {alive:>9}")
    return [told(mutant) for mutant in unargued]


def main() -> int:
    every = [mutant for mutant in mutants(REPOSITORY) if all(word in told(mutant) for word in sys.argv[1:])]
    fates = try_all(REPOSITORY, every)
    left = report(fates, equivalent())
    print("\n".join(left))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
