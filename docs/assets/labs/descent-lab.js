// <descent-lab data="noisy-line" eta="0.005" steps="0">: a search downhill under the reader's hand. The path over the plane of all lines, the
// line on the data, and the curve of the loss follow the step size, the start and the points at once.

import { scaleLinear } from "../vendor/d3/d3.js";
import { button, h, loadCsv, setText } from "./lab.js";
import { Handle, Plot, around, grain, px, stride } from "./plot.js";
import { changed, checkPoints, chosenAfter, moved, pointsIn, without } from "./points.js";
import { PointTable } from "./table.js";
import { loadSets } from "./data.js";
import { LARGEST, format, pythonArray } from "./text.js";
import { mean, roundStep, roundTo, sumOf } from "./math.js";
import { Player } from "./descent-player.js";
import * as descent from "./descent-math.js";

const MOST_STEPS = 10_000;
const SLIDER = 1000;
const AWAY = 3000; // pixels
const LEVELS = [0.6, 0.25, 0.08, 0.02, 0.004, 0.0006]; // of the loss at the edge of the picture
const DAMPED = { mean: "mean of squares", half: "half the mean", sum: "sum of squares" };

const FACTS = {
  step: { label: "steps taken", python: "len(path) - 1" },
  w: { label: "slope", python: "w", color: "line" },
  b: { label: "intercept", python: "b", color: "line" },
  loss: { label: "loss", python: "factor * np.mean(r**2)", color: "loss" },
  least: { label: "smallest loss", python: "least", color: "loss" },
  gap: { label: "gap between them", python: "gap", color: "loss" },
  gw: { label: "∂L/∂w", python: "tidy(factor * 2 * np.mean(r * x), factor * 2 * np.mean(size * abs(x)))", color: "gradient" },
  gb: { label: "∂L/∂b", python: "tidy(factor * 2 * np.mean(r), factor * 2 * np.mean(size))", color: "gradient" },
  inverse: { label: "1/λ_max", python: "1 / lam_max" },
  limit: { label: "2/λ_max, the limit", python: "2 / lam_max" },
  share: { label: "η in % of the limit", python: "100 * eta * lam_max / 2", color: "gradient" },
  needed: { label: "steps to a millionth", python: "max(1, np.ceil(np.log(1e-6) / np.log1p(-min(taken, 1 - 2**-53))))" },
  condition: { label: "λ_max / λ_min", python: "lam_max / lam_min" },
  max: { label: "λ of the steep direction", python: "lam_max" },
  min: { label: "λ of the level direction", python: "lam_min" },
  rateSteep: { label: "steep, computed", python: "tidy(abs(1 - eta * lam_max), 1)" },
  rateLevel: { label: "level, computed", python: "tidy(abs(1 - eta * lam_min), 1)" },
  measuredSteep: { label: "steep, measured", python: "measured(np.cos(angle), np.sin(angle))" },
  measuredLevel: { label: "level, measured", python: "measured(-np.sin(angle), np.cos(angle))" },
};

