"""What a statement reads, binds and may change, told from its text: `program.py` decides by it what a block needs.

The statements of a page are followed once, in their order, with what each name may stand for: arrays that share
memory, generators that move on when they are used, functions that look up names when they are called. Where the
text cannot tell, a change is assumed. Two assumptions are made the other way round, because the programs would be
twice as long without them: a `for` loop runs at least once, and a function of a library changes no array that it is
given, unless it is known to. Only the standard library is used: this file also runs in the browser.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator

from asrun.programs.libraries import (
    CHANGES_ARGUMENT,
    CHANGING_METHODS,
    FRESH_METHODS,
    IMMUTABLE_CALLS,
    IMMUTABLE_TYPES,
    INSPECTING,
    ITERATORS,
    LAZY_CALLS,
    MATERIALIZING,
    PURE_METHODS,
    READS_FILES,
    SETTINGS,
    SHARES_MEMORY,
    VALUES_ONLY,
    WRITES_FILES,
)
from asrun.programs.names import (
    FUNCTIONS,
    NOTHING,
    Arguments,
    Bound,
    Env,
    Frame,
    Key,
    Leaf,
    Scope,
    Summary,
    Thing,
    Things,
    Unclear,
    arguments_of,
    as_load,
    body_of,
    bound_in,
    defaults_of,
    elements,
    free_names,
    immutable,
    is_main,
    outside,
    pin,
    scope_of,
    split_import,
)


class Analysis:
    """Follows the statements of a page, block by block; `leaves` are those of the whole page and its modules."""

    def __init__(self, module: Callable[[str], ast.Module | None], package: str = "snippets") -> None:
        self.module, self.package = module, package
        self.leaves: list[Leaf] = []
        self.roots: list[Leaf] = []
        self.modules: list[str] = []  # those that were imported
        self.env: Env = {}
        self.settings: list[Leaf] = []
        self.modules_bound: set[str] = set()  # paths that imports name, whose functions are called by attribute
        self.packages: dict[str, set[Leaf]] = {}
        self.libraries: dict[str, Thing] = {}
        self.made: dict[tuple[object, ...], Thing] = {}
        self.known: dict[int, Leaf] = {}
        self.leaf = Leaf([ast.Pass()], "", 0)
        self.frame: Frame | None = None  # for looking up names: that of a function, or of a comprehension in it
        self.function: Frame | None = None  # while the body of a function is being followed
        self.space = ""
        self.touched: set[Thing] = set()
        self.summaries: dict[tuple[object, ...], Summary | None] = {}
        self.future: set[str] = set()  # spaces whose annotations are not evaluated
        self.everything = False
        self.ends: dict[int, set[Leaf]] = {}  # by block, what its functions will look up
        self.changed: dict[int, set[str]] = {}  # by block, the names of what it leaves in another state

    # ---- statements ----

    def add(self, source: str, block: int, raises: str = "") -> list[Leaf]:
        """Follow a block of the page. Raises SyntaxError as Python does, and Unclear."""
        roots = self._follow(ast.parse(source), "", block, raises)
        changed = {thing for root in roots for leaf in self._within(root) for thing in leaf.changes}
        self.changed[block] = {key[1] for key, bound in self.env.items() if not key[0] and bound.things & changed}
        # A function that is only defined here must find what it looks up when the reader calls it.
        self.leaf, self.touched = Leaf([ast.Pass()], "", block), set()
        own = (leaf for root in roots for leaf in self._within(root) if not leaf.alias)
        for key in sorted({key for leaf in own for key in leaf.binds}):
            for thing in self.env[key].things if key in self.env else ():
                if thing.kind in ("function", "class"):
                    self._touch(frozenset({thing}))
        self.ends[block] = self.leaf.needs
        return roots

    def _follow(self, tree: ast.Module, space: str, block: int, raises: str = "") -> list[Leaf]:
        outer, self.space = self.space, space
        groups: list[list[ast.stmt]] = []
        for node in tree.body:
            if groups and node.lineno <= (groups[-1][-1].end_lineno or 0):
                groups[-1].append(node)  # statements that share a line stay together
            else:
                groups.append([node])
        roots = []
        for group in groups:
            parts = split_import(group[0]) if len(group) == 1 else group
            if len(parts) > 1 and len(group) == 1:
                roots += [self._statement([part], block, None) for part in parts]
                continue
            before = dict(self.env)
            root = self._statement(group, block, None)
            roots.append(root)
            if raises and group is groups[-1]:
                # It ended in an error: what it had changed by then stays, what it would have bound does not.
                root.raising = raises
                for leaf in self._within(root):
                    leaf.binds.clear()
                self.env = before
        self.space = outer
        self.roots += roots
        return roots

    def _within(self, leaf: Leaf) -> Iterator[Leaf]:
        yield leaf
        for child in leaf.children:
            yield from self._within(child)

    def _statement(self, nodes: list[ast.stmt], block: int, parent: Leaf | None) -> Leaf:
        node = nodes[0]
        leaf = self.known.get(id(node))
        if leaf is None:
            leaf = self.known[id(node)] = Leaf(nodes, self.space, block, parent, order=len(self.leaves))
            self.leaves.append(leaf)
            if parent:
                parent.children.append(leaf)
            leaf.names = {(self.space, name) for part in nodes for name in free_names(part)}
        outer, self.leaf, self.touched = (self.leaf, self.touched), leaf, set()
        leaf.needs |= set(self.settings)
        if not parent:
            self.everything = False
        for part in nodes:
            self._run(part)
        if self.everything:
            leaf.needs |= set(self.leaves)
            self.settings.append(leaf)
        self.leaf, self.touched = outer
        return leaf

    def _suite(self, body: list[ast.stmt]) -> None:
        """The body of a compound statement: each statement a leaf of its own, where it has lines of its own."""
        leaf = self.leaf
        header = leaf.nodes[0]
        own_lines = not isinstance(header, (*FUNCTIONS, ast.ClassDef, ast.Try)) and self.function is None
        lines = [line for node in body for line in (node.lineno, node.end_lineno or 0)]
        own_lines = own_lines and lines == sorted(lines) and len({node.lineno for node in body}) == len(body)
        own_lines = own_lines and body[0].lineno > header.lineno and len(leaf.nodes) == 1
        for node in body:
            if own_lines:
                self._statement([node], leaf.block, leaf)
            else:
                self._run(node)

    def _run(self, node: ast.AST) -> None:
        method = getattr(self, f"_run_{type(node).__name__}", None)
        if method:
            method(node)
        elif isinstance(node, ast.stmt):
            for part in ast.iter_child_nodes(node):
                if isinstance(part, ast.expr):
                    self._value(part)

    def _run_Expr(self, node: ast.Expr) -> None:
        self._value(node.value)

    def _run_Return(self, node: ast.Return) -> None:
        if node.value and self.function:
            self.function.results |= self._value(node.value)

    def _run_Assign(self, node: ast.Assign) -> None:
        if len(node.targets) == 1:
            self._assign(node.targets[0], node.value)
            return
        things = self._value(node.value)
        if not immutable(node.value):
            things |= {self._thing("data", node.value, "shared")}
        for target in node.targets:
            self._store(target, things, node.value)

    def _run_AnnAssign(self, node: ast.AnnAssign) -> None:
        if self.function is None and self.space not in self.future:
            self._value(node.annotation)
        if node.value:
            self._assign(node.target, node.value)

    def _run_AugAssign(self, node: ast.AugAssign) -> None:
        value, old = self._value(node.value), self._value(as_load(node.target))
        self._change(old)
        self._link(old, value)
        if isinstance(node.target, ast.Name):
            self._bind(node.target.id, old, node.target)

    def _run_TypeAlias(self, node: ast.stmt) -> None:
        self._bind(node.name.id, NOTHING, node)  # type: ignore[attr-defined]

    def _run_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._read(target.id)
                self.leaf.binds.add(self._key(target.id))
                self.env[self._key(target.id)] = Bound(frozenset({self.leaf}), NOTHING)
            else:
                self._change(self._value(target.value))  # type: ignore[attr-defined]

    def _run_For(self, node: ast.For) -> None:
        self._consume(self._value(node.iter))
        for _ in range(2):  # the second time with what the first has left behind
            self._step(node.target, node.iter)
            self._suite(node.body)
        if node.orelse:
            self._suite(node.orelse)

    _run_AsyncFor = _run_For

    def _run_While(self, node: ast.While) -> None:
        self._value(node.test)
        for _ in range(2):
            before = dict(self.env)
            self._suite(node.body)
            self._merge(before)
            self._value(node.test)
        if node.orelse:
            self._suite(node.orelse)

    def _run_If(self, node: ast.If) -> None:
        self._value(node.test)
        before = dict(self.env)
        self._suite(node.body)
        after, self.env = self.env, dict(before)
        if node.orelse:
            self._suite(node.orelse)
        self._merge(after)

    def _run_With(self, node: ast.With) -> None:
        for item in node.items:
            things = self._value(item.context_expr)
            if item.optional_vars:
                self._store(item.optional_vars, things)
        self._suite(node.body)

    _run_AsyncWith = _run_With

    def _run_Try(self, node: ast.Try) -> None:
        before = dict(self.env)
        self._suite(node.body)
        ends = []
        for handler in node.handlers:
            done = dict(self.env)
            self._merge(before)
            if handler.type:
                self._value(handler.type)
            if handler.name:
                self._bind(handler.name, NOTHING, handler)
            self._suite(handler.body)
            ends.append(self.env)
            self.env = done
        if node.orelse:
            self._suite(node.orelse)
        for end in ends:
            self._merge(end)
        if node.finalbody:
            self._suite(node.finalbody)

    _run_TryStar = _run_Try

    def _run_Match(self, node: ast.Match) -> None:
        things = self._value(node.subject)
        before = dict(self.env)
        ends = [before]
        for case in node.cases:
            self.env = dict(before)
            for part in ast.walk(case.pattern):
                if isinstance(part, ast.expr):
                    self._value(part)
            for name in bound_in([case.pattern]):
                self._bind(name, things, case.pattern)
            if case.guard:
                self._value(case.guard)
            for part in case.body:
                self._run(part)
            ends.append(self.env)
        for end in ends:
            self._merge(end)

    def _run_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._bind(node.name, self._function(node), node)

    _run_AsyncFunctionDef = _run_FunctionDef

    def _run_ClassDef(self, node: ast.ClassDef) -> None:
        held = set().union(*(self._value(part) for part in outside(node) if isinstance(part, ast.expr)))
        methods = [part for part in node.body if isinstance(part, FUNCTIONS)]
        outer = dict(self.env)
        for part in node.body:
            if isinstance(part, FUNCTIONS):
                self._bind(part.name, self._function(part), part)
            else:
                self._run(part)
        names = bound_in(node.body)
        for key in {self._key(name) for name in names}:
            self.leaf.binds.discard(key)
            self.env.pop(key, None)
            if key in outer:
                self.env[key] = outer[key]
        late = frozenset((self.space, name) for part in methods for name in free_names(part))
        thing = self._thing("class", node, "class")
        thing.node, thing.space, thing.late, thing.frame = node, self.space, late, self.frame
        self._bind(node.name, frozenset(held | {thing}), node)

    def _run_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name.split(".")[0] == self.package:
                raise Unclear(f"`import {alias.name}` cannot travel: write `from {alias.name} import …`")
            name = alias.asname or alias.name.split(".")[0]
            old = self.env.get(self._key(name))
            self.modules_bound |= {alias.name, name}
            self._bind(name, self._library(alias.name if alias.asname else name), node)
            if old and "." in alias.name and not alias.asname:  # `import a.b` behind `import a`
                self.env[self._key(name)] = Bound(self.env[self._key(name)].leaves | old.leaves, old.things)

    def _run_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if module == "__future__":
            self.future.add(self.space)
            return
        if node.level or any(alias.name == "*" for alias in node.names):
            raise Unclear(f"line {node.lineno}: import by names: `from {module or 'package'} import …`")
        first, _, inner = module.partition(".")
        for alias in node.names:
            name = alias.asname or alias.name
            if first != self.package:
                self.modules_bound.add(f"{module}.{alias.name}")
                self._bind(name, self._library(f"{module}.{alias.name}"), node)
                continue
            space = inner or alias.name
            if self.function is not None:
                continue  # told by the function
            if not inner:
                raise Unclear(f"line {node.lineno}: write `from {self.package}.{space} import …`")
            self._import(space)
            target = (space, alias.name)
            if target not in self.env:
                raise Unclear(f"line {node.lineno}: {self.package}/{space}.py has no {alias.name!r}")
            self.leaf.alias = target
            things = self._read_key(target)
            key = self._key(name)
            self.leaf.binds.add(key)
            self.env[key] = Bound(frozenset({self.leaf}), things)

    def _import(self, space: str) -> None:
        """Follow a module of the book, the first time that it is imported."""
        if space in self.modules:
            return
        tree = self.module(space)
        if tree is None:
            raise Unclear(f"there is no module {self.package}/{space.replace('.', '/')}.py")
        self.modules.append(space)
        saved = self.leaf, self.touched
        self._follow(ast.Module([node for node in tree.body if not is_main(node)], []), space, 0)
        self.leaf, self.touched = saved

    # ---- names ----

    def _key(self, name: str) -> Key:
        frame = self.frame
        while frame:
            if name in frame.globals:
                break
            if name in frame.local:
                return (f"{frame.space}#{frame.label}", name)
            frame = frame.outer
        return (self.space, name)

    def _read(self, name: str) -> Things:
        return self._read_key(self._key(name))

    def _read_key(self, key: Key) -> Things:
        self.leaf.reads.add(key)
        bound = self.env.get(key)
        if bound is None:
            return NOTHING
        self.leaf.needs |= bound.leaves
        self._touch(bound.things)
        return bound.things

    def _touch(self, things: Things) -> None:
        """Using a thing takes all that has changed it, and what its functions look up when called."""
        for thing in things - self.touched:
            self.touched.add(thing)
            self.leaf.needs |= thing.changes
            if thing.kind == "library":
                self.leaf.needs |= self.packages.get(thing.package, set())
                self.leaf.draws |= thing.path.startswith("matplotlib.pyplot")
            self._touch(thing.holds)
            for key in thing.late:
                self._read_key(key)

    def _bind(self, name: str, things: Things, node: ast.AST, value: ast.expr | None = None) -> None:
        key = self._key(name)
        made = isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom))
        if not made and (value is None or not immutable(value)):
            made_here = self._thing("data", node, name)
            self.leaf.made.add(made_here)
            things |= {made_here}
        self.leaf.binds.add(key)
        self.env[key] = Bound(frozenset({self.leaf}), things)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if (
            isinstance(target, (ast.Tuple, ast.List))
            and isinstance(value, (ast.Tuple, ast.List))
            and len(target.elts) == len(value.elts)
            and not any(isinstance(part, ast.Starred) for part in [*target.elts, *value.elts])
        ):
            found = [self._value(part) for part in value.elts]
            for one, part, things in zip(target.elts, value.elts, found, strict=True):
                self._store(one, things, part)
        else:
            self._store(target, self._value(value), value)

    def _step(self, target: ast.expr, source: ast.expr) -> None:
        """What a loop over `source` binds: where that shows what goes where, each target gets its own."""
        columns: list[list[ast.expr]] = []
        if isinstance(target, ast.Tuple):
            if isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "zip":
                columns = [[part] for part in source.args]
            elif isinstance(source, (ast.List, ast.Tuple)):
                rows = [part.elts for part in source.elts if isinstance(part, (ast.Tuple, ast.List))]
                if len(rows) == len(source.elts) and {len(row) for row in rows} == {len(target.elts)}:
                    columns = [list(column) for column in zip(*rows, strict=True)]
            starred = any(isinstance(part, ast.Starred) for row in [target.elts, *columns] for part in row)
            if columns and len(columns) == len(target.elts) and not starred:
                for part, column in zip(target.elts, columns, strict=True):
                    self._store(part, elements(frozenset().union(*(self._value(one) for one in column))))
                return
        self._store(target, elements(self._value(source)))

    def _store(self, target: ast.expr, things: Things, value: ast.expr | None = None) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, things, value or target, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            if value is not None:
                things |= {self._thing("data", value, "unpacked")}
                self._consume(things)
            for part in target.elts:
                self._store(part, elements(things))
        elif isinstance(target, ast.Starred):
            self._store(target.value, things)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            owner = self._value(target.value)
            if isinstance(target, ast.Subscript):
                self._value(target.slice)
            self._change(owner)
            self._link(owner, things)

    def _merge(self, other: Env) -> None:
        """After a branch: a name is what it is on either way."""
        for key, bound in other.items():
            mine = self.env.get(key)
            if mine is None:
                self.env[key] = bound
            elif mine is not bound:
                self.env[key] = Bound(mine.leaves | bound.leaves, mine.things | bound.things)

    def _link(self, owner: Things, added: Things) -> None:
        """Something is put into a thing: whoever holds the thing holds that as well."""
        if added and owner:
            pin(added)
            for key, bound in self.env.items():
                if bound.things & owner and not added <= bound.things:
                    self.env[key] = Bound(bound.leaves, bound.things | added)

    def _change(self, things: Things) -> None:
        for thing in things:
            if thing.kind in ("function", "class"):
                continue
            self.leaf.changes.add(thing)
            if self.function is None:
                if thing.kind == "library":
                    self.packages.setdefault(thing.package, set()).add(self.leaf)
                self.leaf.needs |= thing.changes
                thing.changes.add(self.leaf)

    def _consume(self, things: Things) -> None:
        """Running through a thing moves it on, if it is an iterator, and whatever it is made of."""
        self.leaf.used |= {thing for thing in things if thing.kind == "param"}
        moved = {thing for thing in things if thing.kind in ("stateful", "object")}
        for thing in list(moved):
            inner = {t for t in thing.holds if thing.greedy or t.kind in ("stateful", "object")}
            self.leaf.used |= {t for t in thing.holds if t.kind == "param"}
            if not inner <= moved:
                self._consume(frozenset(inner - moved))
        self._change(frozenset(moved))

    def _thing(self, kind: str, node: ast.AST, *label: object) -> Thing:
        """One for each place of the text, however often it is followed."""
        identity = (kind, id(node), id(self.leaf) if self.function is None else self.function.label, *label)
        if identity not in self.made:
            self.made[identity] = Thing(kind, node, self.space, local=self.function.label if self.function else 0)
        return self.made[identity]

    def _library(self, path: str) -> Things:
        return frozenset({self.libraries.setdefault(path, Thing("library", path=path))})

    # ---- expressions ----

    def _value(self, node: ast.expr) -> Things:
        """What an expression may give, beside fresh data; evaluating it may change things."""
        match node:
            case ast.Name():
                return self._read(node.id)
            case ast.Constant():
                return NOTHING
            case ast.Attribute():
                owner = self._value(node.value)
                inner = frozenset(
                    part
                    for thing in owner
                    if thing.kind == "library"
                    for part in self._library(f"{thing.path}.{node.attr}")
                )
                return frozenset(thing for thing in owner if thing.kind != "library") | inner
            case ast.Subscript():
                self._value(node.slice)
                return self._value(node.value)
            case ast.Call():
                return self._call(node)
            case ast.Lambda():
                return self._function(node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self._comprehension(node)
            case ast.NamedExpr():
                things = self._value(node.value)
                self._bind(node.target.id, things, node.target, node.value)
                return things
            case ast.Starred():
                things = self._value(node.value)
                self._consume(things)
                return things
            case ast.Compare() | ast.JoinedStr():
                self._parts(node)
                return NOTHING
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
                return pin(self._parts(node))
            case ast.BinOp() | ast.UnaryOp():
                found = self._parts(node)
                return frozenset(t for t in found if t.kind not in ("data", "library", "param", "instance"))
            case ast.Yield() | ast.YieldFrom():
                things = self._value(node.value) if node.value else NOTHING
                if self.function:
                    self.function.lazy = True
                    self.function.results |= things
                return NOTHING
            case _:
                return self._parts(node)

    def _parts(self, node: ast.AST) -> Things:
        found: Things = NOTHING
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr):
                found |= self._value(part)
            elif not isinstance(part, ast.expr_context):
                found |= self._parts(part)
        return found

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Things:
        outer, local = self.frame, frozenset(bound_in(generator.target for generator in node.generators))
        inside = Frame(self.space, local, frozenset(), outer, id(node))
        for generator in node.generators:
            self._consume(self._value(generator.iter))
            self.frame = inside
            self._step(generator.target, generator.iter)
            for test in generator.ifs:
                self._value(test)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        found: Things = frozenset().union(*(self._value(part) for part in parts))
        self.frame = outer
        own = f"{self.space}#{inside.label}"
        self.env = {key: bound for key, bound in self.env.items() if key[0] != own}
        self.leaf.binds = {key for key in self.leaf.binds if key[0] != own}
        self.leaf.reads = {key for key in self.leaf.reads if key[0] != own}
        if not isinstance(node, ast.GeneratorExp):
            return pin(found)
        made = self._thing("stateful", node, "generator")
        made.late = frozenset((self.space, name) for name in free_names(node))
        made.holds, made.passing = found, True
        return found | {made}

    def _function(self, node: Scope) -> Things:
        held: Things = NOTHING
        for part in ast.walk(node):
            if isinstance(part, ast.ImportFrom) and (part.module or "").split(".")[0] == self.package:
                self.leaf.unclear = f"line {part.lineno}: write `from {part.module} import …` outside of the function"
        notes = [] if isinstance(node, ast.Lambda) else [node.returns, *(a.annotation for a in arguments_of(node))]
        defaults: dict[str, Things] = {}
        for name, part in defaults_of(node):
            defaults[name] = self._value(part) | (
                NOTHING if immutable(part) else {self._thing("data", part, "default")}
            )
            held |= defaults[name]
        for part in outside(node):
            if part in notes and self.space not in self.future:
                self._value(part)
        for part in [] if isinstance(node, ast.Lambda) else node.decorator_list:
            held |= self._value(part)
        thing = self._thing("function", node, "function")
        names = set().union(*(free_names(part) for part in body_of(node))) - scope_of(node)[0]
        captured: Things = NOTHING
        found: Env = {}
        late = set()
        for name in names:
            key = self._key(name)
            if key[0] == self.space:
                late.add(key)
            else:
                captured |= self._read_key(key)
                if key in self.env:
                    found[key] = self.env[key]
        thing.node, thing.space, thing.late, thing.frame = node, self.space, frozenset(late), self.frame
        thing.defaults, thing.captured = defaults, found
        if self.function and any(isinstance(part, ast.Nonlocal) for part in ast.walk(node)):
            captured |= {self._thing("data", node, "cell")}
        kept = frozenset(t for t in held if t.kind not in ("library", "class"))
        return captured | kept | {thing}

    # ---- calls ----

    def _call(self, node: ast.Call) -> Things:
        args: Arguments = []
        for place, arg in enumerate(node.args):
            args.append((None if isinstance(arg, ast.Starred) else place, self._value(arg)))
        args += [(keyword.arg, self._value(keyword.value)) for keyword in node.keywords]
        func = node.func
        if isinstance(func, ast.Name) and self._key(func.id) not in self.env and hasattr(builtins, func.id):
            return self._builtin(func.id, node, args)
        if isinstance(func, ast.Attribute):
            owner = self._value(func.value)
            libraries = [thing for thing in owner if thing.kind == "library"]
            kept = frozenset(thing for thing in libraries if thing.path not in self.modules_bound)
            if kept and func.attr in CHANGING_METHODS:  # plt.rcParams.update(…), os.environ.pop(…)
                self._change(kept)
                return NOTHING
            result = frozenset(
                part for t in libraries for part in self._library_call(f"{t.path}.{func.attr}", node, args)
            )
            if len(libraries) < len(owner) or not owner:
                result |= self._method(owner - frozenset(libraries), func.attr, node, args)
            return result
        return self._apply(self._value(func), node, args)

    def _builtin(self, name: str, node: ast.Call, args: Arguments) -> Things:
        given: Things = frozenset().union(*(things for _, things in args)) if args else NOTHING
        if name in ("eval", "exec", "globals", "locals", "vars", "__import__", "compile"):
            self.everything = True
        if name == "print":
            self.leaf.prints = True
        if name == "open":
            mode = (
                node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "mode"), None)
            )
            plain = mode is None or (isinstance(mode, ast.Constant) and not set("wax+") & set(str(mode.value)))
            self._world("read" if plain else "write")
            if not plain:
                given |= {self._outside("<files>")}
        if name in CHANGES_ARGUMENT and args:
            self._change(args[0][1])
        if name not in INSPECTING:
            self._consume(frozenset(t for t in given if t.kind != "object") if name in IMMUTABLE_CALLS else given)
        self._hand_on(given)
        if name in IMMUTABLE_CALLS:
            return NOTHING
        if name in LAZY_CALLS:
            return elements(given) | {self._iterator(node, given)}
        return elements(given) if name in MATERIALIZING else given

    def _iterator(self, node: ast.AST, given: Things) -> Thing:
        made = self._thing("stateful", node, "iterator")
        made.holds, made.passing = given, True
        return made

    def _hand_on(self, given: Things) -> None:
        """A function that is handed on may be called there, with whatever else is handed on."""
        for thing in given:
            if thing.kind == "function" and (summary := self._summary(thing)):
                self._effects(summary, thing)
                if any(changed.kind == "param" for changed in summary.changed):
                    self._change(frozenset(t for t in given if t.kind not in ("function", "class", "library")))

    def _library_call(self, path: str, node: ast.Call, args: Arguments) -> Things:
        root, name = path.split(".", maxsplit=1)[0], path.rsplit(".", 1)[-1]
        given: Things = frozenset().union(*(things for _, things in args)) if args else NOTHING
        if name in SETTINGS:
            self._setting()
        if name in WRITES_FILES or (name == "open" and len(node.args) > 1):
            self._world("write")
        if name in READS_FILES:
            self._world("read")
        self.leaf.draws |= path.startswith("matplotlib.pyplot")
        moved = {
            t for t in given if t.kind == "stateful" or (t.kind in ("object", "instance") and root not in VALUES_ONLY)
        }
        if name in CHANGES_ARGUMENT and args:
            moved |= args[0][1]
        moved |= {t for label, things in args if label == "out" for t in things}
        moved |= {t for t in given if t.kind == "param"} if name in CHANGES_ARGUMENT else set()
        self._change(frozenset(moved))
        self._hand_on(given)
        functions = frozenset(t for t in given if t.kind == "function")
        if (
            path.startswith(("numpy.random.", "random."))
            and name.islower()
            and name not in ("default_rng", "random.Random")
        ):
            self._world("random")
        if path.startswith("numpy.random.") and name in (
            "default_rng",
            "Generator",
            "RandomState",
            "SeedSequence",
            "PCG64",
        ):
            return given | {self._thing("stateful", node, "generator")}
        if root in VALUES_ONLY and root != "matplotlib":
            return (given if name in SHARES_MEMORY else NOTHING) | functions
        if path.startswith(ITERATORS):
            return elements(given) | {self._iterator(node, given)}
        return given | {self._thing("object", node, "made")}

    def _method(self, owner: Things, name: str, node: ast.Call, args: Arguments) -> Things:
        given: Things = frozenset().union(*(things for _, things in args)) if args else NOTHING
        if name in WRITES_FILES and name not in PURE_METHODS:
            self._world("write")
        if name in READS_FILES:
            self._world("read")
        result: Things = NOTHING
        changed: set[Thing] = set()
        for thing in owner:
            if thing.kind in ("instance", "class"):
                method = self._find(thing, name)
                if method:
                    first: Arguments = [(0, owner)] if thing.kind == "instance" else []
                    shift = len(first)
                    moved = [(p + shift if isinstance(p, int) else p, things) for p, things in args]
                    result |= self._call_function(method, node, [*first, *moved])
                elif name not in PURE_METHODS:
                    changed.add(thing)
            elif thing.kind == "data":  # its methods are those of arrays, lists and the like
                if name in CHANGING_METHODS:
                    changed.add(thing)
            elif thing.kind == "stateful" or (thing.kind not in ("function", "library") and name not in PURE_METHODS):
                changed.add(thing)
        changed |= {t for t in given if t.kind == "stateful"}
        self._change(frozenset(changed))
        if changed & owner:
            self._link(owner, given)
        self._hand_on(given)
        if name in FRESH_METHODS:
            return result
        return result | owner | (given if any(t.kind in ("object", "instance") for t in owner) else NOTHING)

    def _find(self, thing: Thing, name: str) -> Thing | None:
        assert isinstance(thing.node, ast.ClassDef)
        for part in thing.node.body:
            if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and part.name == name:
                identity = ("method", id(part))
                if identity not in self.made:
                    self.made[identity] = Thing("function", part, thing.space, frame=thing.frame)
                    self.made[identity].late = frozenset((thing.space, name) for name in free_names(part))
                return self.made[identity]
        return None

    def _apply(self, callee: Things, node: ast.Call, args: Arguments) -> Things:
        given: Things = frozenset().union(*(things for _, things in args)) if args else NOTHING
        result: Things = NOTHING
        if not callee:
            self._change(given)  # nothing is known of it
            return given
        for thing in callee:
            if thing.kind == "function":
                result |= self._call_function(thing, node, args)
            elif thing.kind == "class":
                made = self._thing("instance", node, id(thing))
                made.node, made.late, made.space, made.frame = thing.node, thing.late, thing.space, thing.frame
                start = self._find(made, "__init__")
                if start:
                    shifted = [(p + 1 if isinstance(p, int) else p, things) for p, things in args]
                    self._call_function(start, node, [(0, frozenset({made})), *shifted])
                result |= given | {made}
            elif thing.kind == "library":
                result |= self._library_call(thing.path, node, args)
            elif thing.kind == "param":
                self._change(frozenset(t for t in given if t.kind in ("stateful", "object", "instance")))
                result |= given | {thing}
            elif thing.kind in ("stateful", "instance"):
                self._change(given | {thing})
                result |= given | {thing}
            else:
                self._change(frozenset(t for t in given if t.kind in ("stateful", "object", "instance")))
                result |= frozenset(t for t in given if t.kind != "data")
        return result

    def _call_function(self, thing: Thing, node: ast.Call, args: Arguments) -> Things:
        summary = self._summary(thing)
        if summary is None:  # it calls itself
            return NOTHING
        given: Things = frozenset().union(*(things for _, things in args)) if args else NOTHING
        actual: dict[Thing, Things] = {}
        for place, param in enumerate(summary.params):
            mine = [things for label, things in args if self._meets(label, place, summary)]
            default = thing.defaults.get(param.node.arg, NOTHING) if isinstance(param.node, ast.arg) else NOTHING
            actual[param] = frozenset().union(*mine) if mine else default

        def real(things: Iterable[Thing]) -> Things:
            return frozenset().union(*(actual.get(t, frozenset({t})) for t in things)) if things else NOTHING

        changed = real(t for t in summary.changed if t in actual or not (t.kind == "param" or t.local))
        if any((t.kind == "param" and t not in actual) or t.local for t in summary.changed):
            # A closure that changes what the function around it was given, or made.
            changed |= frozenset(t for t in self._holders(thing) if t.kind not in ("function", "library"))
        self._change(changed | frozenset(t for t in given if t.kind == "stateful"))
        self._consume(real(summary.used))
        self._effects(summary, thing)
        self._hand_on(given)
        if summary.lazy:
            made = self._thing("stateful", node, id(thing), "lazy")
            made.late, made.greedy, made.passing, made.holds = thing.late, bool(changed), True, given
            return real(summary.results) | {made}
        found = real(summary.results)
        new = {t for t in found if t.local and t not in given and t.kind != "function"}
        closure = any(t.kind == "function" for t in found)  # which keeps what it has found around it
        return (found - new) | frozenset(self._copied(t, node) for t in new if closure or t.kind != "data")

    def _effects(self, summary: Summary, thing: Thing) -> None:
        """What a call does to the world around it, whatever it is given."""
        self._change(frozenset(t for t in summary.changed if t.kind != "param" and not t.local))
        self.leaf.prints |= summary.prints
        self.leaf.draws |= summary.draws
        for use in sorted(summary.files):
            self._world(use)
        if summary.setting:
            self._setting()
        for key in summary.binds:
            bound = self.env.get(key)
            self.leaf.binds.add(key)
            made = frozenset({self._thing("data", thing.node or self.leaf.nodes[0], key)})
            leaves = frozenset({self.leaf})
            self.env[key] = Bound(bound.leaves | leaves, bound.things | made) if bound else Bound(leaves, made)

    def _copied(self, thing: Thing, node: ast.Call) -> Thing:
        """A function makes a new one of it in every call."""
        copy = self._thing(thing.kind, node, id(thing), "copy")
        copy.node, copy.space, copy.late, copy.frame = thing.node, thing.space, thing.late, thing.frame
        return copy

    def _holders(self, thing: Thing) -> Things:
        return frozenset().union(*(bound.things for bound in self.env.values() if thing in bound.things))

    def _meets(self, label: int | str | None, place: int, summary: Summary) -> bool:
        if label is None:
            return True
        if isinstance(label, int):
            return label == place or (label >= len(summary.params) - 1 and place == len(summary.params) - 1)
        return summary.positions.get(label, len(summary.params) - 1) == place

    def _summary(self, thing: Thing) -> Summary | None:
        node = thing.node
        assert isinstance(node, FUNCTIONS)
        helpers = {
            id(t.node) for key in thing.late if key in self.env for t in self.env[key].things if t.kind == "function"
        }
        identity = (id(node), frozenset(helpers))
        if identity in self.summaries:
            return self.summaries[identity]
        self.summaries[identity] = None
        names = [arg.arg for arg in arguments_of(node)]
        body = body_of(node)
        saved = self.frame, self.function, self.space, self.leaf, self.touched, self.env, self.everything
        self.frame = self.function = Frame(thing.space, *scope_of(node), thing.frame, id(node))
        self.space, self.touched = thing.space, set()
        self.leaf = sink = Leaf([ast.Pass()], thing.space, 0)
        self.env = self.env | thing.captured
        sink.changes |= {t for identity, t in self.made.items() if identity[1] == id(node) and identity[-1] == "cell"}
        params = tuple(Thing("param", arg, thing.space) for arg in arguments_of(node))
        for arg, param in zip(arguments_of(node), params, strict=True):
            note = ast.unparse(arg.annotation) if arg.annotation else ""
            things = NOTHING if set(re.split(r" \| ", note)) <= IMMUTABLE_TYPES else frozenset({param})
            self.env[self._key(arg.arg)] = Bound(frozenset(), things)
        frame = self.function
        for _ in range(2):
            for part in body:
                if isinstance(part, ast.expr):
                    frame.results |= self._value(part)
                else:
                    self._run(part)
        everything = self.everything
        self.frame, self.function, self.space, self.leaf, self.touched, self.env, self.everything = saved
        self.everything |= everything
        positions = {name: place for place, name in enumerate(names)}
        summary = Summary(
            params, positions, frozenset(t for t in sink.changes if t.local != id(node)), frozenset(sink.used),
            frozenset(key for key in sink.binds if "#" not in key[0]),
            frozenset(frame.results), frame.lazy, sink.prints, sink.draws,
            frozenset(frame.files), "setting" in frame.files,
        )  # fmt: skip
        self.summaries[identity] = summary
        return summary

    # ---- the world outside ----

    def _world(self, use: str) -> None:
        """The folder is one thing: reading takes what was written before. So is the global random state."""
        if self.function is not None:
            self.function.files.add(use)
            return
        if use == "setting":
            return
        what = "<random>" if use == "random" else "<files>"
        things = frozenset({self._outside(what)})
        self._touch(things)
        if use != "read":
            self._change(things)

    def _outside(self, what: str) -> Thing:
        return self.libraries.setdefault(what, Thing("stateful", path=what))

    def _setting(self) -> None:
        """A setting that holds from here on, for all."""
        if self.function is not None:
            self.function.files.add("setting")
        elif self.leaf not in self.settings:
            self.settings.append(self.leaf)
