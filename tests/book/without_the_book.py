"""Runs programs where the book is not: each in an empty folder, with the packages that it names.

`python -I without_the_book.py FD` listens on an inherited socket with the large packages loaded, and forks for every
request, so that a program starts at once. A request is the path of a program in JSON, and the answer is what it printed.
This file must not import the book.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.util
import json
import os
import re
import signal
import socket
import sys
import tempfile
import traceback
import types
from collections.abc import Mapping, Sequence
from importlib.metadata import packages_distributions
from typing import Any

LARGE = (
    "numpy", "matplotlib.pyplot", "scipy.special", "statsmodels.api",
    "sklearn.linear_model", "sklearn.model_selection", "sklearn.pipeline", "sklearn.preprocessing", "sklearn.tree",
    "sklearn.utils.estimator_checks",
)  # fmt: skip


OWNERS: dict[str, set[str]] = {}  # module -> the packages that bring it


def only(named: Sequence[str]) -> None:
    """Let the program import the standard library and the packages that it names, and nothing else."""
    allowed = {module for module, owners in OWNERS.items() if owners & set(named)}
    real = builtins.__import__

    def checked(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> types.ModuleType:
        top = name.split(".", maxsplit=1)[0]
        if (globals or {}).get("__name__") == "__main__" and top not in allowed | sys.stdlib_module_names:
            raise ModuleNotFoundError(f"{name} is none of the packages that the program names: {', '.join(named)}")
        return real(name, globals, locals, fromlist, level)

    builtins.__import__ = checked  # type: ignore[assignment]


def run_program(path: str) -> dict[str, Any]:
    """Run a program; what it printed, what it wrote to standard error, and whether it ended well."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    pins = re.search(r"^# dependencies = (\[.*\])$", source, re.M)
    only([re.split(r"[=<>]", pin)[0] for pin in json.loads(pins[1])] if pins else [])
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    said = {}
    for number, name in ((1, "out"), (2, "err")):
        descriptor = os.open(f"{folder}.{name}", os.O_CREAT | os.O_RDWR | os.O_TRUNC)
        os.dup2(descriptor, number)
        said[name] = descriptor
    sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    well = True
    try:
        exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)
    except BaseException:
        traceback.print_exc()
        well = False
    sys.stdout.flush()
    sys.stderr.flush()
    texts = {}
    for name, descriptor in said.items():
        texts[name] = os.pread(descriptor, 1_000_000, 0).decode()
        os.unlink(f"{folder}.{name}")
    left = sorted(os.path.relpath(os.path.join(at, f), folder) for at, _, files in os.walk(folder) for f in files)
    return {**texts, "well": well, "left": left}


def listen(descriptor: int) -> None:
    """Fork for every request, until the other end is closed."""
    sys.path[:] = [entry for entry in sys.path if not os.path.isdir(f"{entry}/asrun")]  # the book may be installed
    for name in LARGE:
        importlib.import_module(name)
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()  # the first drawn text loads fonts: do it once, before any fork
    axes.set_title("t")
    figure.canvas.draw()
    plt.close("all")
    OWNERS.update({module: {name.lower() for name in names} for module, names in packages_distributions().items()})
    assert not {"asrun", "snippets"} & set(sys.modules), "the book is loaded"
    assert not importlib.util.find_spec("snippets"), "the book can be imported"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    parent = os.getppid()
    listener = socket.socket(fileno=descriptor)
    listener.settimeout(2)
    while os.getppid() == parent:
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            connection.settimeout(None)
            with contextlib.suppress(BaseException):
                program = json.loads(connection.makefile().readline())
                connection.sendall(json.dumps(run_program(program)).encode() + b"\n")
            os._exit(0)
        connection.close()


if __name__ == "__main__":
    listen(int(sys.argv[1]))
