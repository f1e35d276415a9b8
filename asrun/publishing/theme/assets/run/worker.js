// Python in a worker: loads Pyodide from our own origin, runs blocks one after the other, answers the editor.
//
// The page's Content-Security-Policy must hold for what a reader runs, and a worker has that policy only if it was started from a
// `blob:` (a worker started by its address has none, unless the host sends headers). So runtime.js starts a blob that imports this
// file, and started in any other way this file does nothing.
if (self.location.protocol !== "blob:") throw new Error("The Python worker was not started from a blob, so no policy binds it.");

const ASSETS = new URL("../", import.meta.url);
const PYODIDE = new URL("pyodide/", ASSETS).href;
const BUNDLE = new URL("run/book.json", ASSETS).href;
const LIBRARY = "/lib/book"; // what runs a block; the reader's home holds only what a page may use
const FIRST = ["numpy"]; // what nearly every block imports
const NAMES = { numpy: "NumPy", matplotlib: "Matplotlib", "scikit-learn": "scikit-learn", scipy: "SciPy", pandas: "pandas" };

let lock, python, session, interrupts;
let figuresReady = false;
let waiting = Promise.resolve(); // what changes the interpreter happens in turn
let loading = Promise.resolve(); // one download after the other; a run that needs none does not wait for them
let stopped = () => {}; // called by Stop while packages are loading

const post = (message) => self.postMessage(message);
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

class Sentence extends Error {} // an error whose message is for the reader as it stands

// ---- loading, with progress ----

const plainFetch = self.fetch.bind(self);
let arrived = new Map(); // address -> bytes
const NEAR = 30; // milliseconds

// Pyodide fetches by itself; this counts what comes, so that a slow network is told from a dead one.
self.fetch = async (input, init) => {
  const address = String(input?.url ?? input);
  if (!address.startsWith(PYODIDE)) return plainFetch(input, init);
  try {
    const asked = performance.now();
    const answer = await plainFetch(input, init);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    // From the cache or from near by, it is there before anybody could read how far it is, and counting would cost a tenth of the time.
    if (performance.now() - asked < NEAR) arrived.set(address, Infinity);
    else if (answer.body) count(address, answer.clone());
    return answer;
  } catch (error) {
    failed(new Error(`Failed to fetch ${address.slice(PYODIDE.length)}: ${error.message}`));
    throw error;
  }
};

// Pyodide itself waits for ever for some files that do not come: what loads is over with the first of them that fails.
let failed = () => {};

function unlessAFileFails(loads) {
  return Promise.race([loads, new Promise((_, reject) => (failed = reject))]);
}

async function count(address, copy) {
  const chunks = copy.body.getReader();
  try {
    for (;;) {
      const { done, value } = await chunks.read();
      if (done) return;
      arrived.set(address, (arrived.get(address) ?? 0) + value.length);
      progress.show();
    }
  } catch {
    // Whoever asked for the file is told.
  }
}

// What is being loaded: [{text, files: {address: {bytes, transfer}}}], and how far it is.
const progress = {
  steps: [],
  background: false,
  last: 0,
  begin(steps, background = false) {
    Object.assign(this, { steps, background, last: 0 });
    arrived = new Map();
    this.show(true);
  },
  show(now = false) {
    if (!this.steps.length || (!now && performance.now() - this.last < 80)) return;
    this.last = performance.now();
    let loaded = 0;
    let total = 0;
    let current = "";
    for (const { text, files } of this.steps) {
      let open = 0;
      for (const { address, bytes, transfer } of files) {
        const share = Math.min(1, (arrived.get(address) ?? 0) / bytes);
        loaded += share * transfer;
        total += transfer;
        if (share < 1) open += transfer;
      }
      if (open && !current) current = `${text}, ${megabytes(files.reduce((sum, file) => sum + file.transfer, 0))}`;
    }
    post({ progress: { text: current ? `Loading ${current}` : "Starting Python", loaded: Math.round(loaded), total, background: this.background } });
  },
  end() {
    this.steps = [];
  },
};

const fileOf = (name) => ({ address: PYODIDE + lock.packages[name].file_name, bytes: lock.packages[name].size, transfer: lock.packages[name].size });

function coreStep() {
  const files = Object.entries(lock.core).map(([name, { bytes, gzip }]) => ({ address: PYODIDE + name, bytes, transfer: gzip }));
  return { text: "Python", files: files.filter(({ address }) => !address.endsWith(".js") && !address.endsWith(".mjs")) };
}

async function get(address, what) {
  let answer;
  try {
    answer = await plainFetch(address, { cache: "no-cache" });
  } catch {
    throw new Sentence(`${what} could not be loaded: the connection is gone. Everything that you read stays; try again when it is back.`);
  }
  if (answer.status === 404) {
    throw new Sentence("This copy of the book has no Python in the page: it was built without it. Copy the block as a program instead.");
  }
  if (!answer.ok) throw new Sentence(`${what} could not be loaded: the host answers ${answer.status}. Try again later.`);
  return answer.json();
}

// Held as long as this worker lives: the page asks for the same lock, and gets it when the worker is gone.
function holdLifeline(name) {
  self.navigator.locks?.request(name, () => {
    post({ lifeline: name });
    return new Promise(() => {});
  });
}

