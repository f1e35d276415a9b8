// The places where a lab shows its numbers.

import { h } from "../dom.js";
import { setText } from "./elements.js";
import { format } from "./text.js";
/** @import { Facts, Numbers } from "./types" */

export class FactCells {
  #facts;
  /** @type {Map<string, HTMLElement[]>} */
  #cells = new Map();

  /** @param {Facts} facts */
  constructor(facts) {
    this.#facts = facts;
  }

  /** A place that shows a number and follows it. @param {string} key */
  cell(key) {
    const cell = h("span", { class: "lab-number", "data-fact": key }, "–");
    this.#cells.set(key, [...(this.#cells.get(key) ?? []), cell]);
    return cell;
  }

  /** A list of numbers with their labels. @param {string[]} keys */
  list(keys) {
    const row = (key) => {
      const { label, color } = this.#facts[key];
      return h("div", { class: color ? `lab-${color}` : false }, h("dt", {}, String(label)), h("dd", {}, this.cell(key)));
    };
    return h("dl", { class: "lab-facts" }, ...keys.map(row));
  }

  /** @param {Numbers} numbers */
  show(numbers) {
    for (const [key, cells] of this.#cells) for (const cell of cells) setText(cell, format(numbers[key]));
  }
}
