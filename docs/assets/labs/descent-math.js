// The mathematics of gradient descent on a line: pure functions, no drawing. The bowl of the loss is known from a few sums, so a step
// costs the same for three points and for a thousand.

import { bestLine, centered, sumOf } from "./math.js";
/** @import { Line, Path, Surface, Units } from "./types" */

const NOISE = 4 * Number.EPSILON;
const SHOWN = 1e-8; // of its own terms: where a difference is smaller, rounding decides about the six digits that are shown
export const GROWN = 1e6; // times the loss of the start: there a search that diverges is stopped
const ARRIVED = 1e-8; // times the gradient of the start, the book's stopping rule

const tidy = (value, scale, noise = NOISE) => (Math.abs(value) <= noise * scale ? 0 : value);
/** A difference whose terms are as large as `scale`; zero where rounding would make its digits. @param {number} value @param {number} scale */
export const shown = (value, scale) => tidy(value, scale, SHOWN);

/** The factor of the loss of each convention, beside the mean square. @type {Record<string, (n: number) => number>} */
export const CONVENTIONS = { mean: () => 1, half: () => 0.5, sum: (n) => n };

/**
 * x in deviations from its mean, in units of its standard deviation. A constant column gets the unit 1, and becomes zero.
 * @param {number[]} x @returns {Units}
 */
export function standardize(x) {
  if (x.every((value) => value === x[0])) return { z: x.map(() => 0), mean: x[0], unit: 1 };
  const { mean, differences } = centered(x);
  const unit = Math.sqrt(sumOf(x.length, (i) => differences[i] ** 2) / x.length);
  return { z: differences.map((difference) => difference / unit), mean, unit };
}

/**
 * The loss over the plane of (w, b): f times the mean square. Its matrix of second derivatives is
 * H = 2f [[mean x² , mean x], [mean x, 1]] in the order (w, b); `steep` and `level` are its directions, `max` and `min` its eigenvalues.
 * The smaller one comes from the determinant, (2f)² times the variance, since a difference would lose it where x lies far from zero.
 * @param {number[]} x @param {number[]} y
 */
export function bowl(x, y, f = 1) {
  const best = bestLine(x, y);
  const variance = best.unique ? best.sxx / x.length : 0;
  const mean = tidy(best.xMean, Math.sqrt(variance));
  const [ww, wb, bb] = [2 * f * (mean ** 2 + variance), 2 * f * mean, 2 * f];
  const apart = Math.hypot(ww - bb, 2 * wb);
  const max = (ww + bb + apart) / 2;
  const angle = apart > 1e-12 * (ww + bb) ? Math.atan2(2 * wb, ww - bb) / 2 : 0; // of a circle, any two directions will do
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { best, f, mean, variance, max, min: (4 * f * f * variance) / max, steep: { w: cos, b: sin }, level: { w: -sin, b: cos } };
}

/** How far a line is from the best: in slope, and in height over the mean of x. Closer than rounding can tell is zero. @param {Surface} surface @param {number} w @param {number} b */
const off = ({ best, mean }, w, b) => ({
  slope: best.unique ? tidy(w - best.w, Math.abs(w) + Math.abs(best.w)) : 0,
  height: tidy(w * mean + b - best.yMean, Math.abs(w * mean) + Math.abs(b) + Math.abs(best.yMean)),
});

/** By how much the loss exceeds the smallest. @param {Surface} surface @param {number} w @param {number} b */
export function gap(surface, w, b) {
  const { slope, height } = off(surface, w, b);
  return surface.f * (slope ** 2 * surface.variance + height ** 2);
}

/** The gradient. @param {Surface} surface @param {number} w @param {number} b @returns {Line} */
export function slopes(surface, w, b) {
  const { slope, height } = off(surface, w, b);
  return { w: 2 * surface.f * (slope * surface.variance + height * surface.mean), b: 2 * surface.f * height };
}

/** A walk downhill from a start, with no step taken yet. @param {Surface} surface @param {number} w @param {number} b @param {number} eta @returns {Path} */
export function walk(surface, w, b, eta) {
  const excess = gap(surface, w, b);
  const { w: gw, b: gb } = slopes(surface, w, b);
  return {
    surface,
    eta,
    w: [w],
    b: [b],
    gap: [excess],
    loss: [surface.f * surface.best.loss + excess],
    first: Math.hypot(gw, gb),
    arrived: null,
    diverged: false,
  };
}

