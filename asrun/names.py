"""How a package hands out its public names: each from the module that defines it, on first use.

So `import asrun` loads nothing, and the part of it that runs in a page works in a Python without any other package.
"""

from __future__ import annotations  # or an older Python would not get as far as to the sentence that it is too old

from collections.abc import Callable
from importlib import import_module
from typing import Any


def hand_out(package: str, **names: str) -> tuple[list[str], Callable[[str], Any]]:
    """A package's `__all__` and `__getattr__`: `module="one two"` says which module defines which names."""
    module_of = {name: module for module, listed in names.items() for name in listed.split()}

    def get(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{module_of[name]}"), name)

    return sorted(module_of), get
