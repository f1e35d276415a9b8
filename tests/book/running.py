"""Runs the programs and notebooks of the book where the book is not (see `without_the_book.py`), and notebooks on a kernel."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

OUTSIDE = Path(__file__).with_name("without_the_book.py")
NOTEBOOKS: Any = nbformat  # it has no types
CORES = os.cpu_count() or 1
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@contextmanager
def outside_the_book() -> Iterator[str]:
    """The address of a process that has the packages, and not the book."""
    folder = tempfile.mkdtemp(prefix="book-")  # pytest's own would be too long a path for a socket
    address = f"{folder}/socket"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    os.set_inheritable(listener.fileno(), True)
    process = subprocess.Popen(
        [sys.executable, "-I", str(OUTSIDE), str(listener.fileno())],
        cwd=folder,
        env=os.environ | ONE_THREAD | {"MPLBACKEND": "agg", "TMPDIR": folder},
        pass_fds=[listener.fileno()],
    )
    listener.close()
    try:
        yield address
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def results(outside: str, paths: Sequence[Path]) -> list[Any]:
    """What comes of each program or notebook, as many at a time as there are processors."""

    def run(path: Path) -> Any:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(outside)
            connection.sendall(json.dumps(str(path)).encode() + b"\n")
            return json.loads(connection.makefile().readline() or '{"err": "Python itself ended"}')

    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(run, paths))


def on_a_kernel(path: Path) -> list[dict[str, Any]]:
    """What comes of each cell of a notebook on a kernel of its own."""
    notebook = NOTEBOOKS.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as empty:
        client = NotebookClient(notebook, timeout=600, startup_timeout=600, resources={"metadata": {"path": empty}})
        client.create_kernel_manager()
        client.extra_arguments = ["--log-level=ERROR"]
        client.execute(env=os.environ | ONE_THREAD | {"IPYTHONDIR": empty})
    return signatures(notebook)


def stored(path: Path) -> list[dict[str, Any]]:
    """What a notebook says that comes of each of its cells. Raises an error of nbformat where it is not valid."""
    notebook = NOTEBOOKS.read(path, as_version=4)
    NOTEBOOKS.validate(notebook)
    return signatures(notebook)


def signatures(notebook: Any) -> list[dict[str, Any]]:
    """What can be compared of two runs, for each cell: a figure is drawn by another renderer, an error told with colors."""
    return [signature(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]


def signature(outputs: Sequence[Any]) -> dict[str, Any]:
    kinds = [output.output_type for output in outputs]
    return {
        "stdout": "".join(output.text for output in outputs if output.get("name") == "stdout"),
        "stderr": "".join(output.text for output in outputs if output.get("name") == "stderr"),
        "figures": sum("image/png" in o.get("data", {}) or "image/svg+xml" in o.get("data", {}) for o in outputs),
        "errors": [[output.ename, output.evalue] for output in outputs if output.output_type == "error"],
        "shown": kinds.count("execute_result"),
    }
