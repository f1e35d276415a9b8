// The mathematics of the labs on judging a fit: spread, quantiles, Student's t. Pure functions, no drawing.

import { mean, sumOf } from "./math.js";

/** The standard deviation with the divisor n, as NumPy's std. @param {number[]} values */
export function deviation(values) {
  const middle = mean(values);
  return Math.sqrt(sumOf(values.length, (i) => (values[i] - middle) ** 2) / values.length);
}

/** The value below which the share q of sorted values lies, with NumPy's interpolation. @param {ArrayLike<number>} sorted @param {number} q */
export function quantile(sorted, q) {
  const place = q * (sorted.length - 1);
  const i = Math.min(Math.floor(place), sorted.length - 2);
  return sorted[i] + (place - i) * (sorted[i + 1] - sorted[i]);
}

/** The share of draws between -t and t: the finite sums of Abramowitz and Stegun (1964), 26.7.3 and 26.7.4. @param {number} t @param {number} df */
function between(t, df) {
  const angle = Math.atan(t / Math.sqrt(df));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = df % 2;
  let term = odd ? cosine : 1;
  let total = df === 1 ? 0 : term;
  for (let k = 2 + odd; k <= df - 2; k += 2) {
    term *= (cosine ** 2 * (k - 1)) / k;
    total += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * total) : sine * total;
}

/**
 * The limit between which and its negative Student's t lies with the probability `level`, for whole degrees of freedom: by Newton's
 * method, from below.
 * @param {number} df @param {number} level
 */
export function tLimit(df, level) {
  let peak = df % 2 ? 1 / Math.PI : Math.SQRT1_2 / 2; // of the density
  for (let k = df % 2 ? 1 : 2; k < df; k += 2) peak *= (k + 1) / Math.sqrt(k * (k + 2));
  let t = 0;
  for (let step = 0; step < 200; step++) {
    const change = (level - between(t, df)) / (2 * peak * (1 + (t * t) / df) ** (-(df + 1) / 2));
    t += change;
    if (Math.abs(change) <= 1e-15 * t) break;
  }
  return t;
}
