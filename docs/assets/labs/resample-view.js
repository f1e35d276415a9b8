// The pictures of resample-lab: the lines of all samples, and the intervals of the last ones.

import { curve, dots, upright } from "./judging-view.js";
import { Plot, px } from "./plot.js";
import { TRUTH } from "./resample-model.js";
/** @import { ResampleLab, ResampleState } from "./types" */

const SHOWN = 40; // intervals in the picture, the last ones
const PILES = 24; // lines of the same path do not darken one another
const BARS = ["lab-interval", "lab-interval-missing", "lab-interval lab-dotted", "lab-interval-missing"];

export class ResampleView {
  #lab;

  /** @param {ResampleLab} lab */
  constructor(lab) {
    this.#lab = lab;
    const relaid = () => lab.refresh();
    this.lines = new Plot({ label: "The truth, the points of the last sample, and the lines of all samples", relaid, shape: 1, left: 48 });
    this.intervals = new Plot({ label: "Intervals of the last samples, and the truth", relaid, shape: 1, left: 40 });
    this.plots = [this.lines, this.intervals];
    this.piles = Array.from({ length: PILES }, () => this.lines.layer("lab-pile", "path"));
    this.last = this.lines.layer("lab-line", "path");
    this.points = this.lines.layer("lab-sample-points", "path");
    this.truths = this.plots.map((plot) => plot.layer("lab-truth", "path"));
    this.bars = BARS.map((name) => this.intervals.layer(name, "path"));
  }

  /** @param {ResampleState} state @param {ResampleState | null} before */
  draw(state, before) {
    this.#drawLines(state, before?.from === state.from);
    this.#drawIntervals(state);
  }

  /** @param {ResampleState} state @param {boolean} framed */
  #drawLines({ sigma, from, first, samples }, framed) {
    const { lines } = this;
    const { world } = this.#lab.model;
    if (!framed) {
      lines.domain([from - 1, from + 11], [2 + 3 * from - 8, 2 + 3 * (from + 10) + 8]);
      lines.labels("x", "y");
    }
    const ends = lines.x.domain();
    // A sample's line: the truth and the line through its noise, whose x counts from the middle.
    const at = ({ slope, level }, x) => 2 + 3 * x + sigma * (level + slope * (x - from - 5));
    const across = (sample) =>
      curve(
        lines,
        ends,
        ends.map((x) => at(sample, x)),
      );
    const piles = Array(PILES).fill("");
    const shown = world.samples.slice(first, first + samples);
    shown.forEach((sample, k) => {
      piles[k % PILES] += across(sample);
    });
    this.piles.forEach((path, k) => path.setAttribute("d", piles[k]));
    const last = shown.at(-1);
    const xs = world.place.map((place) => from + place);
    this.points.setAttribute(
      "d",
      last
        ? dots(
            lines,
            xs,
            xs.map((x, i) => 2 + 3 * x + sigma * last.raw[i]),
          )
        : "",
    );
    this.last.setAttribute("d", last ? across(last) : "");
    this.truths[0].setAttribute(
      "d",
      curve(
        lines,
        ends,
        ends.map((x) => 2 + 3 * x),
      ),
    );
  }

  /** @param {ResampleState} state */
  #drawIntervals({ target, samples }) {
    const { intervals } = this;
    const truth = TRUTH[target];
    const shown = this.#lab.model.rows.slice(-SHOWN);
    const reach =
      shown.reduce((most, row) => Math.max(most, truth - row.low, row.high - truth, truth - row.bootLow, row.bootHigh - truth), 0) || 1;
    const half = 2 ** Math.ceil(Math.log2(reach));
    const top = Math.max(SHOWN, samples);
    intervals.domain([truth - half, truth + half], [top - SHOWN, top + 1]);
    intervals.labels(target, "sample");
    const paths = BARS.map(() => "");
    shown.forEach((row, k) => {
      const bar = (low, high, place) => `M${px(intervals.x(low))} ${px(intervals.y(place))}H${px(intervals.x(high))}`;
      const place = samples - shown.length + k + 1;
      paths[row.held ? 0 : 1] += bar(row.low, row.high, place + 0.18);
      paths[row.bootHeld ? 2 : 3] += bar(row.bootLow, row.bootHigh, place - 0.18);
    });
    this.bars.forEach((path, k) => path.setAttribute("d", paths[k]));
    this.truths[1].setAttribute("d", upright(intervals, truth));
  }
}
