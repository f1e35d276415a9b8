// States of labs: which a link may hold, how undo keeps them, and that no task is done when it begins.

import assert from "node:assert/strict";
import { test } from "node:test";
import { StateHistory } from "../../docs/assets/labs/history.js";
import { fragmentOf, stateIn } from "../../docs/assets/labs/links.js";
import { chosenAfter, moved, without } from "../../docs/assets/labs/point-edits.js";
import { LABS } from "./labs.js";

// What a link may not say.
const BROKEN = {
  "fit-lab": [{ preset: "no" }, { x: [1, null] }, { x: [1] }, { w: "1" }, { b: 1e300 }, { w: null }],
  "animated-fit": [{ step: 61 }, { step: -1 }, { step: 1.5 }, { step: "1" }],
  "descent-lab": [
    { eta: -1 },
    { eta: null },
    { eta: 1e300 },
    { w: {} },
    { w: "1" },
    { b: 1e300 },
    { step: 1.5 },
    { step: 10_001 },
    { preset: "toString" },
    { points: { x: [1], y: [] } },
    { points: { x: [1, null], y: [1, 2] } },
    { points: { x: [], y: [] } },
    { points: 5 },
  ],
  "outlier-lab": [{ cut: -1 }, { x: [1, null] }, { x: [1] }, { preset: "no" }],
  "collinear-lab": [{ rho: 2 }, { birds: 1e9 }, { samples: -1 }, { at: [1] }, { rho: 0.9999999 }],
  "resample-lab": [{ n: 1 }, { samples: 1e9 }, { noise: "constructor" }, { level: 1 }, { sigma: null }],
  "degree-lab": [{ degree: 15 }, { n: 1e6 }, { draw: 1e9 }, { truth: "toString" }, { sigma: "x" }],
};

for (const [name, { TASKS, make }] of Object.entries(LABS)) {
  test(`${name} takes its own states and refuses others with a sentence`, () => {
    const model = make();
    assert.deepEqual(model.check(model.start()), model.start());
    for (const patch of BROKEN[name])
      assert.throws(() => model.check({ ...model.start(), ...patch }), /^Error: (it|its) /, JSON.stringify(patch));
  });

  test(`no task of ${name} is done when it begins`, () => {
    for (const { goal, start, done, predict } of TASKS) {
      const model = make();
      const lab = { model, used: new Set(), nudging: { open: false } };
      const state = { ...model.start(), ...start?.(model.start(), lab) };
      assert.equal(done(state, model.measure(state), lab), false, goal);
      if (predict) assert.ok(predict.choices[predict.right], goal);
    }
  });

  test(`${name} says what it shows, without NaN`, () => {
    const model = make();
    const state = model.start();
    const words = model.words(state, model.measure(state));
    assert.doesNotMatch(words, /NaN|Infinity|undefined|null/);
    assert.match(words, /^[A-Z0-9].*\.$/s);
  });
}

test("undo leads back step by step, and what is live becomes one step", () => {
  const history = new StateHistory({ w: 0 });
  assert.equal(history.undo(), false);
  for (const w of [1, 2, 3]) history.change({ w });
  assert.ok(history.canUndo);
  history.settle();
  history.change({ w: 9 });
  assert.ok(history.undo());
  assert.deepEqual(history.state, { w: 3 });
  assert.ok(history.undo());
  assert.deepEqual(history.state, { w: 0 });
  assert.equal(history.undo(), false);
  assert.ok(history.redo());
  assert.deepEqual(history.state, { w: 3 });
  history.change({ w: 4 });
  history.settle();
  assert.equal(history.canRedo, false);
  for (let w = 10; w < 400; w++) {
    history.change({ w });
    history.settle();
  }
  assert.equal(history.past.length, 200);
});

test("a link is for one lab, has room for a few points, and says when it is broken", () => {
  const fragment = fragmentOf("fit-lab", { w: 1 });
  assert.deepEqual(stateIn(`#${fragment}`, "fit-lab"), { w: 1 });
  assert.equal(stateIn(`#${fragment}`, "fit-lab2"), null);
  assert.equal(stateIn("#recall", "fit-lab"), null);
  assert.throws(() => stateIn("#lab=fit-lab.AAAA", "fit-lab"), /its end is missing/);
  assert.equal(fragmentOf("fit-lab", { x: Array(900).fill(1 / 7) }), null);
});

test("points are moved within what a reader may type, and the next one is chosen after a removal", () => {
  const points = { x: [1, 2, 3], y: [4, 5, 6] };
  assert.deepEqual(moved(points, 1, 1e300, 1e-300), { x: [1, 1e12, 3], y: [4, 0, 6] });
  assert.deepEqual(without(points, 0), { x: [2, 3], y: [5, 6] });
  assert.deepEqual(
    [0, 1, 2].map((i) => chosenAfter(points, i)),
    [0, 1, 1],
  );
});
