// <resample-lab>: samples of one truth; their lines pile up into a band, and two kinds of interval keep their promise or not.

import { Lab, button, h } from "./lab.js";
import { Plot, px } from "./plot.js";
import { format } from "./text.js";
import { curve, dots, key, upright } from "./judging-view.js";
import * as math from "./math.js";
import * as judging from "./judging.js";
import * as random from "./random.js";

const TRUTH = { slope: 3, intercept: 2 };
const RESAMPLES = 400;
const MOST = 500; // samples
const [FEWEST, LARGEST_N] = [5, 50];
const SHOWN = 40; // intervals in the picture, the last ones
const PILES = 24; // lines of the same path do not darken one another
const STARTS = [0, 10, 100, 1000];
const LEVELS = [0.5, 0.8, 0.9, 0.95, 0.99];

// kind -> name, how loud it is at each place (x from the left end, 0 to 10), and the same in Python
const NOISES = {
  bell: { name: "bell curve", loud: () => 1, python: "np.ones(n)" },
  funnel: { name: "a funnel", loud: (place) => 0.1 + 0.18 * place, python: "0.1 + 0.18 * place" },
  ends: { name: "loud at both ends", loud: (place) => 0.1 + 0.064 * (place - 5) ** 2, python: "0.1 + 0.064 * (place - 5) ** 2" },
  tails: { name: "heavy tails", loud: () => 1, python: "np.ones(n)" },
};

const FACTS = {
  samples: { label: "samples", python: "samples" },
  estimate: { label: "estimate, last sample", python: "estimates[-1]", color: "line" },
  error: { label: "its standard error", python: "errors[-1]", color: "line" },
  limit: { label: "limit of Student’s t", python: "limit" },
  low: { label: "formula: from", python: "low[-1]", color: "line" },
  high: { label: "formula: to", python: "high[-1]", color: "line" },
  bootLow: { label: "bootstrap: from", python: "boot_low[-1]", color: "line" },
  bootHigh: { label: "bootstrap: to", python: "boot_high[-1]", color: "line" },
  held: { label: "formula holds the truth", python: "np.sum(holds)" },
  heldShare: { label: "formula, in %", python: "100 * np.mean(holds)" },
  bootHeld: { label: "bootstrap holds it", python: "np.sum(boot_holds)" },
  bootShare: { label: "bootstrap, in %", python: "100 * np.mean(boot_holds)" },
  spread: { label: "spread of the estimates", python: "estimates.std()", color: "residual" },
  meanError: { label: "mean standard error", python: "errors.mean()", color: "residual" },
  width: { label: "mean width, formula", python: "np.mean(high - low)" },
  bootWidth: { label: "mean width, bootstrap", python: "np.mean(boot_high - boot_low)" },
};

const TASKS = [
  {
    goal: "Draw 100 samples or more.",
    predict: { question: "Of 100 intervals of 95 %, how many miss the truth?", choices: ["None.", "About five, and you cannot know which.", "Exactly five."], right: 1 },
    start: (state, lab) => ({ ...lab.start(), samples: 0 }),
    done: (state, { samples }) => samples >= 100,
    why: "The promise is about the procedure. Draw again, and it is four, or seven: only over many draws it is five of a hundred.",
  },
  {
    goal: "Halve the mean width of the formula’s intervals, with points alone: noise and level stay.",
    predict: { question: "How many points will it take, from 10?", choices: ["About 20.", "A little under 40.", "About 100."], right: 1 },
    start: (state, lab) => ({ ...lab.start(), n: 10, samples: 100 }),
    done: ({ noise, sigma, level, n, samples }, { width }, lab) => noise === "bell" && sigma === 1.5 && level === 0.95 && n > 10 && samples >= 50 && width <= 0.5 * lab.widthOfTen,
    why: "The error falls with the root of n, so four times as many points halve it. Student’s limit helps a little, as it is large for few points.",
  },
  {
    goal: "Find a noise with which the formula’s interval for the slope misses in more than 10 of 100, over 200 samples or more.",
    predict: { question: "Which noise will do that?", choices: ["Heavy tails.", "One that is loud at both ends."], right: 1 },
    start: (state, lab) => ({ ...lab.start(), n: 30, samples: 200 }),
    done: ({ target, level }, { heldShare, samples }) => target === "slope" && level === 0.95 && samples >= 200 && heldShare < 90,
    why: "The formula spreads the noise evenly over all points. Here it sits where the arm is longest. Tails hardly matter: an estimate is a mean of many.",
  },
  {
    goal: "Now the other way: make the bootstrap hold the truth in less than 88 of 100, while the formula holds it in 92 or more, over 200 samples or more.",
    predict: { question: "What does the bootstrap need most?", choices: ["Many points.", "The bell curve.", "A small noise."], right: 0 },
    start: (state, lab) => ({ ...lab.start(), n: 30, samples: 200 }),
    done: ({ level }, { heldShare, bootShare, samples }) => level === 0.95 && samples >= 200 && heldShare >= 92 && bootShare < 88,
    why: "It takes the sample for the world. Six points are a poor world: their spread is too small, and no limit of Student’s makes up for it.",
  },
];

