"""How a program looks: its first comment, its imports, blank lines."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

WIDTH = 88


@dataclass(frozen=True)
class About:
    """What the first comment of a program says; `versions` are those of the packages, by distribution."""

    title: str = ""
    url: str = ""
    book: str = ""
    license: str = ""
    python: str = "3.11"
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """Some lines of a program, and how many blank ones their author put above them."""

    text: str
    gap: int
    definition: bool
    block: int
    constant: bool = False


def header(about: About, packages: Sequence[str], name: str = "") -> str:
    """The first comment: what this is, from where, and with what it runs."""
    pins = [f"{package}=={about.versions[package]}" if package in about.versions else package for package in packages]
    lines = [part for part in (name, about.url) if part]
    lines += [f"From “{about.book}”. {about.license}".strip()] if about.book else []
    if pins:
        lines += ["", f"Runs with `uv run`, or after: pip install {' '.join(pins)}"]
    quoted = ", ".join(json.dumps(pin) for pin in pins)
    script = ["/// script", f'requires-python = ">={about.python}"', f"dependencies = [{quoted}]", "///"]
    return "".join(f"# {line}".rstrip() + "\n" for line in [*lines, "", *script])


def joined(pieces: Sequence[Piece]) -> str:
    """Pieces with the blank lines between them that a person would leave."""
    text = ""
    for before, piece in zip([None, *pieces], pieces, strict=False):
        if before is None:
            text = piece.text
            continue
        blank = (
            2 if before.definition or piece.definition else (1 if before.block != piece.block else min(piece.gap, 1))
        )
        text += "\n" * (blank + 1) + piece.text
    return text


def apart(text: str) -> str:
    """Two blank lines before a definition that begins a part."""
    return f"\n{text}" if re.match(r"(?:#.*\n)*(?:@|def |class |async def )", text) else text


def indented(text: str, but: Container[int] = ()) -> str:
    """Lines one level deeper, but for some by their numbers from 0."""
    lines = enumerate(text.split("\n"))
    return "\n".join(f"    {line}" if line.strip() and number not in but else line for number, line in lines)


def assembled(parts: Sequence[str]) -> str:
    """The parts of a program, one below the other."""
    text = ""
    for part in parts:
        part = part.strip("\n")
        if not part:
            continue
        apart = re.match(r"(?:def|class|async|@)\b", part) or re.search(r"\n[ \t].*\Z", text)
        text += ("\n\n\n" if apart else "\n\n") * bool(text) + part
    return re.sub(r"\n{4,}", "\n\n\n", text) + "\n"


def written(nodes: Iterable[ast.stmt]) -> str:
    """Imports in the order that tools put them in: the standard library, then the others."""
    plain: set[tuple[str, str]] = set()
    by_module: dict[str, set[tuple[str, str]]] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            plain |= {(alias.name, alias.asname or "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            by_module.setdefault(node.module or "", set()).update((a.name, a.asname or "") for a in node.names)

    def shown(name: str, alias: str) -> str:
        return f"{name} as {alias}" if alias and alias != name else name

    def rank(name: str) -> tuple[int, str]:
        return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)

    groups = []
    for standard in (True, False):
        rows = [
            f"import {shown(*one)}"
            for one in sorted(plain)
            if (one[0].split(".")[0] in sys.stdlib_module_names) is standard
        ]
        for module in sorted(by_module):
            if (module.split(".")[0] in sys.stdlib_module_names) is not standard:
                continue
            names = [shown(*one) for one in sorted(by_module[module], key=lambda one: rank(one[0]))]
            row = f"from {module} import {', '.join(names)}"
            if len(row) > WIDTH:
                row = f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"
            rows.append(row)
        if rows:
            groups.append("\n".join(rows))
    return "\n\n".join(groups)
