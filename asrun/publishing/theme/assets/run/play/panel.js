// The files that are open, as tabs, and the editor of the one that is shown.

import { button, h } from "../../dom.js";
import { createEditor } from "../editor.js";
import { filesProblem, nameProblem } from "./files.js";
import { fileTabs } from "./tabs.js";

/** @import { Editor, On } from "../editor.js" */
/** @import { Failure } from "../job.js" */
/** @import { OpenWork } from "./work.js" */

/** @typedef {(...said: (string | Node)[]) => void} Say */

export class Panel {
  /** @type {Map<string, Editor>} */
  #editors = new Map(); // by the name of the file
  #wrong = ""; // the file in which the last error arose
  #work;
  #on;
  #tabs;
  #panel = h("div", { class: "play-panel", id: "play-panel", role: "tabpanel" });

  /**
   * @param {OpenWork} work
   * @param {Pick<On, "run" | "complete"> & { say: Say }} on
   */
  constructor(work, on) {
    this.#work = work;
    this.#on = on;
    this.#tabs = fileTabs({
      names: () => work.names,
      active: () => work.active,
      choose: (name, byReader) => this.choose(name, byReader),
      add: (name) => this.#add(name),
      rename: (name, to) => this.#rename(name, to),
      remove: (name) => this.#remove(name),
    });
    this.elements = [this.#tabs.element, this.#panel];
  }

  /** Another work is open. */
  reset() {
    this.#wrong = "";
    this.#editors.forEach((editor) => editor.destroy());
    this.#editors.clear();
    this.choose(this.#work.active);
  }

  /**
   * @param {string} name
   * @param {boolean} byReader his focus stays on the tabs
   */
  choose(name, byReader = false) {
    const editor = this.#editorOf(name);
    this.#work.choose(name);
    this.#panel.replaceChildren(editor.element);
    this.#panel.setAttribute("aria-labelledby", `play-tab-${name}`);
    this.#tabs.show(this.#wrong);
    if (byReader) this.#tabs.focus();
    editor.measure();
  }

  /** @param {string} name */
  #editorOf(name) {
    const had = this.#editors.get(name);
    if (had) return had;
    const label = `${name}. Tab indents; Escape, then Tab, leaves the editor.`;
    const { run, complete } = this.#on;
    const change = (/** @type {string} */ code) => this.#work.write(name, code);
    const editor = createEditor(this.#work.textOf(name), label, { change, run, complete }, true);
    this.#editors.set(name, editor);
    return editor;
  }

  focusTabs() {
    this.#tabs.focus();
  }

  measure() {
    this.#editors.forEach((editor) => editor.measure());
  }

  // ---- what the tabs ask for ----

  /** @param {string} name */
  #add(name) {
    const { say } = this.#on;
    const problem = filesProblem([...this.#work.files, [name, ""]]);
    if (problem) return say(problem);
    this.#work.add(name);
    this.choose(name);
    this.#editorOf(name).focus();
    const use = name.endsWith(".py") ? `Other files use it by: import ${name.slice(0, -3)}` : `Programs read it by: open("${name}")`;
    return say(`Added ${name}. ${use}`);
  }

  /**
   * @param {string} name
   * @param {string} to
   */
  #rename(name, to) {
    this.#work.rename(name, to);
    this.#close(name);
    this.choose(to, true);
    this.#on.say(`${name} is now ${to}. What imports it must say so, too.`);
  }

  /** @param {string} name */
  #remove(name) {
    const { say } = this.#on;
    const { place, text } = this.#work.remove(name);
    this.#close(name);
    this.choose(this.#work.names[place - 1], true);
    const undo = () => {
      if (nameProblem(name, this.#work.names)) return say(`There is another ${name} by now.`);
      this.#work.add(name, text, place);
      this.choose(name, true);
      return say(`${name} is back.`);
    };
    say(`Deleted ${name}. `, button("Undo", undo));
  }

  /** @param {string} name */
  #close(name) {
    this.#editors.get(name)?.destroy();
    this.#editors.delete(name);
  }

  // ---- where an error arose ----

  /**
   * Marks the line in which an error arose, in the file that is open.
   * @param {Failure | null | undefined} error
   * @returns {{ file: string, line: number } | null} where that is
   */
  markWrong(error) {
    this.#editors.forEach((editor) => editor.markLine(0));
    const { file, line } = error ?? {};
    const known = file && line && this.#work.names.includes(file) ? { file, line } : null;
    this.#wrong = known?.file ?? "";
    this.#tabs.show(this.#wrong);
    if (known) this.#editorOf(known.file).markLine(known.line);
    return known;
  }

  /** @param {{ file: string, line: number }} place */
  goTo({ file, line }) {
    if (!this.#work.names.includes(file)) return;
    this.choose(file);
    this.#editorOf(file).goTo(line);
  }
}
