// Which packages the Python in the page has, from the list that the site carries; no Python is started to tell.

import { h } from "../../dom.js";

/** @typedef {{ name: string, version: string, imports: string[], depends: string[], size: number }} Package of Pyodide's lock */

const LOCK = new URL("../../pyodide/pyodide-lock.json", import.meta.url);
const AT_START = "numpy";

/** The packages that somebody would import, not those that only others need, and the version of Python. */
async function packagesHere() {
  const answer = await fetch(LOCK);
  if (!answer.ok) {
    const missing = new Error("This copy of the book has no Python in the page: it was built without it.");
    throw Object.assign(missing, { sentence: true });
  }
  /** @type {{ info: { python: string }, packages: Record<string, Package> }} */
  const { info, packages } = await answer.json();
  const needed = new Set(Object.values(packages).flatMap(({ depends }) => depends));
  /** @param {string} name */
  const closure = (name, found = new Set()) => {
    if (name === AT_START || found.has(name)) return found;
    packages[name].depends.forEach((other) => closure(other, found));
    return found.add(name);
  };
  const list = Object.entries(packages)
    .filter(([name, { imports }]) => imports.length && (!needed.has(name) || ["numpy", "scipy"].includes(name)))
    .map(([name, { version, imports }]) => {
      const module = imports.find((one) => one === name) ?? imports[0];
      const bytes = [...closure(name)].reduce((sum, one) => sum + packages[one].size, 0);
      return { name, version, module, bytes };
    });
  return { python: info.python, list };
}

/**
 * The list as it is shown, with what is said of it.
 * @param {(module: string) => Promise<boolean>} loaded whether it is there already
 */
export async function packagesList(loaded) {
  const { python, list } = await packagesHere();
  const there = await Promise.all(list.map(({ module }) => loaded(module)));
  const head = ["Package", "Version", "Import", "Download"].map((text) => h("th", { scope: "col" }, text));
  const rows = list.map(({ name, version, module, bytes }, place) => {
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    const when = there[place] ? "loaded" : name === AT_START ? "with Python" : size;
    return h("tr", {}, h("th", { scope: "row" }, name), ...[version, module, when].map((text) => h("td", {}, text)));
  });
  const element = /** @type {HTMLElement | null} */ (document.querySelector("book-playground"));
  const { example, file } = element?.dataset ?? {};
  const own = `the book’s own modules${example ? ` (${example})` : ""}, its data${file ? ` (${file})` : ""}`;
  const about = `Python ${python} with its standard library, ${own}, and these packages, each loaded, with what it needs, when a program imports it. Above 10 MB you are asked first.`;
  return [
    h("p", {}, about),
    h("table", { class: "play-table" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)),
    h("p", {}, "Other packages are not here: save your files and run them on your computer."),
  ];
}
