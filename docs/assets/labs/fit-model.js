// What fit-lab is about: points and a line, their loss, its gradient, and the best line.

import * as math from "./math.js";
import { checkPoints, takes } from "./point-edits.js";
import { format, pythonArray } from "./text.js";
/** @import { BestLine, Facts, FitState, Model, Numbers, PointSet, Task } from "./types" */

const TOUCHING = 1e-11; // of the smallest loss: closer than that, rounding decides how far apart two lines are
export const SIGNS = [1, 0, -1];
const NUDGES = SIGNS.flatMap((slope) => SIGNS.map((level) => [slope, level])).filter(([slope, level]) => slope || level);
/** @param {number[]} nudge */
export const nudgeKey = ([slope, level]) => `nudge${slope}${level}`;
/** @param {number} value */
export const signed = (value) => (value > 0 ? `+${format(value)}` : format(value));

export const SHOWN = { residuals: "residuals", squares: "their squares", absolute: "absolute values" };

/** @type {Facts} */
export const FACTS = {
  n: { label: "points n", python: "n" },
  loss: { label: "loss L", python: "np.mean(r**2)", color: "loss" },
  least: { label: "smallest loss", python: "least", color: "loss" },
  above: { label: "above it by, in %", python: "100 * excess / least if excess > 1e-11 * least else 0" },
  gw: { label: "∂L/∂w", python: "tidy(2 * np.mean(r * x), 2 * np.mean(size * abs(x)))", color: "gradient" },
  gb: { label: "∂L/∂b", python: "tidy(2 * np.mean(r), 2 * np.mean(size))", color: "gradient" },
  absolute: { label: "mean |r|", python: "np.mean(abs(r))", color: "residual" },
  r2: { label: "R² of your line", python: "1 - np.sum(r**2) / (dy @ dy)" },
  bestW: { label: "best slope w*", python: "best_w", color: "line" },
  bestB: { label: "best intercept b*", python: "best_b", color: "line" },
  residual: { label: "r of the chosen point", python: "r[chosen]", color: "residual" },
  leverage: { label: "its leverage", python: "1 / n + dx[chosen] ** 2 / (dx @ dx)", color: "data" },
  sx: { label: "Σx", python: "np.sum(x)" },
  sxx: { label: "Σx²", python: "np.sum(x**2)" },
  sy: { label: "Σy", python: "np.sum(y)" },
  sxy: { label: "Σxy", python: "np.sum(x * y)" },
  ...Object.fromEntries(
    NUDGES.map((nudge) => [
      nudgeKey(nudge),
      {
        label: (_, { dw, db }) => `L changes, slope ${signed(nudge[0] * dw)}, intercept ${signed(nudge[1] * db)}`,
        python: (_, { dw, db }) => `change(${nudge[0] * dw}, ${nudge[1] * db})`,
      },
    ]),
  ),
};

/** @type {Task[]} */
export const TASKS = [
  {
    goal: "By hand, bring the loss of your line within 5 % of the smallest.",
    start: (_, { model }) => model.set("penguins", { w: 0, b: 4200 }),
    done: (state, { above }, { used }) => state.preset === "penguins" && above !== null && above <= 5 && !used.has("best"),
    why: "Two numbers, and a bowl over them: close to the bottom it is nearly flat, so many lines are almost as good as the best.",
  },
  {
    goal: "Put your line on the best one, and open “Small nudges”.",
    predict: {
      question: "How many of the eight nudges will lower the loss?",
      choices: ["About half of them.", "None of them.", "One or two."],
      right: 1,
    },
    start: (_, { model }) => model.set("penguins"),
    done: (_, { above }, { nudging }) => above === 0 && nudging.open,
    why: "Both slopes of the loss are zero there. Whatever the direction, the change is a square, and no square is negative.",
  },
  {
    goal: "Move one point, and only one, until the best line falls instead of rising.",
    predict: {
      question: "Which point needs the shortest way?",
      choices: ["One in the middle of the row.", "The one that already lies apart, at the right end."],
      right: 1,
    },
    start: (_, { model }) => model.set("outlier"),
    done: ({ x, y, preset }, { bestW }, { model }) => {
      const { x: x0, y: y0 } = model.sets.outlier;
      return (
        preset === "outlier" && x.length === x0.length && bestW < 0 && x.filter((xi, i) => xi !== x0[i] || y[i] !== y0[i]).length === 1
      );
    },
    why: "A point at the end has the longest lever (watch “its leverage”), and a large residual counts by its square.",
  },
  {
    goal: "Change these three points so that no line is the only best one.",
    predict: { question: "How many best lines will there be then?", choices: ["None.", "Two.", "Infinitely many."], right: 2 },
    start: (_, { model }) => model.set("three"),
    done: (_, { bestW, n }) => n > 0 && bestW === null,
    why: "With all points above one another (or a single one left) every line through their mean is equally good: AᵀA has no inverse, and the loss a flat floor.",
  },
  {
    goal: "Choose the point that decides the slope all alone.",
    start: (_, { model }) => model.set("anscombe-4"),
    done: (_, { leverage }) => leverage > 0.999,
    why: "Its leverage is 1: the best line passes through it, wherever you drag it. Delete it, and all x are equal.",
  },
];

/** @implements {Model<FitState>} */
export class FitModel {
  /** The best line of the points that were measured last. @type {BestLine} */
  best = math.bestLine([0], [0]);

  /** @param {Record<string, PointSet>} sets */
  constructor(sets) {
    this.sets = sets;
  }

