// The blocks of the page under the reader's hands: book.js makes their buttons, and imports this with the first use of one.
//
// What a reader did lives as long as the document: a page that instant navigation brings again shows it again. Changed code lives longer,
// in the browser (edits.js).

import { editsOf } from "./edits.js";
import { closeMenu, copy, toggleMenu } from "./menu.js";
import { button, lineRanges, mark } from "./output.js";
import { addStyles } from "../style.js";
import { codeOf, run, sourcesOf, staleOf, stop, takenOf, theRuntime } from "./turns.js";

const BASE = new URL("../../", import.meta.url);
const LOST = "This could not be loaded. Check the connection, then reload the page.";

const pages = new Map(); // path -> page
let page = null; // the one that is shown
let article = null;
let editing = null; // the editor's module

addStyles(new URL("run.css", import.meta.url));

// ---- pages and blocks ----

const elementsIn = (root) => [...(root?.querySelectorAll("[data-block]") ?? [])];

function newPage(path) {
  const stem = path.slice(BASE.pathname.length).replace(/\/$/, "") || "index";
  const made = { path, stem, blocks: new Map(), ran: new Map(), wrote: new Map(), generation: 0 };
  const elements = new Map(elementsIn(article).map((element) => [Number(element.dataset.block), element]));
  for (const [number, element] of [...elements].sort(([a], [b]) => a - b)) {
    const book = element.querySelector("pre > code").textContent.replace(/\n$/, "");
    made.blocks.set(number, { number, page: made, book, edited: null, editor: null, output: null, busy: false, stamp: null, error: null });
  }
  made.edits = editsOf(path, new Map([...made.blocks].map(([number, { book }]) => [number, book])));
  for (const [number, code] of made.edits.current) made.blocks.get(number).edited = code;
  return made;
}

// Called whenever the page has changed. Instant navigation replaces the article, and has set the address by then.
export function attend() {
  const now = document.querySelector("article");
  if (now === article) return;
  article = now;
  closeMenu();
  page = null;
  if (!elementsIn(article).length) return;
  const path = location.pathname.replace(/index\.html$/, "");
  if (!pages.has(path)) pages.set(path, newPage(path));
  page = pages.get(path);
  for (const element of elementsIn(article)) adopt(page.blocks.get(Number(element.dataset.block)), element);
  for (const [number, edit] of page.edits.older) offer(page.blocks.get(number), edit);
  showStale(page);
}

// Joins a block with its element in the page as it is now.
function adopt(block, element) {
  const bar = element.querySelector(".book-bar");
  element.id ||= `block-${block.number}`;
  Object.assign(block, { element, bar, needs: element.dataset.needs ?? "", raises: element.dataset.raises ?? "" });
  const own = Object.fromEntries([...bar.querySelectorAll("[data-do]")].map((one) => [one.dataset.do, one]));
  const add = (name, text, before) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, hidden: true });
    made.dataset.do = name;
    made.setAttribute("aria-label", `${text} block ${block.number}`);
    before.before(made);
    own[name] = made;
  };
  if (!own.run) add("run", "Run", own.program);
  add("stop", "Stop", own.edit);
  add("reset", "Reset", own.copy);
  block.buttons = own;
  block.said = bar.querySelector(".book-bar__said");
  block.stale = Object.assign(document.createElement("span"), { className: "book-bar__stale" });
  bar.append(block.stale);
  if (block.output) block.output.adopt(element);
  if (block.editor) putEditor(block);
  else if (block.edited !== null) edit(block, false);
  show(block);
}

