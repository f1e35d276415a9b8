// What descent-lab is about: a walk downhill over the loss of some points, by its step size, start and convention.

import * as descent from "./descent-math.js";
import { mean, roundStep, sumOf } from "./math.js";
import { checkPoints } from "./point-edits.js";
import { LARGEST, format, pythonArray, whole } from "./text.js";
/** @import { DescentState, Model, Numbers, PointSet, Points, Walk } from "./types" */

export const MOST_STEPS = 10_000;
export const LOSSES = { mean: "mean of squares", half: "half the mean", sum: "sum of squares" };

/** @implements {Model<DescentState>} */
export class DescentModel {
  /** @param {Points} noisy @param {Record<string, PointSet>} known the sets of the lab on fitting */
  constructor(noisy, known) {
    const { tiny, penguins, outlier, equal, one } = known;
    /** @type {Record<string, PointSet>} */
    this.sets = {
      "noisy-line": { title: "200 points of the book", ...noisy, xLabel: "x", yLabel: "y", eta: 0.005 },
      tiny: { ...tiny, eta: 0.1 },
      penguins: { ...penguins, line: null, eta: 0.00001 },
      outlier,
      equal,
      one,
    };
    /** That of the state which was measured last. */
    this.walk = this.#walkOf(this.set("one"), null);
  }

  /** The state that shows a set of points, before the first step. @param {string} preset @param {Partial<DescentState>} [patch] @returns {DescentState} */
  set(preset, patch) {
    const { x, y, line, eta } = this.sets[preset];
    const usual = eta ?? roundStep(1 / descent.bowl(x, y).max);
    return { preset, points: null, chosen: 0, scaled: false, loss: "mean", ...(line ?? { w: 0, b: 0 }), eta: usual, step: 0, ...patch };
  }

  /** The state that shows other points. @param {Points} points @param {string} preset */
  own(points, preset) {
    return { ...this.set("one"), preset, points, eta: roundStep(1 / descent.bowl(points.x, points.y).max) };
  }

  /** @param {string | null} named @param {number} eta @param {number} step */
  start(named = null, eta = 0, step = 0) {
    const start = this.set(named !== null && named in this.sets ? named : "noisy-line");
    return { ...start, eta: eta > 0 ? eta : start.eta, step };
  }

  check({ preset, points, chosen, scaled, loss, w, b, eta, step }) {
    if (!Object.hasOwn(this.sets, preset)) throw new Error("it names data that are not here");
    if (points) checkPoints(points);
    if (points?.x.length === 0) throw new Error("it has no points");
    if (![w, b].every((value) => typeof value === "number" && Math.abs(value) <= LARGEST)) throw new Error("its start is no line");
    if (!(typeof eta === "number" && eta >= 1e-40 && eta <= LARGEST)) throw new Error("its step size is no step size");
    if (!whole(step, 0, MOST_STEPS)) throw new Error("its number of steps is none");
    const own = points ? { x: points.x, y: points.y } : null;
    const known = Number.isInteger(chosen) && chosen >= 0 && chosen < (own ?? this.sets[preset]).x.length;
    return {
      preset,
      points: own,
      chosen: known ? chosen : 0,
      scaled: scaled === true,
      loss: Object.hasOwn(LOSSES, loss) ? loss : "mean",
      w,
      b,
      eta,
      step,
    };
  }

  /** @param {DescentState} state @returns {Points} */
  data({ preset, points }) {
    return points ?? this.sets[preset];
  }

