// One point against the rest: Cook's distance, and the lines of Huber's loss and of absolute values. `best` is what math.bestLine has
// made: all works on its differences to the means, and gives slope and intercept.

import { mean, sumOf } from "./math.js";
/** @import { BestLine, RobustLine } from "./types" */

const atMeans = (best, w, level) => ({ w, b: best.yMean + level - w * best.xMean, w0: w, level });
const offLine = ({ dx, dy }, { w, level }, i) => w * dx[i] + level - dy[i];

/** Cook's distance of every point; a point without which all x are equal has none, nor has one of points on a line. @param {BestLine} best */
export function cooksDistances(best) {
  const { dx, dy, w, sxx, loss } = best;
  const n = dx.length;
  if (!best.unique || n < 3) return dx.map(() => null);
  const s2 = (n * loss) / (n - 2);
  return dx.map((d, i) => {
    const h = 1 / n + d ** 2 / sxx;
    return s2 > 0 && 1 - h > 1e-9 ? ((w * d - dy[i]) ** 2 * h) / (2 * s2 * (1 - h) ** 2) : null;
  });
}

/** The slope of the best line without point i: null where none is left. @param {BestLine} best @param {number} i */
export function slopeWithout(best, i) {
  const keep = (values) => values.filter((_, place) => place !== i);
  const [dx, dy] = [keep(best.dx), keep(best.dy)];
  if (dx.length < 2 || !dx.some((value) => value !== dx[0])) return null;
  const [xMean, yMean] = [mean(dx), mean(dy)];
  return sumOf(dx.length, (k) => (dx[k] - xMean) * (dy[k] - yMean)) / sumOf(dx.length, (k) => (dx[k] - xMean) ** 2);
}

/**
 * Two unknowns: the slope and level where Σ weight (w dx + level - dy)² + pull[0] level + pull[1] w is smallest; null if there is no
 * single one.
 * @param {BestLine} best @param {(i: number) => number} weight
 */
function solve({ dx, dy }, weight, pull = [0, 0]) {
  const n = dx.length;
  const total = sumOf(n, weight);
  if (!(total > 0)) return null;
  const xMean = sumOf(n, (i) => weight(i) * dx[i]) / total;
  const yMean = sumOf(n, (i) => weight(i) * dy[i]) / total;
  const sxx = sumOf(n, (i) => weight(i) * (dx[i] - xMean) ** 2);
  const reach = dx.reduce((most, d) => Math.max(most, Math.abs(d)), 0);
  if (!(sxx > 1e-18 * total * reach ** 2)) return null;
  const w = (sumOf(n, (i) => weight(i) * (dx[i] - xMean) * (dy[i] - yMean)) + (xMean * pull[0] - pull[1]) / 2) / sxx;
  return { w, level: yMean - w * xMean - pull[0] / (2 * total) };
}

/**
 * The line with the smallest Huber loss, exactly: within the right division into small and large residuals it is one linear system.
 * Newton's steps with an exact search along each find the division: K. Madsen, H. B. Nielsen (1990), BIT 30, 682-699. Where the points
 * leave the line free, `unique` is false.
 * @param {BestLine} best whose x are not all equal @param {number} cut @returns {RobustLine}
 */
