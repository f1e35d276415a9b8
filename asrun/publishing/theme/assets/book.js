// What a keyboard or a screen reader needs and only a script can know: which boxes overflow at this width, and what Material adds later.

const SCROLLERS = ".katex-display, .md-typeset__scrollwrap";
// Material builds these as landmarks without a name, one for each block of code and each search result.
const NO_LANDMARKS = "nav.md-code__nav, .md-search-result nav.md-tags";

// A box that can be scrolled must be within reach of the Tab key, and only while it can.
function settle(box) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
}

const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => settle(target)));
let watched = new Set();

// What a symbol answers comes with the first touch of one: a page that is only read does not load it.
const ANSWERING = "article .katex:has([data-s])";
let symbols = null;

function symbolsNeeded() {
  symbols ??= import("./symbols.js").then((module) => (module.attend(), module));
  return symbols;
}

for (const [type, handler] of [["pointerover", "pointed"], ["pointerup", "tapped"], ["focusin", "focused"]]) {
  document.addEventListener(type, (event) => {
    if (symbols || (type === "pointerover" && event.pointerType === "touch") || !event.target.closest?.("article :is([data-s], .katex)")) return;
    symbolsNeeded().then((module) => module[handler](event));
  });
}

// The buttons of a block of code stand here; what they do comes with the first use of one, or with what a reader changed before.
const BUTTONS = { run: "Run", program: "Program", edit: "Edit", copy: "Copy", more: "More" };
let running = null;
let seen = null; // the article that was looked at

function runningNeeded() {
  running ??= import("./run/run.js").then((module) => (module.attend(), module));
  return running;
}

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
    bar.append(button);
  }
  bar.querySelector("[data-do=more]").setAttribute("aria-haspopup", "menu");
  const said = Object.assign(document.createElement("span"), { className: "book-bar__said" });
  said.setAttribute("role", "status");
  bar.append(said);
  block.append(bar);
}

async function act(block, what) {
  try {
    (await runningNeeded()).act(block, what);
  } catch (error) {
    running = null;
    block.querySelector(".book-bar__said").textContent = "This could not be loaded. Check the connection, then reload the page.";
    throw error;
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.(".book-bar > [data-do]");
  if (button) act(button.closest("[data-block]"), button.dataset.do);
});

// Ctrl+Enter runs the block that has the focus, or the one whose code was clicked last.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat || event.defaultPrevented) return;
  const at = event.target === document.body ? getSelection().anchorNode?.parentElement : event.target;
  const block = at?.closest?.("[data-block]") ?? at?.closest?.(".book-run")?.previousElementSibling;
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
  document.querySelectorAll("[data-block]:not(:has(> .book-bar))").forEach(addBar);
  const article = document.querySelector("article");
  if (article === seen) return;
  seen = article;
  if (running) running.then((module) => module.attend());
  else if (article?.querySelector("[data-block]") && hasEdits()) runningNeeded();
}

// A lab comes with its script when it is near the view, or at once when the address holds a state of one.
const LABS = "fit-lab, descent-lab, animated-fit, outlier-lab, collinear-lab, resample-lab, degree-lab";
const nearing = new IntersectionObserver((entries) => entries.forEach(({ isIntersecting, target }) => isIntersecting && bringLab(target)), { rootMargin: "0px 0px 600px" });

function bringLab(lab) {
  nearing.unobserve(lab);
  import(`./labs/${lab.localName}.js`).catch((error) => {
    lab.textContent = "This lab could not be loaded. Check the connection, then reload the page.";
    throw error;
  });
}

function attendLabs() {
  for (const lab of document.querySelectorAll(`:is(${LABS}):not(:defined)`)) {
    if (location.hash.startsWith("#lab=")) bringLab(lab);
    else nearing.observe(lab);
  }
}

// The playground has a page of its own.
function attendPlayground() {
  const element = document.querySelector("book-playground:not(:defined)");
  if (!element) return;
  import("./run/playground.js").catch((error) => {
    element.textContent = "The playground could not be loaded. Check the connection, then reload the page.";
    throw error;
  });
}

function attend() {
  attendBlocks();
  attendLabs();
  attendPlayground();
  document.querySelectorAll(NO_LANDMARKS).forEach((nav) => nav.setAttribute("role", "none"));
  // On paper, links out of the book are spelled out; Material makes the others absolute too, so they are told apart here.
  document.querySelectorAll("article a[href^=http]").forEach((link) => link.toggleAttribute("data-inside", link.origin === location.origin));
  document.querySelectorAll(ANSWERING).forEach((formula) => (formula.tabIndex = 0));
  symbols?.then((module) => module.attend());
  if (document.querySelector(".book-steps")) symbolsNeeded();
  const boxes = new Set(document.querySelectorAll(SCROLLERS));
  for (const box of watched) if (!boxes.has(box)) resized.unobserve(box);
  for (const box of boxes) if (!watched.has(box)) resized.observe(box);
  watched = boxes;
}

attend();
// Instant navigation replaces the content, tables are wrapped and search results appear: all of them change the tree.
// (What a run prints, what somebody types and what a lab draws would only slow it down.)
const OWN = `.book-run, .cm-editor, .book-bar, book-playground, ${LABS}`;
new MutationObserver((changes) => {
  if (!changes.every(({ target }) => target.closest?.(OWN))) attend();
}).observe(document.body, { childList: true, subtree: true });
