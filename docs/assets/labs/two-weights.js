// Two columns and their weights: pure functions, no drawing.

import { mean, sum, sumOf } from "./math.js";

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
