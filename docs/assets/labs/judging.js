// The mathematics of the labs on judging a fit: spread and quantiles, Student's t, two weights, polynomials. Pure functions, no drawing.

import { mean, sum, sumOf } from "./math.js";

// ---- spread, quantiles, Student's t ----

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

// ---- two weights ----

/**
 * The best weights of two columns for the rows that are named, and the intercept: the second column without what the first says of it,
 * as QR does it. Null where the columns cannot be told apart.
 * @param {number[]} x1 @param {number[]} x2 @param {number[]} y @param {number[]} rows
 */
export function twoWeights(x1, x2, y, rows) {
  const n = rows.length;
  const centered = (values) => {
    const own = Array.from(rows, (i) => values[i]);
    const middle = mean(own);
    return { mean: middle, differences: own.map((value) => value - middle) };
  };
  const dot = (a, b) => sumOf(n, (i) => a[i] * b[i]);
  const [{ mean: m1, differences: d1 }, { mean: m2, differences: d2 }, { mean: my, differences: dy }] = [x1, x2, y].map(centered);
  const s11 = dot(d1, d1);
  const s22 = dot(d2, d2);
  const part = dot(d1, d2) / s11;
  const rest = d2.map((value, i) => value - part * d1[i]);
  const left = dot(rest, rest);
  if (!(s11 > 0) || !(left > 1e-13 * s22)) return null;
  const w2 = dot(rest, dy) / left;
  const w1 = dot(d1, dy) / s11 - part * w2;
  return { w1, w2, b: my - w1 * m1 - w2 * m2, vif: s22 / left };
}

/**
 * A column of the given correlation with x, exactly: noise without its mean and without what x says of it, mixed with x at x's size.
 * @param {number[]} x @param {number[]} noise @param {number} correlation
 */
export function companion(x, noise, correlation) {
  const n = x.length;
  const shift = mean(x);
  const dx = x.map((value) => value - shift);
  const sxx = sum(dx.map((value) => value ** 2));
  let rest = noise;
  for (let twice = 0; twice < 2; twice++) {
    const level = mean(rest);
    const part = sumOf(n, (i) => dx[i] * rest[i]) / sxx;
    rest = rest.map((value, i) => value - level - part * dx[i]);
  }
  const size = Math.sqrt(sxx / sum(rest.map((value) => value ** 2)));
  const other = Math.sqrt(1 - correlation ** 2) * size;
  return dx.map((value, i) => shift + correlation * value + other * rest[i]);
}

// ---- polynomials ----

/**
 * Least squares by polynomials of degree 0, 1, … `most`, at once. The basis grows from degree to degree and stays orthogonal on the
 * places x: P. Brubeck, Y. Nakatsukasa, L. N. Trefethen (2021), "Vandermonde with Arnoldi", SIAM Review 63, 405-415. Of every degree:
 * the residuals at x, and the curve at each of `others`, lists of further places.
 * @param {number[]} x @param {number[]} y @param {number[][]} others @param {number} most
 */
export function polynomials(x, y, others, most) {
  const n = x.length;
  const [low, high] = [Math.min(...x), Math.max(...x)];
  const unit = (value) => (2 * value - low - high) / (high - low || 1);
  const places = [x, ...others].map((list) => list.map(unit));
  const bases = places.map((list) => [list.map(() => 1)]);
  let left = y;
  let curves = others.map((list) => list.map(() => 0));
  const fits = [];
  for (let degree = 0; degree <= most; degree++) {
    if (degree) {
      const grown = bases.map((basis, k) => basis[degree - 1].map((value, i) => value * places[k][i]));
      for (let twice = 0; twice < 2; twice++) {
        for (let j = 0; j < degree; j++) {
          const part = sumOf(n, (i) => bases[0][j][i] * grown[0][i]) / n;
          grown.forEach((column, k) => column.forEach((value, i) => (column[i] = value - part * bases[k][j][i])));
        }
      }
      const size = Math.sqrt(sumOf(n, (i) => grown[0][i] ** 2) / n);
      grown.forEach((column, k) => bases[k].push(column.map((value) => value / size)));
    }
    const [own, ...away] = bases.map((basis) => basis[degree]);
    const weight = sumOf(n, (i) => own[i] * left[i]) / n;
    left = left.map((value, i) => value - weight * own[i]);
    curves = curves.map((curve, k) => curve.map((value, i) => value + weight * away[k][i]));
    fits.push({ residuals: left.map((value) => -value), curves });
  }
  return fits;
}
