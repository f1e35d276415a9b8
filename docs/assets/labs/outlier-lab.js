// <outlier-lab>: one point under the reader's hand, and the lines of three losses; leverage and Cook's distance say what it does.

import { button, h, loadCsv } from "./lab.js";
import { Plot, around, grain, px, stride } from "./plot.js";
import { PointsLab, checkPoints, takes } from "./points.js";
import { PointTable } from "./table.js";
import { format, pythonArray } from "./text.js";
import { across, key } from "./judging-view.js";
import * as math from "./math.js";
import * as robust from "./robust.js";

const LOSSES = { ls: "least squares", hu: "Huber", la: "absolute values" };
const DASHES = { ls: [], hu: ["lab-dashed"], la: ["lab-dotted"] };
const LARGE = 1; // the usual mark above which a Cook's distance is looked at

const FACTS = {
  n: { label: "points n", python: "n" },
  ...Object.fromEntries(
    Object.entries(LOSSES).flatMap(([name, loss]) => [
      [`${name}W`, { label: `${loss}: slope`, python: `lines['${name}'][0]`, color: "line" }],
      [`${name}B`, { label: `${loss}: intercept`, python: `lines['${name}'][1]`, color: "line" }],
      [`${name}R`, { label: `${loss}: r of the chosen point`, python: `off('${name}')`, color: "residual" }],
    ]),
  ),
  leverage: { label: "its leverage h", python: "h[chosen]", color: "data" },
  cook: { label: "its Cook’s distance D", python: "cook(chosen)", color: "residual" },
  without: { label: "slope without it", python: "without(chosen)", color: "line" },
  most: { label: "largest D of all", python: "max(cook(i) for i in range(n) if 1 - h[i] > 1e-9)", color: "residual" },
};

// Whether nothing but wild points was taken away, and none was moved.
const onlyWildGone = ({ x, y }) => {
  const there = x.map((value, i) => ACCOMPLICES.x.findIndex((own, k) => own === value && ACCOMPLICES.y[k] === y[i]));
  return there.every((place) => place >= 0) && Array.from({ length: 20 }, (_, k) => k).every((k) => there.includes(k));
};

const TASKS = [
  {
    goal: "Move one point until the slope of least squares is 0.3 away from where it began, and Huber’s less than 0.1.",
    predict: { question: "What about the point decides how far Huber’s line follows it?", choices: ["How far it is lifted.", "Where it stands, once it is far off.", "Nothing: the line stays."], right: 1 },
    start: (state, lab) => lab.set("twenty"),
    done: ({ preset, x, y }, { lsW, huW }, lab) => {
      const { line, points } = lab.origin;
      const moved = x.filter((xi, i) => xi !== points.x[i] || y[i] !== points.y[i]).length;
      return preset === "twenty" && x.length === points.x.length && moved === 1 && Math.abs(lsW - line.ls) >= 0.3 && huW !== null && Math.abs(huW - line.hu) < 0.1;
    },
    why: "Beyond the cut a residual pulls with a constant force, however large it is. What is left is the arm, and that is the place.",
  },
  {
    goal: "Give one point a Cook’s distance above 1, while another point has a larger residual (least squares).",
    predict: { question: "Which point can do that?", choices: ["One far away in x.", "One far away in y.", "One in the middle of the others."], right: 0 },
    start: (state, lab) => lab.set("twenty"),
    done: (state, { cook, lsR }, lab) => cook > LARGE && lab.sizes.some((size) => size > Math.abs(lsR)),
    why: "Cook’s distance multiplies pull and arm. A point with a long arm drags the line close to itself, and hides its residual.",
  },
  {
    goal: "Three wild points hold the line. Delete as many of them as you must, and no other, until the slope of least squares is above 2.5.",
    predict: { question: "With all three there, how large is the largest Cook’s distance?", choices: ["Far above 1.", "Below 1."], right: 1 },
    start: (state, lab) => lab.set("accomplices"),
    done: (state, { lsW }) => state.preset === "accomplices" && lsW > 2.5 && onlyWildGone(state),
    why: "As long as one is left, it rules. Cook’s distance found nothing while there were three: it leaves out one point at a time.",
  },
  {
    goal: "Raise the cut until Huber’s line is that of least squares.",
    start: (state, lab) => ({ ...lab.set("anscombe-3"), cut: 0.1 }),
    done: ({ preset }, { lsW, huW }) => preset === "anscombe-3" && huW !== null && Math.abs(huW - lsW) < 1e-9,
    why: "Now no residual exceeds the cut: all are squared. With a small cut it is close to the line of the absolute values.",
  },
];

const ACCOMPLICES = {
  x: [5.118, 9.505, 1.442, 9.486, 3.118, 4.233, 8.277, 4.092, 5.496, 0.276, 7.535, 5.381, 3.297, 7.884, 3.032, 4.535, 1.34, 4.031, 2.035, 2.623, 20, 20.5, 21],
  y: [17.367, 30.101, 8.266, 31.97, 7.288, 11.866, 26.569, 13.643, 18.808, 3.153, 27.782, 16.476, 11.326, 28.717, 12.066, 16.6, 5.25, 11.621, 8.355, 10.033, 10, 10, 11],
};

