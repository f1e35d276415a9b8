// The Python of this document: one worker that lives through instant navigation, started when somebody first wants it.
//
//   boot()      -> Promise; rejects with an Error whose message is a sentence for the reader. The next boot() tries again.
//   run({page, block, code, raises, onText(text, stream), onFigure(svg), file, interactive})
//               -> Promise<{status, milliseconds, error?: {text, line, column}, lost?}>; runs are queued. It never rejects. status:
//                  "done", "error" (the code failed), "stopped" (by stop(), also while queued), "lost" (Python died: a new one
//                  starts with the next run), "failed" (Python or a package could not be loaded; error.text says why).
//   stop()      -> Promise<{lost}>, when the next run can start. lost: the variables of all pages are gone.
//               file: the code is that of the page's files, and an error says in which of them it arose (error.file).
//               interactive: show what expressions give, as a console does.
//   write(page, files) puts the reader's own files, {name: text}, where code of that page can import them
//   packages(code, page)    -> Promise<[{name, title, bytes, loaded}]> that the code imports, with what each still has to download
//   unavailable(code, page) -> Promise<[{name, sentence}]>: imports that the browser's Python does not have
//   reset(page), complete(page, code, offset), analyze(sources), program(sources, number, about)
// Events (their `detail` in braces): "state" {state}, "progress" {text, loaded, total, background} or null when it is over,
// "lost" {reason}. `generation` counts how often the variables of all pages were lost.

import { clean } from "./figure.js";

const WORKER = new URL("worker.js", import.meta.url).href;
const BEFORE_SPARE = 500; // milliseconds that a run takes before a second Python is started, in case Stop must replace the first
const BEFORE_FIGURES = 300; // milliseconds that Python is ready before Matplotlib comes in the background
const INTERRUPT = 700; // milliseconds that an interrupt may take before the worker is replaced

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const STOPPED = "Stopped. The variables of all pages are lost.";
const GONE = "Python stopped unexpectedly, perhaps for lack of memory. Its variables are lost; Run starts it anew.";
const CRASHED = "Python crashed: the block went too deep or needed too much memory. Its variables are lost; Run starts it anew.";

// What the reader is told when a start fails, by what the browser says of it.
function sentenceOf(message) {
  if (location.protocol === "file:") {
    return "Python in the page needs a server, and this page was opened as a file. Run `python -m http.server` in the book's folder and open the address that it prints.";
  }
  if (/fetch|network|import/i.test(message)) {
    return "Python could not be loaded: the connection is gone, or a file of it is missing. Everything else on this page works; try again later.";
  }
  if (/memory/i.test(message)) {
    return "There is not enough memory for Python in the page: close other tabs and try again, or copy the block as a program.";
  }
  if (/WebAssembly|Content Security Policy/i.test(message)) {
    return "This browser, or the network that you are in, forbids WebAssembly, which Python in the page needs. Copy the block as a program instead.";
  }
  return `Python could not be started (${message || "the browser does not say why"}). It needs a browser of 2022 or later. Copy the block as a program instead.`;
}

// One worker, and the calls that it has not answered yet.
class Interpreter {
  #worker;
  #calls = new Map(); // id -> {resolve, reject, stream}
  #next = 1;
  #release = new AbortController();

