// The mathematics of the labs: pure functions, no drawing. Names and conventions are the book's: the loss is L = (1/n) Σ r² with
// r = w x + b - y, and its gradient has the factor 2/n.
//
// Two habits keep the digits. Sums carry along what rounding cuts off, and whatever a mean can be taken from (variances, slopes) is
// computed from differences to the mean, never as a difference of large sums.

/** @import { BestLine } from "./types" */

// ---- sums ----

/** Neumaier's sum: as exact as if it had been added with twice the digits. @param {Iterable<number>} values */
export function sum(values) {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** Σ f(i) for i from 0 to n - 1, without an array in between. @param {number} n @param {(i: number) => number} f */
export function sumOf(n, f) {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < n; i++) {
    const value = f(i);
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** @param {ArrayLike<number> & Iterable<number>} values */
export const mean = (values) => sum(values) / values.length;

/** Differences to the mean. The second mean takes out what rounding left in the first. @param {number[]} values */
export function centered(values) {
  if (!values.some((value) => value !== values[0])) return { mean: values[0], differences: Array.from(values, () => 0) };
  const first = mean(values);
  const differences = Array.from(values, (value) => value - first);
  const rest = mean(differences);
  return { mean: first + rest, differences: differences.map((difference) => difference - rest) };
}

// ---- a line and its points ----

/** @param {number} x @param {number} y @param {number} w @param {number} b */
export const residual = (x, y, w, b) => w * x + b - y;
/** @param {number[]} x @param {number[]} y @param {number} w @param {number} b */
export const loss = (x, y, w, b) => sumOf(x.length, (i) => residual(x[i], y[i], w, b) ** 2) / x.length;
/** @param {number[]} x @param {number[]} y @param {number} w @param {number} b */
export const meanAbsolute = (x, y, w, b) => sumOf(x.length, (i) => Math.abs(residual(x[i], y[i], w, b))) / x.length;

/**
 * The gradient (∂L/∂w, ∂L/∂b). What is smaller than the rounding of its own terms is zero: nobody can tell it from zero.
 * @param {number[]} x @param {number[]} y @param {number} w @param {number} b
 */
export function gradient(x, y, w, b) {
  const n = x.length;
  const noise = 4 * Number.EPSILON;
  const size = (i) => Math.abs(w * x[i]) + Math.abs(b) + Math.abs(y[i]);
  const tidy = (value, scale) => (Math.abs(value) <= noise * scale ? 0 : value);
  return {
    w: tidy((2 / n) * sumOf(n, (i) => residual(x[i], y[i], w, b) * x[i]), (2 / n) * sumOf(n, (i) => size(i) * Math.abs(x[i]))),
    b: tidy((2 / n) * sumOf(n, (i) => residual(x[i], y[i], w, b)), (2 / n) * sumOf(n, size)),
  };
}

/**
 * The line with the smallest loss. Where all x are equal there is none but a whole family, all lines through (x, mean of y): then `unique`
 * is false, and the level one of them stands for all.
 * @param {number[]} x @param {number[]} y
 */
export function bestLine(x, y) {
  const n = x.length;
  const { mean: xMean, differences: dx } = centered(x);
  const { mean: yMean, differences: dy } = centered(y);
  const sxx = sumOf(n, (i) => dx[i] ** 2);
  const syy = sumOf(n, (i) => dy[i] ** 2);
  const unique = sxx > 0;
  const w = unique ? sumOf(n, (i) => dx[i] * dy[i]) / sxx : 0;
  const b = yMean - w * xMean;
  const least = sumOf(n, (i) => (w * dx[i] - dy[i]) ** 2) / n;
  // Points on a line have the loss 0, whatever rounding leaves of it.
  const noise = 4 * Number.EPSILON * x.reduce((most, value, i) => Math.max(most, Math.abs(w * value) + Math.abs(b) + Math.abs(y[i])), 0);
  return { w, b, unique, xMean, yMean, sxx, syy, dx, dy, loss: Math.sqrt(least) <= noise ? 0 : least };
}

/**
 * By how much the loss of a line exceeds the smallest: Pythagoras, instead of the difference of two losses. `level` is the mean of its
 * residuals.
 * @param {BestLine} best @param {number} w @param {number} level
 */
export const excess = (best, w, level) => ((w - best.w) ** 2 * best.sxx) / best.dx.length + level ** 2;

/**
 * R² = 1 - Σ r² / Σ (y - mean y)², of any line; null where all y are equal.
 * @param {number[]} x @param {number[]} y @param {number} w @param {number} b
 */
export function rSquared(x, y, w, b) {
  const { differences } = centered(y);
  const total = sum(differences.map((difference) => difference ** 2));
  return total > 0 ? 1 - (loss(x, y, w, b) * x.length) / total : null;
}

/** How much a point pulls the best line by its place alone: 1/n + (x - mean)² / Σ (x - mean)². @param {BestLine} best @param {number} i */
export function leverage(best, i) {
  const n = best.dx.length;
  return best.unique ? 1 / n + best.dx[i] ** 2 / best.sxx : null;
}

/**
 * By how much the loss changes when the line is nudged by (dw, db): the linear part, which is zero at the best line, and the square.
 * @param {number[]} x @param {number[]} y @param {number} w @param {number} b @param {number} dw @param {number} db
 */
export function nudge(x, y, w, b, dw, db) {
  const n = x.length;
  const step = (i) => dw * x[i] + db;
  return sumOf(n, (i) => step(i) * (2 * residual(x[i], y[i], w, b) + step(i))) / n;
}

/** The entries of AᵀA and Aᵀy for A = [1 x]. @param {number[]} x @param {number[]} y */
export function normalEquations(x, y) {
  return { n: x.length, sx: sum(x), sxx: sumOf(x.length, (i) => x[i] ** 2), sy: sum(y), sxy: sumOf(x.length, (i) => x[i] * y[i]) };
}

// ---- round numbers ----

/** The largest of 1, 2, 5 times a power of ten that is not above `value`. @param {number} value */
export function roundStep(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = value / power;
  const factor = digit >= 5 ? 5 : digit >= 2 ? 2 : 1;
  return power < 1 ? factor / Math.round(1 / power) : factor * power;
}

/** `value` to the next multiple of `step`, without the tail that a product of decimals has (0.30000000000000004). @param {number} value @param {number} step */
export function roundTo(value, step) {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return decimals > 15 ? Math.round(value / step) * step : Number((Math.round(value / step) * step).toFixed(decimals));
}
