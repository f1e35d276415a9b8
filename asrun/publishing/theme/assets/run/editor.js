// The editor that takes the place of a block's code: CodeMirror, dressed as the block that it replaces.

import {
  Decoration,
  EditorState,
  EditorView,
  HighlightStyle,
  Prec,
  StateEffect,
  StateField,
  StreamLanguage,
  autocompletion,
  bracketMatching,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  defaultKeymap,
  history,
  historyKeymap,
  indentLess,
  indentMore,
  indentOnInput,
  indentUnit,
  insertTab,
  keymap,
  lineNumbers,
  python,
  search,
  searchKeymap,
  syntaxHighlighting,
  tags,
} from "../vendor/codemirror/codemirror.js";

const color = (/** @type {string} */ name) => ({ color: `var(--md-code-hl-${name}-color)` });

// The colors that the printed code has, by what Pygments calls the same things.
const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword], ...color("keyword") },
  { tag: [tags.operator, tags.operatorKeyword], ...color("operator") },
  { tag: [tags.punctuation, tags.bracket, tags.separator], ...color("punctuation") },
  { tag: tags.string, ...color("string") },
  { tag: tags.number, ...color("number") },
  { tag: tags.comment, ...color("comment") },
  { tag: tags.standard(tags.variableName), ...color("constant") },
  { tag: tags.definition(tags.variableName), ...color("function") },
  { tag: tags.meta, ...color("keyword") },
]);

