// <degree-lab>: polynomials of any degree through a few points, judged on points that they have not seen; the data drawn anew at will.

import { Lab, button, h } from "./lab.js";
import { Plot } from "./plot.js";
import { scaleLog } from "../vendor/d3/d3.js";
import { format, pythonArray } from "./text.js";
import { curve, dots, key, upright } from "./judging-view.js";
import * as math from "./math.js";
import * as judging from "./judging.js";
import * as random from "./random.js";

const [FEWEST, LARGEST_N] = [8, 60];
const TESTS = 50;
const MOST_DEGREE = 15; // beyond it the error between the last points outgrows what doubles can tell
const MOST_DRAWS = 200;
const GHOSTS = 20; // earlier draws that stay in the picture
const GRID = Array.from({ length: 241 }, (_, i) => i / 24);

const TRUTHS = {
  wave: { name: "a wave", f: (x) => 3 * Math.sin(0.8 * x) + 0.3 * x },
  parabola: { name: "a parabola", f: (x) => 0.2 * (x - 4) ** 2 },
  line: { name: "a line", f: (x) => 0.7 * x },
};

// The first draw is the chapter's: the points of its figure.
const CHAPTER = {
  train: [1.05, 3.61, 0.6, 3.47, 4.14, 3.27, 1.09, 0.73, -0.97, -0.25, 0.71, 1.29, 3.35, 5.9, 5.39],
  test: [1.54, 2.1, 3.12, 1.78, 3.63, 1.74, 2.16, 3.33, 3.73, 1.97, 1.88, 3.94, 2.62, 4.51, 3.46, 3.08, 2.64, 2.95, 1.5, 2.32, 0.29, 0.18, -0.66, 0.27, -0.6, -1.75, 0.92, -1.57, -1.37, -0.84, 0.62, -1.1, 0.0, -0.28, -1.47, 1.22, 1.92, 1.17, 1.93, 0.98, 1.49, 3.15, 4.66, 4.02, 5.19, 6.22, 5.63, 6.33, 7.34, 4.72],
};

const FACTS = {
  degree: { label: "degree", python: "degree" },
  train: { label: "training error", python: "train[degree]", color: "loss" },
  test: { label: "test error", python: "test[degree]", color: "loss" },
  trainR2: { label: "R², training", python: "1 - train[degree] / np.var(y)" },
  testR2: { label: "R², test", python: "1 - test[degree] / np.var(y_test)" },
  best: { label: "degree with the least test error", python: "np.argmin(test)" },
  least: { label: "its test error", python: "np.min(test)", color: "loss" },
  noise: { label: "variance of the noise", python: "sigma**2" },
};

const TASKS = [
  {
    goal: "Raise the degree until the training error is 0.",
    predict: { question: "At which degree does that happen, with 15 points?", choices: ["7", "14", "Never: there is noise."], right: 1 },
    start: (state, lab) => lab.start(),
    done: ({ n }, { train }) => n === 15 && train === 0,
    why: "Fifteen coefficients satisfy fifteen equations. The curve has learned the noise by heart, and the test error tells.",
  },
  {
    goal: "Choose the degree with the least test error, with your eyes on the upper picture.",
    start: (state, lab) => ({ ...lab.start(), degree: 14 }),
    done: ({ degree }, { best }) => degree === best,
    why: "Below it the curve cannot bend as the wave does. Above it, it bends for the noise.",
  },
  {
    goal: "Draw the data anew five times or more.",
    predict: { question: "Will the best degree always be the same?", choices: ["Yes: the truth stays the same.", "No."], right: 1 },
    start: (state, lab) => lab.start(),
    done: ({ draw }) => draw >= 5,
    why: "Training and test points are samples. Several degrees are nearly as good, and luck decides among them: one reason for cross-validation.",
  },
  {
    goal: "Keep degree 14, and bring its test error below 1.5 times the variance of the noise.",
    predict: { question: "What tames a curve of degree 14?", choices: ["More points.", "A quieter noise.", "Nothing: it is too flexible."], right: 0 },
    start: (state, lab) => ({ ...lab.start(), degree: 14 }),
    done: ({ degree }, { test, noise }) => degree === 14 && test < 1.5 * noise,
    why: "Overfitting is not a matter of the degree alone, but of parameters per point. With less noise, both errors fall alike.",
  },
];

