"""The cells of a notebook that readers take away."""

from __future__ import annotations

import ast
from typing import Any

from asrun.model import Block, Figure, Ran
from asrun.running.namespace import with_images

PAPER = 'style="background:#ffffff;color:#1c1b1a" '  # a notebook may be dark, and its figures are on paper


def markdown(name: str, source: str) -> dict[str, Any]:
    """A cell of prose."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}


def code(name: str, source: str, count: int, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    """A cell of code that was run as number `count`."""
    lines = source.strip("\n").splitlines(keepends=True)
    cell = {"cell_type": "code", "execution_count": count, "id": name, "metadata": {}}
    return {**cell, "outputs": outputs, "source": lines}


def outputs(block: Block, ran: Ran | None) -> list[dict[str, Any]]:
    """What came of a block, as a notebook stores it."""
    found: list[dict[str, Any]] = []
    raises = block.raises
    alts = iter(block.alts)
    pieces = ran.pieces if ran else ()
    for place, piece in enumerate(pieces, 1):
        if isinstance(piece, Figure):
            data = {"image/svg+xml": _alone(piece).splitlines(keepends=True), "text/plain": [next(alts, "figure")]}
            found.append({"data": data, "metadata": {}, "output_type": "display_data"})
            continue
        text, error = piece, ""
        if raises and place == len(pieces):
            start = max(piece.rfind(f"\n{raises}:") + 1, 0)
            text, error = piece[:start], piece[start:].strip("\n")
        if text:
            found.append({"name": "stdout", "output_type": "stream", "text": text.splitlines(keepends=True)})
        if error:
            name, _, value = error.partition(": ")
            found.append({"ename": name, "evalue": value, "output_type": "error", "traceback": [error]})
    return found


def _alone(figure: Figure) -> str:
    """A figure as a file of its own: with its pictures in it, on white."""
    return with_images(figure).replace("<svg ", f"<svg {PAPER}", 1)


def quiet(code: str) -> str:
    """A notebook shows what the last line gives, a page does not: the semicolon says so."""
    last = (ast.parse(code).body or [ast.Pass()])[-1]
    if not isinstance(last, ast.Expr) or (
        isinstance(last.value, ast.Call) and isinstance(last.value.func, ast.Name) and last.value.func.id == "print"
    ):
        return code
    lines = code.split("\n")
    row = (last.end_lineno or 1) - 1
    end = len(lines[row].encode()[: last.end_col_offset].decode())
    lines[row] = f"{lines[row][:end]};{lines[row][end:]}"
    return "\n".join(lines)
