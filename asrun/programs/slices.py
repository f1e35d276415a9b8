"""What belongs to a program: statements with all that they need, and what can be read off them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator

from asrun.programs.names import Leaf

PACKAGE = "snippets"  # where the modules of the book are imported from
# The packages whose name is not that of the module they bring.
DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "mpl_toolkits": "matplotlib",
    "dateutil": "python-dateutil",
}


def closure(leaves: Iterable[Leaf]) -> set[Leaf]:
    """The leaves and all that they need, with the statements around them and what steers those."""
    kept: set[Leaf] = set()
    todo = list(leaves)
    while todo:
        leaf = todo.pop()
        if leaf in kept:
            continue
        kept.add(leaf)
        todo += leaf.needs
        if leaf.parent:
            todo.append(leaf.parent)
        todo += [child for child in descendants(leaf.children) if child.steers]
    return kept


def descendants(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """The leaves and all within them, in the order of the text."""
    for leaf in leaves:
        yield leaf
        yield from descendants(leaf.children)


def imports_by_name(leaf: Leaf) -> bool:
    """An import that does nothing but bind a name."""
    node = leaf.nodes[0]
    return isinstance(node, ast.ImportFrom) or (isinstance(node, ast.Import) and bool(node.names[0].asname))


def facts(leaf: Leaf) -> tuple[str, frozenset[str], frozenset[str]]:
    """A statement as data, the packages that it imports, and the texts in it: found once for all pages."""
    known: tuple[str, frozenset[str], frozenset[str]] | None = getattr(leaf.nodes[0], "_facts", None)
    if known is not None:
        return known
    packages, texts = set(), set()
    for node in (node for top in leaf.nodes for node in ast.walk(top)):
        if isinstance(node, ast.Import):
            packages |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            packages.add(node.module.split(".")[0])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
    found = ast.dump(leaf.nodes[0]), frozenset(packages), frozenset(texts)
    leaf.nodes[0]._facts = found  # type: ignore[attr-defined]
    return found


def packages_of(leaves: Iterable[Leaf]) -> list[str]:
    """The distributions that some statements import."""
    names = {name for leaf in leaves for name in facts(leaf)[1]} - sys.stdlib_module_names - {PACKAGE}
    return sorted(DISTRIBUTIONS.get(name, name) for name in names)
