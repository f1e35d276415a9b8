"""The data that a program reads travel inside it: it writes the files where they are missing."""

from __future__ import annotations

import ast
import base64
import bz2
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from asrun.programs.names import Leaf
from asrun.programs.slices import facts

MARKER = re.compile(r"^[ \t]*#[ \t]*-*8<-+[ \t]*\[.*$", re.M)
FOR_TOOLS = re.compile(r"[ \t]*#[ \t]*(?:type: ignore|noqa|mypy:|ruff:|fmt:)[^\n]*")
WIDTH = 82  # characters of packed data in a line
PLAIN = 1500  # characters of data that stand as they are; longer files are packed
HELPER = '''def {provide}(path: str, content: bytes) -> None:
    """Write a data file beside the program, unless it is there."""
    if not {path}(path).exists():
        {path}(path).parent.mkdir(parents=True, exist_ok=True)
        {path}(path).write_bytes(content)'''


class Shelf:
    """The modules and the data files of the book, each read once for all pages."""

    def __init__(self, modules: Path, data: Path) -> None:
        self.modules, self.data = modules, data
        self.files = sorted(f"data/{path.relative_to(data).as_posix()}" for path in data.rglob("*") if path.is_file())
        self.trees: dict[str, ast.Module | None] = {}
        self.lines: dict[str, list[str]] = {}
        self.packed: dict[bytes, str] = {}

    def module(self, name: str) -> ast.Module | None:
        if name not in self.trees:
            path = self.modules.joinpath(*name.split(".")).with_suffix(".py")
            source = FOR_TOOLS.sub("", MARKER.sub("", path.read_text(encoding="utf-8"))) if path.is_file() else ""
            self.lines[name] = source.split("\n")
            self.trees[name] = ast.parse(source) if path.is_file() else None
        return self.trees[name]

    def read(self, name: str) -> bytes:
        return (self.data / name.removeprefix("data/")).read_bytes()

    def pack(self, content: bytes) -> str:
        """A file as the lines of a literal."""
        if content not in self.packed:
            text, width = base64.b85encode(bz2.compress(content)).decode(), WIDTH
            rows = (text[start : start + width] for start in range(0, len(text), width))
            self.packed[content] = "\n".join(f'    "{row}"' for row in rows)
        return self.packed[content]


def files_read(leaves: Sequence[Leaf], shelf: Shelf) -> list[str]:
    """The data files that statements name."""
    texts = frozenset(text for leaf in leaves for text in facts(leaf)[2])
    files = {name for name in shelf.files if name in texts}
    for leaf in leaves:
        if any("data/" in text for text in facts(leaf)[2]):
            for top in leaf.nodes:
                for node in ast.walk(top):
                    if isinstance(node, ast.JoinedStr):
                        files |= set(_matching(node, shelf.files, texts))
    return sorted(files)


def provided(files: Sequence[str], leaves: Sequence[Leaf], shelf: Shelf, provide: str, path: str) -> tuple[str, bool]:
    """The statements that write the files, and whether any of them is packed."""
    made, packed = [HELPER.format(provide=provide, path=path), ""], False
    for name in files:
        content = _content(name, leaves, shelf)
        plain = content.isascii() and not any(mark in content for mark in (b'"""', b"\\", b"\r"))
        if plain and len(content) <= PLAIN:
            made.append(f'\n{provide}("{name}", b"""\\\n{content.decode()}""")')
        else:
            packed = True
            made.append(f'\n{provide}("{name}", bz2.decompress(base64.b85decode(\n{shelf.pack(content)}\n)))')
    return "\n".join(made), packed


def _content(name: str, leaves: Sequence[Leaf], shelf: Shelf) -> bytes:
    """A data file; of a JSON file only what the program looks up, where that can be told."""
    content = shelf.read(name)
    paths = looked_up([node for leaf in leaves for node in leaf.nodes], name) if name.endswith(".json") else None
    if paths is None:
        return content
    whole, part = json.loads(content), dict[str, Any]()
    try:
        for keys in paths:
            source, into = whole, part
            for key in keys[:-1]:
                source, into = source[key], into.setdefault(key, {})
            into[keys[-1]] = source[keys[-1]]
    except (KeyError, IndexError, TypeError):  # what was read is not the whole of the file
        return content
    return (json.dumps(part, indent=1) + "\n").encode()


def looked_up(nodes: Iterable[ast.stmt], name: str) -> list[tuple[Any, ...]] | None:
    """The keys that a program looks up in what it reads from a file, or None where it may look up any."""
    tops = list(nodes)
    holders = set()
    for node in tops:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and any(isinstance(arg, ast.Constant) and arg.value == name for arg in node.value.args)
        ):
            if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
                return None
            holders.add(node.targets[0].id)
    mentions = sum(isinstance(n, ast.Constant) and n.value == name for top in tops for n in ast.walk(top))
    if not holders or mentions != len(holders):
        return None
    paths: list[tuple[Any, ...]] = []
    inner: set[int] = set()
    for whole in (node for top in tops for node in ast.walk(top)):
        keys: list[Any] = []
        part = whole
        while isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant):
            keys.insert(0, part.slice.value)
            inner.add(id(part.value))
            part = part.value
        use = isinstance(part, ast.Name) and part.id in holders and isinstance(part.ctx, ast.Load)
        if use and id(whole) not in inner:
            if not keys:
                return None
            paths.append(tuple(keys))
    return sorted(set(paths))


def _matching(node: ast.JoinedStr, files: list[str], texts: frozenset[str]) -> list[str]:
    """The files that an f-string may name: by the words that stand in the program, or all that fit."""
    if not any(isinstance(part, ast.Constant) and "data/" in str(part.value) for part in node.values):
        return []
    pattern = "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)" for part in node.values)
    fitting = [match for match in (re.fullmatch(pattern, name) for name in files) if match]
    plain = all(isinstance(part, ast.Constant) or isinstance(part.value, ast.Name) for part in node.values)  # type: ignore[attr-defined]
    named = [match[0] for match in fitting if all(word in texts for word in match.groups())]
    return named if plain and named else [match[0] for match in fitting]
