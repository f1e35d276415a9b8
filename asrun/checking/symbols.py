"""The rules for symbols that answer: what a block or a formula says of one is true of it, and no variable contradicts the table."""

import ast
import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import chain

from asrun.formulas.katex import Key, Rendered
from asrun.formulas.notation import HERE, quantities, said_here
from asrun.formulas.symbols import marked, shape_text
from asrun.model import Block, Fault, Formula, Known, Meaning, Page
from asrun.running.page import PageRun

NUMBERS = ("float", "int", "complex", "Fraction")  # the types of a number, as code writes them
LETTER = re.compile(r"[^\W\d]\w*")  # in a size
FORM = "write `x is …`, or `x is another` for one that answers to nothing; ` | ` parts several"


def check_symbols(
    page: Page, run: PageRun, math: Mapping[Key, Rendered], meanings: Mapping[str, Meaning]
) -> Iterator[Fault]:
    """What is wrong with symbols and variables that are others than in the table. `math` holds the formulas as KaTeX set them."""
    table = quantities(meanings)
    for formula in page.formulas:
        yield from _wrong_marks(formula, marked(math[formula.tex, formula.display, ""].html), table)
    names = table.keys() & marked("".join(math[formula.key].html for formula in page.formulas))
    letters = {letter for row in meanings.values() for size in row.shape or () for letter in LETTER.findall(size)}
    for place, block in enumerate(page.code_blocks):
        words = set(re.findall(r"\w+", block.code))
        yield from _wrong_marks(block, words, table)
        known = {one.name: one for one in (run.blocks[place].known if run.blocks else ())}
        found = sorted(names & words - said_here(block.here).keys())
        types = _types(block.code) if re.search(rf"\b(?:{'|'.join(found)})\s*:", block.code) else {}
        for name in found:
            row = table[name]
            of_run, of_code = _value(row, known.get(name)), _type(row, types.get(name, ()))
            if has := of_run or of_code or _shape(row, name, block.code, letters):
                told = f"{name} {has} here, and the notation table says {shape_text(row)}, {row.text}"
                yield _line(block, name), f'{told}: rename it, or say what it is: here="{name} is …"'


def _wrong_marks(place: Block | Formula, names: set[str], table: Mapping[str, Meaning]) -> Iterator[Fault]:
    """What a block or a formula, which has these names, says of others, or of nothing."""
    for part in place.here.split(" | ") if place.here else ():
        if not HERE.fullmatch(part):
            yield place.line, f"`here` says of no symbol what it is: {part!r}: {FORM}"
        for name in said_here(part):
            if name not in table:
                yield place.line, f"`here` speaks of {name}, which the notation table does not have on this page"
            elif name not in names:
                what = "block" if isinstance(place, Block) else "formula"
                yield place.line, f"`here` speaks of {name}, which does not stand in the {what}: take it out"


def _value(row: Meaning, known: Known | None) -> str:
    """What a variable has where that contradicts a row. Only the number of axes counts: n is another for other data."""
    if not known or (row.parameters and known.type == "function"):
        return ""
    if known.shape is None:
        return f"is a {known.type}"
    if len(known.shape) != len(row.shape or ()):
        return f"has the shape {known.shape}" if known.shape else "is a number"
    whole = row.integer or row.index_size
    return "is no whole number" if whole and "int" not in known.type else ""


def _types(code: str) -> dict[str, list[str]]:
    """The types that are written behind the names of parameters and variables. Slow: to parse all blocks outlasts all other rules."""
    found: dict[str, list[str]] = {}
    with contextlib.suppress(SyntaxError):  # which a block may be there to show
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.arg) and node.annotation:
                found.setdefault(node.arg, []).append(ast.unparse(node.annotation))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.setdefault(node.target.id, []).append(ast.unparse(node.annotation))
    return found


def _type(row: Meaning, types: Iterable[str]) -> str:
    """A type that contradicts a row."""
    whole = row.integer or row.index_size
    of_numbers = (said for said in types if said in NUMBERS and (row.shape or (whole and said != "int")))
    of_arrays = (said for said in types if said.endswith("ndarray") and not row.shape)
    return next((f"has the type {said}" for said in chain(of_numbers, of_arrays)), "")


def _shape(row: Meaning, name: str, code: str, letters: Set[str]) -> str:
    """A shape that a docstring or a comment gives and that contradicts a row: `X (n, d)`, `X: (n, d)`, `X = …  # (n, d)`.

    A letter that is none of the table's, as the p of (n, p), is any size.
    """
    shape, stated = r"(\([\w +-]+,[\w ,+-]*\))", [size.replace(" ", "") for size in row.shape or ()]
    forms = rf"(?<![\w.]){name}`? {shape}", rf"^ *{name} ?: ?{shape}", rf"^ *{name}\b[^#\n]*[:=] .*  # {shape}"
    for said in chain.from_iterable(re.findall(form, code, re.M) for form in forms):
        sizes = re.sub(r"[( )]", "", said).rstrip(",").split(",")
        used = [set(LETTER.findall(size)) for size in sizes]
        differing = (one != other for one, other, of in zip(sizes, stated, used, strict=False) if of and of <= letters)
        if letters & set[str]().union(*used) and (len(sizes) != len(stated) or any(differing)):
            return f"has the shape {said}"
    return ""


def _line(block: Block, name: str) -> int:
    """The line of a page where a name first stands in a block, that of the block where an include brings it."""
    lines = block.source.split("\n")
    return next((block.line + at for at, line in enumerate(lines, 1) if re.search(rf"\b{name}\b", line)), block.line)
