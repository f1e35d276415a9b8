// <collinear-lab>: two columns of a chosen correlation and samples of the birds; the weights scatter far, the predictions do not.

import { Lab, button, h, loadCsv } from "./lab.js";
import { Handle, Plot } from "./plot.js";
import { LARGEST, format, pythonArray } from "./text.js";
import { dots, frame, level } from "./judging-view.js";
import * as math from "./math.js";
import * as judging from "./judging.js";
import * as random from "./random.js";

const MOST = 300; // samples
const FEWEST = 20; // birds in a sample

const FACTS = {
  rho: { label: "correlation ρ", python: "rho" },
  vif: { label: "VIF of each", python: "vif", color: "loss" },
  w1: { label: "weight of the first", python: "w1", color: "line" },
  w2: { label: "weight of the second", python: "w2", color: "line" },
  samples: { label: "samples", python: "samples" },
  spread1: { label: "spread of the first", python: "fits[:, 0].std()", color: "residual" },
  spread2: { label: "spread of the second", python: "fits[:, 1].std()", color: "residual" },
  spreadSum: { label: "spread of their sum", python: "(fits[:, 0] + fits[:, 1]).std()", color: "residual" },
  negative: { label: "second below zero", python: "np.sum(fits[:, 1] < 0)" },
  guess: { label: "prediction (g)", python: "guess", color: "line" },
  spreadGuess: { label: "its spread (g)", python: "guesses.std()", color: "residual" },
};

const TASKS = [
  {
    goal: "Bring the VIF to 10, give or take 1.",
    predict: { question: "At which correlation is it 10?", choices: ["0.5", "0.95", "0.999"], right: 1 },
    start: (state, lab) => lab.start(),
    done: (state, { vif }) => vif !== null && Math.abs(vif - 10) <= 1,
    why: "1 - 0.95² is about a tenth. Correlations that look alike, 0.95 and 0.9975, are a VIF of 10 and of 200.",
  },
  {
    goal: "Drag the new bird to a place where its prediction scatters by more than 300 g, both measurements between 175 and 230 mm.",
    predict: { question: "Where will that be?", choices: ["At one of the ends of the cloud.", "Nowhere: predictions do not suffer.", "Beside the cloud, where the two columns disagree."], right: 2 },
    start: (state, lab) => lab.start(),
    done: ({ at }, { spreadGuess }) => spreadGuess > 300 && at.every((value) => value >= 175 && value <= 230),
    why: "Along the cloud only the sum of the weights counts, and that is firm. Beside it their difference counts, which nobody knows.",
  },
  {
    goal: "Make the two columns exactly equal.",
    predict: { question: "What is left of the two weights?", choices: ["Both are zero.", "Each is half of the old one.", "Their sum, and nothing else."], right: 2 },
    start: (state, lab) => lab.start(),
    done: ({ rho }) => rho === 1,
    why: "All pairs on the drawn line predict the same for every bird. A solver returns one of them, by its own habit.",
  },
  {
    goal: "Bring the spread of the first weight below 12, with at least 50 samples and without touching the correlation.",
    predict: { question: "What can help?", choices: ["More samples.", "More birds in each sample.", "Nothing."], right: 1 },
    start: (state, lab) => ({ ...lab.start(), rho: 0.99, birds: 50 }),
    done: ({ rho }, { spread1, samples }) => rho === 0.99 && samples >= 50 && spread1 < 12,
    why: "More samples only show the spread better. Four times as many birds halve it: enough data make up even for a large VIF.",
  },
];

class CollinearLab extends Lab {
  static heading = "Lab: two columns, one story";
  static facts = FACTS;
  static tasks = TASKS;
  static style = "judging.css";

  async load() {
    const rows = await loadCsv("penguins.csv");
    const whole = rows.filter((row) => row.flipper_length_mm !== "NA" && row.body_mass_g !== "NA");
    this.flipper = whole.map((row) => Number(row.flipper_length_mm));
    this.mass = whole.map((row) => Number(row.body_mass_g));
    this.sum = math.bestLine(this.flipper, this.mass).w; // of two equal columns
    this.everyone = this.mass.map((_, i) => i);
    this.#restart(0);
  }

