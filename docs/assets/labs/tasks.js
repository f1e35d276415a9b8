// The tasks of a lab: what to bring about, first predicted, then tried, and at last explained.

import { button, h } from "../dom.js";
import { newId, setText } from "./elements.js";
/** @import { AnyLab, Task } from "./types" */

export class TaskList {
  #lab;
  #rows;
  #current = -1;
  #score = h("summary", {}, "");
  /** What was shown when the current task began. @type {any} */
  #begun = null;

  /** @param {AnyLab} lab @param {Task[]} tasks */
  constructor(lab, tasks) {
    this.#lab = lab;
    this.#rows = tasks.map((task, i) => {
      const begin = button("Begin", () => this.#begin(i), { "aria-label": `Begin task ${i + 1}` });
      const answer = h("div", { class: "lab-why", role: "status" });
      const prediction = task.predict ? this.#prediction(i, task.predict) : null;
      const element = h("li", {}, h("p", {}, task.goal, " ", begin), ...(prediction ? [prediction] : []), answer);
      return { task, element, prediction, answer, predicted: /** @type {number | null} */ (null), done: false };
    });
    this.#count();
    this.element = h("details", { class: "lab-more lab-tasks" }, this.#score, h("ol", {}, ...this.#rows.map((row) => row.element)));
  }

  #count() {
    const done = this.#rows.filter((row) => row.done).length;
    setText(this.#score, `Tasks: ${done} of ${this.#rows.length} done`);
  }

  /** @param {number} i @param {NonNullable<Task["predict"]>} predict */
  #prediction(i, { question, choices }) {
    const name = newId();
    const radios = choices.map((text, place) =>
      h("label", {}, h("input", { type: "radio", name, onchange: () => this.#predict(i, place) }), text),
    );
    return h("fieldset", { class: "lab-choice lab-predict", hidden: true }, h("legend", {}, question), ...radios);
  }

  /** @param {number} i */
  #begin(i) {
    const lab = this.#lab;
    this.#current = i;
    lab.used.clear();
    this.#rows.forEach((row, place) => {
      row.element.classList.toggle("lab-current", place === i);
      row.prediction?.toggleAttribute("hidden", place !== i && !row.done);
    });
    const row = this.#rows[i];
    Object.assign(row, { done: false, predicted: null });
    row.element.classList.remove("lab-done");
    for (const radio of row.element.querySelectorAll("input")) radio.checked = false;
    this.#count();
    const patch = row.task.start?.(lab.state, lab);
    if (patch) {
      lab.change(patch);
      lab.refresh();
    }
    this.#begun = lab.state;
    row.answer.replaceChildren(row.task.predict ? "First say what you expect. Then try." : "Go ahead: the lab watches.");
  }

  /** @param {number} i @param {number} place */
  #predict(i, place) {
    const row = this.#rows[i];
    row.predicted = place;
    row.answer.replaceChildren("Now try.");
    this.check();
  }

  /** A task counts when its goal is reached by something that the reader did after it began. */
  check() {
    const lab = this.#lab;
    const row = this.#rows[this.#current];
    if (!row || row.done || lab.state === this.#begun) return;
    const { predict, done, why } = row.task;
    if ((predict && row.predicted === null) || !done(lab.state, lab.numbers, lab)) return;
    row.done = true;
    row.element.classList.add("lab-done");
    this.#count();
    const seen = !predict
      ? "Done. "
      : row.predicted === predict.right
        ? "Done, and you saw it coming. "
        : `Done. It went another way than you said: ${predict.choices[predict.right]} `;
    row.answer.replaceChildren(seen + why);
  }
}
