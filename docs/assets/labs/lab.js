// What all labs share: the life of the element, state with undo and a link, numbers with their Python, tasks, words. “Labs” in
// CONTRIBUTING.md says how a lab is written.

import { addStyles } from "../style.js";
import { decode, encode, format, parseNumber } from "./text.js";

const SETTLE = 500; // milliseconds of quiet after which a row of key presses counts as one change
const LINK = 4000; // characters of state that an address may carry
const UNDOS = 200;
// What was done in labs whose page was left: instant navigation replaces the elements, at times those of the same page too.
const left = new Map();

// An element with attributes, properties that begin with a dot, listeners that begin with "on", and children.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.startsWith(".")) element[name.slice(1)] = value;
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// Writes into the text node that is there: the page watches for new nodes, and a drag makes none.
export function setText(element, text) {
  if (!element.firstChild) element.append(text);
  else if (element.firstChild.data !== text) element.firstChild.data = text;
}

let ids = 0;
export const newId = () => `lab-${++ids}`;

export const button = (label, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, label);

// The rows of a CSV file below docs/data, as objects; numbers stay text.
export async function loadCsv(name) {
  const response = await fetch(new URL(`../../data/${name}`, import.meta.url));
  if (!response.ok) throw new Error(`${name} cannot be read (${response.status})`);
  const [head, ...rows] = (await response.text()).trim().split(/\r?\n/).map((line) => line.split(","));
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [head[i], cell])));
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Lab extends HTMLElement {
  // ---- what a lab says of itself ----
  // static heading      its name, such as "Lab: fit a line"
  // static facts        {key: {label, python}}: each number that it can show, and the expression that makes it in the program
  // static style        a style sheet of its own, beside labs.css; optional
  // static tasks        [{goal, predict: {question, choices, right}, start(state, lab), done(state, numbers, lab), why}]
  // async load()        fetches data; optional
  // start()             the first state: plain data
  // check(state)        whether a state from a link may be used; throws an Error with a sentence if not
  // measure(state)      {key: number or null}
  // build(body)         makes what it shows
  // draw(state, before) brings the picture up to the state; `before` is null when everything must be drawn
  // words(state, numbers)    what is seen, in a sentence or two
  // preamble(state)     the Python lines before the prints

  get #place() {
    return [...document.querySelectorAll(this.localName)].indexOf(this);
  }

  // Its name in a link.
  get key() {
    return this.localName + (this.#place > 0 ? this.#place + 1 : "");
  }

  async connectedCallback() {
    this.leaving = new AbortController();
    this.address = `${location.pathname} ${this.key}`;
    try {
      if (!this.state) {
        const sheets = ["labs.css", this.constructor.style].filter(Boolean).map((name) => addStyles(new URL(name, import.meta.url)));
        await Promise.all([...sheets, this.load?.()]);
        if (!this.isConnected) return;
        this.#build();
      }
      addEventListener("hashchange", () => this.#follow(), { signal: this.leaving.signal });
      this.connect?.();
      this.#follow();
    } catch (error) {
      this.replaceChildren(h("p", { class: "lab-note", role: "status" }, `This lab could not start: ${error.message}. Reload the page to try again.`));
    }
  }

  disconnectedCallback() {
    this.leaving.abort();
    if (this.state) left.set(this.address, { state: this.state, past: this.past, future: this.future });
    clearTimeout(this.timer);
    this.disconnect?.();
  }

  #build() {
    const { heading } = this.constructor;
    const title = newId();
    this.cells = new Map();
    this.used = new Set();
    this.note = h("div", { class: "lab-note" });
    this.heard = h("p", { class: "book-hidden", role: "status" }, "");
    this.sentence = h("p", { class: "lab-words", "aria-hidden": true }, "");
    // The same for screen readers, which hear it when a movement has ended and not all the way along.
    this.spoken = h("p", { class: "book-hidden lab-spoken", role: "status" }, "");
    this.undoing = button("Undo", () => this.undo());
    this.redoing = button("Redo", () => this.redo());
    this.resetting = button("Reset", () => this.reset());
    const copying = [button("Copy as Python", () => this.copy(this.program(), "The program is copied.")), button("Copy a link", () => this.#copyLink())];
    const { state = this.start(), past = [], future = [] } = left.get(this.address) ?? {};
    this.state = this.settled = state;
    this.past = past;
    this.future = future;
    this.body = h("div", { class: "lab-body" });
    const section = h("section", { class: "lab", "aria-labelledby": title },
      h("div", { class: "lab-head" }, h("p", { class: "lab-title", id: title }, heading), h("div", { class: "lab-buttons" }, this.undoing, this.redoing, this.resetting)),
      this.body,
      this.spoken,
      ...this.#buildTasks(),
      (this.foot = h("div", { class: "lab-buttons lab-foot" }, ...copying)),
      this.heard,
    );
    section.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches("input[type=text], textarea")) return;
      event.preventDefault();
      if (event.shiftKey) this.redo();
      else this.undo();
    });
    this.build(this.body);
    this.append(section);
    this.refresh();
  }

  // ---- state ----

  // Takes over part of a state. `live` is for what goes on, a drag or a held key: it becomes one step of undo when it settles.
  change(patch, { live = false } = {}) {
    const before = this.state;
    this.state = { ...before, ...patch };
    if (!live) this.#remember();
    this.#update(before, live);
  }

  // Ends what was live, at once (a drop) or after a while without more of it (keys).
  settle() {
    clearTimeout(this.timer);
    this.#remember();
    this.#update(this.state, false);
  }

  settleSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), SETTLE);
  }

  #remember() {
    clearTimeout(this.timer);
    if (this.settled === this.state) return;
    this.past = [...this.past.slice(1 - UNDOS), this.settled];
    this.future = [];
    this.settled = this.state;
  }

  undo() {
    this.#remember();
    if (this.past.length) this.#travel(this.past, this.future);
  }

  redo() {
    if (this.future.length) this.#travel(this.future, this.past);
  }

  #travel(from, to) {
    to.push(this.state);
    this.state = this.settled = from.pop();
    this.say("");
    this.refresh();
  }

  reset() {
    this.say("");
    this.change(this.start());
    this.refresh();
  }

  // Draws everything anew.
  refresh() {
    this.#update(null, false);
  }

  #update(before, live) {
    this.numbers = this.measure(this.state);
    for (const [key, cells] of this.cells) for (const cell of cells) setText(cell, format(this.numbers[key]));
    this.draw(this.state, before);
    setText(this.sentence, this.words(this.state, this.numbers));
    if (!live) setText(this.spoken, this.sentence.textContent);
    this.undoing.disabled = !this.past.length && this.settled === this.state;
    this.redoing.disabled = !this.future.length;
    this.#checkTask(live);
  }

  // ---- numbers ----

  // A place that shows a number and follows it.
  cell(key) {
    const cell = h("span", { class: "lab-number", "data-fact": key }, "–");
    this.cells.set(key, [...(this.cells.get(key) ?? []), cell]);
    return cell;
  }

  // A list of numbers with their labels.
  factList(keys) {
    const { facts } = this.constructor;
    return h("dl", { class: "lab-facts" }, ...keys.map((key) => h("div", { class: facts[key].color ? `lab-${facts[key].color}` : false }, h("dt", {}, facts[key].label), h("dd", {}, this.cell(key)))));
  }

  // The program that prints the numbers on the screen: each under its label, in the order of `facts`.
  program() {
    const lines = Object.entries(this.constructor.facts)
      .filter(([key]) => Number.isFinite(this.numbers[key]))
      .map(([key, { label, python }]) => {
        const expression = typeof python === "function" ? python(this.state, this.numbers) : python;
        const name = typeof label === "function" ? label(this.state, this.numbers) : label;
        return `print(f"${name}: {${expression}:,.6g}")`;
      });
    return [`# ${this.constructor.heading}, from ${location.origin}${location.pathname}`, ...this.preamble(this.state), "", ...lines, ""].join("\n");
  }

  async copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.say(done);
    } catch {
      // Without leave to write to the clipboard (or on a page without https) the text can still be taken by hand.
      this.say("The browser does not let this page copy. The text is here:");
      this.note.append(h("textarea", { readonly: true, rows: 6, "aria-label": "Text to copy", ".value": text }));
      this.note.lastChild.select();
    }
  }

  // Says what was done or refused, below the controls that it belongs to, and aloud.
  say(text, at = document.activeElement) {
    this.note.replaceChildren(text);
    setText(this.heard, text);
    const near = this.contains(at) && at.closest(".lab-row, .lab-buttons, .lab-scroll, .lab-plot-box");
    (near || this.foot).after(this.note);
  }

  // ---- links ----

  #copyLink() {
    const code = encode(this.state);
    if (code.length > LINK) {
      this.say("There are too many points for a link. Copy as Python holds them all.");
      return;
    }
    const address = new URL(location.href);
    address.hash = `lab=${this.key}.${code}`;
    this.copy(address.href, "The link is copied. It opens this lab just as it stands.");
  }

  // Takes over the state that the address holds, if it is one for this lab.
  #follow() {
    const [, key, code] = location.hash.match(/^#lab=([\w-]+)\.([\w-]+)$/) ?? [];
    if (key !== this.key) return;
    try {
      const state = decode(code);
      if (state === undefined || state === null || typeof state !== "object") throw new Error("its end is missing or changed");
      this.change(this.check({ ...this.start(), ...state }));
      this.refresh();
      this.say("");
    } catch (error) {
      this.say(`The link does not hold a state of this lab (${error.message}). Nothing was changed.`);
    }
    this.scrollIntoView({ block: "nearest" });
  }

  // ---- controls ----

  // A field for a number. `get(state)` shows it; `set(value)` takes it over, or gives a sentence that says why not.
  field(label, get, set, attributes = {}) {
    const id = newId();
    const input = h("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", size: 9, ...attributes });
    const take = () => {
      const old = get(this.state);
      if (input.value === shown(old)) return;
      const { value, problem } = parseNumber(input.value, label);
      const refused = problem ?? set(value);
      this.say(refused ? `${refused} ${label} stays at ${format(old)}.` : "", input);
      input.value = shown(get(this.state));
    };
    const shown = (value) => String(Number(value.toPrecision(7))).replace("-", "−");
    input.addEventListener("change", take);
    input.addEventListener("keydown", (event) => event.key === "Enter" && take());
    return {
      element: h("span", { class: "lab-field" }, h("label", { for: id }, label), input),
      input,
      show: (state) => document.activeElement !== input && (input.value = shown(get(state))),
    };
  }

  // Radio buttons; `get`, `set` as above, `choices` as [[value, label], …].
  choice(legend, choices, get, set) {
    const name = newId();
    const inputs = choices.map(([value]) => h("input", { type: "radio", name, value, onchange: () => set(value) }));
    return {
      element: h("fieldset", { class: "lab-choice" }, h("legend", {}, legend), ...choices.map(([, label], i) => h("label", {}, inputs[i], label))),
      show: (state) => inputs.forEach((input) => (input.checked = input.value === get(state))),
    };
  }

  toggle(label, get, set) {
    const input = h("input", { type: "checkbox", onchange: () => set(input.checked) });
    return { element: h("label", { class: "lab-toggle" }, input, label), show: (state) => (input.checked = get(state)) };
  }

  select(label, choices, get, set) {
    const id = newId();
    const select = h("select", { id, onchange: () => set(select.value) }, ...choices.map(([value, text]) => h("option", { value }, text)));
    return { element: h("span", { class: "lab-field" }, h("label", { for: id }, label), select), show: (state) => (select.value = get(state)) };
  }

  // A slider. `from` and `to` turn its position (0 to `steps`) into the value and back; `text` says the value.
  slider(label, { steps = 100, from, to, text }, get, set) {
    const id = newId();
    const input = h("input", { id, type: "range", min: 0, max: steps, step: 1 });
    const output = h("span", { class: "lab-number" }, "");
    input.addEventListener("input", () => set(from(Number(input.value)), { live: true }));
    input.addEventListener("change", () => this.settle());
    return {
      element: h("span", { class: "lab-slider" }, h("label", { for: id }, label), input, output),
      input,
      show: (state) => {
        const value = get(state);
        input.value = to(value);
        input.setAttribute("aria-valuetext", text(value));
        setText(output, text(value));
      },
    };
  }

  // What opens on a click. `fill` makes the content at the first opening.
  more(summary, fill) {
    const box = h("details", { class: "lab-more" }, h("summary", {}, summary));
    box.addEventListener("toggle", () => {
      if (!box.open) return;
      if (box.childElementCount === 1) box.append(...[fill()].flat());
      this.refresh();
    });
    return box;
  }

  // ---- tasks ----

  #buildTasks() {
    const { tasks } = this.constructor;
    if (!tasks?.length) return [];
    this.task = null;
    this.tasks = tasks.map((task, i) => {
      const begin = button("Begin", () => this.#begin(i), { "aria-label": `Begin task ${i + 1}` });
      const answer = h("div", { class: "lab-why", role: "status" });
      const row = h("li", {}, h("p", {}, task.goal, " ", begin), ...(task.predict ? [this.#prediction(i, task.predict)] : []), answer);
      return { row, begin, answer, predicted: null, done: false };
    });
    this.score = h("summary", {}, this.#scoreText());
    return [h("details", { class: "lab-more lab-tasks" }, this.score, h("ol", {}, ...this.tasks.map((task) => task.row)))];
  }

  #scoreText() {
    const done = this.tasks.filter((task) => task.done).length;
    return `Tasks: ${done} of ${this.tasks.length} done`;
  }

  #prediction(i, { question, choices }) {
    const name = newId();
    const radios = choices.map((text, place) =>
      h("label", {}, h("input", { type: "radio", name, onchange: () => this.#predict(i, place) }), text));
    return h("fieldset", { class: "lab-choice lab-predict", hidden: true }, h("legend", {}, question), ...radios);
  }

  #begin(i) {
    this.task = i;
    this.used.clear();
    this.tasks.forEach((task, place) => {
      task.row.classList.toggle("lab-current", place === i);
      task.row.querySelector(".lab-predict")?.toggleAttribute("hidden", place !== i && !task.done);
    });
    const task = this.tasks[i];
    Object.assign(task, { done: false, predicted: null });
    task.row.classList.remove("lab-done");
    for (const radio of task.row.querySelectorAll("input")) radio.checked = false;
    setText(this.score, this.#scoreText());
    const { start, predict } = this.constructor.tasks[i];
    const patch = start?.(this.state, this);
    if (patch) {
      this.change(patch);
      this.refresh();
    }
    this.begun = this.state;
    task.answer.replaceChildren(predict ? "First say what you expect. Then try." : "Go ahead: the lab watches.");
  }

  #predict(i, place) {
    const task = this.tasks[i];
    task.predicted = place;
    task.answer.replaceChildren("Now try.");
    this.#checkTask(false);
  }

  // A task counts when its goal is reached by something that the reader did after it began.
  #checkTask(live) {
    if (this.task === null || this.task === undefined || live || this.state === this.begun) return;
    const task = this.tasks[this.task];
    const { predict, done, why } = this.constructor.tasks[this.task];
    if (task.done || (predict && task.predicted === null) || !done(this.state, this.numbers, this)) return;
    task.done = true;
    task.row.classList.add("lab-done");
    setText(this.score, this.#scoreText());
    const verdict = predict ? (task.predicted === predict.right ? "Done, and you saw it coming. " : `Done. It went another way than you said: ${predict.choices[predict.right]} `) : "Done. ";
    task.answer.replaceChildren(verdict + why);
  }
}
