// What collinear-lab is about: two columns of a chosen correlation, and what samples of the birds say of their weights.

import { deviation } from "./judging.js";
import * as math from "./math.js";
import * as random from "./random.js";
import { LARGEST, format, pythonArray, whole } from "./text.js";
import { companion, twoWeights } from "./two-weights.js";
/** @import { CollinearState, Model, Numbers, Points, TwoWeights } from "./types" */

export const MOST = 300; // samples
export const FEWEST = 20; // birds in a sample

/** @implements {Model<CollinearState>} */
export class CollinearModel {
  /** The second column, the fit to all birds (null where the columns are equal) and those to the samples, of the state that was measured last. */
  picture = {
    wanted: "",
    second: /** @type {number[]} */ ([]),
    whole: /** @type {TwoWeights | null} */ (null),
    fits: /** @type {TwoWeights[]} */ ([]),
  };
  /** What the samples predict for the new bird. @type {number[]} */
  guesses = [];
  #drawn;

  /** @param {Points} penguins flipper lengths and body masses */
  constructor({ x, y }) {
    this.flipper = x;
    this.mass = y;
    /** The weight of two equal columns together. */
    this.sum = math.bestLine(x, y).w;
    this.everyone = y.map((_, i) => i);
    this.#drawn = this.#restarted(0);
  }

  /** The row of random numbers from its beginning: first the noise of the second column, then the birds of one sample after the other. @param {number} birds */
  #restarted(birds) {
    const uniform = random.stream();
    const next = () => uniform.next().value;
    const noise = this.flipper.map(() => random.normal(next(), next()));
    return { birds, next, noise, samples: /** @type {number[][]} */ ([]) };
  }

  /** @param {number} birds @param {number} count */
  #sample(birds, count) {
    if (this.#drawn.birds !== birds) this.#drawn = this.#restarted(birds);
    const { next, samples } = this.#drawn;
    while (samples.length < count) samples.push(Array.from({ length: birds }, () => random.integer(this.mass.length, next())));
    return samples.slice(0, count);
  }

  /** The fit to all birds and those to the samples. While the new bird moves, they stay. @param {number} rho @param {number} birds @param {number} samples */
  #fits(rho, birds, samples) {
    const wanted = [rho, birds, samples].join();
    if (this.picture.wanted === wanted) return this.picture;
    const rows = this.#sample(birds, samples);
    const second = companion(this.flipper, this.#drawn.noise, rho);
    const fit = (row) => twoWeights(this.flipper, second, this.mass, row);
    const whole = fit(this.everyone);
    const fits = whole ? rows.map(fit).filter(Boolean) : [];
    this.picture = { wanted, second, whole, fits };
    return this.picture;
  }

  start() {
    return { rho: 0.9975, birds: 342, samples: 120, at: [210, 210] };
  }

  check({ rho, birds, samples, at }) {
    if (!(rho >= 0 && (rho <= 0.9999 || rho === 1))) throw new Error("its correlation is not between 0 and 0.9999, nor 1");
    if (!whole(birds, FEWEST, this.mass.length) || !whole(samples, 0, MOST)) throw new Error("it asks for samples that cannot be drawn");
    if (!Array.isArray(at) || at.length !== 2 || !at.every((value) => Number.isFinite(value) && Math.abs(value) <= LARGEST))
      throw new Error("its new bird has no place");
    return { rho, birds, samples, at };
  }

  /** @param {CollinearState} state */
  measure({ rho, birds, samples, at }) {
    const { whole, fits } = this.#fits(rho, birds, samples);
    const guesses = fits.map(({ w1, w2, b }) => w1 * at[0] + w2 * at[1] + b);
    const guess = whole ? whole.w1 * at[0] + whole.w2 * at[1] + whole.b : null;
    this.guesses = guesses;
    const spread = (values) => (values.length > 1 ? deviation(values) : null);
    return {
      rho,
      vif: whole ? whole.vif : null,
      w1: whole ? whole.w1 : null,
      w2: whole ? whole.w2 : null,
      samples,
      spread1: spread(fits.map(({ w1 }) => w1)),
      spread2: spread(fits.map(({ w2 }) => w2)),
      spreadSum: spread(fits.map(({ w1, w2 }) => w1 + w2)),
      negative: fits.length ? fits.filter(({ w2 }) => w2 < 0).length : null,
      guess,
      spreadGuess: spread(guesses),
    };
  }

  /** @param {CollinearState} state @param {Numbers} numbers */
  words({ rho, samples, at }, { vif, spread1, spread2, spreadSum, spreadGuess, guess, negative }) {
    if (vif === null)
      return `The two columns are equal. No single pair of weights is the best: every pair on the dashed line has the same sum, ${format(this.sum, 3)}, and predicts the same.`;
    const first = `At a correlation of ${format(rho)} the VIF is ${format(vif, 3)}.`;
    const bird = `For a bird of ${format(at[0])} and ${format(at[1])} mm the prediction is ${format(guess, 4)} g`;
    if (spread1 === null) return `${first} ${bird}. Draw samples to see how firm that is.`;
    return `${first} Over ${format(samples)} samples the weights scatter by ${format(spread1, 3)} and ${format(spread2, 3)} g per mm, their sum by ${format(spreadSum, 3)}; the second is negative in ${negative}. ${bird}, and scatters by ${format(spreadGuess, 3)} g.`;
  }

  /** @param {CollinearState} state */
  preamble({ rho, birds, samples, at }) {
    const start = [
      "import math",
      "",
      "import numpy as np",
      "",
      ...pythonArray("flipper", this.flipper),
      ...pythonArray("mass", this.mass),
      `rho, birds, samples = ${rho}, ${birds}, ${samples}`,
    ];
    if (!this.picture.whole) return start;
    return [
      ...start,
      "n = len(mass)",
      "",
      "",
      ...random.PYTHON_STREAM.split("\n"),
      "",
      "# The second column: noise without its mean and what the flippers say of it, mixed with the flippers.",
      "uniform = stream()",
      "noise = np.array([normal(next(uniform), next(uniform)) for _ in range(n)])",
      "dx = flipper - flipper.mean()",
      "for _ in range(2):",
      "    noise = noise - noise.mean() - (dx @ noise) / (dx @ dx) * dx",
      "noise = noise * np.sqrt(dx @ dx / (noise @ noise))",
      "second = flipper.mean() + rho * dx + np.sqrt(1 - rho**2) * noise",
      "",
      "",
      "def fit(rows):",
      "    X, y = np.column_stack([flipper, second])[rows], mass[rows]",
      "    w = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0]",
      "    return [*w, y.mean() - X.mean(axis=0) @ w]",
      "",
      "",
      "vif = np.linalg.inv(np.corrcoef(flipper, second))[0, 0]",
      "w1, w2, b = fit(np.arange(n))",
      `bird = np.array([${at[0]}, ${at[1]}, 1.0])`,
      "guess = bird @ (w1, w2, b)",
      "draws = [[int(n * next(uniform)) for _ in range(birds)] for _ in range(samples)]",
      "fits = np.array([fit(rows) for rows in draws]).reshape(-1, 3)",
      "guesses = fits @ bird",
    ];
  }
}
