"""Check the page scripts: format and rules (Biome), types (TypeScript, from JSDoc), and the modules that need no page (Node.js).

    python -m tools.scripts          check, as `make test` does
    python -m tools.scripts fix …    format, and mend what Biome can mend safely: all, or the files and folders named

The tools are npm packages at exact versions, installed once into `.cache/scripts/`. After a change of `package.json`, lock them anew there:

    npm install --package-lock-only --omit-lockfile-registry-resolved
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tools.vendor.bundles import node, npm

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = ROOT / ".cache" / "scripts"
PROGRAMS = TOOLS / "node_modules" / ".bin"
TESTS = ROOT / "tests" / "scripts"
# A page says that scripts are modules, and no package.json need; that the clock of tests is new in Node matters to nobody.
QUIET = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--disable-warning=ExperimentalWarning"]

PLAIN = [] if sys.stdout.isatty() else ["--colors=off"]


def install() -> None:
    """Install the locked packages, unless they stand there already."""
    lock, installed = HERE / "package-lock.json", TOOLS / "installed.json"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    shutil.rmtree(TOOLS, ignore_errors=True)
    TOOLS.mkdir(parents=True)
    for file in (HERE / "package.json", lock):
        shutil.copy(file, TOOLS)
    print("Installing the tools that check scripts: once, a few seconds …", flush=True)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run([*npm(), "ci", *options], cwd=TOOLS, check=False).returncode:
        raise SystemExit("tools.scripts: npm could not install what tools/scripts/package-lock.json names: see above")
    shutil.copy(lock, installed)  # last: what was broken off is begun anew


def check() -> int:
    """Run every check, even after one that fails; 1 if any failed."""
    tests = sorted(map(str, TESTS.glob("*.test.js")))
    checks: dict[str, list[str | Path]] = {
        "Biome (mend most of it with: python -m tools.scripts fix)": [
            PROGRAMS / "biome",
            "ci",
            "--error-on-warnings",
            *PLAIN,
        ],
        "The types of page scripts (tsconfig.json)": [PROGRAMS / "tsc", "--project", "."],
        "The types of tests/scripts": [PROGRAMS / "tsc", "--project", "tests/scripts"],
        "Tests of scripts": [*node(), *QUIET, "--test", "--test-reporter=dot", *tests],
    }
    failed = [name for name, command in checks.items() if subprocess.run(command, cwd=ROOT, check=False).returncode]
    for name in failed:
        print(f"FAILED: {name}", file=sys.stderr)
    return bool(failed)


def fix(paths: list[str]) -> int:
    """Let Biome write its format, and what it can mend safely."""
    return subprocess.run([PROGRAMS / "biome", "check", "--write", *paths], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    install()
    sys.exit(fix(sys.argv[2:]) if sys.argv[1:2] == ["fix"] else check())
