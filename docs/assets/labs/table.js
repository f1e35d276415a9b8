// The points as numbers: a table whose cells can be changed, and CSV in and out.

import { button, h } from "../dom.js";
import { newId } from "./elements.js";
import { exact, format, parseNumber, parsePoints } from "./text.js";
/** @import { TableOwner } from "./types" */

const KEYS = /** @type {("x" | "y")[]} */ (["x", "y"]);
/** @param {number} value */
const shown = (value) => exact(value).replace("-", "−");

export class PointTable {
  /** The fields of every point, and the numbers that they show. */
  rows =
    /** @type {{ row: HTMLElement, x: HTMLInputElement, y: HTMLInputElement, shown: { x?: number, y?: number }, remove: HTMLElement }[]} */ ([]);
  body = h("tbody");
  csv = h("textarea", { rows: 5, spellcheck: "false", placeholder: "x, y\n1, 2.5\n2, 3.5" });

  /** @param {TableOwner} lab */
  constructor(lab) {
    this.lab = lab;
  }

  build() {
    this.csv.id = newId();
    const box = h(
      "div",
      { class: "lab-scroll", tabindex: 0, role: "region", "aria-label": "Table of the points" },
      h(
        "table",
        { class: "lab-table" },
        h("thead", {}, h("tr", {}, ...["point", "x", "y", ""].map((text) => h(text ? "th" : "td", text ? { scope: "col" } : {}, text)))),
        this.body,
      ),
    );
    box.addEventListener("change", (event) => this.#edited(/** @type {HTMLInputElement} */ (event.target)));
    box.addEventListener("click", ({ target }) => {
      const i = this.rows.findIndex(({ remove }) => remove === target);
      if (i >= 0) this.lab.removePoint(i);
    });
    box.addEventListener("paste", (event) => this.#pasted(event));
    return [
      box,
      h("label", { for: this.csv.id }, "One point a line, or a file with two columns pasted here:"),
      this.csv,
      h(
        "div",
        { class: "lab-buttons" },
        button("Use these points", () => this.#take(this.csv.value)),
        button("Write out the points", () => this.#write()),
      ),
    ];
  }

  #write() {
    const { x, y } = this.lab.data();
    this.csv.value = ["x, y", ...x.map((value, i) => `${exact(value)}, ${exact(y[i])}`)].join("\n");
  }

  /** Brings the rows up to the points, changed ones only; a folded table costs nothing. @param {{ x: number[], y: number[] }} points @param {boolean} same */
  draw({ x, y }, same) {
    if (!this.body.closest("details")?.open || (same && this.rows.length === x.length)) return;
    while (this.rows.length > x.length) this.rows.pop()?.row.remove();
    while (this.rows.length < x.length) this.#addRow();
    this.rows.forEach((row, i) => {
      const point = { x: x[i], y: y[i] };
      for (const key of KEYS) {
        if (row.shown[key] === point[key]) continue;
        row[key].value = shown(point[key]);
        row.shown[key] = point[key];
      }
    });
  }

  #addRow() {
    const i = this.rows.length;
    const cell = (key) =>
      h("input", { type: "text", inputmode: "decimal", size: 8, autocomplete: "off", "aria-label": `${key} of point ${i + 1}` });
    const [x, y, remove] = [cell("x"), cell("y"), button("×", null, { "aria-label": `Delete point ${i + 1}` })];
    const row = h("tr", {}, h("th", { scope: "row" }, String(i + 1)), h("td", {}, x), h("td", {}, y), h("td", {}, remove));
    this.rows.push({ row, x, y, remove, shown: {} });
    this.body.append(row);
  }

  /** @param {HTMLInputElement} input */
  #edited(input) {
    const i = this.rows.findIndex((row) => row.x === input || row.y === input);
    if (i < 0) return;
    const row = this.rows[i];
    const key = row.x === input ? "x" : "y";
    const name = `${key} of point ${i + 1}`;
    const { value, problem } = parseNumber(input.value, name);
    this.lab.say(problem ? `${problem} ${name} stays at ${format(row.shown[key])}.` : "", input);
    if (value !== undefined) this.lab.edit(i, key, value);
    input.value = shown(this.lab.data()[key][i]);
  }

  /** Several lines pasted into a cell are points, not a number. @param {ClipboardEvent} event */
  #pasted(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!/\S[\r\n]+\s*\S|[\t;]/.test(text)) return;
    event.preventDefault();
    this.#take(text);
  }

  /** @param {string} text */
  #take(text) {
    const { x, y, problem } = parsePoints(text);
    if (!x || !y) {
      const n = this.lab.data().x.length;
      this.lab.say(`${problem} Nothing was changed: ${n === 1 ? "your point is" : `your ${format(n)} points are`} still here.`);
      return;
    }
    this.lab.replace(x, y);
    this.lab.say(`${x.length === 1 ? "One point was" : `${format(x.length)} points were`} taken over.`);
  }
}
