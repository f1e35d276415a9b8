"""What a formula says: KaTeX's tree, evaluated for random values and compared with code; its HTML, and symbols that answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asrun.names import hand_out

if TYPE_CHECKING:
    from asrun.formulas.compare import check
    from asrun.formulas.katex import Parsed, Rendered, parse, render
    from asrun.formulas.notation import meanings_on, read_table
    from asrun.formulas.reader import read
    from asrun.formulas.symbols import tag

__all__ = ["Parsed", "Rendered", "check", "meanings_on", "parse", "read", "read_table", "render", "tag"]
__getattr__ = hand_out(
    __name__,
    compare="check",
    katex="Parsed Rendered parse render",
    notation="meanings_on read_table",
    reader="read",
    symbols="tag",
)
