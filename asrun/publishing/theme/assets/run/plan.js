// Which earlier blocks must run, so that a block finds what it would find on the page. Pure functions.
//
// A block's stamp is its own text and that of every block it needs: what a run made is good while the stamp is what it was then.

// The names that a run of the block leaves in another state than it found them.
export const writes = ({ defines, changes = [] }) => [...defines, ...changes];

const ascending = (a, b) => a - b;

// facts: number -> {defines, changes, uses, after} by asrun/programs/program.py; codes: number -> text
export function stampOf(number, facts, codes) {
  return JSON.stringify([...facts.get(number).after, number].map((n) => [n, codes.get(n)]));
}

// The blocks to run before `target`, in order.
//   ran: number -> stamp of the block's last run;  wrote: name -> stamp of the run that wrote it last
// A block that changes what it reads (x += 1, a draw from a generator) has itself written that name last; what it began with
// must be made again, or a second click would give another result than the page shows.
export function firstToRun(target, facts, codes, ran, wrote) {
  const stamps = new Map([...facts.get(target).after, target].map((n) => [n, stampOf(n, facts, codes)]));
  const needed = new Set();
  for (let missing = nextMissing(); missing !== null; missing = nextMissing()) needed.add(missing);
  return [...needed].sort(ascending);

  function nextMissing() {
    for (const n of facts.get(target).after) if (!needed.has(n) && ran.get(n) !== stamps.get(n)) return n;
    const now = new Map(wrote);
    for (const n of [...[...needed].sort(ascending), target]) {
      for (const name of facts.get(n).uses) {
        const writer = facts.get(n).after.findLast((earlier) => writes(facts.get(earlier)).includes(name));
        if (writer === undefined || needed.has(writer)) continue;
        if (now.get(name) !== stamps.get(writer)) return writer;
      }
      for (const name of writes(facts.get(n))) now.set(name, stamps.get(n));
    }
    return null;
  }
}
