// The pictures of descent-lab: the plane of all lines, the points with the line of this step, and the curve of the loss.

import { h } from "../dom.js";
import { scaleLinear } from "../vendor/d3/d3.js";
import { Plane, far } from "./descent-plane.js";
import { EtaScale } from "./descent-scale.js";
import { setText } from "./elements.js";
import { Plot, around, grain, px, setLine, stride } from "./plot.js";
import { pointsIn } from "./points.js";
import { format } from "./text.js";
/** @import { DescentLab, DescentState, Walk } from "./types" */

/** The scale of a logarithmic axis for values that are logarithms already, since those of a gap can be taken where the gap itself is not shown. */
function decades() {
  const scale = scaleLinear();
  const { ticks } = scale;
  scale.ticks = (count) => ticks.call(scale, count).filter(Number.isInteger);
  scale.tickFormat = () => (power) => format(10 ** Number(power)).replace(/^1 × /, "");
  return scale;
}

export class DescentView {
  grain = { x: 1, y: 1 };
  steps = { x: 1, y: 1 };
  eta = new EtaScale();
  /** What says that the plane is stretched. */
  warning = h("p", { class: "lab-aside" }, "");
  /** The marks of 1/λ and 2/λ below the slider of step sizes. */
  marks = ["1/λ", "2/λ"].map((text) => h("span", { class: "lab-mark" }, text, h("sub", {}, "max")));
  /** What stands there now. @type {(Walk & { state: DescentState }) | null} */
  #drawn = null;
  /** The frame of the chart. */
  #charted = "";
  #lab;

  /** @param {DescentLab} lab */
  constructor(lab) {
    this.#lab = lab;
    const relaid = () => lab.refresh();
    this.plane = new Plane(lab);
    this.picture = new Plot({ label: "The points, and the line of this step", relaid, left: 52 });
    this.chart = new Plot({ label: "The loss, step by step", relaid, left: 52, yScale: decades() });
    this.plots = [this.plane.plot, this.picture, this.chart];
    this.points = pointsIn(this.picture, this, lab);
    this.best = this.picture.layer("lab-family lab-thin", "line");
    this.line = this.picture.layer("lab-line", "line");
    this.lossCurve = this.chart.layer("lab-loss", "path");
    this.gapCurve = this.chart.layer("lab-loss lab-dashed", "path");
  }

  /** @param {DescentState} state @param {DescentState | null} before */
  draw(state, before) {
    const { plane } = this;
    const { model, numbers } = this.#lab;
    const { walk } = model;
    const settled = state === before;
    const old = before ? this.#drawn : null;
    this.#drawn = { ...walk, state };
    const anew = old?.state.preset !== state.preset;
    const planeMoved = anew || old.scaled !== state.scaled || (settled && plane.misplaced(walk));
    if (planeMoved) plane.frame(walk);
    if (planeMoved || old.surface !== walk.surface) plane.drawBowl(walk);
    if (planeMoved || old.path !== walk.path || old.k !== walk.k) plane.drawPath(walk);
    const pictureMoved = anew || (settled && this.#outside(walk));
    if (pictureMoved) this.#framePicture(state, walk);
    if (pictureMoved || old.data !== walk.data || old.state.chosen !== state.chosen)
      this.points.draw(walk.data.x, walk.data.y, state.chosen, pictureMoved);
    this.#drawLines(walk);
    if (!old || old.path !== walk.path || old.k !== walk.k) this.#drawChart(walk);
    if (settled || !old) this.eta.fit(walk);
    this.marks.forEach((mark, i) => {
      const place = 1 - this.eta.placeOf((i + 1) * numbers.inverse);
      mark.style.right = `calc(8px + ${100 * place}% - ${16 * place}px)`; // 8: half a thumb, which is all on the track at both ends
    });
    this.#lab.table.draw(walk.data, old?.data === walk.data);
    setText(
      this.warning,
      plane.unit === 1 ? "" : "Slope and intercept are drawn to different scales here: the valley is far narrower than it looks.",
    );
  }

  /** @param {Walk} walk */
  #outside({ data }) {
    const { x, y } = data;
    const [[x0, x1], [y0, y1]] = [this.picture.x.domain(), this.picture.y.domain()];
    return x.some((value) => value < x0 || value > x1) || y.some((value) => value < y0 || value > y1);
  }

  /** @param {DescentState} state @param {Walk} walk */
  #framePicture({ preset }, { data }) {
    const { picture } = this;
    const { xLabel, yLabel } = this.#lab.model.sets[preset];
    picture.domain(around(data.x), around(data.y));
    picture.labels(xLabel, yLabel);
    this.grain = { x: grain(picture.x.domain(), 300), y: grain(picture.y.domain(), 200) };
    this.steps = { x: stride(picture.x.domain()), y: stride(picture.y.domain()) };
  }

  /** @param {Walk} walk */
  #drawLines({ scale, surface, path, k }) {
    const { picture } = this;
    const ends = (line, w, b) => {
      const places = picture.x.domain().map((x) => [picture.x(x), picture.y(w * ((x - scale.mean) / scale.unit) + b)]);
      setLine(line, places, far);
    };
    ends(this.line, path.w[k], path.b[k]);
    ends(this.best, surface.best.w, surface.best.b);
  }

  /** @param {Walk} walk */
  #drawChart({ path, k, surface }) {
    const { chart } = this;
    const every = Math.max(1, Math.floor(k / 300));
    const rows = [];
    for (let i = 0; i < k; i += every) rows.push(i);
    rows.push(k);
    const floor = surface.f * (1e-15 * (Math.abs(surface.best.yMean) + Math.abs(surface.best.w * surface.mean))) ** 2;
    const logs = (values) => rows.filter((i) => values[i] > floor).map((i) => [i, Math.log10(values[i])]);
    const [loss, gap] = [logs(path.loss), logs(path.gap)];
    const heights = [...loss, ...gap].map(([, log]) => log);
    const [low, high] = heights.length ? [Math.floor(Math.min(...heights)), Math.ceil(Math.max(...heights))] : [-1, 1];
    const power = 10 ** Math.floor(Math.log10(k));
    const wide = k <= 10 ? 10 : ([1, 2, 5].map((digit) => digit * power).find((value) => value >= k) ?? 10 * power);
    const frame = `${wide} ${low} ${high} ${chart.width}`;
    if (frame !== this.#charted) {
      this.#charted = frame;
      chart.domain([0, wide], [low === high ? low - 1 : low, high]);
      chart.labels("step", "loss (log)");
    }
    const at = ([i, log]) => `${px(chart.x(i))} ${px(chart.y(log))}`;
    const curve = (points) => points.map((point, place) => `${place ? "L" : "M"}${at(point)}`).join("") + (points.length === 1 ? "h2" : "");
    this.lossCurve.setAttribute("d", curve(loss));
    this.gapCurve.setAttribute("d", curve(gap));
  }
}