  constructor(isolated, { onProgress, onEnd }) {
    Object.assign(this, { onProgress, onEnd, booted: false, reason: "", heard: performance.now() });
    if (isolated) this.interrupts = new Int32Array(new SharedArrayBuffer(4));
    // See the head of worker.js for why it is a blob.
    this.blob = URL.createObjectURL(new Blob([`import ${JSON.stringify(WORKER)};`], { type: "text/javascript" }));
    this.#worker = new Worker(this.blob, { type: "module", name: "Python" });
    this.#worker.addEventListener("message", ({ data }) => this.#receive(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      // Later errors are those of a reader's own callbacks, which do no harm to the interpreter.
      if (!this.booted) this.end(sentenceOf(event.message ?? "import"));
    });
  }

  boot(patience) {
    this.ready ??= this.#boot(patience);
    return this.ready;
  }

  async #boot(patience) {
    const watch = setInterval(() => {
      if (performance.now() - this.heard > patience) {
        this.end(`Python did not start: nothing has come for ${Math.round(patience / 1000)} seconds. Check the connection and try again; everything else on this page works.`);
      }
    }, Math.min(1000, patience / 4));
    try {
      this.heard = performance.now();
      const lifeline = `book-python-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
      await this.call("boot", { interruptBuffer: this.interrupts?.buffer, lifeline });
      this.booted = true;
    } catch (error) {
      if (!this.reason) this.end(error.sentence ? error.message : sentenceOf(error.message));
      throw new Error(this.reason);
    } finally {
      clearInterval(watch);
    }
  }

  call(call, options = {}, stream = null) {
    if (this.reason) return Promise.reject(new Error(this.reason));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject, stream });
      this.#worker.postMessage({ id, call, ...options });
    });
  }

  // What comes is data, whatever it says: a reader's code can send messages too.
  #receive(message) {
    this.heard = performance.now();
    if ("progress" in message) this.onProgress(this, message.progress);
    else if ("lifeline" in message) this.#watch(message.lifeline);
    else if ("run" in message) this.#calls.get(message.run)?.stream?.(String(message.kind), String(message.text));
    else if (this.#calls.has(message.id)) {
      const { resolve, reject } = this.#calls.get(message.id);
      this.#calls.delete(message.id);
      if (message.error) reject(Object.assign(new Error(String(message.error.text)), { sentence: message.error.sentence, fatal: message.error.fatal }));
      else resolve(message.value);
    }
  }

  // The worker holds a lock while it lives; we get it when the worker is gone, however it went.
  #watch(name) {
    navigator.locks.request(name, { signal: this.#release.signal }, () => this.end(GONE)).catch(() => {});
  }

  interrupt() {
    this.interrupts[0] = 2; // SIGINT
  }

  end(reason) {
    if (this.reason) return;
    this.reason = reason;
    this.#release.abort();
    this.#worker.terminate();
    URL.revokeObjectURL(this.blob);
    for (const { reject } of this.#calls.values()) reject(Object.assign(new Error(reason), { ended: true }));
    this.#calls.clear();
    this.onEnd(this);
  }
}

class Runtime extends EventTarget {
  state = "off"; // "off" | "loading" | "ready" | "running" | "failed"
  generation = 0;
  isolated = Boolean(globalThis.crossOriginIsolated && globalThis.SharedArrayBuffer);
  patience = 45_000; // milliseconds without a sign of life after which a start is given up
  #current = null;
  #spare = null;
  #queue = [];
  #active = null;

  async boot() {
    this.#current ??= this.#start();
    await this.#current.ready;
  }

  run({ page = "", block = 0, code, raises = "", onText = () => {}, onFigure = () => {}, file = "", interactive = false }) {
    return new Promise((resolve) => {
      const job = { page, block, code, raises, onText, onFigure, file, interactive, finished: false };
      job.over = new Promise((over) => (job.finish = (result) => {
        if (job.finished) return;
        Object.assign(job, { finished: true, lost: Boolean(result.lost) });
        over();
        resolve({ milliseconds: 0, ...result });
      }));
      this.#queue.push(job);
      this.#next();
    });
  }

  async stop() {
    for (const job of this.#queue.splice(0)) job.finish({ status: "stopped" });
    const job = this.#active;
    if (!job) return { lost: false };
    job.stopping = true;
    const { interpreter } = job;
    if (!interpreter) {
      job.finish({ status: "stopped" }); // Python is still starting, and goes on with it
      await job.over;
      return { lost: false };
    }
    if (!job.computing) {
      interpreter.call("stop").catch(() => {});
      await Promise.race([job.over, wait(INTERRUPT)]);
    }
    const started = performance.now();
    while (!job.finished && this.isolated && performance.now() - started < INTERRUPT) {
      interpreter.interrupt();
      await Promise.race([job.over, wait(50)]);
      if (performance.now() - started > INTERRUPT / 2) this.#prepareSpare();
    }
    if (job.finished) return { lost: job.lost };
    interpreter.end(STOPPED);
    await this.boot().catch(() => {});
    return { lost: true };
  }

  async write(page, files) {
    return this.#ask("write", { page, files });
  }

  async packages(code, page = "") {
    return this.#ask("packages", { code, page });
  }

  async unavailable(code, page = "") {
    const names = await this.#ask("unavailable", { code, page });
    return names.map((name) => ({ name, sentence: `The Python in this page does not have ${name}. Copy the block as a program and run it on your computer.` }));
  }

  // Where Python is not there, nothing is to be reset.
  async reset(page) {
    if (this.#current?.booted) await this.#ask("reset", { page });
  }

  async complete(page, code, offset) {
    return this.#current?.booted && !this.#active ? this.#ask("complete", { page, code, offset }) : [];
  }

  async analyze(sources) {
    return this.#ask("analyze", { sources });
  }

  async program(sources, number, about) {
    return this.#ask("program", { sources, number, about });
  }

  async #ask(call, options) {
    await this.boot();
    return this.#current.call(call, options);
  }

  #start() {
    const interpreter = new Interpreter(this.isolated, {
      onProgress: (from, detail) => from === this.#current && this.#tell("progress", detail),
      onEnd: (ended) => this.#ended(ended),
    });
    this.#set("loading", interpreter);
    interpreter.boot(this.patience).then(
      () => {
        this.#settle();
        if (interpreter === this.#current) this.#drawSoon();
      },
      () => {}, // #ended has heard of it, and whoever waits for `ready`
    );
    return interpreter;
  }

  // Figures are what readers want next; what they have asked for goes first. With data saving on, they load when a block draws.
  async #drawSoon() {
    const interpreter = this.#current;
    await wait(BEFORE_FIGURES);
    while (this.#active) await this.#active.over;
    if (interpreter === this.#current && !navigator.connection?.saveData) interpreter.call("figures").catch(() => {});
  }

  // A second Python costs memory, so it is made only when a run has gone on for so long that Stop becomes likely.
  #prepareSpare() {
    if (this.#spare || (navigator.deviceMemory ?? 8) < 4) return;
    this.#spare = this.#start();
  }

  #ended(interpreter) {
    if (interpreter === this.#spare) this.#spare = null;
    if (interpreter !== this.#current) return;
    this.#current = this.#spare;
    this.#spare = null;
    if (interpreter.booted) {
      this.generation += 1;
      this.#tell("lost", { reason: interpreter.reason });
      this.#current ??= interpreter.reason === STOPPED ? this.#start() : null;
    }
    this.#tell("progress", null);
    if (this.#current?.booted) this.#drawSoon();
    this.#settle(interpreter.booted ? "off" : "failed");
  }

  async #next() {
    if (this.#active || !this.#queue.length) return;
    const job = (this.#active = this.#queue.shift());
    this.#do(job).then((result) => job.finish(result));
    await job.over;
    clearTimeout(job.timer);
    this.#active = null;
    this.#settle();
    this.#next();
  }

  async #do(job) {
    try {
      await this.boot();
    } catch (error) {
      return { status: "failed", error: { text: error.message, line: null, column: null } };
    }
    if (job.finished) return {};
    const interpreter = (job.interpreter = this.#current);
    this.#settle();
    const stream = (kind, text) => {
      if (kind === "computing") {
        job.computing = true;
        if (!this.isolated) job.timer = setTimeout(() => this.#prepareSpare(), BEFORE_SPARE);
      } else if (kind !== "figure") job.onText(text, kind === "stderr" ? "stderr" : "stdout");
      else if ((text = clean(text))) job.onFigure(text);
    };
    try {
      const { page, block, code, raises, file, interactive } = job;
      return checked(await interpreter.call("run", { page, block, code, raises, file, interactive }, stream));
    } catch (error) {
      if (error.ended || error.fatal) {
        interpreter.end(CRASHED);
        if (job.stopping) return { status: "stopped", lost: true };
        return { status: "lost", lost: true, error: { text: interpreter.reason, line: null, column: null } };
      }
      return { status: error.sentence ? "failed" : "error", error: { text: error.message, line: null, column: null } };
    }
  }

  #settle(without = this.state) {
    if (this.#active?.interpreter && !this.#active.finished) this.#set("running");
    else if (this.#current) this.#set(this.#current.booted ? "ready" : "loading");
    else this.#set(without === "failed" ? "failed" : "off");
  }

  #set(state, interpreter = this.#current) {
    if (state === this.state || (this.#current && interpreter !== this.#current)) return;
    this.state = state;
    this.#tell("state", { state });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

// A result as the contract has it, whatever the worker sent.
function checked({ status, error, milliseconds }) {
  const number = (value) => (Number.isInteger(value) ? value : null);
  const result = { status: ["done", "error", "stopped"].includes(status) ? status : "error", milliseconds: Number(milliseconds) || 0 };
  if (error) result.error = { text: String(error.text), line: number(error.line), column: number(error.column) };
  if (error && typeof error.file === "string") result.error.file = error.file;
  return result;
}

export const runtime = new Runtime();
