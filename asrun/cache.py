"""Files that several processes share: whoever reads one while it is written sees the old or the new one, whole."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path`, making its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)


def keep(path: Path, key: str, value: object) -> None:
    """Keep a value in the cache, with the key that it is good for."""
    write_atomically(path, pickle.dumps((key, value)))


def kept(path: Path, key: str) -> Any:
    """What is kept at `path` for this key; None where there is nothing, or nothing that can be read."""
    try:
        its_key, value = pickle.loads(path.read_bytes())
    except (OSError, pickle.PickleError, EOFError, AttributeError, TypeError, ValueError, ImportError):
        return None
    return value if its_key == key else None


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Do something while no other process does what is under the same lock; the others wait."""
    import fcntl  # missing where there is no fork either, which the settings tell

    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