// What cuts are measured by: the power of ten next to the spread of y.
function unitOf(y) {
  const { differences } = math.centered(y);
  const spread = Math.sqrt(math.sumOf(y.length, (i) => differences[i] ** 2) / y.length);
  return Math.min(Math.max(10 ** Math.round(Math.log10(spread || 1)), 1e-9), 1e11);
}

class OutlierLab extends PointsLab {
  static heading = "Lab: one point against the rest";
  static facts = FACTS;
  static tasks = TASKS;
  static style = "judging.css";

  async load() {
    const [rows, quartet] = await Promise.all([loadCsv("../assets/labs/noisy-line.csv"), loadCsv("anscombe.csv")]);
    const points = (list) => ({ x: list.map((row) => Number(row.x)), y: list.map((row) => Number(row.y)) });
    const anscombe = (name) => points(quartet.filter((row) => row.set === name));
    const twenty = points(rows.filter((_, i) => i % 10 === 0));
    this.sets = {
      twenty: { title: "The twenty points", cut: 1.5, chosen: twenty.x.indexOf(Math.max(...twenty.x)), ...twenty },
      accomplices: { title: "Three accomplices", cut: 2, chosen: 22, ...ACCOMPLICES },
      "anscombe-3": { title: "Anscombe III", cut: 0.1, chosen: 2, ...anscombe("III") },
      "anscombe-4": { title: "Anscombe IV", cut: 1, chosen: 7, ...anscombe("IV") },
      own: { title: "Your own", cut: 1, chosen: 0, x: [], y: [] },
    };
    const best = math.bestLine(twenty.x, twenty.y);
    this.origin = { points: twenty, line: { ls: best.w, hu: robust.huberLine(best, 1.5).w } };
  }

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
    this.several = la.several;
    this.cooks = robust.cooksDistances(best);
    const noise = 4 * Number.EPSILON * x.reduce((most, value, i) => Math.max(most, Math.abs(best.w * value) + Math.abs(best.b) + Math.abs(y[i])), 0);
    const off = ({ w0, level }, i) => {
      const r = w0 * best.dx[i] + level - best.dy[i];
      return Math.abs(r) <= noise ? 0 : r;
    };
    this.sizes = x.map((_, i) => Math.abs(off(this.lines.ls, i)));
    const known = this.cooks.filter((value) => value !== null);
    const own = Object.entries(this.lines).flatMap(([name, line]) =>
      line.unique ? [[`${name}W`, line.w], [`${name}B`, line.b], [`${name}R`, chosen in x ? off(line, chosen) : null]] : []);
    return {
      n,
      ...Object.fromEntries(own),
      leverage: chosen in x ? math.leverage(best, chosen) : null,
      cook: this.cooks[chosen] ?? null,
      without: chosen in x ? robust.slopeWithout(best, chosen) : null,
      most: known.length ? Math.max(...known) : null,
    };
  }

  build(body) {
    this.plot = new Plot({ label: "Points, and the lines of three losses", relaid: () => this.refresh() });
    const layer = (...names) => this.plot.layer(names.join(" "), "path");
    this.halos = layer("lab-halos");
    this.paths = Object.fromEntries(Object.keys(LOSSES).map((name) => [name, layer("lab-line", ...DASHES[name])]));
    this.buildPoints();

    const coordinate = (name) => this.field(`${name} of the point`, (state) => state[name][state.chosen] ?? 0, (value) => this.#set(name, value));
    this.controls = [
      this.selectData(),
      coordinate("x"),
      coordinate("y"),
      // Three powers of ten below the spread of y, and one above it.
      this.slider("Huber’s cut", {
        from: (place) => Number((this.unit * 10 ** (place / 25 - 3)).toPrecision(2)),
        to: (cut) => Math.round(25 * (Math.log10(cut / this.unit) + 3)),
        text: (cut) => format(cut),
      }, (state) => state.cut, (cut, options) => this.change({ cut }, options)),
    ];
    const [data, x, y, cut] = this.controls.map((control) => control.element);
    this.deleting = button("Delete the point", () => this.remove(this.state.chosen));
    this.table = new PointTable(this);
    const row = (text, part) => h("tr", {}, h("th", { scope: "row" }, text), ...Object.keys(LOSSES).map((name) => h("td", {}, this.cell(name + part))));
    const heads = Object.entries(LOSSES).map(([name, loss]) => h("th", { scope: "col" }, key(loss, ...DASHES[name])));
    body.append(
      h("div", { class: "lab-row" }, data, x, y),
      this.plot.box,
      this.sentence,
      h("div", { class: "lab-row" }, cut, button("Add a point", () => this.insertInTheMiddle()), this.deleting),
      h("div", { class: "lab-scroll", tabindex: 0, role: "region", "aria-label": "The three lines in numbers" },
        h("table", { class: "lab-table lab-losses" },
          h("thead", {}, h("tr", {}, h("td", {}, ""), ...heads)),
          h("tbody", {}, row("slope", "W"), row("intercept", "B"), row("r of the point", "R")))),
      this.factList(["n", "leverage", "cook", "most", "without"]),
      h("p", { class: "lab-aside" }, "The halo around a point grows with its Cook’s distance; a Cook’s distance of 1 has the size of the ring around the chosen point."),
      this.more("Table of the points, and CSV", () => this.table.build()),
      this.more("Mouse, touch and keys", () => h("ul", {},
        h("li", {}, "Drag any point. Click beside the points to add one."),
        h("li", {}, "Tab leads to the chosen point. Arrows move it, with Shift ten times as far; Page Up and Page Down choose another, Delete takes it away."),
        h("li", {}, "Ctrl+Z undoes, Ctrl+Shift+Z does it again."))),
    );
  }

  draw(state, before) {
    const { plot } = this;
    const { x, y, chosen } = state;
    const framed = !before || (state === before && this.#tight(state));
    if (framed) this.#setFrame(state);
    if (framed || x !== before.x || y !== before.y || chosen !== before.chosen) this.points.draw(x, y, chosen, framed);
    for (const [name, path] of Object.entries(this.paths)) {
      const line = this.lines[name];
      path.setAttribute("d", line ? across(plot, line.w, line.b) : "");
    }
    // The area of a halo is the distance.
    this.halos.setAttribute("d", this.cooks.map((distance, i) => {
      const r = px(Math.min(60, 9 * Math.sqrt(distance ?? 0)));
      return r < 1 ? "" : `M${px(plot.x(x[i]) - r)} ${px(plot.y(y[i]))}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    }).join(""));
    this.controls.forEach((control) => control.show(state));
    this.deleting.disabled = !(chosen in x);
    this.table.draw(state, !framed && x === before.x && y === before.y);
  }

  words({ x, chosen }, { n, lsW, huW, laW, leverage, cook, most }) {
    if (!n) return "No points are left. Click in the picture, or add one by the button.";
    if (lsW === undefined) return n === 1 ? "With one point no line is the only best one, by any of the three losses." : `All ${format(n)} points have the same x, ${format(x[0])}: no line is the only best one, by any of the three losses.`;
    const huber = huW === undefined ? "Huber’s loss leaves it open" : `${format(huW, 3)} by Huber’s loss`;
    const slopes = `${format(n)} points. Slope ${format(lsW, 3)} by least squares, ${huber}, ${format(laW, 3)} by absolute values${this.several ? " (the middle one of several)" : ""}.`;
    if (leverage === null) return slopes;
    if (1 - leverage <= 1e-9) return `${slopes} Point ${chosen + 1} has the leverage 1: without it there is no slope to compare with.`;
    if (cook === null) return `${slopes} All points lie on a line: there is nothing to judge.`;
    const largest = cook === most ? ", the largest" : `; the largest is ${format(most, 3)}, of point ${this.cooks.indexOf(most) + 1}`;
    return `${slopes} Point ${chosen + 1} has the leverage ${format(leverage, 3)} and a Cook’s distance of ${format(cook, 3)}${largest}.`;
  }

  preamble({ x, y, cut, chosen }) {
    const start = ["import numpy as np", "", ...pythonArray("x", x), ...pythonArray("y", y), "n = len(x)"];
    if (!this.lines.ls) return start;
    const { hu } = this.lines;
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
      ...(hu.unique
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
      `steep = {"ls": least_squares(np.ones(n)), ${hu.unique ? '"hu": huber(), ' : ""}"la": absolute()}`,
      "lines = {name: (w, y.mean() + level - w * x.mean()) for name, (w, level) in steep.items()}",
      "r = steep[\"ls\"][0] * dx - dy",
      "h = 1 / n + dx**2 / (dx @ dx)",
      "noise = 4 * np.finfo(float).eps * np.max(abs(lines[\"ls\"][0] * x) + abs(lines[\"ls\"][1]) + abs(y))",
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

  // ---- what can be done ----

  replace(x, y) {
    super.replace(x, y, { cut: unitOf(y) });
  }

  #set(name, value) {
    if (!(this.state.chosen in this.state.x)) return "There is no point: add one first.";
    this.edit(this.state.chosen, name, value);
  }

  // ---- the frame ----

  // Whether a point lies outside of the frame, or at its edge, where a drag ends.
  #tight({ x, y }) {
    const beyond = (values, [from, to]) => values.some((value) => value < from + 0.02 * (to - from) || value > to - 0.02 * (to - from));
    return beyond(x, this.plot.x.domain()) || beyond(y, this.plot.y.domain());
  }

  #setFrame(state) {
    if (this.framed !== state.preset || this.#tight(state)) {
      this.framed = state.preset;
      this.unit = unitOf(state.y);
      this.plot.domain(around(state.x, 0.25), around(state.y, 0.4));
      this.plot.labels("x", "y");
    }
    const [x, y] = [this.plot.x.domain(), this.plot.y.domain()];
    this.grain = { x: grain(x, 560), y: grain(y, 340) };
    this.steps = { x: stride(x), y: stride(y) };
  }
}

customElements.define("outlier-lab", OutlierLab);
