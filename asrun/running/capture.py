"""What a page prints, also by programs that it starts."""

from __future__ import annotations

import io
import os
from typing import BinaryIO, cast

OUTPUT_LIMIT = 1_000_000  # characters that one page may print


class TooMuchOutput(Exception):
    """A page prints without end."""

    def __init__(self) -> None:
        super().__init__(f"prints more than {OUTPUT_LIMIT:,} characters: print less")


class Capture(io.TextIOWrapper):
    """Standard output or error, kept in a file so that output of subprocesses is caught as well."""

    def __init__(self, path: str, descriptor: int) -> None:
        file = open(path, "w+b", buffering=0)  # noqa: SIM115 (lives as long as the process)
        os.dup2(file.fileno(), descriptor)
        super().__init__(cast(BinaryIO, file), encoding="utf-8", errors="replace", newline="\n", write_through=True)
        self._file, self._read, self._written = file, 0, 0
        self.overfull = False

    def write(self, text: str, /) -> int:
        self._written += len(text)
        if self._written > OUTPUT_LIMIT:
            raise TooMuchOutput
        return super().write(text)

    def size(self) -> int:
        """How many bytes have come in all."""
        return os.fstat(self._file.fileno()).st_size

    def take(self) -> str:
        """What has come since the last call."""
        self.flush()
        size = self.size()
        text = os.pread(self._file.fileno(), min(size - self._read, OUTPUT_LIMIT), self._read)
        self.overfull |= size - self._read > OUTPUT_LIMIT  # what a subprocess writes is not stopped by `write`
        self._read = size
        return text.decode("utf-8", "replace").replace("\r\n", "\n")
