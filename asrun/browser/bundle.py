"""What the Python in the page finds at home: the book's modules, its data, and the part of asrun that runs a block."""

from __future__ import annotations

import ast
import base64
import json
from pathlib import Path
from typing import Any

from asrun.cache import load, store
from asrun.settings import PACKAGE, Settings

BUNDLE = "assets/run/book.json"
# What runs a block in the page, beside the book's own modules; none of them may import what the browser's Python lacks.
LIBRARY = (
    "__init__", "names", "model", "programs/*", "running/__init__", "running/digests", "running/figures",
    "running/namespace", "running/recorder",
    "browser/__init__", "browser/completion", "browser/desk", "browser/drawing", "browser/errors", "browser/imports",
    "browser/output", "browser/session", "browser/wasm",
)  # fmt: skip
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FONTS = PACKAGE / "browser" / "vendor" / "fontlist.json"


def library() -> dict[str, Path]:
    """Name -> file of what runs a block. Raises FileNotFoundError for a name that no file has."""
    found: dict[str, Path] = {}
    for name in LIBRARY:
        paths = sorted(PACKAGE.glob(f"{name}.py"))
        if not paths:
            raise FileNotFoundError(
                f"asrun/{name}.py is named in asrun/browser/bundle.py and does not exist: mend LIBRARY"
            )
        found |= {f"asrun/{path.relative_to(PACKAGE).as_posix()}": path for path in paths}
    return found | {f"asrun/browser/{FONTS.name}": FONTS}


def bundle(settings: Settings) -> str:
    """All of it as JSON: name -> text, or {"base64": …} for what is none."""
    home: dict[str, Any] = {}
    for path in sorted(settings.modules.glob("*.py")):
        home[f"{settings.options.modules}/{path.name}"] = _content(path)
    for path in sorted(settings.data.rglob("*")):
        if path.is_file() and path.name != "README.md":
            home[f"data/{path.relative_to(settings.data).as_posix()}"] = _content(path)
    given = {"style": settings.options.style, "package": settings.package, "home": home}
    given["library"] = load(kept := settings.cache / "library.pickle", settings.fingerprint)
    if given["library"] is None:
        given["library"] = {name: _compact(path) for name, path in library().items()}
        store(kept, settings.fingerprint, given["library"])
    return json.dumps(given, sort_keys=True, ensure_ascii=False)


def _content(path: Path) -> str | dict[str, str]:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def _compact(path: Path) -> str:
    """A file of ours without comments and docstrings, which nobody reads in the page: a third less to load."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
