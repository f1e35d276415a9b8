// What can be moved in a plot, by mouse, touch and keyboard: points of data, and handles.

import { px, svg } from "./plot.js";
/** @import { HandleActions, Plot, PointActions, Subject } from "./types" */

/** @type {Record<string, number[]>} */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/**
 * A mark with a place of its own in the tab order: `role=slider`, which screen readers move by arrow keys. `steer` answers what its reader
 * does with the keys; false where a key means nothing.
 * @param {Plot} plot @param {string} className @param {string} label @param {SVGElement[]} parts
 * @param {{ step: (dx: number, dy: number) => boolean | void, key?: (key: string) => boolean | void }} steer
 */
function knob(plot, className, label, parts, steer) {
  const mark = plot.overlay.appendChild(
    svg("g", { class: className, tabindex: 0, role: "slider", "aria-label": label, "aria-valuenow": 0 }, ...parts),
  );
  mark.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = KEYS[event.key];
    const times = event.shiftKey ? 10 : 1;
    const done = direction ? steer.step(direction[0] * times, direction[1] * times) : steer.key?.(event.key);
    if (done !== false && (direction || done)) event.preventDefault();
  });
  return mark;
}

/** @param {Element} mark @param {number} value @param {string} text */
function say(mark, value, text) {
  mark.setAttribute("aria-valuenow", String(value));
  mark.setAttribute("aria-valuetext", text);
}

/** Points of data. All are drawn; one is chosen and wears the ring, which is the one tab stop of them all. */
export class Points {
  /** @type {SVGCircleElement[]} */
  circles = [];
  /** @type {number[]} */
  xs = [];
  /** @type {number[]} */
  ys = [];
  chosen = -1;
  radius = 0;

  /** @param {Plot} plot @param {PointActions} on */
  constructor(plot, on) {
    this.plot = plot;
    this.on = on;
    this.layer = plot.layer("lab-points", "g");
    this.ring = knob(plot, "lab-ring", "Chosen point", [svg("circle", { r: 9 })], {
      step: (dx, dy) => on.step(this.chosen, dx, dy),
      key: (key) => this.#key(key),
    });
    plot.add(this);
  }

  /** @param {string} key */
  #key(key) {
    const last = this.xs.length - 1;
    // In the order that the eye finds them: from left to right.
    const order = () => [...this.xs.keys()].sort((i, j) => this.xs[i] - this.xs[j] || this.ys[i] - this.ys[j]);
    const go = (place) => {
      const row = order();
      const at = place(row.indexOf(this.chosen));
      this.on.choose(row[Math.min(Math.max(at, 0), last)]);
      return true;
    };
    if (key === "PageDown") return go((at) => at + 1);
    if (key === "PageUp") return go((at) => at - 1);
    if (key === "Home") return go(() => 0);
    if (key === "End") return go(() => last);
    if (key === "Delete" || key === "Backspace") return this.on.remove(this.chosen);
    return false;
  }

  /**
   * Draws what differs from what stands there; `all` when the scales have changed.
   * @param {number[]} xs @param {number[]} ys @param {number} chosen @param {boolean} all
   */
  draw(xs, ys, chosen, all) {
    const { plot } = this;
    while (this.circles.length > xs.length) this.circles.pop()?.remove();
    while (this.circles.length < xs.length) this.circles.push(this.layer.appendChild(svg("circle")));
    const radius = xs.length > 100 ? 3 : 5;
    for (let i = 0; i < xs.length; i++) {
      if (!all && xs[i] === this.xs[i] && ys[i] === this.ys[i] && radius === this.radius) continue;
      const circle = this.circles[i];
      circle.setAttribute("cx", String(px(plot.x(xs[i]))));
      circle.setAttribute("cy", String(px(plot.y(ys[i]))));
      circle.setAttribute("r", String(radius));
    }
    Object.assign(this, { xs, ys, chosen, radius });
    this.ring.style.display = xs[chosen] === undefined ? "none" : "";
    if (xs[chosen] === undefined) return;
    this.ring.setAttribute("transform", `translate(${px(plot.x(xs[chosen]))},${px(plot.y(ys[chosen]))})`);
    say(this.ring, ys[chosen], this.on.describe(chosen));
  }

  /** @param {number} x @param {number} y @param {number} reach */
  hit(x, y, reach) {
    /** @type {Subject | null} */
    let nearest = null;
    let least = reach ** 2;
    for (let i = 0; i < this.xs.length; i++) {
      const [cx, cy] = [this.plot.x(this.xs[i]), this.plot.y(this.ys[i])];
      const distance = (cx - x) ** 2 + (cy - y) ** 2;
      // The chosen point lies on top.
      if (distance < least || (distance === least && i === this.chosen)) [nearest, least] = [{ x: cx, y: cy, i }, distance];
    }
    return nearest;
  }

  /** @param {{ i: number }} subject */
  grab({ i }) {
    this.layer.append(this.circles[i]);
    this.on.grab(i);
  }

  /** @param {{ i: number }} subject @param {number} x @param {number} y */
  move({ i }, x, y) {
    this.on.move(i, this.plot.x.invert(x), this.plot.y.invert(y));
  }

  drop() {
    this.ring.focus({ preventScroll: true });
    this.on.drop();
  }
}

/** One handle, such as an end of a line. */
export class Handle {
  /** Where it stands, in pixels of the area. @type {number[] | null} */
  at = null;

  /** @param {Plot} plot @param {string} label @param {HandleActions} on */
  constructor(plot, label, on, className = "lab-handle") {
    this.plot = plot;
    this.on = on;
    this.mark = knob(plot, className, label, [svg("circle", { r: 8 })], { step: on.step });
    plot.add(this);
  }

  /** At (x, y) of the data, or at the edge when that lies outside. @param {number} x @param {number} y @param {string} text */
  draw(x, y, text) {
    const { plot } = this;
    this.at = [Math.min(Math.max(plot.x(x), 0), plot.innerWidth), Math.min(Math.max(plot.y(y), 0), plot.innerHeight)];
    this.mark.setAttribute("transform", `translate(${this.at.map(px)})`);
    say(this.mark, y, text);
  }

  /** @param {number} x @param {number} y @param {number} reach */
  hit(x, y, reach) {
    if (!this.at || Math.hypot(this.at[0] - x, this.at[1] - y) >= reach) return null;
    return { x: this.at[0], y: this.at[1] };
  }

  grab() {
    this.on.grab?.();
  }

  /** @param {unknown} _ @param {number} x @param {number} y */
  move(_, x, y) {
    this.on.move(this.plot.x.invert(x), this.plot.y.invert(y));
  }

  drop() {
    this.mark.focus({ preventScroll: true });
    this.on.drop();
  }
}
