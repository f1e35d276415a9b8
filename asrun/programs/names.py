"""Names in Python code: where they are bound, which are looked up, and what they may stand for.

The words of `flow.py`, which follows the statements of a page. Only the standard library is used: this file also
runs in the browser.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from asrun.programs.libraries import IMMUTABLE_CALLS

Key = tuple[str, str]  # the space a name lives in ("" for the page, else the module's name), and the name
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Statement = ast.stmt


class Unclear(Exception):
    """A statement that no program can be made of; the message says which and why."""


@dataclass(eq=False)
class Thing:
    """What a name may stand for, as far as the text tells.

    kind : "data" (an array, a list: changes only where told to), "stateful" (a generator, an iterator, a file: any
    use changes it), "object" (of a library), "instance" (of a class of the book), "class", "function", "library",
    "param" (whatever a function is given)
    """

    kind: str
    node: ast.AST | None = None
    space: str = ""
    path: str = ""
    late: frozenset[Key] = frozenset()
    changes: set[Leaf] = field(default_factory=set)
    frame: Frame | None = None
    greedy: bool = False  # an iterator that changes what it was made of
    passing: bool = False  # an iterator: gone when it has been run through
    local: int = 0  # the function that makes it anew in every call
    defaults: dict[str, frozenset[Thing]] = field(default_factory=dict)
    captured: dict[Key, Bound] = field(default_factory=dict)  # what a function found in the one around it
    pinned: bool = False  # an iterator that was put into a list or the like
    holds: frozenset[Thing] = frozenset()  # what an iterator was made of

    @property
    def package(self) -> str:
        return self.path.split(".")[0]


Things = frozenset[Thing]
NOTHING: Things = frozenset()


@dataclass(eq=False)
class Leaf:
    """A statement, or the header of a compound one; `needs` are the leaves without which it would not be the same."""

    nodes: list[ast.stmt]
    space: str
    block: int
    parent: Leaf | None = None
    children: list[Leaf] = field(default_factory=list)
    names: set[Key] = field(default_factory=set)
    needs: set[Leaf] = field(default_factory=set)
    binds: set[Key] = field(default_factory=set)
    changes: set[Thing] = field(default_factory=set)
    used: set[Thing] = field(default_factory=set)  # parameters that are run through
    reads: set[Key] = field(default_factory=set)
    prints: bool = False
    draws: bool = False
    made: set[Thing] = field(default_factory=set)  # what its names are bound to, made here
    alias: Key | None = None  # of an import from a module of the book: what it stands for
    raising: str = ""  # the error that this statement, the last of its block, ends with
    unclear: str = ""  # why no program can hold it
    order: int = 0

    @property
    def steers(self) -> bool:
        """Whether it decides what runs next, so that it stays with the loop around it."""
        return isinstance(self.nodes[0], (ast.Break, ast.Continue, ast.Return, ast.Raise, ast.Assert))


@dataclass(frozen=True)
class Bound:
    """What a name is bound to: by which leaves, and to what."""

    leaves: frozenset[Leaf]
    things: Things


Env = dict[Key, Bound]


@dataclass(eq=False)
class Frame:
    """The names of a function whose body is being followed."""

    space: str
    local: frozenset[str]
    globals: frozenset[str]
    outer: Frame | None
    label: int = 0
    results: set[Thing] = field(default_factory=set)
    lazy: bool = False
    files: set[str] = field(default_factory=set)


Arguments = list[tuple[int | str | None, Things]]


@dataclass(frozen=True)
class Summary:
    """What a call of a function does."""

    params: tuple[Thing, ...]
    positions: dict[str, int]
    changed: frozenset[Thing]
    used: frozenset[Thing]
    binds: frozenset[Key]
    results: Things
    lazy: bool
    prints: bool
    draws: bool
    files: frozenset[str]
    setting: bool


def bound_in(nodes: Iterable[ast.AST], scopes: tuple[type[ast.AST], ...] = (*FUNCTIONS, ast.ClassDef)) -> Iterator[str]:
    """The names that statements bind in their own scope, not in the functions and classes within."""
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif (isinstance(node, ast.ExceptHandler) and node.name) or (
            isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name
        ):
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest
        if isinstance(node, COMPREHENSIONS):  # its targets are its own; a walrus in it is not
            yield from (sub.target.id for sub in ast.walk(node) if isinstance(sub, ast.NamedExpr))
        elif not isinstance(node, scopes):
            yield from bound_in(ast.iter_child_nodes(node), scopes)


def arguments_of(node: Scope) -> list[ast.arg]:
    """The parameters of a function, `*args` and `**kwargs` last."""
    a = node.args
    return [*a.posonlyargs, *a.args, *a.kwonlyargs, *(x for x in (a.vararg, a.kwarg) if x)]


def body_of(node: Scope) -> list[ast.AST]:
    """What runs when a function is called."""
    return [node.body] if isinstance(node, ast.Lambda) else list(node.body)


def defaults_of(node: Scope) -> list[tuple[str, ast.expr]]:
    """The parameters that have a default, with it."""
    places = [*node.args.posonlyargs, *node.args.args]
    found = [(arg.arg, part) for arg, part in zip(reversed(places), reversed(node.args.defaults), strict=False)]
    return found + [(a.arg, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d]


def outside(node: ast.AST) -> list[ast.AST]:
    """The parts of a function or class that are evaluated where it is defined."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    assert isinstance(node, FUNCTIONS)
    parts: list[ast.AST] = [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
    if not isinstance(node, ast.Lambda):
        notes = [arg.annotation for arg in arguments_of(node)] + [node.returns]
        parts += [*node.decorator_list, *(note for note in notes if note)]
    return parts


def scope_of(node: Scope) -> tuple[frozenset[str], frozenset[str]]:
    """The names that are a function's own, and those that it declares to be global. Found once."""
    found: tuple[frozenset[str], frozenset[str]] | None = getattr(node, "_scope", None)
    if found is None:
        body = body_of(node)
        declared = frozenset(name for part in body for name in globals_in(part))
        found = frozenset([arg.arg for arg in arguments_of(node)] + [*bound_in(body)]) - declared, declared
        node._scope = found  # type: ignore[union-attr]
    return found


def free_names(node: ast.AST) -> set[str]:
    """The names that a piece of code looks up outside of itself, now or when its functions are called."""
    found: set[str] | None = getattr(node, "_free_names", None)
    if found is None:
        found = _free_names(node)
        node._free_names = found  # type: ignore[attr-defined]
    return found


def _free_names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, FUNCTIONS):
        inner = set().union(*(free_names(part) for part in body_of(node)))
        return (inner - scope_of(node)[0]) | set().union(*(free_names(part) for part in outside(node)))
    if isinstance(node, COMPREHENSIONS):
        local = set(bound_in(generator.target for generator in node.generators))
        return set().union(*(free_names(part) for part in ast.iter_child_nodes(node))) - local
    if isinstance(node, ast.ClassDef):
        # What the body of a class binds is not seen by its methods, so only its own level may use it.
        local = set(bound_in(node.body))
        own = [part for part in node.body if not isinstance(part, FUNCTIONS)]
        methods = [part for part in node.body if isinstance(part, FUNCTIONS)]
        found = set().union(*(free_names(part) for part in own)) - local
        return found | set().union(*(free_names(part) for part in [*methods, *outside(node)]))
    found = set().union(*(free_names(part) for part in ast.iter_child_nodes(node)))
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        found |= set(node.names)
    return found


