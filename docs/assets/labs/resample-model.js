// What resample-lab is about: samples of one truth, their lines, and two kinds of interval that keep their promise or not.

import * as judging from "./judging.js";
import * as math from "./math.js";
import * as random from "./random.js";
import { NOISES, RESAMPLES, World } from "./resample-world.js";
import { format, whole } from "./text.js";
/** @import { Intervals, Model, Numbers, ResampleState } from "./types" */

export const TRUTH = { slope: 3, intercept: 2 };
export const MOST = 500; // samples
export const [FEWEST, LARGEST_N] = [5, 50];
export const STARTS = [0, 10, 100, 1000];
export const LEVELS = [0.5, 0.8, 0.9, 0.95, 0.99];

/** @implements {Model<ResampleState>} */
export class ResampleModel {
  /** The intervals of the samples that were measured last. @type {Intervals[]} */
  rows = [];
  /** The samples of the n and the noise that were measured last. */
  world = new World(10, "bell");

  constructor() {
    /** What the second task is measured by. */
    this.widthOfTen = this.measure({ ...this.start(), n: 10, samples: 100 }).width;
  }

  /** @returns {ResampleState} */
  start() {
    return { n: 20, noise: "bell", sigma: 1.5, from: 0, target: "slope", level: 0.95, first: 0, samples: 1 };
  }

  check({ n, noise, sigma, from, target, level, first, samples }) {
    if (!whole(n, FEWEST, LARGEST_N) || !whole(samples, 0, MOST) || !whole(first, 0, MOST))
      throw new Error("it asks for samples that cannot be drawn");
    if (!Object.hasOwn(NOISES, noise) || !(sigma >= 0.1 && sigma <= 5)) throw new Error("its noise is unknown");
    if (!STARTS.includes(from) || !LEVELS.includes(level) || !Object.hasOwn(TRUTH, target))
      throw new Error("it has a setting that this lab lacks");
    return { n, noise, sigma, from, target, level, first, samples };
  }

  /** @param {ResampleState} state */
  measure({ n, noise, sigma, from, target, level, first, samples }) {
    if (this.world.n !== n || this.world.noise !== noise) this.world = new World(n, noise);
    const { world } = this;
    const { sxx } = world;
    world.draw(first + samples);
    const limit = judging.tLimit(n - 2, level);
    const middle = from + 5;
    const truth = TRUTH[target];
    // Slope and height in the middle make the intercept. The size of the noise only scales them, and so the percentiles too.
    const unit = (slope, height) => (target === "slope" ? slope : height - middle * slope);
    const factor = Math.sqrt(target === "slope" ? 1 / sxx : 1 / n + middle ** 2 / sxx);
    const kind = [target, from, level].join();
    this.rows = world.samples.slice(first, first + samples).map((sample) => {
      if (sample.kind !== kind) {
        const sorted = sample.slopes.map((slope, k) => unit(slope, sample.levels[k])).sort();
        Object.assign(sample, { kind, ends: [1 - level, 1 + level].map((share) => judging.quantile(sorted, share / 2)) });
      }
      const estimate = truth + sigma * unit(sample.slope, sample.level);
      const error = sigma * factor * sample.s;
      const [bootLow, bootHigh] = sample.ends.map((end) => truth + sigma * end);
      const [low, high] = [estimate - limit * error, estimate + limit * error];
      return {
        estimate,
        error,
        low,
        high,
        bootLow,
        bootHigh,
        held: low <= truth && truth <= high,
        bootHeld: bootLow <= truth && truth <= bootHigh,
      };
    });
    const { rows } = this;
    const last = rows.at(-1);
    if (!last) return { samples, limit };
    const held = rows.filter((row) => row.held).length;
    const bootHeld = rows.filter((row) => row.bootHeld).length;
    const average = (f) => math.mean(rows.map(f));
    const { estimate, error, low, high, bootLow, bootHigh } = last;
    return {
      samples,
      estimate,
      error,
      limit,
      low,
      high,
      bootLow,
      bootHigh,
      held,
      heldShare: (100 * held) / samples,
      bootHeld,
      bootShare: (100 * bootHeld) / samples,
      spread: samples > 1 ? judging.deviation(rows.map((row) => row.estimate)) : null,
      meanError: average((row) => row.error),
      width: average((row) => row.high - row.low),
      bootWidth: average((row) => row.bootHigh - row.bootLow),
    };
  }

