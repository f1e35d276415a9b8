// Python in a worker: loads Pyodide from our own origin, runs blocks one after the other, answers the editor.
//
// The page's Content-Security-Policy must hold for what a reader runs, and a worker has that policy only if it was started from a
// `blob:` (a worker started by its address has none, unless the host sends headers). So runtime.js starts a blob that imports this
// file, and started in any other way this file does nothing.

import { countFetches, get, Packages, post, progress, Sentence, unlessAFileFails } from "./loading.js";

if (self.location.protocol !== "blob:") throw new Error("The Python worker was not started from a blob, so no policy binds it.");

const ASSETS = new URL("../", import.meta.url);
const PYODIDE = new URL("pyodide/", ASSETS).href;
const BUNDLE = new URL("run/book.json", ASSETS).href;
const LIBRARY = "/lib/book"; // what runs a block; the reader's home holds only what a page may use
const FIRST = ["numpy"]; // what nearly every block imports
/** @type {Packages} */
let packages;
/** @type {any} */ // Pyodide and what it hands over of Python have no types here
let python;
/** @type {any} */
let session; // asrun.browser.session.Session
/** @type {Int32Array | null} */
let interrupts;
let figuresReady = false;
/** @type {Promise<unknown>} */
let waiting = Promise.resolve(); // what changes the interpreter happens in turn
let loading = Promise.resolve(); // one download after the other; a run that needs none does not wait for them
let stopped = () => {}; // called by Stop while packages are loading

// ---- loading ----

/**
 * Held as long as this worker lives: the page asks for the same lock, and gets it when the worker is gone.
 * @param {string} name
 */
function holdLifeline(name) {
  self.navigator.locks?.request(name, () => {
    post({ lifeline: name });
    return new Promise(() => {});
  });
}

/** @param {{ interruptBuffer?: SharedArrayBuffer, lifeline: string }} options */
async function boot({ interruptBuffer, lifeline }) {
  holdLifeline(lifeline);
  if (typeof WebAssembly !== "object") {
    throw new Sentence(
      "This browser does not run WebAssembly, which Python in the page needs: it is old, or a setting forbids it. Copy the block as a program instead.",
    );
  }
  await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); // the smallest program: fails where a policy forbids it
  interrupts = interruptBuffer ? new Int32Array(interruptBuffer) : null;
  countFetches(PYODIDE);
  const bundled = get(BUNDLE, "The book's modules");
  bundled.catch(() => {}); // heard below
  packages = new Packages(await get(`${PYODIDE}pyodide-lock.json`, "The list of Python's files"), PYODIDE);
  progress.begin([packages.coreStep(), packages.stepOf(FIRST[0], FIRST)]);
  const { loadPyodide } = await import(`${PYODIDE}pyodide.mjs`);
  /** @type {string[]} */
  const said = [];
  const loads = loadPyodide({
    indexURL: PYODIDE,
    packages: FIRST,
    env: { HOME: "/home/pyodide", MPLBACKEND: "agg", MPLCONFIGDIR: "/tmp/matplotlib" },
    stdout: () => {},
    stderr: (/** @type {string} */ text) => said.push(text),
  });
  let bundle;
  [python, bundle] = await unlessAFileFails(Promise.all([loads, bundled]));
  progress.show(true);
  if (FIRST.some((name) => !(name in python.loadedPackages))) throw new Error(`Failed to fetch ${FIRST}: ${said.join(" ")}`);
  unpack(bundle);
  if (interrupts) python.setInterruptBuffer(interrupts);
  // What C code prints by itself, past Python's own streams.
  python.setStdout({ batched: (/** @type {string} */ text) => send("stdout", `${text}\n`) });
  python.setStderr({ batched: (/** @type {string} */ text) => send("stderr", `${text}\n`) });
  progress.end();
}

/** @param {any} bundle as asrun/browser/bundle.py writes it */
function unpack({ style, package: modulesFrom, home, library }) {
  const { FS } = python;
  for (const [root, files] of [
    [FS.cwd(), home],
    [LIBRARY, library],
  ]) {
    for (const [name, content] of Object.entries(files)) {
      const path = `${root}/${name}`;
      FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
      FS.writeFile(path, typeof content === "string" ? content : Uint8Array.from(atob(content.base64), (c) => c.charCodeAt(0)));
    }
  }
  python.runPython(`import sys; sys.path[:0] = [".", "${LIBRARY}"]; sys.path[0] = __import__("os").getcwd(); import numpy`);
  python.pyimport("asrun.browser.wasm").restore_errors(python.pyimport("numpy.linalg"));
  const modules = python.toPy([...packages.byModule.keys()]);
  session = python.pyimport("asrun.browser.session").Session(style, modulesFrom, modules);
  modules.destroy();
}

// ---- packages ----

/** @param {any} proxy of a list */
function listed(proxy) {
  const list = proxy.toJs({ dict_converter: Object.fromEntries });
  proxy.destroy();
  return list;
}