class ResampleLab extends Lab {
  static heading = "Lab: draw it again";
  static facts = FACTS;
  static tasks = TASKS;
  static style = "judging.css";

  load() {
    this.widthOfTen = this.measure({ ...this.start(), n: 10, samples: 100 }).width;
  }

  start() {
    return { n: 20, noise: "bell", sigma: 1.5, from: 0, target: "slope", level: 0.95, first: 0, samples: 1 };
  }

  check({ n, noise, sigma, from, target, level, first, samples }) {
    const whole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
    if (!whole(n, FEWEST, LARGEST_N) || !whole(samples, 0, MOST) || !whole(first, 0, MOST)) throw new Error("it asks for samples that cannot be drawn");
    if (!Object.hasOwn(NOISES, noise) || !(sigma >= 0.1 && sigma <= 5)) throw new Error("its noise is unknown");
    if (!STARTS.includes(from) || !LEVELS.includes(level) || !Object.hasOwn(TRUTH, target)) throw new Error("it has a setting that this lab lacks");
    return { n, noise, sigma, from, target, level, first, samples };
  }

  // What does not hang on level, size of the noise, or place: for each sample the noise itself, its fit (slope and mean), the spread of
  // what is left, and the fits of all resamples. Drawn from the row of random numbers in this order: resamples, then sample by sample.
  #drawn(n, noise, count) {
    if (this.world?.n !== n || this.world.noise !== noise) {
      const uniform = random.stream();
      const next = () => uniform.next().value;
      const place = Array.from({ length: n }, (_, i) => (10 * i) / (n - 1));
      const resamples = [];
      while (resamples.length < RESAMPLES) {
        const rows = Array.from({ length: n }, () => random.integer(n, next()));
        if (rows.some((row) => row !== rows[0])) resamples.push(this.#weigh(place, rows));
      }
      const loud = place.map(NOISES[noise].loud);
      this.world = { n, noise, next, place, dx: math.centered(place).differences, loud, resamples, samples: [] };
    }
    const { next, loud, dx, resamples, samples } = this.world;
    const sxx = math.sumOf(n, (i) => dx[i] ** 2);
    while (samples.length < count) {
      const raw = loud.map((size) => size * (noise === "tails" ? random.laplace : random.normal)(next(), next()));
      const level = math.mean(raw);
      const slope = math.sumOf(n, (i) => dx[i] * raw[i]) / sxx;
      const s = Math.sqrt(math.sumOf(n, (i) => (slope * dx[i] + level - raw[i]) ** 2) / (n - 2));
      const [slopes, levels] = [new Float64Array(RESAMPLES), new Float64Array(RESAMPLES)];
      resamples.forEach(({ forSlope, forLevel }, k) => {
        let [slopeOf, levelOf] = [0, 0];
        for (let i = 0; i < n; i++) {
          slopeOf += forSlope[i] * raw[i];
          levelOf += forLevel[i] * raw[i];
        }
        [slopes[k], levels[k]] = [slopeOf, levelOf];
      });
      samples.push({ raw, level, slope, s, slopes, levels });
    }
    return this.world;
  }

