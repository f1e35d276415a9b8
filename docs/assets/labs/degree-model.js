// What degree-lab is about: polynomials of any degree through a few points, judged on points that they have not seen.

import { CHAPTER } from "./degree-facts.js";
import { deviation } from "./judging.js";
import * as math from "./math.js";
import { polynomials } from "./polynomials.js";
import * as random from "./random.js";
import { format, pythonArray, whole } from "./text.js";
/** @import { DegreeState, Model, Numbers, Polynomials } from "./types" */

export const [FEWEST, LARGEST_N] = [8, 60];
const TESTS = 50;
export const MOST_DEGREE = 15; // beyond it the error between the last points outgrows what doubles can tell
export const MOST_DRAWS = 200;
export const GRID = Array.from({ length: 241 }, (_, i) => i / 24);

/** @type {Record<string, { name: string, f: (x: number) => number }>} */
export const TRUTHS = {
  wave: { name: "a wave", f: (x) => 3 * Math.sin(0.8 * x) + 0.3 * x },
  parabola: { name: "a parabola", f: (x) => 0.2 * (x - 4) ** 2 },
  line: { name: "a line", f: (x) => 0.7 * x },
};

/** @implements {Model<DegreeState>} */
export class DegreeModel {
  #uniform = random.stream();
  /** The noise of each draw. @type {{ train: number[], test: number[] }[]} */
  #draws = [];
  /** The fits to the draws of the present settings: the last ones stay in the picture. */
  kept = { settings: "", fits: /** @type {Map<number, Polynomials>} */ (new Map()) };
  /** That of the state which was measured last. */
  fit = this.#fits(this.start());

  start() {
    return { truth: "wave", n: 15, sigma: 1, degree: 1, draw: 0 };
  }

  check({ truth, n, sigma, degree, draw }) {
    if (!Object.hasOwn(TRUTHS, truth) || !whole(n, FEWEST, LARGEST_N) || !(sigma >= 0.1 && sigma <= 3))
      throw new Error("it has a setting that this lab lacks");
    if (!whole(degree, 0, Math.min(MOST_DEGREE, n - 1)) || !whole(draw, 0, MOST_DRAWS))
      throw new Error("its degree or its draw cannot be had");
    return { truth, n, sigma, degree, draw };
  }

  /** The noise of draw number `draw`, for the most points that there can be: other settings use the same. @param {number} draw */
  #noise(draw) {
    const next = () => this.#uniform.next().value;
    const one = () => random.normal(next(), next());
    while (this.#draws.length <= draw)
      this.#draws.push({ train: Array.from({ length: LARGEST_N }, one), test: Array.from({ length: TESTS }, one) });
    return this.#draws[draw];
  }

  /** Points to fit and points to judge by, both evenly over x from 0 to 10, with two decimals. @param {DegreeState} state */
  #points({ truth, n, sigma, draw }) {
    const x = Array.from({ length: n }, (_, i) => (10 * i) / (n - 1));
    const xTest = Array.from({ length: TESTS }, (_, i) => (10 * (i + 0.5)) / TESTS);
    if (draw === 0 && truth === "wave" && n === 15 && sigma === 1) return { x, y: CHAPTER.train, xTest, yTest: CHAPTER.test };
    const noise = this.#noise(draw);
    const noisy = (xs, own) => xs.map((value, i) => Math.round(100 * (TRUTHS[truth].f(value) + sigma * own[i])) / 100);
    return { x, y: noisy(x, noise.train), xTest, yTest: noisy(xTest, noise.test) };
  }

  /** All degrees of a state's data: errors, and the curves. @param {DegreeState} state @returns {Polynomials} */
  #fit(state) {
    const points = this.#points(state);
    const { x, y, xTest, yTest } = points;
    const fits = polynomials(x, y, [xTest, GRID], Math.min(MOST_DEGREE, x.length - 1));
    const square = (values) => math.sumOf(values.length, (i) => values[i] ** 2) / values.length;
    return {
      ...points,
      // As many coefficients as points leave nothing but rounding.
      train: fits.map(({ residuals }, degree) => (degree === x.length - 1 ? 0 : square(residuals))),
      test: fits.map(({ curves }) => square(curves[0].map((value, i) => value - yTest[i]))),
      curves: fits.map(({ curves }) => curves[1]),
    };
  }

  /** @param {DegreeState} state @returns {Polynomials} */
  #fits(state) {
    const { truth, n, sigma, draw } = state;
    const settings = [truth, n, sigma].join();
    if (this.kept.settings !== settings) this.kept = { settings, fits: new Map() };
    const { fits } = this.kept;
    const known = fits.get(draw) ?? this.#fit(state);
    fits.set(draw, known);
    return known;
  }

  /** @param {DegreeState} state */
  measure(state) {
    this.fit = this.#fits(state);
    const { degree, sigma } = state;
    const { train, test, y, yTest } = this.fit;
    const best = test.indexOf(Math.min(...test));
    return {
      degree,
      train: train[degree],
      test: test[degree],
      trainR2: 1 - train[degree] / deviation(y) ** 2,
      testR2: 1 - test[degree] / deviation(yTest) ** 2,
      best,
      least: test[best],
      noise: sigma ** 2,
    };
  }

  /** @param {DegreeState} state @param {Numbers} numbers */
  words({ n, degree }, { train, test, best, least }) {
    const learned =
      train === 0
        ? `The curve of degree ${degree} passes through all ${n} points: training error 0`
        : `Degree ${degree} on ${n} points: training error ${format(train, 3)}`;
    const judged = degree === best ? "the least of all degrees." : `${format(test / least, 3)} times the least, which degree ${best} has.`;
    return `${learned}, test error ${format(test, 3)}, ${judged}`;
  }

  /** @param {DegreeState} state */
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
