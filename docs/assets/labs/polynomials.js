// Polynomials through points: pure functions, no drawing.

import { sumOf } from "./math.js";

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