  /** The part of a state that shows a set of data, with a level line unless another is given. @param {string} preset @param {{ w: number, b: number }} [line] */
  set(preset, line) {
    const { x, y, line: known } = this.sets[preset];
    const level = x.length ? math.roundTo(math.mean(y), 0.01) : 0;
    return { preset, x, y, chosen: 0, ...(line ?? known ?? { w: 0, b: level }) };
  }

  /** @param {string} preset @param {string} show */
  start(preset = "penguins", show = "residuals") {
    return { ...this.set(preset in this.sets ? preset : "penguins"), show, best: false };
  }

  check(state) {
    if (!(state.preset in this.sets)) throw new Error("it names data that are not here");
    checkPoints(state);
    if (!takes(state.w) || !takes(state.b)) throw new Error("its line is no line");
    const { preset, x, y, w, b, chosen, show, best } = state;
    return {
      preset,
      x,
      y,
      w,
      b,
      chosen: Number.isInteger(chosen) && chosen < x.length ? chosen : 0,
      show: show in SHOWN ? show : "residuals",
      best: best === true,
    };
  }

  /** @param {FitState} state */
  measure({ x, y, w, b, chosen }) {
    const n = x.length;
    if (!n) return { n };
    const best = math.bestLine(x, y);
    this.best = best;
    const slope = math.gradient(x, y, w, b);
    const excess = math.excess(best, w, slope.b / 2);
    // Steps that can be felt: a fortieth of the spread of y, and as much of it as a spread of x turns into slope.
    const spread = Math.sqrt(best.syy / n) || Math.abs(best.yMean) || 1;
    const db = math.roundStep(spread / 40);
    const dw = math.roundStep(db / (best.unique ? Math.sqrt(best.sxx / n) : Math.abs(best.xMean) || 1));
    const nudges = NUDGES.map((nudge) => [nudgeKey(nudge), math.nudge(x, y, w, b, nudge[0] * dw, nudge[1] * db)]);
    return {
      loss: math.loss(x, y, w, b),
      least: best.loss,
      above: best.loss > 0 ? (excess > TOUCHING * best.loss ? (100 * excess) / best.loss : 0) : null,
      gw: slope.w,
      gb: slope.b,
      absolute: math.meanAbsolute(x, y, w, b),
      r2: best.syy > 0 ? math.rSquared(x, y, w, b) : null,
      bestW: best.unique ? best.w : null,
      bestB: best.unique ? best.b : null,
      residual: chosen in x ? math.residual(x[chosen], y[chosen], w, b) : null,
      leverage: chosen in x ? math.leverage(best, chosen) : null,
      ...math.normalEquations(x, y),
      ...Object.fromEntries(nudges),
      dw,
      db,
    };
  }

  /** The best line; where there is no single one, the one of that family which has the slope of this line. @param {FitState} state */
  bestFor({ w: slope }) {
    const { w, b, unique, xMean, yMean } = this.best;
    return unique ? { w, b } : { b: yMean - slope * xMean };
  }

  /** @param {FitState} state @param {Numbers} numbers */
  words({ x, w, b, show }, { absolute, loss, least, above, bestW }) {
    const n = x.length;
    if (!n) return "No points are left. Click in the picture, or add one by the button.";
    const line = `${format(n)} point${n === 1 ? "" : "s"}, slope ${format(w)}, intercept ${format(b)}. ${show === "absolute" ? `The residuals have a mean size of ${format(absolute)}. ` : ""}`;
    if (bestW === null) {
      const { xMean, yMean } = this.best;
      const where = n === 1 ? "With one point" : `All x are ${format(xMean)}, and then`;
      return `${line}${where} there is no single best line: every line through (${format(xMean)}, ${format(yMean)}) has the smallest loss, ${format(least)}. Yours has ${format(loss)}.`;
    }
    if (above === null) return `${line}The points lie on a line, so the smallest loss is 0. Yours is ${format(loss)}.`;
    if (above === 0) return `${line}The loss is ${format(loss)}, the smallest there is: no nudge helps.`;
    return `${line}The loss is ${format(loss)}, ${above < 400 ? `${format(above, 3)} % above the smallest.` : `${format(1 + above / 100, 3)} times the smallest.`}`;
  }

  /** @param {FitState} state */
  preamble({ x, y, w, b, chosen }) {
    const start = ["import numpy as np", "", ...pythonArray("x", x), ...pythonArray("y", y), "n = len(x)"];
    if (!x.length) return start;
    return [
      ...start,
      `w, b = ${w}, ${b}  # your line`,
      ...(chosen in x ? [`chosen = ${chosen}`] : []),
      "",
      "r = w * x + b - y",
      "dx, dy = x - x.mean(), y - y.mean()",
      "dx, dy = dx - dx.mean(), dy - dy.mean()  # what rounding left of the means",
      `best_w = ${this.best.unique ? "dx @ dy / (dx @ dx)" : "0.0  # all x are equal: any slope will do"}`,
      "best_b = y.mean() - best_w * x.mean()",
      "least = np.mean((best_w * dx - dy) ** 2)",
      "",
      "# What is smaller than the rounding of its own terms is zero.",
      "noise = 4 * np.finfo(float).eps",
      "size = abs(w * x) + abs(b) + abs(y)",
      "",
      "",
      "def tidy(value, scale):",
      "    return 0.0 if abs(value) <= noise * scale else value",
      "",
      "",
      "def change(dw, db):",
      "    step = dw * x + db",
      "    return np.mean(step * (2 * r + step))",
      "",
      "",
      "least = tidy(np.sqrt(least), np.max(abs(best_w * x) + abs(best_b) + abs(y))) ** 2",
      "excess = (w - best_w) ** 2 * np.mean(dx**2) + tidy(np.mean(r), np.mean(size)) ** 2",
    ];
  }
}
