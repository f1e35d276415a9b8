"""The process that every page is forked from, with NumPy and Matplotlib loaded."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from asrun.settings import PACKAGE


class Forker:
    """A process that has NumPy and Matplotlib loaded and forks for every connection.

    A twin that it forks first answers at `large`: it loads the large libraries that pages ask for, and no other
    page waits for them.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self.folder = tempfile.mkdtemp(prefix="book-")
        self.path, self.large = os.path.join(self.folder, "socket"), os.path.join(self.folder, "large")
        listeners = [_listener(path) for path in (self.path, self.large)]
        descriptors = [listener.fileno() for listener in listeners]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "asrun.running.process", *map(str, descriptors)],
            cwd=PACKAGE.parent,
            env=environment,
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            process_group=0,  # so that both end at once
        )
        for listener in listeners:
            listener.close()
        atexit.register(self.close)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _listener(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    os.set_inheritable(listener.fileno(), True)
    return listener


_running: dict[str, Forker] = {}
_lock = threading.Lock()


def blas_kernel() -> str:
    """The processor whose BLAS kernels pages run with, where the caller has chosen one."""
    return os.environ.get("OPENBLAS_CORETYPE", "")


def forker(root: str) -> Forker:
    """The one for this processor; started by the first who asks."""
    with _lock:
        found = _running.get(blas_kernel())
        if found is None or found.process.poll() is not None:
            # The same everywhere, so that a page gives the same text on every machine.
            environment = {
                name: os.environ[name] for name in ("PATH", "HOME", "OPENBLAS_CORETYPE", "TMPDIR") if name in os.environ
            }
            environment |= {
                "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
                "MPLBACKEND": "agg", "MPLCONFIGDIR": os.path.join(root, ".cache", "matplotlib"),
                "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
                "VECLIB_MAXIMUM_THREADS": "1",
            }  # fmt: skip
            found = _running[blas_kernel()] = Forker(environment)
        return found
