// <fit-lab data="penguins">: points and a line under the reader's hand; loss, gradient and the best line follow at once.

import { button, h } from "../dom.js";
import { choice, field, more, toggle } from "./controls.js";
import { loadCsv } from "./data.js";
import { FACTS, FitModel, SHOWN, TASKS } from "./fit-model.js";
import { NudgeTable, normalEquations } from "./fit-tables.js";
import { FitView } from "./fit-view.js";
import { PointsLab } from "./points.js";
import { fitSets } from "./sets.js";
import { PointTable } from "./table.js";
/** @import { FitState } from "./types" */

/** @extends {PointsLab<FitModel, FitView>} */
export class FitLab extends PointsLab {
  static heading = "Lab: fit a line";
  static facts = FACTS;
  static tasks = TASKS;

  table = new PointTable(this);
  #nudges = new NudgeTable(this);
  nudging = more(this, "Small nudges", () => this.#nudges.build());
  #taking = button("Take the best line", () => this.takeBest());
  #deleting = button("Delete the point", () => this.removePoint(this.state.chosen));

  async load() {
    return new FitModel(fitSets(...(await Promise.all([loadCsv("penguins.csv"), loadCsv("anscombe.csv")]))));
  }

  start() {
    return this.model.start(this.getAttribute("data") ?? undefined, this.getAttribute("show") ?? undefined);
  }

  /** @param {HTMLElement} body */
  build(body) {
    const view = new FitView(this);
    const put = (key) => (value) => this.change({ [key]: value });
    this.controls = [
      this.selectData(),
      field(this, "slope w", (state) => state.w, put("w")),
      field(this, "intercept b", (state) => state.b, put("b")),
      choice("Show", Object.entries(SHOWN), (state) => state.show, put("show")),
      toggle("the best line", (state) => state.best, put("best")),
    ];
    const [data, slope, level, show, best] = this.controls.map((control) => control.element);
    body.append(
      h("div", { class: "lab-row" }, data, slope, level, this.#taking),
      view.plot.box,
      this.sentence,
      h(
        "div",
        { class: "lab-row" },
        show,
        best,
        button("Add a point", () => this.insertInTheMiddle()),
        this.#deleting,
      ),
      this.cells.list(["loss", "least", "above", "gw", "gb", "r2", "absolute", "residual", "leverage", "bestW", "bestB"]),
      this.nudging,
      more(this, "Normal equations", () => normalEquations(this)),
      more(this, "Table of the points, and CSV", () => this.table.build()),
      more(this, "Mouse, touch and keys", HELP),
    );
    return view;
  }

  /** @param {FitState} state */
  enable(state) {
    this.#deleting.disabled = !(state.chosen in state.x);
    this.#taking.disabled = !state.x.length;
    if (this.nudging.open) this.#nudges.draw(state);
  }

  takeBest() {
    this.used.add("best");
    this.change(this.model.bestFor(this.state));
  }
}

const HELP = () => [
  h(
    "ul",
    {},
    h("li", {}, "Drag a point, or a handle of the line. Click beside the points to add one."),
    h("li", {}, "Tab leads to the two handles and to the chosen point. Arrows move it, with Shift ten times as far."),
    h("li", {}, "Page Up and Page Down choose the next point, Home and End the first and last. Delete takes it away."),
    h("li", {}, "Ctrl+Z undoes, Ctrl+Shift+Z does it again."),
  ),
];

customElements.define("fit-lab", FitLab);
