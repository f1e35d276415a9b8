// The pictures of degree-lab: the points with the fitted curve, and the errors of all degrees.

import { scaleLog } from "../vendor/d3/d3.js";
import { GRID, MOST_DEGREE, TRUTHS } from "./degree-model.js";
import { curve, dots, upright } from "./judging-view.js";
import { Plot } from "./plot.js";
/** @import { DegreeLab, DegreeState } from "./types" */

const GHOSTS = 20; // earlier draws that stay in the picture

export class DegreeView {
  #lab;

  /** @param {DegreeLab} lab */
  constructor(lab) {
    this.#lab = lab;
    const relaid = () => lab.refresh();
    this.picture = new Plot({ label: "Training points, test points, the truth, and the fitted curve", relaid, shape: 0.5, left: 40 });
    this.errors = new Plot({
      label: "Training and test error for each degree",
      relaid,
      shape: 0.45,
      left: 64,
      yScale: scaleLog(),
      yFormat: ",",
    });
    this.plots = [this.picture, this.errors];
    this.tests = this.picture.layer("lab-field-points", "path");
    this.truth = this.picture.layer("lab-truth", "path");
    this.curve = this.picture.layer("lab-line", "path");
    this.points = this.picture.layer("lab-sample-points", "path");
    this.ghosts = this.errors.layer("lab-faint", "path");
    this.here = this.errors.layer("lab-here", "path");
    this.train = this.errors.layer("lab-loss", "path");
    this.test = this.errors.layer("lab-loss lab-dashed", "path");
    this.errors.clicked = (x) => lab.choose(Math.round(x));
  }

  /** @param {DegreeState} state @param {DegreeState | null} before */
  draw(state, before) {
    const { picture, errors } = this;
    const { degree, truth, n, sigma, draw } = state;
    const same = before && before.truth === truth && before.n === n && before.sigma === sigma && before.draw === draw;
    if (!same) {
      this.#drawPoints(state);
      this.#drawErrors(state);
    }
    const [bottom, top] = picture.y.domain();
    const heights = this.#lab.model.fit.curves[degree].map((value) => Math.min(Math.max(value, bottom - 50), top + 50));
    this.curve.setAttribute("d", curve(picture, GRID, heights));
    this.here.setAttribute("d", upright(errors, degree));
  }

  /** The truth and its noise give the frame; a curve that shoots out of it is cut off. @param {DegreeState} state */
  #drawPoints({ truth, sigma }) {
    const { picture } = this;
    const { x, y, xTest, yTest } = this.#lab.model.fit;
    const known = GRID.map(TRUTHS[truth].f);
    const [low, high] = [Math.min(...known) - 2.6 * sigma - 0.5, Math.max(...known) + 2.6 * sigma + 0.5];
    picture.domain([-0.3, 10.3], [low, high]);
    picture.labels("x", "y");
    this.truth.setAttribute("d", curve(picture, GRID, known));
    this.points.setAttribute("d", dots(picture, x, y));
    this.tests.setAttribute("d", dots(picture, xTest, yTest));
  }

  /** @param {DegreeState} state */
  #drawErrors({ sigma, draw }) {
    const { errors } = this;
    const { fit, kept } = this.#lab.model;
    const [floor, ceiling] = [sigma ** 2 / 50, Math.max(100 * sigma ** 2, 20)];
    errors.domain([-0.4, MOST_DEGREE + 0.4], [floor, ceiling]);
    errors.labels("degree", "mean squared error");
    const degrees = fit.train.map((_, k) => k);
    // Far beyond the frame a coordinate would only strain the browser.
    const inFrame = (values) => values.map((value) => (value === 0 ? null : Math.min(Math.max(value, floor / 1e3), ceiling * 1e3)));
    this.train.setAttribute("d", curve(errors, degrees, inFrame(fit.train)));
    this.test.setAttribute("d", curve(errors, degrees, inFrame(fit.test)));
    const earlier = [...kept.fits].filter(([number]) => number !== draw).slice(-GHOSTS);
    this.ghosts.setAttribute("d", earlier.map(([, other]) => curve(errors, degrees, inFrame(other.test))).join(""));
  }
}
