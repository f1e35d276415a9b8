// What is open in the playground, and its keeping in the browser. No page here.

import { isChanged, keep, MAIN, newWork, onOtherWindow, putAside, readKept, same } from "./files.js";

/** @import { Work } from "./files.js" */
/** @import { Group } from "./examples.js" */

const SOON = 200; // milliseconds after which a change is kept

const START = `import matplotlib.pyplot as plt
import numpy as np

x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
y = np.array([2.1, 3.9, 6.2, 7.8, 10.1])

w, b = np.polyfit(x, y, 1)
print(f"y = {w:.2f} x + {b:.2f}")

plt.plot(x, y, "o", label="data")
plt.plot(x, w * x + b, label="fitted line")
plt.title("A line through five points")
plt.xlabel("x")
plt.ylabel("y")
plt.legend()
plt.show()
`;

export const startWork = () => newWork("A line through five points", "start", [[MAIN, START]]);

/**
 * What a reader can start from beside the blocks of the book.
 * @returns {Group[]}
 */
export function ownExamples() {
  const { earlier } = readKept();
  const first = (/** @type {Work} */ work) => work.files[0][1].split("\n").find((line) => line.trim()) ?? "";
  const date = (/** @type {number} */ when) => new Date(when).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
  const kept = earlier.map(({ when, work }) => ({ text: work.title, more: `${date(when)}, ${first(work)}`, value: { work } }));
  const start = [
    { text: "An empty file", more: "", value: { work: newWork("Your program", "own", [[MAIN, ""]]) } },
    { text: startWork().title, more: "data, a fit and a figure", value: { work: startWork() } },
  ];
  return [{ title: "New", options: start }, ...(kept.length ? [{ title: "Your earlier work", options: kept }] : [])];
}

export class OpenWork {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #dirty = false; // whether something is to be kept
  #otherWindow = false; // whether another window has kept something since
  #toldUnkept = false;
  #unkept;
  /** @type {Work} */
  #work = readKept().now ?? startWork();

  /** @param {() => void} unkept called once, when the browser keeps nothing */
  constructor(unkept) {
    this.#unkept = unkept;
    this.replace(this.#work);
  }

  // ---- its files ----

  get files() {
    return this.#work.files;
  }

  get names() {
    return this.files.map(([name]) => name);
  }

  get title() {
    return this.#work.title;
  }

  get active() {
    return this.#work.active;
  }

  get trusted() {
    return this.#work.trusted;
  }

  snapshot() {
    return structuredClone(this.#work);
  }

  /** @param {Work} work */
  is({ source, files }) {
    return source === this.#work.source && same(files, this.files);
  }

  get isWorthKeeping() {
    return isChanged(this.#work) || this.#work.source === "link";
  }

  /** @param {Work} work that is open from now on */
  replace(work) {
    this.#work = work;
    if (!this.names.includes(work.active)) work.active = MAIN;
  }

  trust() {
    this.#work.trusted = true;
    this.keepSoon();
  }

  /** @param {string} name of the file that is shown */
  choose(name) {
    this.#work.active = name;
    this.keepSoon();
  }

  /** @param {string} name */
  textOf(name) {
    return this.files.find(([other]) => other === name)?.[1] ?? "";
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  write(name, text) {
    const file = this.files.find(([other]) => other === name);
    if (!file) return;
    file[1] = text;
    this.keepSoon();
  }

  /**
   * @param {string} name
   * @param {string} text
   * @param {number} place
   */
  add(name, text = "", place = this.files.length) {
    this.files.splice(place, 0, [name, text]);
  }

  /**
   * @param {string} name
   * @param {string} to
   */
  rename(name, to) {
    const file = this.files.find(([other]) => other === name);
    if (file) file[0] = to;
  }

  /**
   * @param {string} name
   * @returns {{ place: number, text: string }} what it takes to bring it back
   */
  remove(name) {
    const place = this.names.indexOf(name);
    const [[, text]] = this.files.splice(place, 1);
    return { place, text };
  }

  // ---- keeping ----

  /**
   * @param {() => void} heard when another window has kept something
   * @param {AbortSignal} signal
   */
  watch(heard, signal) {
    const other = () => {
      this.#otherWindow = true;
      heard();
    };
    onOtherWindow(other, signal);
    addEventListener("pagehide", () => this.keepNow(), { signal });
  }

  keepSoon() {
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keepNow(), SOON);
  }

  /** Keeps only what changed here: a window that lies idle must not undo what was done in another. */
  keepNow() {
    clearTimeout(this.#timer);
    if (!this.#dirty) return;
    this.#dirty = false;
    const now = this.#otherWindow ? readKept().now : null;
    this.#otherWindow = false;
    if (now && !same(now.files, this.files)) putAside(now);
    if (keep(this.#work) || this.#toldUnkept) return;
    this.#toldUnkept = true;
    this.#unkept();
  }
}
