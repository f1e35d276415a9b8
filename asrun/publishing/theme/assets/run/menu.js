// A menu of a button, by mouse and by keyboard: arrows, Home, End, a letter; Escape and Tab close it. One is open at a time.

let open = null;

export function closeMenu(andFocus = false) {
  if (!open) return;
  const { button, menu, leave } = open;
  open = null;
  leave.abort();
  menu.remove();
  button.setAttribute("aria-expanded", "false");
  if (andFocus) button.focus();
}

// `items`: [{text, href, download}] for links, [{text, action}] for what is done here.
export function toggleMenu(button, label, items) {
  const same = open?.button === button;
  closeMenu();
  if (same) return;
  const menu = Object.assign(document.createElement("div"), { className: "book-menu" });
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", label);
  for (const { text, href, download, action } of items) {
    const item = document.createElement(href ? "a" : "button");
    if (href) item.href = href;
    else item.type = "button";
    if (download) item.download = download;
    Object.assign(item, { textContent: text, tabIndex: -1 });
    item.setAttribute("role", "menuitem");
    item.addEventListener("click", () => {
      closeMenu(!href || Boolean(download));
      action?.();
    });
    menu.append(item);
  }
  button.after(menu);
  button.setAttribute("aria-expanded", "true");
  // The menu stays within the window: to the left of its button where there is no room to the right, above it where there is none below.
  const [box, at] = [menu.getBoundingClientRect(), button.getBoundingClientRect()];
  const bar = button.parentElement.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - box.width - 8));
  menu.style.left = `${left - bar.left}px`;
  if (at.bottom + box.height > innerHeight && at.top > box.height) menu.style.bottom = `${bar.bottom - at.top}px`;
  else menu.style.top = `${at.bottom - bar.top}px`;

  const leave = new AbortController();
  const { signal } = leave;
  open = { button, menu, leave };
  const all = [...menu.children];
  const go = (place) => all.at(place % all.length).focus();
  const here = () => all.indexOf(document.activeElement);
  menu.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: here() + 1, ArrowUp: here() - 1, Home: 0, End: -1 };
    if (event.key in steps) go(steps[event.key]);
    else if (event.key === "Escape") closeMenu(true);
    else if (event.key === "Tab") return closeMenu(true); // and from its button on to where Tab leads
    else if (event.key.length === 1 && /\S/.test(event.key)) {
      const after = [...all.slice(here() + 1), ...all];
      after.find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    } else return undefined;
    event.preventDefault();
    event.stopPropagation();
    return undefined;
  });
  document.addEventListener("pointerdown", ({ target }) => button.contains(target) || menu.contains(target) || closeMenu(), { signal });
  menu.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && relatedTarget !== button && !menu.contains(relatedTarget) && closeMenu());
  go(0);
}

// Gives a text, or a promise of one, to the clipboard; tells whether that worked.
export async function copy(text) {
  try {
    if (navigator.clipboard?.write && globalThis.ClipboardItem) {
      // The text may come later than the click allows: browsers take a promise.
      const item = new ClipboardItem({ "text/plain": Promise.resolve(text).then((found) => new Blob([found], { type: "text/plain" })) });
      await navigator.clipboard.write([item]);
      return true;
    }
  } catch {
    // refused, or not able to take a promise: the old way may still work
  }
  // Without https there is no clipboard API.
  const area = Object.assign(document.createElement("textarea"), { value: await text, readOnly: true, className: "book-hidden" });
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const worked = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  return worked;
}
