// What all labs share: the life of the element, state with undo and a link, numbers with their Python, words. “Labs” in CONTRIBUTING.md
// says how a lab is written.

import { button, h } from "../dom.js";
import { addStyles } from "../style.js";
import { FactCells } from "./cells.js";
import { newId, setText } from "./elements.js";
import { StateHistory } from "./history.js";
import { fragmentOf, stateIn } from "./links.js";
import { program } from "./program.js";
import { Notice } from "./notice.js";
import { TaskList } from "./tasks.js";
/** @import { Control, Facts, Model, Numbers, Task, View } from "./types" */

const SETTLE = 500; // milliseconds of quiet after which a row of key presses counts as one change
/**
 * What was done in labs whose page was left: instant navigation replaces the elements, at times those of the same page too.
 * @type {Map<string, StateHistory>}
 */
const left = new Map();
const later = /** @type {any} */ (undefined); // a field that gets its value before anybody asks for it

/**
 * A lab hands over a model by load() and a view by build().
 * @template {Model} M
 * @template {View} V
 */
export class Lab extends HTMLElement {
  static heading = ""; // its name, such as "Lab: fit a line"
  static style = ""; // a style sheet of its own, beside labs.css
  /** @type {Facts} */
  static facts = {};
  /** @type {Task[]} */
  static tasks = [];

  /** @type {M} */
  model = later;
  /** @type {V} */
  view = later;
  /** @type {Control[]} */
  controls = [];
  /** @type {StateHistory | null} */
  history = null;
  /** @type {Numbers} */
  numbers = {};
  /** What was done since the task began. @type {Set<string>} */
  used = new Set();
  cells = new FactCells(this.kind.facts);
  /** @type {TaskList | null} */
  tasks = null;

  sentence = h("p", { class: "lab-words", "aria-hidden": true }, "");
  // The same for screen readers, which hear it when a movement has ended and not all the way along.
  spoken = h("p", { class: "book-hidden lab-spoken", role: "status" }, "");
  undoing = button("Undo", () => this.undo());
  redoing = button("Redo", () => this.redo());
  foot = h(
    "div",
    { class: "lab-buttons lab-foot" },
    button("Copy as Python", () => this.copy(this.program(), "The program is copied.")),
    button("Copy a link", () => this.#copyLink()),
  );
  #notice = new Notice(this, this.foot);
  #address = "";
  #leaving = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  get kind() {
    return /** @type {typeof Lab} */ (this.constructor);
  }

  /** @returns {any} */
  get state() {
    return this.history?.state;
  }

  /** Its name in a link. */
  get key() {
    const place = [...document.querySelectorAll(this.localName)].indexOf(this);
    return this.localName + (place > 0 ? place + 1 : "");
  }

  // ---- what a lab says of itself ----

  /** Fetches data, and makes the model of them. @returns {Promise<M>} */
  async load() {
    throw new Error("it has no model");
  }

  /** Makes what it shows. @param {HTMLElement} _body @returns {V} */
  build(_body) {
    throw new Error("it shows nothing");
  }

  /** The first state. */
  start() {
    return this.model.start();
  }

  /** Makes the buttons follow the state. @param {any} _state */
  enable(_state) {}

  // ---- its life ----

