// The menu of a button, by mouse and by keyboard: arrows, Home, End, a letter; Escape and Tab close it. One is open at a time.

import { h } from "../dom.js";

/**
 * `href` for a link, `action` for what is done here.
 * @typedef {{ text: string, href?: string, download?: string, action?: () => void }} Item
 */

/** @type {{ button: HTMLElement, menu: HTMLElement, leave: AbortController } | null} */
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

/**
 * @param {HTMLElement} button
 * @param {string} label
 * @param {Item[]} items
 */
export function toggleMenu(button, label, items) {
  const same = open?.button === button;
  closeMenu();
  if (same) return;
  const menu = h("div", { class: "book-menu", role: "menu", "aria-label": label }, ...items.map(entry));
  button.after(menu);
  button.setAttribute("aria-expanded", "true");
  place(menu, button);
  const leave = new AbortController();
  open = { button, menu, leave };
  const outside = (/** @type {EventTarget | null} */ target) =>
    !button.contains(/** @type {Node} */ (target)) && !menu.contains(/** @type {Node} */ (target));
  document.addEventListener("pointerdown", ({ target }) => outside(target) && closeMenu(), { signal: leave.signal });
  menu.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && outside(relatedTarget) && closeMenu());
  walk(menu);
}

/** @param {Item} item */
function entry({ text, href, download, action }) {
  const onclick = () => {
    closeMenu(!href || Boolean(download));
    action?.();
  };
  const own = href ? h("a", { href, download }) : h("button", { type: "button" });
  own.textContent = text;
  own.tabIndex = -1;
  own.setAttribute("role", "menuitem");
  own.addEventListener("click", onclick);
  return own;
}

/**
 * Within the window: to the left of its button where there is no room to the right, above it where there is none below.
 * @param {HTMLElement} menu
 * @param {HTMLElement} button
 */
function place(menu, button) {
  const [box, at] = [menu.getBoundingClientRect(), button.getBoundingClientRect()];
  const bar = /** @type {HTMLElement} */ (button.parentElement).getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - box.width - 8));
  menu.style.left = `${left - bar.left}px`;
  if (at.bottom + box.height > innerHeight && at.top > box.height) menu.style.bottom = `${bar.bottom - at.top}px`;
  else menu.style.top = `${at.bottom - bar.top}px`;
}

/** @param {HTMLElement} menu in which the keys of a menu walk from now on */
function walk(menu) {
  const all = /** @type {HTMLElement[]} */ ([...menu.children]);
  const go = (/** @type {number} */ to) => all.at(to % all.length)?.focus();
  const here = () => all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  menu.addEventListener("keydown", (event) => {
    const to = { ArrowDown: here() + 1, ArrowUp: here() - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") return closeMenu(true); // and from its button on to where Tab leads
    if (to !== undefined) go(to);
    else if (event.key === "Escape") closeMenu(true);
    else if (event.key.length === 1 && /\S/.test(event.key)) {
      const after = [...all.slice(here() + 1), ...all];
      after.find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    } else return undefined;
    event.preventDefault();
    event.stopPropagation();
    return undefined;
  });
  go(0);
}

/**
 * Gives a text to the clipboard; tells whether that worked.
 * @param {string | Promise<string>} text
 */
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
  const area = h("textarea", { readonly: true, class: "book-hidden", ".value": await text });
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const worked = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return worked;
}
