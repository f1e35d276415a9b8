// What a keyboard or a screen reader needs and only a script can know: which boxes overflow at this width, and what Material adds later.
// And what brings every other script when it is needed. This one comes with the first view, so it imports nothing.

const SCROLLERS = ".katex-display, .md-typeset__scrollwrap";
// Material builds these as landmarks without a name, one for each block of code and each search result.
const NO_LANDMARKS = "nav.md-code__nav, .md-search-result nav.md-tags";

/**
 * @param {EventTarget | null} target
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
const around = (target, selector) => (target instanceof Element ? target.closest(selector) : null);

/**
 * A box that can be scrolled must be within reach of the Tab key, and only while it can.
 * @param {Element} box
 */
function settle(box) {
  if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
  else box.removeAttribute("tabindex");
}

const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => settle(target)));
/** @type {Set<Element>} */
let watched = new Set();

// ---- symbols: what one answers comes with the first touch of one; a page that is only read does not load it ----

/** @typedef {typeof import("./symbols.js")} Symbols */

const ANSWERING = "article .katex:has([data-s])";
/** @type {Promise<Symbols> | null} */
let symbols = null;

function symbolsNeeded() {
  symbols ??= import("./symbols.js").then((module) => {
    module.attend();
    return module;
  });
  return symbols;
}

/**
 * @param {Event} event the first touch, of which the script has not heard by itself
 * @param {(module: Symbols) => void} answer
 */
function touched({ target }, answer) {
  if (!symbols && around(target, "article :is([data-s], .katex)")) symbolsNeeded().then(answer);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "touch") touched(event, (module) => module.pointed(event));
});
document.addEventListener("pointerup", (event) => touched(event, (module) => module.tapped(event)));
document.addEventListener("focusin", (event) => touched(event, (module) => module.focused(event)));

// A tap on a term is answered with its sentence; the next one follows the link.
const TERM = "article a[data-s]";
/** @type {Element | null} */
let answered = null;
let follows = true;
document.addEventListener("pointerup", ({ pointerType, target }) => {
  const term = around(target, TERM);
  follows = pointerType !== "touch" || term === answered;
  answered = term;
});
document.addEventListener(
  "click",
  (event) => {
    if (follows || !event.detail || !around(event.target, TERM)) return; // the keyboard gives no detail
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

// ---- blocks: their buttons stand here; what they do comes with the first use of one, or with what a reader changed before ----

const BUTTONS = { run: "Run", program: "Program", edit: "Edit", copy: "Copy", more: "More" };
/** @type {Promise<typeof import("./run/run.js")> | null} */
let running = null;
/** @type {Element | null} */
let seen = null; // the article that was looked at

function runningNeeded() {
  running ??= import("./run/run.js").then((module) => {
    module.attend();
    return module;
  });
  return running;
}

/** @param {HTMLElement} block */
function addBar(block) {
  const { block: number, needs } = block.dataset;
  const bar = document.createElement("div");
  bar.className = "book-bar";
  bar.dataset.number = number;
  if (needs) bar.dataset.needs = needs;
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", `Block ${number}`);
  for (const [name, text] of Object.entries(BUTTONS)) {
    if (name === (needs ? "run" : "program")) continue; // what the browser's Python lacks is run elsewhere
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.dataset.do = name;
    button.setAttribute("aria-label", `${text} block ${number}`);
    if (name === "run") button.setAttribute("aria-keyshortcuts", "Control+Enter");
    if (name === "more") button.setAttribute("aria-haspopup", "menu");
    bar.append(button);
  }
  const said = Object.assign(document.createElement("span"), { className: "book-bar__said" });
  said.setAttribute("role", "status");
  bar.append(said);
  block.append(bar);
}

/**
 * @param {HTMLElement} block
 * @param {string} what the name of a button
 */
async function act(block, what) {
  try {
    (await runningNeeded()).act(block, what);
  } catch (error) {
    running = null;
    const said = block.querySelector(".book-bar__said");
    if (said) said.textContent = "This could not be loaded. Check the connection, then reload the page.";
    throw error;
  }
}

document.addEventListener("click", ({ target }) => {
  const button = around(target, ".book-bar > [data-do]");
  const block = around(button, "[data-block]");
  if (block) act(block, button?.dataset.do ?? "");
});

// Ctrl+Enter runs the block that has the focus, or the one whose code was clicked last.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat || event.defaultPrevented) return;
  const at = event.target === document.body ? (getSelection()?.anchorNode?.parentElement ?? null) : event.target;
  const block = around(at, "[data-block]") ?? around(around(at, ".book-run")?.previousElementSibling ?? null, "*");
  if (!block) return;
  event.preventDefault();
  act(block, "run");
});

