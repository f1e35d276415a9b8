"""LaTeX to a tree, and to HTML and MathML at build time: KaTeX, run by dukpy, so that no page needs a script."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from asrun.cache import load, store
from asrun.settings import Settings

SCRIPT = Path(__file__).parent / "vendor" / "katex.min.js"
TREE = Path(__file__).parent / "katex_tree.js"
REFUSED = 'mathcolor="#cc0000"'  # how KaTeX shows what it does not trust
# What no reader gets: the TeX inside the MathML, and a class that has no style.
NEEDLESS = re.compile(r'<annotation encoding="application/x-tex">.*?</annotation>|class="enclosing" ', re.S)
# One interpreter a process, which several threads ask: to read the script takes longer than to render a page.
LOCK = Lock()
Key = tuple[str, bool, str]  # TeX, displayed, TeX with the symbols marked
BEYOND = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]")  # what JavaScript takes for two letters


@dataclass(frozen=True)
class Rendered:
    """What KaTeX makes of a formula: HTML with MathML, or a tree in JSON, or a message and the offset it points at."""

    html: str = ""
    error: str = ""
    position: int = 0
    tree: str = ""


@cache
def _interpreter() -> Any:
    import dukpy

    interpreter = dukpy.JSInterpreter()
    interpreter.evaljs(SCRIPT.read_text(encoding="utf-8") + TREE.read_text(encoding="utf-8") + "null")
    return interpreter


def parse(settings: Settings, formulas: Iterable[tuple[str, bool]]) -> dict[tuple[str, bool], Rendered]:
    """Read formulas into trees, each with whether it is displayed; what is in the cache is not read again."""
    return _answers(settings, "trees.pickle", "trees", formulas)


def render(settings: Settings, formulas: Iterable[Key]) -> dict[Key, Rendered]:
    """Render formulas as HTML; what is in the cache is not rendered again."""
    return _answers(settings, "katex.pickle", "markup", formulas)


def _answers(settings: Settings, cache: str, function: str, formulas: Iterable[Any]) -> dict[Any, Rendered]:
    wanted = list(dict.fromkeys(formulas))
    if not wanted:
        return {}
    stamp = hashlib.sha256(SCRIPT.read_bytes() + TREE.read_bytes() + settings.fingerprint.encode()).hexdigest()
    file = settings.cache / cache
    with LOCK:
        known: dict[Any, Rendered] = load(file, stamp) or {}
        if missing := [key for key in wanted if key not in known]:
            known |= {key: _beyond(match) for key in missing if (match := BEYOND.search(key[0]))}
            if readable := [key for key in missing if key not in known]:
                answers = _interpreter().evaljs(f"{function}(dukpy.formulas)", formulas=readable)
                known |= zip(readable, map(_answer, answers), strict=True)
            store(file, stamp, known)
    return {key: known[key] for key in wanted}


def _beyond(letter: re.Match[str]) -> Rendered:
    """What is said of a letter that reaches KaTeX as two halves."""
    what = f"the character U+{ord(letter[0]):X} is none that it knows"
    return Rendered(error=f"{what}: write a command for it, as \\pi, or leave it out", position=letter.start())


def _answer(answer: dict[str, Any]) -> Rendered:
    html = answer.pop("html", "")
    if REFUSED in html:
        return Rendered(error="a command that the book does not allow (links, pictures, HTML)")
    return Rendered(html=NEEDLESS.sub("", html), **answer)
