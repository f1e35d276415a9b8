// Properties of the labs' mathematics that hold whatever the numbers are. That they are the book's numbers, test_lab_numbers.py shows.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as descent from "../../docs/assets/labs/descent-math.js";
import { deviation, quantile, tLimit } from "../../docs/assets/labs/judging.js";
import { bestLine, gradient, loss, nudge, roundStep, roundTo, sum } from "../../docs/assets/labs/math.js";
import { polynomials } from "../../docs/assets/labs/polynomials.js";
import { stream } from "../../docs/assets/labs/random.js";
import { absoluteLine, cooksDistances, huberLine, slopeWithout } from "../../docs/assets/labs/robust.js";
import { twoWeights } from "../../docs/assets/labs/two-weights.js";

const row = stream();
const some = (n) => Array.from({ length: n }, () => row.next().value);

test("a sum keeps the digits that rounding cuts off", () => {
  assert.equal(sum([1, 1e100, 1, -1e100]), 2);
});

test("no nudge lowers the loss of the best line, and its gradient is zero", () => {
  const [x, y] = [some(30), some(30)];
  const { w, b } = bestLine(x, y);
  assert.deepEqual(gradient(x, y, w, b), { w: 0, b: 0 });
  for (const [dw, db] of [
    [0.1, 0],
    [0, 0.1],
    [-0.1, 0.1],
  ]) {
    assert.ok(nudge(x, y, w, b, dw, db) > 0);
    assert.ok(Math.abs(loss(x, y, w + dw, b + db) - loss(x, y, w, b) - nudge(x, y, w, b, dw, db)) < 1e-12);
  }
});

test("where all x are equal there is no single best line", () => {
  const best = bestLine([3, 3, 3], [1, 2, 6]);
  assert.equal(best.unique, false);
  assert.equal(best.yMean, 3);
  assert.deepEqual(cooksDistances(best), [null, null, null]);
  assert.equal(slopeWithout(best, 0), null);
  assert.equal(twoWeights([1, 2, 3], [2, 4, 6], [1, 0, 2], [0, 1, 2]), null);
});

test("round numbers", () => {
  assert.deepEqual([0.0123, 0.3, 7, 249, 5000, 0].map(roundStep), [0.01, 0.2, 5, 200, 5000, 1]);
  assert.equal(roundTo(0.30000000000000004, 0.1), 0.3);
});

test("a large cut makes Huber's line that of least squares, a small one nearly that of absolute values", () => {
  const [x, y] = [some(25), some(25)];
  const best = bestLine(x, y);
  assert.ok(Math.abs(huberLine(best, 1e6).w - best.w) < 1e-12);
  assert.ok(Math.abs(huberLine(best, 1e-9).w - absoluteLine(best).w) < 1e-6);
});

test("a walk at the best step of a circle arrives at once, and one beyond the limit is stopped", () => {
  const { z } = descent.standardize(some(40));
  const surface = descent.bowl(z, some(40));
  const path = descent.walk(surface, 3, -2, 0.5);
  assert.equal(descent.extend(path, 5), 5);
  assert.equal(path.arrived, 1);
  const wild = descent.walk(surface, 3, -2, 1.5);
  assert.ok(descent.extend(wild, 1000) < 100);
  assert.ok(wild.diverged);
  assert.ok((wild.loss.at(-2) ?? Infinity) <= descent.GROWN * wild.loss[0]);
  assert.equal(descent.stepsNeeded(surface, 1.5), null);
});

test("a polynomial of degree n - 1 passes through n points", () => {
  const x = [0, 1, 2.5, 4];
  const fits = polynomials(x, [1, -1, 3, 2], [x], 3);
  assert.ok(fits[3].residuals.every((residual) => Math.abs(residual) < 1e-12));
  assert.ok(deviation(fits[0].residuals) > deviation(fits[1].residuals));
});

test("quantiles and Student's t", () => {
  assert.equal(quantile([1, 2, 3, 10], 0.5), 2.5);
  assert.ok(Math.abs(tLimit(1, 0.5) - 1) < 1e-14);
  assert.ok(Math.abs(tLimit(2, 0.5) - Math.SQRT2 / Math.sqrt(3)) < 1e-14);
});
