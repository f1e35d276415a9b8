// A box to start from: an empty file, earlier work, or any block of the book, found by typing. A combobox with a list, by the pattern of
// the ARIA Authoring Practices.

import { h } from "../../dom.js";

const BASE = new URL("../../../", import.meta.url);
const MOST = 60; // options that are shown at once

/** @import { Work } from "./files.js" */

/** @typedef {{ work: Work } | { page: string, block: number }} Choice something to start from: a work, or a block of the book */
/** @typedef {{ text: string, more: string, value: Choice }} Option */
/** @typedef {{ title: string, options: Option[] }} Group */

/** @typedef {{ section: string, line: string, needs?: string }} ListedBlock */
/** @typedef {{ stem: string, title: string, part: string, blocks: ListedBlock[] }} ListedPage as asrun/publishing/examples.py writes it */

/** @type {Promise<ListedPage[]> | null} */
let book = null;

async function pagesOfBook() {
  book ??= fetch(new URL("take/examples.json", BASE)).then((answer) => {
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  });
  try {
    return await book;
  } catch (error) {
    book = null;
    throw error;
  }
}

/** The blocks of the book by chapter. */
async function groupsOfBook() {
  return (await pagesOfBook()).map(({ stem, title, part, blocks }) => ({
    title: part ? `${part}: ${title}` : title,
    options: blocks.map(({ section, line, needs }, place) => ({
      text: `${place + 1}. ${section || title}`,
      more: needs ? `needs ${needs}, not in the browser` : line,
      value: { page: stem, block: place + 1 },
    })),
  }));
}

/**
 * A block of the book as a program; or an Error with a sentence.
 * @param {{ page: string, block: number }} choice
 */
export async function blockOfBook({ page, block }) {
  const text = takeHandedOver(page, block) ?? (await programOf(page, block));
  return { title: text.match(/^# (Block \d+ of “.*”)$/m)?.[1] ?? `Block ${block} of ${page}`, text };
}

/**
 * A program that the reader changed on its page comes from there (take.js), not from the build.
 * @param {string} page
 * @param {number} block
 * @returns {string | null}
 */
function takeHandedOver(page, block) {
  try {
    const handed = JSON.parse(sessionStorage.getItem("book.playground.from") ?? "null");
    sessionStorage.removeItem("book.playground.from");
    return handed?.page === page && handed.block === block && typeof handed.text === "string" ? handed.text : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} page
 * @param {number} block
 */
async function programOf(page, block) {
  const answer = await fetch(new URL(`take/${page}/${block}.py`, BASE)).catch(() => null);
  if (answer?.status === 404) throw new Error(`The book has no block ${block} on a page ${page}. Your own files are as they were.`);
  if (!answer?.ok) throw new Error("The block could not be loaded. Check the connection and try again.");
  return answer.text();
}

/**
 * @param {() => Group[]} own the groups that stand first
 * @param {(choice: Choice) => void} chosen
 */
export function examplesBox(own, chosen) {
  const input = h("input", {
    role: "combobox",
    id: "play-examples",
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "any block of the book, or earlier work",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": "play-list",
  });
  const list = h("div", { role: "listbox", class: "play-list", id: "play-list", hidden: true, "aria-label": "What to start from" });
  const status = h("span", { role: "status", class: "book-hidden" });
  const label = h("label", { for: "play-examples" }, "Start from");
  const box = h("div", { class: "play-examples" }, label, input, list, status);

  /** @type {{ element: HTMLElement, value: Choice }[]} */
  let shown = [];
  let at = -1;
  let asked = 0;

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} place */
  function mark(place) {
    shown[at]?.element.setAttribute("aria-selected", "false");
    at = shown.length ? (place + shown.length) % shown.length : -1;
    const element = shown[at]?.element;
    if (!element) return;
    element.setAttribute("aria-selected", "true");
    element.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", element.id);
  }

  /** @param {number} place */
  function choose(place) {
    const { value } = shown[place];
    close();
    input.value = "";
    chosen(value);
  }

  async function open() {
    const turn = ++asked;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (!list.childElementCount) show(own(), "Loading the book’s blocks …");
    /** @type {Group[]} */
    let groups;
    let note = "";
    try {
      groups = [...own(), ...(await groupsOfBook())];
    } catch {
      groups = own();
      note = "The book’s blocks could not be loaded. Check the connection and try again.";
    }
    if (turn !== asked || list.hidden) return;
    show(groups, note);
  }

  /**
   * @param {Group[]} groups
   * @param {string} note what is said beneath them
   */
  function show(groups, note) {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = [];
    at = -1;
    let found = 0;
    const parts = [];
    for (const [place, { title, options }] of groups.entries()) {
      const fits = options.filter(({ text, more }) => words.every((word) => `${title} ${text} ${more}`.toLowerCase().includes(word)));
      found += fits.length;
      const room = words.length ? MOST - shown.length : fits.length;
      if (!fits.length || room <= 0) continue;
      const heading = h("div", { role: "presentation", class: "play-list__group", id: `play-group-${place}` }, title);
      parts.push(h("div", { role: "group", "aria-labelledby": heading.id }, heading, ...fits.slice(0, room).map(listed)));
    }
    const more = found > shown.length ? `${found - shown.length} more: type another word.` : "";
    const said = note || (found ? more : "Nothing in the book fits these words.");
    // In a list stand options and nothing else.
    const line = { role: "option", class: "play-list__note", "aria-disabled": "true", "aria-selected": "false" };
    list.replaceChildren(...parts, ...(said ? [h("div", line, said)] : []));
    input.removeAttribute("aria-activedescendant");
    status.textContent = note || (found ? `${found} found` : said);
  }

  /** @param {Option} option */
  function listed({ text, more, value }) {
    const number = shown.length;
    const option = { role: "option", id: `play-option-${number}`, "aria-selected": "false", onclick: () => choose(number) };
    const element = h("div", option, text, h("span", {}, more));
    shown.push({ element, value });
    return element;
  }

  input.addEventListener("input", open);
  input.addEventListener("click", () => (list.hidden ? open() : close()));
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the box
  input.addEventListener("blur", close);
  input.addEventListener("keydown", async (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.hidden) await open();
      mark(at < 0 && step < 0 ? -1 : at + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (list.hidden) open();
      else if (at >= 0) choose(at);
      else if (shown.length === 1) choose(0);
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    }
  });
  return box;
}
