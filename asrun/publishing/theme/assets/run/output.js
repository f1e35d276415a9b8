// What the reader's own run of a block printed and drew, between the block and the book's output, and whether it is the same.

export const BOOKS = ".language-output:not(.book-run), .book-figure";
const MANY_LINES = 2000; // beyond, differing lines are not looked for

// The parts of the page that show the book's output of a block.
export function booksOutput(block) {
  const parts = [];
  for (let next = block.nextElementSibling; next?.matches(`${BOOKS}, .book-run`); next = next.nextElementSibling) {
    if (next.matches(BOOKS)) parts.push(next);
  }
  return parts;
}

// Spaces at line ends and blank lines at the end say nothing.
const plain = (text) => text.replace(/[^\S\n]+$/gm, "").trimEnd();
const textsIn = (figure) => [...figure.querySelectorAll("text")].map((text) => text.textContent).join("\n");

// Marks that lie over the text and change nothing in it. Where a browser lacks them, the words beside say the same.
export function mark(name, ranges) {
  if (!globalThis.Highlight || !CSS.highlights) return () => {};
  const highlight = CSS.highlights.get(name) ?? CSS.highlights.set(name, new Highlight()).get(name);
  ranges.forEach((range) => highlight.add(range));
  return () => ranges.forEach((range) => highlight.delete(range));
}

// The lines of these numbers, from 0, as ranges of an element's text.
export function lineRanges(element, numbers) {
  const wanted = new Set(numbers);
  const ranges = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let line = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    let start = 0;
    node.data.split("\n").forEach((part, place) => {
      if (place) line += 1;
      if (wanted.has(line) && part) {
        const range = new StaticRange({ startContainer: node, startOffset: start, endContainer: node, endOffset: start + part.length });
        ranges.push(range);
      }
      start += part.length + 1;
    });
  }
  return ranges;
}

