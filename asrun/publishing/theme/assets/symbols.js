// Symbols that answer: point at a symbol of a formula, or at a variable of the code, and the same quantity lights up
// around it, with its name, shape and meaning. The marks and the texts were made when the site was built.

const MARKED = "[data-s]";
const FORMULA = ".katex:has([data-s])";
let source = null; // where the texts of this page stand
let legend = {};
let shown = null; // the mark that the tip belongs to
let tip = null;

const markOf = (target) => target.closest?.(`article ${MARKED}`);
const marksIn = (formula) => [...formula.querySelectorAll(`.katex-html ${MARKED}`)];

function makeTip() {
  tip = document.createElement("div");
  tip.id = "book-tip";
  tip.className = "book-tip";
  tip.setAttribute("role", "status"); // read aloud when it changes
  document.body.append(tip);
}

function hide() {
  document.querySelectorAll(".book-lit").forEach((mark) => mark.classList.remove("book-lit", "book-at"));
  tip?.classList.remove("book-tip--on");
  shown = null;
}

function show(mark) {
  const name = mark.dataset.s;
  const facts = legend[name];
  if (!facts || mark === shown) return;
  hide();
  shown = mark;
  document.querySelectorAll(`article [data-s="${CSS.escape(name)}"]`).forEach((same) => same.classList.add("book-lit"));
  mark.classList.add("book-at");
  if (!tip?.isConnected) makeTip();
  const [shape, meaning] = facts;
  const code = Object.assign(document.createElement("code"), { textContent: name });
  const size = Object.assign(document.createElement("span"), { className: "book-tip__shape", textContent: shape });
  tip.replaceChildren(code, " ", size, " ", meaning);
  tip.classList.add("book-tip--on");
  place(mark.getBoundingClientRect());
}

// Above the mark where there is room, below it otherwise, never over the edge of the window.
function place(box) {
  const width = document.documentElement.clientWidth;
  const left = Math.min(Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2), width - tip.offsetWidth - 8);
  const above = box.top - tip.offsetHeight - 8;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above > 56 ? above : box.bottom + 8}px`;
}

// One tab stop a formula; the arrow keys walk its symbols.
function walk(formula, step) {
  const marks = marksIn(formula);
  const at = marks.indexOf(shown);
  const next = step === 0 ? 0 : at < 0 ? (step > 0 ? 0 : marks.length - 1) : (at + step + marks.length) % marks.length;
  if (marks[next]) show(marks[next]);
}

export function pointed(event) {
  if (event.pointerType === "touch") return;
  const mark = markOf(event.target);
  if (mark) show(mark);
  else if (shown && !event.target.closest?.("#book-tip") && !document.activeElement?.matches?.(FORMULA)) hide();
}

export function tapped(event) {
  if (event.pointerType !== "touch") return;
  const mark = markOf(event.target);
  if (mark && mark !== shown) show(mark);
  else hide();
}

export function focused(event) {
  const formula = event.target.closest?.(FORMULA);
  if (formula && formula === event.target && formula.matches(":focus-visible")) walk(formula, 0);
}

document.addEventListener("pointerover", pointed);
document.addEventListener("pointerup", tapped);
document.addEventListener("focusin", focused);
document.addEventListener("focusout", (event) => {
  if (event.target.matches?.(FORMULA)) hide();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && shown) {
    hide();
    return;
  }
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step && event.target.matches?.(FORMULA)) {
    walk(event.target, step);
    event.preventDefault();
  }
});
addEventListener("scroll", () => shown && place(shown.getBoundingClientRect()), { passive: true });

// ---- derivations, line by line ----

function makeSteps(derivation) {
  const reasons = [...derivation.querySelectorAll("ol > li")];
  const bar = document.createElement("div");
  bar.className = "book-steps__bar";
  const [back, forth, all] = ["Back", "Next line", "All lines"].map((text) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    bar.append(button);
    return button;
  });
  const status = Object.assign(document.createElement("span"), { className: "book-steps__status" });
  status.setAttribute("role", "status");
  bar.append(status);
  derivation.prepend(bar);
  let at = 0; // 0: all lines
  const go = (line) => {
    at = line;
    derivation.classList.toggle("book-steps--one", at > 0);
    reasons.forEach((reason, place) => reason.classList.toggle("book-step--at", place + 1 === at));
    derivation.querySelectorAll("[data-step]").forEach((cell) => {
      cell.classList.toggle("book-step--at", +cell.dataset.step === at);
      cell.classList.toggle("book-step--later", at > 0 && +cell.dataset.step > at);
    });
    reasons.forEach((reason, place) => reason.classList.toggle("book-step--later", at > 0 && place + 1 > at));
    back.disabled = at <= 1;
    forth.disabled = at === reasons.length;
    all.disabled = at === 0;
    status.textContent = at ? `${at} of ${reasons.length}` : "";
  };
  back.onclick = () => go(at - 1);
  forth.onclick = () => go(at + 1);
  all.onclick = () => go(0);
  go(0);
}

// Called whenever the page has changed: by instant navigation, and by many smaller things.
export function attend() {
  const data = document.getElementById("book-symbols");
  if (data !== source) {
    hide();
    source = data;
    legend = data ? JSON.parse(data.content.textContent) : {};
  }
  document.querySelectorAll(".book-steps:not(:has(.book-steps__bar))").forEach(makeSteps);
}
