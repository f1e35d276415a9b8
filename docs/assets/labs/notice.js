// What a lab says was done or refused: below the controls that it belongs to, and aloud.

import { h } from "../dom.js";
import { setText } from "./elements.js";

export class Notice {
  /** Where screen readers hear it. */
  heard = h("p", { class: "book-hidden", role: "status" }, "");
  #note = h("div", { class: "lab-note" });
  #lab;
  #foot;

  /** @param {HTMLElement} lab @param {HTMLElement} foot below which it stands when it belongs to no control */
  constructor(lab, foot) {
    this.#lab = lab;
    this.#foot = foot;
  }

  /** @param {string} text @param {Element | null} at */
  say(text, at) {
    this.#note.replaceChildren(text);
    setText(this.heard, text);
    const near = this.#lab.contains(at) && at?.closest(".lab-row, .lab-buttons, .lab-scroll, .lab-plot-box");
    (near || this.#foot).after(this.#note);
  }

  /** Adds a text that a reader copies by hand. @param {string} text */
  offer(text) {
    const box = h("textarea", { readonly: true, rows: 6, "aria-label": "Text to copy", ".value": text });
    this.#note.append(box);
    box.select();
  }
}
