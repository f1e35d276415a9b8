// The numbers of resample-lab, and its tasks.

/** @import { Facts, Task } from "./types" */

/** @type {Facts} */
export const FACTS = {
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

/** @type {Task[]} */
export const TASKS = [
  {
    goal: "Draw 100 samples or more.",
    predict: {
      question: "Of 100 intervals of 95 %, how many miss the truth?",
      choices: ["None.", "About five, and you cannot know which.", "Exactly five."],
      right: 1,
    },
    start: (_, { model }) => ({ ...model.start(), samples: 0 }),
    done: (_, { samples }) => samples >= 100,
    why: "The promise is about the procedure. Draw again, and it is four, or seven: only over many draws it is five of a hundred.",
  },
  {
    goal: "Halve the mean width of the formula’s intervals, with points alone: noise and level stay.",
    predict: { question: "How many points will it take, from 10?", choices: ["About 20.", "A little under 40.", "About 100."], right: 1 },
    start: (_, { model }) => ({ ...model.start(), n: 10, samples: 100 }),
    done: ({ noise, sigma, level, n, samples }, { width }, { model }) =>
      noise === "bell" && sigma === 1.5 && level === 0.95 && n > 10 && samples >= 50 && width <= 0.5 * model.widthOfTen,
    why: "The error falls with the root of n, so four times as many points halve it. Student’s limit helps a little, as it is large for few points.",
  },
  {
    goal: "Find a noise with which the formula’s interval for the slope misses in more than 10 of 100, over 200 samples or more.",
    predict: { question: "Which noise will do that?", choices: ["Heavy tails.", "One that is loud at both ends."], right: 1 },
    start: (_, { model }) => ({ ...model.start(), n: 30, samples: 200 }),
    done: ({ target, level }, { heldShare, samples }) => target === "slope" && level === 0.95 && samples >= 200 && heldShare < 90,
    why: "The formula spreads the noise evenly over all points. Here it sits where the arm is longest. Tails hardly matter: an estimate is a mean of many.",
  },
  {
    goal: "Now the other way: make the bootstrap hold the truth in less than 88 of 100, while the formula holds it in 92 or more, over 200 samples or more.",
    predict: { question: "What does the bootstrap need most?", choices: ["Many points.", "The bell curve.", "A small noise."], right: 0 },
    start: (_, { model }) => ({ ...model.start(), n: 30, samples: 200 }),
    done: ({ level }, { heldShare, bootShare, samples }) => level === 0.95 && samples >= 200 && heldShare >= 92 && bootShare < 88,
    why: "It takes the sample for the world. Six points are a poor world: their spread is too small, and no limit of Student’s makes up for it.",
  },
];
