"""Which modules a block imports, so that the page can load them before it runs."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path


def imports(code: str, *roots: Path) -> list[str]:
    """The top-level modules that code imports, also by way of modules that stand in one of the folders `roots`.

    Of code that is no Python, none.
    """
    found: dict[str, None] = {}
    _collect(code, found, set(), roots)
    return list(found)


def missing(code: str, available: Iterable[str], *roots: Path) -> list[str]:
    """The modules that code imports and that cannot be had here."""
    there = set(available) | sys.stdlib_module_names
    return [name for name in imports(code, *roots) if name not in there and not importlib.util.find_spec(name)]


def _collect(code: str, found: dict[str, None], seen: set[Path], roots: tuple[Path, ...]) -> None:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return
    for module in _imported(tree, roots):
        top = module.split(".")[0]
        root = next((root for root in roots if (root / f"{top}.py").is_file() or (root / top).is_dir()), None)
        if root is None:
            found[top] = None
            continue
        for path in (root / f"{module.replace('.', '/')}.py", root / top / "__init__.py", root / f"{top}.py"):
            if path.is_file() and path not in seen:
                seen.add(path)
                _collect(path.read_text(encoding="utf-8"), found, seen, roots)


def _imported(tree: ast.AST, roots: tuple[Path, ...]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            folder = node.module.replace(".", "/")
            for alias in node.names:
                if any((root / folder / f"{alias.name}.py").is_file() for root in roots):
                    yield f"{node.module}.{alias.name}"
