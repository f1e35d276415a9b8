"""LaTeX to HTML and MathML at build time: KaTeX, run by dukpy, so that no page needs a script."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from asrun.cache import load, store
from asrun.settings import Settings

SCRIPT = Path(__file__).parent / "vendor" / "katex.min.js"
RENDER = r"""
function render(tex, display) {
  return katex.renderToString(tex, {
    displayMode: display, output: 'htmlAndMathml', throwOnError: true,
    strict: function (code) { return code === 'htmlExtension' ? 'ignore' : 'error'; },
    trust: function (context) { return context.command === '\\htmlData'; }});
}
dukpy.formulas.map(function (formula) {
  try {
    return {html: render(formula[2], formula[1])};
  } catch (marked) {
    try {  // without the marks, so that the position is one in the author's text
      return {html: render(formula[0], formula[1])};
    } catch (error) {
      return {error: String(error.rawMessage || error.message || error), position: error.position || 0};
    }
  }
})
"""
REFUSED = 'mathcolor="#cc0000"'  # how KaTeX shows what it does not trust
ANNOTATION = re.compile(r'<annotation encoding="application/x-tex">.*?</annotation>', re.S)
Key = tuple[str, bool, str]  # TeX, displayed, TeX with the symbols marked


@dataclass(frozen=True)
class Rendered:
    """A formula as HTML with MathML, or KaTeX's message and the offset in the TeX it points at."""

    html: str = ""
    error: str = ""
    position: int = 0


@cache
def _interpreter() -> Any:
    """One a process: to read the script takes longer than to render a page."""
    import dukpy

    interpreter = dukpy.JSInterpreter()
    interpreter.evaljs(SCRIPT.read_text(encoding="utf-8") + ";null")
    return interpreter


def render(settings: Settings, formulas: Iterable[Key]) -> dict[Key, Rendered]:
    """Render formulas; what is in the cache is not rendered again."""
    wanted = list(dict.fromkeys(formulas))
    if not wanted:
        return {}
    script = SCRIPT.read_bytes()
    stamp = hashlib.sha256(script + RENDER.encode() + settings.fingerprint.encode()).hexdigest()
    file = settings.cache / "katex.pickle"
    known: dict[Key, Rendered] = load(file, stamp) or {}
    missing = [key for key in wanted if key not in known]
    if missing:
        answers = cast(list[dict[str, Any]], _interpreter().evaljs(RENDER, formulas=missing))
        known |= {key: _rendered(answer) for key, answer in zip(missing, answers, strict=True)}
        store(file, stamp, known)
    return {key: known[key] for key in wanted}


def _rendered(answer: dict[str, Any]) -> Rendered:
    """An answer of KaTeX without what no reader gets: the TeX inside the MathML, and a class that has no style."""
    if REFUSED in answer.get("html", ""):
        return Rendered(error="a command that the book does not allow (links, pictures, HTML)")
    if "html" not in answer:
        return Rendered(**answer)
    return Rendered(ANNOTATION.sub("", answer["html"]).replace('class="enclosing" ', ""))
