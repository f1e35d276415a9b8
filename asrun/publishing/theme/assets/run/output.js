// What the reader's own run of a block printed and drew, between the block and the book's output, and whether it is the same.

import { button, h } from "../dom.js";

/** @import { Result } from "./job.js" */
/** @import { Progress } from "./runtime.js" */

/** @typedef {(string | Node)[]} Words pieces of a sentence */

const BOOKS = ".language-output:not(.book-run), .book-figure";
const MANY_LINES = 2000; // beyond, differing lines are not looked for

/**
 * The parts of the page that show the book's output of a block: behind it, or before what its code is folded into.
 * @param {HTMLElement} block
 */
function booksOutput(block) {
  const parts = [];
  const fold = block.closest(".book-fold");
  const beside = (/** @type {Element} */ one) => (fold ? one.previousElementSibling : one.nextElementSibling);
  for (let next = beside(fold ?? block); next?.matches(`${BOOKS}, .book-run`); next = beside(next)) {
    if (next.matches(BOOKS)) parts.push(next);
  }
  return fold ? parts.reverse() : parts;
}

// Spaces at line ends and blank lines at the end say nothing.
const plain = (/** @type {string} */ text) => text.replace(/[^\S\n]+$/gm, "").trimEnd();
const textsIn = (/** @type {Element} */ figure) => [...figure.querySelectorAll("text")].map((text) => text.textContent).join("\n");

/**
 * Marks that lie over the text and change nothing in it. Where a browser lacks them, the words beside say the same.
 * @param {string} name
 * @param {StaticRange[]} ranges
 * @returns {() => void} what takes them away
 */
export function mark(name, ranges) {
  if (!globalThis.Highlight || !CSS.highlights) return () => {};
  const highlight = CSS.highlights.get(name) ?? new Highlight();
  CSS.highlights.set(name, highlight);
  ranges.forEach((range) => highlight.add(range));
  return () => ranges.forEach((range) => highlight.delete(range));
}

/**
 * Lines of an element's text, as ranges.
 * @param {Element} element
 * @param {number[]} numbers from 0
 */
export function lineRanges(element, numbers) {
  const wanted = new Set(numbers);
  /** @type {StaticRange[]} */
  const ranges = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let line = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const startContainer = node;
    let startOffset = 0;
    for (const [place, part] of (node.nodeValue ?? "").split("\n").entries()) {
      if (place) line += 1;
      const endOffset = startOffset + part.length;
      if (wanted.has(line) && part) ranges.push(new StaticRange({ startContainer, startOffset, endContainer: node, endOffset }));
      startOffset = endOffset + 1;
    }
  }
  return ranges;
}

