"""What a statement may set beside its names: options of libraries, global random states, files of its folder."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any


def moved(before: Mapping[str, object], now: Mapping[str, object]) -> set[str]:
    """What is set in another way; a library that has just been loaded is no change."""
    return {name for name, value in now.items() if name in before and before[name] != value}


def _state(told: Any) -> object:
    """The state of NumPy's global generator: a name, an array of keys, and numbers."""
    return told[1].tobytes(), told[2:]


# The settings that a statement may change: those that are asked for after each, and those after each block.
OFTEN: dict[str, Callable[[Any], object]] = {
    "numpy": lambda np: (np.get_printoptions(), np.geterr()),
    "matplotlib": lambda mpl: tuple(dict.values(mpl.rcParams)),
    "decimal": lambda decimal: [getattr(decimal.getcontext(), name) for name in ("prec", "rounding", "Emin", "Emax")],
}
SELDOM: dict[str, Callable[[Any], object]] = {
    "random": lambda random: random.getstate(),
    "numpy.random": lambda np: _state(np.random.get_state()),
    "pandas": lambda pandas: repr(pandas._config.config._global_config),
    "sklearn": lambda sklearn: repr(sklearn.get_config()),
    "logging": lambda logging: (logging.root.level, len(logging.root.handlers)),
    "locale": lambda locale: locale.setlocale(locale.LC_ALL),
    "os": lambda os: (dict(os.environ), os.getcwd()),
    "sys": lambda sys: sys.getrecursionlimit(),
}


def settings(asked: Mapping[str, Callable[[Any], object]]) -> dict[str, object]:
    """The settings of the libraries that are loaded, each by a name that begins with a star."""
    found: dict[str, object] = {}
    for name, setting in asked.items():
        module = sys.modules.get(name.split(".")[0])
        with contextlib.suppress(Exception):
            if module:
                found[f"*{name}"] = setting(module)
    return found


def files_below(folder: str, within: str = "") -> dict[str, tuple[int, int]]:
    """The files of a folder, apart from its data, with time and size."""
    found: dict[str, tuple[int, int]] = {}
    with contextlib.suppress(OSError), os.scandir(os.path.join(folder, within)) as entries:
        for entry in entries:
            name = os.path.join(within, entry.name)
            if name == "data" or entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                found |= files_below(folder, name)
            else:
                told = entry.stat(follow_symlinks=False)
                found[name] = (told.st_mtime_ns, told.st_size)
    return found
