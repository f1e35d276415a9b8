// Which earlier blocks must run, so that a block finds what it would find on the page. Pure functions.
//
// A block's stamp is its own text and that of every block it needs: what a run made is good while the stamp is what it was then.

/**
 * What asrun/programs/program.py finds of a block: the names that it binds, changes and reads, and the earlier blocks that it needs.
 * @typedef {{ defines: string[], changes?: string[], uses: string[], after: number[] }} Facts
 */

/**
 * The names that a run of the block leaves in another state than it found them.
 * @param {Facts} facts
 */
export const writes = ({ defines, changes = [] }) => [...defines, ...changes];

const ascending = (/** @type {number} */ a, /** @type {number} */ b) => a - b;

/**
 * @param {number} number
 * @param {Map<number, Facts>} facts
 * @param {Map<number, string>} codes
 */
export function stampOf(number, facts, codes) {
  return JSON.stringify([...factsOf(number, facts).after, number].map((n) => [n, codes.get(n)]));
}

/**
 * The blocks to run before `target`, in order.
 *
 * A block that changes what it reads (x += 1, a draw from a generator) has itself written that name last; what it began with
 * must be made again, or a second click would give another result than the page shows.
 * @param {number} target
 * @param {Map<number, Facts>} facts
 * @param {Map<number, string>} codes
 * @param {Map<number, string | null>} ran block -> stamp of its last run
 * @param {Map<string, string | null>} wrote name -> stamp of the run that wrote it last
 */
export function firstToRun(target, facts, codes, ran, wrote) {
  const stamps = new Map([...factsOf(target, facts).after, target].map((n) => [n, stampOf(n, facts, codes)]));
  /** @type {Set<number>} */
  const needed = new Set();
  for (let missing = nextMissing(); missing !== null; missing = nextMissing()) needed.add(missing);
  return [...needed].sort(ascending);

  function nextMissing() {
    for (const n of factsOf(target, facts).after) if (!needed.has(n) && ran.get(n) !== stamps.get(n)) return n;
    const now = new Map(wrote);
    for (const n of [...[...needed].sort(ascending), target]) {
      const { uses, after } = factsOf(n, facts);
      for (const name of uses) {
        const writer = after.findLast((earlier) => writes(factsOf(earlier, facts)).includes(name));
        if (writer === undefined || needed.has(writer)) continue;
        if (now.get(name) !== stamps.get(writer)) return writer;
      }
      for (const name of writes(factsOf(n, facts))) now.set(name, stamps.get(n) ?? null);
    }
    return null;
  }
}

/**
 * @param {number} number
 * @param {Map<number, Facts>} facts
 */
const factsOf = (number, facts) => /** @type {Facts} */ (facts.get(number));