  /** The bowl of these points and the walk on it; what has not changed is kept. @param {DescentState} state @param {Walk | null} old @returns {Walk} */
  #walkOf(state, old) {
    const { scaled, loss, w, b, eta, step } = state;
    const data = this.data(state);
    const factor = descent.CONVENTIONS[loss](data.x.length);
    const kept = old?.data === data && old.scaled === scaled ? old : null;
    const scale = kept?.scale ?? (scaled ? descent.standardize(data.x) : { z: data.x, mean: 0, unit: 1 });
    const surface = kept && kept.surface.f === factor ? kept.surface : descent.bowl(scale.z, data.y, factor);
    const known = old?.surface === surface ? old.path : null;
    const path = known?.eta === eta && known.w[0] === w && known.b[0] === b ? known : descent.walk(surface, w, b, eta);
    return { data, scaled, scale, surface, path, k: descent.extend(path, step) };
  }

  /** @param {DescentState} state */
  measure(state) {
    this.walk = this.#walkOf(state, this.walk);
    const { scale, data, surface, path, k } = this.walk;
    const { best, f, max, min } = surface;
    const { eta } = state;
    const [w, b] = [path.w[k], path.b[k]];
    const slope = descent.slopes(surface, w, b);
    const size = (i) => Math.abs(w * scale.z[i]) + Math.abs(b) + Math.abs(data.y[i]);
    const n = data.x.length;
    const height = Math.abs(w * surface.mean) + Math.abs(b) + Math.abs(best.yMean);
    return {
      step: k,
      w,
      b,
      loss: path.loss[k],
      least: f * best.loss,
      gap: f * descent.shown(Math.sqrt(path.gap[k] / f), height) ** 2,
      gw: descent.shown(slope.w, 2 * f * mean(scale.z.map((z, i) => size(i) * Math.abs(z)))),
      gb: descent.shown(slope.b, 2 * f * (sumOf(n, size) / n)),
      inverse: 1 / max,
      limit: 2 / max,
      share: (100 * eta * max) / 2,
      needed: descent.stepsNeeded(surface, eta),
      condition: min > 0 ? max / min : null,
      max,
      min,
      rateSteep: descent.rate(eta, max),
      rateLevel: descent.rate(eta, min),
      measuredSteep: descent.measuredRate(path, k, surface.steep),
      measuredLevel: descent.measuredRate(path, k, surface.level),
    };
  }

  // ---- going on ----

  /** Whether there is nothing left to play. */
  ended() {
    const { path, k } = this.walk;
    return path.diverged || k >= MOST_STEPS || (path.arrived !== null && k >= path.arrived);
  }

  /** The step of the next picture: the farther it has come, the more steps a picture takes; but none beyond the one that arrives. */
  next() {
    const { path, k } = this.walk;
    const next = Math.min(MOST_STEPS, k + Math.max(1, Math.floor(k / 50)));
    descent.extend(path, next);
    return path.arrived !== null && path.arrived > k ? Math.min(next, path.arrived) : next;
  }

  /** The step at the end. */
  last() {
    const { path } = this.walk;
    const most = descent.extend(path, MOST_STEPS);
    return path.arrived ?? most;
  }

  /** What changes when x is scaled or no longer: the same line is the start, in the coordinates of the other plane. @param {DescentState} state @param {boolean} scaled */
  scaledTo(state, scaled) {
    const { mean: middle, unit } = descent.standardize(this.data(state).x);
    const { w, b } = state;
    return { scaled, ...(scaled ? { w: w * unit, b: b + w * middle } : { w: w / unit, b: b - (w / unit) * middle }) };
  }

  /** What changes with another loss: the step size, so that it walks the same path. @param {DescentState} state @param {string} loss */
  convertedTo(state, loss) {
    const n = this.data(state).x.length;
    const factor = (name) => descent.CONVENTIONS[name](n);
    return { loss, eta: Number(((state.eta * factor(state.loss)) / factor(loss)).toPrecision(15)) };
  }

  // ---- words and program ----

  /** @param {DescentState} state @param {Numbers} numbers */
  words({ eta, scaled }, { step, loss, gap, least, limit, share, needed, rateSteep, w, b }) {
    const { path, surface, data } = this.walk;
    const where = `${step === 0 ? "At the start" : `After ${format(step)} step${step === 1 ? "" : "s"}`}: slope ${format(w, 4)}${scaled ? " for each deviation of x" : ""}, intercept ${format(b, 4)}, loss ${format(loss, 4)}`;
    const over = least > 0 ? (100 * gap) / least : null;
    const above =
      gap === 0
        ? ", the smallest there is."
        : over === null
          ? "; the smallest is 0."
          : over < 400
            ? `, ${format(over, 3)} % above the smallest.`
            : `, ${format(1 + over / 100, 3)} times the smallest.`;
    const flat = surface.best.unique
      ? ""
      : ` All x are ${format(data.x[0])}, so the valley has a level floor, and every point of it is a best line.`;
    if (path.diverged && step === path.w.length - 1) {
      return `${where}. It diverges: the step size is ${format(eta / limit, 3)} times the limit, each step multiplies the distance by ${format(rateSteep, 3)}, and the loss has grown more than a millionfold. It was stopped here, long before the numbers would overflow.${flat}`;
    }
    if (share > 100)
      return `${where}${above} The step size is ${format(eta / limit, 3)} times the limit, so the search will climb out of the valley.${flat}`;
    const arrived =
      path.arrived !== null && step >= path.arrived ? " It has arrived: the gradient is less than a hundred-millionth of what it was." : "";
    const long =
      needed === null || arrived
        ? ""
        : ` To a millionth of the way, this step size needs ${format(needed)} step${needed === 1 ? "" : "s"}.`;
    const most = step >= MOST_STEPS ? ` The lab takes no more than ${format(MOST_STEPS)}.` : "";
    return `${where}${above} The step size is ${format(share, 3)} % of the limit.${arrived}${long}${most}${flat}`;
  }

  /** @param {DescentState} state */
  preamble({ scaled, loss, w, b, eta }) {
    const { data, k, surface } = this.walk;
    const constant = data.x.every((value) => value === data.x[0]);
    const { unique } = surface.best;
    return [
      "import numpy as np",
      "",
      ...pythonArray("x", data.x, 5),
      ...pythonArray("y", data.y, 5),
      "n = len(x)",
      ...(scaled ? [constant ? "x = np.zeros(n)  # scaled: all x are equal" : "x = (x - x.mean()) / x.std()  # scaled"] : []),
      `factor = ${{ mean: "1.0", half: "0.5", sum: "n" }[loss]}  # of the mean square: the loss is the ${LOSSES[loss]}`,
      `eta = ${eta}`,
      `w, b = float(${w}), float(${b})  # the start`,
      "",
      "path = [(w, b)]",
      `for _ in range(${k}):`,
      "    r = w * x + b - y",
      "    w, b = w - eta * factor * 2 * np.mean(r * x), b - eta * factor * 2 * np.mean(r)",
      "    path.append((w, b))",
      "r = w * x + b - y",
      "",
      `mean, variance = x.mean(), ${unique ? "x.var()" : "0.0  # all x are equal"}`,
      ...(scaled ? ["mean = 0.0"] : []),
      `best_w = ${unique ? "(x - x.mean()) @ (y - y.mean()) / (n * variance)" : "0.0"}`,
      "best_b = y.mean() - best_w * mean",
      "least = factor * np.mean((best_w * (x - x.mean()) - (y - y.mean())) ** 2)",
      "",
      "# H in the order w, b: its eigenvalues and the angle of the steep direction",
      "ww, wb, bb = 2 * factor * (mean**2 + variance), 2 * factor * mean, 2 * factor",
      "apart = np.hypot(ww - bb, 2 * wb)",
      "lam_max = (ww + bb + apart) / 2",
      "lam_min = (2 * factor) ** 2 * variance / lam_max",
      "angle = np.arctan2(2 * wb, ww - bb) / 2 if apart > 1e-12 * (ww + bb) else 0.0",
      `taken = ${unique ? "min(eta * lam_min, 2 - eta * lam_max)" : "1 - abs(1 - eta * lam_max)"}  # of the distance, by each step`,
      "size = abs(w * x) + abs(b) + abs(y)",
      "",
      "",
      "def tidy(value, scale):",
      "    # Where a difference is so small, rounding makes the digits.",
      "    return 0.0 if abs(value) <= 1e-8 * scale else value",
      "",
      "",
      "def measured(along_w, along_b):",
      "    before, after = (abs(along_w * (w - best_w) + along_b * (b - best_b)) for w, b in path[-2:])",
      "    return 0.0 if after < 1e-6 * before else after / before",
      "",
      "",
      `off = ${unique ? "w - best_w" : "0.0"}`,
      "gap = np.sqrt(off**2 * variance + (w * mean + b - y.mean()) ** 2)",
      "gap = factor * tidy(gap, abs(w * mean) + abs(b) + abs(y.mean())) ** 2",
      "least = factor * tidy(np.sqrt(least / factor), 1e-7 * np.max(abs(best_w * x) + abs(best_b) + abs(y))) ** 2",
    ];
  }
}
