// <degree-lab>: polynomials of any degree through a few points, judged on points that they have not seen; the data drawn anew at will.

import { button, h } from "../dom.js";
import { more, select, slider } from "./controls.js";
import { FACTS, TASKS } from "./degree-facts.js";
import { DegreeModel, FEWEST, LARGEST_N, MOST_DEGREE, MOST_DRAWS, TRUTHS } from "./degree-model.js";
import { DegreeView } from "./degree-view.js";
import { key } from "./judging-view.js";
import { Lab } from "./lab.js";
import { format } from "./text.js";

/** @extends {Lab<DegreeModel, DegreeView>} */
export class DegreeLab extends Lab {
  static heading = "Lab: how flexible should it be?";
  static facts = FACTS;
  static tasks = TASKS;
  static style = "judging.css";

  async load() {
    return new DegreeModel();
  }

  /** @param {HTMLElement} body */
  build(body) {
    const view = new DegreeView(this);
    this.controls = this.#controls();
    const [degree, n, sigma, truth] = this.controls.map((control) => control.element);
    body.append(
      degree,
      view.picture.box,
      h(
        "p",
        { class: "lab-row lab-aside" },
        key("fitted curve"),
        key("truth", "lab-dashed", "lab-key-truth"),
        "large dots: training points, small dots: test points",
      ),
      view.errors.box,
      h(
        "p",
        { class: "lab-row lab-aside" },
        key("training error", "lab-key-loss"),
        key("test error", "lab-key-loss", "lab-dashed"),
        "faint: test errors of earlier draws",
      ),
      this.sentence,
      h(
        "div",
        { class: "lab-row" },
        button("Draw the data anew", () => this.#draw()),
        truth,
      ),
      n,
      sigma,
      this.cells.list(Object.keys(FACTS)),
      more(this, "What is drawn", HELP),
    );
    return view;
  }

  #controls() {
    const put = (name) => (value, options) => this.change({ [name]: value }, options);
    const degrees = { steps: MOST_DEGREE, from: (place) => place, to: (degree) => degree, text: format };
    const points = { steps: LARGEST_N - FEWEST, from: (place) => place + FEWEST, to: (n) => n - FEWEST, text: format };
    const sigmas = { steps: 29, from: (place) => (place + 1) / 10, to: (sigma) => Math.round(10 * sigma) - 1, text: format };
    const truths = Object.entries(TRUTHS).map(([name, { name: label }]) => [name, label]);
    return [
      slider(
        this,
        "Degree",
        degrees,
        (state) => state.degree,
        (degree, options) => this.choose(degree, options),
      ),
      slider(
        this,
        "Training points n",
        points,
        (state) => state.n,
        (n, options) => this.change({ n, degree: Math.min(this.state.degree, n - 1) }, options),
      ),
      slider(this, "Noise σ", sigmas, (state) => state.sigma, put("sigma")),
      select("The truth is", truths, (state) => state.truth, put("truth")),
    ];
  }

  /** @param {number} degree @param {{ live: boolean }} [options] */
  choose(degree, options) {
    const most = Math.min(MOST_DEGREE, this.state.n - 1);
    if (degree > most)
      this.say(`${format(this.state.n)} points take degrees up to ${most}: more coefficients than points leave the curve open.`);
    else this.say("");
    this.change({ degree: Math.max(0, Math.min(most, degree)) }, options);
  }

  #draw() {
    const next = this.state.draw + 1;
    this.say(next > MOST_DRAWS ? `Those were ${MOST_DRAWS} draws; here is the first again.` : "");
    this.change({ draw: next > MOST_DRAWS ? 0 : next });
  }
}

const HELP = () =>
  h(
    "ul",
    {},
    h("li", {}, "The curves are least squares on 1, x, x², … Errors are mean squares. Test points are never fitted: they only judge."),
    h(
      "li",
      {},
      `Degrees go up to ${MOST_DEGREE}, and to one less than there are points, where the curve passes through all of them. Higher ones swing so far between the last points that double precision could not hold ten digits.`,
    ),
    h("li", {}, "Click into the lower picture to choose a degree, or use the slider and its arrow keys."),
  );

customElements.define("degree-lab", DegreeLab);