const isLoaded = (/** @type {string} */ name) => name in python.loadedPackages;

/**
 * The packages that code imports, each with all that it needs and that is not there yet.
 * @param {string} code
 * @param {string} page
 */
const packagesOf = (code, page) => packages.imported(listed(session.imports(page, code)), isLoaded);

/** @param {string} code */
function load(code, page = "", background = false) {
  if (!background) progress.background = false; // somebody waits for what is on its way, too
  loading = loading.catch(() => {}).then(() => loadNow(packagesOf(code, page), background));
  return loading;
}

/**
 * @param {ReturnType<typeof packagesOf>} asked
 * @param {boolean} background
 */
async function loadNow(asked, background) {
  const open = asked.filter(({ loaded }) => !loaded);
  if (!open.length) return;
  const steps = open.map(({ name, names }) => packages.stepOf(name, names));
  progress.begin(steps, background);
  const names = [...new Set(open.flatMap((one) => one.names))];
  try {
    await unlessAFileFails(python.loadPackage(names, { errorCallback: () => {}, messageCallback: () => {} }));
  } catch {
    // The files that are there tell.
  } finally {
    progress.end();
  }
  const missing = open.find(({ name }) => !isLoaded(name));
  if (missing) {
    throw new Sentence(
      `${missing.title} could not be loaded: the connection is gone, or a file is not what it should be. Run the block again when the connection is back.`,
    );
  }
  post({ progress: null });
}

// Matplotlib is what readers want next; it comes while they read. Importing it takes a second or two, so it is done in
// steps, and a run that is asked for meanwhile goes first.
async function figures() {
  await load("import matplotlib", "", true);
  while (!figuresReady) {
    await inTurn(() => {
      figuresReady ||= !session.prepare_figures();
    });
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** @param {() => unknown} job */
function inTurn(job) {
  const result = waiting.then(() => {
    if (interrupts) interrupts[0] = 0; // an interrupt that came too late for the run before
    return job();
  });
  waiting = result.catch(() => {});
  return result;
}

// ---- running ----

/** @type {(kind: string, text: string) => void} */
let send = () => {};

/** @param {any} message */
async function run({ id, page, block, code, raises, file, interactive }) {
  const needed = packagesOf(code, page);
  if (needed.some(({ loaded }) => !loaded)) {
    const coming = load(code, page);
    const stop = new Promise((resolve) => {
      stopped = () => resolve(true);
    });
    if (await Promise.race([stop, coming])) return { status: "stopped" };
  }
  if (needed.some(({ name }) => name === "matplotlib")) while (!figuresReady) figuresReady = !session.prepare_figures();
  if (interrupts) interrupts[0] = 0;
  send = (kind, text) => post({ run: id, kind, text });
  let result;
  try {
    post({ run: id, kind: "computing", text: "" });
    const told = session.run(
      page,
      block,
      code,
      raises ?? "",
      (/** @type {string} */ kind, /** @type {string} */ text) => send(kind, text),
      file ?? "",
      Boolean(interactive),
    );
    result = told.toJs({ dict_converter: Object.fromEntries });
    told.destroy();
  } catch (error) {
    // An interrupt that came between the block and its end, or an interpreter that is broken for good.
    if (error?.type !== "KeyboardInterrupt") throw error;
    result = { status: "stopped" };
  } finally {
    if (interrupts) interrupts[0] = 0;
    send = () => {};
  }
  return result;
}

const json = (/** @type {unknown} */ value) => JSON.stringify(value);

/** @type {Record<string, (message: any) => unknown>} */
const calls = {
  boot,
  run,
  packages: ({ code, page }) => packagesOf(code, page).map(({ name, title, bytes, loaded }) => ({ name, title, bytes, loaded })),
  unavailable: ({ code, page }) => listed(session.missing(page, code)),
  write: ({ page, files }) => session.write(page, json(files)),
  reset: ({ page }) => session.reset(page).destroy(),
  complete: ({ page, code, offset }) => listed(session.complete(page, code, offset)),
  analyze: ({ sources }) => JSON.parse(session.analyze(json(sources))),
  program: ({ sources, number, about }) => {
    const { text, error } = JSON.parse(session.write_program(json(sources), number, json(about ?? {})));
    if (error) throw new Sentence(error);
    return text;
  },
};

/**
 * @param {unknown} id
 * @param {() => unknown} job
 */
async function answer(id, job) {
  try {
    post({ id, value: await job() });
  } catch (error) {
    const fatal = Boolean(error?.pyodide_fatal_error || python?._api?.fatal_error_occurred);
    post({ id, error: { text: String(error?.message || error?.type || error), sentence: error instanceof Sentence, fatal } });
  }
}

self.addEventListener("message", ({ data }) => {
  // Heard only while nothing computes; a run that loads packages ends here.
  if (data.call === "stop") answer(data.id, () => stopped());
  else if (data.call === "figures") answer(data.id, figures);
  else inTurn(() => answer(data.id, () => calls[data.call](data)));
});
