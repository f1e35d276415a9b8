// One Python: a worker, and the calls that it has not answered yet.

/** @import { Progress } from "./runtime.js" */

/**
 * An error of a call. `sentence`: its message is for the reader as it stands; `fatal`: Python is broken for good; `ended`: it is gone.
 * @typedef {Error & { sentence?: boolean, fatal?: boolean, ended?: boolean }} CallError
 */

/** @typedef {(kind: string, text: string) => void} Stream what a run writes and draws */

const WORKER = new URL("worker.js", import.meta.url).href;
const GONE = "Python stopped unexpectedly, perhaps for lack of memory. Its variables are lost; Run starts it anew.";

/**
 * What the reader is told when a start fails, by what the browser says of it.
 * @param {string} message
 */
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

export class Interpreter {
  booted = false;
  reason = ""; // why it ended
  /** @type {Promise<void> | null} */
  ready = null;
  #heard = performance.now(); // when it gave its last sign of life
  #next = 1;
  #release = new AbortController();
  /** @type {Map<unknown, { resolve: (value: any) => void, reject: (error: Error) => void, stream: Stream | null }>} */
  #calls = new Map(); // by their id
  /** @type {Int32Array | null} */
  #interrupts;
  #blob;
  #worker;
  #on;

  /**
   * @param {boolean} isolated whether the page may share memory with it, by which it can be interrupted
   * @param {{ onProgress: (from: Interpreter, progress: Progress | null) => void, onEnd: (ended: Interpreter) => void }} on
   */
  constructor(isolated, on) {
    this.#on = on;
    this.#interrupts = isolated ? new Int32Array(new SharedArrayBuffer(4)) : null;
    // See the head of worker.js for why it is a blob.
    this.#blob = URL.createObjectURL(new Blob([`import ${JSON.stringify(WORKER)};`], { type: "text/javascript" }));
    this.#worker = new Worker(this.#blob, { type: "module", name: "Python" });
    this.#worker.addEventListener("message", ({ data }) => this.#receive(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      // Later errors are those of a reader's own callbacks, which do no harm to the interpreter.
      if (!this.booted) this.end(sentenceOf(event.message ?? "import"));
    });
  }

  /** @param {number} patience milliseconds without a sign of life after which the start is given up */
  boot(patience) {
    this.ready ??= this.#boot(patience);
    return this.ready;
  }

  /** @param {number} patience */
  async #boot(patience) {
    const check = () => {
      if (performance.now() - this.#heard <= patience) return;
      const seconds = Math.round(patience / 1000);
      this.end(
        `Python did not start: nothing has come for ${seconds} seconds. Check the connection and try again; everything else on this page works.`,
      );
    };
    const watch = setInterval(check, Math.min(1000, patience / 4));
    try {
      this.#heard = performance.now();
      const lifeline = `book-python-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
      await this.call("boot", { interruptBuffer: this.#interrupts?.buffer, lifeline });
      this.booted = true;
    } catch (error) {
      if (!this.reason) this.end(error.sentence ? error.message : sentenceOf(error.message));
      throw new Error(this.reason);
    } finally {
      clearInterval(watch);
    }
  }

  /**
   * @param {string} call
   * @param {Record<string, unknown>} options
   * @param {Stream | null} stream
   * @returns {Promise<any>} rejects with a CallError
   */
  call(call, options = {}, stream = null) {
    if (this.reason) return Promise.reject(new Error(this.reason));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject, stream });
      this.#worker.postMessage({ id, call, ...options });
    });
  }

  /** @param {any} message data, whatever it says: a reader's code can send messages too */
  #receive(message) {
    this.#heard = performance.now();
    if ("progress" in message) this.#on.onProgress(this, message.progress);
    else if ("lifeline" in message) this.#watch(message.lifeline);
    else if ("run" in message) this.#calls.get(message.run)?.stream?.(String(message.kind), String(message.text));
    else this.#answer(message);
  }

  /** @param {any} answer */
  #answer({ id, value, error }) {
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    if (error) call.reject(Object.assign(new Error(String(error.text)), { sentence: error.sentence, fatal: error.fatal }));
    else call.resolve(value);
  }

  /** @param {string} name of the lock that the worker holds while it lives; we get it when the worker is gone, however it went */
  #watch(name) {
    navigator.locks.request(name, { signal: this.#release.signal }, () => this.end(GONE)).catch(() => {});
  }

  interrupt() {
    if (this.#interrupts) this.#interrupts[0] = 2; // SIGINT
  }

  /** @param {string} reason */
  end(reason) {
    if (this.reason) return;
    this.reason = reason;
    this.#release.abort();
    this.#worker.terminate();
    URL.revokeObjectURL(this.#blob);
    for (const { reject } of this.#calls.values()) reject(Object.assign(new Error(reason), { ended: true }));
    this.#calls.clear();
    this.#on.onEnd(this);
  }
}
