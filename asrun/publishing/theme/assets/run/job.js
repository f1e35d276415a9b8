// A run of a block that waits for its turn in the one Python, and what comes of it.

/** @import { Interpreter } from "./interpreter.js" */

/** @typedef {{ text: string, line?: number | null, column?: number | null, file?: string }} Failure the error that a run ended in */

/**
 * What came of a run. `status`: "done", "error" (the code failed), "stopped" (by stop(), also while queued), "lost" (Python died: a new one
 * starts with the next run), "failed" (Python or a package could not be loaded; the error's text says why). `lost`: the variables of all
 * pages are gone.
 * @typedef {"done" | "error" | "stopped" | "lost" | "failed"} Status
 * @typedef {{ status: Status, milliseconds?: number, error?: Failure, lost?: boolean }} Result
 */

/**
 * What to run. `file`: the code is that of the page's files, and an error says in which of them it arose. `interactive`: show what
 * expressions give, as a console does.
 * @typedef {{ page: string, block: number, code: string, raises: string, file: string, interactive: boolean }} Task
 */

/** @typedef {{ onText: (text: string, stream: string) => void, onFigure: (svg: string) => void }} Receiver */

export class Job {
  finished = false;
  lost = false;
  stopping = false; // somebody has asked to stop it
  computing = false; // its packages are there, and its code runs
  /** @type {Interpreter | null} */
  interpreter = null; // in which it runs
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;
  #resolve;
  #end = () => {};

  /**
   * @param {Task} task
   * @param {Receiver} to
   * @param {(result: Result) => void} resolve
   */
  constructor(task, to, resolve) {
    this.task = task;
    this.to = to;
    this.#resolve = resolve;
    /** @type {Promise<void>} */
    this.over = new Promise((end) => {
      this.#end = end;
    });
  }

  /** @param {Result} result of which the first counts */
  finish(result) {
    if (this.finished) return;
    this.finished = true;
    this.lost = Boolean(result.lost);
    this.#end();
    this.#resolve({ milliseconds: 0, ...result });
  }
}

/**
 * @param {any} sent by the worker, whatever that is
 * @returns {Result}
 */
export function checked({ status, error, milliseconds }) {
  const number = (/** @type {unknown} */ value) => (Number.isInteger(value) ? Number(value) : null);
  /** @type {Result} */
  const result = { status: ["done", "error", "stopped"].includes(status) ? status : "error", milliseconds: Number(milliseconds) || 0 };
  if (error) {
    result.error = { text: String(error.text), line: number(error.line), column: number(error.column) };
    if (typeof error.file === "string") result.error.file = error.file;
  }
  return result;
}
