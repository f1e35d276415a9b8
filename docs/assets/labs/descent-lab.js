// <descent-lab data="noisy-line" eta="0.005" steps="0">: a search downhill under the reader's hand. The path over the plane of all lines, the
// line on the data, and the curve of the loss follow the step size, the start and the points at once.

import { button, h } from "../dom.js";
import { choice, field, more, select, slider, toggle } from "./controls.js";
import { loadCsv } from "./data.js";
import { FACTS, TASKS } from "./descent-facts.js";
import { DescentModel, LOSSES, MOST_STEPS } from "./descent-model.js";
import { Player } from "./descent-player.js";
import { POSITIONS } from "./descent-scale.js";
import { DescentView } from "./descent-view.js";
import { changed, chosenAfter, moved, without } from "./point-edits.js";
import { fitSets, pointsOf } from "./sets.js";
import { PointTable } from "./table.js";
import { format } from "./text.js";

/** @extends {Player<DescentModel, DescentView>} */
export class DescentLab extends Player {
  static heading = "Lab: walk downhill";
  static facts = FACTS;
  static tasks = TASKS;
  static label = "Run";
  static paces = { slow: 500, medium: 100, fast: 16 };

  table = new PointTable(this);
  #backing = button("Back", () => this.goTo(this.numbers.step - 1));
  #stepping = button("Step", () => this.goTo(this.numbers.step + 1));
  #leaping = button("100 steps", () => this.goTo(Math.min(MOST_STEPS, this.numbers.step + 100)));
  #restarting = button("To the start", () => this.goTo(0));

  async load() {
    const [noisy, birds, quartet] = await Promise.all(["../assets/labs/noisy-line.csv", "penguins.csv", "anscombe.csv"].map(loadCsv));
    return new DescentModel(pointsOf(noisy), fitSets(birds, quartet));
  }

  start() {
    return this.model.start(this.getAttribute("data"), Number(this.getAttribute("eta")), Number(this.getAttribute("steps")) || 0);
  }

  data() {
    return this.model.data(this.state);
  }

  // ---- what it shows ----

  /** @param {HTMLElement} body */
  build(body) {
    const view = new DescentView(this);
    this.controls = this.#controls(view);
    const [data, scaled, loss, eta, place, slope, level] = this.controls.map((control) => control.element);
    const key = (text, className) => h("span", { class: `lab-key ${className}` }, text);
    body.append(
      h("div", { class: "lab-row" }, data, scaled, loss),
      h(
        "div",
        { class: "lab-row" },
        eta,
        h("div", { class: "lab-eta" }, place, h("div", { class: "lab-ruler", "aria-hidden": true }, ...view.marks)),
      ),
      h("div", { class: "lab-row" }, slope, level),
      h(
        "div",
        { class: "lab-row lab-buttons" },
        this.playing,
        this.#stepping,
        this.#backing,
        this.#leaping,
        this.#restarting,
        this.speed.element,
      ),
      h(
        "div",
        { class: "lab-plots" },
        h("div", {}, view.plane.plot.box, view.warning, this.#rates()),
        h(
          "div",
          {},
          view.picture.box,
          view.chart.box,
          h("p", { class: "lab-keys" }, key("loss", ""), " ", key("gap to the smallest", "lab-key-dashed")),
        ),
      ),
      this.sentence,
      this.cells.list(["step", "w", "b", "loss", "least", "gap", "gw", "gb", "inverse", "limit", "share", "needed", "condition"]),
      more(this, "Table of the points, and CSV", () => this.table.build()),
      more(this, "Mouse, touch and keys", HELP),
    );
    return view;
  }

  /** @param {DescentView} view */
  #controls({ eta }) {
    const fresh = (patch) => {
      this.change(patch);
      this.settle();
    };
    const all = (patch) => {
      this.change(patch);
      this.refresh();
    };
    const sets = Object.entries(this.model.sets).map(([name, { title }]) => [name, title]);
    const positions = {
      steps: POSITIONS,
      from: (position) => eta.at(position),
      to: (value) => eta.placeOf(value) * POSITIONS,
      text: (value) => format(value, 3),
    };
    return [
      select(
        "Data",
        sets,
        ({ preset }) => preset,
        (name) => {
          this.say("");
          fresh(this.model.set(name));
          this.refresh();
        },
      ),
      toggle(
        "Scale x",
        (state) => state.scaled,
        (on) => all(this.model.scaledTo(this.state, on)),
      ),
      choice(
        "Loss:",
        Object.entries(LOSSES),
        (state) => state.loss,
        (name) => all(this.model.convertedTo(this.state, name)),
      ),
      field(
        this,
        "Step size η",
        (state) => state.eta,
        (value) => (value > 0 ? fresh({ eta: value }) : "A step size is larger than 0."),
      ),
      slider(
        this,
        "η, logarithmic",
        positions,
        (state) => state.eta,
        (value, options) => this.change({ eta: value }, options),
      ),
      field(
        this,
        "Start: slope",
        (state) => state.w,
        (value) => fresh({ w: value }),
      ),
      field(
        this,
        "intercept",
        (state) => state.b,
        (value) => fresh({ b: value }),
      ),
      this.speed,
    ];
  }

