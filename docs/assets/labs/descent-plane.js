// The plane of all lines: the bowl of the loss in rings, its main directions, and the path of a walk down.

import * as descent from "./descent-math.js";
import { Handle } from "./marks.js";
import { roundTo } from "./math.js";
import { Plot, px, setLine } from "./plot.js";
import { format } from "./text.js";
/** @import { DescentLab, Surface, Walk } from "./types" */

const AWAY = 3000; // pixels
const LEVELS = [0.6, 0.25, 0.08, 0.02, 0.004, 0.0006]; // of the loss at the edge of the picture

/** A pixel, or one far outside where a search has left the picture. @param {number} value */
export const far = (value) => px(Math.min(1e5, Math.max(-1e5, value)));

/** @param {number} x @param {number} y */
const star = (x, y) =>
  `M${Array.from({ length: 10 }, (_, i) => {
    const [turn, size] = [(Math.PI * i) / 5, i % 2 ? 4 : 9];
    return `${px(x + size * Math.sin(turn))} ${px(y - size * Math.cos(turn))}`;
  }).join("L")}Z`;

export class Plane {
  grain = { w: 1, b: 1 };
  /** How much larger intercepts are drawn than slopes. */
  unit = 1;
  /** How far the picture reaches from the best line, in slope. */
  #reach = 1;
  /** The mean square at the edge of the picture, above the smallest. */
  #height = 1;
  #lab;

  /** @param {DescentLab} lab */
  constructor(lab) {
    this.#lab = lab;
    this.plot = new Plot({ label: "The plane of all lines: loss, start, and path", relaid: () => lab.refresh(), shape: 1.15, left: 52 });
    this.rings = LEVELS.map(() => this.plot.layer("lab-loss lab-ring-line", "path"));
    this.axes = /** @type {("steep" | "level")[]} */ (["steep", "level"]).map((name) => {
      const text = this.plot.layer("lab-tag", "text");
      text.append(name);
      return { line: this.plot.layer("lab-truth lab-thin", "line"), text, name };
    });
    this.trail = this.plot.layer("lab-gradient lab-trail", "path");
    this.dots = this.plot.layer("lab-gradient lab-dots", "path");
    this.bottom = this.plot.layer("lab-star", "path");
    this.here = this.plot.layer("lab-here", "circle");
    this.here.setAttribute("r", "5");
    const actions = { move: (w, b) => this.#move(w, b), step: (dw, db) => this.#step(dw, db), drop: () => lab.settle() };
    this.start = new Handle(this.plot, "Start of the search", actions, "lab-handle lab-start");
    this.plot.clicked = (w, b) => {
      this.#move(w, b);
      lab.settle();
    };
  }

  /** @param {number} w @param {number} b */
  #move(w, b) {
    this.#lab.change({ w: roundTo(w, this.grain.w), b: roundTo(b, this.grain.b) }, { live: true });
  }

