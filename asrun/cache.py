"""Files that several processes share: whoever reads one while it is written sees all of the old or of the new one."""

import os
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file, and make its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)


def store(path: Path, key: str, value: object) -> None:
    """Store a value in the cache, with the key that it is valid for."""
    write_atomically(path, pickle.dumps((key, value)))


def load(path: Path, key: str) -> Any:
    """The value that was stored at `path` for this key; None where there is none, or none that can be read."""
    try:
        stored_key, value = pickle.loads(path.read_bytes())
    except (OSError, pickle.PickleError, EOFError, AttributeError, TypeError, ValueError, ImportError):
        return None
    return value if stored_key == key else None


@contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold a lock: other processes that want it wait."""
    import fcntl  # missing where there is no fork either, which the settings tell

    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
