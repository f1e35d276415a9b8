// A box to start from: an empty file, earlier work, or any block of the book, found by typing. A combobox with a list, by the pattern of
// the ARIA Authoring Practices.

const BASE = new URL("../../../", import.meta.url);
const MOST = 60; // options that are shown at once

const make = (tag, role, className, text = "") => {
  const made = Object.assign(document.createElement(tag), { className, textContent: text });
  if (role) made.setAttribute("role", role);
  return made;
};

let book = null;

// The blocks of the book by chapter, which asrun/publishing/examples.py lists.
function groupsOfBook() {
  book ??= fetch(new URL("take/examples.json", BASE)).then((answer) => {
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  });
  book.catch(() => (book = null));
  return book.then((pages) =>
    pages.map(({ stem, title, part, blocks }) => ({
      title: part ? `${part}: ${title}` : title,
      options: blocks.map(({ section, line, needs }, place) => ({
        text: `${place + 1}. ${section || title}`,
        more: needs ? `needs ${needs}, not in the browser` : line,
        value: { page: stem, block: place + 1 },
      })),
    })),
  );
}

// `own()` gives the groups that stand first: [{title, options: [{text, more, value}]}]; `chosen(value)` is called for one of them or for
// {page, block}.
export function examplesBox(own, chosen) {
  const box = make("div", "", "play-examples");
  const label = make("label", "", "", "Start from");
  const input = make("input", "combobox", "");
  const list = make("div", "listbox", "play-list");
  const status = make("span", "status", "book-hidden");
  Object.assign(input, { id: "play-examples", type: "text", autocomplete: "off", spellcheck: false, placeholder: "any block of the book, or earlier work" });
  label.htmlFor = input.id;
  Object.assign(list, { id: "play-list", hidden: true });
  for (const [name, value] of [["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) input.setAttribute(name, value);
  list.setAttribute("aria-label", "What to start from");
  box.append(label, input, list, status);

  let shown = []; // [{element, value}]
  let at = -1;
  let asked = 0;

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(place) {
    shown[at]?.element.setAttribute("aria-selected", "false");
    at = shown.length ? (place + shown.length) % shown.length : -1;
    const element = shown[at]?.element;
    if (!element) return;
    element.setAttribute("aria-selected", "true");
    element.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", element.id);
  }

  function choose(place) {
    const { value } = shown[place];
    close();
    input.value = "";
    chosen(value);
  }

  async function open() {
    const turn = ++asked;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (!list.childElementCount) show(own(), "Loading the book’s blocks …");
    let groups;
    let note = "";
    try {
      groups = [...own(), ...(await groupsOfBook())];
    } catch {
      groups = own();
      note = "The book’s blocks could not be loaded. Check the connection and try again.";
    }
    if (turn !== asked || list.hidden) return;
    show(groups, note);
  }

  function show(groups, note) {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = [];
    at = -1;
    let found = 0;
    const parts = [];
    for (const [place, { title, options }] of groups.entries()) {
      const fits = options.filter(({ text, more }) => words.every((word) => `${title} ${text} ${more}`.toLowerCase().includes(word)));
      found += fits.length;
      const room = words.length ? MOST - shown.length : fits.length;
      if (!fits.length || room <= 0) continue;
      const group = make("div", "group", "");
      const heading = make("div", "presentation", "play-list__group", title);
      heading.id = `play-group-${place}`;
      group.setAttribute("aria-labelledby", heading.id);
      group.append(heading);
      for (const { text, more, value } of fits.slice(0, room)) {
        const option = make("div", "option", "", text);
        option.append(make("span", "", "", more));
        option.id = `play-option-${shown.length}`;
        option.setAttribute("aria-selected", "false");
        const number = shown.length;
        option.addEventListener("click", () => choose(number));
        shown.push({ element: option, value });
        group.append(option);
      }
      parts.push(group);
    }
    const more = found > shown.length ? `${found - shown.length} more: type another word.` : "";
    const said = note || (found ? more : "Nothing in the book fits these words.");
    if (said) {
      // In a list stand options and nothing else.
      const line = make("div", "option", "play-list__note", said);
      line.setAttribute("aria-disabled", "true");
      line.setAttribute("aria-selected", "false");
      parts.push(line);
    }
    list.replaceChildren(...parts);
    input.removeAttribute("aria-activedescendant");
    status.textContent = note || (found ? `${found} found` : said);
  }

  input.addEventListener("input", open);
  input.addEventListener("click", () => (list.hidden ? open() : close()));
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the box
  input.addEventListener("blur", close);
  input.addEventListener("keydown", async (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.hidden) await open();
      mark(at < 0 && step < 0 ? -1 : at + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (list.hidden) open();
      else if (at >= 0) choose(at);
      else if (shown.length === 1) choose(0);
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    }
  });
  return box;
}
