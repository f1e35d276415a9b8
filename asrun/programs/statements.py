"""A block as the statements that it is run in, and the names that a text mentions."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from asrun.model import Facts

IMPORTS = (ast.Import, ast.ImportFrom)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
AT_ONCE = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})


def split(tree: ast.Module) -> list[list[ast.stmt]]:
    """The statements of a block: those that share a line together, imports name by name."""
    groups: list[list[ast.stmt]] = []
    for node in tree.body:
        if groups and node.lineno <= (groups[-1][-1].end_lineno or 0):
            groups[-1].append(node)
        else:
            groups.append([node])
    return [part for group in groups for part in (_by_name(group[0]) if len(group) == 1 else [group])]


def _by_name(node: ast.stmt) -> list[list[ast.stmt]]:
    if isinstance(node, ast.Import):
        return [[ast.copy_location(ast.Import([alias]), node)] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module != "__future__":
        return [[ast.copy_location(ast.ImportFrom(node.module, [alias], node.level), node)] for alias in node.names]
    return [[node]]


@dataclass(frozen=True)
class Mentioned:
    """The names in a text: those looked up when it runs, those its functions look up later, and those it binds."""

    now: frozenset[str]
    later: frozenset[str]
    bound: frozenset[str]


@lru_cache(maxsize=4096)
def mentioned(source: str) -> Mentioned:
    """Raises SyntaxError where the text is no Python."""
    top = symtable.symtable(source, "<names>", "exec")
    now, later, bound = set[str](), set[str](), set[str]()
    for symbol in top.get_symbols():
        now |= {symbol.get_name()} if symbol.is_referenced() else set()
        bound |= {symbol.get_name()} if symbol.is_assigned() or symbol.is_imported() else set()

    def visit(tables: Iterable[symtable.SymbolTable], runs: bool) -> None:
        for table in tables:
            within = runs and (table.get_type() == "class" or table.get_name() in AT_ONCE)
            for symbol in table.get_symbols():
                if symbol.is_global():
                    (now if within else later).add(symbol.get_name())
                    if symbol.is_assigned():
                        bound.add(symbol.get_name())
            visit(table.get_children(), within)

    visit(top.get_children(), True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id in bound:
            now.add(node.target.id)
    return Mentioned(frozenset(now), frozenset(later), frozenset(bound))


def names_in_classes(node: ast.stmt) -> set[str]:
    """The names that the bodies of classes look up: Python does so behind the back of the page's namespace."""
    if not any(isinstance(part, ast.ClassDef) for part in ast.walk(node)):
        return set()
    return set(mentioned(ast.unparse(node)).now)


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement of block `block` in its lines `first` to `last`, with the comment right above it."""

    nodes: list[ast.stmt]
    block: int
    first: int
    last: int
    gap: int
    text: str
    facts: Facts | None  # what its run told

    @property
    def node(self) -> ast.stmt:
        return self.nodes[0]

    @cached_property
    def names(self) -> Mentioned:
        return mentioned(self.text)

    @cached_property
    def identity(self) -> str:
        """The same for two statements that bind a name to the same thing."""
        node = self.node
        if isinstance(node, ast.Import) and not node.names[0].asname:
            return f"import {node.names[0].name.split('.')[0]}"
        same = isinstance(node, (*DEFINITIONS, *IMPORTS)) or (
            isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Constant)
        )
        return ast.dump(node) if same and len(self.nodes) == 1 else str(id(self))

    @cached_property
    def binds(self) -> frozenset[str]:
        """The names that it bound when it ran, or may bind."""
        return self.names.bound if self.facts is None else frozenset(self.facts.binds)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The packages that it imports."""
        found = set()
        for node in (node for top in self.nodes for node in ast.walk(top)):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
        return frozenset(found)

    @cached_property
    def texts(self) -> frozenset[str]:
        """The texts in it."""
        nodes = (node for top in self.nodes for node in ast.walk(top))
        return frozenset(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))

    @property
    def is_import(self) -> bool:
        return isinstance(self.node, IMPORTS)

    @property
    def only_names(self) -> bool:
        """Whether it is an import that does nothing but bind a name."""
        return isinstance(self.node, ast.ImportFrom) or (
            isinstance(self.node, ast.Import) and bool(self.node.names[0].asname)
        )


def statements(source: str, block: int, facts: tuple[Facts, ...] | None) -> list[Statement]:
    """The statements of a block; without `facts` it has not run. Raises SyntaxError as Python does."""
    lines = source.split("\n")
    groups = split(ast.parse(source))
    made = []
    for place, nodes in enumerate(groups):
        first = min([nodes[0].lineno, *(d.lineno for d in getattr(nodes[0], "decorator_list", []))])
        last = max(node.end_lineno or 0 for node in nodes)
        while first > 1 and lines[first - 2].strip().startswith("#"):
            first -= 1
        gap = 0
        while first - 2 - gap >= 0 and not lines[first - 2 - gap].strip():
            gap += 1
        text = "\n".join(lines[first - 1 : last])
        if isinstance(nodes[0], IMPORTS) and len(nodes) == 1:
            text = ast.unparse(nodes[0])
        told = None if facts is None else facts[place] if place < len(facts) else Facts()
        made.append(Statement(nodes, block, first, last, gap, text, told))
    return made


def strings_over_lines(nodes: Iterable[ast.stmt]) -> Iterator[int]:
    """The lines that begin within a string: to indent them would change it."""
    for top in nodes:
        for node in ast.walk(top):
            if isinstance(node, (ast.Constant, ast.JoinedStr)) and (node.end_lineno or 0) > node.lineno:
                if isinstance(node, ast.JoinedStr) or isinstance(node.value, (str, bytes)):
                    yield from range(node.lineno + 1, (node.end_lineno or 0) + 1)
