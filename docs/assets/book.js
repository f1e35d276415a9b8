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

function attend() {
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
new MutationObserver(attend).observe(document.body, { childList: true, subtree: true });
