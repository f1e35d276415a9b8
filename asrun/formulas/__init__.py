"""What a formula says: KaTeX's tree, evaluated for random values and compared with code; its HTML, and symbols that answer."""

from asrun.names import hand_out

__all__, __getattr__ = hand_out(
    __name__, compare="check", katex="Rendered parse render", notation="meanings_on read_table", symbols="tag"
)
