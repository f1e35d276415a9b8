"""LaTeX to a tree, and to HTML and MathML at build time: KaTeX, run by dukpy, so that no page needs a script."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from asrun.cache import load, store
from asrun.settings import Settings

SCRIPT = Path(__file__).parent / "vendor" / "katex.min.js"
TREE = Path(__file__).parent / "katex_tree.js"
REFUSED = 'mathcolor="#cc0000"'  # how KaTeX shows what it does not trust
ANNOTATION = re.compile(r'<annotation encoding="application/x-tex">.*?</annotation>', re.S)
# One interpreter a process, which several threads ask: to read the script takes longer than to render a page.
LOCK = Lock()
Key = tuple[str, bool, str]  # TeX, displayed, TeX with the symbols marked
BEYOND = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]")  # what JavaScript takes for two letters


@dataclass(frozen=True)
class Parsed:
    """A formula as KaTeX's tree, in JSON, or KaTeX's message and the offset in the TeX it points at."""

    tree: str = ""
    error: str = ""
    position: int = 0


@dataclass(frozen=True)
class Rendered:
    """A formula as HTML with MathML, or KaTeX's message and the offset in the TeX it points at."""

    html: str = ""
    error: str = ""
    position: int = 0


Answer = TypeVar("Answer", Parsed, Rendered)


@cache
def _interpreter() -> Any:
    import dukpy

    interpreter = dukpy.JSInterpreter()
    interpreter.evaljs(SCRIPT.read_text(encoding="utf-8") + TREE.read_text(encoding="utf-8") + "null")
    return interpreter


def parse(settings: Settings, formulas: Iterable[tuple[str, bool]]) -> dict[tuple[str, bool], Parsed]:
    """Read formulas, each with whether it is displayed; what is in the cache is not read again."""
    return _answers(settings, "trees.pickle", "trees", formulas, lambda answer: Parsed(**answer))


def render(settings: Settings, formulas: Iterable[Key]) -> dict[Key, Rendered]:
    """Render formulas; what is in the cache is not rendered again."""
    return _answers(settings, "katex.pickle", "markup", formulas, _rendered)


def _answers(
    settings: Settings, cache: str, function: str, formulas: Iterable[Any], made: Callable[[dict[str, Any]], Answer]
) -> dict[Any, Answer]:
    wanted = list(dict.fromkeys(formulas))
    if not wanted:
        return {}
    stamp = hashlib.sha256(SCRIPT.read_bytes() + TREE.read_bytes() + settings.fingerprint.encode()).hexdigest()
    file = settings.cache / cache
    with LOCK:
        known: dict[Any, Answer] = load(file, stamp) or {}
        missing = [key for key in wanted if key not in known]
        readable = [key for key in missing if not BEYOND.search(key[0])]
        answers = _interpreter().evaljs(f"{function}(dukpy.formulas)", formulas=readable) if readable else []
        known |= {key: made(answer) for key, answer in zip(readable, answers, strict=True)}
        known |= {key: made(_beyond(key[0])) for key in missing if key not in known}
        if missing:
            store(file, stamp, known)
    return {key: known[key] for key in wanted}


def _beyond(tex: str) -> dict[str, Any]:
    """What is said of a letter that reaches KaTeX as two halves."""
    match = BEYOND.search(tex)
    assert match is not None
    error = f"the character U+{ord(match[0]):X} is none that it knows: write a command for it, as \\pi, or leave it out"
    return {"error": error, "position": match.start()}


def _rendered(answer: dict[str, Any]) -> Rendered:
    """An answer of KaTeX without what no reader gets: the TeX inside the MathML, and a class that has no style."""
    if REFUSED in answer.get("html", ""):
        return Rendered(error="a command that the book does not allow (links, pictures, HTML)")
    if "html" not in answer:
        return Rendered(**answer)
    return Rendered(ANNOTATION.sub("", answer["html"]).replace('class="enclosing" ', ""))