  // The row of random numbers from its beginning: first the noise of the second column, then the birds of one sample after the other.
  #restart(birds) {
    const uniform = random.stream();
    const next = () => uniform.next().value;
    const noise = this.flipper.map(() => random.normal(next(), next()));
    this.drawn = { birds, next, noise, samples: [] };
  }

  #sample(birds, count) {
    if (this.drawn.birds !== birds) this.#restart(birds);
    const { next, samples } = this.drawn;
    while (samples.length < count) samples.push(Array.from({ length: birds }, () => random.integer(this.mass.length, next())));
    return samples.slice(0, count);
  }

  // The fit to all birds and those to the samples. While the new bird moves, they stay.
  #fit(rho, birds, samples) {
    const wanted = [rho, birds, samples].join();
    if (this.picture?.wanted === wanted) return this.picture;
    const rows = this.#sample(birds, samples);
    const second = judging.companion(this.flipper, this.drawn.noise, rho);
    const fit = (row) => judging.twoWeights(this.flipper, second, this.mass, row);
    const whole = fit(this.everyone);
    const fits = whole ? rows.map(fit).filter(Boolean) : [];
    return (this.picture = { wanted, second, whole, fits });
  }

  start() {
    return { rho: 0.9975, birds: 342, samples: 120, at: [210, 210] };
  }

  check({ rho, birds, samples, at }) {
    const whole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
    if (!(rho >= 0 && (rho <= 0.9999 || rho === 1))) throw new Error("its correlation is not between 0 and 0.9999, nor 1");
    if (!whole(birds, FEWEST, this.mass.length) || !whole(samples, 0, MOST)) throw new Error("it asks for samples that cannot be drawn");
    if (!Array.isArray(at) || at.length !== 2 || !at.every((value) => Number.isFinite(value) && Math.abs(value) <= LARGEST)) throw new Error("its new bird has no place");
    return { rho, birds, samples, at };
  }

  measure({ rho, birds, samples, at }) {
    const { whole, fits } = this.#fit(rho, birds, samples);
    const guesses = fits.map(({ w1, w2, b }) => w1 * at[0] + w2 * at[1] + b);
    const guess = whole ? whole.w1 * at[0] + whole.w2 * at[1] + whole.b : null;
    this.guessed = guesses;
    const spread = (values) => (values.length > 1 ? judging.deviation(values) : null);
    return {
      rho,
      vif: whole ? whole.vif : null,
      w1: whole ? whole.w1 : null,
      w2: whole ? whole.w2 : null,
      samples,
      spread1: spread(fits.map(({ w1 }) => w1)),
      spread2: spread(fits.map(({ w2 }) => w2)),
      spreadSum: spread(fits.map(({ w1, w2 }) => w1 + w2)),
      negative: fits.length ? fits.filter(({ w2 }) => w2 < 0).length : null,
      guess,
      spreadGuess: spread(guesses),
    };
  }

  build(body) {
    const relaid = () => this.refresh();
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
      move: (x, y) => this.change({ at: [x, y].map((value) => math.roundTo(value, 0.1)) }, { live: true }),
      step: (dx, dy) => {
        this.change({ at: [this.state.at[0] + dx, this.state.at[1] + dy] }, { live: true });
        this.settleSoon();
      },
      drop: () => this.settle(),
    });
    const place = (i, label) => this.field(label, (state) => state.at[i], (value) => void this.change({ at: this.state.at.map((old, k) => (k === i ? value : old)) }));
    this.controls = [
      this.slider("Correlation of the two columns", {
        // The distance to 1 in powers of ten: 0, 0.9, 0.99, … and at last 1 itself.
        from: (position) => (position === 100 ? 1 : Number((1 - Number((10 ** (-position / 25)).toPrecision(2))).toFixed(6))),
        to: (rho) => (rho === 1 ? 100 : Math.round(-25 * Math.log10(1 - rho))),
        text: (rho) => format(rho),
      }, (state) => state.rho, (rho, options) => this.change({ rho }, options)),
      this.slider("Birds in a sample", {
        steps: this.mass.length - FEWEST,
        from: (position) => position + FEWEST,
        to: (birds) => birds - FEWEST,
        text: (birds) => format(birds),
      }, (state) => state.birds, (birds, options) => this.change({ birds }, options)),
      place(0, "new bird: flipper (mm)"),
      place(1, "second column (mm)"),
    ];
    const [rho, birds, first, second] = this.controls.map((control) => control.element);
    this.drawing = [1, 10, 100].map((count) => button(`Draw ${count}`, () => this.#draw(count), { "aria-label": `Draw ${count} more ${count > 1 ? "samples" : "sample"}` }));
    this.clearing = button("Clear the samples", () => this.change({ samples: 0 }));
    body.append(
      rho,
      h("div", { class: "lab-plots" }, ...this.plots.map((plot) => plot.box)),
      this.sentence,
      h("div", { class: "lab-row" }, ...this.drawing, this.clearing, birds),
      h("div", { class: "lab-row" }, first, second),
      this.factList(Object.keys(FACTS)),
      this.more("What is drawn, and keys", () => h("ul", {},
        h("li", {}, "The first column holds the flippers of 342 penguins. The second is made of it and of noise, so that their correlation is exactly the chosen one, with the same mean and spread. y is the body mass."),
        h("li", {}, "A sample draws birds with replacement. Each gives one fit: a dot among the weights (g per mm), and a dot among the predictions."),
        h("li", {}, "Drag the new bird, or reach it by Tab and move it by arrow keys, with Shift ten times as far."))),
    );
  }

  connect() {
    this.plots.forEach((plot) => plot.connect());
  }

  disconnect() {
    this.plots?.forEach((plot) => plot.disconnect());
  }

  #draw(count) {
    if (this.state.samples >= MOST) return this.say(`This lab holds ${MOST} samples. Clear them to draw again.`);
    this.say("");
    this.change({ samples: Math.min(MOST, this.state.samples + count) });
  }

  draw(state, before) {
    const { second, whole, fits } = this.picture;
    const guesses = this.guessed;
    const { columns, weights, predictions } = this;
    if (!before || state.rho !== before.rho) {
      columns.domain([165, 240], [165, 240]);
      columns.labels("flipper (mm)", "second column (mm)");
      this.birds.setAttribute("d", dots(columns, this.flipper, second));
    }
    this.bird.draw(...state.at, `${format(state.at[0])} and ${format(state.at[1])} mm`);

    // Around the middle of the cloud, in a frame that jumps rather than creeps.
    const slope = whole ? (whole.w1 + whole.w2) / 2 : this.sum / 2;
    const middle = Math.round(slope);
    const domain = frame(10, middle, whole ? [whole, ...fits].flatMap(({ w1, w2 }) => [w1, w2]) : [middle + 100]);
    weights.domain(domain, domain);
    weights.labels("weight of the first", "of the second");
    this.cloud.setAttribute("d", dots(weights, fits.map(({ w1 }) => w1), fits.map(({ w2 }) => w2)));
    this.zeros.setAttribute("d", level(weights, 0));
    this.family.setAttribute("d", whole ? "" : `M0 ${weights.y(2 * slope - domain[0])}L${weights.innerWidth} ${weights.y(2 * slope - domain[1])}`);

    const about = this.numbers.guess ?? 0;
    predictions.domain([0, Math.max(10, state.samples) + 1], frame(100, Math.round(about / 50) * 50, [...guesses, about]));
    predictions.labels("sample", "prediction (g)");
    this.guesses.setAttribute("d", dots(predictions, guesses.map((_, i) => i + 1), guesses));
    this.mean.setAttribute("d", whole ? level(predictions, about) : "");

    this.controls.forEach((control) => control.show(state));
    this.clearing.disabled = !state.samples;
  }

  words({ rho, samples, at }, { vif, spread1, spread2, spreadSum, spreadGuess, guess, negative }) {
    if (vif === null) return `The two columns are equal. No single pair of weights is the best: every pair on the dashed line has the same sum, ${format(this.sum, 3)}, and predicts the same.`;
    const first = `At a correlation of ${format(rho)} the VIF is ${format(vif, 3)}.`;
    const bird = `For a bird of ${format(at[0])} and ${format(at[1])} mm the prediction is ${format(guess, 4)} g`;
    if (spread1 === null) return `${first} ${bird}. Draw samples to see how firm that is.`;
    return `${first} Over ${format(samples)} samples the weights scatter by ${format(spread1, 3)} and ${format(spread2, 3)} g per mm, their sum by ${format(spreadSum, 3)}; the second is negative in ${negative}. ${bird}, and scatters by ${format(spreadGuess, 3)} g.`;
  }

  preamble({ rho, birds, samples, at }) {
    const start = ["import math", "", "import numpy as np", "", ...pythonArray("flipper", this.flipper), ...pythonArray("mass", this.mass), `rho, birds, samples = ${rho}, ${birds}, ${samples}`];
    if (!this.picture.whole) return start;
    return [
      ...start,
      "n = len(mass)",
      "",
      "",
      ...random.PYTHON_STREAM.split("\n"),
      "",
      "# The second column: noise without its mean and what the flippers say of it, mixed with the flippers.",
      "uniform = stream()",
      "noise = np.array([normal(next(uniform), next(uniform)) for _ in range(n)])",
      "dx = flipper - flipper.mean()",
      "for _ in range(2):",
      "    noise = noise - noise.mean() - (dx @ noise) / (dx @ dx) * dx",
      "noise = noise * np.sqrt(dx @ dx / (noise @ noise))",
      "second = flipper.mean() + rho * dx + np.sqrt(1 - rho**2) * noise",
      "",
      "",
      "def fit(rows):",
      "    X, y = np.column_stack([flipper, second])[rows], mass[rows]",
      "    w = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0]",
      "    return [*w, y.mean() - X.mean(axis=0) @ w]",
      "",
      "",
      "vif = np.linalg.inv(np.corrcoef(flipper, second))[0, 0]",
      "w1, w2, b = fit(np.arange(n))",
      `bird = np.array([${at[0]}, ${at[1]}, 1.0])`,
      "guess = bird @ (w1, w2, b)",
      "draws = [[int(n * next(uniform)) for _ in range(birds)] for _ in range(samples)]",
      "fits = np.array([fit(rows) for rows in draws]).reshape(-1, 3)",
      "guesses = fits @ bird",
    ];
  }
}

customElements.define("collinear-lab", CollinearLab);