const TASKS = [
  {
    goal: "Find the step size at which the loss neither falls nor rises, to within 1 %, and take 20 steps with it.",
    predict: { question: "Where will it be?", choices: ["At 1/λ_max.", "At 2/λ_max.", "There is none."], right: 1 },
    start: (state, lab) => lab.set("noisy-line"),
    done: ({ preset, points }, { share, step }) => preset === "noisy-line" && !points && Math.abs(share - 100) <= 1 && step >= 20,
    why: "There the factor of the steep direction is −1: each step lands as high on the other wall. Below it the loss falls, above it grows.",
  },
  {
    goal: "Without scaling: bring the gap to a millionth of what it was at the start, in at most 250 steps.",
    predict: { question: "Which step size does it best?", choices: ["The middle, 1/λ_max.", "One close below the limit.", "A small one, for safety."], right: 1 },
    start: (state, lab) => lab.set("noisy-line"),
    done: ({ preset, points, scaled, w, b }, { step, gap }, lab) =>
      preset === "noisy-line" && !points && !scaled && !w && !b && step <= 250 && gap <= 1e-6 * lab.model.path.gap[0],
    why: "The level direction is the slow one, and only a large step moves along it. Too close to the limit, though, the steep one swings on for long.",
  },
  {
    goal: "Arrive at the best line in a single step.",
    predict: { question: "What makes that possible?", choices: ["A better start.", "Scaled points, and the step 1/λ_max.", "Nothing: there is always a rest."], right: 1 },
    start: (state, lab) => lab.set("noisy-line", { eta: 0.015 }),
    done: ({ preset, points, scaled, w, b }, { step, gap }) => preset === "noisy-line" && !points && scaled && !w && !b && step === 1 && gap === 0,
    why: "On a circle every slope points at the bottom, and both directions have the same λ: one step size is right for both.",
  },
  {
    goal: "Start the search less than a tenth as far from the best line as zeros are, and make it diverge all the same.",
    predict: { question: "Can a good start rescue a step that is too large?", choices: ["Yes, if it is close enough.", "No."], right: 1 },
    start: (state, lab) => lab.set("noisy-line"),
    done: ({ preset, points, w, b }, _, { model }) => {
      const { best } = model.surface;
      return preset === "noisy-line" && !points && model.path.diverged && Math.hypot(w - best.w, b - best.b) < 0.1 * Math.hypot(best.w, best.b);
    },
    why: "The factor of each direction is the same wherever you stand. Only the step size decides, and the start only how long it takes to be seen.",
  },
  {
    goal: "Take the sum in place of the mean, and make the search walk the path that η = 0.005 gives with the mean.",
    predict: { question: "What would 0.005 itself do with the sum of 200 squares?", choices: ["The same path.", "Creep.", "Explode."], right: 2 },
    start: (state, lab) => lab.set("noisy-line", { loss: "sum", step: 10 }),
    done: ({ preset, points, loss, eta }, { step }) => preset === "noisy-line" && !points && loss === "sum" && Math.abs(eta - 0.000025) <= 2.5e-8 && step > 0,
    why: "A sum of 200 has 200 times the slope of their mean, so the step size is 0.005/200. The λ grow alike, and ηλ stays what it was.",
  },
];

// The scale of a logarithmic axis for values that are logarithms already, since those of a gap can be taken where the gap itself is not shown.
function decades() {
  const scale = scaleLinear();
  const { ticks } = scale;
  scale.ticks = (count) => ticks.call(scale, count).filter(Number.isInteger);
  scale.tickFormat = () => (power) => format(10 ** power).replace(/^1 × /, "");
  return scale;
}

class DescentLab extends Player {
  static heading = "Lab: walk downhill";
  static facts = FACTS;
  static tasks = TASKS;
  static paces = { slow: 500, medium: 100, fast: 16 };

  async load() {
    const [sets, rows] = await Promise.all([loadSets(), loadCsv("../assets/labs/noisy-line.csv")]);
    const [x, y] = ["x", "y"].map((name) => rows.map((row) => Number(row[name])));
    this.sets = { "noisy-line": { title: "200 points of the book", x, y, xLabel: "x", yLabel: "y", eta: 0.005 }, tiny: { ...sets.tiny, eta: 0.1 }, penguins: { ...sets.penguins, line: null, eta: 0.00001 } };
    for (const name of ["outlier", "equal", "one"]) this.sets[name] = sets[name];
  }

  // The state that shows a set of points, before the first step.
  set(preset, patch) {
    const { x, y, line, eta } = this.sets[preset];
    const usual = eta ?? roundStep(1 / descent.bowl(x, y).max);
    return { preset, points: null, chosen: 0, scaled: false, loss: "mean", ...(line ?? { w: 0, b: 0 }), eta: usual, step: 0, ...patch };
  }

  start() {
    const named = this.getAttribute("data");
    const start = this.set(named in this.sets ? named : "noisy-line");
    const eta = Number(this.getAttribute("eta"));
    return { ...start, eta: eta > 0 ? eta : start.eta, step: Number(this.getAttribute("steps")) || 0 };
  }