class DegreeLab extends Lab {
  static heading = "Lab: how flexible should it be?";
  static facts = FACTS;
  static tasks = TASKS;
  static style = "judging.css";

  start() {
    return { truth: "wave", n: 15, sigma: 1, degree: 1, draw: 0 };
  }

  check({ truth, n, sigma, degree, draw }) {
    const whole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
    if (!Object.hasOwn(TRUTHS, truth) || !whole(n, FEWEST, LARGEST_N) || !(sigma >= 0.1 && sigma <= 3)) throw new Error("it has a setting that this lab lacks");
    if (!whole(degree, 0, Math.min(MOST_DEGREE, n - 1)) || !whole(draw, 0, MOST_DRAWS)) throw new Error("its degree or its draw cannot be had");
    return { truth, n, sigma, degree, draw };
  }

  // The noise of draw number `draw`, for the most points that there can be: other settings use the same.
  #noise(draw) {
    this.world ??= { next: random.stream(), draws: [] };
    const { next, draws } = this.world;
    const one = () => random.normal(next.next().value, next.next().value);
    while (draws.length <= draw) draws.push({ train: Array.from({ length: LARGEST_N }, one), test: Array.from({ length: TESTS }, one) });
    return draws[draw];
  }

  // Points to fit and points to judge by, both evenly over x from 0 to 10, with two decimals.
  #points({ truth, n, sigma, draw }) {
    const x = Array.from({ length: n }, (_, i) => (10 * i) / (n - 1));
    const xTest = Array.from({ length: TESTS }, (_, i) => (10 * (i + 0.5)) / TESTS);
    if (draw === 0 && truth === "wave" && n === 15 && sigma === 1) return { x, y: CHAPTER.train, xTest, yTest: CHAPTER.test };
    const noise = this.#noise(draw);
    const noisy = (xs, own) => xs.map((value, i) => Math.round(100 * (TRUTHS[truth].f(value) + sigma * own[i])) / 100);
    return { x, y: noisy(x, noise.train), xTest, yTest: noisy(xTest, noise.test) };
  }

  // All degrees of a state's data: errors, and the curves.
  #fit(state) {
    const points = this.#points(state);
    const { x, y, xTest, yTest } = points;
    const fits = judging.polynomials(x, y, [xTest, GRID], Math.min(MOST_DEGREE, x.length - 1));
    const square = (values) => math.sumOf(values.length, (i) => values[i] ** 2) / values.length;
    return {
      ...points,
      // As many coefficients as points leave nothing but rounding.
      train: fits.map(({ residuals }, degree) => (degree === x.length - 1 ? 0 : square(residuals))),
      test: fits.map(({ curves }) => square(curves[0].map((value, i) => value - yTest[i]))),
      curves: fits.map(({ curves }) => curves[1]),
    };
  }

  // Kept for the draws of the present settings: the last ones stay in the picture.
  #fits(state) {
    const { truth, n, sigma, draw } = state;
    const settings = [truth, n, sigma].join();
    if (this.kept?.settings !== settings) this.kept = { settings, fits: new Map() };
    const { fits } = this.kept;
    if (!fits.has(draw)) fits.set(draw, this.#fit(state));
    return fits.get(draw);
  }

  measure(state) {
    const fit = this.#fits(state);
    this.fit = fit;
    const { degree, sigma } = state;
    const { train, test, y, yTest } = fit;
    const best = test.indexOf(Math.min(...test));
    return {
      degree,
      train: train[degree],
      test: test[degree],
      trainR2: 1 - train[degree] / judging.deviation(y) ** 2,
      testR2: 1 - test[degree] / judging.deviation(yTest) ** 2,
      best,
      least: test[best],
      noise: sigma ** 2,
    };
  }

  build(body) {
    const relaid = () => this.refresh();
    this.picture = new Plot({ label: "Training points, test points, the truth, and the fitted curve", relaid, shape: 0.5, left: 40 });
    this.errors = new Plot({ label: "Training and test error for each degree", relaid, shape: 0.45, left: 64, yScale: scaleLog(), yFormat: "," });
    this.plots = [this.picture, this.errors];
    const layer = (plot, name) => plot.layer(name, "path");
    this.tests = layer(this.picture, "lab-field-points");
    this.truth = layer(this.picture, "lab-truth");
    this.curve = layer(this.picture, "lab-line");
    this.points = layer(this.picture, "lab-sample-points");
    this.ghosts = layer(this.errors, "lab-faint");
    this.here = layer(this.errors, "lab-here");
    this.train = layer(this.errors, "lab-loss");
    this.test = layer(this.errors, "lab-loss lab-dashed");
    this.errors.clicked = (x) => this.#choose(Math.round(x));
    const put = (name) => (value, options) => void this.change({ [name]: value }, options);
    this.controls = [
      this.slider("Degree", { steps: MOST_DEGREE, from: (place) => place, to: (degree) => degree, text: format }, (state) => state.degree, (degree, options) => this.#choose(degree, options)),
      this.slider("Training points n", { steps: LARGEST_N - FEWEST, from: (place) => place + FEWEST, to: (n) => n - FEWEST, text: format }, (state) => state.n, (n, options) => this.change({ n, degree: Math.min(this.state.degree, n - 1) }, options)),
      this.slider("Noise σ", { steps: 29, from: (place) => (place + 1) / 10, to: (sigma) => Math.round(10 * sigma) - 1, text: format }, (state) => state.sigma, put("sigma")),
      this.select("The truth is", Object.entries(TRUTHS).map(([name, { name: label }]) => [name, label]), (state) => state.truth, put("truth")),
    ];
    const [degree, n, sigma, truth] = this.controls.map((control) => control.element);
    body.append(
      degree,
      this.picture.box,
      h("p", { class: "lab-row lab-aside" }, key("fitted curve"), key("truth", "lab-dashed", "lab-key-truth"), "large dots: training points, small dots: test points"),
      this.errors.box,
      h("p", { class: "lab-row lab-aside" }, key("training error", "lab-key-loss"), key("test error", "lab-key-loss", "lab-dashed"), "faint: test errors of earlier draws"),
      this.sentence,
      h("div", { class: "lab-row" }, button("Draw the data anew", () => this.#draw()), truth),
      n, sigma,
      this.factList(Object.keys(FACTS)),
      this.more("What is drawn", () => h("ul", {},
        h("li", {}, "The curves are least squares on 1, x, x², … Errors are mean squares. Test points are never fitted: they only judge."),
        h("li", {}, `Degrees go up to ${MOST_DEGREE}, and to one less than there are points, where the curve passes through all of them. Higher ones swing so far between the last points that double precision could not hold ten digits.`),
        h("li", {}, "Click into the lower picture to choose a degree, or use the slider and its arrow keys."))),
    );
  }

  connect() {
    this.plots.forEach((plot) => plot.connect());
  }

  disconnect() {
    this.plots?.forEach((plot) => plot.disconnect());
  }

  #choose(degree, options) {
    const most = Math.min(MOST_DEGREE, this.state.n - 1);
    if (degree > most) this.say(`${format(this.state.n)} points take degrees up to ${most}: more coefficients than points leave the curve open.`);
    else this.say("");
    this.change({ degree: Math.max(0, Math.min(most, degree)) }, options);
  }

  #draw() {
    const next = this.state.draw + 1;
    this.say(next > MOST_DRAWS ? `Those were ${MOST_DRAWS} draws; here is the first again.` : "");
    this.change({ draw: next > MOST_DRAWS ? 0 : next });
  }

  draw(state, before) {
    const { picture, errors, fit } = this;
    const { degree, truth, n, sigma, draw } = state;
    const { x, y, xTest, yTest, curves, train, test } = fit;
    const known = GRID.map(TRUTHS[truth].f);
    const same = before && before.truth === truth && before.n === n && before.sigma === sigma && before.draw === draw;
    if (!same) {
      // The truth and its noise give the frame; a curve that shoots out of it is cut off.
      const [low, high] = [Math.min(...known) - 2.6 * sigma - 0.5, Math.max(...known) + 2.6 * sigma + 0.5];
      picture.domain([-0.3, 10.3], [low, high]);
      picture.labels("x", "y");
      this.truth.setAttribute("d", curve(picture, GRID, known));
      this.points.setAttribute("d", dots(picture, x, y));
      this.tests.setAttribute("d", dots(picture, xTest, yTest));
      const [floor, ceiling] = [sigma ** 2 / 50, Math.max(100 * sigma ** 2, 20)];
      errors.domain([-0.4, MOST_DEGREE + 0.4], [floor, ceiling]);
      errors.labels("degree", "mean squared error");
      const degrees = train.map((_, k) => k);
      // Far beyond the frame a coordinate would only strain the browser.
      const inFrame = (values) => values.map((value) => (value === 0 ? null : Math.min(Math.max(value, floor / 1e3), ceiling * 1e3)));
      this.train.setAttribute("d", curve(errors, degrees, inFrame(train)));
      this.test.setAttribute("d", curve(errors, degrees, inFrame(test)));
      const earlier = [...this.kept.fits].filter(([number]) => number !== draw).slice(-GHOSTS);
      this.ghosts.setAttribute("d", earlier.map(([, other]) => curve(errors, degrees, inFrame(other.test))).join(""));
    }
    const [bottom, top] = picture.y.domain();
    this.curve.setAttribute("d", curve(picture, GRID, curves[degree].map((value) => Math.min(Math.max(value, bottom - 50), top + 50))));
    this.here.setAttribute("d", upright(errors, degree));
    this.controls.forEach((control) => control.show(state));
  }

  words({ n, degree }, { train, test, best, least }) {
    const learned = train === 0 ? `The curve of degree ${degree} passes through all ${n} points: training error 0` : `Degree ${degree} on ${n} points: training error ${format(train, 3)}`;
    const judged = degree === best ? "the least of all degrees." : `${format(test / least, 3)} times the least, which degree ${best} has.`;
    return `${learned}, test error ${format(test, 3)}, ${judged}`;
  }

  preamble({ n, sigma, degree }) {
    const { y, yTest } = this.fit;
    const most = Math.min(MOST_DEGREE, n - 1);
    return [
      "import numpy as np",
      "from numpy.polynomial import Chebyshev",
      "",
      `n, sigma, degree = ${n}, ${sigma}, ${degree}`,
      "x = 10 * np.arange(n) / (n - 1)",
      ...pythonArray("y", y),
      `x_test = 10 * (np.arange(${TESTS}) + 0.5) / ${TESTS}`,
      ...pythonArray("y_test", yTest),
      "",
      "# Chebyshev's polynomials span the same curves as 1, x, x², …, and lose fewer digits.",
      `curves = [Chebyshev.fit(x, y, k) for k in range(${most + 1})]`,
      "train = [np.mean((curve(x) - y) ** 2) for curve in curves]",
      "test = [np.mean((curve(x_test) - y_test) ** 2) for curve in curves]",
      ...(most === n - 1 ? ["train[n - 1] = 0.0  # as many coefficients as points: what is left is rounding"] : []),
    ];
  }
}

customElements.define("degree-lab", DegreeLab);
