// What a reader changed, kept in the browser from visit to visit: one item of local storage a page, in it each changed block under a
// digest of the book's own text. When an edition changes that text, the change stays, as one of an older edition.
//
//   { digest: { number, was: "the book's text", code: "the reader's" } }

const nameOf = (path) => `book.edits ${path.replace(/index\.html$/, "")}`; // book.js looks for it too

// FNV-1a, once forwards and once backwards. It keeps no secrets, and crypto.subtle is missing where a page came over plain http.
function digest(text) {
  let [forwards, backwards] = [0x811c9dc5, 0x01000193];
  for (let place = 0; place < text.length; place++) {
    forwards = Math.imul(forwards ^ text.charCodeAt(place), 0x01000193);
    backwards = Math.imul(backwards ^ text.charCodeAt(text.length - 1 - place), 0x01000193);
  }
  return [forwards, backwards].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}

function read(path) {
  try {
    const kept = JSON.parse(localStorage.getItem(nameOf(path)) ?? "{}");
    const usable = ([, edit]) => typeof edit?.code === "string" && typeof edit.was === "string" && Number.isInteger(edit.number);
    return Object.fromEntries(Object.entries(kept ?? {}).filter(usable));
  } catch {
    return {}; // blocked, or not ours
  }
}

// Read anew before each change: the page may be open in a second window.
function change(path, alter) {
  try {
    const edits = read(path);
    alter(edits);
    if (Object.keys(edits).length) localStorage.setItem(nameOf(path), JSON.stringify(edits));
    else localStorage.removeItem(nameOf(path));
    return true;
  } catch {
    return false; // full or blocked
  }
}

// The block that a change of an older edition fits best: most lines in common, then the same number.
function bestFit({ number, was }, texts) {
  const lines = new Set(was.split("\n").filter((line) => line.trim()));
  const shared = (text) => text.split("\n").filter((line) => lines.has(line)).length;
  const [[count, same, best]] = [...texts]
    .map(([n, text]) => [shared(text), n === number, n])
    .sort((a, b) => b[0] - a[0] || b[1] - a[1]);
  return count || same ? best : [...texts.keys()].at(-1);
}

// The edits of a page whose blocks have these texts (number -> text). What changes them tells whether it could be kept.
export function editsOf(path, texts) {
  const keys = new Map(); // number -> key; a second block of the same text has one of its own
  for (const [number, text] of texts) {
    const same = [...texts].filter(([n, other]) => n < number && other === text).length;
    keys.set(number, digest(text) + (same ? `.${same}` : ""));
  }
  const numbers = new Map([...keys].map(([number, key]) => [key, number]));
  const current = new Map(); // number -> code
  const older = new Map(); // number -> {code, forget()}, to be offered there
  for (const [key, edit] of Object.entries(read(path))) {
    if (numbers.has(key)) current.set(numbers.get(key), edit.code);
    else older.set(bestFit(edit, texts), { code: edit.code, forget: () => change(path, (edits) => delete edits[key]) });
  }
  return {
    current,
    older,
    keep: (number, code) => change(path, (edits) => (edits[keys.get(number)] = { number, was: texts.get(number), code })),
    forget: (number) => change(path, (edits) => delete edits[keys.get(number)]),
    forgetAll: () => change(path, (edits) => [...keys.values()].forEach((key) => delete edits[key])),
  };
}