// run/edits.js keeps changed code under this name.
function hasEdits() {
  try {
    return localStorage.getItem(`book.edits ${location.pathname.replace(/index\.html$/, "")}`) !== null;
  } catch {
    return false;
  }
}

function attendBlocks() {
  /** @type {NodeListOf<HTMLElement>} */
  const bare = document.querySelectorAll("[data-block]:not(:has(> .book-bar))");
  bare.forEach(addBar);
  const article = document.querySelector("article");
  if (article === seen) return;
  seen = article;
  if (running) running.then((module) => module.attend());
  else if (article?.querySelector("[data-block]") && hasEdits()) runningNeeded();
}

// ---- labs and the playground: custom elements that no script has defined yet ----

// What a run prints, what somebody types and what a lab draws changes nothing that is looked for here.
const OWN = [".book-run", ".cm-editor", ".book-bar", "book-playground"];

/**
 * @param {Element} element
 * @param {string} script
 * @param {string} name
 */
function bring(element, script, name) {
  import(script).catch((error) => {
    element.textContent = `${name} could not be loaded. Check the connection, then reload the page.`;
    throw error;
  });
}

// A lab comes with the script of its name when it is near the view, or at once when the address holds a state of one.
const whenNear = new IntersectionObserver(
  (entries) => entries.forEach(({ isIntersecting, target }) => isIntersecting && bringLab(target)),
  { rootMargin: "0px 0px 600px" },
);

/** @param {Element} lab */
function bringLab(lab) {
  whenNear.unobserve(lab);
  if (!OWN.includes(lab.localName)) OWN.push(lab.localName);
  bring(lab, `./labs/${lab.localName}.js`, "This lab");
}

function attendElements() {
  for (const element of document.querySelectorAll("article :not(:defined)")) {
    if (element.localName === "book-playground") bring(element, "./run/playground.js", "The playground");
    else if (location.hash.startsWith("#lab=")) bringLab(element);
    else whenNear.observe(element);
  }
}

// ---- the page, whenever it has changed ----

function attend() {
  attendBlocks();
  attendElements();
  document.querySelectorAll(NO_LANDMARKS).forEach((nav) => nav.setAttribute("role", "none"));
  // On paper, links out of the book are spelled out; Material makes the others absolute too, so they are told apart here.
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll("article a[href^=http]");
  links.forEach((link) => link.toggleAttribute("data-inside", link.origin === location.origin));
  document.querySelectorAll(ANSWERING).forEach((formula) => formula.setAttribute("tabindex", "0"));
  symbols?.then((module) => module.attend());
  if (document.querySelector(".book-steps")) import("./steps.js").then((module) => module.attend());
  const boxes = new Set(document.querySelectorAll(SCROLLERS));
  for (const box of watched) if (!boxes.has(box)) resized.unobserve(box);
  for (const box of boxes) if (!watched.has(box)) resized.observe(box);
  watched = boxes;
}

attend();
// Instant navigation replaces the content, tables are wrapped and search results appear: all of them change the tree.
new MutationObserver((changes) => {
  const own = OWN.join();
  if (!changes.every(({ target }) => around(target, own))) attend();
}).observe(document.body, { childList: true, subtree: true });