// The buttons as the block's state asks for them.
function show(block) {
  const { run: start, program, stop: end, edit: open, reset: back } = block.buttons;
  const at = document.activeElement;
  const changed = block.edited !== null;
  start.hidden = Boolean(block.needs) && !changed;
  if (program) program.hidden = !start.hidden;
  start.setAttribute("aria-disabled", String(block.busy));
  end.hidden = !block.busy;
  open.hidden = Boolean(block.editor);
  back.hidden = !block.editor;
  back.textContent = changed ? "Reset" : "Close";
  back.setAttribute("aria-label", changed ? `Reset block ${block.number} to the book’s code` : `Close the editor of block ${block.number}`);
  // A button that goes hands the focus on.
  if (at?.hidden && block.bar.contains(at)) (at === end ? start : at === open ? back : open).focus();
}

const say = (block, text, ...more) => block.said.replaceChildren(text, ...more);

const actions = {
  run: start,
  stop,
  program: giveProgram,
  edit,
  reset,
  copy: async (block) => say(block, (await copy(codeOf(block))) ? "Copied." : "The browser does not let this page copy. Select the code and copy it by hand."),
  more: showMenu,
};

export function act(element, what) {
  attend();
  const block = page?.blocks.get(Number(element.dataset.block));
  if (!block) return;
  if (what !== "more") say(block, "");
  actions[what](block);
}

// ---- run ----

function start(block) {
  if (block.needs && block.edited === null) {
    say(block, `The Python in this page does not have ${block.needs}. “Program” copies this block as a program for your own Python.`);
    return;
  }
  run(block, ran);
}

// Called for each block whose run begins or ends.
function ran(block) {
  if (block.busy || !block.error) {
    block.unmark?.();
    block.unmark = null;
    block.editor?.markLine?.(0);
  }
  const line = block.busy ? 0 : block.error?.line;
  if (line && block.editor) block.editor.markLine(line);
  else if (line) block.unmark = mark("book-wrong", lineRanges(block.element.querySelector("pre > code"), [line - 1]));
  show(block);
  if (!block.busy) showStale(block.page);
}

let turn = 0;

async function showStale(of) {
  const own = ++turn;
  const reasons = await staleOf(of);
  if (own !== turn) return; // a later answer is on its way
  for (const block of of.blocks.values()) {
    if (block.busy || !block.stale) continue;
    const why = reasons.get(block.number) ?? [];
    block.element.classList.toggle("book-stale", why.length > 0);
    block.stale.replaceChildren(...why);
  }
}

// ---- edit ----

async function edit(block, byReader = true) {
  if (block.editor) return;
  block.editor = {}; // on its way
  show(block);
  try {
    editing ??= import("./editor.js");
    const { createEditor } = await editing;
    block.editor = createEditor(codeOf(block), `Code of block ${block.number}. Tab indents; Escape, then Tab, leaves the editor.`, {
      change: (code) => change(block, code),
      run: () => start(block),
      complete: async (code, offset) => {
        try {
          const runtime = await theRuntime();
          return await runtime.complete(block.page.stem, code, offset);
        } catch {
          return []; // Python's own words are there all the same
        }
      },
    });
  } catch {
    editing = block.editor = null;
    say(block, LOST);
    show(block);
    return;
  }
  putEditor(block);
  if (byReader) block.editor.focus();
}

function putEditor(block) {
  if (!block.editor.element) return; // still on its way
  const code = block.element.querySelector(":scope > pre");
  code.hidden = true;
  code.after(block.editor.element);
  block.editor.measure();
}

function change(block, code) {
  block.edited = code === block.book ? null : code;
  const { edits } = block.page;
  const kept = block.edited === null ? edits.forget(block.number) : edits.keep(block.number, code);
  if (!kept && !block.page.toldUnkept) {
    block.page.toldUnkept = true;
    say(block, "Your browser keeps nothing for this page (its storage is full or blocked): the change is gone when you reload or close it.");
  }
  show(block);
  showStale(block.page);
}

function close(block) {
  const inside = block.editor?.element?.contains(document.activeElement);
  block.editor?.destroy?.();
  block.editor = null;
  block.element.querySelector(":scope > pre").hidden = false;
  show(block);
  if (inside) block.buttons.edit.focus();
}

