"""A block as the statements that it is run in, and the names that a text mentions."""

import ast
import symtable
from collections.abc import Iterable
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
    now = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    bound = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    later = set[str]()

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


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement of block `block`, or of a module; `text` begins in line `first`, with the comment right above it.

    `facts` is what its run told, else what its text tells; `raises` the error that may end it, as its author wants.
    `source` is (module, name) where it imports a name from a module of the book.
    """

    nodes: list[ast.stmt]
    text: str
    first: int
    gap: int  # blank lines above it, at most one
    facts: Facts
    block: int = 0
    module: str = ""
    raises: str = ""
    source: tuple[str, str] | None = None

    @property
    def node(self) -> ast.stmt:
        return self.nodes[0]

    @property
    def is_import(self) -> bool:
        return isinstance(self.node, IMPORTS)

    @property
    def is_definition(self) -> bool:
        return isinstance(self.node, DEFINITIONS)

    @property
    def is_constant(self) -> bool:
        return isinstance(self.node, (ast.Assign, ast.AnnAssign)) and isinstance(self.node.value, ast.Constant)

    @property
    def is_future(self) -> bool:
        return isinstance(self.node, ast.ImportFrom) and self.node.module == "__future__"

    @property
    def only_names(self) -> bool:
        """Whether it is an import that does nothing but bind a name."""
        return self.is_import and (self.text.startswith("from ") or " as " in self.text)

    @cached_property
    def names(self) -> Mentioned:
        return mentioned(self.text)

    @cached_property
    def identity(self) -> str:
        """The same for two statements that bind a name to the same thing."""
        node = self.node
        if isinstance(node, ast.Import) and not node.names[0].asname:
            return f"import {node.names[0].name.split('.')[0]}"
        same = self.is_import or self.is_definition or self.is_constant
        return ast.dump(node) if same and len(self.nodes) == 1 else str(id(self))

    @cached_property
    def mentions(self) -> frozenset[str]:
        """All names in it."""
        return self.names.now | self.names.later | self.names.bound | set(self.facts.binds)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The packages that it imports."""
        found = set[str]()
        for node in (node for top in self.nodes for node in ast.walk(top)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
        return frozenset(name.split(".")[0] for name in found)

    def indented(self) -> str:
        """Its lines one level deeper, but for those that begin within a string: that would change it."""
        texts = [
            node for top in self.nodes for node in ast.walk(top) if isinstance(node, (ast.Constant, ast.JoinedStr))
        ]
        within = {line for node in texts for line in range(node.lineno + 1, (node.end_lineno or 0) + 1)}
        lines = enumerate(self.text.split("\n"), self.first)
        return "\n".join(f"    {line}" if line.strip() and number not in within else line for number, line in lines)


def statements(source: str) -> list[Statement]:
    """The statements of a block or a module, with what their texts tell. Raises SyntaxError as Python does."""
    lines = source.split("\n")
    made = []
    for nodes in split(ast.parse(source)):
        first = min(node.lineno for node in (nodes[0], *getattr(nodes[0], "decorator_list", ())))
        last = max(node.end_lineno or 0 for node in nodes)
        while first > 1 and lines[first - 2].strip().startswith("#"):
            first -= 1
        text = "\n".join(lines[first - 1 : last])
        if isinstance(nodes[0], IMPORTS) and len(nodes) == 1:
            text = ast.unparse(nodes[0])
        names = mentioned(text)
        prints = "print" in text and not isinstance(nodes[0], DEFINITIONS)
        facts = Facts(tuple(sorted(names.now | names.later)), tuple(sorted(names.bound)), prints=prints)
        made.append(Statement(nodes, text, first, int(first > 1 and not lines[first - 2].strip()), facts))
    return made
