// In whatever order a reader clicks and edits, a block shows what it would show if the page ran from its top.
import assert from "node:assert/strict";
import { test } from "node:test";
import { firstToRun, stampOf, writes } from "../../asrun/publishing/theme/assets/run/plan.js";

// Small made-up pages: blocks that set names, change them and show them. Each is clicked and edited at random, and every result is
// compared with that of a run from the top. `clicks` counts what was compared, `spared` the blocks that did not have to run again.
function simulate(pages) {
  let seed = 7;
  const random = (n) => {
    seed = (seed * 48271) % 2147483647;
    return seed % n;
  };
  const NAMES = ["a", "b", "c", "d"];
  const line = () => [["set", "add", "show", "grow"][random(4)], NAMES[random(4)], NAMES[random(4)], random(9)];
  const someBlock = () => Array.from({ length: 1 + random(3) }, line);
  const factsOf = (blocks) => {
    const facts = new Map();
    blocks.forEach((block, place) => {
      const [defines, changes, uses, own] = [new Set(), new Set(), new Set(), new Set()];
      const known = (name) => [...facts.values()].some((fact) => writes(fact).includes(name));
      for (const [does, name, other] of block) {
        const read = { set: [], add: [name, other], show: [name], grow: [name] }[does];
        for (const one of read) if (!own.has(one) && known(one)) uses.add(one);
        if (does === "set" || does === "add") {
          defines.add(name);
          own.add(name);
        } else if (does === "grow" && !own.has(name) && known(name)) changes.add(name);
      }
      const after = new Set();
      for (const name of uses) {
        for (const [number, fact] of facts) if (writes(fact).includes(name)) [...fact.after, number].forEach((one) => after.add(one));
      }
      facts.set(place + 1, { defines: [...defines], changes: [...changes], uses: [...uses], after: [...after].sort((x, y) => x - y) });
    });
    return facts;
  };
  const execute = (block, names) => {
    let shown = "";
    for (const [does, name, other, value] of block) {
      if (does === "set") names.set(name, value);
      else if (does === "add") names.set(name, (names.get(name) ?? 0) + (names.get(other) ?? 0) + value);
      else if (does === "grow" && names.has(name)) names.set(name, names.get(name) + value + 1);
      else if (does === "show") shown += `${name}=${names.get(name)} `;
    }
    return shown;
  };
  let [clicks, spared] = [0, 0];
  for (let page = 0; page < pages; page++) {
    const blocks = Array.from({ length: 3 + random(6) }, someBlock);
    const [names, ran, wrote] = [new Map(), new Map(), new Map()];
    for (let act = 0; act < 30; act++) {
      if (random(4) === 0) blocks[random(blocks.length)] = someBlock();
      const facts = factsOf(blocks);
      const codes = new Map(blocks.map((block, place) => [place + 1, JSON.stringify(block)]));
      const target = 1 + random(blocks.length);
      const fresh = new Map();
      const { after } = facts.get(target);
      let wanted;
      let sound = true; // in Python, a name that nothing has set ends a block
      for (const number of [...after, target]) {
        const there = new Set(fresh.keys());
        for (const [does, name, other] of blocks[number - 1]) {
          if (does === "set") there.add(name);
          else sound &&= there.has(name) && (does !== "add" || there.has(other));
        }
        wanted = execute(blocks[number - 1], fresh);
      }
      if (!sound) continue;
      const first = firstToRun(target, facts, codes, ran, wrote);
      let shown;
      for (const number of [...first, target]) {
        shown = execute(blocks[number - 1], names);
        const stamp = stampOf(number, facts, codes);
        ran.set(number, stamp);
        for (const name of writes(facts.get(number))) wrote.set(name, stamp);
      }
      if (shown !== wanted) return { wrong: `${JSON.stringify(blocks)}: block ${target} after ${first} shows ${shown}, not ${wanted}` };
      clicks += 1;
      spared += after.length - first.length;
    }
  }
  return { clicks, spared };
}

test("a block shows what a run from the top would show", () => {
  const { wrong, clicks, spared } = simulate(300);
  assert.equal(wrong, undefined);
  assert.ok(clicks > 1000);
  assert.ok(spared > 0, "every block runs again each time: the plan spares nothing");
});
