// <animated-fit>: the line finds the penguins by steps of gradient descent, as a film that its reader plays, stops and steps through.

import { button, h, loadCsv } from "./lab.js";
import { Plot, px } from "./plot.js";
import { Player } from "./descent-player.js";
import { format, pythonArray } from "./text.js";
import * as descent from "./descent-math.js";

const ETA = 0.1;
const STEPS = 60;
const ASKED = 210; // mm: the bird that the chapter asks about

const FACTS = {
  step: { label: "steps taken", python: "steps" },
  w: { label: "slope w (g per mm)", python: "w", color: "line" },
  b: { label: "intercept b (g)", python: "b", color: "line" },
  loss: { label: "loss L (g²)", python: "np.mean(r**2)", color: "loss" },
  least: { label: "smallest loss (g²)", python: "least", color: "loss" },
  above: { label: "above it by, in %", python: "100 * gap / least" },
};

const TASKS = [
  {
    goal: "Stop at the first step after which the loss is within 5 % of the smallest.",
    predict: { question: "After how many steps will that be?", choices: ["About 5.", "About 20.", "About 50."], right: 1 },
    start: () => ({ step: 0 }),
    done: ({ step }, { above }, lab) => step > 0 && above <= 5 && lab.measure({ step: step - 1 }).above > 5,
    why: "Each step takes away the same share of the gap to the smallest loss, so the first steps do most of it.",
  },
  {
    goal: "Stop at the first step at which the slope has come more than half of its way.",
    predict: { question: "How much of the gap to the smallest loss will be gone by then?", choices: ["Less than half.", "About half.", "Far more than half."], right: 2 },
    start: () => ({ step: 0 }),
    done: ({ step }, { w }, lab) => step > 0 && w > lab.path.surface.best.w / lab.scale.unit / 2 && lab.measure({ step: step - 1 }).w <= lab.path.surface.best.w / lab.scale.unit / 2,
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

class AnimatedFit extends Player {
  static heading = "The line finds the birds";
  static facts = FACTS;
  static tasks = TASKS;
  static paces = { slow: 900, medium: 300, fast: 80 };

  async load() {
    const birds = await loadCsv("penguins.csv");
    const whole = birds.filter((bird) => bird.flipper_length_mm !== "NA" && bird.body_mass_g !== "NA");
    this.x = whole.map((bird) => Number(bird.flipper_length_mm));
    this.y = whole.map((bird) => Number(bird.body_mass_g));
    this.scale = descent.standardize(this.x);
    this.path = descent.walk(descent.bowl(this.scale.z, this.y), 0, 0, ETA);
    descent.extend(this.path, STEPS);
  }

  start() {
    return { step: 0 };
  }

  check({ step }) {
    if (!(Number.isInteger(step) && step >= 0 && step <= STEPS)) throw new Error("it names no step of this search");
    return { step };
  }

  // The line of a step, in grams and millimeters.
  #line(step) {
    const { path, scale } = this;
    const w = path.w[step] / scale.unit;
    return { w, b: path.b[step] - w * scale.mean };
  }

  measure({ step }) {
    const { path } = this;
    const least = path.surface.best.loss;
    return { step, ...this.#line(step), loss: path.loss[step], least, above: (100 * path.gap[step]) / least };
  }

  build(body) {
    this.plot = new Plot({ label: "Penguins, and the line of each step so far", relaid: () => this.refresh(), shape: 0.5 });
    this.dots = this.plot.layer("lab-points", "path");
    this.ghosts = this.plot.layer("lab-ghosts", "path");
    this.line = this.plot.layer("lab-line", "path");
    this.plot.domain([168, 235], [-200, 6600]);
    this.plot.labels("flipper length (mm)", "body mass (g)");
    this.buildPlaying("Play");
    this.stepping = button("Step", () => this.goTo(this.state.step + 1));
    this.backing = button("Back", () => this.goTo(this.state.step - 1));
    const place = this.slider("Step", { steps: STEPS, from: (step) => step, to: (step) => step, text: (step) => format(step) }, (state) => state.step, (step, options) => {
      this.pause();
      this.change({ step }, options);
    });
    this.controls = [place, this.speed];
    body.append(
      h("div", { class: "lab-row lab-buttons" }, this.playing, this.stepping, this.backing, this.speed.element),
      place.element,
      this.plot.box,
      this.sentence,
      this.factList(Object.keys(FACTS)),
    );
  }

  connect() {
    this.plot.connect();
  }

  disconnect() {
    this.halt();
    this.plot?.disconnect();
  }

  draw({ step }, before) {
    const { plot } = this;
    if (before === null) this.dots.setAttribute("d", this.x.map((x, i) => `M${px(plot.x(x))} ${px(plot.y(this.y[i]))}h0`).join(""));
    const [from, to] = plot.x.domain();
    const path = (at) => {
      const { w, b } = this.#line(at);
      return `M${px(plot.x(from))} ${px(plot.y(w * from + b))}L${px(plot.x(to))} ${px(plot.y(w * to + b))}`;
    };
    this.ghosts.setAttribute("d", Array.from({ length: step }, (_, at) => path(at)).join(""));
    this.line.setAttribute("d", path(step));
    this.stepping.disabled = step === STEPS;
    this.backing.disabled = step === 0;
    this.controls.forEach((control) => control.show(this.state));
  }

  words({ step }, { w, b, above }) {
    const where = step ? `After ${step} step${step === 1 ? "" : "s"}` : "Before the first step";
    const guess = `${where} the line has the slope ${format(w, 3)} g per mm, and gives a bird with a ${ASKED} mm flipper ${format(Math.round(w * ASKED + b))} g.`;
    if (above < 0.001) return `${guess} Its loss is the smallest there is, to a thousandth of a percent: the line has found the birds.`;
    return `${guess} Its loss is ${above < 400 ? `${format(above, 3)} % above the smallest.` : `${format(1 + above / 100, 3)} times the smallest.`}`;
  }

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

  // ---- playing ----

  get ended() {
    return this.state.step === STEPS;
  }

  next() {
    return this.state.step + 1;
  }

  last() {
    return STEPS;
  }
}

customElements.define("animated-fit", AnimatedFit);
