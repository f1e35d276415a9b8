// What labs share whose reader moves, adds and deletes points.

import { Lab } from "./lab.js";
import { Points } from "./plot.js";
import { LARGEST, MOST_POINTS, SMALLEST, format } from "./text.js";
import { roundTo } from "./math.js";

// Whether a number is one that a reader could have typed.
export const takes = (value) => typeof value === "number" && (value === 0 || (Math.abs(value) <= LARGEST && Math.abs(value) >= SMALLEST));

const clamped = (value) => (Math.abs(value) > LARGEST ? Math.sign(value) * LARGEST : Math.abs(value) < SMALLEST ? 0 : value);

// Throws a sentence about a link whose points cannot be used.
export function checkPoints({ x, y }) {
  const list = (values) => Array.isArray(values) && values.length <= MOST_POINTS && values.every(takes);
  if (!list(x) || !list(y) || x.length !== y.length) throw new Error("its points are no points");
}

// The points with one in another place, and without one: parts of a state.
export const moved = (points, i, x, y) => ({ x: changed(points.x, i, clamped(x)), y: changed(points.y, i, clamped(y)) });
export const changed = (values, i, value) => values.map((old, place) => (place === i ? value : old));
export const without = ({ x, y }, i) => ({ x: x.filter((_, place) => place !== i), y: y.filter((_, place) => place !== i) });
export const chosenAfter = ({ x }, removed) => Math.max(0, Math.min(removed, x.length - 2));

// The points in a plot. The lab has data(), grain and steps for x and y, move(i, x, y) and remove(i).
export function pointsIn(plot, lab) {
  return new Points(plot, {
    choose: (chosen) => {
      lab.change({ chosen }, { live: true });
      lab.settleSoon();
    },
    move: (i, x, y) => lab.move(i, roundTo(x, lab.grain.x), roundTo(y, lab.grain.y)),
    step: (i, dx, dy) => {
      const { x, y } = lab.data();
      lab.move(i, Number((x[i] + dx * lab.steps.x).toPrecision(12)), Number((y[i] + dy * lab.steps.y).toPrecision(12)));
      lab.settleSoon();
    },
    drop: () => lab.settle(),
    remove: (i) => lab.remove(i),
    describe: (i) => {
      const { x, y } = lab.data();
      return `Point ${i + 1} of ${x.length}: x ${format(x[i])}, y ${format(y[i])}`;
    },
  });
}

// A lab whose state is its points: {preset, x, y, chosen, …}. It has `sets` by name, set(preset), and this.plot.
export class PointsLab extends Lab {
  data() {
    return this.state;
  }

  connect() {
    this.plot.connect();
  }

  disconnect() {
    this.plot?.disconnect();
  }

  // The points, and a click that adds one.
  buildPoints() {
    this.points = pointsIn(this.plot, this);
    this.plot.clicked = (x, y) => this.insert(roundTo(x, this.grain.x), roundTo(y, this.grain.y));
  }

  selectData() {
    const sets = Object.entries(this.sets).map(([name, { title }]) => [name, title]);
    return this.select("Data", sets, (state) => state.preset, (name) => {
      this.say("");
      this.change(this.set(name));
      this.refresh();
    });
  }

  // Other points in place of all; the picture takes their measure. `patch`: what else they bring.
  replace(x, y, patch = {}) {
    this.framed = null;
    this.change({ preset: "own", x, y, chosen: 0, ...patch });
    this.refresh();
  }

  insert(x, y, focus = false) {
    if (this.state.x.length >= MOST_POINTS) return this.say(`This lab takes at most ${format(MOST_POINTS)} points: delete one first.`);
    this.change({ x: [...this.state.x, x], y: [...this.state.y, y], chosen: this.state.x.length });
    if (focus) this.points.ring.focus({ preventScroll: true });
  }

  insertInTheMiddle() {
    const middle = ([from, to], grain) => roundTo((from + to) / 2, grain);
    this.insert(middle(this.plot.x.domain(), this.grain.x), middle(this.plot.y.domain(), this.grain.y), true);
  }

  remove(i) {
    if (!(i in this.state.x)) return false;
    this.change({ ...without(this.state, i), chosen: chosenAfter(this.state, i) });
    return true;
  }

  // One coordinate from the table.
  edit(i, key, value) {
    this.change({ [key]: changed(this.state[key], i, value), chosen: i });
    this.settle();
  }

  move(i, x, y) {
    this.change({ ...moved(this.state, i, x, y), chosen: i }, { live: true });
  }
}
