"""Names that an editor may offer: attributes behind a dot, else variables, builtins and keywords."""

from __future__ import annotations

import builtins
import keyword
import re
import types
from collections.abc import Mapping
from typing import Any

MOST = 200  # names of one answer
NAME = re.compile(r"((?:[^\W\d]\w*\.)*)([^\W\d]\w*)?$")


def complete(namespace: Mapping[str, Any], code: str, offset: int) -> list[dict[str, str]]:
    """Names that may stand at `offset` of the code, each with its kind."""
    match = NAME.search(code[:offset])
    path, start = (match[1] or "", match[2] or "") if match else ("", "")
    found: dict[str, str] = {}
    if path:
        found = _attributes(namespace, path[:-1].split("."), start)
    elif start:
        for source in (namespace, builtins.__dict__):
            for name, value in source.items():
                if name.startswith(start) and not (name.startswith("_") and not start.startswith("_")):
                    found.setdefault(name, _kind(value, "variable"))
        for name in keyword.kwlist:
            if name.startswith(start):
                found.setdefault(name, "keyword")
    return [{"name": name, "kind": kind} for name, kind in sorted(found.items())[:MOST]]


def _attributes(namespace: Mapping[str, Any], path: list[str], start: str) -> dict[str, str]:
    first, *rest = path
    try:
        value = namespace[first] if first in namespace else getattr(builtins, first)
        for name in rest:
            value = getattr(value, name)
        names = dir(value)
    except Exception:
        return {}
    offered = (name for name in names if name.startswith(start) and (start.startswith("_") or not name.startswith("_")))
    return {name: _kind_of_attribute(value, name) for name in offered}


def _kind(value: object, otherwise: str) -> str:
    if isinstance(value, type):
        return "class"
    if isinstance(value, types.ModuleType):
        return "module"
    return "function" if callable(value) else otherwise


def _kind_of_attribute(value: object, name: str) -> str:
    # A property is not asked for its value: that may take long, or fail.
    if isinstance(getattr(type(value), name, None), property):
        return "property"
    try:
        kind = _kind(getattr(value, name), "property")
    except Exception:
        return "property"
    return "method" if kind == "function" and not isinstance(value, types.ModuleType) else kind
