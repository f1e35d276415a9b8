/* What katex.py asks KaTeX for: trees in which every part has its place, and markup. Written for Duktape, that is in
   the JavaScript of 2009. */
"use strict";

var options = {
  output: "htmlAndMathml",
  throwOnError: true,
  strict: function (code) {
    return code === "htmlExtension" ? "ignore" : "error";
  },
  trust: function (context) {
    return context.command === "\\htmlData";
  },
};

/* KaTeX tells where a letter or a group stands, but not a command with its arguments; and what comes of a macro stands
   in the macro's own text. Here, both get the place that they have in the author's text. KaTeX's parser is not public,
   but a function that is defined for it is handed an instance. */
(function locate() {
  var parser, expander;
  katex.__defineFunction({
    type: "internal",
    names: ["\\asrunparser"],
    props: { numArgs: 0 },
    handler: function (context) {
      parser = context.parser.constructor.prototype;
      expander = context.parser.gullet.constructor.prototype;
      return { type: "internal", mode: "math" };
    },
  });
  katex.__parse("\\asrunparser", {});
  var consume = parser.consume;
  var parseFunction = parser.parseFunction;
  var expandOnce = expander.expandOnce;

  parser.consume = function () {
    if (this.nextToken && this.nextToken.loc) this.end = this.nextToken.loc.end;
    consume.call(this);
  };
  parser.parseFunction = function (until, as) {
    var token = this.fetch();
    var node = parseFunction.call(this, until, as);
    if (node && !node.loc && token.loc) node.loc = { start: token.loc.start, end: this.end };
    return node;
  };
  expander.expandOnce = function (expandable) {
    var call = this.future().loc;
    var made = expandOnce.call(this, expandable);
    for (var place = this.stack.length - (made || 0); place < this.stack.length; place++) {
      var token = this.stack[place];
      var isArgument = token.loc && token.loc.lexer === this.lexer && token.loc.start >= call.start;
      if (isArgument) continue;
      this.stack[place] = new token.constructor(token.text, call);
      this.stack[place].noexpand = token.noexpand;
      this.stack[place].treatAsRelax = token.treatAsRelax;
    }
    return made;
  };
})();

var PARTS = ["body", "base", "sub", "sup", "numer", "denom", "index"];
var KEPT = PARTS.concat(
  ["type", "loc", "text", "name", "symbol", "family", "mclass", "label", "font"],
  ["left", "right", "delim", "addJot"]
);

/* Give a node and its parts arrays of where they start and end, without the blanks behind them. */
function locateParts(node, tex) {
  var parts = Array.isArray(node) ? node : [];
  PARTS.forEach(function (key) {
    if (node[key] && typeof node[key] === "object") parts = parts.concat(node[key]);
  });
  // A bold symbol or a matrix is a part without a place within one that has it.
  var wraps = node.type === "mclass" || node.type === "leftright";
  if (wraps && parts.length === 1 && !parts[0].loc) parts[0].loc = node.loc;
  parts.forEach(function (part) {
    locateParts(part, tex);
  });
  if (node.loc && !Array.isArray(node.loc)) {
    var text = tex.slice(node.loc.start, node.loc.end).replace(/\s+$/, "");
    node.loc = [node.loc.start, node.loc.start + text.length];
  }
  if (node.loc) return;
  parts.forEach(function (part) {
    if (!part.loc) return;
    var loc = node.loc || part.loc;
    node.loc = [Math.min(loc[0], part.loc[0]), Math.max(loc[1], part.loc[1])];
  });
}

/* For each formula its tree as JSON, or what is wrong with it. */
function trees(formulas) {
  return formulas.map(function (formula) {
    try {
      options.displayMode = formula[1];
      var tree = katex.__parse(formula[0], options);
      locateParts(tree, formula[0]);
      return { tree: JSON.stringify(tree, KEPT) };
    } catch (error) {
      return fault(error);
    }
  });
}

/* For each formula its HTML and MathML, or what is wrong with it. */
function markup(formulas) {
  return formulas.map(function (formula) {
    options.displayMode = formula[1];
    try {
      return { html: katex.renderToString(formula[2], options) };
    } catch (marked) {
      try {
        // Without the marks, so that the position is one in the author's text.
        return { html: katex.renderToString(formula[0], options) };
      } catch (error) {
        return fault(error);
      }
    }
  });
}

function fault(error) {
  return { error: String(error.rawMessage || error.message || error), position: error.position || 0 };
}
