"""LaTeX to HTML and MathML at build time: KaTeX, run by dukpy, so that no page needs a script."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from engine.files import write_atomically
from engine.settings import ENGINE, Settings

SCRIPT = ENGINE / "vendor" / "katex" / "katex.min.js"
RENDER = """
dukpy.formulas.map(function (formula) {
  try {
    return {html: katex.renderToString(formula[0], {
      displayMode: formula[1], output: 'htmlAndMathml', throwOnError: true, strict: 'error', trust: false})};
  } catch (error) {
    return {error: String(error.rawMessage || error.message || error), position: error.position || 0};
  }
})
"""
Key = tuple[str, bool]


@dataclass(frozen=True)
class Rendered:
    """A formula as HTML with MathML, or KaTeX's message and the offset in the TeX it points at."""

    html: str = ""
    error: str = ""
    position: int = 0


def render(settings: Settings, formulas: Iterable[Key]) -> dict[Key, Rendered]:
    """Render (TeX, display) pairs; what is in the cache is not rendered again."""
    wanted = list(dict.fromkeys(formulas))
    if not wanted:
        return {}
    script = SCRIPT.read_bytes()
    stamp = hashlib.sha256(script + RENDER.encode()).hexdigest()
    file = settings.cache / "katex.pickle"
    try:
        kept_stamp, kept = pickle.loads(file.read_bytes())
    except (OSError, pickle.PickleError, EOFError, ValueError, AttributeError):
        kept_stamp, kept = "", {}
    known: dict[Key, Rendered] = kept if kept_stamp == stamp else {}
    missing = [key for key in wanted if key not in known]
    if missing:
        import dukpy

        interpreter = dukpy.JSInterpreter()
        interpreter.evaljs(script.decode() + ";null")
        answers = cast(list[dict[str, Any]], interpreter.evaljs(RENDER, formulas=missing))
        known |= {key: Rendered(**answer) for key, answer in zip(missing, answers, strict=True)}
        write_atomically(file, pickle.dumps((stamp, known)))
    return {key: known[key] for key in wanted}
