// <collinear-lab>: two columns of a chosen correlation and samples of the birds; the weights scatter far, the predictions do not.

import { button, h } from "../dom.js";
import { FACTS, TASKS } from "./collinear-facts.js";
import { CollinearModel, FEWEST, MOST } from "./collinear-model.js";
import { CollinearView } from "./collinear-view.js";
import { field, more, slider } from "./controls.js";
import { loadCsv } from "./data.js";
import { Lab } from "./lab.js";
import { flippersAndMasses } from "./sets.js";
import { format } from "./text.js";
/** @import { CollinearState } from "./types" */

/** @extends {Lab<CollinearModel, CollinearView>} */
export class CollinearLab extends Lab {
  static heading = "Lab: two columns, one story";
  static facts = FACTS;
  static tasks = TASKS;
  static style = "judging.css";

  #clearing = button("Clear the samples", () => this.change({ samples: 0 }));

  async load() {
    return new CollinearModel(flippersAndMasses(await loadCsv("penguins.csv")));
  }

  /** @param {HTMLElement} body */
  build(body) {
    const view = new CollinearView(this);
    this.controls = this.#controls();
    const [rho, birds, first, second] = this.controls.map((control) => control.element);
    const drawing = [1, 10, 100].map((count) =>
      button(`Draw ${count}`, () => this.#draw(count), { "aria-label": `Draw ${count} more ${count > 1 ? "samples" : "sample"}` }),
    );
    body.append(
      rho,
      h("div", { class: "lab-plots" }, ...view.plots.map((plot) => plot.box)),
      this.sentence,
      h("div", { class: "lab-row" }, ...drawing, this.#clearing, birds),
      h("div", { class: "lab-row" }, first, second),
      this.cells.list(Object.keys(FACTS)),
      more(this, "What is drawn, and keys", HELP),
    );
    return view;
  }

  #controls() {
    const correlations = {
      // The distance to 1 in powers of ten: 0, 0.9, 0.99, … and at last 1 itself.
      from: (position) => (position === 100 ? 1 : Number((1 - Number((10 ** (-position / 25)).toPrecision(2))).toFixed(6))),
      to: (rho) => (rho === 1 ? 100 : Math.round(-25 * Math.log10(1 - rho))),
      text: (rho) => format(rho),
    };
    const numbers = {
      steps: this.model.mass.length - FEWEST,
      from: (position) => position + FEWEST,
      to: (birds) => birds - FEWEST,
      text: (birds) => format(birds),
    };
    const place = (i, label) =>
      field(
        this,
        label,
        (state) => state.at[i],
        (value) => this.change({ at: this.state.at.map((old, k) => (k === i ? value : old)) }),
      );
    return [
      slider(
        this,
        "Correlation of the two columns",
        correlations,
        (state) => state.rho,
        (rho, options) => this.change({ rho }, options),
      ),
      slider(
        this,
        "Birds in a sample",
        numbers,
        (state) => state.birds,
        (birds, options) => this.change({ birds }, options),
      ),
      place(0, "new bird: flipper (mm)"),
      place(1, "second column (mm)"),
    ];
  }

  /** @param {CollinearState} state */
  enable({ samples }) {
    this.#clearing.disabled = !samples;
  }

  /** @param {number} count */
  #draw(count) {
    if (this.state.samples >= MOST) {
      this.say(`This lab holds ${MOST} samples. Clear them to draw again.`);
      return;
    }
    this.say("");
    this.change({ samples: Math.min(MOST, this.state.samples + count) });
  }
}

const HELP = () =>
  h(
    "ul",
    {},
    h(
      "li",
      {},
      "The first column holds the flippers of 342 penguins. The second is made of it and of noise, so that their correlation is exactly the chosen one, with the same mean and spread. y is the body mass.",
    ),
    h(
      "li",
      {},
      "A sample draws birds with replacement. Each gives one fit: a dot among the weights (g per mm), and a dot among the predictions.",
    ),
    h("li", {}, "Drag the new bird, or reach it by Tab and move it by arrow keys, with Shift ten times as far."),
  );

customElements.define("collinear-lab", CollinearLab);