  /** @param {ResampleState} state @param {Numbers} numbers */
  words({ level, target, samples, n }, { held, heldShare, bootHeld, bootShare, spread, meanError, low, high, bootLow, bootHigh }) {
    const promise = `interval of ${format(100 * level)} %`;
    if (!samples) return `No sample yet: draw one. It will have ${format(n)} points.`;
    if (samples === 1)
      return `One sample of ${format(n)} points. The formula’s ${promise} for the ${target} goes from ${format(low, 3)} to ${format(high, 3)}, the bootstrap’s from ${format(bootLow, 3)} to ${format(bootHigh, 3)}. The truth, ${TRUTH[target]}, is ${held ? "inside" : "outside"} the first and ${bootHeld ? "inside" : "outside"} the second.`;
    return `Over ${format(samples)} samples the formula’s ${promise} for the ${target} holds the truth in ${held} (${format(heldShare, 3)} %), the bootstrap’s in ${bootHeld} (${format(bootShare, 3)} %). The estimates scatter by ${format(spread, 3)}; the mean standard error is ${format(meanError, 3)}.`;
  }

  /** @param {ResampleState} state */
  preamble({ n, noise, sigma, from, target, level, first, samples }) {
    const start = [
      "import math",
      "",
      "import numpy as np",
      "from scipy.special import stdtrit",
      "",
      `n, samples = ${n}, ${samples}`,
      `limit = stdtrit(n - 2, (1 + ${level}) / 2)`,
    ];
    if (!samples) return start;
    const slope = target === "slope";
    return [
      ...start,
      "",
      "",
      ...random.PYTHON_STREAM.split("\n"),
      ...(noise === "tails"
        ? [
            "",
            "def normal(u, v):  # not the bell curve: Laplace's noise, brought to spread 1",
            "    return math.floor(1000 * (1 if v < 0.5 else -1) * math.log(u) * math.sqrt(0.5) + 0.5) / 1000",
            "",
            "",
          ]
        : [""]),
      "uniform = stream()",
      "place = 10 * np.arange(n) / (n - 1)",
      `x, loud = ${from} + place, ${NOISES[noise].python}`,
      "resamples = []",
      `while len(resamples) < ${RESAMPLES}:`,
      "    rows = [int(n * next(uniform)) for _ in range(n)]",
      "    if min(rows) < max(rows):  # a single point has no slope",
      "        resamples.append(rows)",
      `noise = [[normal(next(uniform), next(uniform)) for _ in range(n)] for _ in range(${first} + samples)]`,
      `y = 2 + 3 * x + ${sigma} * loud * np.array(noise)[${first}:]`,
      "",
      "",
      "def fit(x, y):",
      '    """Slope and intercept along the last axis."""',
      "    dx = x - x.mean(axis=-1, keepdims=True)",
      "    slope = np.sum(dx * y, axis=-1) / np.sum(dx**2, axis=-1)",
      "    return slope, y.mean(axis=-1) - slope * x.mean(axis=-1)",
      "",
      "",
      "slopes, intercepts = fit(x, y)",
      "rest = slopes[:, np.newaxis] * x + intercepts[:, np.newaxis] - y",
      "s = np.sqrt(np.sum(rest**2, axis=1) / (n - 2))",
      "sxx = np.sum((x - x.mean()) ** 2)",
      slope
        ? "truth, estimates, errors = 3, slopes, s / np.sqrt(sxx)"
        : "truth, estimates, errors = 2, intercepts, s * np.sqrt(1 / n + x.mean() ** 2 / sxx)",
      "low, high = estimates - limit * errors, estimates + limit * errors",
      `again = [fit(x[resamples], points[resamples])[${slope ? 0 : 1}] for points in y]`,
      `boot_low, boot_high = np.percentile(again, [100 * (1 - ${level}) / 2, 100 * (1 + ${level}) / 2], axis=1)`,
      "holds = (low <= truth) & (truth <= high)",
      "boot_holds = (boot_low <= truth) & (truth <= boot_high)",
    ];
  }
}
