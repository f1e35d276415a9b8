// The controls of a lab. Each shows its part of the state, and hands on what a reader makes of it.

import { h } from "../dom.js";
import { newId, setText } from "./elements.js";
import { format, parseNumber } from "./text.js";
/** @import { AnyLab, Control, SliderScale } from "./types" */

/**
 * A field for a number. `get(state)` shows it; `set(value)` takes it over, or gives a sentence that says why not.
 * @param {AnyLab} lab @param {string} label @param {(state: any) => number} get @param {(value: number) => string | void} set @returns {Control}
 */
export function field(lab, label, get, set) {
  const id = newId();
  const input = h("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", size: 9 });
  const shown = (value) => String(Number(value.toPrecision(7))).replace("-", "−");
  const take = () => {
    const old = get(lab.state);
    if (input.value === shown(old)) return;
    const { value, problem } = parseNumber(input.value, label);
    const refused = problem ?? set(value);
    lab.say(refused ? `${refused} ${label} stays at ${format(old)}.` : "", input);
    input.value = shown(get(lab.state));
  };
  input.addEventListener("change", take);
  input.addEventListener("keydown", (event) => event.key === "Enter" && take());
  return {
    element: h("span", { class: "lab-field" }, h("label", { for: id }, label), input),
    show: (state) => {
      if (document.activeElement !== input) input.value = shown(get(state));
    },
  };
}

/**
 * Radio buttons.
 * @param {string} legend @param {string[][]} choices [[value, label], …]
 * @param {(state: any) => string} get @param {(value: string) => void} set @returns {Control}
 */
export function choice(legend, choices, get, set) {
  const name = newId();
  const inputs = choices.map(([value]) => h("input", { type: "radio", name, value, onchange: () => set(value) }));
  return {
    element: h(
      "fieldset",
      { class: "lab-choice" },
      h("legend", {}, legend),
      ...choices.map(([, label], i) => h("label", {}, inputs[i], label)),
    ),
    show: (state) => {
      for (const input of inputs) input.checked = input.value === get(state);
    },
  };
}

/** @param {string} label @param {(state: any) => boolean} get @param {(on: boolean) => void} set @returns {Control} */
export function toggle(label, get, set) {
  const input = h("input", { type: "checkbox", onchange: () => set(input.checked) });
  return {
    element: h("label", { class: "lab-toggle" }, input, label),
    show: (state) => {
      input.checked = get(state);
    },
  };
}

/** @param {string} label @param {string[][]} choices @param {(state: any) => string} get @param {(value: string) => void} set @returns {Control} */
export function select(label, choices, get, set) {
  const id = newId();
  const list = h("select", { id, onchange: () => set(list.value) }, ...choices.map(([value, text]) => h("option", { value }, text)));
  return {
    element: h("span", { class: "lab-field" }, h("label", { for: id }, label), list),
    show: (state) => {
      list.value = get(state);
    },
  };
}

/**
 * A slider.
 * @param {AnyLab} lab @param {string} label
 * @param {SliderScale} scale
 * @param {(state: any) => number} get @param {(value: number, options?: { live: boolean }) => void} set @returns {Control}
 */
export function slider(lab, label, { steps = 100, from, to, text }, get, set) {
  const id = newId();
  const input = h("input", { id, type: "range", min: 0, max: steps, step: 1 });
  const output = h("span", { class: "lab-number" }, "");
  input.addEventListener("input", () => set(from(Number(input.value)), { live: true }));
  input.addEventListener("change", () => lab.settle());
  return {
    element: h("span", { class: "lab-slider" }, h("label", { for: id }, label), input, output),
    show: (state) => {
      const value = get(state);
      input.value = String(to(value));
      input.setAttribute("aria-valuetext", text(value));
      setText(output, text(value));
    },
  };
}

/**
 * What opens on a click. `fill` makes the content at the first opening.
 * @param {AnyLab} lab @param {string} summary @param {() => Node | Node[]} fill
 */
export function more(lab, summary, fill) {
  const box = h("details", { class: "lab-more" }, h("summary", {}, summary));
  box.addEventListener("toggle", () => {
    if (!box.open) return;
    if (box.childElementCount === 1) box.append(...[fill()].flat());
    lab.refresh();
  });
  return box;
}