  async connectedCallback() {
    this.#leaving = new AbortController();
    this.#address = `${location.pathname} ${this.key}`;
    try {
      if (!this.history) {
        const sheets = ["labs.css", this.kind.style].filter(Boolean).map((name) => addStyles(new URL(name, import.meta.url)));
        const [model] = await Promise.all([this.load(), ...sheets]);
        if (!this.isConnected) return;
        this.model = model;
        this.#build();
      }
      addEventListener("hashchange", () => this.#follow(), { signal: this.#leaving.signal });
      this.connect();
      this.#follow();
    } catch (error) {
      this.replaceChildren(
        h("p", { class: "lab-note", role: "status" }, `This lab could not start: ${error.message}. Reload the page to try again.`),
      );
    }
  }

  disconnectedCallback() {
    this.#leaving.abort();
    if (this.history) left.set(this.#address, this.history);
    clearTimeout(this.#timer);
    this.disconnect();
  }

  connect() {
    for (const plot of this.view.plots) plot.connect();
  }

  disconnect() {
    for (const plot of this.view?.plots ?? []) plot.disconnect();
  }

  #build() {
    const { heading, tasks } = this.kind;
    const title = newId();
    this.history = left.get(this.#address) ?? new StateHistory(this.start());
    const body = h("div", { class: "lab-body" });
    if (tasks.length) this.tasks = new TaskList(this, tasks);
    const section = h(
      "section",
      { class: "lab", "aria-labelledby": title },
      h(
        "div",
        { class: "lab-head" },
        h("p", { class: "lab-title", id: title }, heading),
        h(
          "div",
          { class: "lab-buttons" },
          this.undoing,
          this.redoing,
          button("Reset", () => this.reset()),
        ),
      ),
      body,
      this.spoken,
      ...(this.tasks ? [this.tasks.element] : []),
      this.foot,
      this.#notice.heard,
    );
    section.addEventListener("keydown", (event) => {
      const at = /** @type {Element} */ (event.target);
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || at.matches("input[type=text], textarea")) return;
      event.preventDefault();
      if (event.shiftKey) this.redo();
      else this.undo();
    });
    this.view = this.build(body);
    this.append(section);
    this.refresh();
  }

  // ---- state ----

  /**
   * Takes over part of a state. `live` is for what goes on, a drag or a held key: it becomes one step of undo when it settles.
   * @param {object} patch
   */
  change(patch, { live = false } = {}) {
    const before = this.state;
    this.history?.change(patch);
    if (!live) this.#remember();
    this.#update(before, live);
  }

  /** Ends what was live, at once (a drop) or after a while without more of it (keys). */
  settle() {
    this.#remember();
    this.#update(this.state, false);
  }

  settleSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.settle(), SETTLE);
  }

  #remember() {
    clearTimeout(this.#timer);
    this.history?.settle();
  }

  undo() {
    clearTimeout(this.#timer);
    if (this.history?.undo()) this.#travelled();
  }

  redo() {
    if (this.history?.redo()) this.#travelled();
  }

  #travelled() {
    this.say("");
    this.refresh();
  }

  reset() {
    this.say("");
    this.change(this.start());
    this.refresh();
  }

  /** Draws everything anew. */
  refresh() {
    this.#update(null, false);
  }

  /** @param {any} before @param {boolean} live */
  #update(before, live) {
    const { state } = this;
    this.numbers = this.model.measure(state);
    this.cells.show(this.numbers);
    this.view.draw(state, before);
    for (const control of this.controls) control.show(state);
    this.enable(state);
    const words = this.model.words(state, this.numbers);
    setText(this.sentence, words);
    if (!live) setText(this.spoken, words);
    this.undoing.disabled = !this.history?.canUndo;
    this.redoing.disabled = !this.history?.canRedo;
    if (!live) this.tasks?.check();
  }

  program() {
    const { heading, facts } = this.kind;
    return program(`${heading}, from ${location.origin}${location.pathname}`, facts, this.model, this.state, this.numbers);
  }

  // ---- what is said and copied ----

  /** @param {string} text @param {Element | null} at what it belongs to */
  say(text, at = document.activeElement) {
    this.#notice.say(text, at);
  }

  /** @param {string} text @param {string} done */
  async copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.say(done);
    } catch {
      // Without leave to write to the clipboard (or on a page without https) the text can still be taken by hand.
      this.say("The browser does not let this page copy. The text is here:");
      this.#notice.offer(text);
    }
  }

  #copyLink() {
    const fragment = fragmentOf(this.key, this.state);
    if (fragment === null) {
      this.say("There are too many points for a link. Copy as Python holds them all.");
      return;
    }
    const address = new URL(location.href);
    address.hash = fragment;
    this.copy(address.href, "The link is copied. It opens this lab just as it stands.");
  }

  /** Takes over the state that the address holds, if it is one for this lab. */
  #follow() {
    try {
      const state = stateIn(location.hash, this.key);
      if (!state) return;
      this.change(this.model.check({ ...this.start(), ...state }));
      this.refresh();
      this.say("");
    } catch (error) {
      this.say(`The link does not hold a state of this lab (${error.message}). Nothing was changed.`);
    }
    this.scrollIntoView({ block: "nearest" });
  }
}
