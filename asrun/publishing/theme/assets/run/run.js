// The blocks of the page under the reader's hands: book.js makes their buttons, and imports this with the first use of one.
//
// What a reader did lives as long as the document: a page that instant navigation brings again shows it again. Changed code lives longer,
// in the browser (edits.js).

import { addStyles } from "../style.js";
import { numberOf } from "./block.js";
import { closeMenu } from "./menu.js";
import { Page } from "./page.js";
import { copyCode, copyProgram, showMenu } from "./take.js";

/** @import { Block } from "./block.js" */

/** @type {Map<string, Page>} */
const pages = new Map(); // by their path
/** @type {Page | null} */
let page = null; // the one that is shown
/** @type {Element | null} */
let article = null;

addStyles(new URL("run.css", import.meta.url));

/** Called whenever the page has changed. Instant navigation replaces the article, and has set the address by then. */
export function attend() {
  const now = document.querySelector("article");
  if (now === article) return;
  article = now;
  closeMenu();
  page = null;
  /** @type {HTMLElement[]} */
  const elements = [...(article?.querySelectorAll(/** @type {"div"} */ ("[data-block]")) ?? [])];
  if (!elements.length) return;
  const path = location.pathname.replace(/index\.html$/, "");
  page = pages.get(path) ?? new Page(path, elements);
  pages.set(path, page);
  page.attach(elements);
}

/** @type {Record<string, (block: Block) => unknown>} */
const actions = {
  run: (block) => block.run(),
  stop: (block) => block.stop(),
  program: copyProgram,
  edit: (block) => block.edit(),
  reset: (block) => block.reset(),
  copy: copyCode,
  more: showMenu,
};

/**
 * Does what a button of a block says.
 * @param {HTMLElement} element the block
 * @param {string} what the name of the button
 */
export function act(element, what) {
  attend();
  const block = page?.blocks.get(numberOf(element));
  if (!block) return;
  if (what !== "more") block.say("");
  actions[what](block);
}
