"""How a program looks: its first comment, its imports, its data, blank lines."""

import ast
import base64
import bz2
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from asrun.programs.statements import Statement

WIDTH = 88
PACKED = 82  # characters of packed data in a line
PLAIN = 1500  # characters of data that stand as they are; longer files are packed
DEFINITION = re.compile(r"(?:#.*\n)*(?:@|def |class |async def )")
HELPER = '''def {provide}(path: str, content: bytes) -> None:
    """Write a data file beside the program, unless it is there."""
    if not {path}(path).exists():
        {path}(path).parent.mkdir(parents=True, exist_ok=True)
        {path}(path).write_bytes(content)'''


@dataclass(frozen=True)
class About:
    """What the first comment of a program says; `versions` are those of the packages, by distribution."""

    title: str = ""
    url: str = ""
    book: str = ""
    license: str = ""
    python: str = "3.11.5"
    versions: Mapping[str, str] = field(default_factory=dict)


def header(about: About, packages: Sequence[str], name: str = "") -> str:
    """The first comment: what this is, from where, and with what it runs."""
    pins = [f"{package}=={about.versions[package]}" if package in about.versions else package for package in packages]
    lines = [part for part in (name, about.url) if part]
    lines += [f"From “{about.book}”. {about.license}".strip()] if about.book else []
    if pins:
        lines += ["", f"Runs with `uv run`, or after: pip install {' '.join(pins)}"]
    script = ["/// script", f'requires-python = ">={about.python}"', f"dependencies = {json.dumps(pins)}", "///"]
    return "".join(f"# {line}".rstrip() + "\n" for line in [*lines, "", *script])


def joined(pieces: Iterable[Statement]) -> str:
    """Statements with the blank lines between them that a person would leave."""
    text, before = "", None
    for piece in pieces:
        if before:
            apart = before.is_definition or piece.is_definition
            text += "\n\n\n" if apart else "\n\n" if piece.gap or before.block != piece.block else "\n"
        text += piece.text
        before = piece
    return text


def assembled(parts: Iterable[str]) -> str:
    """The parts of a program, one below the other."""
    text = ""
    for part in (part.strip("\n") for part in parts):
        if text and part:
            text += "\n\n\n" if DEFINITION.match(part) or re.search(r"\n[ \t].*\Z", text) else "\n\n"
        text += part
    return f"{text}\n"


def imports(nodes: Iterable[ast.stmt]) -> str:
    """Imports in the order that tools put them in: the standard library, then the others."""
    wanted = defaultdict[tuple[bool, str], set[str]](set)
    for node in nodes:
        if isinstance(node, ast.Import):
            wanted[False, node.names[0].name].add(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom):
            wanted[True, node.module or ""] |= {ast.unparse(alias) for alias in node.names}
    groups: dict[bool, list[str]] = {True: [], False: []}
    for (by_name, module), found in sorted(wanted.items()):
        row = "\n".join(sorted(found))
        if by_name:
            names = sorted(found, key=_rank)
            row = f"from {module} import {', '.join(names)}"
            if len(row) > WIDTH:
                row = f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"
        groups[module.split(".")[0] in sys.stdlib_module_names].append(row)
    return "\n\n".join("\n".join(rows) for rows in groups.values() if rows)


def _rank(name: str) -> tuple[int, str]:
    """Constants first, then classes, then functions."""
    plain = name.partition(" as ")[0]
    return (0 if plain.isupper() and len(plain) > 1 else 1 if plain[:1].isupper() else 2, name)


def provided(files: Mapping[str, bytes], provide: str, path: str) -> str:
    """The statements that write data files where they are missing."""
    made = [HELPER.format(provide=provide, path=path), ""]
    for name, content in files.items():
        plain = content.isascii() and not any(mark in content for mark in (b'"""', b"\\", b"\r"))
        if plain and len(content) <= PLAIN:
            made.append(f'\n{provide}("{name}", b"""\\\n{content.decode()}""")')
        else:
            made.append(f'\n{provide}("{name}", bz2.decompress(base64.b85decode(\n{_packed(content)}\n)))')
    return "\n".join(made)


@lru_cache(maxsize=64)
def _packed(content: bytes) -> str:
    """A file as the lines of a literal."""
    text = base64.b85encode(bz2.compress(content)).decode()
    return "\n".join(f'    "{text[start : start + PACKED]}"' for start in range(0, len(text), PACKED))
