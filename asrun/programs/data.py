"""The data that a program reads travel inside it: it writes the files where they are missing."""

from __future__ import annotations

import base64
import bz2
from collections.abc import Sequence

from asrun.programs.modules import Library

WIDTH = 82  # characters of packed data in a line
PLAIN = 1500  # characters of data that stand as they are; longer files are packed
HELPER = '''def {provide}(path: str, content: bytes) -> None:
    """Write a data file beside the program, unless it is there."""
    if not {path}(path).exists():
        {path}(path).parent.mkdir(parents=True, exist_ok=True)
        {path}(path).write_bytes(content)'''


def provided(files: Sequence[str], library: Library, provide: str, path: str) -> tuple[str, bool]:
    """The statements that write the files, and whether any of them is packed."""
    made, packed = [HELPER.format(provide=provide, path=path), ""], False
    for name in files:
        content = library.read(name)
        plain = content.isascii() and not any(mark in content for mark in (b'"""', b"\\", b"\r"))
        if plain and len(content) <= PLAIN:
            made.append(f'\n{provide}("{name}", b"""\\\n{content.decode()}""")')
        else:
            packed = True
            made.append(f'\n{provide}("{name}", bz2.decompress(base64.b85decode(\n{_packed(content, library)}\n)))')
    return "\n".join(made), packed


def _packed(content: bytes, library: Library) -> str:
    """A file as the lines of a literal."""
    if content not in library.packed:
        text, width = base64.b85encode(bz2.compress(content)).decode(), WIDTH
        rows = (text[start : start + width] for start in range(0, len(text), width))
        library.packed[content] = "\n".join(f'    "{row}"' for row in rows)
    return library.packed[content]