function reset(block) {
  const { edited } = block;
  close(block);
  if (edited === null) return;
  block.edited = null;
  block.page.edits.forget(block.number);
  if (!block.busy) {
    block.output?.remove();
    block.unmark?.();
    Object.assign(block, { output: null, stamp: null, error: null });
  }
  const undo = async () => {
    say(block, "");
    change(block, edited);
    await edit(block);
  };
  say(block, "The book’s code again. ", button("Undo", undo, `Undo the reset of block ${block.number}`));
  show(block);
  showStale(block.page);
}

function resetAll(from) {
  const { blocks, edits } = from.page;
  for (const block of blocks.values()) if (block.edited !== null) reset(block);
  edits.forgetAll();
  say(from, "All blocks of this page are the book’s again.");
}

// A change that was made to an older edition of a block is offered, and not forced.
function offer(block, { code, forget }) {
  if (block.edited !== null) return;
  const done = () => {
    forget();
    block.page.edits.older.delete(block.number);
    say(block, "");
  };
  const use = async () => {
    done();
    change(block, code);
    await edit(block);
  };
  say(block, "You changed an earlier edition of this block. ", button("Show my change", use), " ", button("Delete it", done));
}

// ---- take away ----

async function giveProgram(block) {
  say(block, "Making the program …");
  try {
    const copied = await copy(programOf(block));
    say(block, copied ? "Copied as a complete program." : "The browser does not let this page copy. The menu, More, has the whole page as a file.");
  } catch (error) {
    say(block, error.message);
  }
}

// The build made the program of each block; only where a reader changed something it is made here.
async function programOf({ page: of, number }) {
  const taken = await takenOf(of);
  const blocks = [...of.blocks.values()];
  const parts = [number, ...(taken?.blocks[number - 1]?.after ?? [])];
  if (blocks.every((block) => block.edited === null || !parts.includes(block.number))) {
    const answer = await fetch(new URL(`take/${of.stem}/${number}.py`, BASE)).catch(() => null);
    if (answer?.ok) return answer.text();
    throw new Error("The program could not be loaded. Check the connection and try again.");
  }
  const runtime = await theRuntime();
  const about = { ...taken?.about, title: taken?.title ?? document.title, url: taken?.url ?? location.href };
  return runtime.program(sourcesOf(of), number, about);
}

// The playground finds the book's own blocks; what the reader changed is handed over to it.
function toPlayground(block, href) {
  const { number, page: of } = block;
  if ([...of.blocks.values()].every((one) => one.edited === null)) return { href };
  const action = async () => {
    say(block, "Making the program …");
    try {
      sessionStorage.setItem("book.playground.from", JSON.stringify({ page: of.stem, block: number, text: await programOf(block) }));
      say(block, "");
    } catch (error) {
      return say(block, `Your change cannot be taken along: ${error.message}`);
    }
    const link = Object.assign(document.createElement("a"), { href });
    article.append(link);
    link.click(); // by a link, so that instant navigation takes it and Python lives on
    return link.remove();
  };
  return { action };
}

function showMenu(block) {
  const { number, page: of } = block;
  const at = (path) => new URL(path, BASE).href;
  const items = [
    { text: "Copy as a program", action: () => giveProgram(block) },
    { text: "Open in the playground", ...toPlayground(block, at(`playground/#page=${of.stem}&block=${number}`)) },
    { text: "Download this page as .py", href: at(`take/${of.stem}.py`), download: `${of.stem}.py` },
    { text: "Download this page as .ipynb", href: at(`take/${of.stem}.ipynb`), download: `${of.stem}.ipynb` },
  ];
  if ([...of.blocks.values()].some((one) => one.edited !== null)) {
    items.push({ text: "Reset all blocks of this page", action: () => resetAll(block) });
  }
  toggleMenu(block.buttons.more, `More for block ${number}`, items);
}