const duration = (/** @type {number} */ milliseconds) =>
  milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`;

export class Output {
  /** @type {Element[]} */
  #book = []; // the book's output
  /** @type {(string | HTMLElement)[]} */
  #pieces = []; // strings and figures, in order
  #fresh = false; // whether this run has shown anything yet
  #unmark = () => {};
  #hasRun = false;
  /** @type {string | null | undefined} */
  #alt = ""; // what the book's figure shows
  #number;
  #alone;
  #status = h("span", { class: "book-run__status", role: "status" });
  #toggle = button("", () => this.#show(!this.#showsBook), { hidden: true });
  /** Answers the question that is asked, if any, with no. */
  cancel = () => {};

  /**
   * @param {number} number of the block
   * @param {string} label
   * @param {boolean} alone what runs is no block of the book, and there is nothing to compare with
   */
  constructor(number, label = `Your run of block ${number}`, alone = false) {
    this.#number = number;
    this.#alone = alone;
    this.body = h("div", { class: "book-run__body", role: "log", "aria-label": `Output of ${label.replace(/^Y/, "y")}` });
    const head = h("div", { class: "book-run__head" }, this.#status, this.#toggle);
    this.element = h("div", { class: "highlight language-output book-run", role: "group", "aria-label": label }, head, this.body);
  }

  /**
   * Joins it with its block, also when instant navigation has brought the page again.
   * @param {HTMLElement} block
   * @param {boolean} shown puts it into the page
   */
  adopt(block, shown = true) {
    this.#book = booksOutput(block);
    const figure = this.#book.find((part) => part.matches(".book-figure"));
    this.#alt = figure?.querySelector("[aria-label]")?.getAttribute("aria-label");
    if (shown) block.after(this.element);
    this.#show(this.#showsBook);
  }

  remove() {
    this.#unmark();
    this.element.remove();
    this.#show(this.#showsBook);
  }

  get #showsBook() {
    return this.element.classList.contains("book-run--book");
  }

  /** @param {boolean} book one of the two is shown: until a run has brought something, the book's */
  #show(book) {
    this.element.classList.toggle("book-run--book", book);
    this.body.hidden = book;
    const hides = this.element.isConnected && this.#hasRun && !book;
    this.#book.forEach((part) => part.classList.toggle("book-run--other", hides));
    this.#toggle.textContent = book ? "Show yours" : "Show the book’s";
    this.#toggle.setAttribute("aria-label", `${this.#toggle.textContent} output of block ${this.#number}`);
  }

  /** @param {Words} said */
  say(...said) {
    this.#status.replaceChildren(...said);
  }

  /**
   * A line that says how far something is; the number beside it is not read aloud, for it changes too often.
   * @param {Progress} progress
   */
  progress({ text, loaded = 0, total = 0 }) {
    const words = `${text} …`;
    let bar = this.#status.querySelector("progress");
    if (this.#status.firstChild?.textContent !== words || !bar) {
      bar = h("progress", { max: 1, "aria-label": text });
      this.say(words, bar);
    }
    if (total) bar.value = loaded / total;
  }

  /**
   * Asks before a large download.
   * @param {string} question
   * @param {string} yes
   * @param {string} no
   * @returns {Promise<boolean>}
   */
  ask(question, yes, no) {
    return new Promise((resolve) => {
      const answer = (/** @type {boolean} */ value) => () => {
        this.say("");
        resolve(value);
      };
      this.say(`${question} `, button(yes, answer(true)), " ", button(no, answer(false)));
      this.cancel = answer(false);
    });
  }

  /** The old output stays until the new one begins, so that a quick run does not make the page jump. */
  begin(fresh = true) {
    this.#fresh = fresh;
    this.body.setAttribute("aria-busy", "true");
    this.#toggle.hidden = true;
    if (this.#showsBook) this.#show(false);
  }

  clear() {
    this.#clear();
    this.say("");
  }

  #clear() {
    this.#fresh = false;
    this.#unmark();
    this.#pieces = [];
    this.#hasRun = true;
    this.body.replaceChildren();
    this.#show(false);
  }

  /** What a run gives its text and figures to. */
  get receiver() {
    return {
      onText: (/** @type {string} */ text, /** @type {string} */ stream) => this.write(text, stream),
      onFigure: (/** @type {string} */ svg) => this.#draw(svg),
    };
  }

  /**
   * @param {string} text
   * @param {string} stream "stdout", "stderr", "error" or "input"
   */
  write(text, stream = "stdout") {
    if (this.#fresh) this.#clear();
    const last = /** @type {HTMLElement | null} */ (this.body.lastElementChild);
    let code = last?.dataset.stream === stream ? last.firstElementChild : null;
    if (!code) {
      code = h("code");
      this.body.append(h("pre", { class: stream !== "stdout" && `book-run__${stream}`, "data-stream": stream }, code));
    }
    if (code.firstChild instanceof Text) code.firstChild.appendData(text);
    else code.append(text);
    if (stream !== "stdout") return;
    if (typeof this.#pieces.at(-1) === "string") this.#pieces.push(this.#pieces.pop() + text);
    else this.#pieces.push(text);
  }

  /** @param {string} svg cleaned by runtime.js; parsing it as XML and not as HTML keeps it what it was checked to be */
  #draw(svg) {
    if (this.#fresh) this.#clear();
    const picture = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
    const title = picture.querySelector("text[font-weight=bold]")?.textContent;
    const label = this.#alt ? `Your figure, drawn by this code. The book’s: ${this.#alt}` : `Your figure${title ? `: ${title}` : ""}`;
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", label);
    const figure = h("figure", { class: "book-figure" }, picture);
    this.body.append(figure);
    this.#pieces.push(figure);
  }

  /**
   * @param {Result} result
   * @param {Words} more what else is said of the run
   * @returns {boolean} whether the output is the book's
   */
  finish({ status, milliseconds = 0, error, lost }, ...more) {
    this.body.removeAttribute("aria-busy");
    this.element.dataset.status = status;
    if (status === "failed") {
      // What never began hides nothing.
      this.#fresh = false;
      this.say(`Not run. ${error?.text ?? ""}`, ...more);
      return false;
    }
    if (this.#fresh) this.#clear();
    if (error) this.write(`${error.text.trimEnd()}\n`, "error");
    const verdict = status === "done" && !this.#alone ? this.#compare() : "";
    const told = {
      done: this.#alone ? `Done in ${duration(milliseconds)}.` : `Your run, ${duration(milliseconds)}: ${verdict}.`,
      error: `${this.#alone ? "It" : "Your run"} ended with an error.`,
      stopped: lost ? "Stopped. The variables of this page are lost; the next run makes them again." : "Stopped.",
      lost: "Python stopped.",
    }[status];
    this.element.classList.toggle("book-run--differs", verdict.startsWith("differs"));
    this.say(more.length ? `${told} ` : told, ...more);
    this.#toggle.hidden = this.#book.length === 0;
    for (const code of this.body.querySelectorAll(/** @type {"code"} */ ("pre > code"))) {
      if (code.scrollWidth > code.clientWidth || code.scrollHeight > code.clientHeight) code.tabIndex = 0;
    }
    return status === "done" && !verdict.startsWith("differs");
  }

  /** Compares with the book: text to the letter, figures by their number and the words in them. */
  #compare() {
    const isFigure = (/** @type {Element} */ part) => part.matches(".book-figure");
    const books = this.#book.filter(isFigure);
    const figures = this.#pieces.filter((piece) => typeof piece !== "string");
    const own = plain(this.#pieces.filter((piece) => typeof piece === "string").join(""));
    const parts = this.#book.filter((part) => !isFigure(part));
    const theirs = plain(parts.map((part) => part.querySelector("pre > code")?.textContent ?? "").join(""));
    if (!this.#pieces.some(Boolean))
      return this.#book.length ? "differs from the book, it shows nothing" : "it shows nothing, as in the book";
    if (own !== theirs) {
      this.#markDifferences(theirs.split("\n"));
      return "differs from the book";
    }
    const same = figures.length === books.length && figures.every((figure, place) => textsIn(figure) === textsIn(books[place]));
    return same ? "the same as in the book" : "differs from the book";
  }

  /** @param {string[]} theirs the lines of the book */
  #markDifferences(theirs) {
    /** @type {Map<string, number>} */
    const left = new Map();
    for (const line of theirs) left.set(line, (left.get(line) ?? 0) + 1);
    const ranges = [];
    for (const code of this.body.querySelectorAll("[data-stream=stdout] > code")) {
      const lines = plain(code.textContent).split("\n");
      if (lines.length > MANY_LINES) return;
      const others = lines.flatMap((line, place) => {
        const count = left.get(line) ?? 0;
        left.set(line, count - 1);
        return count > 0 ? [] : [place];
      });
      ranges.push(...lineRanges(code, others));
    }
    this.#unmark = mark("book-differs", ranges);
  }
}