// CodeMirror's Python, with what Pygments tells apart and it does not: punctuation, words that are operators, constants, docstrings.
const language = StreamLanguage.define({
  ...python,
  startState: (unit) => ({ .../** @type {any} */ (python.startState?.(unit)), docstring: false }),
  token(stream, state) {
    const within = state.tokenize.isString;
    const begins = !stream.string.slice(0, stream.pos).trim() && state.scopes.at(-1).type === "py";
    const style = python.token(stream, state);
    const text = stream.current();
    if (style === "string") {
      if (!within) state.docstring = begins && /^[rbu]*("""|''')/i.test(text);
      return state.docstring ? "comment" : style;
    }
    if (style === "keyword" && /^(and|in|is|not|or)$/.test(text)) return "operatorKeyword";
    if (style === "keyword" && /^(True|False|None)$/.test(text)) return "atom";
    return style ?? (/^[()[\]{},:;.]$/.test(text) ? "punctuation" : null);
  },
});

const look = EditorView.theme({
  "&": {
    color: "var(--md-code-fg-color)",
    fontSize: "var(--book-code)",
    backgroundColor: "var(--md-code-bg-color)",
    borderRadius: "inherit",
  },
  "&.cm-focused": { outline: "0.1rem solid var(--book-accent)", outlineOffset: "-0.1rem" },
  ".cm-scroller": {
    fontFamily: "var(--md-code-font-family)",
    lineHeight: "1.55",
    textRendering: "geometricPrecision",
    fontFeatureSettings: '"kern"',
  },
  ".cm-content": { padding: "0.7rem 0 0.15rem", caretColor: "var(--book-accent)" },
  ".cm-line": { padding: "0 var(--book-pad)" },
  ".cm-wrong": { backgroundColor: "var(--book-accent-tint)", boxShadow: "inset 0.15rem 0 var(--book-residual)" },
  ".cm-gutters": { border: "0", backgroundColor: "var(--md-code-bg-color)", color: "var(--md-default-fg-color--light)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0 0 0.5rem" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--book-accent-tint)", outline: "0.05rem solid var(--book-rule)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", textDecoration: "underline wavy var(--book-residual)" },
  ".cm-panels": { backgroundColor: "var(--book-paper)", color: "var(--md-default-fg-color)", fontFamily: "var(--md-text-font-family)" },
  ".cm-panels.cm-panels-bottom": { borderTop: "0.05rem solid var(--book-rule)" },
  ".cm-panel.cm-search": { padding: "0.3rem 1.4rem 0.3rem var(--book-pad)", fontSize: "0.66rem" },
  ".cm-panel.cm-search label": { fontSize: "inherit", whiteSpace: "nowrap" },
  ".cm-textfield, .cm-button": {
    padding: "0.1rem 0.4rem",
    minHeight: "1.2rem",
    border: "0.05rem solid var(--md-default-fg-color--lighter)",
    borderRadius: "0.15rem",
    background: "none",
    color: "inherit",
    fontSize: "inherit",
  },
  ".cm-panel.cm-search [name=close]": { minWidth: "1.2rem", minHeight: "1.2rem", color: "inherit", fontSize: "0.8rem" },
  ".cm-searchMatch": { backgroundColor: "var(--md-typeset-mark-color)" },
  ".cm-searchMatch-selected": { outline: "0.1rem solid var(--book-accent)" },
  ".cm-tooltip": { border: "0.05rem solid var(--book-rule)", backgroundColor: "var(--book-paper)", color: "var(--md-default-fg-color)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--md-code-font-family)", fontSize: "0.64rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.1rem 0.5rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--book-accent)", color: "var(--book-paper)" },
  ".cm-completionDetail": { fontStyle: "normal", marginLeft: "1.5em", opacity: 0.8 },
});

// ---- the line that an error names ----

/** @type {import("@codemirror/state").StateEffectType<number>} */
const setWrong = StateEffect.define(); // a line number, or 0
const wrongLine = Decoration.line({ class: "cm-wrong", attributes: { "aria-invalid": "true" } });

const wrong = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let now = transaction.docChanged ? Decoration.none : marks; // a corrected line is not wrong any more
    for (const effect of transaction.effects) {
      if (effect.is(setWrong)) {
        const { doc } = transaction.state;
        now =
          effect.value >= 1 && effect.value <= doc.lines ? Decoration.set(wrongLine.range(doc.line(effect.value).from)) : Decoration.none;
      }
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// ---- completion: the names that the page has by now, then Python's words and those of this block ----

const WORD = /[A-Za-z_]\w*/g;

/** @param {On["complete"]} complete */
function source(complete) {
  return async (/** @type {import("@codemirror/autocomplete").CompletionContext} */ context) => {
    const word = context.matchBefore(/[\w.]*/)?.text ?? "";
    if (!context.explicit && !/(^|\.)\w+$|\w\.$/.test(word)) return null;
    const code = context.state.doc.toString();
    const last = context.matchBefore(/\w*/) ?? { from: context.pos, text: "" };
    /** @type {Map<string, import("@codemirror/autocomplete").Completion>} */
    const options = new Map();
    for (const { name, kind } of await complete(code, context.pos)) options.set(name, { label: name, detail: kind, boost: 1 });
    if (!word.includes(".")) {
      const words = [...(python.languageData?.autocomplete ?? []), ...(code.match(WORD) ?? [])];
      for (const name of words) if (name !== last.text && !options.has(name)) options.set(name, { label: name });
    }
    // Whoever has gone on to a button meanwhile finds no list over it.
    if (!context.view?.hasFocus) return null;
    return options.size ? { from: last.from, options: [...options.values()], validFor: /^\w*$/ } : null;
  };
}

// Tab indents. After Escape it leaves the editor, as it does everywhere else, until the next key is typed.
function tabKeys() {
  let leaving = false;
  const letGo = EditorView.domEventHandlers({
    keydown(event, view) {
      if (event.key === "Escape") {
        leaving = true;
        view.setTabFocusMode(true);
      } else if (leaving && !["Tab", "Shift", "Control", "Alt", "Meta"].includes(event.key)) {
        leaving = false;
        view.setTabFocusMode(false);
      }
    },
    focus(_event, view) {
      leaving = false;
      view.setTabFocusMode(false);
    },
  });
  const indent = (/** @type {EditorView} */ view) =>
    view.state.selection.main.empty && !/^\s*$/.test(before(view)) ? insertTab(view) : indentMore(view);
  return [letGo, keymap.of([{ key: "Tab", run: indent, shift: indentLess }])];
}

/** @param {EditorView} view */
function before({ state }) {
  const { head } = state.selection.main;
  return state.sliceDoc(state.doc.lineAt(head).from, head);
}

/** @typedef {{ name: string, kind: string }} Name that a completion offers */

/**
 * @typedef {{
 *   change: (code: string) => void,
 *   run: () => void,
 *   complete: (code: string, offset: number) => Promise<Name[]>,
 * }} On what the editor asks of its owner
 */

/** @typedef {ReturnType<typeof createEditor>} Editor */

/**
 * @param {string} code
 * @param {string} label
 * @param {On} on
 * @param {boolean} numbers with the numbers of the lines
 */
export function createEditor(code, label, on, numbers = false) {
  const run = () => {
    on.run();
    return true;
  };
  const view = new EditorView({
    state: EditorState.create({
      doc: code,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: "Mod-Enter", run },
            { key: "Ctrl-Enter", run },
          ]),
        ),
        history(),
        language,
        syntaxHighlighting(colors),
        indentUnit.of("    "),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        search(),
        autocompletion({ override: [source(on.complete)], icons: false }),
        tabKeys(),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
        wrong,
        numbers ? lineNumbers() : [],
        look,
        EditorView.contentAttributes.of({
          "aria-label": label,
          tabindex: "0",
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
        }),
        EditorView.updateListener.of((update) => update.docChanged && on.change(update.state.doc.toString())),
      ],
    }),
  });
  return {
    element: view.dom,
    focus: () => view.focus(),
    /** @param {number} line that an error names, or 0 */
    markLine: (line) => view.dispatch({ effects: setWrong.of(line) }),
    /** @param {number} line */
    goTo: (line) => {
      const { from } = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
      view.focus();
    },
    measure: () => view.requestMeasure(),
    destroy: () => view.destroy(),
  };
}
