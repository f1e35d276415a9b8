// Symbols that answer: point at a symbol of a formula, or at a variable of the code, and the same quantity lights up
// around it, with its name, shape and meaning. The marks and the texts were made when the site was built. The first use
// of a term on a page answers in the same way with its sentence: it is a link, which a tap follows when it has answered.

import { h } from "./dom.js";

const MARKED = "[data-s]";
const FORMULA = ".katex:has([data-s])";
const TERM = "a[data-s]";
/** @type {HTMLElement | null} */
let source = null; // where the texts of this page stand
/** @type {Record<string, [shape: string, meaning: string]>} */
let legend = {};
/** @type {HTMLElement | null} */
let shown = null; // the mark that the tip belongs to
const tip = h("div", { id: "book-tip", class: "book-tip", role: "status" }); // read aloud when it changes

/**
 * @param {EventTarget | null} target
 * @returns {HTMLElement | null}
 */
const markOf = (target) => (target instanceof Element ? target.closest(`article ${MARKED}`) : null);

/**
 * @param {EventTarget | null} target
 * @returns {HTMLElement | null}
 */
const formulaAt = (target) => (target instanceof HTMLElement && target.matches(`${FORMULA}, ${TERM}`) ? target : null);

function hide() {
  document.querySelectorAll(".book-lit").forEach((mark) => mark.classList.remove("book-lit", "book-at"));
  tip.classList.remove("book-tip--on");
  shown = null;
}

/** @param {HTMLElement} mark */
function show(mark) {
  const name = mark.dataset.s ?? "";
  const facts = legend[name];
  if (!facts || mark === shown) return;
  hide();
  shown = mark;
  document.querySelectorAll(`article [data-s="${CSS.escape(name)}"]`).forEach((same) => same.classList.add("book-lit"));
  mark.classList.add("book-at");
  if (!tip.isConnected) document.body.append(tip);
  const [shape, meaning] = facts;
  const [, term] = name.split("term:");
  const [quantity = ""] = name.split(":"); // behind a colon stands which other thing it is at this place
  if (term) tip.replaceChildren(h("b", {}, term), " ", meaning);
  else tip.replaceChildren(h("code", {}, quantity), " ", h("span", { class: "book-tip__shape" }, shape), " ", meaning);
  tip.classList.add("book-tip--on");
  place(mark.getBoundingClientRect());
}

/**
 * Above the mark where there is room, below it otherwise, never over the edge of the window.
 * @param {DOMRect} box
 */
function place(box) {
  const width = document.documentElement.clientWidth;
  const left = Math.min(Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2), width - tip.offsetWidth - 8);
  const above = box.top - tip.offsetHeight - 8;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above > 56 ? above : box.bottom + 8}px`;
}

/**
 * One tab stop a formula; the arrow keys walk its symbols.
 * @param {HTMLElement} formula
 * @param {number} step
 */
function walk(formula, step) {
  /** @type {HTMLElement[]} */
  const marks = formula.matches(TERM) ? [formula] : [...formula.querySelectorAll(/** @type {"span"} */ (`.katex-html ${MARKED}`))];
  const at = shown ? marks.indexOf(shown) : -1;
  const first = step < 0 ? marks.length - 1 : 0;
  const next = marks[step === 0 || at < 0 ? first : (at + step + marks.length) % marks.length];
  if (next) show(next);
}

/** @param {PointerEvent} event */
export function pointed({ pointerType, target }) {
  if (pointerType === "touch") return;
  const mark = markOf(target);
  if (mark) show(mark);
  else if (shown && !tip.contains(/** @type {Node} */ (target)) && !formulaAt(document.activeElement)) hide();
}

/** @param {PointerEvent} event */
export function tapped({ pointerType, target }) {
  if (pointerType !== "touch") return;
  const mark = markOf(target);
  if (mark && mark !== shown) show(mark);
  else hide();
}

/** @param {FocusEvent} event */
export function focused({ target }) {
  const formula = formulaAt(target);
  if (formula?.matches(":focus-visible")) walk(formula, 0);
}

document.addEventListener("pointerover", pointed);
document.addEventListener("pointerup", tapped);
document.addEventListener("focusin", focused);
document.addEventListener("focusout", ({ target }) => formulaAt(target) && hide());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && shown) {
    hide();
    return;
  }
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const formula = formulaAt(event.target);
  if (step && formula) {
    walk(formula, step);
    event.preventDefault();
  }
});
addEventListener("scroll", () => shown && place(shown.getBoundingClientRect()), { passive: true });

/** Called whenever the page has changed: by instant navigation, and by many smaller things. */
export function attend() {
  const data = document.getElementById("book-symbols");
  if (data !== source) {
    hide();
    source = data;
    legend = data instanceof HTMLTemplateElement ? JSON.parse(data.content.textContent) : {};
  }
}
