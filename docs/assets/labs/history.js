// The states of a lab, with undo and redo. What is live, a drag or a held key, becomes one step when it settles.

const UNDOS = 200;

export class StateHistory {
  /** @type {any[]} */
  past = [];
  /** @type {any[]} */
  future = [];

  /** @param {any} state the first one: plain data */
  constructor(state) {
    this.state = state;
    /** The last state that a step of undo leads back to. */
    this.settled = state;
  }

  /** Takes over part of a state. @param {object} patch */
  change(patch) {
    this.state = { ...this.state, ...patch };
  }

  settle() {
    if (this.settled === this.state) return;
    this.past = [...this.past.slice(1 - UNDOS), this.settled];
    this.future = [];
    this.settled = this.state;
  }

  get canUndo() {
    return this.past.length > 0 || this.settled !== this.state;
  }

  get canRedo() {
    return this.future.length > 0;
  }

  /** Whether there was a step to undo. */
  undo() {
    this.settle();
    return this.#travel(this.past, this.future);
  }

  redo() {
    return this.#travel(this.future, this.past);
  }

  /** @param {any[]} from @param {any[]} to */
  #travel(from, to) {
    if (!from.length) return false;
    to.push(this.state);
    this.state = this.settled = from.pop();
    return true;
  }
}
