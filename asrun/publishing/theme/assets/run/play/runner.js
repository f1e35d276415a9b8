// Runs the files of the playground, and lines of its console, in one namespace; one at a time.

import { mayDownload, onProgress, theRuntime } from "../python.js";

/** @import { Result } from "../job.js" */
/** @import { Output } from "../output.js" */
/** @import { Runtime } from "../runtime.js" */
/** @import { File } from "./files.js" */

const PAGE = "playground"; // the namespace
const QUIET = 150; // milliseconds in which nothing is said of a run that goes on
const GONE = "The variables of the last run are gone: Python was started anew.\n";

/** @param {string} code */
const prompted = (code) =>
  code
    .split("\n")
    .map((line, place) => `${place ? "..." : ">>>"} ${line}`)
    .join("\n");

export class Runner {
  busy = false;
  #output;
  /** @type {Runtime | null} */
  #runtime = null;
  #cancelled = false;
  #stopWaiting = () => {};
  #generation = -1; // of the variables that the last run made; -1 where there are none

  /** @param {Output} output */
  constructor(output) {
    this.#output = output;
  }

  /**
   * @param {string} code
   * @param {File[]} files
   * @param {string} file the code is that of this file, and begins with no variables; without it, the code is a line of the console
   * @returns {Promise<Result | null>} what came of it, or nothing where that was said already
   */
  async run(code, files, file = "") {
    const output = this.#output;
    this.busy = true;
    this.#cancelled = false;
    output.begin(Boolean(file));
    if (!file) output.write(`${prompted(code)}\n`, "input");
    try {
      return await this.#turn(code, files, file);
    } catch (error) {
      return { status: "failed", error: { text: error.message } };
    } finally {
      this.busy = false;
    }
  }

  /**
   * @param {string} code
   * @param {File[]} files
   * @param {string} file
   * @returns {Promise<Result | null>}
   */
  async #turn(code, files, file) {
    const output = this.#output;
    /** @type {Result} */
    const stopped = { status: "stopped" };
    const runtime = await this.#python();
    if (runtime.state !== "ready") output.progress({ text: "Starting Python" });
    const stopsWaiting = new Promise((resolve) => {
      this.#stopWaiting = () => resolve(undefined);
    });
    await Promise.race([runtime.boot(), stopsWaiting]);
    if (this.#cancelled) return stopped;
    await runtime.write(PAGE, Object.fromEntries(files));
    if (!(await mayDownload(await runtime.packages(code, PAGE), output))) return this.#cancelled ? stopped : null;
    if (this.#cancelled) return stopped;
    if (file) await runtime.reset(PAGE);
    else if (this.#generation >= 0 && this.#generation !== runtime.generation) output.write(GONE, "stderr");
    const soon = setTimeout(() => output.progress({ text: "Running" }), QUIET);
    const result = await runtime.run({ page: PAGE, block: 0, code, file, interactive: !file, ...output.receiver });
    clearTimeout(soon);
    this.#generation = result.lost ? -1 : runtime.generation;
    return result;
  }

  async #python() {
    if (!this.#runtime) {
      this.#runtime = await theRuntime();
      onProgress(this.#runtime, (progress) => this.busy && this.#output.progress(progress));
    }
    return this.#runtime;
  }

  async stop() {
    if (!this.busy || this.#cancelled) return;
    this.#cancelled = true;
    this.#output.cancel();
    this.#stopWaiting();
    this.#output.say("Stopping …");
    await this.#runtime?.stop();
  }

  /** No variables are left. */
  reset() {
    this.#generation = -1;
    this.#runtime?.reset(PAGE).catch(() => {});
  }

  /**
   * @param {string} code
   * @param {number} offset
   */
  async complete(code, offset) {
    return this.#runtime ? this.#runtime.complete(PAGE, code, offset).catch(() => []) : [];
  }

  /**
   * Whether a package is there already; while something runs nobody can tell, and nothing is started to find out.
   * @param {string} module
   */
  async hasLoaded(module) {
    if (this.busy || this.#runtime?.state !== "ready") return false;
    return Boolean((await this.#runtime.packages(`import ${module}`))[0]?.loaded);
  }
}
