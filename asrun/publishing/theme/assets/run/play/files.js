// The files of the playground: what they may be called, how many there may be, and how the browser keeps them. No page here.
// What came by link is not trusted until its reader says so.

/** @typedef {[name: string, text: string]} File */

/**
 * What is open. `opened`: the files as they were opened; `active`: the name of the one that is shown.
 * @typedef {{
 *   title: string, source: "start" | "example" | "link" | "own",
 *   files: File[], opened: File[], active: string, trusted: boolean,
 * }} Work
 */

/** @typedef {{ when: number, work: Work }} Earlier work that was put aside */
/** @typedef {{ now: Work | null, earlier: Earlier[] }} Kept */

export const MAIN = "main.py"; // what Run runs; always there, always first
export const MOST_FILES = 20;
export const MOST_CHARACTERS = 500_000; // of all files together
const KEY = "book.playground";
const EARLIER = 10; // works that are kept beside the one that is open

const KINDS = [".py", ".csv", ".json", ".md", ".txt"];
const LONGEST_NAME = 60;

/**
 * Why a file cannot have this name, as a sentence; or nothing.
 * @param {string} name
 * @param {string[]} others the names that are taken
 */
export function nameProblem(name, others = []) {
  if (!name) return "A file needs a name, such as helpers.py.";
  if (name.length > LONGEST_NAME) return `A name may have ${LONGEST_NAME} characters.`;
  if (others.includes(name)) return `There is a ${name} already.`;
  const kind = KINDS.find((ending) => name.endsWith(ending));
  if (!kind) return `A name ends in ${KINDS.slice(0, -1).join(", ")} or ${KINDS.at(-1)}.`;
  const stem = name.slice(0, -kind.length);
  if (kind === ".py" && !/^[A-Za-z_]\w*$/.test(stem))
    return "The name of a Python file consists of letters, digits and _, and begins with a letter: else nothing could import it.";
  if (!/^[A-Za-z0-9_][\w-]*$/.test(stem)) return "A name consists of letters, digits, _ and -.";
  return "";
}

/**
 * Why these are no files of the playground, as a sentence; or nothing.
 * @param {unknown} files from anywhere
 */
function shapeProblem(files) {
  if (!Array.isArray(files) || !files.length) return "There is no file in it.";
  /** @type {string[]} */
  const seen = [];
  for (const file of files) {
    if (!Array.isArray(file) || file.length !== 2 || !file.every((part) => typeof part === "string")) return "It does not hold files.";
    const problem = nameProblem(file[0], seen);
    if (problem) return problem;
    seen.push(file[0]);
  }
  return "";
}

/**
 * Why they cannot be opened. (What was typed here may be more: it is the reader's own.)
 * @param {any} files from anywhere
 * @returns {string}
 */
export function filesProblem(files) {
  const problem = shapeProblem(files);
  if (problem) return problem;
  if (files.length > MOST_FILES) return `The playground holds ${MOST_FILES} files, and these are ${files.length}.`;
  const size = files.reduce((/** @type {number} */ sum, /** @type {File} */ [, text]) => sum + text.length, 0);
  if (size > MOST_CHARACTERS)
    return `The playground holds ${MOST_CHARACTERS.toLocaleString("en")} characters, and these are ${size.toLocaleString("en")}.`;
  return "";
}

/**
 * With main.py, and that first.
 * @param {File[]} files
 * @returns {File[]}
 */
export function inOrder(files) {
  const main = files.find(([name]) => name === MAIN) ?? [MAIN, ""];
  return [main, ...files.filter(([name]) => name !== MAIN)].map(([name, text]) => [name, text]);
}

/**
 * @param {File[]} a
 * @param {File[]} b
 */
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
export const isChanged = (/** @type {Work} */ work) => !same(work.files, work.opened);

/**
 * @param {string} title
 * @param {Work["source"]} source
 * @param {File[]} files
 * @param {boolean} trusted
 * @returns {Work}
 */
export function newWork(title, source, files, trusted = true) {
  const ordered = inOrder(files);
  return { title, source, files: ordered, opened: structuredClone(ordered), active: MAIN, trusted };
}

// ---- kept in the browser ----

/** @param {any} work */
function usable(work) {
  const sound =
    work && typeof work.title === "string" && typeof work.source === "string" && !shapeProblem(work.files) && !shapeProblem(work.opened);
  return sound && work.files[0][0] === MAIN && typeof work.active === "string";
}

/**
 * What the browser has kept; what is not ours, or broken, is left out.
 * @returns {Kept}
 */
export function readKept() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
    const earlier = Array.isArray(kept.earlier)
      ? kept.earlier.filter((/** @type {any} */ one) => Number.isFinite(one?.when) && usable(one.work))
      : [];
    return { now: usable(kept.now) ? { ...kept.now, trusted: kept.now.trusted === true } : null, earlier };
  } catch {
    return { now: null, earlier: [] };
  }
}

/**
 * Tells whether it could be kept.
 * @param {Kept} kept
 */
function write(kept) {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
    return true;
  } catch {
    return false; // full or blocked
  }
}

export const keep = (/** @type {Work} */ work) => write({ ...readKept(), now: work });

// Read anew: the playground may be open in a second window.

/** @param {Work} work to be put aside */
export function putAside(work) {
  const { now, earlier } = readKept();
  const others = earlier.filter((one) => !same(one.work.files, work.files));
  return write({ now, earlier: [{ when: Date.now(), work }, ...others].slice(0, EARLIER) });
}

/** @param {Work} work that was put aside and is open again */
export function takeBack(work) {
  const { now, earlier } = readKept();
  return write({ now, earlier: earlier.filter((one) => !same(one.work.files, work.files)) });
}

/**
 * @param {() => void} heard when another window has kept something
 * @param {AbortSignal} signal
 */
export const onOtherWindow = (heard, signal) => addEventListener("storage", ({ key }) => key === KEY && heard(), { signal });
