"""What a formula says: KaTeX's tree, evaluated for random values and compared with code; its HTML, and symbols that answer."""

from typing import TYPE_CHECKING

from asrun.names import hand_out

if TYPE_CHECKING:
    from asrun.formulas.compare import check
    from asrun.formulas.katex import Rendered, parse, render
    from asrun.formulas.notation import meanings_on, read_table
    from asrun.formulas.symbols import tag

__all__ = ["Rendered", "check", "meanings_on", "parse", "read_table", "render", "tag"]
__getattr__ = hand_out(
    __name__, compare="check", katex="Rendered parse render", notation="meanings_on read_table", symbols="tag"
)
