// What a lab's model answers, for tests in Python: reads {lab, question, states} from standard input and writes a list of answers.

import { readFileSync } from "node:fs";
import * as judging from "../../docs/assets/labs/judging.js";
import { program, textOf } from "../../docs/assets/labs/program.js";
import * as random from "../../docs/assets/labs/random.js";
import { format } from "../../docs/assets/labs/text.js";
import { LABS } from "./labs.js";

const { lab, question, states } = JSON.parse(readFileSync(0, "utf8"));
const { FACTS, make } = LABS[lab];
const model = make();
const whole = (patch) => model.check({ ...model.start(), ...patch });

const QUESTIONS = {
  start: () => model.start(),
  set: (name) => model.set(name),
  // The best line of fit-lab, as its button takes it.
  best: (patch) => {
    const state = whole(patch);
    model.measure(state);
    return model.bestFor(state);
  },
  numbers: (patch) => ({ ...model.measure(whole(patch)) }),
  // Of a whole state, with numbers beyond what a reader may type.
  measured: (state) => model.measure(state),
  // The walk of descent-lab beside its numbers.
  walk: (patch) => {
    const numbers = model.measure(whole(patch));
    const { path, k, scale } = model.walk;
    const steps = Array.from({ length: k + 1 }, (_, i) => [path.w[i], path.b[i]]);
    return { numbers, path: steps, column: scale.z, diverged: path.diverged, loss: path.loss.slice(0, k + 1) };
  },
  // The program of a state, and what it has to print.
  program: (patch) => {
    const state = whole(patch);
    const numbers = model.measure(state);
    const shown = Object.fromEntries(
      Object.entries(FACTS).map(([key, { label }]) => [textOf(label, state, numbers), format(numbers[key])]),
    );
    return { text: program(lab, FACTS, model, state, numbers), shown };
  },
  // The points that degree-lab begins with.
  points: () => model.fit,
  uniform: (count) => {
    const row = random.stream();
    return Array.from({ length: count }, () => row.next().value);
  },
  python: () => random.PYTHON_STREAM,
  limit: ([df, level]) => judging.tLimit(df, level),
};

process.stdout.write(JSON.stringify(states.map(QUESTIONS[question])));
