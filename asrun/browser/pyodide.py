"""Which files of Pyodide a site needs, by its own lock; where they are kept, and how they come into a built site."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asrun.settings import BookError, Settings

VERSION = "0.27.7"
LOCKS = Path(__file__).parent / "vendor"
LICENSES = "LICENSES.txt"
IN_SITE = "assets/pyodide/"


@dataclass(frozen=True)
class Wanted:
    """The files of the runtime: name -> SHA-256, and which of them every start needs."""

    files: dict[str, str]
    core: frozenset[str]
    lock: dict[str, Any] = field(repr=False)


def wanted(packages: tuple[str, ...]) -> Wanted:
    """The core, the packages and what they depend on, by Pyodide's own lock. Raises BookError for a package it does not have."""
    lock = json.loads((LOCKS / "pyodide-lock.json").read_text(encoding="utf-8"))
    core = json.loads((LOCKS / "core.json").read_text(encoding="utf-8"))
    known, needed, left = lock["packages"], set[str](), list(packages)
    while left:
        name = left.pop()
        if name not in known:
            raise BookError(
                f"mkdocs.yml: runtime names {name}, which Pyodide {VERSION} does not have: "
                f"{LOCKS / 'pyodide-lock.json'} lists what it has"
            )
        if name not in needed and name != "matplotlib-pyodide":  # draws on a canvas of the page; ours are SVG
            needed.add(name)
            left += known[name]["depends"]
    cut = {name: dict(known[name]) for name in sorted(needed)}
    for package in cut.values():
        package["depends"] = [name for name in package["depends"] if name in needed]
    files = {name: str(entry["sha256"]) for name, entry in core.items()}
    files |= {package["file_name"]: package["sha256"] for package in cut.values()}
    return Wanted(files, frozenset(core), {"info": lock["info"], "packages": cut, "core": core})


def folder(settings: Settings) -> Path:
    """Where the files are kept. `BOOK_RUNTIME` names another place, for copies of the book and for machines that build often."""
    return Path(os.environ.get("BOOK_RUNTIME") or settings.cache / "pyodide")


def install(settings: Settings, site: Path) -> None:
    """Put the files into a built site: by hard link where that can be, because they are 50 MB."""
    need, place = wanted(settings.options.runtime), folder(settings)
    target = site / IN_SITE
    target.mkdir(parents=True, exist_ok=True)
    for name in need.files:
        path = target / name
        path.unlink(missing_ok=True)
        try:
            os.link(place / name, path)
        except OSError:
            shutil.copyfile(place / name, path)
    shutil.copyfile(LOCKS / LICENSES, target / LICENSES)
    (target / "pyodide-lock.json").write_text(_lock_of_site(need, place), encoding="utf-8")


def _lock_of_site(need: Wanted, place: Path) -> str:
    """Pyodide's lock, cut to the packages that are there, with the size of each."""
    for package in need.lock["packages"].values():
        package["size"] = (place / package["file_name"]).stat().st_size
    return json.dumps(need.lock, separators=(",", ":"), sort_keys=True)
