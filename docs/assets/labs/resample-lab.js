// <resample-lab>: samples of one truth; their lines pile up into a band, and two kinds of interval keep their promise or not.

import { button, h } from "../dom.js";
import { choice, more, select, slider } from "./controls.js";
import { key } from "./judging-view.js";
import { Lab } from "./lab.js";
import { FACTS, TASKS } from "./resample-facts.js";
import { FEWEST, LARGEST_N, LEVELS, MOST, ResampleModel, STARTS, TRUTH } from "./resample-model.js";
import { ResampleView } from "./resample-view.js";
import { NOISES, RESAMPLES } from "./resample-world.js";
import { format } from "./text.js";
/** @import { ResampleState } from "./types" */

/** @extends {Lab<ResampleModel, ResampleView>} */
export class ResampleLab extends Lab {
  static heading = "Lab: draw it again";
  static facts = FACTS;
  static tasks = TASKS;
  static style = "judging.css";

  #clearing = button("Clear, and draw others", () => this.#clear());

  async load() {
    return new ResampleModel();
  }

  /** @param {HTMLElement} body */
  build(body) {
    const view = new ResampleView(this);
    this.controls = this.#controls();
    const [n, sigma, noise, from, level, target] = this.controls.map((control) => control.element);
    const drawing = [1, 10, 100].map((count) =>
      button(`Draw ${count}`, () => this.#draw(count), { "aria-label": `Draw ${count} more ${count > 1 ? "samples" : "sample"}` }),
    );
    body.append(
      h("div", { class: "lab-row" }, ...drawing, this.#clearing, target),
      h("div", { class: "lab-plots" }, ...view.plots.map((plot) => plot.box)),
      this.sentence,
      n,
      sigma,
      h("div", { class: "lab-row" }, noise, from, level),
      h(
        "p",
        { class: "lab-row lab-aside" },
        key("formula"),
        key("bootstrap", "lab-dotted"),
        key("truth", "lab-dashed", "lab-key-truth"),
        "Thick and red: the truth is missed.",
      ),
      this.cells.list(Object.keys(FACTS)),
      more(this, "What is drawn", HELP),
    );
    return view;
  }

  #controls() {
    const put = (name) => (value, options) => this.change({ [name]: value }, options);
    const noises = Object.entries(NOISES).map(([name, { name: label }]) => [name, label]);
    const starts = STARTS.map((start) => [String(start), `${format(start)} to ${format(start + 10)}`]);
    const levels = LEVELS.map((level) => [String(level), `${format(100 * level)} %`]);
    const points = { steps: LARGEST_N - FEWEST, from: (place) => place + FEWEST, to: (n) => n - FEWEST, text: format };
    const sigmas = { steps: 49, from: (place) => (place + 1) / 10, to: (sigma) => Math.round(10 * sigma) - 1, text: format };
    return [
      slider(this, "Points n", points, (state) => state.n, put("n")),
      slider(this, "Noise σ", sigmas, (state) => state.sigma, put("sigma")),
      select("Kind of noise", noises, (state) => state.noise, put("noise")),
      select(
        "x runs from",
        starts,
        (state) => String(state.from),
        (value) => this.change({ from: Number(value) }),
      ),
      select(
        "Level",
        levels,
        (state) => String(state.level),
        (value) => this.change({ level: Number(value) }),
      ),
      choice(
        "Interval for the",
        Object.keys(TRUTH).map((name) => [name, name]),
        (state) => state.target,
        put("target"),
      ),
    ];
  }

  /** @param {ResampleState} state */
  enable({ samples }) {
    this.#clearing.disabled = !samples;
  }

  /** @param {number} count */
  #draw(count) {
    if (this.state.samples >= MOST) {
      this.say(`This lab holds ${MOST} samples. Clear them to draw others.`);
      return;
    }
    this.say("");
    this.change({ samples: Math.min(MOST, this.state.samples + count) });
  }

  /** The next ones come from further along the row; at its end they come from the beginning again. */
  #clear() {
    const first = this.state.first + this.state.samples;
    this.say("");
    this.change({ samples: 0, first: first > MOST ? 0 : first });
  }
}

const HELP = () =>
  h(
    "ul",
    {},
    h(
      "li",
      {},
      "The truth is the line with intercept 2 and slope 3, at n places evenly from one end of x to the other. A sample is a new noise at the same places.",
    ),
    h(
      "li",
      {},
      `The formula’s interval takes the standard error and Student’s limit. The bootstrap’s goes from one percentile to the other of ${RESAMPLES} fits to resampled points. (A resample that holds a single point again and again has no slope, and is drawn anew.)`,
    ),
    h(
      "li",
      {},
      "σ is the spread of the bell curve and of the heavy tails (Laplace’s noise). In a funnel the spread grows from a tenth of σ at the left end to 1.9 σ, and at both loud ends it is 1.7 σ.",
    ),
  );

customElements.define("resample-lab", ResampleLab);
