// A line to evaluate what one likes in the namespace of the last run, with a history.

import { h } from "../../dom.js";

const MOST = 200; // lines that are remembered
const LABEL = "Console: Python to evaluate. Enter runs it, Shift and Enter begins a new line, arrows up and down recall earlier lines.";

/** @type {string[]} */
let lines = []; // as long as the document lives

/**
 * What is not whole yet goes on in the next line: an open bracket or string is left to Python, an open block is not.
 * @param {string} text
 */
export function isOpen(text) {
  const rows = text.split("\n");
  const last = rows.at(-1) ?? "";
  if (rows.length > 1) return last.trim() !== "" && /^\s/.test(last);
  return /:\s*(#.*)?$/.test(last);
}

/** @param {(code: string) => boolean} submit tells whether it was taken */
export function consoleLine(submit) {
  const input = h("textarea", {
    id: "play-console",
    rows: 1,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    placeholder: "an expression, evaluated after your program",
    "aria-label": LABEL,
  });
  const label = h("label", { for: "play-console", "aria-hidden": "true" }, ">>>");
  const form = h("form", { class: "play-console" }, label, input, h("button", { type: "submit" }, "Enter"));

  /** @type {number | null} */
  let at = null; // place in the history
  let draft = "";

  function fit() {
    input.rows = Math.min(8, input.value.split("\n").length);
  }

  /** @param {number} place */
  function recall(place) {
    if (at === null) draft = input.value;
    at = place >= lines.length ? null : place;
    input.value = at === null ? draft : lines[at];
    fit();
  }

  function evaluate() {
    const code = input.value.trimEnd();
    if (!code.trim() || !submit(code)) return;
    lines = [...lines.filter((line) => line !== code), code].slice(-MOST);
    at = null;
    draft = input.value = "";
    fit();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    evaluate();
  });
  input.addEventListener("input", fit);
  input.addEventListener("keydown", (event) => {
    const { key } = event;
    const before = input.value.slice(0, input.selectionStart);
    const behind = input.value.slice(input.selectionEnd);
    if (key === "Enter" && !event.shiftKey && !event.isComposing && !event.ctrlKey && !event.metaKey) {
      if (!behind.trim() && isOpen(input.value)) return; // a new line, as the key says
      event.preventDefault();
      evaluate();
    } else if (key === "ArrowUp" && !before.includes("\n") && lines.length && at !== 0) {
      event.preventDefault();
      recall((at ?? lines.length) - 1);
    } else if (key === "ArrowDown" && !behind.includes("\n") && at !== null) {
      event.preventDefault();
      recall(at + 1);
    }
  });
  return form;
}
