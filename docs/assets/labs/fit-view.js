// The picture of fit-lab: points, residuals, the line with its two handles, and the best line.

import { Handle } from "./marks.js";
import { roundTo } from "./math.js";
import { Plot, around, grain, px, setLine, stride } from "./plot.js";
import { pointsIn } from "./points.js";
import { format } from "./text.js";
/** @import { FitLab, FitState } from "./types" */

const ENDS = [0.08, 0.92]; // where the handles stand, in shares of the width
const FAN = [-4, -1.5, -0.6, 0, 0.6, 1.5, 4]; // slopes of a family of lines, in diagonals of the picture

export class FitView {
  grain = { x: 1, y: 1, w: 1 };
  steps = { x: 1, y: 1 };
  /** The set whose frame the picture has. @type {string | null} */
  #framed = null;
  /** How high the other end of the line stood when one was grabbed. @type {number | undefined} */
  #held = undefined;
  #lab;

  /** @param {FitLab} lab */
  constructor(lab) {
    this.#lab = lab;
    this.plot = new Plot({ label: "Points, your line, and its residuals", relaid: () => lab.refresh() });
    this.plots = [this.plot];
    this.squares = this.plot.layer("lab-squares", "path");
    this.family = this.plot.layer("lab-family", "path");
    this.sticks = this.plot.layer("lab-residuals", "path");
    this.line = this.plot.layer("lab-line", "line");
    this.ends = ENDS.map((_, i) => this.#end(i));
    this.points = pointsIn(this.plot, this, lab);
    this.plot.clicked = (x, y) => lab.insert(x, y);
  }

  // ---- the line in hand ----

  /** @param {number} i 0 on the left, 1 on the right */
  #end(i) {
    return new Handle(this.plot, `${i ? "Right" : "Left"} handle of your line`, {
      grab: () => {
        this.#held = this.#height(1 - i);
      },
      move: (_, y) => this.#turn(i, y, this.#held ?? this.#height(1 - i)),
      step: (_, dy) => {
        if (dy) this.#turn(i, this.#height(i) + dy * this.steps.y, this.#height(1 - i));
        this.#lab.settleSoon();
      },
      drop: () => this.#lab.settle(),
    });
  }

  /** Where a handle stands in x. @param {number} i */
  #place(i) {
    const [from, to] = this.plot.x.domain();
    return from + ENDS[i] * (to - from);
  }

  /** How high the line is there. @param {number} i */
  #height(i) {
    return this.#lab.state.w * this.#place(i) + this.#lab.state.b;
  }

  /** One end at a new height, the other held where it is. @param {number} i @param {number} height @param {number} held */
  #turn(i, height, held) {
    const [at, other] = [this.#place(i), this.#place(1 - i)];
    const w = roundTo((height - held) / (at - other), this.grain.w);
    this.#lab.change({ w, b: roundTo(held - w * other, this.grain.y) }, { live: true });
  }

  // ---- drawing ----

  /** @param {FitState} state @param {FitState | null} before */
  draw(state, before) {
    const { plot } = this;
    const { x, y, w, b, chosen, show } = state;
    // A frame stays while it holds the points, so that nothing jumps under the hand.
    const framed = !before || (state === before && this.#outside(state));
    if (framed) this.#setFrame(state);
    const same = framed ? null : before;
    const samePoints = x === same?.x && y === same.y;
    const sameLine = w === same?.w && b === same.b;
    if (!samePoints || chosen !== same?.chosen) this.points.draw(x, y, chosen, framed);
    if (!samePoints || !sameLine || show !== same?.show) this.#drawResiduals(state);
    if (!sameLine) {
      const [from, to] = plot.x.domain();
      setLine(
        this.line,
        [from, to].map((at) => [plot.x(at), plot.y(w * at + b)]),
      );
    }
    if (!sameLine || !samePoints)
      this.ends.forEach((end, i) => end.draw(this.#place(i), this.#height(i), `slope ${format(w)}, intercept ${format(b)}`));
    this.family.setAttribute("d", this.#familyPath(state));
    this.#lab.table.draw(state, samePoints);
  }

  /** @param {FitState} state */
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

  /** The best line; where there is no single one, a fan of those through the mean. @param {FitState} state */
  #familyPath({ x, best }) {
    const { xMean, yMean, w, unique } = this.#lab.model.best;
    if (!x.length || (unique && !best)) return "";
    const { plot } = this;
    const [from, to] = plot.x.domain();
    const [low, high] = plot.y.domain();
    const slopes = unique ? [w] : FAN.map((part) => part * ((high - low) / (to - from)));
    const at = (place, slope) => `${px(plot.x(place))} ${px(plot.y(yMean + slope * (place - xMean)))}`;
    return slopes.map((slope) => `M${at(from, slope)}L${at(to, slope)}`).join("");
  }

  // ---- the frame: which part of the plane is seen ----

  unframe() {
    this.#framed = null;
  }

  /** @param {FitState} state */
  #outside({ x, y }) {
    const [[x0, x1], [y0, y1]] = [this.plot.x.domain(), this.plot.y.domain()];
    return x.some((value) => value < x0 || value > x1) || y.some((value) => value < y0 || value > y1);
  }

  /** @param {FitState} state */
  #setFrame(state) {
    const { xLabel, yLabel, frame = [] } = this.#lab.model.sets[state.preset];
    if (this.#framed !== state.preset || this.#outside(state)) {
      const [x = around(state.x), y = around(state.y)] = this.#framed === state.preset ? [] : frame;
      this.#framed = state.preset;
      this.plot.domain(x, y);
      this.plot.labels(xLabel, yLabel);
    }
    const [x, y] = [this.plot.x.domain(), this.plot.y.domain()];
    const fine = { x: grain(x, 560), y: grain(y, 340) };
    this.grain = { ...fine, w: 10 ** Math.floor(Math.log10(fine.y / (x[1] - x[0]))) };
    this.steps = { x: stride(x), y: stride(y) };
  }
}
