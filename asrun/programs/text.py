"""How a program looks: its first comment, its imports, blank lines, names that had to change."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from asrun.programs.names import Leaf, outside, scope_of

WIDTH = 88
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)


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


def span(leaf: Leaf, lines: list[str]) -> tuple[int, int]:
    """First and last line of a statement, from 1, with the comment right above it."""
    node = leaf.nodes[0]
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    while first > 1 and lines[first - 2].strip().startswith("#"):
        first -= 1
    return first, max(part.end_lineno or 0 for part in leaf.nodes)


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


def indented(text: str) -> str:
    """Lines one level deeper."""
    return "\n".join(f"    {line}" if line.strip() else line for line in text.split("\n"))


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


def import_as(node: ast.stmt, new: str) -> ast.stmt:
    """An import of one name under another."""
    assert isinstance(node, IMPORTS)
    alias = [ast.alias(node.names[0].name, new)]
    return ast.Import(alias) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, alias, node.level)


def rename(text: str, new: Mapping[str, str]) -> str:
    """A statement with other global names: `new` leads from the old ones to theirs."""
    tree = ast.parse(text)
    lines = text.split("\n")
    changes: list[tuple[int, int, str]] = []

    def visit(node: ast.AST, names: frozenset[str], within_text: bool) -> None:
        if isinstance(node, ast.Name) and node.id in names:
            start = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
            if within_text or lines[node.lineno - 1][start : start + len(node.id)] != node.id:
                raise _InText
            changes.append((node.lineno, start, node.id))
        if isinstance(node, DEFINITIONS) and node.name in names:
            match = re.compile(rf"\b{node.name}\b").search(lines[node.lineno - 1], node.col_offset)
            assert match
            changes.append((node.lineno, match.start(), node.name))
        inner = names
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            local = scope_of(node)[0]
            for part in outside(node):
                visit(part, names, within_text)
            for part in node.body if isinstance(node.body, list) else [node.body]:
                visit(part, names - local, within_text)
            return
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            inner = names - {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        for part in ast.iter_child_nodes(node):
            visit(part, inner, within_text or (isinstance(node, ast.JoinedStr) and sys.version_info < (3, 12)))

    try:
        for part in tree.body:
            visit(part, frozenset(new), False)
    except _InText:  # before Python 3.12 nobody knows where a name stands within an f-string
        return _rewritten(tree, new)
    for line, start, old in sorted(changes, reverse=True):
        lines[line - 1] = lines[line - 1][:start] + new[old] + lines[line - 1][start + len(old) :]
    return "\n".join(lines)


class _InText(Exception):
    pass


def _rewritten(tree: ast.Module, new: Mapping[str, str]) -> str:
    def visit(node: ast.AST, names: frozenset[str]) -> None:
        if isinstance(node, ast.Name) and node.id in names:
            node.id = new[node.id]
        if isinstance(node, DEFINITIONS) and node.name in names:
            node.name = new[node.name]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            local = scope_of(node)[0]
            for part in outside(node):
                visit(part, names)
            for part in node.body if isinstance(node.body, list) else [node.body]:
                visit(part, names - local)
            return
        for part in ast.iter_child_nodes(node):
            visit(part, names)

    for part in tree.body:
        visit(part, frozenset(new))
    return ast.unparse(tree)