  // The fit to some rows is a weighted sum of their y: the weights for the slope, and for the height in the middle of x.
  #weigh(place, rows) {
    const n = rows.length;
    const counts = new Float64Array(n);
    for (const row of rows) counts[row]++;
    const middle = math.sumOf(n, (i) => counts[i] * place[i]) / n;
    const sxx = math.sumOf(n, (i) => counts[i] * (place[i] - middle) ** 2);
    const forSlope = counts.map((count, i) => (count * (place[i] - middle)) / sxx);
    const forLevel = counts.map((count, i) => count / n + (5 - middle) * forSlope[i]);
    return { forSlope, forLevel };
  }

  measure({ n, noise, sigma, from, target, level, first, samples }) {
    const world = this.#drawn(n, noise, first + samples);
    const sxx = math.sumOf(n, (i) => world.dx[i] ** 2);
    const limit = judging.tLimit(n - 2, level);
    const middle = from + 5;
    const truth = TRUTH[target];
    // Slope and height in the middle make the intercept. The size of the noise only scales them, and so the percentiles too.
    const unit = (slope, height) => (target === "slope" ? slope : height - middle * slope);
    const factor = Math.sqrt(target === "slope" ? 1 / sxx : 1 / n + middle ** 2 / sxx);
    const kind = [target, from, level].join();
    this.rows = world.samples.slice(first, first + samples).map((sample) => {
      if (sample.kind !== kind) {
        const sorted = sample.slopes.map((slope, k) => unit(slope, sample.levels[k])).sort();
        Object.assign(sample, { kind, ends: [1 - level, 1 + level].map((share) => judging.quantile(sorted, share / 2)) });
      }
      const estimate = truth + sigma * unit(sample.slope, sample.level);
      const error = sigma * factor * sample.s;
      const [bootLow, bootHigh] = sample.ends.map((end) => truth + sigma * end);
      const [low, high] = [estimate - limit * error, estimate + limit * error];
      return { estimate, error, low, high, bootLow, bootHigh, held: low <= truth && truth <= high, bootHeld: bootLow <= truth && truth <= bootHigh };
    });
    const { rows } = this;
    if (!rows.length) return { samples, limit };
    const held = rows.filter((row) => row.held).length;
    const bootHeld = rows.filter((row) => row.bootHeld).length;
    const average = (f) => math.mean(rows.map(f));
    const { estimate, error, low, high, bootLow, bootHigh } = rows.at(-1);
    return {
      samples, estimate, error, limit, low, high, bootLow, bootHigh,
      held,
      heldShare: (100 * held) / samples,
      bootHeld,
      bootShare: (100 * bootHeld) / samples,
      spread: samples > 1 ? judging.deviation(rows.map((row) => row.estimate)) : null,
      meanError: average((row) => row.error),
      width: average((row) => row.high - row.low),
      bootWidth: average((row) => row.bootHigh - row.bootLow),
    };
  }

  build(body) {
    const relaid = () => this.refresh();
    this.lines = new Plot({ label: "The truth, the points of the last sample, and the lines of all samples", relaid, shape: 1, left: 48 });
    this.intervals = new Plot({ label: "Intervals of the last samples, and the truth", relaid, shape: 1, left: 40 });
    this.plots = [this.lines, this.intervals];
    this.piles = Array.from({ length: PILES }, () => this.lines.layer("lab-pile", "path"));
    this.last = this.lines.layer("lab-line", "path");
    this.points = this.lines.layer("lab-sample-points", "path");
    this.truths = this.plots.map((plot) => plot.layer("lab-truth", "path"));
    this.bars = ["lab-interval", "lab-interval-missing", "lab-interval lab-dotted", "lab-interval-missing"].map((name) => this.intervals.layer(name, "path"));
    const put = (name) => (value, options) => void this.change({ [name]: value }, options);
    const noises = Object.entries(NOISES).map(([name, { name: label }]) => [name, label]);
    this.controls = [
      this.slider("Points n", { steps: LARGEST_N - FEWEST, from: (place) => place + FEWEST, to: (n) => n - FEWEST, text: format }, (state) => state.n, put("n")),
      this.slider("Noise σ", { steps: 49, from: (place) => (place + 1) / 10, to: (sigma) => Math.round(10 * sigma) - 1, text: format }, (state) => state.sigma, put("sigma")),
      this.select("Kind of noise", noises, (state) => state.noise, put("noise")),
      this.select("x runs from", STARTS.map((start) => [String(start), `${format(start)} to ${format(start + 10)}`]), (state) => String(state.from), (value) => this.change({ from: Number(value) })),
      this.select("Level", LEVELS.map((level) => [String(level), `${format(100 * level)} %`]), (state) => String(state.level), (value) => this.change({ level: Number(value) })),
      this.choice("Interval for the", Object.keys(TRUTH).map((name) => [name, name]), (state) => state.target, put("target")),
    ];
    const [n, sigma, noise, from, level, target] = this.controls.map((control) => control.element);
    const drawing = [1, 10, 100].map((count) => button(`Draw ${count}`, () => this.#draw(count), { "aria-label": `Draw ${count} more ${count > 1 ? "samples" : "sample"}` }));
    this.clearing = button("Clear, and draw others", () => this.#clear());
    body.append(
      h("div", { class: "lab-row" }, ...drawing, this.clearing, target),
      h("div", { class: "lab-plots" }, ...this.plots.map((plot) => plot.box)),
      this.sentence,
      n, sigma,
      h("div", { class: "lab-row" }, noise, from, level),
      h("p", { class: "lab-row lab-aside" }, key("formula"), key("bootstrap", "lab-dotted"), key("truth", "lab-dashed", "lab-key-truth"), "Thick and red: the truth is missed."),
      this.factList(Object.keys(FACTS)),
      this.more("What is drawn", () => h("ul", {},
        h("li", {}, "The truth is the line with intercept 2 and slope 3, at n places evenly from one end of x to the other. A sample is a new noise at the same places."),
        h("li", {}, `The formula’s interval takes the standard error and Student’s limit. The bootstrap’s goes from one percentile to the other of ${RESAMPLES} fits to resampled points. (A resample that holds a single point again and again has no slope, and is drawn anew.)`),
        h("li", {}, "σ is the spread of the bell curve and of the heavy tails (Laplace’s noise). In a funnel the spread grows from a tenth of σ at the left end to 1.9 σ, and at both loud ends it is 1.7 σ."))),
    );
  }

  connect() {
    this.plots.forEach((plot) => plot.connect());
  }

  disconnect() {
    this.plots?.forEach((plot) => plot.disconnect());
  }

  #draw(count) {
    if (this.state.samples >= MOST) return this.say(`This lab holds ${MOST} samples. Clear them to draw others.`);
    this.say("");
    this.change({ samples: Math.min(MOST, this.state.samples + count) });
  }

  // The next ones come from further along the row; at its end they come from the beginning again.
  #clear() {
    const first = this.state.first + this.state.samples;
    this.say("");
    this.change({ samples: 0, first: first > MOST ? 0 : first });
  }

  draw(state, before) {
    const { lines, intervals, rows, world } = this;
    const { n, sigma, from, target, first, samples } = state;
    const truth = TRUTH[target];
    if (!before || before.from !== from) {
      lines.domain([from - 1, from + 11], [2 + 3 * from - 8, 2 + 3 * (from + 10) + 8]);
      lines.labels("x", "y");
    }
    const ends = lines.x.domain();
    // A sample's line: the truth and the line through its noise, whose x counts from the middle.
    const at = ({ slope, level }, x) => 2 + 3 * x + sigma * (level + slope * (x - from - 5));
    const piles = Array(PILES).fill("");
    world.samples.slice(first, first + samples).forEach((sample, k) => {
      piles[k % PILES] += `M${px(lines.x(ends[0]))} ${px(lines.y(at(sample, ends[0])))}L${px(lines.x(ends[1]))} ${px(lines.y(at(sample, ends[1])))}`;
    });
    this.piles.forEach((path, k) => path.setAttribute("d", piles[k]));
    const last = world.samples[first + samples - 1];
    const xs = world.place.map((place) => from + place);
    this.points.setAttribute("d", samples ? dots(lines, xs, xs.map((x, i) => 2 + 3 * x + sigma * last.raw[i])) : "");
    this.last.setAttribute("d", samples ? curve(lines, ends, ends.map((x) => at(last, x))) : "");
    this.truths[0].setAttribute("d", curve(lines, ends, ends.map((x) => 2 + 3 * x)));

    const shown = rows.slice(-SHOWN);
    const reach = shown.reduce((most, row) => Math.max(most, truth - row.low, row.high - truth, truth - row.bootLow, row.bootHigh - truth), 0) || 1;
    const half = 2 ** Math.ceil(Math.log2(reach));
    const top = Math.max(SHOWN, samples);
    intervals.domain([truth - half, truth + half], [top - SHOWN, top + 1]);
    intervals.labels(target, "sample");
    const paths = ["", "", "", ""];
    shown.forEach((row, k) => {
      const bar = (low, high, place) => `M${px(intervals.x(low))} ${px(intervals.y(place))}H${px(intervals.x(high))}`;
      const place = samples - shown.length + k + 1;
      paths[row.held ? 0 : 1] += bar(row.low, row.high, place + 0.18);
      paths[row.bootHeld ? 2 : 3] += bar(row.bootLow, row.bootHigh, place - 0.18);
    });
    this.bars.forEach((path, k) => path.setAttribute("d", paths[k]));
    this.truths[1].setAttribute("d", upright(intervals, truth));
    this.controls.forEach((control) => control.show(state));
    this.clearing.disabled = !samples;
  }

  words({ level, target, samples, n }, { held, heldShare, bootHeld, bootShare, spread, meanError, low, high, bootLow, bootHigh }) {
    const promise = `interval of ${format(100 * level)} %`;
    if (!samples) return `No sample yet: draw one. It will have ${format(n)} points.`;
    if (samples === 1) return `One sample of ${format(n)} points. The formula’s ${promise} for the ${target} goes from ${format(low, 3)} to ${format(high, 3)}, the bootstrap’s from ${format(bootLow, 3)} to ${format(bootHigh, 3)}. The truth, ${TRUTH[target]}, is ${held ? "inside" : "outside"} the first and ${bootHeld ? "inside" : "outside"} the second.`;
    return `Over ${format(samples)} samples the formula’s ${promise} for the ${target} holds the truth in ${held} (${format(heldShare, 3)} %), the bootstrap’s in ${bootHeld} (${format(bootShare, 3)} %). The estimates scatter by ${format(spread, 3)}; the mean standard error is ${format(meanError, 3)}.`;
  }

  preamble({ n, noise, sigma, from, target, level, first, samples }) {
    const start = ["import math", "", "import numpy as np", "from scipy.special import stdtrit", "", `n, samples = ${n}, ${samples}`, `limit = stdtrit(n - 2, (1 + ${level}) / 2)`];
    if (!samples) return start;
    const slope = target === "slope";
    return [
      ...start,
      "",
      "",
      ...random.PYTHON_STREAM.split("\n"),
      ...(noise === "tails" ? ["", "def normal(u, v):  # not the bell curve: Laplace's noise, brought to spread 1", "    return math.floor(1000 * (1 if v < 0.5 else -1) * math.log(u) * math.sqrt(0.5) + 0.5) / 1000", "", ""] : [""]),
      "uniform = stream()",
      "place = 10 * np.arange(n) / (n - 1)",
      `x, loud = ${from} + place, ${NOISES[noise].python}`,
      "resamples = []",
      `while len(resamples) < ${RESAMPLES}:`,
      "    rows = [int(n * next(uniform)) for _ in range(n)]",
      "    if min(rows) < max(rows):  # a single point has no slope",
      "        resamples.append(rows)",
      `noise = [[normal(next(uniform), next(uniform)) for _ in range(n)] for _ in range(${first} + samples)]`,
      `y = 2 + 3 * x + ${sigma} * loud * np.array(noise)[${first}:]`,
      "",
      "",
      "def fit(x, y):",
      '    """Slope and intercept along the last axis."""',
      "    dx = x - x.mean(axis=-1, keepdims=True)",
      "    slope = np.sum(dx * y, axis=-1) / np.sum(dx**2, axis=-1)",
      "    return slope, y.mean(axis=-1) - slope * x.mean(axis=-1)",
      "",
      "",
      "slopes, intercepts = fit(x, y)",
      "rest = slopes[:, np.newaxis] * x + intercepts[:, np.newaxis] - y",
      "s = np.sqrt(np.sum(rest**2, axis=1) / (n - 2))",
      "sxx = np.sum((x - x.mean()) ** 2)",
      slope ? "truth, estimates, errors = 3, slopes, s / np.sqrt(sxx)" : "truth, estimates, errors = 2, intercepts, s * np.sqrt(1 / n + x.mean() ** 2 / sxx)",
      "low, high = estimates - limit * errors, estimates + limit * errors",
      `again = [fit(x[resamples], points[resamples])[${slope ? 0 : 1}] for points in y]`,
      `boot_low, boot_high = np.percentile(again, [100 * (1 - ${level}) / 2, 100 * (1 + ${level}) / 2], axis=1)`,
      "holds = (low <= truth) & (truth <= high)",
      "boot_holds = (boot_low <= truth) & (truth <= boot_high)",
    ];
  }
}

customElements.define("resample-lab", ResampleLab);
