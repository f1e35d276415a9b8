// Which packages the Python in the page has, from the list that the site carries; no Python is started to tell.

const LOCK = new URL("../../pyodide/pyodide-lock.json", import.meta.url);
const AT_START = "numpy";

// The packages that somebody would import, not those that only others need: [{name, version, module, bytes}], and the version of Python.
export async function packagesHere() {
  const answer = await fetch(LOCK);
  if (!answer.ok) throw new Error("This copy of the book has no Python in the page: it was built without it.");
  const { info, packages } = await answer.json();
  const all = Object.values(packages);
  const needed = new Set(all.flatMap(({ depends }) => depends));
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

// `loaded(module)` tells whether it is there already, as a promise.
export async function packagesTable(loaded) {
  const { python, list } = await packagesHere();
  const there = await Promise.all(list.map(({ module }) => loaded(module)));
  const table = Object.assign(document.createElement("table"), { className: "play-table" });
  const head = table.createTHead().insertRow();
  for (const text of ["Package", "Version", "Import", "Download"]) {
    head.append(Object.assign(document.createElement("th"), { textContent: text, scope: "col" }));
  }
  const body = table.createTBody();
  for (const [place, { name, version, module, bytes }] of list.entries()) {
    const row = body.insertRow();
    row.append(Object.assign(document.createElement("th"), { textContent: name, scope: "row" }));
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    const when = there[place] ? "loaded" : name === AT_START ? "with Python" : size;
    for (const text of [version, module, when]) row.insertCell().textContent = text;
  }
  return { python, table };
}