async function boot({ interruptBuffer, lifeline }) {
  holdLifeline(lifeline);
  if (typeof WebAssembly !== "object") {
    throw new Sentence("This browser does not run WebAssembly, which Python in the page needs: it is old, or a setting forbids it. Copy the block as a program instead.");
  }
  await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); // the smallest program: fails where a policy forbids it
  interrupts = interruptBuffer && new Int32Array(interruptBuffer);
  const bundled = get(BUNDLE, "The book's modules");
  bundled.catch(() => {}); // heard below
  lock = await get(`${PYODIDE}pyodide-lock.json`, "The list of Python's files");
  progress.begin([coreStep(), stepOf(FIRST[0], FIRST)]);
  const { loadPyodide } = await import(`${PYODIDE}pyodide.mjs`);
  const said = [];
  const loads = loadPyodide({
    indexURL: PYODIDE,
    packages: FIRST,
    env: { HOME: "/home/pyodide", MPLBACKEND: "agg", MPLCONFIGDIR: "/tmp/matplotlib" },
    stdout: () => {},
    stderr: (text) => said.push(text),
  });
  let bundle;
  [python, bundle] = await unlessAFileFails(Promise.all([loads, bundled]));
  progress.show(true);
  if (FIRST.some((name) => !(name in python.loadedPackages))) throw new Error(`Failed to fetch ${FIRST}: ${said.join(" ")}`);
  unpack(bundle);
  if (interrupts) python.setInterruptBuffer(interrupts);
  // What C code prints by itself, past Python's own streams.
  python.setStdout({ batched: (text) => send("stdout", `${text}\n`) });
  python.setStderr({ batched: (text) => send("stderr", `${text}\n`) });
  progress.end();
}

function stepOf(name, names) {
  return { text: NAMES[name] ?? name, files: names.map(fileOf) };
}

function unpack({ style, package: modulesFrom, home, library }) {
  const { FS } = python;
  for (const [root, files] of [[FS.cwd(), home], [LIBRARY, library]]) {
    for (const [name, content] of Object.entries(files)) {
      const path = `${root}/${name}`;
      FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
      FS.writeFile(path, typeof content === "string" ? content : Uint8Array.from(atob(content.base64), (c) => c.charCodeAt(0)));
    }
  }
  python.runPython(`import sys; sys.path[:0] = [".", "${LIBRARY}"]; sys.path[0] = __import__("os").getcwd(); import numpy`);
  python.pyimport("asrun.browser.wasm").restore_errors(python.pyimport("numpy.linalg"));
  const modules = python.toPy([...moduleNames().keys()]);
  session = python.pyimport("asrun.browser.session").Session(style, modulesFrom, modules);
  modules.destroy();
}

// ---- packages ----

function moduleNames() {
  const names = new Map();
  for (const { name, imports } of Object.values(lock.packages)) for (const module of imports) names.set(module.split(".")[0], name);
  return names;
}

function listed(proxy) {
  const list = proxy.toJs({ dict_converter: Object.fromEntries });
  proxy.destroy();
  return list;
}

const isLoaded = (name) => name in python.loadedPackages;

// The packages that code imports, each with all that it needs and that is not there yet.
function packagesOf(code, page) {
  const byModule = moduleNames();
  const found = [];
  for (const module of listed(session.imports(page, code))) {
    const name = byModule.get(module);
    if (!name || found.some((other) => other.name === name)) continue;
    const names = new Set();
    const add = (one) => {
      if (isLoaded(one) || names.has(one)) return;
      lock.packages[one].depends.forEach(add);
      names.add(one);
    };
    add(name);
    const bytes = [...names].reduce((sum, one) => sum + lock.packages[one].size, 0);
    found.push({ name, title: NAMES[name] ?? name, names: [...names], bytes, loaded: names.size === 0 });
  }
  return found;
}

function load(code, page = "", background = false) {
  if (!background) progress.background = false; // somebody waits for what is on its way, too
  loading = loading.catch(() => {}).then(() => loadNow(packagesOf(code, page), background));
  return loading;
}

async function loadNow(packages, background) {
  const open = packages.filter(({ loaded }) => !loaded);
  if (!open.length) return;
  progress.begin(open.map(({ name, names }) => stepOf(name, names)), background);
  const names = [...new Set(open.flatMap((one) => one.names))];
  try {
    await unlessAFileFails(python.loadPackage(names, { errorCallback: () => {}, messageCallback: () => {} }));
  } catch {
    // The files that are there tell.
  } finally {
    progress.end();
  }
  for (const { name, title } of open) {
    if (!isLoaded(name)) throw new Sentence(`${title} could not be loaded: the connection is gone, or a file is not what it should be. Run the block again when the connection is back.`);
  }
  post({ progress: null });
}

// Matplotlib is what readers want next; it comes while they read. Importing it takes a second or two, so it is done in
// steps, and a run that is asked for meanwhile goes first.
async function figures() {
  await load("import matplotlib", "", true);
  while (!figuresReady) {
    await inTurn(() => (figuresReady ||= !session.prepare_figures()));
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function inTurn(job) {
  const result = waiting.then(() => {
    if (interrupts) interrupts[0] = 0; // an interrupt that came too late for the run before
    return job();
  });
  waiting = result.catch(() => {});
  return result;
}

// ---- running ----

let send = () => {};

async function run({ id, page, block, code, raises, file, interactive }) {
  const packages = packagesOf(code, page);
  if (packages.some(({ loaded }) => !loaded)) {
    const coming = load(code, page);
    const stop = new Promise((resolve) => (stopped = () => resolve(true)));
    if (await Promise.race([stop, coming])) return { status: "stopped" };
  }
  if (packages.some(({ name }) => name === "matplotlib")) while (!figuresReady) figuresReady = !session.prepare_figures();
  if (interrupts) interrupts[0] = 0;
  send = (kind, text) => post({ run: id, kind, text });
  let result;
  try {
    post({ run: id, kind: "computing", text: "" });
    const told = session.run(page, block, code, raises ?? "", (kind, text) => send(kind, text), file ?? "", Boolean(interactive));
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

const json = (value) => JSON.stringify(value);

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