export function huberLine(best, cut) {
  const { dx } = best;
  const n = dx.length;
  let line = { w: best.w, level: 0 };
  const clipped = (r) => Math.max(-cut, Math.min(cut, r));
  const zone = (r) => (Math.abs(r) > cut ? Math.sign(r) : 0);
  let unique = false;
  for (let round = 0; round < 100; round++) {
    const r = Array.from(dx, (_, i) => offLine(best, line, i));
    // The large residuals pull with constant force, by their sign.
    const pull = [0, 1].map((power) => 2 * cut * sumOf(n, (i) => zone(r[i]) * dx[i] ** power));
    const newton = solve(best, (i) => (zone(r[i]) ? 0 : 1), pull);
    unique = newton !== null;
    const goal = newton ?? solve(best, (i) => cut / Math.max(cut, Math.abs(r[i])));
    if (!goal) break;
    const [dw, dLevel] = [goal.w - line.w, goal.level - line.level];
    const move = dx.map((d) => dw * d + dLevel);
    if (newton && r.every((ri, i) => zone(ri) === zone(ri + move[i]))) return { ...atMeans(best, goal.w, goal.level), unique };
    // Downhill along the move until the slope of the loss is zero.
    const slope = (t) => sumOf(n, (i) => clipped(r[i] + t * move[i]) * move[i]);
    let [near, far] = [0, 1];
    while (slope(far) < 0 && far < 1e6) [near, far] = [far, 2 * far];
    for (let half = 0; half < 60; half++) {
      const middle = (near + far) / 2;
      if (slope(middle) < 0) near = middle;
      else far = middle;
    }
    const t = slope(1) === 0 ? 1 : far;
    const next = { w: line.w + t * dw, level: line.level + t * dLevel };
    if (next.w === line.w && next.level === line.level) break;
    line = next;
  }
  return { ...atMeans(best, line.w, line.level), unique };
}

/**
 * The line with the smallest sum of absolute residuals. For each slope the best level is a median; what is left is convex in the slope,
 * and halving finds where it turns. Of several best lines it gives the middle one.
 * @param {BestLine} best whose x are not all equal @returns {RobustLine}
 */
export function absoluteLine(best) {
  const { dx, dy, sxx, syy } = best;
  const n = dx.length;
  const sorted = new Float64Array(n);
  const middles = (w) => {
    for (let i = 0; i < n; i++) sorted[i] = dy[i] - w * dx[i];
    sorted.sort();
    return [sorted[(n - 1) >> 1], sorted[n >> 1]];
  };
  const noise = 1e-12 * sumOf(n, (i) => Math.abs(dx[i]));
  // On which side the best slope lies: 1 above w, -1 below, 0 if w is one.
  const side = (w) => {
    const [low, high] = middles(w);
    const tied = [];
    let [slope, free] = [0, 0];
    for (let i = 0; i < n; i++) {
      const off = dy[i] - w * dx[i];
      // Between two middles lies the level, and no point is tied.
      const sign = low < high ? (off >= high ? 1 : -1) : Math.sign(off - low);
      if (sign === 0) tied.push(dx[i]);
      slope -= sign * dx[i];
      free -= sign;
    }
    if (!tied.length) return slope < -noise ? 1 : slope > noise ? -1 : 0;
    // Points on the line may take any sign between -1 and 1, as long as the signs of all sum to 0.
    const extreme = (order) => {
      let left = free + tied.length;
      return order.reduce((total, d) => {
        const sign = Math.min(2, left) - 1;
        left -= sign + 1;
        return total - sign * d;
      }, slope);
    };
    tied.sort((a, b) => a - b);
    if (extreme(tied) < -noise) return 1;
    return extreme(tied.reverse()) > noise ? -1 : 0;
  };
  const unit = Math.sqrt(syy / sxx) || 1;
  // The edge of the best slopes: below it `side` is at least `least`.
  const edge = (least) => {
    let [low, high] = [best.w - unit, best.w + unit];
    for (let step = unit; side(low) < least; step *= 2) low -= step;
    for (let step = unit; side(high) >= least; step *= 2) high += step;
    while (high - low > (Number.EPSILON * unit) / 8) {
      const middle = (low + high) / 2;
      if (middle <= low || middle >= high) break;
      if (side(middle) >= least) low = middle;
      else high = middle;
    }
    return [low, high];
  };
  const [, first] = edge(1);
  const last = side(first) < 0 ? first : edge(0)[0];
  const w = Math.abs(first + last) <= 8 * Number.EPSILON * unit ? 0 : (first + last) / 2;
  const [low, high] = middles(w);
  return {
    ...atMeans(best, w, (low + high) / 2),
    several: Math.abs(last - first) > 1e-9 * (unit + Math.abs(w)) || high - low > 1e-9 * Math.sqrt(syy / n),
  };
}