def globals_in(node: ast.AST) -> Iterator[str]:
    """The names that a function declares to be global, not those of functions within."""
    if isinstance(node, ast.Global):
        yield from node.names
    if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        for part in ast.iter_child_nodes(node):
            yield from globals_in(part)


def pin(things: Things) -> Things:
    """Put into a list or the like, an iterator is not gone with the first use of the list."""
    for thing in things:
        thing.pinned |= thing.passing
    return things


def elements(things: Things) -> Things:
    """What comes out of iterators: not the iterators themselves."""
    return frozenset(thing for thing in things if thing.pinned or not thing.passing)


def as_load(node: ast.expr) -> ast.expr:
    """The target of an augmented assignment, as it is read."""
    if isinstance(node, ast.Name):
        return ast.copy_location(ast.Name(node.id, ast.Load()), node)
    return node


def immutable(node: ast.expr) -> bool:
    """Whether an expression gives a number, a text or the like, which nothing can change."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in IMMUTABLE_CALLS
    return isinstance(node, (ast.Constant, ast.JoinedStr))


def is_main(node: ast.stmt) -> bool:
    """The part of a module that runs when it is started, not when it is imported."""
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def split_import(node: ast.stmt) -> list[ast.stmt]:
    """One import for each name."""
    if isinstance(node, ast.ImportFrom):
        return [ast.copy_location(ast.ImportFrom(node.module, [a], node.level), node) for a in node.names]
    if isinstance(node, ast.Import):
        return [ast.copy_location(ast.Import([a]), node) for a in node.names]
    return [node]
