// What labs share whose reader moves, adds and deletes points.

import { select } from "./controls.js";
import { Lab } from "./lab.js";
import { Points } from "./marks.js";
import { roundTo } from "./math.js";
import { changed, chosenAfter, moved, without } from "./point-edits.js";
import { MOST_POINTS, format } from "./text.js";
/** @import { Plot, PointsModel, PointsView, Steps } from "./types" */

/**
 * The points in a plot. The lab has data(), move(i, x, y) and removePoint(i).
 * @param {Plot} plot @param {Steps} scale @param {any} lab
 */
export function pointsIn(plot, scale, lab) {
  return new Points(plot, {
    // A drag ends with a drop, however long it takes; keys end when no more of them come.
    grab: (chosen) => lab.change({ chosen }, { live: true }),
    choose: (chosen) => {
      lab.change({ chosen }, { live: true });
      lab.settleSoon();
    },
    move: (i, x, y) => lab.move(i, roundTo(x, scale.grain.x), roundTo(y, scale.grain.y)),
    step: (i, dx, dy) => {
      const { x, y } = lab.data();
      lab.move(i, Number((x[i] + dx * scale.steps.x).toPrecision(12)), Number((y[i] + dy * scale.steps.y).toPrecision(12)));
      lab.settleSoon();
    },
    drop: () => lab.settle(),
    remove: (i) => lab.removePoint(i),
    describe: (i) => {
      const { x, y } = lab.data();
      return `Point ${i + 1} of ${x.length}: x ${format(x[i])}, y ${format(y[i])}`;
    },
  });
}

/**
 * A lab whose state is its points: {preset, x, y, chosen, …}. Its model has `sets` by name and set(preset).
 * @template {PointsModel} M
 * @template {PointsView} V
 * @extends {Lab<M, V>}
 */
export class PointsLab extends Lab {
  data() {
    return this.state;
  }

  selectData() {
    const sets = Object.entries(this.model.sets).map(([name, { title }]) => [name, title]);
    const set = (name) => {
      this.say("");
      this.change(this.model.set(name));
      this.refresh();
    };
    return select("Data", sets, (state) => state.preset, set);
  }

  /** Other points in place of all; the picture takes their measure. `patch`: what else they bring. @param {number[]} x @param {number[]} y */
  replace(x, y, patch = {}) {
    this.view.unframe();
    this.change({ preset: "own", x, y, chosen: 0, ...patch });
    this.refresh();
  }

  /** A point where somebody clicked, or pressed a button: then it gets the focus. @param {number} x @param {number} y */
  insert(x, y, focus = false) {
    if (this.state.x.length >= MOST_POINTS) {
      this.say(`This lab takes at most ${format(MOST_POINTS)} points: delete one first.`);
      return;
    }
    const { grain, points } = this.view;
    this.change({ x: [...this.state.x, roundTo(x, grain.x)], y: [...this.state.y, roundTo(y, grain.y)], chosen: this.state.x.length });
    if (focus) points.ring.focus({ preventScroll: true });
  }

  insertInTheMiddle() {
    const { plot } = this.view;
    const [[x0, x1], [y0, y1]] = [plot.x.domain(), plot.y.domain()];
    this.insert((x0 + x1) / 2, (y0 + y1) / 2, true);
  }

  /** @param {number} i */
  removePoint(i) {
    if (!(i in this.state.x)) return false;
    this.change({ ...without(this.state, i), chosen: chosenAfter(this.state, i) });
    return true;
  }

  /** One coordinate from the table. @param {number} i @param {"x" | "y"} key @param {number} value */
  edit(i, key, value) {
    this.change({ [key]: changed(this.state[key], i, value), chosen: i });
    this.settle();
  }

  /** @param {number} i @param {number} x @param {number} y */
  move(i, x, y) {
    this.change({ ...moved(this.state, i, x, y), chosen: i }, { live: true });
  }
}
