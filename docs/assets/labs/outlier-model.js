// What outlier-lab is about: the lines of three losses, and what one point does to them.

import * as math from "./math.js";
import { ACCOMPLICES } from "./outlier-facts.js";
import { checkPoints, takes } from "./point-edits.js";
import * as robust from "./robust.js";
import { anscombe, pointsOf } from "./sets.js";
import { format, pythonArray } from "./text.js";
/** @import { Model, Numbers, OutlierSet, OutlierState, RobustLine, Rows } from "./types" */

/** What cuts are measured by: the power of ten next to the spread of y. @param {number[]} y */
export function unitOf(y) {
  const { differences } = math.centered(y);
  const spread = Math.sqrt(math.sumOf(y.length, (i) => differences[i] ** 2) / y.length);
  return Math.min(Math.max(10 ** Math.round(Math.log10(spread || 1)), 1e-9), 1e11);
}

/** @implements {Model<OutlierState>} */
export class OutlierModel {
  /** The lines by their losses, none where all x are equal. @type {Record<string, RobustLine>} */
  lines = {};
  /** Cook's distance of every point. @type {(number | null)[]} */
  cooks = [];
  /** The residuals of least squares, without sign. @type {number[]} */
  sizes = [];

  /** @param {Rows} noisy @param {Rows} quartet */
  constructor(noisy, quartet) {
    const twenty = pointsOf(noisy.filter((_, i) => i % 10 === 0));
    /** @type {Record<string, OutlierSet>} */
    this.sets = {
      twenty: { title: "The twenty points", cut: 1.5, chosen: twenty.x.indexOf(Math.max(...twenty.x)), ...twenty },
      accomplices: { title: "Three accomplices", cut: 2, chosen: 22, ...ACCOMPLICES },
      "anscombe-3": { title: "Anscombe III", cut: 0.1, chosen: 2, ...anscombe(quartet, "III") },
      "anscombe-4": { title: "Anscombe IV", cut: 1, chosen: 7, ...anscombe(quartet, "IV") },
      own: { title: "Your own", cut: 1, chosen: 0, x: [], y: [] },
    };
    const best = math.bestLine(twenty.x, twenty.y);
    this.origin = { points: twenty, line: { ls: best.w, hu: robust.huberLine(best, 1.5).w } };
  }

  /** @param {string} preset @returns {OutlierState} */
  set(preset) {
    const { x, y, cut, chosen } = this.sets[preset];
    return { preset, x, y, cut, chosen };
  }

  start() {
    return this.set("twenty");
  }

  check({ preset, x, y, cut, chosen }) {
    if (!(preset in this.sets)) throw new Error("it names data that are not here");
    checkPoints({ x, y });
    if (!takes(cut) || cut <= 0) throw new Error("its cut is no number above zero");
    return { preset, x, y, cut, chosen: Number.isInteger(chosen) && chosen in x ? chosen : 0 };
  }

  /** @param {OutlierState} state */
  measure({ x, y, cut, chosen }) {
    const n = x.length;
    this.lines = {};
    this.cooks = [];
    this.sizes = [];
    if (!n) return { n };
    const best = math.bestLine(x, y);
    if (!best.unique) return { n };
    const hu = robust.huberLine(best, cut);
    const la = robust.absoluteLine(best);
    this.lines = { ls: { ...best, w0: best.w, level: 0, unique: true }, hu, la: { ...la, unique: true } };
    this.cooks = robust.cooksDistances(best);
    const noise =
      4 * Number.EPSILON * x.reduce((most, value, i) => Math.max(most, Math.abs(best.w * value) + Math.abs(best.b) + Math.abs(y[i])), 0);
    const off = ({ w0, level }, i) => {
      const r = w0 * best.dx[i] + level - best.dy[i];
      return Math.abs(r) <= noise ? 0 : r;
    };
    this.sizes = x.map((_, i) => Math.abs(off(this.lines.ls, i)));
    const known = this.cooks.filter((value) => value !== null);
    const own = Object.entries(this.lines).flatMap(([name, line]) =>
      line.unique
        ? [
            [`${name}W`, line.w],
            [`${name}B`, line.b],
            [`${name}R`, chosen in x ? off(line, chosen) : null],
          ]
        : [],
    );
    return {
      n,
      ...Object.fromEntries(own),
      leverage: chosen in x ? math.leverage(best, chosen) : null,
      cook: this.cooks[chosen] ?? null,
      without: chosen in x ? robust.slopeWithout(best, chosen) : null,
      most: known.length ? Math.max(...known) : null,
    };
  }

