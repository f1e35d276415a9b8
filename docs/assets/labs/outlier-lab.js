// <outlier-lab>: one point under the reader's hand, and the lines of three losses; leverage and Cook's distance say what it does.

import { button, h } from "../dom.js";
import { field, more, slider } from "./controls.js";
import { loadCsv } from "./data.js";
import { key } from "./judging-view.js";
import { FACTS, LOSSES, TASKS } from "./outlier-facts.js";
import { OutlierModel, unitOf } from "./outlier-model.js";
import { DASHES, OutlierView } from "./outlier-view.js";
import { PointsLab } from "./points.js";
import { PointTable } from "./table.js";
import { format } from "./text.js";
/** @import { OutlierState } from "./types" */

/** @extends {PointsLab<OutlierModel, OutlierView>} */
export class OutlierLab extends PointsLab {
  static heading = "Lab: one point against the rest";
  static facts = FACTS;
  static tasks = TASKS;
  static style = "judging.css";

  table = new PointTable(this);
  #deleting = button("Delete the point", () => this.removePoint(this.state.chosen));

  async load() {
    const [noisy, quartet] = await Promise.all([loadCsv("../assets/labs/noisy-line.csv"), loadCsv("anscombe.csv")]);
    return new OutlierModel(noisy, quartet);
  }

  /** @param {HTMLElement} body */
  build(body) {
    const view = new OutlierView(this);
    const coordinate = (name) =>
      field(
        this,
        `${name} of the point`,
        (state) => state[name][state.chosen] ?? 0,
        (value) => this.#set(name, value),
      );
    // Three powers of ten below the spread of y, and one above it.
    const cuts = {
      from: (place) => Number((view.unit * 10 ** (place / 25 - 3)).toPrecision(2)),
      to: (cut) => Math.round(25 * (Math.log10(cut / view.unit) + 3)),
      text: (cut) => format(cut),
    };
    this.controls = [
      this.selectData(),
      coordinate("x"),
      coordinate("y"),
      slider(
        this,
        "Huber’s cut",
        cuts,
        (state) => state.cut,
        (cut, options) => this.change({ cut }, options),
      ),
    ];
    const [data, x, y, cut] = this.controls.map((control) => control.element);
    body.append(
      h("div", { class: "lab-row" }, data, x, y),
      view.plot.box,
      this.sentence,
      h(
        "div",
        { class: "lab-row" },
        cut,
        button("Add a point", () => this.insertInTheMiddle()),
        this.#deleting,
      ),
      this.#lines(),
      this.cells.list(["n", "leverage", "cook", "most", "without"]),
      h(
        "p",
        { class: "lab-aside" },
        "The halo around a point grows with its Cook’s distance; a Cook’s distance of 1 has the size of the ring around the chosen point.",
      ),
      more(this, "Table of the points, and CSV", () => this.table.build()),
      more(this, "Mouse, touch and keys", HELP),
    );
    return view;
  }

  /** The three lines in numbers. */
  #lines() {
    const row = (text, part) =>
      h("tr", {}, h("th", { scope: "row" }, text), ...Object.keys(LOSSES).map((name) => h("td", {}, this.cells.cell(name + part))));
    const heads = Object.entries(LOSSES).map(([name, loss]) => h("th", { scope: "col" }, key(loss, ...DASHES[name])));
    return h(
      "div",
      { class: "lab-scroll", tabindex: 0, role: "region", "aria-label": "The three lines in numbers" },
      h(
        "table",
        { class: "lab-table lab-losses" },
        h("thead", {}, h("tr", {}, h("td", {}, ""), ...heads)),
        h("tbody", {}, row("slope", "W"), row("intercept", "B"), row("r of the point", "R")),
      ),
    );
  }

  /** @param {OutlierState} state */
  enable(state) {
    this.#deleting.disabled = !(state.chosen in state.x);
  }

  /** @param {number[]} x @param {number[]} y */
  replace(x, y) {
    super.replace(x, y, { cut: unitOf(y) });
  }

  /** @param {"x" | "y"} name @param {number} value */
  #set(name, value) {
    if (!(this.state.chosen in this.state.x)) return "There is no point: add one first.";
    this.edit(this.state.chosen, name, value);
    return undefined;
  }
}

const HELP = () =>
  h(
    "ul",
    {},
    h("li", {}, "Drag any point. Click beside the points to add one."),
    h(
      "li",
      {},
      "Tab leads to the chosen point. Arrows move it, with Shift ten times as far; Page Up and Page Down choose another, Delete takes it away.",
    ),
    h("li", {}, "Ctrl+Z undoes, Ctrl+Shift+Z does it again."),
  );

customElements.define("outlier-lab", OutlierLab);
