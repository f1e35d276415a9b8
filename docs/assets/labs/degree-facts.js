// The numbers of degree-lab, its tasks, and the points that it begins with.

/** @import { Facts, Task } from "./types" */

// The first draw is the chapter's: the points of its figure.
export const CHAPTER = {
  train: [1.05, 3.61, 0.6, 3.47, 4.14, 3.27, 1.09, 0.73, -0.97, -0.25, 0.71, 1.29, 3.35, 5.9, 5.39],
  test: [
    1.54, 2.1, 3.12, 1.78, 3.63, 1.74, 2.16, 3.33, 3.73, 1.97, 1.88, 3.94, 2.62, 4.51, 3.46, 3.08, 2.64, 2.95, 1.5, 2.32, 0.29, 0.18, -0.66,
    0.27, -0.6, -1.75, 0.92, -1.57, -1.37, -0.84, 0.62, -1.1, 0.0, -0.28, -1.47, 1.22, 1.92, 1.17, 1.93, 0.98, 1.49, 3.15, 4.66, 4.02, 5.19,
    6.22, 5.63, 6.33, 7.34, 4.72,
  ],
};

/** @type {Facts} */
export const FACTS = {
  degree: { label: "degree", python: "degree" },
  train: { label: "training error", python: "train[degree]", color: "loss" },
  test: { label: "test error", python: "test[degree]", color: "loss" },
  trainR2: { label: "R², training", python: "1 - train[degree] / np.var(y)" },
  testR2: { label: "R², test", python: "1 - test[degree] / np.var(y_test)" },
  best: { label: "degree with the least test error", python: "np.argmin(test)" },
  least: { label: "its test error", python: "np.min(test)", color: "loss" },
  noise: { label: "variance of the noise", python: "sigma**2" },
};

/** @type {Task[]} */
export const TASKS = [
  {
    goal: "Raise the degree until the training error is 0.",
    predict: { question: "At which degree does that happen, with 15 points?", choices: ["7", "14", "Never: there is noise."], right: 1 },
    start: (_, { model }) => model.start(),
    done: ({ n }, { train }) => n === 15 && train === 0,
    why: "Fifteen coefficients satisfy fifteen equations. The curve has learned the noise by heart, and the test error tells.",
  },
  {
    goal: "Choose the degree with the least test error, with your eyes on the upper picture.",
    start: (_, { model }) => ({ ...model.start(), degree: 14 }),
    done: ({ degree }, { best }) => degree === best,
    why: "Below it the curve cannot bend as the wave does. Above it, it bends for the noise.",
  },
  {
    goal: "Draw the data anew five times or more.",
    predict: { question: "Will the best degree always be the same?", choices: ["Yes: the truth stays the same.", "No."], right: 1 },
    start: (_, { model }) => model.start(),
    done: ({ draw }) => draw >= 5,
    why: "Training and test points are samples. Several degrees are nearly as good, and luck decides among them: one reason for cross-validation.",
  },
  {
    goal: "Keep degree 14, and bring its test error below 1.5 times the variance of the noise.",
    predict: {
      question: "What tames a curve of degree 14?",
      choices: ["More points.", "A quieter noise.", "Nothing: it is too flexible."],
      right: 0,
    },
    start: (_, { model }) => ({ ...model.start(), degree: 14 }),
    done: ({ degree }, { test, noise }) => degree === 14 && test < 1.5 * noise,
    why: "Overfitting is not a matter of the degree alone, but of parameters per point. With less noise, both errors fall alike.",
  },
];
