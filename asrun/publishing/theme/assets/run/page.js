// A page with blocks under the reader's hands: what was changed on it, what its namespace holds, and what is out of date.

import { h } from "../dom.js";
import { Block, numberOf } from "./block.js";
import { editsOf } from "./edits.js";
import { runtimeIfAsked, theRuntime } from "./python.js";

/** @import { Facts } from "./plan.js" */
/** @import { Runtime } from "./runtime.js" */

/**
 * What the build wrote of a page, `take/STEM.json`.
 * @typedef {{ title: string, url: string, about?: Record<string, string>, blocks: { code: string, after: number[], facts?: object[] }[] }} Taken
 */

const BASE = new URL("../../", import.meta.url);
const UNKEPT = "Your browser keeps nothing for this page (its storage is full or blocked): the change is gone when you reload or close it.";

export class Page {
  /** @type {Map<number, Block>} in the order of the page */
  blocks = new Map();
  /** @type {Map<number, string | null>} block -> stamp of its last run */
  ran = new Map();
  /** @type {Map<string, string | null>} name -> stamp of the run that wrote it last */
  wrote = new Map();
  #generation = 0; // of the Python in which they ran
  /** @type {{ key: string, found: Map<number, Facts> } | null} */
  #facts = null;
  /** @type {Promise<Taken | null> | null} */
  #taken = null;
  #toldUnkept = false;
  #asked = 0; // how often was looked for what is out of date

  /**
   * @param {string} path its address at this host
   * @param {HTMLElement[]} elements of its blocks
   */
  constructor(path, elements) {
    this.stem = path.slice(BASE.pathname.length).replace(/\/$/, "") || "index";
    for (const element of [...elements].sort((a, b) => numberOf(a) - numberOf(b))) {
      if (!this.blocks.has(numberOf(element))) this.blocks.set(numberOf(element), new Block(this, element));
    }
    this.edits = editsOf(path, new Map([...this.blocks].map(([number, { book }]) => [number, book])));
    for (const [number, code] of this.edits.current) this.block(number).edited = code;
  }

  /** @param {number} number */
  block(number) {
    return /** @type {Block} */ (this.blocks.get(number));
  }

  /**
   * Joins the blocks with their elements in the page as it is now.
   * @param {HTMLElement[]} elements
   */
  attach(elements) {
    for (const element of elements) this.block(numberOf(element)).attach(element);
    for (const [number, change] of this.edits.older) this.block(number).offer(change);
    this.showStale();
  }

  get isChanged() {
    return [...this.blocks.values()].some(({ edited }) => edited !== null);
  }

  get codes() {
    return new Map([...this.blocks].map(([number, { code }]) => [number, code]));
  }

  /** The blocks as asrun/programs/program.py reads them, with what the build noted when it ran them. */
  async sources() {
    const taken = await this.taken();
    return [...this.blocks.values()].map(({ number, code, raises }) => {
      const built = taken?.blocks[number - 1];
      return { page: this.stem, code, raises, ...(built?.code === code && { facts: built.facts }) };
    });
  }

  // ---- changes ----

  /** @param {Block} block whose change is kept in the browser, or forgotten where it is undone */
  keep(block) {
    const { number, edited } = block;
    const kept = edited === null ? this.edits.forget(number) : this.edits.keep(number, edited);
    if (kept || this.#toldUnkept) return;
    this.#toldUnkept = true;
    block.say(UNKEPT);
  }

  resetAll() {
    for (const block of this.blocks.values()) if (block.edited !== null) block.reset();
    this.edits.forgetAll();
  }

  // ---- which blocks need which ----

  /** @returns {Promise<Map<number, Facts>>} of each block as it stands now; where Python cannot tell, what the build knows */
  async facts() {
    const { codes } = this;
    const key = JSON.stringify([...codes.values()]);
    if (this.#facts?.key === key) return this.#facts.found;
    const numbers = [...codes.keys()];
    const found = new Map();
    try {
      const analyzed = await (await theRuntime()).analyze(await this.sources());
      numbers.forEach((number, place) => found.set(number, analyzed[place]));
    } catch {
      const taken = await this.taken();
      // Where nothing is known, everything before is needed.
      const after = (/** @type {number} */ number) => taken?.blocks[number - 1]?.after ?? numbers.filter((other) => other < number);
      numbers.forEach((number) => found.set(number, { defines: [], uses: [], after: after(number) }));
    }
    this.#facts = { key, found };
    return found;
  }

  /** A changed block has run: what it did is known from now on. */
  learn() {
    this.#facts = null;
  }

  /** What the build wrote of the page and its blocks. */
  taken() {
    this.#taken ??= fetch(new URL(`take/${this.stem}.json`, BASE))
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null);
    return this.#taken;
  }

  /** @param {Runtime} runtime in which nothing of an earlier generation is left */
  forgetWhatIsLost({ generation }) {
    if (this.#generation === generation) return;
    this.#generation = generation;
    this.ran.clear();
    this.wrote.clear();
  }

  // ---- what is out of date ----

  async showStale() {
    const own = ++this.#asked;
    const reasons = await this.#stale();
    if (own !== this.#asked) return; // a later answer is on its way
    for (const block of this.blocks.values()) if (!block.turn) block.showStale(reasons.get(block.number) ?? []);
  }

  /**
   * Why what stands beneath a block is out of date, as pieces of a sentence. Loads no Python to find that out.
   * @returns {Promise<Map<number, (string | Node)[]>>}
   */
  async #stale() {
    const blocks = [...this.blocks.values()];
    const changed = new Set(blocks.filter(({ edited }) => edited !== null).map(({ number }) => number));
    const reasons = new Map();
    if (!changed.size && blocks.every(({ stamp }) => stamp === null)) return reasons;
    const state = (await runtimeIfAsked())?.state;
    const facts = state === "ready" || state === "running" ? await this.facts() : null;
    const taken = facts ? null : await this.taken();
    const { codes } = this;
    for (const { number, stamp } of blocks) {
      const after = facts?.get(number)?.after ?? taken?.blocks[number - 1]?.after ?? [];
      if (stamp === null) {
        const why = after.filter((other) => changed.has(other));
        if (why.length) reasons.set(number, this.named("You changed ", why, ", which this one needs."));
        continue;
      }
      const then = new Map(JSON.parse(stamp));
      const why = after.filter((other) => then.get(other) !== codes.get(other));
      if (why.length) reasons.set(number, this.named("Out of date: ", why, " changed since."));
      else if (then.get(number) !== codes.get(number)) reasons.set(number, ["Out of date: the code changed since."]);
    }
    return reasons;
  }

  /**
   * "Ran blocks 1 and 3 first.", with links to them.
   * @param {string} before
   * @param {number[]} numbers
   * @param {string} behind
   * @returns {(string | Node)[]}
   */
  named(before, numbers, behind) {
    const links = numbers.map((number) => {
      // Instant navigation would take the click and, the first time, not scroll.
      const onclick = (/** @type {Event} */ event) => {
        event.stopPropagation();
        this.block(number).reveal();
      };
      return h("a", { href: `#${this.block(number).element.id}`, onclick }, String(number));
    });
    const joined = links.flatMap((link, place) => [place === 0 ? "" : place === links.length - 1 ? " and " : ", ", link]);
    const noun = before === "Block " ? "" : numbers.length === 1 ? "block " : "blocks ";
    return [before + noun, ...joined, behind];
  }
}