const duration = (milliseconds) => (milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`);

const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

export function button(text, action, name = "") {
  const made = Object.assign(make("button", "", text), { type: "button", onclick: action });
  if (name) made.setAttribute("aria-label", name);
  return made;
}

export class Output {
  #number;
  #book = [];
  #pieces = []; // strings and figures, in order
  #fresh = false; // whether this run has shown anything yet
  #unmark = () => {};
  #hasRun = false;
  #alt = "";
  #alone;

  // `alone`: what runs is no block of the book, and there is nothing to compare with.
  constructor(number, label = `Your run of block ${number}`, alone = false) {
    this.#number = number;
    this.#alone = alone;
    this.element = make("div", "highlight language-output book-run");
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", label);
    this.head = make("div", "book-run__head");
    this.status = make("span", "book-run__status");
    this.status.setAttribute("role", "status");
    this.stale = make("span", "book-run__stale");
    this.toggle = button("", () => this.#show(!this.#showsBook));
    this.toggle.hidden = true;
    this.head.append(this.status, this.stale, this.toggle);
    this.body = make("div", "book-run__body");
    this.body.setAttribute("role", "log");
    this.body.setAttribute("aria-label", `Output of ${label.replace(/^Y/, "y")}`);
    this.element.append(this.head, this.body);
  }

  // Joins it with its block, also when instant navigation has brought the page again; `shown`: puts it into the page.
  adopt(block, shown = true) {
    this.#book = booksOutput(block);
    this.#alt = this.#book.find((part) => part.matches(".book-figure"))?.querySelector("[aria-label]")?.getAttribute("aria-label");
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

  // One of the two is shown. Until a run has brought something, that is the book's.
  #show(book) {
    this.element.classList.toggle("book-run--book", book);
    this.body.hidden = book;
    const hides = this.element.isConnected && this.#hasRun && !book;
    this.#book.forEach((part) => part.classList.toggle("book-run--other", hides));
    this.toggle.textContent = book ? "Show yours" : "Show the book’s";
    this.toggle.setAttribute("aria-label", `${this.toggle.textContent} output of block ${this.#number}`);
  }

  say(text, ...more) {
    this.status.replaceChildren(text, ...more);
  }

  // A line that says how far something is; the number beside it is not read aloud, for it changes too often.
  progress({ text, loaded, total }) {
    const words = `${text} …`;
    if (this.status.firstChild?.textContent !== words || !this.status.querySelector("progress")) {
      const bar = Object.assign(document.createElement("progress"), { max: 1 });
      bar.setAttribute("aria-label", text);
      this.say(words, bar);
    }
    if (total) this.status.querySelector("progress").value = loaded / total;
  }

  // Asks before a large download.
  ask(question, yes, no) {
    return new Promise((resolve) => {
      const answer = (value) => () => {
        this.say("");
        resolve(value);
      };
      this.say(`${question} `, button(yes, answer(true)), " ", button(no, answer(false)));
      this.cancel = answer(false);
    });
  }

  // The old output stays until the new one begins, so that a quick run does not make the page jump.
  begin(fresh = true) {
    this.#fresh = fresh;
    this.body.setAttribute("aria-busy", "true");
    this.toggle.hidden = true;
    this.stale.textContent = "";
    this.element.classList.remove("book-run--stale");
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

  write(text, stream = "stdout") {
    if (this.#fresh) this.#clear();
    let last = this.body.lastElementChild;
    if (last?.dataset.stream !== stream) {
      last = make("pre", stream === "stdout" ? "" : `book-run__${stream}`);
      last.dataset.stream = stream;
      last.append(document.createElement("code"));
      this.body.append(last);
    }
    const code = last.firstChild;
    if (code.firstChild) code.firstChild.appendData(text);
    else code.append(text);
    if (stream === "stdout") {
      if (typeof this.#pieces.at(-1) === "string") this.#pieces.push(this.#pieces.pop() + text);
      else this.#pieces.push(text);
    }
  }

  // `svg` was cleaned by runtime.js; parsing it as XML and not as HTML keeps it what it was checked to be.
  draw(svg) {
    if (this.#fresh) this.#clear();
    const picture = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
    picture.setAttribute("role", "img");
    const title = picture.querySelector("text[font-weight=bold]")?.textContent ?? "";
    picture.setAttribute("aria-label", this.#alt ? `Your figure, drawn by this code. The book’s: ${this.#alt}` : `Your figure${title && `: ${title}`}`);
    const figure = make("figure", "book-figure");
    figure.append(picture);
    this.body.append(figure);
    this.#pieces.push(figure);
  }

  // `more`: what else is said of the run. Gives whether the output is the book's.
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
    this.toggle.hidden = this.#book.length === 0;
    for (const code of this.body.querySelectorAll("pre > code")) {
      if (code.scrollWidth > code.clientWidth || code.scrollHeight > code.clientHeight) code.tabIndex = 0;
    }
    return status === "done" && !verdict.startsWith("differs");
  }

  // Compares with the book: text to the letter, figures by their number and the words in them.
  #compare() {
    const books = { text: "", figures: [] };
    for (const part of this.#book) {
      if (part.matches(".book-figure")) books.figures.push(part);
      else books.text += part.querySelector("pre > code").textContent;
    }
    const mine = { text: this.#pieces.filter((piece) => typeof piece === "string").join(""), figures: this.#pieces.filter((piece) => typeof piece !== "string") };
    if (!mine.text && !mine.figures.length) return this.#book.length ? "differs from the book, it shows nothing" : "it shows nothing, as in the book";
    const [own, theirs] = [plain(mine.text), plain(books.text)];
    if (own !== theirs) {
      this.#markDifferences(theirs.split("\n"));
      return "differs from the book";
    }
    const same = mine.figures.length === books.figures.length && mine.figures.every((figure, place) => textsIn(figure) === textsIn(books.figures[place]));
    return same ? "the same as in the book" : "differs from the book";
  }

  #markDifferences(theirs) {
    const left = new Map();
    for (const line of theirs) left.set(line, (left.get(line) ?? 0) + 1);
    const ranges = [];
    for (const code of this.body.querySelectorAll("[data-stream=stdout] > code")) {
      const lines = plain(code.textContent).split("\n");
      if (lines.length > MANY_LINES) return;
      const new_ = lines.flatMap((line, place) => {
        const count = left.get(line) ?? 0;
        left.set(line, count - 1);
        return count > 0 ? [] : [place];
      });
      ranges.push(...lineRanges(code, new_));
    }
    this.#unmark = mark("book-differs", ranges);
  }

  markStale(reason) {
    this.element.classList.toggle("book-run--stale", Boolean(reason));
    this.stale.textContent = reason;
  }
}
