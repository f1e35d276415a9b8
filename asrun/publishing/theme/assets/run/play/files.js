// The files of the playground: what they may be called, how many there may be, and how the browser keeps them. No page here.
//
// A work: {title, source, files: [[name, text], …], opened: the files as they were opened, active: name, trusted}
//   source: "start" | "example" | "file" | "link" | "own". What came by link is not trusted until its reader says so.

export const MAIN = "main.py"; // what Run runs; always there, always first
export const MOST_FILES = 20;
export const MOST_CHARACTERS = 500_000; // of all files together
const KEY = "book.playground";
const EARLIER = 10; // works that are kept beside the one that is open

const KINDS = [".py", ".csv", ".json", ".md", ".txt"];
const LONGEST_NAME = 60;

// Why a file cannot have this name, as a sentence; or nothing.
export function nameProblem(name, others = []) {
  if (!name) return "A file needs a name, such as helpers.py.";
  if (name.length > LONGEST_NAME) return `A name may have ${LONGEST_NAME} characters.`;
  if (others.includes(name)) return `There is a ${name} already.`;
  const kind = KINDS.find((ending) => name.endsWith(ending));
  if (!kind) return `A name ends in ${KINDS.slice(0, -1).join(", ")} or ${KINDS.at(-1)}.`;
  const stem = name.slice(0, -kind.length);
  if (kind === ".py" && !/^[A-Za-z_]\w*$/.test(stem)) return "The name of a Python file consists of letters, digits and _, and begins with a letter: else nothing could import it.";
  if (!/^[A-Za-z0-9_][\w-]*$/.test(stem)) return "A name consists of letters, digits, _ and -.";
  return "";
}

// Why these are no files of the playground, as a sentence; or nothing. They may come from anywhere.
function shapeProblem(files) {
  if (!Array.isArray(files) || !files.length) return "There is no file in it.";
  const seen = [];
  for (const file of files) {
    if (!Array.isArray(file) || file.length !== 2 || !file.every((part) => typeof part === "string")) return "It does not hold files.";
    const problem = nameProblem(file[0], seen);
    if (problem) return problem;
    seen.push(file[0]);
  }
  return "";
}

// Why they cannot be opened. (What was typed here may be more: it is the reader's own.)
export function filesProblem(files) {
  const problem = shapeProblem(files);
  if (problem) return problem;
  if (files.length > MOST_FILES) return `The playground holds ${MOST_FILES} files, and these are ${files.length}.`;
  const size = files.reduce((sum, [, text]) => sum + text.length, 0);
  if (size > MOST_CHARACTERS) return `The playground holds ${MOST_CHARACTERS.toLocaleString("en")} characters, and these are ${size.toLocaleString("en")}.`;
  return "";
}

// With main.py, and that first.
export function inOrder(files) {
  const main = files.find(([name]) => name === MAIN) ?? [MAIN, ""];
  return [main, ...files.filter(([name]) => name !== MAIN)].map(([name, text]) => [name, text]);
}

export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
export const isChanged = (work) => !same(work.files, work.opened);

export function newWork(title, source, files, trusted = true) {
  const ordered = inOrder(files);
  return { title, source, files: ordered, opened: structuredClone(ordered), active: MAIN, trusted };
}

// ---- kept in the browser ----

function usable(work) {
  const sound = work && typeof work.title === "string" && typeof work.source === "string" && !shapeProblem(work.files) && !shapeProblem(work.opened);
  return sound && work.files[0][0] === MAIN && typeof work.active === "string";
}

// {now, earlier: [{when, work}]}; what is not ours, or broken, is left out.
export function readKept() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
    const earlier = Array.isArray(kept.earlier) ? kept.earlier.filter((one) => Number.isFinite(one?.when) && usable(one.work)) : [];
    return { now: usable(kept.now) ? { ...kept.now, trusted: kept.now.trusted === true } : null, earlier };
  } catch {
    return { now: null, earlier: [] };
  }
}

// Tells whether it could be kept.
function write(kept) {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
    return true;
  } catch {
    return false; // full or blocked
  }
}

export const keep = (work) => write({ ...readKept(), now: work });

// Puts a work aside, or takes one back that was put aside. Read anew: the playground may be open in a second window.
export function putAside(work) {
  const { now, earlier } = readKept();
  const others = earlier.filter((one) => !same(one.work.files, work.files));
  return write({ now, earlier: [{ when: Date.now(), work }, ...others].slice(0, EARLIER) });
}

export function takeBack(work) {
  const { now, earlier } = readKept();
  return write({ now, earlier: earlier.filter((one) => !same(one.work.files, work.files)) });
}

export const onOtherWindow = (heard, signal) => addEventListener("storage", ({ key }) => key === KEY && heard(), { signal });
