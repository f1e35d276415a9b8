// The pictures of collinear-lab: the two columns with a new bird, the weights of the samples, and their predictions.

import { dots, level } from "./judging-view.js";
import { Handle } from "./marks.js";
import { roundTo } from "./math.js";
import { Plot } from "./plot.js";
import { format } from "./text.js";
/** @import { CollinearLab, CollinearState } from "./types" */

/**
 * A frame that stays while it holds what is drawn and is not far too large: the smallest of unit, 2 unit, 4 unit, … around the middle.
 * @param {number} unit @param {number} middle @param {number[]} values
 */
function frame(unit, middle, values) {
  const reach = values.reduce((most, value) => Math.max(most, Math.abs(value - middle)), unit / 8);
  const half = unit * 2 ** Math.ceil(Math.log2(reach / unit));
  return [middle - half, middle + half];
}

export class CollinearView {
  #lab;

  /** @param {CollinearLab} lab */
  constructor(lab) {
    this.#lab = lab;
    const relaid = () => lab.refresh();
    this.columns = new Plot({ label: "The two columns, one dot a bird, and a new bird", relaid, shape: 1 });
    this.weights = new Plot({ label: "The two weights, one dot a sample", relaid, shape: 1, left: 48 });
    this.predictions = new Plot({ label: "The prediction for the new bird, one dot a sample", relaid, shape: 0.4 });
    this.predictions.box.classList.add("lab-wide");
    this.plots = [this.columns, this.weights, this.predictions];
    this.birds = this.columns.layer("lab-field-points", "path");
    this.family = this.weights.layer("lab-family", "path");
    this.zeros = this.weights.layer("lab-here", "path");
    this.cloud = this.weights.layer("lab-cloud", "path");
    this.mean = this.predictions.layer("lab-line", "path");
    this.guesses = this.predictions.layer("lab-cloud", "path");
    this.bird = new Handle(this.columns, "The new bird", {
      move: (x, y) => lab.change({ at: [x, y].map((value) => roundTo(value, 0.1)) }, { live: true }),
      step: (dx, dy) => {
        lab.change({ at: [lab.state.at[0] + dx, lab.state.at[1] + dy] }, { live: true });
        lab.settleSoon();
      },
      drop: () => lab.settle(),
    });
  }

  /** @param {CollinearState} state @param {CollinearState | null} before */
  draw(state, before) {
    const { columns } = this;
    const { flipper, picture } = this.#lab.model;
    if (!before || state.rho !== before.rho) {
      columns.domain([165, 240], [165, 240]);
      columns.labels("flipper (mm)", "second column (mm)");
      this.birds.setAttribute("d", dots(columns, flipper, picture.second));
    }
    const [x, y] = state.at;
    this.bird.draw(x, y, `${format(x)} and ${format(y)} mm`);
    this.#drawWeights();
    this.#drawPredictions(state);
  }

  /** Around the middle of the cloud, in a frame that jumps rather than creeps. */
  #drawWeights() {
    const { weights } = this;
    const { picture, sum } = this.#lab.model;
    const { whole, fits } = picture;
    const slope = whole ? (whole.w1 + whole.w2) / 2 : sum / 2;
    const middle = Math.round(slope);
    const domain = frame(10, middle, whole ? [whole, ...fits].flatMap(({ w1, w2 }) => [w1, w2]) : [middle + 100]);
    weights.domain(domain, domain);
    weights.labels("weight of the first", "of the second");
    this.cloud.setAttribute(
      "d",
      dots(
        weights,
        fits.map(({ w1 }) => w1),
        fits.map(({ w2 }) => w2),
      ),
    );
    this.zeros.setAttribute("d", level(weights, 0));
    const [left, right] = domain.map((weight) => weights.y(2 * slope - weight));
    this.family.setAttribute("d", whole ? "" : `M0 ${left}L${weights.innerWidth} ${right}`);
  }

  /** @param {CollinearState} state */
  #drawPredictions({ samples }) {
    const { predictions } = this;
    const { guesses, picture } = this.#lab.model;
    const about = this.#lab.numbers.guess ?? 0;
    predictions.domain([0, Math.max(10, samples) + 1], frame(100, Math.round(about / 50) * 50, [...guesses, about]));
    predictions.labels("sample", "prediction (g)");
    this.guesses.setAttribute(
      "d",
      dots(
        predictions,
        guesses.map((_, i) => i + 1),
        guesses,
      ),
    );
    this.mean.setAttribute("d", picture.whole ? level(predictions, about) : "");
  }
}
