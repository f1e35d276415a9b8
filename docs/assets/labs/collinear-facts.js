// The numbers of collinear-lab, and its tasks.

/** @import { Facts, Task } from "./types" */

/** @type {Facts} */
export const FACTS = {
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

/** @type {Task[]} */
export const TASKS = [
  {
    goal: "Bring the VIF to 10, give or take 1.",
    predict: { question: "At which correlation is it 10?", choices: ["0.5", "0.95", "0.999"], right: 1 },
    start: (_, { model }) => model.start(),
    done: (_, { vif }) => vif !== null && Math.abs(vif - 10) <= 1,
    why: "1 - 0.95² is about a tenth. Correlations that look alike, 0.95 and 0.9975, are a VIF of 10 and of 200.",
  },
  {
    goal: "Drag the new bird to a place where its prediction scatters by more than 300 g, both measurements between 175 and 230 mm.",
    predict: {
      question: "Where will that be?",
      choices: [
        "At one of the ends of the cloud.",
        "Nowhere: predictions do not suffer.",
        "Beside the cloud, where the two columns disagree.",
      ],
      right: 2,
    },
    start: (_, { model }) => model.start(),
    done: ({ at }, { spreadGuess }) => spreadGuess > 300 && at.every((value) => value >= 175 && value <= 230),
    why: "Along the cloud only the sum of the weights counts, and that is firm. Beside it their difference counts, which nobody knows.",
  },
  {
    goal: "Make the two columns exactly equal.",
    predict: {
      question: "What is left of the two weights?",
      choices: ["Both are zero.", "Each is half of the old one.", "Their sum, and nothing else."],
      right: 2,
    },
    start: (_, { model }) => model.start(),
    done: ({ rho }) => rho === 1,
    why: "All pairs on the drawn line predict the same for every bird. A solver returns one of them, by its own habit.",
  },
  {
    goal: "Bring the spread of the first weight below 12, with at least 50 samples and without touching the correlation.",
    predict: { question: "What can help?", choices: ["More samples.", "More birds in each sample.", "Nothing."], right: 1 },
    start: (_, { model }) => ({ ...model.start(), rho: 0.99, birds: 50 }),
    done: ({ rho }, { spread1, samples }) => rho === 0.99 && samples >= 50 && spread1 < 12,
    why: "More samples only show the spread better. Four times as many birds halve it: enough data make up even for a large VIF.",
  },
];
