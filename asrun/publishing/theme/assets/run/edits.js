// What a reader changed, kept in the browser from visit to visit: one item of local storage a page, in it each changed block under a
// digest of the book's own text. When an edition changes that text, the change stays, as one of an older edition.

/** @typedef {{ number: number, was: string, code: string }} Edit `was`: the book's text; `code`: the reader's */
/** @typedef {Record<string, Edit>} Edits by the digest of the book's text */
/** @typedef {{ code: string, forget: () => boolean }} Older a change of an older edition, to be offered */

const nameOf = (/** @type {string} */ path) => `book.edits ${path.replace(/index\.html$/, "")}`; // book.js looks for it too

/**
 * FNV-1a, once forwards and once backwards. It keeps no secrets, and crypto.subtle is missing where a page came over plain http.
 * @param {string} text
 */
function digest(text) {
  let [forwards, backwards] = [0x811c9dc5, 0x01000193];
  for (let place = 0; place < text.length; place++) {
    forwards = Math.imul(forwards ^ text.charCodeAt(place), 0x01000193);
    backwards = Math.imul(backwards ^ text.charCodeAt(text.length - 1 - place), 0x01000193);
  }
  return [forwards, backwards].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}

/**
 * @param {string} path
 * @returns {Edits} without what is not ours, or broken
 */
function read(path) {
  try {
    const kept = JSON.parse(localStorage.getItem(nameOf(path)) ?? "{}");
    return Object.fromEntries(Object.entries(kept ?? {}).filter(([, edit]) => isUsable(edit)));
  } catch {
    return {}; // blocked, or not ours
  }
}

const isUsable = (/** @type {any} */ edit) =>
  typeof edit?.code === "string" && typeof edit.was === "string" && Number.isInteger(edit.number);

/**
 * Reads anew before it changes anything: the page may be open in a second window. Tells whether it could be kept.
 * @param {string} path
 * @param {(edits: Edits) => void} alter
 */
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

/**
 * The block that a change of an older edition fits best: most lines in common, then the same number.
 * @param {Edit} edit
 * @param {Map<number, string>} texts
 */
function bestFit({ number, was }, texts) {
  const lines = new Set(was.split("\n").filter((line) => line.trim()));
  const fits = [...texts].map(([n, text]) => ({ n, count: text.split("\n").filter((line) => lines.has(line)).length, same: n === number }));
  const [best] = fits.sort((a, b) => b.count - a.count || Number(b.same) - Number(a.same));
  return best.count || best.same ? best.n : Math.max(...texts.keys());
}

/**
 * The edits of a page. What changes them tells whether it could be kept.
 * @param {string} path
 * @param {Map<number, string>} texts the book's, of each block
 */
export function editsOf(path, texts) {
  /** @type {Map<number, string>} */
  const keys = new Map(); // a second block of the same text has a key of its own
  for (const [number, text] of texts) {
    const same = [...texts].filter(([n, other]) => n < number && other === text).length;
    keys.set(number, digest(text) + (same ? `.${same}` : ""));
  }
  const numbers = new Map([...keys].map(([number, key]) => [key, number]));
  /** @type {Map<number, string>} */
  const current = new Map(); // the reader's code of each block
  /** @type {Map<number, Older>} */
  const older = new Map(); // to be offered at each block
  const forgetAt = (/** @type {string[]} */ ...gone) => {
    const forget = (/** @type {Edits} */ edits) => gone.forEach((key) => delete edits[key]);
    return change(path, forget);
  };
  for (const [key, edit] of Object.entries(read(path))) {
    const number = numbers.get(key);
    if (number !== undefined) current.set(number, edit.code);
    else older.set(bestFit(edit, texts), { code: edit.code, forget: () => forgetAt(key) });
  }
  const keyOf = (/** @type {number} */ number) => /** @type {string} */ (keys.get(number));
  return {
    current,
    older,
    /**
     * @param {number} number
     * @param {string} code
     */
    keep: (number, code) =>
      change(path, (edits) => {
        edits[keyOf(number)] = { number, was: texts.get(number) ?? "", code };
      }),
    /** @param {number} number */
    forget: (number) => forgetAt(keyOf(number)),
    forgetAll: () => forgetAt(...keys.values()),
  };
}