  /** @param {number} dw @param {number} db */
  #step(dw, db) {
    const { w, b } = this.#lab.state;
    const one = { w: this.grain.w * 5, b: this.grain.b * 5 };
    this.#lab.change({ w: Number((w + dw * one.w).toPrecision(12)), b: Number((b + db * one.b).toPrecision(12)) }, { live: true });
    this.#lab.settleSoon();
  }

  // ---- the frame ----

  /** How far the start is from the best line, in the units of the picture. @param {Walk} walk */
  #spread({ surface, path }) {
    return Math.hypot(path.w[0] - surface.best.w, (path.b[0] - surface.best.b) / this.unit);
  }

  /** Whether the start has come too close to the edge or to the best line, or that one too far from the middle. @param {Walk} walk */
  misplaced(walk) {
    const { plot } = this;
    const { best } = walk.surface;
    const away = this.#spread(walk) / this.#reach;
    const astray = (place, room) => Math.abs(place / room - 0.5) > 0.25;
    return away > 0.9 || (away > 0 && away < 0.15) || astray(plot.x(best.w), plot.innerWidth) || astray(plot.y(best.b), plot.innerHeight);
  }

  /**
   * Which part of the plane is seen: the best line in the middle, the start well inside, and one inch the same both ways, unless slope and
   * intercept differ too much in size for that.
   * @param {Walk} walk
   */
  frame(walk) {
    const { plot } = this;
    const { best, mean: middle, variance, f } = walk.surface;
    const typical = Math.hypot(middle, Math.sqrt(variance));
    this.unit = typical > 20 || typical < 0.05 ? typical || 1 : 1;
    const size = Math.abs(best.w) + Math.abs(best.b) / this.unit;
    this.#reach = 1.6 * Math.max(this.#spread(walk), 1e-6 * size) || 1;
    const inch = this.#reach / (Math.min(plot.innerWidth, plot.innerHeight) / 2);
    const [w, b] = [(plot.innerWidth / 2) * inch, (plot.innerHeight / 2) * inch * this.unit];
    const per = walk.scaled ? ", for each deviation of x" : "";
    plot.labels(`slope w${per}`, "intercept b");
    plot.domain([best.w - w, best.w + w], [best.b - b, best.b + b]);
    this.grain = { w: 10 ** Math.floor(Math.log10(inch)), b: 10 ** Math.floor(Math.log10(inch * this.unit)) };
    const edge = (dw, db) => descent.gap(walk.surface, best.w + dw, best.b + db);
    this.#height = Math.max(edge(w, 0), edge(0, b)) / f;
  }

  // ---- drawing ----

  /** @param {Walk} walk */
  drawBowl({ surface }) {
    const { plot } = this;
    this.rings.forEach((ring, i) => ring.setAttribute("d", this.#ringPath(surface, LEVELS[i])));
    const [cx, cy] = [plot.x(surface.best.w), plot.y(surface.best.b)];
    this.bottom.setAttribute("d", star(cx, cy));
    for (const { line, text, name } of this.axes) {
      const direction = surface[name];
      const [dx, dy] = [plot.x(surface.best.w + direction.w) - cx, plot.y(surface.best.b + direction.b) - cy];
      const long = Math.hypot(dx, dy) || 1;
      const [ux, uy] = [(dx / long) * 2000, (dy / long) * 2000];
      setLine(line, [
        [cx - ux, cy - uy],
        [cx + ux, cy + uy],
      ]);
      // Its name stands near the edge, on the right or at the top.
      const sign = Math.abs(ux) > Math.abs(uy) ? Math.sign(ux) : -Math.sign(uy);
      const room = Math.min((plot.innerWidth / 2 - 40) / Math.abs(ux), (plot.innerHeight / 2 - 16) / Math.abs(uy));
      text.setAttribute("x", String(px(cx + sign * ux * room + 4)));
      text.setAttribute("y", String(px(cy + sign * uy * room - 5)));
    }
  }

  /** An ellipse of equal loss. Where it reaches beyond the picture on one side, it is open there. @param {Surface} surface @param {number} level */
  #ringPath(surface, level) {
    const { plot } = this;
    const [from, to] = plot.x.domain();
    const rows = descent.contour(surface, level * this.#height * surface.f, [from, to]);
    if (!rows.length) return "";
    const at = (w, b) => `${px(plot.x(w))} ${far(plot.y(b))}`;
    const [lower, upper] = [rows.map(([w, low]) => at(w, low)), rows.map(([w, , high]) => at(w, high))];
    const [opensLeft, opensRight] = [rows[0][0] <= from, rows[rows.length - 1][0] >= to];
    if (opensLeft && opensRight) return `M${upper.join("L")}M${lower.join("L")}`;
    if (opensRight) return `M${[...upper.reverse(), ...lower].join("L")}`;
    return `M${[...upper, ...lower.reverse()].join("L")}${opensLeft ? "" : "Z"}`;
  }

  /** @param {Walk} walk */
  drawPath({ path, k }) {
    const { plot } = this;
    const at = (i) => [far(plot.x(path.w[i])), far(plot.y(path.b[i]))];
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
    this.here.setAttribute("cx", String(x));
    this.here.setAttribute("cy", String(y));
    this.start.draw(path.w[0], path.b[0], `slope ${format(path.w[0])}, intercept ${format(path.b[0])}`);
  }
}
