// The Python of this document: one worker that lives through instant navigation, started when somebody first wants it.
//
// Events (their `detail` in braces): "state" {state}, "progress" Progress or null when it is over, "lost" {reason}.

import { clean } from "./figure.js";
import { Interpreter } from "./interpreter.js";
import { checked, Job } from "./job.js";

/** @import { Receiver, Result, Task } from "./job.js" */
/** @import { Facts } from "./plan.js" */

/** @typedef {{ text: string, loaded?: number, total?: number, background?: boolean }} Progress */
/** @typedef {{ name: string, title?: string, bytes: number, loaded: boolean }} Found a package, with what it still has to download */
/** @typedef {{ code: string, raises: string }} Source a block as asrun/programs/program.py reads it */

const BEFORE_SPARE = 500; // milliseconds that a run takes before a second Python is started, in case Stop must replace the first
const BEFORE_FIGURES = 300; // milliseconds that Python is ready before Matplotlib comes in the background
const INTERRUPT = 700; // milliseconds that an interrupt may take before the worker is replaced
const STOPPED = "Stopped. The variables of all pages are lost.";
const CRASHED = "Python crashed: the block went too deep or needed too much memory. Its variables are lost; Run starts it anew.";

const wait = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What browsers tell of the machine, where they do. @type {Navigator & { deviceMemory?: number, connection?: { saveData?: boolean } }} */
const machine = navigator;

export class Runtime extends EventTarget {
  /** @type {"off" | "loading" | "ready" | "running" | "failed"} */
  state = "off";
  generation = 0; // how often the variables of all pages were lost
  isolated = Boolean(globalThis.crossOriginIsolated && globalThis.SharedArrayBuffer);
  patience = 45_000; // milliseconds without a sign of life after which a start is given up
  /** @type {Interpreter | null} */
  #current = null;
  /** @type {Interpreter | null} */
  #spare = null;
  /** @type {Job[]} */
  #queue = [];
  /** @type {Job | null} */
  #active = null;

  /** Rejects with an Error whose message is a sentence for the reader. The next boot() tries again. */
  async boot() {
    this.#current ??= this.#start();
    await this.#current.ready;
  }

  /**
   * Runs are queued; the promise never rejects.
   * @param {Partial<Task & Receiver> & { code: string }} asked
   * @returns {Promise<Result>}
   */
  run({ page = "", block = 0, code, raises = "", file = "", interactive = false, onText = () => {}, onFigure = () => {} }) {
    return new Promise((resolve) => {
      const job = new Job({ page, block, code, raises, file, interactive }, { onText, onFigure }, resolve);
      this.#queue.push(job);
      this.#next();
    });
  }

  /** @returns {Promise<{ lost: boolean }>} when the next run can start; `lost`: the variables of all pages are gone */
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

  /**
   * Puts the reader's own files where code of that page can import them.
   * @param {string} page
   * @param {Record<string, string>} files
   */
  async write(page, files) {
    return this.#ask("write", { page, files });
  }

  /**
   * The packages that the code imports.
   * @param {string} code
   * @param {string} page
   * @returns {Promise<Found[]>}
   */
  async packages(code, page = "") {
    return this.#ask("packages", { code, page });
  }

  /**
   * Imports that the browser's Python does not have.
   * @param {string} code
   * @param {string} page
   * @returns {Promise<{ name: string, sentence: string }[]>}
   */
  async unavailable(code, page = "") {
    /** @type {string[]} */
    const names = await this.#ask("unavailable", { code, page });
    const told = (/** @type {string} */ name) =>
      `The Python in this page does not have ${name}. Copy the block as a program and run it on your computer.`;
    return names.map((name) => ({ name, sentence: told(name) }));
  }

  /** @param {string} page whose variables go; where Python is not there, there are none */
  async reset(page) {
    if (this.#current?.booted) await this.#ask("reset", { page });
  }

  /**
   * The names that fit at that place of the code.
   * @param {string} page
   * @param {string} code
   * @param {number} offset
   * @returns {Promise<{ name: string, kind: string }[]>}
   */
  async complete(page, code, offset) {
    return this.#current?.booted && !this.#active ? this.#ask("complete", { page, code, offset }) : [];
  }

  /**
   * @param {Source[]} sources the blocks of a page
   * @returns {Promise<Facts[]>}
   */
  async analyze(sources) {
    return this.#ask("analyze", { sources });
  }

  /**
   * A block as a program of its own.
   * @param {Source[]} sources
   * @param {number} number
   * @param {Record<string, string>} about what the head of the program says
   * @returns {Promise<string>}
   */
  async program(sources, number, about) {
    return this.#ask("program", { sources, number, about });
  }

  /**
   * @param {string} call
   * @param {Record<string, unknown>} options
   */
  async #ask(call, options) {
    await this.boot();
    if (!this.#current) throw new Error(STOPPED);
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
    if (interpreter === this.#current && !machine.connection?.saveData) interpreter?.call("figures").catch(() => {});
  }

  // A second Python costs memory, so it is made only when a run has gone on for so long that Stop becomes likely.
  #prepareSpare() {
    if (this.#spare || (machine.deviceMemory ?? 8) < 4) return;
    this.#spare = this.#start();
  }

  /** @param {Interpreter} interpreter */
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
    const job = /** @type {Job} */ (this.#queue.shift());
    this.#active = job;
    this.#do(job).then((result) => job.finish(result));
    await job.over;
    clearTimeout(job.timer);
    this.#active = null;
    this.#settle();
    this.#next();
  }

  /**
   * @param {Job} job
   * @returns {Promise<Result>}
   */
  async #do(job) {
    try {
      await this.boot();
    } catch (error) {
      return { status: "failed", error: { text: error.message, line: null, column: null } };
    }
    const interpreter = this.#current;
    if (job.finished || !interpreter) return { status: "stopped" };
    job.interpreter = interpreter;
    this.#settle();
    try {
      return checked(await interpreter.call("run", job.task, (kind, text) => this.#hear(job, kind, text)));
    } catch (error) {
      if (error.ended || error.fatal) {
        interpreter.end(CRASHED);
        if (job.stopping) return { status: "stopped", lost: true };
        return { status: "lost", lost: true, error: { text: interpreter.reason, line: null, column: null } };
      }
      return { status: error.sentence ? "failed" : "error", error: { text: error.message, line: null, column: null } };
    }
  }

  /**
   * @param {Job} job
   * @param {string} kind
   * @param {string} text
   */
  #hear(job, kind, text) {
    if (kind === "computing") {
      job.computing = true;
      if (!this.isolated) job.timer = setTimeout(() => this.#prepareSpare(), BEFORE_SPARE);
    } else if (kind === "figure") {
      const figure = clean(text);
      if (figure) job.to.onFigure(figure);
    } else job.to.onText(text, kind === "stderr" ? "stderr" : "stdout");
  }

  #settle(without = this.state) {
    if (this.#active?.interpreter && !this.#active.finished) this.#set("running");
    else if (this.#current) this.#set(this.#current.booted ? "ready" : "loading");
    else this.#set(without === "failed" ? "failed" : "off");
  }

  /**
   * @param {Runtime["state"]} state
   * @param {Interpreter | null} interpreter
   */
  #set(state, interpreter = this.#current) {
    if (state === this.state || (this.#current && interpreter !== this.#current)) return;
    this.state = state;
    this.#tell("state", { state });
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

export const runtime = new Runtime();
