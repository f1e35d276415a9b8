// The points as numbers: a table whose cells can be changed, and CSV in and out.

import { button, h, newId } from "./lab.js";
import { exact, format, parseNumber, parsePoints } from "./text.js";

const shown = (value) => exact(value).replace("-", "−");

export class PointTable {
  // `lab` has state {x, y, chosen} and edit(i, key, value), remove(i), replace(x, y).
  constructor(lab) {
    this.lab = lab;
    this.rows = [];
  }

  build() {
    const id = newId();
    this.body = h("tbody");
    this.csv = h("textarea", { id, rows: 5, spellcheck: "false", placeholder: "x, y\n1, 2.5\n2, 3.5" });
    const box = h("div", { class: "lab-scroll", tabindex: 0, role: "region", "aria-label": "Table of the points" },
      h("table", { class: "lab-table" }, h("thead", {}, h("tr", {}, ...["point", "x", "y", ""].map((text) => h(text ? "th" : "td", text ? { scope: "col" } : {}, text)))), this.body));
    box.addEventListener("change", (event) => this.#edited(event.target));
    box.addEventListener("click", ({ target }) => target.matches("button") && this.lab.remove(this.rows.findIndex(({ remove }) => remove === target)));
    box.addEventListener("paste", (event) => this.#pasted(event));
    return [
      box,
      h("label", { for: id }, "One point a line, or a file with two columns pasted here:"),
      this.csv,
      h("div", { class: "lab-buttons" },
        button("Use these points", () => this.#take(this.csv.value)),
        button("Write out the points", () => (this.csv.value = ["x, y", ...this.lab.state.x.map((x, i) => `${exact(x)}, ${exact(this.lab.state.y[i])}`)].join("\n")))),
    ];
  }

  // Brings the rows up to the points, changed ones only; a folded table costs nothing.
  draw({ x, y }, same) {
    if (!this.body?.closest("details").open || (same && this.rows.length === x.length)) return;
    while (this.rows.length > x.length) this.rows.pop().row.remove();
    while (this.rows.length < x.length) this.#addRow();
    this.rows.forEach((row, i) => {
      for (const [key, value] of [["x", x[i]], ["y", y[i]]]) {
        if (row[key].shown === value && document.activeElement === row[key]) continue;
        if (row[key].shown !== value) row[key].value = shown(value);
        row[key].shown = value;
      }
    });
  }

  #addRow() {
    const i = this.rows.length;
    const cell = (key) => h("input", { type: "text", inputmode: "decimal", size: 8, autocomplete: "off", "aria-label": `${key} of point ${i + 1}` });
    const [x, y, remove] = [cell("x"), cell("y"), button("×", null, { "aria-label": `Delete point ${i + 1}` })];
    const row = h("tr", {}, h("th", { scope: "row" }, String(i + 1)), h("td", {}, x), h("td", {}, y), h("td", {}, remove));
    this.rows.push({ row, x, y, remove });
    this.body.append(row);
  }

  #edited(input) {
    const i = this.rows.findIndex((row) => row.x === input || row.y === input);
    if (i < 0) return;
    const key = this.rows[i].x === input ? "x" : "y";
    const name = `${key} of point ${i + 1}`;
    const { value, problem } = parseNumber(input.value, name);
    this.lab.say(problem ? `${problem} ${name} stays at ${format(input.shown)}.` : "", input);
    if (!problem) this.lab.edit(i, key, value);
    input.value = shown(this.lab.state[key][i]);
  }

  // Several lines pasted into a cell are points, not a number.
  #pasted(event) {
    const text = event.clipboardData.getData("text");
    if (!/\S[\r\n]+\s*\S|[\t;]/.test(text)) return;
    event.preventDefault();
    this.#take(text);
  }

  #take(text) {
    const { x, y, problem } = parsePoints(text);
    if (problem) {
      const n = this.lab.state.x.length;
      this.lab.say(`${problem} Nothing was changed: ${n === 1 ? "your point is" : `your ${format(n)} points are`} still here.`);
      return;
    }
    this.lab.replace(x, y);
    this.lab.say(`${x.length === 1 ? "One point was" : `${format(x.length)} points were`} taken over.`);
  }
}