/**
 * Takes it on to `steps` steps, unless it diverges before; the number of steps that it then has. `arrived` is the first step at which
 * the gradient is almost gone.
 * @param {Path} path @param {number} steps
 */
export function extend(path, steps) {
  const { surface, eta, w, b, gap: gaps, loss } = path;
  for (let k = w.length - 1; k < steps && !path.diverged; k++) {
    const slope = slopes(surface, w[k], b[k]);
    w.push(w[k] - eta * slope.w);
    b.push(b[k] - eta * slope.b);
    gaps.push(gap(surface, w[k + 1], b[k + 1]));
    loss.push(surface.f * surface.best.loss + gaps[k + 1]);
    path.diverged = loss[k + 1] > GROWN * loss[0];
    if (path.arrived === null) {
      const { w: gw, b: gb } = slopes(surface, w[k + 1], b[k + 1]);
      if (Math.hypot(gw, gb) <= ARRIVED * path.first) path.arrived = k + 1;
    }
  }
  return Math.min(steps, w.length - 1);
}

/** What a step leaves of the distance in a direction with this eigenvalue. @param {number} eta @param {number} lambda */
export const rate = (eta, lambda) => shown(Math.abs(1 - eta * lambda), 1);

/** The same, measured at step k of a walk: null where the distance is too small to measure. @param {Path} path @param {number} k @param {Line} direction */
export function measuredRate({ surface, w, b }, k, direction) {
  if (k < 1 || !surface.best.unique) return null;
  const { best } = surface;
  const along = (i) => Math.abs(direction.w * (w[i] - best.w) + direction.b * (b[i] - best.b));
  const size =
    Math.abs(direction.w) * (Math.abs(w[k - 1]) + Math.abs(best.w)) +
    Math.abs(direction.b) * (Math.abs(b[k - 1]) + Math.abs(best.yMean) + Math.abs(best.w * best.xMean));
  const [before, after] = [along(k - 1), along(k)];
  if (before <= 1e-6 * size) return null;
  if (after <= 1e-12 * size) return 0;
  return after <= 1e-6 * size ? null : after / before;
}

/** Steps until a millionth of the distance is left, by the slower of the two directions; null where it never comes to that. @param {Surface} surface @param {number} eta */
export function stepsNeeded({ best, max, min }, eta) {
  const taken = best.unique ? Math.min(eta * min, 2 - eta * max) : 1 - Math.abs(1 - eta * max); // of the distance, by each step
  return shown(taken, 1) > 0 || (taken > 0 && taken === eta * min)
    ? Math.max(1, Math.ceil(Math.log(1e-6) / Math.log1p(-Math.min(taken, 1 - 2 ** -53))))
    : null;
}

/**
 * The ellipse on which the loss lies `height` above its smallest value, as two curves b(w) from `from` to `to`: rows of [w, lower, upper].
 * Where all x are equal it is a pair of parallel lines.
 * @param {Surface} surface @param {number} height @param {number[]} range
 */
export function contour({ best, f, mean, variance }, height, [from, to], pieces = 60) {
  const reach = Math.sqrt(height / f);
  const wide = variance > 0 ? reach / Math.sqrt(variance) : Infinity;
  const [low, high] = [Math.max(from, best.w - wide), Math.min(to, best.w + wide)];
  if (!(low < high)) return [];
  const turn = (w) => (wide === Infinity ? 0 : Math.asin(Math.min(1, Math.max(-1, (w - best.w) / wide))));
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const place = i / pieces;
    // In equal turns of the angle, so that the round ends are round.
    const angle = turn(low) + place * (turn(high) - turn(low));
    const w = wide === Infinity || i === 0 || i === pieces ? low + place * (high - low) : best.w + wide * Math.sin(angle);
    const middle = best.yMean - w * mean;
    const half = wide === Infinity ? reach : reach * Math.sqrt(Math.max(0, 1 - ((w - best.w) / wide) ** 2));
    return [w, middle - half, middle + half];
  });
}
