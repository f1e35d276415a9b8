// The numbers of outlier-lab, and its tasks.

/** @import { Facts, Points, Task } from "./types" */

export const LOSSES = { ls: "least squares", hu: "Huber", la: "absolute values" };
const LARGE = 1; // the usual mark above which a Cook's distance is looked at

export const ACCOMPLICES = {
  x: [
    // biome-ignore lint/suspicious/noApproximativeNumericConstant: one of them lies near log₂ e
    5.118, 9.505, 1.442, 9.486, 3.118, 4.233, 8.277, 4.092, 5.496, 0.276, 7.535, 5.381, 3.297, 7.884, 3.032, 4.535, 1.34, 4.031, 2.035,
    2.623, 20, 20.5, 21,
  ],
  y: [
    17.367, 30.101, 8.266, 31.97, 7.288, 11.866, 26.569, 13.643, 18.808, 3.153, 27.782, 16.476, 11.326, 28.717, 12.066, 16.6, 5.25, 11.621,
    8.355, 10.033, 10, 10, 11,
  ],
};

/** @type {Facts} */
export const FACTS = {
  n: { label: "points n", python: "n" },
  ...Object.fromEntries(
    Object.entries(LOSSES).flatMap(([name, loss]) => [
      [`${name}W`, { label: `${loss}: slope`, python: `lines['${name}'][0]`, color: "line" }],
      [`${name}B`, { label: `${loss}: intercept`, python: `lines['${name}'][1]`, color: "line" }],
      [`${name}R`, { label: `${loss}: r of the chosen point`, python: `off('${name}')`, color: "residual" }],
    ]),
  ),
  leverage: { label: "its leverage h", python: "h[chosen]", color: "data" },
  cook: { label: "its Cook’s distance D", python: "cook(chosen)", color: "residual" },
  without: { label: "slope without it", python: "without(chosen)", color: "line" },
  most: { label: "largest D of all", python: "max(cook(i) for i in range(n) if 1 - h[i] > 1e-9)", color: "residual" },
};

/** Whether nothing but wild points was taken away, and none was moved. @param {Points} points */
const onlyWildGone = ({ x, y }) => {
  const there = x.map((value, i) => ACCOMPLICES.x.findIndex((own, k) => own === value && ACCOMPLICES.y[k] === y[i]));
  return there.every((place) => place >= 0) && Array.from({ length: 20 }, (_, k) => k).every((k) => there.includes(k));
};

/** @type {Task[]} */
export const TASKS = [
  {
    goal: "Move one point until the slope of least squares is 0.3 away from where it began, and Huber’s less than 0.1.",
    predict: {
      question: "What about the point decides how far Huber’s line follows it?",
      choices: ["How far it is lifted.", "Where it stands, once it is far off.", "Nothing: the line stays."],
      right: 1,
    },
    start: (_, { model }) => model.set("twenty"),
    done: ({ preset, x, y }, { lsW, huW }, { model }) => {
      const { line, points } = model.origin;
      const moved = x.filter((xi, i) => xi !== points.x[i] || y[i] !== points.y[i]).length;
      return (
        preset === "twenty" &&
        x.length === points.x.length &&
        moved === 1 &&
        Math.abs(lsW - line.ls) >= 0.3 &&
        huW !== null &&
        Math.abs(huW - line.hu) < 0.1
      );
    },
    why: "Beyond the cut a residual pulls with a constant force, however large it is. What is left is the arm, and that is the place.",
  },
  {
    goal: "Give one point a Cook’s distance above 1, while another point has a larger residual (least squares).",
    predict: {
      question: "Which point can do that?",
      choices: ["One far away in x.", "One far away in y.", "One in the middle of the others."],
      right: 0,
    },
    start: (_, { model }) => model.set("twenty"),
    done: (_, { cook, lsR }, { model }) => cook > LARGE && model.sizes.some((size) => size > Math.abs(lsR)),
    why: "Cook’s distance multiplies pull and arm. A point with a long arm drags the line close to itself, and hides its residual.",
  },
  {
    goal: "Three wild points hold the line. Delete as many of them as you must, and no other, until the slope of least squares is above 2.5.",
    predict: {
      question: "With all three there, how large is the largest Cook’s distance?",
      choices: ["Far above 1.", "Below 1."],
      right: 1,
    },
    start: (_, { model }) => model.set("accomplices"),
    done: (state, { lsW }) => state.preset === "accomplices" && lsW > 2.5 && onlyWildGone(state),
    why: "As long as one is left, it rules. Cook’s distance found nothing while there were three: it leaves out one point at a time.",
  },
  {
    goal: "Raise the cut until Huber’s line is that of least squares.",
    start: (_, { model }) => ({ ...model.set("anscombe-3"), cut: 0.1 }),
    done: ({ preset }, { lsW, huW }) => preset === "anscombe-3" && huW !== null && Math.abs(huW - lsW) < 1e-9,
    why: "Now no residual exceeds the cut: all are squared. With a small cut it is close to the line of the absolute values.",
  },
];
