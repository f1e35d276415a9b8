// The program that a lab gives: it prints the numbers on the screen.

/** @import { FactText, Facts, Model, Numbers } from "./types" */

/** @param {FactText} text @param {any} state @param {Numbers} numbers */
export const textOf = (text, state, numbers) => (typeof text === "function" ? text(state, numbers) : text);

/**
 * Each number under its label, in the order of `facts`. The model has measured this state last.
 * @param {string} title @param {Facts} facts @param {Model} model @param {any} state @param {Numbers} numbers
 */
export function program(title, facts, model, state, numbers) {
  const lines = Object.entries(facts)
    .filter(([key]) => Number.isFinite(numbers[key]))
    .map(([, { label, python }]) => `print(f"${textOf(label, state, numbers)}: {${textOf(python, state, numbers)}:,.6g}")`);
  return [`# ${title}`, ...model.preamble(state), "", ...lines, ""].join("\n");
}
