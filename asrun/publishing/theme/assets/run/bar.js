// The buttons beneath a block, and what is said beside them. book.js made those that a page begins with; here come the others.

import { h } from "../dom.js";

export class Bar {
  /** @type {Record<string, HTMLButtonElement>} */
  #buttons;
  #element;
  #number;
  #said;
  #stale = h("span", { class: "book-bar__stale" });

  /**
   * @param {HTMLElement} block the element of the block
   * @param {number} number
   */
  constructor(block, number) {
    this.#number = number;
    this.#element = /** @type {HTMLElement} */ (block.querySelector(".book-bar"));
    this.#said = /** @type {HTMLElement} */ (block.querySelector(".book-bar__said"));
    const made = /** @type {NodeListOf<HTMLButtonElement>} */ (this.#element.querySelectorAll("[data-do]"));
    this.#buttons = Object.fromEntries([...made].map((button) => [button.dataset.do, button]));
    if (!this.#buttons.run) this.#add("run", "Run", "program");
    this.#add("stop", "Stop", "edit");
    this.#add("reset", "Reset", "copy");
    this.#element.append(this.#stale);
  }

  /**
   * @param {string} name
   * @param {string} text
   * @param {string} before the name of the button that it stands before
   */
  #add(name, text, before) {
    const label = `${text} block ${this.#number}`;
    this.#buttons[name] = h("button", { type: "button", hidden: true, "data-do": name, "aria-label": label }, text);
    this.#buttons[before].before(this.#buttons[name]);
  }

  /**
   * The buttons as the block's state asks for them.
   * @param {{ runs: boolean, busy: boolean, changed: boolean, editing: boolean }} state `runs`: the Python in the page can run it
   */
  show({ runs, busy, changed, editing }) {
    const { run, program, stop, edit, reset } = this.#buttons;
    const at = document.activeElement;
    run.hidden = !runs;
    if (program) program.hidden = runs;
    run.setAttribute("aria-disabled", String(busy));
    stop.hidden = !busy;
    edit.hidden = editing;
    reset.hidden = !editing;
    reset.textContent = changed ? "Reset" : "Close";
    const label = changed ? `Reset block ${this.#number} to the book’s code` : `Close the editor of block ${this.#number}`;
    reset.setAttribute("aria-label", label);
    // A button that goes hands the focus on.
    if (!(at instanceof HTMLElement && at.hidden && this.#element.contains(at))) return;
    if (at === stop) run.focus();
    else if (at === edit) reset.focus();
    else edit.focus();
  }

  /** @param {...(string | Node)} said */
  say(...said) {
    this.#said.replaceChildren(...said);
  }

  /** @param {(string | Node)[]} why what stands beneath the block is out of date; nothing where it is not */
  showStale(why) {
    this.#stale.replaceChildren(...why);
  }

  focusEdit() {
    this.#buttons.edit.focus();
  }

  get more() {
    return this.#buttons.more;
  }
}
