"""The process that every page is forked from, with NumPy and Matplotlib loaded: who starts it, and what it does.

`python -m asrun.running.server FD FD` listens on inherited sockets, and forks for every page: a page starts at once, and
nothing of it reaches another page. The second socket is for pages that need large libraries, which a process of its own
loads. The parent (`asrun.running.page`) watches, and kills what does not end.
"""

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

from asrun.running.surroundings import Job
from asrun.settings import PACKAGE

# What every page needs. What is loaded here, no page loads for itself.
LOADED = ("numpy.random", "matplotlib.style", "contourpy", "asrun.formulas.compare", "asrun.running.process")


class Forker:
    """A process that has NumPy and Matplotlib loaded and forks for every connection.

    A twin that it forks first answers at `large`: it loads the large libraries that pages ask for, and no other
    page waits for them.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self.folder = tempfile.mkdtemp(prefix="book-")
        self.path, self.large = os.path.join(self.folder, "socket"), os.path.join(self.folder, "large")
        with socket.socket(socket.AF_UNIX) as plain, socket.socket(socket.AF_UNIX) as large:
            for listener, path in ((plain, self.path), (large, self.large)):
                listener.bind(path)
                listener.listen(64)
            descriptors = [plain.fileno(), large.fileno()]
            self.process = subprocess.Popen(
                [sys.executable, "-m", "asrun.running.server", *map(str, descriptors)],
                cwd=PACKAGE.parent,
                env=environment,
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                process_group=0,  # so that both end at once
            )
        atexit.register(self.close)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


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
            handed_on = os.environ.keys() & {"PATH", "HOME", "OPENBLAS_CORETYPE", "TMPDIR"}
            threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
            environment = {name: os.environ[name] for name in handed_on} | dict.fromkeys(threads, "1") | {
                "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
                "MPLBACKEND": "agg", "MPLCONFIGDIR": os.path.join(root, ".cache", "matplotlib"),
            }  # fmt: skip
            found = _running[blas_kernel()] = Forker(environment)
        return found


# ---- within that process ----


def serve(plain: int, large: int) -> None:
    """Load what every page needs, then serve both sockets, each in a process of its own."""
    import matplotlib.pyplot as plt

    from asrun.running.figures import warm_up

    for name in LOADED:
        importlib.import_module(name)
    plt.switch_backend("agg")
    warm_up("$t$")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    parent, this = os.getppid(), os.getpid()
    if os.fork() == 0:
        parent, plain, large = this, large, plain
    os.close(large)
    listener = socket.socket(fileno=plain)
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
            try:
                listener.close()
                serve_page(connection, job)
            finally:
                os._exit(0)  # whatever happens: this is a copy of the server
        connection.close()


def serve_page(connection: Connection, job: Job) -> None:
    """Run a job in a process of its own, and answer item by item."""
    from asrun.running.process import PageProcess

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    connection.send(os.getpid())
    try:
        process = PageProcess(job)
        for item in job.items:
            connection.send(process.run(item))
        connection.send(process.around.files())
    except Exception:
        connection.send(traceback.format_exc())


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
