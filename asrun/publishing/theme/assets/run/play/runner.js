// Runs the files of the playground, and lines of its console, in one namespace; one at a time.

import { mayDownload, theRuntime } from "../turns.js";

const PAGE = "playground"; // the namespace
const QUIET = 150; // milliseconds in which nothing is said of a run that goes on
const GONE = "The variables of the last run are gone: Python was started anew.\n";

const prompted = (code) => code.split("\n").map((line, place) => `${place ? "..." : ">>>"} ${line}`).join("\n");

export class Runner {
  busy = false;
  #output;
  #runtime = null;
  #cancelled = false;
  #stopWaiting = () => {};
  #generation = -1; // of the variables that the last run made; -1 where there are none

  constructor(output) {
    this.#output = output;
  }

  // `file`: the code is that of this file, and begins with no variables; without it, the code is a line of the console. Gives what came of
  // it, as runtime.run does, or nothing where that was said already.
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

  async #turn(code, files, file) {
    const output = this.#output;
    const stopped = { status: "stopped" };
    const runtime = await this.#python();
    if (runtime.state !== "ready") output.progress({ text: "Starting Python" });
    await Promise.race([runtime.boot(), new Promise((resolve) => (this.#stopWaiting = resolve))]);
    if (this.#cancelled) return stopped;
    await runtime.write(PAGE, Object.fromEntries(files));
    if (!(await mayDownload(await runtime.packages(code, PAGE), output))) return this.#cancelled ? stopped : null;
    if (this.#cancelled) return stopped;
    if (file) await runtime.reset(PAGE);
    else if (this.#generation >= 0 && this.#generation !== (runtime.generation ?? 0)) output.write(GONE, "stderr");
    const soon = setTimeout(() => output.progress({ text: "Running" }), QUIET);
    const to = { onText: (text, stream) => output.write(text, stream), onFigure: (svg) => output.draw(svg) };
    const result = await runtime.run({ page: PAGE, block: 0, code, file, interactive: !file, ...to });
    clearTimeout(soon);
    this.#generation = result.lost ? -1 : (runtime.generation ?? 0);
    return result;
  }

  async #python() {
    if (!this.#runtime) {
      this.#runtime = await theRuntime();
      this.#runtime.addEventListener("progress", ({ detail }) => {
        if (this.busy && !detail?.background) this.#output.progress(detail ?? { text: "Running" });
      });
    }
    return this.#runtime;
  }

  async stop() {
    if (!this.busy || this.#cancelled) return;
    this.#cancelled = true;
    this.#output.cancel?.();
    this.#stopWaiting();
    this.#output.say("Stopping …");
    await this.#runtime?.stop();
  }

  // No variables are left.
  reset() {
    this.#generation = -1;
    this.#runtime?.reset(PAGE).catch(() => {});
  }

  async complete(code, offset) {
    return this.#runtime ? this.#runtime.complete(PAGE, code, offset).catch(() => []) : [];
  }

  // Whether a package is there already; while something runs nobody can tell, and nothing is started to find out.
  async hasLoaded(module) {
    if (this.busy || this.#runtime?.state !== "ready") return false;
    return Boolean((await this.#runtime.packages(`import ${module}`))[0]?.loaded);
  }
}
