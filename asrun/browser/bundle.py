"""What the Python in the page finds at home: the book's modules, its data, and the part of asrun that runs a block."""

import ast
import base64
import json
from pathlib import Path

from asrun.cache import load, store
from asrun.settings import PACKAGE, Settings

BUNDLE = "assets/run/book.json"
# What runs a block in the page, beside the book's own modules; none of them may import what the browser's Python lacks.
LIBRARY = (
    "__init__", "names", "model", "programs/*", "running/__init__", "running/digests", "running/figures",
    "running/namespace", "running/recorder",
    "browser/__init__", "browser/desk", "browser/drawing", "browser/editor", "browser/errors",
    "browser/output", "browser/session", "browser/wasm",
)  # fmt: skip
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FONTS = PACKAGE / "browser" / "vendor" / "fontlist.json"


def bundle(settings: Settings) -> str:
    """All of it as JSON: name -> text, or {"base64": …} for what is none. Raises FileNotFoundError as `_library` does."""
    data = [path for path in settings.data.rglob("*") if path.is_file() and path.name != "README.md"]
    home = {f"{settings.options.modules}/{path.name}": _content(path) for path in settings.modules.glob("*.py")}
    home |= {f"data/{path.relative_to(settings.data).as_posix()}": _content(path) for path in data}
    library = load(kept := settings.cache / "library.pickle", settings.fingerprint)
    if library is None:
        library = _library()
        store(kept, settings.fingerprint, library)
    given = {"style": settings.options.style, "package": settings.package, "home": home, "library": library}
    return json.dumps(given, sort_keys=True, ensure_ascii=False)


def _content(path: Path) -> str | dict[str, str]:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def _library() -> dict[str, str]:
    """Name -> text of what runs a block. Raises FileNotFoundError for a name that no file has."""
    found = {f"asrun/browser/{FONTS.name}": FONTS.read_text(encoding="utf-8")}
    for name in LIBRARY:
        paths = sorted(PACKAGE.glob(f"{name}.py"))
        if not paths:
            raise FileNotFoundError(
                f"asrun/{name}.py is named in asrun/browser/bundle.py and does not exist: mend LIBRARY"
            )
        found |= {f"asrun/{path.relative_to(PACKAGE).as_posix()}": _compact(path) for path in paths}
    return found


def _compact(path: Path) -> str:
    """A file of ours without comments and docstrings, which nobody reads in the page: a third less to load."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
