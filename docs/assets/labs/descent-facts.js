// The numbers of descent-lab, and its tasks.

/** @import { Facts, Task } from "./types" */

/** @type {Facts} */
export const FACTS = {
  step: { label: "steps taken", python: "len(path) - 1" },
  w: { label: "slope", python: "w", color: "line" },
  b: { label: "intercept", python: "b", color: "line" },
  loss: { label: "loss", python: "factor * np.mean(r**2)", color: "loss" },
  least: { label: "smallest loss", python: "least", color: "loss" },
  gap: { label: "gap between them", python: "gap", color: "loss" },
  gw: { label: "∂L/∂w", python: "tidy(factor * 2 * np.mean(r * x), factor * 2 * np.mean(size * abs(x)))", color: "gradient" },
  gb: { label: "∂L/∂b", python: "tidy(factor * 2 * np.mean(r), factor * 2 * np.mean(size))", color: "gradient" },
  inverse: { label: "1/λ_max", python: "1 / lam_max" },
  limit: { label: "2/λ_max, the limit", python: "2 / lam_max" },
  share: { label: "η in % of the limit", python: "100 * eta * lam_max / 2", color: "gradient" },
  needed: { label: "steps to a millionth", python: "max(1, np.ceil(np.log(1e-6) / np.log1p(-min(taken, 1 - 2**-53))))" },
  condition: { label: "λ_max / λ_min", python: "lam_max / lam_min" },
  max: { label: "λ of the steep direction", python: "lam_max" },
  min: { label: "λ of the level direction", python: "lam_min" },
  rateSteep: { label: "steep, computed", python: "tidy(abs(1 - eta * lam_max), 1)" },
  rateLevel: { label: "level, computed", python: "tidy(abs(1 - eta * lam_min), 1)" },
  measuredSteep: { label: "steep, measured", python: "measured(np.cos(angle), np.sin(angle))" },
  measuredLevel: { label: "level, measured", python: "measured(-np.sin(angle), np.cos(angle))" },
};

/** @type {Task[]} */
export const TASKS = [
  {
    goal: "Find the step size at which the loss neither falls nor rises, to within 1 %, and take 20 steps with it.",
    predict: { question: "Where will it be?", choices: ["At 1/λ_max.", "At 2/λ_max.", "There is none."], right: 1 },
    start: (_, { model }) => model.set("noisy-line"),
    done: ({ preset, points }, { share, step }) => preset === "noisy-line" && !points && Math.abs(share - 100) <= 1 && step >= 20,
    why: "There the factor of the steep direction is −1: each step lands as high on the other wall. Below it the loss falls, above it grows.",
  },
  {
    goal: "Without scaling: bring the gap to a millionth of what it was at the start, in at most 250 steps.",
    predict: {
      question: "Which step size does it best?",
      choices: ["The middle, 1/λ_max.", "One close below the limit.", "A small one, for safety."],
      right: 1,
    },
    start: (_, { model }) => model.set("noisy-line"),
    done: ({ preset, points, scaled, w, b }, { step, gap }, { model }) =>
      preset === "noisy-line" && !points && !scaled && !w && !b && step <= 250 && gap <= 1e-6 * model.walk.path.gap[0],
    why: "The level direction is the slow one, and only a large step moves along it. Too close to the limit, though, the steep one swings on for long.",
  },
  {
    goal: "Arrive at the best line in a single step.",
    predict: {
      question: "What makes that possible?",
      choices: ["A better start.", "Scaled points, and the step 1/λ_max.", "Nothing: there is always a rest."],
      right: 1,
    },
    start: (_, { model }) => model.set("noisy-line", { eta: 0.015 }),
    done: ({ preset, points, scaled, w, b }, { step, gap }) =>
      preset === "noisy-line" && !points && scaled && !w && !b && step === 1 && gap === 0,
    why: "On a circle every slope points at the bottom, and both directions have the same λ: one step size is right for both.",
  },
  {
    goal: "Start the search less than a tenth as far from the best line as zeros are, and make it diverge all the same.",
    predict: { question: "Can a good start rescue a step that is too large?", choices: ["Yes, if it is close enough.", "No."], right: 1 },
    start: (_, { model }) => model.set("noisy-line"),
    done: ({ preset, points, w, b }, _, { model }) => {
      const { surface, path } = model.walk;
      const { best } = surface;
      return preset === "noisy-line" && !points && path.diverged && Math.hypot(w - best.w, b - best.b) < 0.1 * Math.hypot(best.w, best.b);
    },
    why: "The factor of each direction is the same wherever you stand. Only the step size decides, and the start only how long it takes to be seen.",
  },
  {
    goal: "Take the sum in place of the mean, and make the search walk the path that η = 0.005 gives with the mean.",
    predict: {
      question: "What would 0.005 itself do with the sum of 200 squares?",
      choices: ["The same path.", "Creep.", "Explode."],
      right: 2,
    },
    start: (_, { model }) => model.set("noisy-line", { loss: "sum", step: 10 }),
    done: ({ preset, points, loss, eta }, { step }) =>
      preset === "noisy-line" && !points && loss === "sum" && Math.abs(eta - 0.000025) <= 2.5e-8 && step > 0,
    why: "A sum of 200 has 200 times the slope of their mean, so the step size is 0.005/200. The λ grow alike, and ηλ stays what it was.",
  },
];
