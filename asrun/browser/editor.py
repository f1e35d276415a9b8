"""What an editor asks of code: which names may stand at the cursor, and which modules a block imports."""

import ast
import builtins
import importlib.util
import keyword
import re
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

MOST = 200  # names of one answer
NAME = re.compile(r"((?:[^\W\d]\w*\.)*)([^\W\d]\w*)?$")


def complete(namespace: Mapping[str, Any], code: str, offset: int) -> list[dict[str, str]]:
    """Names that may stand at `offset`, each with its kind: attributes behind a dot, else variables, builtins and keywords."""
    match = NAME.search(code[:offset])
    path, start = (match[1] or "", match[2] or "") if match else ("", "")
    if path:
        kinds = _attributes(namespace, path[:-1].split("."), start)
    elif start:
        kinds = {name: "keyword" for name in keyword.kwlist if name.startswith(start)}
        for source in (builtins.__dict__, namespace):
            kinds |= {name: _kind(source[name], "variable") for name in _offered(source, start)}
    else:
        kinds = {}
    return [{"name": name, "kind": kind} for name, kind in sorted(kinds.items())[:MOST]]


def _offered(names: Iterable[str], start: str) -> list[str]:
    """Those that begin in this way; private ones where somebody asks for them."""
    return [name for name in names if name.startswith(start) and (start[:1] == "_" or name[:1] != "_")]


def _attributes(namespace: Mapping[str, Any], path: list[str], start: str) -> dict[str, str]:
    first, *rest = path
    try:
        value = namespace[first] if first in namespace else getattr(builtins, first)
        for name in rest:
            value = getattr(value, name)
        names = dir(value)
    except Exception:
        return {}
    return {name: _kind_of_attribute(value, name) for name in _offered(names, start)}


def _kind_of_attribute(value: object, name: str) -> str:
    # A property is not asked for its value: that may take long, or fail.
    if isinstance(getattr(type(value), name, None), property):
        return "property"
    try:
        kind = _kind(getattr(value, name), "property")
    except Exception:
        return "property"
    return "method" if kind == "function" and not isinstance(value, types.ModuleType) else kind


def _kind(value: object, otherwise: str) -> str:
    if isinstance(value, type):
        return "class"
    if isinstance(value, types.ModuleType):
        return "module"
    return "function" if callable(value) else otherwise


def imports(code: str, *roots: Path) -> list[str]:
    """The top-level modules that code imports, also by way of modules that stand in one of the folders `roots`.

    Of code that is no Python, none.
    """
    found: dict[str, None] = {}
    seen: set[Path] = set()

    def collect(code: str) -> None:
        for module in _imported(code, roots):
            top = module.split(".")[0]
            root = next((root for root in roots if (root / f"{top}.py").is_file() or (root / top).is_dir()), None)
            if root is None:
                found[top] = None
                continue
            for path in (root / f"{module.replace('.', '/')}.py", root / top / "__init__.py", root / f"{top}.py"):
                if path.is_file() and path not in seen:
                    seen.add(path)
                    collect(path.read_text(encoding="utf-8"))

    collect(code)
    return list(found)


def _imported(code: str, roots: tuple[Path, ...]) -> Iterator[str]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            folders = [root / node.module.replace(".", "/") for root in roots]
            for alias in node.names:
                if any((folder / f"{alias.name}.py").is_file() for folder in folders):
                    yield f"{node.module}.{alias.name}"


def missing(code: str, available: Iterable[str], *roots: Path) -> list[str]:
    """The modules that code imports and that cannot be had here."""
    there = set(available) | sys.stdlib_module_names
    return [name for name in imports(code, *roots) if name not in there and not importlib.util.find_spec(name)]
