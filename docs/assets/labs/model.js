// What a lab is about, without a page: its states, its numbers, what is said of them, and the program that prints them.

import { format } from "./text.js";

/**
 * A number that a lab can show, and the expression that makes it in the program.
 * @typedef {string | ((state: any, numbers: Numbers) => string)} Text
 * @typedef {{ label: Text, python: Text, color?: string }} Fact
 * @typedef {Record<string, Fact>} Facts
 */

/**
 * All numbers of a state, by the names of the facts; null where there is none.
 * @typedef {Record<string, any>} Numbers
 */

/**
 * A task counts as done when `done` holds after something that the reader did.
 * `lab` has the model, and in `used` the names of what was done since the task began.
 * @typedef {{
 *   goal: string,
 *   predict?: { question: string, choices: string[], right: number },
 *   start?: (state: any, lab: any) => object,
 *   done: (state: any, numbers: Numbers, lab: any) => boolean,
 *   why: string,
 * }} Task
 */

/** @param {Text} text @param {any} state @param {Numbers} numbers */
export const textOf = (text, state, numbers) => (typeof text === "function" ? text(state, numbers) : text);

/**
 * A subclass has all of these. A state is plain data, of type S.
 * @template S
 */
export class Model {
  /** The first state. @returns {S} */
  start() {
    throw new Error("a model needs start()");
  }

  /** The state of a link, if it may be used; else throws an Error with a sentence. @param {any} _state @returns {S} */
  check(_state) {
    throw new Error("a model needs check()");
  }

  /** @param {S} _state @returns {Numbers} */
  measure(_state) {
    throw new Error("a model needs measure()");
  }

  /** What is seen, in a sentence or two. @param {S} _state @param {Numbers} _numbers @returns {string} */
  words(_state, _numbers) {
    throw new Error("a model needs words()");
  }

  /** The lines of Python before the prints. @param {S} _state @returns {string[]} */
  preamble(_state) {
    throw new Error("a model needs preamble()");
  }
}

/**
 * The program that prints the numbers on the screen: each under its label, in the order of `facts`. The model has measured this state last.
 * @param {string} title @param {Facts} facts @param {Model<any>} model @param {any} state @param {Numbers} numbers
 */
export function program(title, facts, model, state, numbers) {
  const lines = Object.entries(facts)
    .filter(([key]) => Number.isFinite(numbers[key]))
    .map(([, { label, python }]) => `print(f"${textOf(label, state, numbers)}: {${textOf(python, state, numbers)}:,.6g}")`);
  return [`# ${title}`, ...model.preamble(state), "", ...lines, ""].join("\n");
}

/**
 * All numbers as they are shown, by label.
 * @param {Facts} facts @param {any} state @param {Numbers} numbers
 */
export function shown(facts, state, numbers) {
  return Object.fromEntries(Object.entries(facts).map(([key, { label }]) => [textOf(label, state, numbers), format(numbers[key])]));
}

/** Whether a value is a whole number within bounds. @param {any} value @param {number} least @param {number} most */
export const whole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
