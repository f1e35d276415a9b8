// The samples of resample-lab: what does not hang on level, size of the noise, or place.

import * as math from "./math.js";
import * as random from "./random.js";
/** @import { Sample } from "./types" */

export const RESAMPLES = 400;

/**
 * Each kind of noise: its name, how loud it is at each place (x from the left end, 0 to 10), and the same in Python.
 * @type {Record<string, { name: string, loud: (place: number) => number, python: string }>}
 */
export const NOISES = {
  bell: { name: "bell curve", loud: () => 1, python: "np.ones(n)" },
  funnel: { name: "a funnel", loud: (place) => 0.1 + 0.18 * place, python: "0.1 + 0.18 * place" },
  ends: { name: "loud at both ends", loud: (place) => 0.1 + 0.064 * (place - 5) ** 2, python: "0.1 + 0.064 * (place - 5) ** 2" },
  tails: { name: "heavy tails", loud: () => 1, python: "np.ones(n)" },
};

/**
 * The fit to some rows is a weighted sum of their y: the weights for the slope, and for the height in the middle of x.
 * @param {number[]} place @param {number[]} rows
 */
function weigh(place, rows) {
  const n = rows.length;
  const counts = new Float64Array(n);
  for (const row of rows) counts[row]++;
  const middle = math.sumOf(n, (i) => counts[i] * place[i]) / n;
  const sxx = math.sumOf(n, (i) => counts[i] * (place[i] - middle) ** 2);
  const forSlope = counts.map((count, i) => (count * (place[i] - middle)) / sxx);
  const forLevel = counts.map((count, i) => count / n + (5 - middle) * forSlope[i]);
  return { forSlope, forLevel };
}

/** Drawn from the row of random numbers in this order: resamples, then sample by sample. */
export class World {
  /** @type {Sample[]} */
  samples = [];
  #uniform = random.stream();
  #resamples;

  /** @param {number} n @param {string} noise */
  constructor(n, noise) {
    this.n = n;
    this.noise = noise;
    this.place = Array.from({ length: n }, (_, i) => (10 * i) / (n - 1));
    this.dx = math.centered(this.place).differences;
    this.sxx = math.sumOf(n, (i) => this.dx[i] ** 2);
    this.loud = this.place.map(NOISES[noise].loud);
    this.#resamples = this.#resample();
  }

  #next() {
    return this.#uniform.next().value;
  }

  #resample() {
    const { n, place } = this;
    const resamples = [];
    while (resamples.length < RESAMPLES) {
      const rows = Array.from({ length: n }, () => random.integer(n, this.#next()));
      if (rows.some((row) => row !== rows[0])) resamples.push(weigh(place, rows));
    }
    return resamples;
  }

  /** Draws until there are as many samples. @param {number} count */
  draw(count) {
    while (this.samples.length < count) this.samples.push(this.#sample());
  }

  /** @returns {Sample} */
  #sample() {
    const { n, noise, loud, dx, sxx } = this;
    const one = noise === "tails" ? random.laplace : random.normal;
    const raw = loud.map((size) => size * one(this.#next(), this.#next()));
    const level = math.mean(raw);
    const slope = math.sumOf(n, (i) => dx[i] * raw[i]) / sxx;
    const s = Math.sqrt(math.sumOf(n, (i) => (slope * dx[i] + level - raw[i]) ** 2) / (n - 2));
    const [slopes, levels] = [new Float64Array(RESAMPLES), new Float64Array(RESAMPLES)];
    this.#resamples.forEach(({ forSlope, forLevel }, k) => {
      let [slopeOf, levelOf] = [0, 0];
      for (let i = 0; i < n; i++) {
        slopeOf += forSlope[i] * raw[i];
        levelOf += forLevel[i] * raw[i];
      }
      [slopes[k], levels[k]] = [slopeOf, levelOf];
    });
    return { raw, level, slope, s, slopes, levels, ends: [] };
  }
}