  check({ preset, points, chosen, scaled, loss, w, b, eta, step }) {
    if (!Object.hasOwn(this.sets, preset)) throw new Error("it names data that are not here");
    if (points) checkPoints(points);
    if (points?.x.length === 0) throw new Error("it has no points");
    if (![w, b].every((value) => typeof value === "number" && Math.abs(value) <= LARGEST)) throw new Error("its start is no line");
    if (!(typeof eta === "number" && eta >= 1e-40 && eta <= LARGEST)) throw new Error("its step size is no step size");
    if (!(Number.isInteger(step) && step >= 0 && step <= MOST_STEPS)) throw new Error("its number of steps is none");
    const own = points ? { x: points.x, y: points.y } : null;
    const known = Number.isInteger(chosen) && chosen >= 0 && chosen < (own ?? this.sets[preset]).x.length;
    return { preset, points: own, chosen: known ? chosen : 0, scaled: scaled === true, loss: Object.hasOwn(DAMPED, loss) ? loss : "mean", w, b, eta, step };
  }

  data({ preset, points } = this.state) {
    return points ?? this.sets[preset];
  }

  // The bowl of these points and the walk on it; what has not changed is kept.
  #model(state) {
    const { scaled, loss, w, b, eta, step } = state;
    const data = this.data(state);
    const old = this.model;
    const factor = descent.CONVENTIONS[loss](data.x.length);
    const kept = old?.data === data && old.scaled === scaled;
    const scale = kept ? old.scale : scaled ? descent.standardize(data.x) : { z: data.x, mean: 0, unit: 1 };
    const surface = kept && old.surface.f === factor ? old.surface : descent.bowl(scale.z, data.y, factor);
    const same = old && old.surface === surface && old.path.eta === eta && old.path.w[0] === w && old.path.b[0] === b;
    const path = same ? old.path : descent.walk(surface, w, b, eta);
    return { data, scaled, scale, surface, path, k: descent.extend(path, step) };
  }

  measure(state) {
    this.model = this.#model(state);
    const { scale, data, surface, path, k } = this.model;
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

  // ---- what it shows ----

  build(body) {
    const relaid = () => this.refresh();
    this.plane = new Plot({ label: "The plane of all lines: loss, start, and path", relaid, shape: 1.15, left: 52 });
    this.picture = new Plot({ label: "The points, and the line of this step", relaid, left: 52 });
    this.chart = new Plot({ label: "The loss, step by step", relaid, left: 52, yScale: decades() });
    this.#buildPlane();
    this.points = pointsIn(this.picture, this);
    this.best = this.picture.layer("lab-family lab-thin", "line");
    this.line = this.picture.layer("lab-line", "line");
    this.lossCurve = this.chart.layer("lab-loss", "path");
    this.gapCurve = this.chart.layer("lab-loss lab-dashed", "path");
    this.warning = h("p", { class: "lab-aside" }, "");
    const key = (text, className) => h("span", { class: `lab-key ${className}` }, text);
    const figures = h("div", { class: "lab-plots" },
      h("div", {}, this.plane.box, this.warning, this.#rates()),
      h("div", {}, this.picture.box, this.chart.box, h("p", { class: "lab-keys" }, key("loss", ""), " ", key("gap to the smallest", "lab-key-dashed"))));

    // The table edits what stands for the points here: a state of its own kind.
    const lab = this;
    this.table = new PointTable({
      get state() {
        return lab.data();
      },
      say: (text) => this.say(text),
      edit: (i, name, value) => this.#edit(i, name, value),
      remove: (i) => this.remove(i),
      replace: (x, y) => this.#replace(x, y),
    });

    const fresh = (patch) => {
      this.change(patch);
      this.settle();
    };
    const data = this.select("Data", Object.entries(this.sets).map(([name, { title }]) => [name, title]), ({ preset }) => preset, (name) => {
      this.say("");
      fresh(this.set(name));
      this.refresh();
    });
    const scaled = this.toggle("Scale x", (state) => state.scaled, (on) => this.#scale(on));
    const loss = this.choice("Loss:", Object.entries(DAMPED), (state) => state.loss, (name) => this.#convert(name));
    const eta = this.field("Step size η", (state) => state.eta, (value) => (value > 0 ? fresh({ eta: value }) : "A step size is larger than 0."));
    const slider = this.slider("η, logarithmic", { steps: SLIDER, from: (place) => this.#etaAt(place), to: (value) => this.#placeOf(value) * SLIDER, text: (value) => `${format(value, 3)}` },
      (state) => state.eta, (value, options) => this.change({ eta: value }, options));
    const start = ["w", "b"].map((name) => this.field(name === "w" ? "Start: slope" : "intercept", (state) => state[name], (value) => fresh({ [name]: value })));
    this.buildPlaying("Run");
    this.controls = [data, scaled, loss, eta, slider, ...start, this.speed];
    this.marks = ["1/λ", "2/λ"].map((text) => h("span", { class: "lab-mark" }, text, h("sub", {}, "max")));
    const ruler = h("div", { class: "lab-ruler", "aria-hidden": true }, ...this.marks);

    this.backing = button("Back", () => this.goTo(this.model.k - 1));
    this.stepping = button("Step", () => this.goTo(this.model.k + 1));
    this.leaping = button("100 steps", () => this.goTo(Math.min(MOST_STEPS, this.model.k + 100)));
    this.restarting = button("To the start", () => this.goTo(0));

    body.append(
      h("div", { class: "lab-row" }, data.element, scaled.element, loss.element),
      h("div", { class: "lab-row" }, eta.element, h("div", { class: "lab-eta" }, slider.element, ruler)),
      h("div", { class: "lab-row" }, ...start.map((field) => field.element)),
      h("div", { class: "lab-row lab-buttons" }, this.playing, this.stepping, this.backing, this.leaping, this.restarting, this.speed.element),
      figures,
      this.sentence,
      this.factList(["step", "w", "b", "loss", "least", "gap", "gw", "gb", "inverse", "limit", "share", "needed", "condition"]),
      this.more("Table of the points, and CSV", () => this.table.build()),
      this.more("Mouse, touch and keys", () => HELP()),
    );
  }

  #buildPlane() {
    const { plane } = this;
    this.rings = LEVELS.map(() => plane.layer("lab-loss lab-ring-line", "path"));
    this.axes = ["steep", "level"].map((name) => {
      const text = plane.layer("lab-tag", "text");
      text.append(name);
      return { line: plane.layer("lab-truth lab-thin", "line"), text, name };
    });
    this.trail = plane.layer("lab-gradient lab-trail", "path");
    this.dots = plane.layer("lab-gradient lab-dots", "path");
    this.bottom = plane.layer("lab-star", "path");
    this.here = plane.layer("lab-here", "circle");
    this.here.setAttribute("r", 5);
    const move = (w, b) => this.change({ w: roundTo(w, this.planeGrain.w), b: roundTo(b, this.planeGrain.b) }, { live: true });
    this.starting = new Handle(plane, "Start of the search", {
      move,
      step: (dw, db) => {
        const { w, b } = this.state;
        const one = { w: this.planeGrain.w * 5, b: this.planeGrain.b * 5 };
        this.change({ w: Number((w + dw * one.w).toPrecision(12)), b: Number((b + db * one.b).toPrecision(12)) }, { live: true });
        this.settleSoon();
      },
      drop: () => this.settle(),
    }, "lab-handle lab-start");
    plane.clicked = (w, b) => {
      move(w, b);
      this.settle();
    };
  }

  #rates() {
    const row = (name, ...keys) => h("tr", {}, h("th", { scope: "row" }, name), ...keys.map((key) => h("td", {}, this.cell(key))));
    const head = (text) => h("th", { scope: "col" }, text);
    return h("div", { class: "lab-scroll lab-rates", tabindex: 0, role: "region", "aria-label": "Rates of the two directions" },
      h("table", { class: "lab-table" },
        h("caption", {}, "What a step leaves of the distance to the best line, in each main direction"),
        h("thead", {}, h("tr", {}, head("direction"), head("λ"), head("|1 − ηλ|"), head("measured"))),
        h("tbody", {}, row("steep", "max", "rateSteep", "measuredSteep"), row("level", "min", "rateLevel", "measuredLevel"))));
  }

  connect() {
    for (const plot of [this.plane, this.picture, this.chart]) plot.connect();
  }

  disconnect() {
    this.halt();
    for (const plot of [this.plane, this.picture, this.chart]) plot?.disconnect();
  }

  // ---- drawing ----

  draw(state, before) {
    const { model } = this;
    const settled = state === before;
    const old = before ? this.drawn : null;
    this.drawn = { ...model, state };
    const anew = !old || old.state.preset !== state.preset;
    const planeMoved = anew || old.scaled !== state.scaled || (settled && this.#misplaced());
    if (planeMoved) this.#framePlane();
    const pictureMoved = anew || (settled && this.#outside());
    if (pictureMoved) this.#framePicture(state);
    if (planeMoved || old?.surface !== model.surface) this.#drawBowl();
    if (planeMoved || old?.path !== model.path || old?.k !== model.k) this.#drawPath();
    if (pictureMoved || old.data !== model.data || old.state.chosen !== state.chosen) this.points.draw(model.data.x, model.data.y, state.chosen, pictureMoved);
    this.#drawLines();
    if (!old || old.path !== model.path || old.k !== model.k) this.#drawChart();
    if (settled || !old) this.#setRange();
    this.marks.forEach((mark, i) => {
      const place = 1 - this.#placeOf((i + 1) * this.numbers.inverse);
      mark.style.right = `calc(8px + ${100 * place}% - ${16 * place}px)`; // 8: half a thumb, which is all on the track at both ends
    });
    this.controls.forEach((control) => control.show(state));
    this.backing.disabled = model.k === 0;
    this.stepping.disabled = this.leaping.disabled = model.path.diverged || model.k >= MOST_STEPS;
    this.restarting.disabled = model.k === 0;
    this.table.draw(model.data, old?.data === model.data);
    setText(this.warning, this.unit === 1 ? "" : "Slope and intercept are drawn to different scales here: the valley is far narrower than it looks.");
  }

  // How far the start is from the best line, in the units of the picture.
  #spread() {
    const { surface, path } = this.model;
    return Math.hypot(path.w[0] - surface.best.w, (path.b[0] - surface.best.b) / this.unit);
  }

  // Whether the start has come too close to the edge or to the best line, or that one too far from the middle.
  #misplaced() {
    const { plane } = this;
    const { best } = this.model.surface;
    const away = this.#spread() / this.reach;
    const astray = (place, room) => Math.abs(place / room - 0.5) > 0.25;
    return away > 0.9 || (away > 0 && away < 0.15) || astray(plane.x(best.w), plane.innerWidth) || astray(plane.y(best.b), plane.innerHeight);
  }

  // Which part of the plane is seen: the best line in the middle, the start well inside, and one inch the same both ways, unless slope and
  // intercept differ too much in size for that.
  #framePlane() {
    const { plane, model } = this;
    const { best, mean: middle, variance } = model.surface;
    const typical = Math.hypot(middle, Math.sqrt(variance));
    this.unit = typical > 20 || typical < 0.05 ? typical || 1 : 1;
    const size = Math.abs(best.w) + Math.abs(best.b) / this.unit;
    this.reach = 1.6 * Math.max(this.#spread(), 1e-6 * size) || 1;
    const inch = this.reach / (Math.min(plane.innerWidth, plane.innerHeight) / 2);
    const [w, b] = [(plane.innerWidth / 2) * inch, (plane.innerHeight / 2) * inch * this.unit];
    const per = model.scaled ? ", for each deviation of x" : "";
    plane.labels(`slope w${per}`, "intercept b");
    plane.domain([best.w - w, best.w + w], [best.b - b, best.b + b]);
    this.planeGrain = { w: 10 ** Math.floor(Math.log10(inch)), b: 10 ** Math.floor(Math.log10(inch * this.unit)) };
    const edge = (dw, db) => descent.gap(model.surface, best.w + dw, best.b + db);
    this.height = Math.max(edge(w, 0), edge(0, b)) / model.surface.f;
  }

  #drawBowl() {
    const { plane, rings, axes, bottom, model } = this;
    const { surface } = model;
    const at = ([w, b]) => `${px(plane.x(w))} ${far(plane.y(b))}`;
    rings.forEach((ring, i) => {
      const rows = descent.contour(surface, LEVELS[i] * this.height * surface.f, plane.x.domain());
      const [lower, upper] = [rows.map(([w, low]) => at([w, low])), rows.map(([w, , high]) => at([w, high]))];
      const [from, to] = plane.x.domain();
      const closed = rows.length && rows[0][0] > from && rows.at(-1)[0] < to;
      // Where the ellipse reaches beyond the picture on one side, it is open there.
      const path = !rows.length ? "" : closed ? `M${[...upper, ...lower.reverse()].join("L")}Z`
        : rows[0][0] > from ? `M${[...upper.reverse(), ...lower].join("L")}` : rows.at(-1)[0] < to ? `M${[...upper, ...lower.reverse()].join("L")}` : `M${upper.join("L")}M${lower.join("L")}`;
      ring.setAttribute("d", path);
    });
    const [cx, cy] = [plane.x(surface.best.w), plane.y(surface.best.b)];
    bottom.setAttribute("d", star(cx, cy));
    for (const { line, text, name } of axes) {
      const direction = surface[name];
      const [dx, dy] = [plane.x(surface.best.w + direction.w) - cx, plane.y(surface.best.b + direction.b) - cy];
      const long = Math.hypot(dx, dy) || 1;
      const [ux, uy] = [(dx / long) * 2000, (dy / long) * 2000];
      for (const [key, value] of Object.entries({ x1: cx - ux, y1: cy - uy, x2: cx + ux, y2: cy + uy })) line.setAttribute(key, px(value));
      // Its name stands near the edge, on the right or at the top.
      const sign = Math.abs(ux) > Math.abs(uy) ? Math.sign(ux) : -Math.sign(uy);
      const room = Math.min(((plane.innerWidth / 2 - 40) / Math.abs(ux)), ((plane.innerHeight / 2 - 16) / Math.abs(uy)));
      text.setAttribute("x", px(cx + sign * ux * room + 4));
      text.setAttribute("y", px(cy + sign * uy * room - 5));
    }
  }

  #drawPath() {
    const { plane, model } = this;
    const { path, k } = model;
    const at = (i) => [far(plane.x(path.w[i])), far(plane.y(path.b[i]))];
    let [x, y] = at(0);
    let trail = `M${x} ${y}`;
    let dots = "";
    for (let i = 1; i <= k; i++) {
      const [nx, ny] = at(i);
      const moved = Math.hypot(nx - x, ny - y);
      if (moved < 1 && i < k) continue;
      if (Math.abs(nx) > AWAY || Math.abs(ny) > AWAY) {
        [x, y] = at(k); // it has left for good
        break;
      }
      trail += `L${nx} ${ny}`;
      if (moved >= 3) dots += `M${nx} ${ny}h0`;
      [x, y] = [nx, ny];
    }
    this.trail.setAttribute("d", trail);
    this.dots.setAttribute("d", dots);
    this.here.setAttribute("cx", x);
    this.here.setAttribute("cy", y);
    this.starting.draw(path.w[0], path.b[0], `slope ${format(path.w[0])}, intercept ${format(path.b[0])}`);
  }

  #outside() {
    const { x, y } = this.model.data;
    const [[x0, x1], [y0, y1]] = [this.picture.x.domain(), this.picture.y.domain()];
    return x.some((value) => value < x0 || value > x1) || y.some((value) => value < y0 || value > y1);
  }

  #framePicture({ preset }) {
    const { picture } = this;
    const { x, y } = this.model.data;
    picture.domain(around(x), around(y));
    picture.labels(this.sets[preset].xLabel, this.sets[preset].yLabel);
    this.grain = { x: grain(picture.x.domain(), 300), y: grain(picture.y.domain(), 200) };
    this.steps = { x: stride(picture.x.domain()), y: stride(picture.y.domain()) };
  }

  #drawLines() {
    const { picture, model } = this;
    const { scale, surface, path, k } = model;
    const [from, to] = picture.x.domain();
    const ends = (line, w, b) => {
      const height = (x) => w * ((x - scale.mean) / scale.unit) + b;
      for (const [key, value] of Object.entries({ x1: picture.x(from), y1: picture.y(height(from)), x2: picture.x(to), y2: picture.y(height(to)) })) line.setAttribute(key, far(value));
    };
    ends(this.line, path.w[k], path.b[k]);
    ends(this.best, surface.best.w, surface.best.b);
  }

  #drawChart() {
    const { chart, model } = this;
    const { path, k, surface } = model;
    const stride = Math.max(1, Math.floor(k / 300));
    const rows = [];
    for (let i = 0; i < k; i += stride) rows.push(i);
    rows.push(k);
    const floor = surface.f * (1e-15 * (Math.abs(surface.best.yMean) + Math.abs(surface.best.w * surface.mean))) ** 2;
    const logs = (values) => rows.map((i) => [i, values[i] > floor ? Math.log10(values[i]) : null]).filter(([, log]) => log !== null);
    const [loss, gap] = [logs(path.loss), logs(path.gap)];
    const heights = [...loss, ...gap].map(([, log]) => log);
    const [low, high] = heights.length ? [Math.floor(Math.min(...heights)), Math.ceil(Math.max(...heights))] : [-1, 1];
    const wide = k <= 10 ? 10 : [1, 2, 5, 10].map((digit) => digit * 10 ** Math.floor(Math.log10(k))).find((value) => value >= k);
    const domain = `${wide} ${low} ${high} ${chart.width}`;
    if (domain !== this.charted) {
      this.charted = domain;
      chart.domain([0, wide], [low === high ? low - 1 : low, high]);
      chart.labels("step", "loss (log)");
    }
    const curve = (points) => points.map(([i, log], place) => `${place ? "L" : "M"}${px(chart.x(i))} ${px(chart.y(log))}`).join("") + (points.length === 1 ? "h2" : "");
    this.lossCurve.setAttribute("d", curve(loss));
    this.gapCurve.setAttribute("d", curve(gap));
  }

  // ---- the scale of step sizes: whole decades that hold the limits of the points as they are and scaled ----

  #setRange() {
    const { x, y } = this.model.data;
    const { f } = this.model.surface;
    const limits = [x, descent.standardize(x).z].map((values) => Math.log10(2 / descent.bowl(values, y, f).max));
    this.range = [Math.floor(Math.min(...limits) - 2), Math.ceil(Math.max(...limits) + 0.3)];
  }

  #etaAt(place) {
    const [low, high] = this.range;
    return Number((10 ** (low + ((high - low) * place) / SLIDER)).toPrecision(4));
  }

  // Between 0 and 1.
  #placeOf(eta) {
    const [low, high] = this.range;
    return Math.min(1, Math.max(0, (Math.log10(eta) - low) / (high - low)));
  }

  // ---- words and program ----

  words({ eta, scaled }, { step, loss, gap, least, limit, share, needed, rateSteep, w, b }) {
    const { path, surface } = this.model;
    const where = `${step === 0 ? "At the start" : `After ${format(step)} step${step === 1 ? "" : "s"}`}: slope ${format(w, 4)}${scaled ? " for each deviation of x" : ""}, intercept ${format(b, 4)}, loss ${format(loss, 4)}`;
    const over = least > 0 ? (100 * gap) / least : null;
    const above = gap === 0 ? ", the smallest there is." : over === null ? "; the smallest is 0." : over < 400 ? `, ${format(over, 3)} % above the smallest.` : `, ${format(1 + over / 100, 3)} times the smallest.`;
    const flat = surface.best.unique ? "" : ` All x are ${format(this.model.data.x[0])}, so the valley has a level floor, and every point of it is a best line.`;
    if (path.diverged && step === path.w.length - 1) {
      return `${where}. It diverges: the step size is ${format(eta / limit, 3)} times the limit, each step multiplies the distance by ${format(rateSteep, 3)}, and the loss has grown more than a millionfold. It was stopped here, long before the numbers would overflow.${flat}`;
    }
    if (share > 100) return `${where}${above} The step size is ${format(eta / limit, 3)} times the limit, so the search will climb out of the valley.${flat}`;
    const arrived = path.arrived !== null && step >= path.arrived ? " It has arrived: the gradient is less than a hundred-millionth of what it was." : "";
    const long = needed === null || arrived ? "" : ` To a millionth of the way, this step size needs ${format(needed)} step${needed === 1 ? "" : "s"}.`;
    const most = step >= MOST_STEPS ? ` The lab takes no more than ${format(MOST_STEPS)}.` : "";
    return `${where}${above} The step size is ${format(share, 3)} % of the limit.${arrived}${long}${most}${flat}`;
  }

  preamble({ scaled, loss, w, b, eta }) {
    const { data, k, surface } = this.model;
    const constant = data.x.every((value) => value === data.x[0]);
    const { unique } = surface.best;
    return [
      "import numpy as np",
      "",
      ...pythonArray("x", data.x, 5),
      ...pythonArray("y", data.y, 5),
      "n = len(x)",
      ...(scaled ? [constant ? "x = np.zeros(n)  # scaled: all x are equal" : "x = (x - x.mean()) / x.std()  # scaled"] : []),
      `factor = ${{ mean: "1.0", half: "0.5", sum: "n" }[loss]}  # of the mean square: the loss is the ${DAMPED[loss]}`,
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

  // ---- what can be done ----

  get ended() {
    const { path, k } = this.model;
    return path.diverged || k >= MOST_STEPS || (path.arrived !== null && k >= path.arrived);
  }

  // The farther it has come, the more steps a picture takes; but none beyond the one that arrives.
  next() {
    const { path, k } = this.model;
    const next = Math.min(MOST_STEPS, k + Math.max(1, Math.floor(k / 50)));
    descent.extend(path, next);
    return path.arrived > k ? Math.min(next, path.arrived) : next;
  }

  last() {
    const { path } = this.model;
    const most = descent.extend(path, MOST_STEPS);
    return path.arrived ?? most;
  }

  // The same line is the start, in the coordinates of the other plane.
  #scale(scaled) {
    const { mean: middle, unit } = descent.standardize(this.data().x);
    const { w, b } = this.state;
    this.change({ scaled, ...(scaled ? { w: w * unit, b: b + w * middle } : { w: w / unit, b: b - (w / unit) * middle }) });
    this.refresh();
  }

  // Another loss, and the step size that walks the same path.
  #convert(loss) {
    const n = this.data().x.length;
    const factor = (name) => descent.CONVENTIONS[name](n);
    this.change({ loss, eta: Number(((this.state.eta * factor(this.state.loss)) / factor(loss)).toPrecision(15)) });
    this.refresh();
  }

  move(i, x, y) {
    this.change({ points: moved(this.data(), i, x, y), chosen: i }, { live: true });
  }

  #edit(i, name, value) {
    const { x, y } = this.data();
    this.change({ points: { x, y, [name]: changed(this.data()[name], i, value) }, chosen: i });
    this.settle();
  }

  #replace(x, y) {
    this.change({ ...this.set("one"), preset: this.state.preset, points: { x, y }, eta: roundStep(1 / descent.bowl(x, y).max) });
    this.refresh();
  }

  remove(i) {
    const points = this.data();
    if (points.x.length === 1) {
      this.say("The last point stays: without one there is no loss.");
      return true;
    }
    this.change({ points: without(points, i), chosen: chosenAfter(points, i) });
    this.settle();
    return true;
  }
}

// A pixel, or one far outside where a search has left the picture.
const far = (value) => px(Math.min(1e5, Math.max(-1e5, value)));

const star = (x, y) =>
  `M${Array.from({ length: 10 }, (_, i) => {
    const [turn, size] = [(Math.PI * i) / 5, i % 2 ? 4 : 9];
    return `${px(x + size * Math.sin(turn))} ${px(y - size * Math.cos(turn))}`;
  }).join("L")}Z`;

const HELP = () => [
  h("ul", {},
    h("li", {}, "Drag the green ring, or click in the plane, to start elsewhere. Drag points in the picture on the right."),
    h("li", {}, "Tab leads to the start and to the chosen point. Arrows move them, with Shift ten times as far."),
    h("li", {}, "Page Up and Page Down choose the next point, Home and End the first and last. Delete takes it away."),
    h("li", {}, "Run takes one step a picture at first, later more. It stops where it has arrived, diverges, or has taken 10,000 steps."),
    h("li", {}, "The two axes through the star are the main directions. The dashed line in the picture of the points is the best one."),
  ),
];

customElements.define("descent-lab", DescentLab);
