// The files as tabs, by the pattern of the ARIA Authoring Practices: one Tab stop, arrows go from file to file, F2 renames, Delete deletes.

import { button, h } from "../../dom.js";
import { MAIN, nameProblem } from "./files.js";

/**
 * @typedef {{
 *   names: () => string[],
 *   active: () => string,
 *   choose: (name: string, byReader: boolean) => void,
 *   add: (name: string) => void,
 *   rename: (name: string, to: string) => void,
 *   remove: (name: string) => void,
 * }} OnTabs
 */

/** @param {OnTabs} on */
export function fileTabs(on) {
  const list = h("div", { class: "play-tabs", role: "tablist", "aria-label": "Files" });
  const label = h("label", { for: "play-name" });
  const problem = h("span", { class: "play-name__problem", id: "play-name-problem", role: "alert" });
  const input = h("input", { type: "text", id: "play-name", autocomplete: "off", spellcheck: "false", "aria-describedby": problem.id });
  const ok = h("button", { type: "submit" });
  const cancel = button("Cancel", () => close());
  const form = h("form", { class: "play-name", hidden: true }, label, input, ok, cancel, problem);
  const add = button("New file", () => ask("", "helpers.py"));
  const rename = button("Rename", () => ask(on.active(), on.active()));
  const remove = button("Delete", () => on.remove(on.active()));
  const element = h("div", { class: "play-files" }, list, h("div", { class: "play-files__own" }, add, rename, remove), form);

  let renaming = ""; // the file whose new name is asked for; empty for a new file
  let back = add;

  /**
   * @param {string} name of the file that gets another; empty for a new file
   * @param {string} first
   */
  function ask(name, first) {
    renaming = name;
    back = name ? rename : add;
    const [stem, ending] = first.split(/(?=\.\w+$)/);
    let proposal = first;
    for (let number = 2; !name && on.names().includes(proposal); number++) proposal = `${stem}${number}${ending}`;
    label.textContent = name ? `New name of ${name}` : "Name of the new file";
    ok.textContent = name ? "Rename" : "Add";
    input.value = proposal;
    problem.textContent = "";
    form.hidden = false;
    input.focus();
    input.setSelectionRange(0, proposal.lastIndexOf("."));
  }

  function close() {
    form.hidden = true;
    back.focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (renaming && name === renaming) return close();
    const said = nameProblem(
      name,
      on.names().filter((other) => other !== renaming),
    );
    problem.textContent = said;
    input.toggleAttribute("aria-invalid", Boolean(said));
    if (said) return input.focus();
    form.hidden = true;
    return renaming ? on.rename(renaming, name) : on.add(name);
  });
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());

  list.addEventListener("keydown", (event) => {
    const names = on.names();
    const here = names.indexOf(on.active());
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) on.choose(/** @type {string} */ (names.at(to % names.length)), true);
    else if (event.key === "F2" && on.active() !== MAIN) rename.click();
    else if (event.key === "Delete" && on.active() !== MAIN) remove.click();
    else return;
    event.preventDefault();
  });

  /**
   * @param {string} name
   * @param {boolean} isWrong
   */
  function tab(name, isWrong) {
    const isActive = name === on.active();
    const made = button(name, () => on.choose(name, true), {
      role: "tab",
      id: `play-tab-${name}`,
      class: isWrong && "play-tabs__wrong",
      tabindex: isActive ? 0 : -1,
      "aria-selected": String(isActive),
      "aria-controls": "play-panel",
    });
    if (isWrong) made.append(h("span", { class: "book-hidden" }, " (has an error)"));
    if (name !== MAIN) made.addEventListener("dblclick", () => rename.click());
    return made;
  }

  /** @param {string} wrong the file in which the last error arose */
  function show(wrong = "") {
    const active = on.active();
    const focused = list.contains(document.activeElement);
    list.replaceChildren(...on.names().map((name) => tab(name, name === wrong)));
    rename.hidden = remove.hidden = active === MAIN;
    rename.setAttribute("aria-label", `Rename ${active}`);
    remove.setAttribute("aria-label", `Delete ${active}`);
    if (focused) focus();
  }

  const focus = () => /** @type {HTMLElement | null} */ (list.querySelector("[aria-selected=true]"))?.focus();
  return { element, show, focus };
}
