// A block of the page under the reader's hands: its code or the reader's, its editor, and what its last run left.
//
// It lives as long as the document, and longer than its element: instant navigation brings the page again, with elements anew.

import { button } from "../dom.js";
import { Bar } from "./bar.js";
import { lineRanges, mark, Output } from "./output.js";
import { theRuntime } from "./python.js";
import { run, stop } from "./turns.js";

/** @import { Editor } from "./editor.js" */
/** @import { Older } from "./edits.js" */
/** @import { Page } from "./page.js" */
/** @import { Turn } from "./turns.js" */
/** @import { Failure } from "./job.js" */

const LOST = "This could not be loaded. Check the connection, then reload the page.";

/** @type {Promise<typeof import("./editor.js")> | null} */
let editorModule = null;

export class Block {
  /** @type {string | null} the reader's code, where it is another than the book's */
  edited = null;
  /** @type {Turn | null} its run, from the click to the end */
  turn = null;
  /** @type {Output | null} what the reader's run gave */
  output = null;
  /** @type {string | null} what its last run was made of, as plan.js says it */
  stamp = null;
  /** @type {Failure | null} the error of its last run */
  error = null;
  /** @type {Editor | null} */
  #editor = null;
  #editing = false; // its editor is open, or on its way
  #unmark = () => {};
  #bar;

  /**
   * @param {Page} page
   * @param {HTMLElement} element
   */
  constructor(page, element) {
    this.page = page;
    this.element = element;
    this.number = numberOf(element);
    this.book = codeIn(element).textContent.replace(/\n$/, "");
    this.#bar = new Bar(element, this.number);
    element.id ||= `block-${this.number}`;
  }

  get code() {
    return this.edited ?? this.book;
  }

  /** What a block that the reader changed raises is not asked any more. */
  get raises() {
    return this.edited === null ? (this.element.dataset.raises ?? "") : "";
  }

  /** What the Python in the page lacks to run it, and nothing once the reader changed it. */
  get lacks() {
    return this.edited === null ? (this.element.dataset.needs ?? "") : "";
  }

  // ---- in the page ----

  /**
   * Joins it with its element in the page as it is now.
   * @param {HTMLElement} element
   */
  attach(element) {
    if (element !== this.element) {
      this.element = element;
      element.id ||= `block-${this.number}`;
      this.#bar = new Bar(element, this.number);
    }
    this.output?.adopt(element);
    if (this.output || this.edited !== null) this.reveal();
    if (this.#editing) this.#putEditor();
    else if (this.edited !== null) this.edit(false);
    this.show();
  }

  /** Opens what its code is folded into: what the reader did there is never out of sight. */
  reveal() {
    for (let fold = this.element.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
  }

  show() {
    this.#bar.show({ runs: !this.lacks, busy: this.turn !== null, changed: this.edited !== null, editing: this.#editing });
  }

  /** @param {...(string | Node)} said beside the buttons */
  say(...said) {
    this.#bar.say(...said);
  }

  /** @param {(string | Node)[]} why */
  showStale(why) {
    this.element.classList.toggle("book-stale", why.length > 0);
    this.#bar.showStale(why);
  }

  get moreButton() {
    return this.#bar.more;
  }

  // ---- run ----

  run() {
    if (this.lacks) {
      this.say(`The Python in this page does not have ${this.lacks}. “Program” copies this block as a program for your own Python.`);
      return;
    }
    run(this);
  }

  stop() {
    return stop(this);
  }

  /** Called when a run of it begins and when it ends. */
  ran() {
    if (this.turn || !this.error) {
      this.#unmark();
      this.#unmark = () => {};
      this.#editor?.markLine(0);
    }
    const line = this.turn ? null : this.error?.line;
    if (line && this.#editor) this.#editor.markLine(line);
    else if (line) this.#unmark = mark("book-wrong", lineRanges(codeIn(this.element), [line - 1]));
    this.show();
    if (!this.turn) this.page.showStale();
  }

  // ---- edit ----

  async edit(byReader = true) {
    if (this.#editing) return;
    this.#editing = true;
    this.show();
    try {
      editorModule ??= import("./editor.js");
      const { createEditor } = await editorModule;
      if (!this.#editing || this.#editor) return; // closed meanwhile, and perhaps opened again
      const label = `Code of block ${this.number}. Tab indents; Escape, then Tab, leaves the editor.`;
      this.#editor = createEditor(this.code, label, {
        change: (code) => this.change(code),
        run: () => this.run(),
        complete: (code, offset) => this.#complete(code, offset),
      });
    } catch {
      editorModule = null;
      this.#editing = false;
      this.say(LOST);
      this.show();
      return;
    }
    this.#putEditor();
    if (byReader) this.#editor.focus();
  }

  /**
   * @param {string} code
   * @param {number} offset
   */
  async #complete(code, offset) {
    try {
      const runtime = await theRuntime();
      return await runtime.complete(this.page.stem, code, offset);
    } catch {
      return []; // Python's own words are there all the same
    }
  }

  #putEditor() {
    if (!this.#editor) return; // still on its way
    const code = preIn(this.element);
    code.hidden = true;
    code.after(this.#editor.element);
    this.#editor.measure();
  }

  /** @param {string} code what stands in the editor now */
  change(code) {
    this.edited = code === this.book ? null : code;
    this.page.keep(this);
    this.show();
    this.page.showStale();
  }

  #close() {
    const inside = this.#editor?.element.contains(document.activeElement);
    this.#editor?.destroy();
    this.#editor = null;
    this.#editing = false;
    preIn(this.element).hidden = false;
    this.show();
    if (inside) this.#bar.focusEdit();
  }

  /** The book's code again; without a change, this closes the editor. */
  reset() {
    const { edited } = this;
    this.#close();
    if (edited === null) return;
    this.edited = null;
    this.page.edits.forget(this.number);
    if (!this.turn) {
      this.output?.remove();
      this.#unmark();
      this.output = this.stamp = this.error = null;
    }
    const undo = async () => {
      this.say("");
      this.change(edited);
      await this.edit();
    };
    this.say("The book’s code again. ", button("Undo", undo, { "aria-label": `Undo the reset of block ${this.number}` }));
    this.show();
    this.page.showStale();
  }

  /**
   * A change that was made to an older edition of the block is offered, and not forced.
   * @param {Older} change
   */
  offer({ code, forget }) {
    if (this.edited !== null) return;
    const done = () => {
      forget();
      this.page.edits.older.delete(this.number);
      this.say("");
    };
    const use = async () => {
      done();
      this.change(code);
      await this.edit();
    };
    this.reveal();
    this.say("You changed an earlier edition of this block. ", button("Show my change", use), " ", button("Delete it", done));
  }

  /** Where what a run of it prints is shown; made with the first run. */
  theOutput() {
    this.output ??= new Output(this.number);
    return this.output;
  }
}

/** @param {HTMLElement} element */
export const numberOf = (element) => Number(element.dataset.block);

/** @param {HTMLElement} element */
const codeIn = (element) => /** @type {HTMLElement} */ (element.querySelector("pre > code"));

/** @param {HTMLElement} element */
const preIn = (element) => /** @type {HTMLElement} */ (element.querySelector(":scope > pre"));
