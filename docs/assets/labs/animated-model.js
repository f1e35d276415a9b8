// What animated-fit is about: the line of each step of a search by gradient descent, among the penguins.

import * as descent from "./descent-math.js";
import { format, pythonArray, whole } from "./text.js";
/** @import { Facts, FilmState, Model, Numbers, Points, Task } from "./types" */

const ETA = 0.1;
export const STEPS = 60;
const ASKED = 210; // mm: the bird that the chapter asks about

/** @type {Facts} */
export const FACTS = {
  step: { label: "steps taken", python: "steps" },
  w: { label: "slope w (g per mm)", python: "w", color: "line" },
  b: { label: "intercept b (g)", python: "b", color: "line" },
  loss: { label: "loss L (g²)", python: "np.mean(r**2)", color: "loss" },
  least: { label: "smallest loss (g²)", python: "least", color: "loss" },
  above: { label: "above it by, in %", python: "100 * gap / least" },
};

/** @type {Task[]} */
export const TASKS = [
  {
    goal: "Stop at the first step after which the loss is within 5 % of the smallest.",
    predict: { question: "After how many steps will that be?", choices: ["About 5.", "About 20.", "About 50."], right: 1 },
    start: () => ({ step: 0 }),
    done: ({ step }, { above }, { model }) => step > 0 && above <= 5 && model.measure({ step: step - 1 }).above > 5,
    why: "Each step takes away the same share of the gap to the smallest loss, so the first steps do most of it.",
  },
  {
    goal: "Stop at the first step at which the slope has come more than half of its way.",
    predict: {
      question: "How much of the gap to the smallest loss will be gone by then?",
      choices: ["Less than half.", "About half.", "Far more than half."],
      right: 2,
    },
    start: () => ({ step: 0 }),
    done: ({ step }, { w }, { model }) => step > 0 && w > model.halfWay && model.measure({ step: step - 1 }).w <= model.halfWay,
    why: "The loss is a mean of squares. Half of the distance leaves a quarter of the gap.",
  },
  {
    goal: "Let it run until the loss is within a thousandth of a percent of the smallest.",
    predict: { question: "Will the loss rise at some step on the way?", choices: ["Yes, now and then.", "No, not once."], right: 1 },
    start: () => ({ step: 0 }),
    done: (_, { above }) => above <= 0.001,
    why: "Each step goes downhill, and is short enough not to climb the other side. How short that is has a chapter of its own.",
  },
];

/** @implements {Model<FilmState>} */
export class FilmModel {
  /** @param {Points} birds flipper lengths and body masses */
  constructor({ x, y }) {
    this.x = x;
    this.y = y;
    this.scale = descent.standardize(x);
    this.path = descent.walk(descent.bowl(this.scale.z, y), 0, 0, ETA);
    descent.extend(this.path, STEPS);
  }

  /** Half of the best slope, in grams per millimeter. */
  get halfWay() {
    return this.path.surface.best.w / this.scale.unit / 2;
  }

  start() {
    return { step: 0 };
  }

  check({ step }) {
    if (!whole(step, 0, STEPS)) throw new Error("it names no step of this search");
    return { step };
  }

  /** The line of a step, in grams and millimeters. @param {number} step */
  line(step) {
    const { path, scale } = this;
    const w = path.w[step] / scale.unit;
    return { w, b: path.b[step] - w * scale.mean };
  }

  /** @param {FilmState} state */
  measure({ step }) {
    const { path } = this;
    const least = path.surface.best.loss;
    return { step, ...this.line(step), loss: path.loss[step], least, above: (100 * path.gap[step]) / least };
  }

  /** @param {FilmState} state */
  ended({ step }) {
    return step === STEPS;
  }

  /** @param {FilmState} state */
  next({ step }) {
    return step + 1;
  }

  last() {
    return STEPS;
  }

  /** @param {FilmState} state @param {Numbers} numbers */
  words({ step }, { w, b, above }) {
    const where = step ? `After ${step} step${step === 1 ? "" : "s"}` : "Before the first step";
    const guess = `${where} the line has the slope ${format(w, 3)} g per mm, and gives a bird with a ${ASKED} mm flipper ${format(Math.round(w * ASKED + b))} g.`;
    if (above < 0.001) return `${guess} Its loss is the smallest there is, to a thousandth of a percent: the line has found the birds.`;
    return `${guess} Its loss is ${above < 400 ? `${format(above, 3)} % above the smallest.` : `${format(1 + above / 100, 3)} times the smallest.`}`;
  }

  /** @param {FilmState} state */
  preamble({ step }) {
    return [
      "import numpy as np",
      "",
      ...pythonArray("x", this.x, 15),
      ...pythonArray("y", this.y, 15),
      "",
      "# x scaled: in deviations from its mean, so that few steps will do",
      "mu, s = x.mean(), x.std()",
      "z = (x - mu) / s",
      "",
      `eta, steps = ${ETA}, ${step}`,
      "v, c = 0.0, 0.0",
      "for _ in range(steps):",
      "    r = v * z + c - y",
      "    v, c = v - eta * 2 * np.mean(r * z), c - eta * 2 * np.mean(r)",
      "r = v * z + c - y",
      "",
      "w, b = v / s, c - v / s * mu  # in grams per millimeter, and grams",
      "best_v = np.mean(z * (y - y.mean()))",
      "least = np.mean((best_v * z - (y - y.mean())) ** 2)",
      "gap = (v - best_v) ** 2 + (c - y.mean()) ** 2",
    ];
  }
}
