// <fit-lab data="penguins">: points and a line under the reader's hand; loss, gradient and the best line follow at once.

import { button, h, setText } from "./lab.js";
import { Handle, Plot, around, grain, px, stride } from "./plot.js";
import { PointsLab, checkPoints, takes } from "./points.js";
import { PointTable } from "./table.js";
import { loadSets } from "./data.js";
import { format, pythonArray } from "./text.js";
import * as math from "./math.js";

const TOUCHING = 1e-11; // of the smallest loss: closer than that, rounding decides how far apart two lines are
const SIGNS = [1, 0, -1];
const NUDGES = SIGNS.flatMap((slope) => SIGNS.map((level) => [slope, level])).filter(([slope, level]) => slope || level);
const nudgeKey = ([slope, level]) => `nudge${slope}${level}`;
const signed = (value) => (value > 0 ? `+${format(value)}` : format(value));
const plural = (n, word) => `${format(n)} ${word}${n === 1 ? "" : "s"}`;

const FACTS = {
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

const TASKS = [
  {
    goal: "By hand, bring the loss of your line within 5 % of the smallest.",
    start: (state, lab) => lab.set("penguins", { w: 0, b: 4200 }),
    done: (state, { above }, lab) => state.preset === "penguins" && above !== null && above <= 5 && !lab.used.has("best"),
    why: "Two numbers, and a bowl over them: close to the bottom it is nearly flat, so many lines are almost as good as the best.",
  },
  {
    goal: "Put your line on the best one, and open “Small nudges”.",
    predict: { question: "How many of the eight nudges will lower the loss?", choices: ["About half of them.", "None of them.", "One or two."], right: 1 },
    start: (state, lab) => lab.set("penguins"),
    done: (state, { above }, lab) => above === 0 && lab.nudging.open,
    why: "Both slopes of the loss are zero there. Whatever the direction, the change is a square, and no square is negative.",
  },
  {
    goal: "Move one point, and only one, until the best line falls instead of rising.",
    predict: { question: "Which point needs the shortest way?", choices: ["One in the middle of the row.", "The one that already lies apart, at the right end."], right: 1 },
    start: (state, lab) => lab.set("outlier"),
    done: ({ x, y, preset }, { bestW }, lab) => {
      const { x: x0, y: y0 } = lab.sets.outlier;
      return preset === "outlier" && x.length === x0.length && bestW < 0 && x.filter((xi, i) => xi !== x0[i] || y[i] !== y0[i]).length === 1;
    },
    why: "A point at the end has the longest lever (watch “its leverage”), and a large residual counts by its square.",
  },
  {
    goal: "Change these three points so that no line is the only best one.",
    predict: { question: "How many best lines will there be then?", choices: ["None.", "Two.", "Infinitely many."], right: 2 },
    start: (state, lab) => lab.set("three"),
    done: (state, { bestW, n }) => n > 0 && bestW === null,
    why: "With all points above one another (or a single one left) every line through their mean is equally good: AᵀA has no inverse, and the loss a flat floor.",
  },
  {
    goal: "Choose the point that decides the slope all alone.",
    start: (state, lab) => lab.set("anscombe-4"),
    done: (state, { leverage }) => leverage > 0.999,
    why: "Its leverage is 1: the best line passes through it, wherever you drag it. Delete it, and all x are equal.",
  },
];

class FitLab extends PointsLab {
  static heading = "Lab: fit a line";
  static facts = FACTS;
  static tasks = TASKS;

  async load() {
    this.sets = await loadSets();
  }

  // The state that shows a set of data, with a level line unless another is given.
  set(preset, line) {
    const { x, y, line: known } = this.sets[preset];
    const level = x.length ? math.roundTo(math.mean(y), 0.01) : 0;
    return { preset, x, y, chosen: 0, ...(line ?? known ?? { w: 0, b: level }) };
  }

  start() {
    const preset = this.getAttribute("data") ?? "penguins";
    return { ...this.set(preset in this.sets ? preset : "penguins"), show: this.getAttribute("show") ?? "residuals", best: false };
  }

  check(state) {
    if (!(state.preset in this.sets)) throw new Error("it names data that are not here");
    checkPoints(state);
    if (!takes(state.w) || !takes(state.b)) throw new Error("its line is no line");
    const { preset, x, y, w, b, chosen, show, best } = state;
    return { preset, x, y, w, b, chosen: Number.isInteger(chosen) && chosen < x.length ? chosen : 0, show: show in SHOWN ? show : "residuals", best: best === true };
  }

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

  // ---- what it shows ----

  build(body) {
    this.plot = new Plot({ label: "Points, your line, and its residuals", relaid: () => this.refresh() });
    const layer = (name, tag) => this.plot.layer(`lab-${name}`, tag);
    this.squares = layer("squares", "path");
    this.family = layer("family", "path");
    this.sticks = layer("residuals", "path");
    this.line = layer("line", "line");
    this.ends = [0.08, 0.92].map((place, i) => {
      const steer = (move) => ({
        grab: () => (this.held = this.#height(1 - i)),
        move: (_, y) => this.#turn(i, y, this.held ?? this.#height(1 - i)),
        step: (_, dy) => {
          if (dy) this.#turn(i, this.#height(i) + dy * this.steps.y, this.#height(1 - i));
          this.settleSoon();
        },
        drop: () => this.settle(),
        ...move,
      });
      return Object.assign(new Handle(this.plot, `${i ? "Right" : "Left"} handle of your line`, steer()), { place });
    });
    this.buildPoints();

    const put = (key) => (value) => void this.change({ [key]: value });
    this.controls = [
      this.selectData(),
      this.field("slope w", (state) => state.w, put("w")),
      this.field("intercept b", (state) => state.b, put("b")),
      this.choice("Show", Object.entries(SHOWN), (state) => state.show, put("show")),
      this.toggle("the best line", (state) => state.best, put("best")),
    ];
    const [data, slope, level, show, best] = this.controls.map((control) => control.element);
    this.taking = button("Take the best line", () => this.takeBest());
    this.deleting = button("Delete the point", () => this.remove(this.state.chosen));
    this.table = new PointTable(this);
    this.nudging = this.more("Small nudges", () => this.#nudgeTable());
    body.append(
      h("div", { class: "lab-row" }, data, slope, level, this.taking),
      this.plot.box,
      this.sentence,
      h("div", { class: "lab-row" }, show, best, button("Add a point", () => this.insertInTheMiddle()), this.deleting),
      this.factList(["loss", "least", "above", "gw", "gb", "r2", "absolute", "residual", "leverage", "bestW", "bestB"]),
      this.nudging,
      this.more("Normal equations", () => this.#equations()),
      this.more("Table of the points, and CSV", () => this.table.build()),
      this.more("Mouse, touch and keys", () => HELP()),
    );
  }

  #nudgeTable() {
    const [top, ...rows] = [["", ...SIGNS], ...SIGNS.map((slope) => [slope, ...SIGNS.map((level) => [slope, level])])];
    this.nudgeHeads = [];
    const head = (scope, kind, sign) => {
      const cell = h("th", { scope }, "");
      this.nudgeHeads.push([cell, kind, sign]);
      return cell;
    };
    this.nudgeCells = [];
    const cell = (nudge) => {
      if (!nudge[0] && !nudge[1]) return h("td", {}, "your line");
      const verdict = h("span", {}, "");
      const made = h("td", {}, this.cell(nudgeKey(nudge)), " ", verdict);
      this.nudgeCells.push([made, verdict, nudgeKey(nudge)]);
      return made;
    };
    return h("table", { class: "lab-table lab-nudges" },
      h("caption", {}, "By how much the loss changes when your line is nudged"),
      h("thead", {}, h("tr", {}, h("td", {}, ""), ...top.slice(1).map((sign) => head("col", "db", sign)))),
      h("tbody", {}, ...rows.map(([slope, ...nudges]) => h("tr", {}, head("row", "dw", slope), ...nudges.map(cell)))),
    );
  }

  #equations() {
    const cells = (...keys) => keys.map((key) => h("td", {}, this.cell(key)));
    const matrix = (name, ...rows) => h("table", { class: "lab-table lab-matrix" }, h("caption", {}, name), h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row))));
    return [
      h("div", { class: "lab-row" },
        matrix("AᵀA", cells("n", "sx"), cells("sx", "sxx")),
        matrix("θ* = (b*, w*)", cells("bestB"), cells("bestW")),
        matrix("Aᵀy", cells("sy"), cells("sxy"))),
      h("p", {}, "Every point adds its 1, x and x² to the first, its y and xy to the last. AᵀA times θ* is Aᵀy."),
    ];
  }

  draw(state, before) {
    const { plot } = this;
    const { x, y, w, b, chosen, show } = state;
    // A frame stays while it holds the points, so that nothing jumps under the hand.
    const framed = !before || (state === before && this.#outside(state));
    if (framed) this.#setFrame(state);
    const samePoints = !framed && before && x === before.x && y === before.y;
    const sameLine = !framed && before && w === before.w && b === before.b;
    if (!samePoints || chosen !== before.chosen) this.points.draw(x, y, chosen, framed);
    if (!samePoints || !sameLine || show !== before.show) this.#drawResiduals(state);
    if (!sameLine) {
      const [from, to] = plot.x.domain();
      for (const [name, value] of Object.entries({ x1: plot.x(from), y1: plot.y(w * from + b), x2: plot.x(to), y2: plot.y(w * to + b) })) this.line.setAttribute(name, px(value));
    }
    if (!sameLine || !samePoints) this.ends.forEach((end, i) => end.draw(this.#place(i), this.#height(i), `slope ${format(w)}, intercept ${format(b)}`));
    this.family.setAttribute("d", this.#familyPath(state));
    this.controls.forEach((control) => control.show(state));
    this.deleting.disabled = !(chosen in x);
    this.taking.disabled = !x.length;
    this.table.draw(state, samePoints);
    if (this.nudgeCells && this.nudging.open) {
      const { numbers } = this;
      for (const [cell, kind, sign] of this.nudgeHeads) setText(cell, x.length ? `${kind === "dw" ? "slope" : "intercept"} ${sign ? signed(sign * numbers[kind]) : "+0"}` : "–");
      for (const [cell, verdict, key] of this.nudgeCells) {
        const helps = numbers[key] < 0;
        cell.classList.toggle("lab-helps", helps);
        setText(verdict, helps ? "▼ helps" : "▲");
      }
    }
  }

  #drawResiduals({ x, y, w, b, show }) {
    const { plot } = this;
    let sticks = "";
    let squares = "";
    for (let i = 0; i < x.length; i++) {
      const [at, from, to] = [px(plot.x(x[i])), px(plot.y(y[i])), px(plot.y(w * x[i] + b))];
      sticks += `M${at} ${from}V${to}`;
      // A square on the stick, on the side where the line leaves room.
      if (show === "squares") squares += `M${at} ${from}V${to}h${px((to - from) * (w < 0 ? -1 : 1))}V${from}Z`;
    }
    this.sticks.setAttribute("d", sticks);
    this.sticks.classList.toggle("lab-heavy", show === "absolute");
    this.squares.setAttribute("d", squares);
  }

  // The best line; where there is no single one, a fan of those through the mean.
  #familyPath({ x, best }) {
    if (!x.length || (this.best.unique && !best)) return "";
    const { plot } = this;
    const { xMean, yMean, w, unique } = this.best;
    const [from, to] = plot.x.domain();
    const steepest = (plot.y.domain()[1] - plot.y.domain()[0]) / (to - from);
    const slopes = unique ? [w] : [-4, -1.5, -0.6, 0, 0.6, 1.5, 4].map((part) => part * steepest);
    return slopes.map((slope) => `M${px(plot.x(from))} ${px(plot.y(yMean + slope * (from - xMean)))}L${px(plot.x(to))} ${px(plot.y(yMean + slope * (to - xMean)))}`).join("");
  }

  words({ x, w, b, show }, { absolute, loss, least, above, bestW }) {
    const n = x.length;
    if (!n) return "No points are left. Click in the picture, or add one by the button.";
    const line = `${plural(n, "point")}, slope ${format(w)}, intercept ${format(b)}. ${show === "absolute" ? `The residuals have a mean size of ${format(absolute)}. ` : ""}`;
    if (bestW === null) {
      const where = n === 1 ? "With one point" : `All x are ${format(this.best.xMean)}, and then`;
      return `${line}${where} there is no single best line: every line through (${format(this.best.xMean)}, ${format(this.best.yMean)}) has the smallest loss, ${format(least)}. Yours has ${format(loss)}.`;
    }
    if (above === null) return `${line}The points lie on a line, so the smallest loss is 0. Yours is ${format(loss)}.`;
    if (above === 0) return `${line}The loss is ${format(loss)}, the smallest there is: no nudge helps.`;
    return `${line}The loss is ${format(loss)}, ${above < 400 ? `${format(above, 3)} % above the smallest.` : `${format(1 + above / 100, 3)} times the smallest.`}`;
  }

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

  // ---- what can be done ----

  takeBest() {
    this.used.add("best");
    const { w, b, unique, xMean, yMean } = this.best;
    this.change(unique ? { w, b } : { b: yMean - this.state.w * xMean });
  }

  // Where the handles stand in x, and how high the line is there.
  #place(i) {
    const [from, to] = this.plot.x.domain();
    return from + this.ends[i].place * (to - from);
  }

  #height(i) {
    return this.state.w * this.#place(i) + this.state.b;
  }

  // One end at a new height, the other held where it is.
  #turn(i, height, held) {
    const [at, other] = [this.#place(i), this.#place(1 - i)];
    const w = math.roundTo((height - held) / (at - other), this.grain.w);
    this.change({ w, b: math.roundTo(held - w * other, this.grain.y) }, { live: true });
  }

  // ---- the frame: which part of the plane is seen ----

  #outside({ x, y }) {
    const [[x0, x1], [y0, y1]] = [this.plot.x.domain(), this.plot.y.domain()];
    return x.some((value) => value < x0 || value > x1) || y.some((value) => value < y0 || value > y1);
  }

  #setFrame(state) {
    const { xLabel, yLabel, frame = [] } = this.sets[state.preset];
    if (this.framed !== state.preset || this.#outside(state)) {
      const [x = around(state.x), y = around(state.y)] = this.framed === state.preset ? [] : frame;
      this.framed = state.preset;
      this.plot.domain(x, y);
      this.plot.labels(xLabel, yLabel);
    }
    const [x, y] = [this.plot.x.domain(), this.plot.y.domain()];
    const fine = { x: grain(x, 560), y: grain(y, 340) };
    this.grain = { ...fine, w: 10 ** Math.floor(Math.log10(fine.y / (x[1] - x[0]))) };
    this.steps = { x: stride(x), y: stride(y) };
  }
}

const SHOWN = { residuals: "residuals", squares: "their squares", absolute: "absolute values" };

const HELP = () => [
  h("ul", {},
    h("li", {}, "Drag a point, or a handle of the line. Click beside the points to add one."),
    h("li", {}, "Tab leads to the two handles and to the chosen point. Arrows move it, with Shift ten times as far."),
    h("li", {}, "Page Up and Page Down choose the next point, Home and End the first and last. Delete takes it away."),
    h("li", {}, "Ctrl+Z undoes, Ctrl+Shift+Z does it again."),
  ),
];

customElements.define("fit-lab", FitLab);
