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

from asrun.cache import keep, kept
from asrun.settings import Settings

SCRIPT = Path(__file__).parent / "vendor" / "katex.min.js"
# KaTeX tells where a letter or a group stands, but not a command with its arguments; and what comes of a macro stands
# in the macro's text. Here, both get the place that they have in the author's text. Its parser is not public: a function
# of our own is handed an instance.
LOCATE = r"""
(function () {
  var Parser, Expander;
  katex.__defineFunction({type: 'internal', names: ['\\asrunparser'], props: {numArgs: 0}, handler: function (context) {
    Parser = context.parser.constructor.prototype;
    Expander = context.parser.gullet.constructor.prototype;
    return {type: 'internal', mode: 'math'};
  }});
  katex.__parse('\\asrunparser', {});
  var consume = Parser.consume, parseFunction = Parser.parseFunction, expandOnce = Expander.expandOnce;
  Parser.consume = function () {
    if (this.nextToken && this.nextToken.loc) this.end = this.nextToken.loc.end;
    consume.call(this);
  };
  Parser.parseFunction = function (until, as) {
    var token = this.fetch(), node = parseFunction.call(this, until, as);
    if (node && !node.loc && token.loc) node.loc = {start: token.loc.start, end: this.end};
    return node;
  };
  Expander.expandOnce = function (expandable) {
    var call = this.future().loc, made = expandOnce.call(this, expandable);
    for (var place = this.stack.length - (made || 0); place < this.stack.length; place++) {
      var token = this.stack[place];
      if (token.loc && token.loc.lexer === this.lexer && token.loc.start >= call.start) continue;  // an argument
      this.stack[place] = new token.constructor(token.text, call);
      this.stack[place].noexpand = token.noexpand;
      this.stack[place].treatAsRelax = token.treatAsRelax;
    }
    return made;
  };
})();
var options = {
  output: 'htmlAndMathml', throwOnError: true,
  strict: function (code) { return code === 'htmlExtension' ? 'ignore' : 'error'; },
  trust: function (context) { return context.command === '\\htmlData'; }
};
function read(tex, display) { options.displayMode = display; return katex.__parse(tex, options); }
function render(tex, display) { options.displayMode = display; return katex.renderToString(tex, options); }
null
"""
PARSE = r"""
var KEPT = ['type', 'loc', 'text', 'name', 'symbol', 'family', 'mclass', 'label', 'font', 'left', 'right', 'delim', 'body', 'base', 'sub',
            'sup', 'numer', 'denom', 'index', 'addJot'];
function place(node, tex) {  // gives every part an array of where it starts and ends, without the blanks behind it
  var parts = [];
  KEPT.forEach(function (key) { if (node[key] && typeof node[key] === 'object' && key !== 'loc') parts = parts.concat(node[key]); });
  if (Array.isArray(node)) parts = node;
  // A bold symbol or a matrix is a part without a place within one that has it.
  if ((node.type === 'mclass' || node.type === 'leftright') && parts.length === 1 && !parts[0].loc) parts[0].loc = node.loc;
  parts.forEach(function (part) { place(part, tex); });
  var placed = parts.filter(function (part) { return part.loc; });
  if (!node.loc && placed.length) {
    node.loc = [Math.min.apply(null, placed.map(function (part) { return part.loc[0]; })),
                Math.max.apply(null, placed.map(function (part) { return part.loc[1]; }))];
  } else if (node.loc && !Array.isArray(node.loc)) {
    node.loc = [node.loc.start, node.loc.start + tex.slice(node.loc.start, node.loc.end).replace(/\s+$/, '').length];
  }
}
dukpy.formulas.map(function (formula) {
  try {
    var tree = read(formula[0], formula[1]);
    tree.forEach(function (node) { place(node, formula[0]); });
    return {tree: JSON.stringify(tree, KEPT)};
  } catch (error) {
    return {error: String(error.rawMessage || error.message || error), position: error.position || 0};
  }
})
"""
RENDER = r"""
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
    interpreter.evaljs(SCRIPT.read_text(encoding="utf-8") + LOCATE)
    return interpreter


def parse(settings: Settings, formulas: Iterable[tuple[str, bool]]) -> dict[tuple[str, bool], Parsed]:
    """Read formulas, each with whether it is displayed; what is in the cache is not read again."""
    return _answers(settings, "trees", PARSE, formulas, lambda answer: Parsed(**answer))


def render(settings: Settings, formulas: Iterable[Key]) -> dict[Key, Rendered]:
    """Render formulas; what is in the cache is not rendered again."""
    return _answers(settings, "katex", RENDER, formulas, _rendered)


def _answers(
    settings: Settings, name: str, script: str, formulas: Iterable[Any], made: Callable[[dict[str, Any]], Answer]
) -> dict[Any, Answer]:
    wanted = list(dict.fromkeys(formulas))
    if not wanted:
        return {}
    stamp = hashlib.sha256(SCRIPT.read_bytes() + settings.fingerprint.encode()).hexdigest()
    file = settings.cache / f"{name}.pickle"
    with LOCK:
        known: dict[Any, Answer] = kept(file, stamp) or {}
        missing = [key for key in wanted if key not in known]
        readable = [key for key in missing if not BEYOND.search(key[0])]
        answers = _interpreter().evaljs(script, formulas=readable) if readable else []
        known |= {key: made(answer) for key, answer in zip(readable, answers, strict=True)}
        known |= {key: made(_beyond(key[0])) for key in missing if key not in known}
        if missing:
            keep(file, stamp, known)
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
