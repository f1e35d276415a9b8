// What fit-lab shows as tables: the eight nudges of the line, and the normal equations.

import { h } from "../dom.js";
import { setText } from "./elements.js";
import { SIGNS, nudgeKey, signed } from "./fit-model.js";
/** @import { AnyLab } from "./types" */

export class NudgeTable {
  #lab;
  /** @type {{ cell: HTMLElement, kind: "dw" | "db", sign: number }[]} */
  #heads = [];
  /** @type {{ cell: HTMLElement, verdict: HTMLElement, key: string }[]} */
  #cells = [];

  /** @param {AnyLab} lab */
  constructor(lab) {
    this.#lab = lab;
  }

  build() {
    const head = (scope, kind, sign) => {
      const cell = h("th", { scope }, "");
      this.#heads.push({ cell, kind, sign });
      return cell;
    };
    const row = (slope) => h("tr", {}, head("row", "dw", slope), ...SIGNS.map((level) => this.#cell([slope, level])));
    return h(
      "table",
      { class: "lab-table lab-nudges" },
      h("caption", {}, "By how much the loss changes when your line is nudged"),
      h("thead", {}, h("tr", {}, h("td", {}, ""), ...SIGNS.map((sign) => head("col", "db", sign)))),
      h("tbody", {}, ...SIGNS.map(row)),
    );
  }

  /** @param {number[]} nudge */
  #cell(nudge) {
    if (!nudge[0] && !nudge[1]) return h("td", {}, "your line");
    const key = nudgeKey(nudge);
    const verdict = h("span", {}, "");
    const cell = h("td", {}, this.#lab.cells.cell(key), " ", verdict);
    this.#cells.push({ cell, verdict, key });
    return cell;
  }

  draw({ x }) {
    const { numbers } = this.#lab;
    for (const { cell, kind, sign } of this.#heads) {
      setText(cell, x.length ? `${kind === "dw" ? "slope" : "intercept"} ${sign ? signed(sign * numbers[kind]) : "+0"}` : "–");
    }
    for (const { cell, verdict, key } of this.#cells) {
      const helps = numbers[key] < 0;
      cell.classList.toggle("lab-helps", helps);
      setText(verdict, helps ? "▼ helps" : "▲");
    }
  }
}

/** @param {AnyLab} lab */
export function normalEquations(lab) {
  const cells = (...keys) => keys.map((key) => h("td", {}, lab.cells.cell(key)));
  const matrix = (name, ...rows) =>
    h("table", { class: "lab-table lab-matrix" }, h("caption", {}, name), h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row))));
  return [
    h(
      "div",
      { class: "lab-row" },
      matrix("AᵀA", cells("n", "sx"), cells("sx", "sxx")),
      matrix("θ* = (b*, w*)", cells("bestB"), cells("bestW")),
      matrix("Aᵀy", cells("sy"), cells("sxy")),
    ),
    h("p", {}, "Every point adds its 1, x and x² to the first, its y and xy to the last. AᵀA times θ* is Aᵀy."),
  ];
}
