// The files as tabs, by the pattern of the ARIA Authoring Practices: one Tab stop, arrows go from file to file, F2 renames, Delete deletes.

import { button } from "../output.js";
import { MAIN, nameProblem } from "./files.js";

// `on`: {names(), active(), choose(name), add(name), rename(name, to), remove(name)}
export function fileTabs(on) {
  const bar = Object.assign(document.createElement("div"), { className: "play-files" });
  const list = Object.assign(document.createElement("div"), { className: "play-tabs" });
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Files");
  const own = Object.assign(document.createElement("div"), { className: "play-files__own" });
  const form = Object.assign(document.createElement("form"), { className: "play-name", hidden: true });
  const label = Object.assign(document.createElement("label"), { htmlFor: "play-name" });
  const input = Object.assign(document.createElement("input"), { type: "text", id: "play-name", autocomplete: "off", spellcheck: false });
  const problem = Object.assign(document.createElement("span"), { className: "play-name__problem", id: "play-name-problem" });
  problem.setAttribute("role", "alert");
  input.setAttribute("aria-describedby", problem.id);
  const ok = Object.assign(document.createElement("button"), { type: "submit" });
  form.append(label, input, ok, button("Cancel", () => close()), problem);
  const add = button("New file", () => ask("", "helpers.py"));
  const rename = button("Rename", () => ask(on.active(), on.active()));
  const remove = button("Delete", () => on.remove(on.active()));
  own.append(add, rename, remove);
  bar.append(list, own, form);

  let renaming = ""; // the file whose new name is asked for; empty for a new file
  let back = add;

  function ask(name, proposal) {
    renaming = name;
    back = name ? rename : add;
    let [stem, ending] = proposal.split(/(?=\.\w+$)/);
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
    const said = nameProblem(name, on.names().filter((other) => other !== renaming));
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
    if (to !== undefined) on.choose(names.at(to % names.length), true);
    else if (event.key === "F2" && on.active() !== MAIN) rename.click();
    else if (event.key === "Delete" && on.active() !== MAIN) remove.click();
    else return;
    event.preventDefault();
  });

  // `wrong`: the file in which the last error arose.
  function show(wrong = "") {
    const active = on.active();
    const focused = list.contains(document.activeElement);
    list.replaceChildren(
      ...on.names().map((name) => {
        const tab = button(name, () => on.choose(name, true));
        tab.setAttribute("role", "tab");
        tab.id = `play-tab-${name}`;
        tab.setAttribute("aria-selected", String(name === active));
        tab.setAttribute("aria-controls", "play-panel");
        tab.tabIndex = name === active ? 0 : -1;
        if (name !== MAIN) tab.addEventListener("dblclick", () => rename.click());
        if (name === wrong) {
          tab.classList.add("play-tabs__wrong");
          tab.append(Object.assign(document.createElement("span"), { className: "book-hidden", textContent: " (has an error)" }));
        }
        return tab;
      }),
    );
    rename.hidden = remove.hidden = active === MAIN;
    rename.setAttribute("aria-label", `Rename ${active}`);
    remove.setAttribute("aria-label", `Delete ${active}`);
    if (focused) focus();
  }

  const focus = () => list.querySelector("[aria-selected=true]")?.focus();
  return { element: bar, show, focus };
}