  /** @param {OutlierState} state @param {Numbers} numbers */
  words({ x, chosen }, { n, lsW, huW, laW, leverage, cook, most }) {
    if (!n) return "No points are left. Click in the picture, or add one by the button.";
    if (lsW === undefined)
      return n === 1
        ? "With one point no line is the only best one, by any of the three losses."
        : `All ${format(n)} points have the same x, ${format(x[0])}: no line is the only best one, by any of the three losses.`;
    const huber = huW === undefined ? "Huber’s loss leaves it open" : `${format(huW, 3)} by Huber’s loss`;
    const slopes = `${format(n)} points. Slope ${format(lsW, 3)} by least squares, ${huber}, ${format(laW, 3)} by absolute values${this.lines.la?.several ? " (the middle one of several)" : ""}.`;
    if (leverage === null) return slopes;
    if (1 - leverage <= 1e-9) return `${slopes} Point ${chosen + 1} has the leverage 1: without it there is no slope to compare with.`;
    if (cook === null) return `${slopes} All points lie on a line: there is nothing to judge.`;
    const largest = cook === most ? ", the largest" : `; the largest is ${format(most, 3)}, of point ${this.cooks.indexOf(most) + 1}`;
    return `${slopes} Point ${chosen + 1} has the leverage ${format(leverage, 3)} and a Cook’s distance of ${format(cook, 3)}${largest}.`;
  }

  /** @param {OutlierState} state */
  preamble({ x, y, cut, chosen }) {
    const start = ["import numpy as np", "", ...pythonArray("x", x), ...pythonArray("y", y), "n = len(x)"];
    if (!this.lines.ls) return start;
    const { unique } = this.lines.hu;
    return [
      ...start,
      `chosen, cut = ${chosen in x ? chosen : 0}, ${cut}`,
      "",
      "dx, dy = x - x.mean(), y - y.mean()",
      "dx, dy = dx - dx.mean(), dy - dy.mean()  # what rounding left of the means",
      "",
      "",
      "def least_squares(weight, pull=(0, 0)):",
      '    """Slope and level of the least sum of weight * r**2, pulled at by a constant force."""',
      "    u, v = weight @ dx / weight.sum(), weight @ dy / weight.sum()",
      "    w = (weight * (dx - u)) @ (dy - v) + (u * pull[0] - pull[1])",
      "    w = w / (weight @ (dx - u) ** 2)",
      "    return w, v - w * u - pull[0] / weight.sum()",
      "",
      "",
      ...(unique
        ? [
            "def huber():",
            '    """Weights again and again; at last exactly, with the division into small and large residuals."""',
            "    w, level = least_squares(np.ones(n))",
            "    for _ in range(100_000):",
            "        before = w, level",
            "        w, level = least_squares(cut / np.maximum(cut, abs(w * dx + level - dy)))",
            "        if np.allclose((w, level), before, rtol=1e-12, atol=1e-14 * np.ptp(dy)):",
            "            break",
            "    r = w * dx + level - dy",
            "    small, sign = abs(r) <= cut, np.sign(r) * (abs(r) > cut)",
            "    return least_squares(small * 1.0, (cut * sign.sum(), cut * sign @ dx))",
            "",
            "",
          ]
        : []),
      "def absolute():",
      '    """Some best line passes through a point: the best through each, then the best of these."""',
      "    found = []",
      "    for i in range(n):",
      "        other = dx != dx[i]",
      "        reach, rise = (dx - dx[i])[other], (dy - dy[i])[other]",
      "        order = np.argsort(rise / reach)",
      "        share = np.cumsum(abs(reach)[order]) / np.sum(abs(reach))",
      "        for half in (0.5 - 1e-12, 0.5 + 1e-12):",
      "            w = (rise / reach)[order][np.searchsorted(share, half)]",
      "            rest = dy - w * dx",
      "            found.append((np.sum(abs(rest - np.median(rest))), w))",
      "    least = min(found)[0] * (1 + 1e-11) + 1e-14 * np.sum(abs(dy))",
      "    best = [w for total, w in found if total <= least]",
      "    w = (min(best) + max(best)) / 2  # the middle one, if there are several",
      "    return w, np.median(dy - w * dx)",
      "",
      "",
      `steep = {"ls": least_squares(np.ones(n)), ${unique ? '"hu": huber(), ' : ""}"la": absolute()}`,
      "lines = {name: (w, y.mean() + level - w * x.mean()) for name, (w, level) in steep.items()}",
      'r = steep["ls"][0] * dx - dy',
      "h = 1 / n + dx**2 / (dx @ dx)",
      'noise = 4 * np.finfo(float).eps * np.max(abs(lines["ls"][0] * x) + abs(lines["ls"][1]) + abs(y))',
      "",
      "",
      "def off(name):",
      "    r = steep[name][0] * dx[chosen] + steep[name][1] - dy[chosen]",
      "    return r if abs(r) > noise else 0.0  # below the rounding of its terms",
      "",
      "",
      "def cook(i):",
      "    return r[i] ** 2 * h[i] / (2 * (r @ r) / (n - 2) * (1 - h[i]) ** 2)",
      "",
      "",
      "def without(i):",
      "    keep = np.arange(n) != i",
      "    u = dx[keep] - dx[keep].mean()",
      "    return u @ (dy[keep] - dy[keep].mean()) / (u @ u)",
    ];
  }
}
