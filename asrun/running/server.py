"""The process that every page is forked from, with NumPy and Matplotlib loaded: who starts it, and what it does.

`python -m asrun.running.server FD FD` listens on inherited sockets, and forks for every page: a page starts at once, and
nothing of it reaches another page. The second socket is for pages that need large libraries, which a process of its own
loads. The parent (`asrun.running.page`) watches, and kills what does not end.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from multiprocessing.connection import Connection
from typing import cast

from asrun.model import Job
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
            [sys.executable, "-m", "asrun.running.server", *map(str, descriptors)],
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


# ---- within that process ----


def serve_page(connection: Connection, job: Job) -> None:
    """Run a job, and answer item by item."""
    from asrun.running.process import PageProcess

    os.setsid()
    connection.send(os.getpid())
    try:
        process = PageProcess(job)
        for item in job.items:
            connection.send(process.run(item))
        connection.send(process.files())
    except Exception:
        connection.send(traceback.format_exc())


def serve(plain: int, large: int) -> None:
    """Load what every page needs, then serve both sockets, each in a process of its own."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    import matplotlib.style
    import numpy.random

    import asrun.formulas.compare
    import asrun.running.figures
    import asrun.running.process

    # The first drawn text loads fonts, the first formula a grammar: what is loaded here, no page loads for itself.
    figure, axes = plt.subplots()
    axes.set(xlabel="x", ylabel="y", title="$t$")
    axes.contour(numpy.eye(2))
    asrun.running.figures.draw(figure, "warm-up")
    plt.close("all")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    parent, this = os.getppid(), os.getpid()
    if os.fork() == 0:
        parent, plain, large = this, large, plain
    os.close(large)
    listen(plain, parent)


def listen(descriptor: int, parent: int) -> None:
    """Fork for every job that comes, until the parent is gone."""
    listener = socket.socket(fileno=descriptor)
    while os.getppid() == parent:
        if not select.select([listener], [], [], 2.0)[0]:
            continue
        connection = Connection(listener.accept()[0].detach())
        try:
            job = cast(Job, connection.recv())
        except (EOFError, OSError):
            continue  # whoever asked is gone
        for name in job.libraries:
            with contextlib.suppress(Exception):  # a page that imports it is told
                importlib.import_module(name)
        if os.fork() == 0:
            status = 1
            try:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listener.close()
                serve_page(connection, job)
                status = 0
            finally:
                os._exit(status)
        connection.close()


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
