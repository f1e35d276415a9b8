"""The vendored bundles of scripts are what their lock makes of them, small, and nothing in them leads elsewhere."""

from __future__ import annotations

import gzip
import importlib.util
import re
from pathlib import Path

from tests.site.built import ROOT

TOOLS = ROOT / "tools" / "vendor"
PLACES = {
    "d3": ROOT / "docs/assets/vendor/d3",
    "codemirror": ROOT / "asrun/publishing/theme/assets/vendor/codemirror",
}
MOST = {"d3": 35, "codemirror": 130}  # KB as sent, compressed


def test_a_rebuild_from_the_lock_gives_the_same_bytes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("bundles", TOOLS / "bundles.py")
    assert spec
    assert spec.loader
    bundles = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bundles)
    names = bundles.build_bundles(tmp_path.joinpath)
    assert names == sorted(MOST)
    for name in names:
        for file in (f"{name}.js", "LICENSES.txt"):
            same = (tmp_path / name / file).read_bytes() == (PLACES[name] / file).read_bytes()
            assert same, f"{name}/{file} is not what the lock makes: run python tools/vendor/bundles.py"


def test_a_bundle_is_light_and_asks_no_other_host() -> None:
    for name, most in MOST.items():
        script = (PLACES[name] / f"{name}.js").read_bytes()
        size = len(gzip.compress(script, 9)) / 1000
        assert size <= most, f"{name} has {size:.1f} KB, allowed are {most}"
        # Names of XML languages are addresses that nobody asks.
        hosts = set(re.findall(rb"https?://[\w.-]+", script)) - {b"http://www.w3.org"}
        assert not hosts, f"{name} names {hosts}"


def test_the_lock_names_no_registry() -> None:
    lock = (TOOLS / "npm" / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock, "lock again with --omit-lockfile-registry-resolved"
