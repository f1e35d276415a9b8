"""Runs programs and notebooks where the book is not: each in an empty folder, a program with the packages that it names.

`python -I without_the_book.py FD` listens on an inherited socket with the large packages loaded, and forks for every
request, so that a program starts at once. A request is the path of a program or a notebook in JSON, and the answer is what it
printed, of a notebook cell by cell. This file must not import the book.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.util
import io
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
    "IPython.core.interactiveshell", "matplotlib_inline.backend_inline",
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
    plt: Any = sys.modules["matplotlib.pyplot"]
    shown: list[int] = []

    def show(*given: object, **more: object) -> None:
        shown.extend(plt.get_fignums())
        plt.close("all")

    plt.show = show
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
    return {**texts, "well": well, "left": left, "figures": len(shown)}


def run_notebook(path: str) -> list[dict[str, Any]]:
    """Run a notebook through the shell that a kernel has; of each cell what can be compared (see `signature`)."""
    from IPython.core import displaypub
    from IPython.core.displayhook import DisplayHook
    from IPython.core.interactiveshell import InteractiveShell

    shown: list[object] = []

    class Hook(DisplayHook):
        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, *data: object) -> None:
            shown.append(data)

        def finish_displayhook(self) -> None:
            pass

    class Shell(InteractiveShell):
        def enable_gui(self, gui: object = None) -> None:
            pass

        def showtraceback(self, *given: object, **more: object) -> None:
            pass  # an error is compared by its name and its text

        showsyntaxerror = showtraceback

    with open(path, encoding="utf-8") as file:
        cells = [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.environ["IPYTHONDIR"] = tempfile.mkdtemp()
    shell: Any = Shell.instance(displayhook_class=Hook)
    shell.history_manager.enabled = False
    capturing: Any = displaypub.CapturingDisplayPublisher  # it has no types
    shell.display_pub = displayed = capturing()
    shell.run_line_magic("matplotlib", "inline")
    shell.run_line_magic(
        "config", "InlineBackend.print_figure_kwargs = {'bbox_inches': None}"
    )  # or each is drawn twice
    signatures = []
    for cell in cells:
        displayed.outputs.clear()
        shown.clear()
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
            result = shell.run_cell("".join(cell["source"]), store_history=True)
        error = result.error_before_exec or result.error_in_exec
        signatures.append(
            {
                "stdout": out.getvalue(),
                "stderr": err.getvalue(),
                "figures": sum(bool({"image/png", "image/svg+xml"} & set(o["data"])) for o in displayed.outputs),
                "errors": [[type(error).__name__, str(error)]] if error else [],
                "shown": len(shown),
            }
        )
    return signatures


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
                path = json.loads(connection.makefile().readline())
                run = run_notebook if path.endswith(".ipynb") else run_program
                connection.sendall(json.dumps(run(path)).encode() + b"\n")
            os._exit(0)
        connection.close()


if __name__ == "__main__":
    listen(int(sys.argv[1]))
