"""What a run prints, handed on while it runs, up to a limit; and the standard input that is not there."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

LIMIT = 1_000_000  # characters that one run may print
AT_ONCE = 500  # lines of a run that are handed on one by one; then those of a ROUND together
ROUND = 0.05  # seconds
NO_INPUT = 'input() has nobody to ask here: give the value in the code, as in name = "Ada"'

Send = Callable[[str, str], None]


class Output:
    """Both streams of the run that is under way, and where they go."""

    def __init__(self) -> None:
        self.send: Send = to_nobody
        self.printed, self.cut = 0, False
        self.stdout, self.stderr = Stream("stdout", self), Stream("stderr", self)

    def begin(self, send: Send) -> None:
        """A new run: `send` gets ("stdout" | "stderr", text)."""
        self.send, self.printed, self.cut = send, 0, False
        self.stdout.lines = self.stderr.lines = 0

    def end(self) -> None:
        """Hand on what is left; what a callback prints afterwards is not shown."""
        self.flush()
        self.send = to_nobody

    def flush(self) -> None:
        """Hand on what has come so far."""
        self.stdout.flush()
        self.stderr.flush()

    def allow(self, count: int) -> int:
        """How many of `count` characters may still be printed."""
        allowed = max(0, min(count, LIMIT - self.printed))
        self.printed += count
        return allowed

    def cut_off(self) -> None:
        """Say, once, that more was printed than is shown."""
        if not self.cut:
            self.cut = True
            self.flush()
            self.send("stderr", f"\n… cut: the block printed more than {LIMIT:,} characters\n")


class Stream(io.TextIOBase):
    """Standard output or error of a run."""

    encoding = "utf-8"

    def __init__(self, name: str, output: Output) -> None:
        self.name, self.output = name, output
        self.pieces: list[str] = []
        self.flushed, self.lines = 0.0, 0

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        allowed = self.output.allow(len(text))
        if allowed:
            self.pieces.append(text[:allowed])
            # A line goes out at once, so that a long computation does not hold back what was printed before it;
            # thousands of lines go out together, or handing them over would take longer than making them.
            if "\n" in text:
                self.lines += 1
                if self.lines <= AT_ONCE or time.monotonic() - self.flushed > ROUND:
                    self.flush()
        if allowed < len(text):
            self.output.cut_off()
        return len(text)

    def flush(self) -> None:
        if self.pieces:
            text, self.pieces, self.flushed = "".join(self.pieces), [], time.monotonic()
            self.output.send(self.name, text)


class NoInput(io.TextIOBase):
    """Standard input: there is none, and a block that reads it is told what to do."""

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        raise RuntimeError(NO_INPUT)

    read = readline


def no_input(prompt: object = "", /) -> str:
    """In place of `input`."""
    raise RuntimeError(NO_INPUT)


def to_nobody(kind: str, text: str) -> None:
    """What is printed while nothing runs, by a callback perhaps, is not shown."""
