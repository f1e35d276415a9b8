"""The same sources give the same bytes: in any folder, any time zone, with any hash seed, with and without a cache."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from asrun.settings import Settings
from tests.site.built import ROOT, build

ADVICE = (
    "What to do: compare the two files. Usual causes: a set or a folder listing that is not sorted, the current time, an id or a path"
    " that varies, a figure without a fixed seed, a cache that gives back something else than was put into it (asrun/running/page.py)"
)


def sources() -> Iterator[str]:
    """The files of the repository, those included that are not committed yet, and nothing that is made from them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in sorted(set(listed.split("\0"))):
        if name and (ROOT / name).is_file():
            yield name


def copy_of_the_repository(into: Path) -> Path:
    for name in sources():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, into / name)
    return into


def digests(folder: Path) -> dict[str, str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def differences(one: Path, other: Path) -> list[str]:
    first, second = digests(one), digests(other)
    missing = [f"{name}: only in one of the two" for name in sorted(first.keys() ^ second.keys())]
    return missing + [
        f"{name}: {differs_at(one / name, other / name)}"
        for name in sorted(first.keys() & second.keys())
        if first[name] != second[name]
    ]


def differs_at(one: Path, other: Path) -> str:
    """The first place where two files differ, with what stands there."""
    left, right = one.read_bytes(), other.read_bytes()
    place = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    show = slice(max(0, place - 30), place + 50)
    return f"differs at byte {place}: {left[show]!r} and {right[show]!r}"


def test_a_clean_build_in_another_folder_is_byte_identical(folder: Path, tmp_path: Path) -> None:
    """A build without a cache, in surroundings that differ in all that should not matter, equals the one here, whose pages come from the cache."""
    site = tmp_path / "a-folder-of-a-longer-name" / "built"
    copy = copy_of_the_repository(tmp_path / "book")
    build(site, copy, TZ="Pacific/Kiritimati", PYTHONHASHSEED="1", LC_ALL="C")
    assert len(digests(site)) > 10, "the build made hardly any file"
    differing = [
        line for line in differences(folder, site) if not line.startswith(f"{Settings.load(ROOT).archive_name}.zip:")
    ]
    assert not differing, "\n".join([*differing[:20], ADVICE])
