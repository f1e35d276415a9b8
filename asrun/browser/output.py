"""What a run prints, handed on while it runs, up to a limit; and the standard input that is not there."""

import io
import time
from collections.abc import Callable
from typing import Any, NoReturn

LIMIT = 1_000_000  # characters that one run may print
AT_ONCE = 500  # lines of a run that are handed on one by one; then those of a ROUND together
ROUND = 0.05  # seconds

Send = Callable[[str, str], None]


def to_nobody(kind: str, text: str) -> None:
    """What is printed while nothing runs, by a callback perhaps, is not shown."""


class Output:
    """Both streams of the run that is under way, and where they go."""

    def __init__(self) -> None:
        self.stdout, self.stderr = Stream("stdout", self), Stream("stderr", self)
        self.begin(to_nobody)

    def begin(self, send: Send) -> None:
        """A new run: `send` gets ("stdout" | "stderr", text)."""
        self.send, self.printed = send, 0
        self.stdout.lines = self.stderr.lines = 0

    def end(self) -> None:
        """Hand on what is left; what a callback prints afterwards is not shown."""
        self.flush()
        self.send = to_nobody

    def flush(self) -> None:
        """Hand on what has come so far."""
        self.stdout.flush()
        self.stderr.flush()


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
        left = LIMIT - self.output.printed
        self.output.printed += len(text)
        if left > 0:
            self.pieces.append(text[:left])
            # A line goes out at once, so that a long computation does not hold back what was printed before it;
            # thousands of lines go out together, or handing them over would take longer than making them.
            if "\n" in text:
                self.lines += 1
                if self.lines <= AT_ONCE or time.monotonic() - self.flushed > ROUND:
                    self.flush()
        if 0 <= left < len(text):  # once: from now on there is less than nothing left
            self.output.flush()
            self.output.send("stderr", f"\n… cut: the block printed more than {LIMIT:,} characters\n")
        return len(text)

    def flush(self) -> None:
        if self.pieces:
            text, self.pieces, self.flushed = "".join(self.pieces), [], time.monotonic()
            self.output.send(self.name, text)


def no_input(*_: Any) -> NoReturn:
    """In place of `input`, and of what reads standard input."""
    raise RuntimeError('input() has nobody to ask here: give the value in the code, as in name = "Ada"')


class NoInput(io.TextIOBase):
    """Standard input: there is none, and a block that reads it is told what to do."""

    read = readline = no_input

    def readable(self) -> bool:
        return True