  #rates() {
    const row = (name, ...keys) => h("tr", {}, h("th", { scope: "row" }, name), ...keys.map((key) => h("td", {}, this.cells.cell(key))));
    const head = (text) => h("th", { scope: "col" }, text);
    return h(
      "div",
      { class: "lab-scroll lab-rates", tabindex: 0, role: "region", "aria-label": "Rates of the two directions" },
      h(
        "table",
        { class: "lab-table" },
        h("caption", {}, "What a step leaves of the distance to the best line, in each main direction"),
        h("thead", {}, h("tr", {}, head("direction"), head("λ"), head("|1 − ηλ|"), head("measured"))),
        h("tbody", {}, row("steep", "max", "rateSteep", "measuredSteep"), row("level", "min", "rateLevel", "measuredLevel")),
      ),
    );
  }

  enable() {
    const { path, k } = this.model.walk;
    this.#backing.disabled = this.#restarting.disabled = k === 0;
    this.#stepping.disabled = this.#leaping.disabled = path.diverged || k >= MOST_STEPS;
  }

  // ---- what can be done with the points ----

  /** @param {number} i @param {number} x @param {number} y */
  move(i, x, y) {
    this.change({ points: moved(this.data(), i, x, y), chosen: i }, { live: true });
  }

  /** @param {number} i @param {"x" | "y"} name @param {number} value */
  edit(i, name, value) {
    const { x, y } = this.data();
    this.change({ points: { x, y, [name]: changed(this.data()[name], i, value) }, chosen: i });
    this.settle();
  }

  /** @param {number[]} x @param {number[]} y */
  replace(x, y) {
    this.change(this.model.own({ x, y }, this.state.preset));
    this.refresh();
  }

  /** @param {number} i */
  removePoint(i) {
    const points = this.data();
    if (points.x.length === 1) {
      this.say("The last point stays: without one there is no loss.");
      return true;
    }
    this.change({ points: without(points, i), chosen: chosenAfter(points, i) });
    this.settle();
    return true;
  }
}

const HELP = () => [
  h(
    "ul",
    {},
    h("li", {}, "Drag the green ring, or click in the plane, to start elsewhere. Drag points in the picture on the right."),
    h("li", {}, "Tab leads to the start and to the chosen point. Arrows move them, with Shift ten times as far."),
    h("li", {}, "Page Up and Page Down choose the next point, Home and End the first and last. Delete takes it away."),
    h("li", {}, "Run takes one step a picture at first, later more. It stops where it has arrived, diverges, or has taken 10,000 steps."),
    h("li", {}, "The two axes through the star are the main directions. The dashed line in the picture of the points is the best one."),
  ),
];

customElements.define("descent-lab", DescentLab);
