// The picture of outlier-lab: points with their halos, and the lines of three losses.

import { across } from "./judging-view.js";
import { LOSSES } from "./outlier-facts.js";
import { unitOf } from "./outlier-model.js";
import { Plot, around, grain, px, stride } from "./plot.js";
import { pointsIn } from "./points.js";
/** @import { OutlierLab, OutlierState } from "./types" */

/** How the line of each loss is dashed. @type {Record<string, string[]>} */
export const DASHES = { ls: [], hu: ["lab-dashed"], la: ["lab-dotted"] };

export class OutlierView {
  grain = { x: 1, y: 1 };
  steps = { x: 1, y: 1 };
  /** What cuts are measured by. */
  unit = 1;
  /** The set whose frame the picture has. @type {string | null} */
  #framed = null;
  #lab;

  /** @param {OutlierLab} lab */
  constructor(lab) {
    this.#lab = lab;
    this.plot = new Plot({ label: "Points, and the lines of three losses", relaid: () => lab.refresh() });
    this.plots = [this.plot];
    this.halos = this.plot.layer("lab-halos", "path");
    this.paths = Object.keys(LOSSES).map((name) => ({ name, path: this.plot.layer(["lab-line", ...DASHES[name]].join(" "), "path") }));
    this.points = pointsIn(this.plot, this, lab);
    this.plot.clicked = (x, y) => lab.insert(x, y);
  }

  /** @param {OutlierState} state @param {OutlierState | null} before */
  draw(state, before) {
    const { plot } = this;
    const { x, y, chosen } = state;
    const framed = !before || (state === before && this.#tight(state));
    if (framed) this.#setFrame(state);
    const same = framed ? null : before;
    const samePoints = x === same?.x && y === same.y;
    if (!samePoints || chosen !== same?.chosen) this.points.draw(x, y, chosen, framed);
    const { lines, cooks } = this.#lab.model;
    for (const { name, path } of this.paths) {
      const line = lines[name];
      path.setAttribute("d", line ? across(plot, line.w, line.b) : "");
    }
    this.halos.setAttribute("d", cooks.map((distance, i) => this.#halo(x[i], y[i], distance)).join(""));
    this.#lab.table.draw(state, samePoints);
  }

  /** The area of a halo is the distance. @param {number} x @param {number} y @param {number | null} distance */
  #halo(x, y, distance) {
    const { plot } = this;
    const r = px(Math.min(60, 9 * Math.sqrt(distance ?? 0)));
    return r < 1 ? "" : `M${px(plot.x(x) - r)} ${px(plot.y(y))}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  }

  // ---- the frame ----

  unframe() {
    this.#framed = null;
  }

  /** Whether a point lies outside of the frame, or at its edge, where a drag ends. @param {OutlierState} state */
  #tight({ x, y }) {
    const beyond = (values, domain) => {
      const [from, to] = domain;
      return values.some((value) => value < from + 0.02 * (to - from) || value > to - 0.02 * (to - from));
    };
    return beyond(x, this.plot.x.domain()) || beyond(y, this.plot.y.domain());
  }

  /** @param {OutlierState} state */
  #setFrame(state) {
    if (this.#framed !== state.preset || this.#tight(state)) {
      this.#framed = state.preset;
      this.unit = unitOf(state.y);
      this.plot.domain(around(state.x, 0.25), around(state.y, 0.4));
      this.plot.labels("x", "y");
    }
    const [x, y] = [this.plot.x.domain(), this.plot.y.domain()];
    this.grain = { x: grain(x, 560), y: grain(y, 340) };
    this.steps = { x: stride(x), y: stride(y) };
  }
}
