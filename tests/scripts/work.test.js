// What is open in the playground is kept soon after a change, and takes nothing from a second window.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readKept } from "../../asrun/publishing/theme/assets/run/play/files.js";
import { OpenWork, ownExamples, startWork } from "../../asrun/publishing/theme/assets/run/play/work.js";
import { full, newStorage } from "./storage.js";

test("files are added, renamed, removed and brought back in their place", () => {
  newStorage();
  const work = new OpenWork(() => {});
  work.add("a.py", "1");
  work.add("b.csv", "2");
  work.rename("a.py", "c.py");
  assert.deepEqual(work.names, ["main.py", "c.py", "b.csv"]);
  const { place, text } = work.remove("c.py");
  assert.deepEqual([place, text], [1, "1"]);
  work.add("c.py", text, place);
  assert.deepEqual(work.names, ["main.py", "c.py", "b.csv"]);
  assert.equal(work.textOf("gone.py"), "");
});

test("a change is kept a moment later, and at once when the page goes", (context) => {
  newStorage();
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const work = new OpenWork(() => {});
  work.write("main.py", "x = 1");
  assert.equal(readKept().now, null);
  context.mock.timers.runAll();
  assert.equal(readKept().now?.files[0][1], "x = 1");
  work.write("main.py", "x = 2");
  work.keepNow();
  assert.equal(readKept().now?.files[0][1], "x = 2");
  assert.equal(new OpenWork(() => {}).textOf("main.py"), "x = 2");
});

test("what a second window has kept is put aside, not overwritten", (context) => {
  newStorage();
  context.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {((event: { key: string }) => void)[]} */
  const heard = [];
  const listen = (/** @type {string} */ type, /** @type {any} */ listener) => type === "storage" && heard.push(listener);
  Object.defineProperty(globalThis, "addEventListener", { value: listen, configurable: true });
  const [here, there] = [new OpenWork(() => {}), new OpenWork(() => {})];
  let told = 0;
  here.watch(() => told++, new AbortController().signal);
  there.write("main.py", "theirs");
  there.keepNow();
  for (const listener of heard) listener({ key: "book.playground" });
  for (const listener of heard) listener({ key: "another" });
  assert.equal(told, 1);
  here.keepNow();
  assert.equal(readKept().now?.files[0][1], "theirs", "a window that lies idle keeps nothing");
  here.write("main.py", "mine");
  here.keepNow();
  const { now, earlier } = readKept();
  assert.equal(now?.files[0][1], "mine");
  assert.deepEqual(
    earlier.map(({ work }) => work.files[0][1]),
    ["theirs"],
  );
  const kept = ownExamples().find(({ title }) => title === "Your earlier work");
  assert.match(kept?.options[0].more ?? "", /, theirs$/);
});

test("a storage that keeps nothing is told once", () => {
  newStorage({ setItem: full });
  let told = 0;
  const work = new OpenWork(() => told++);
  for (const text of ["a", "b"]) {
    work.write("main.py", text);
    work.keepNow();
  }
  assert.equal(told, 1);
});

test("a work whose shown file is gone shows main.py", () => {
  newStorage();
  const work = new OpenWork(() => {});
  work.replace({ ...startWork(), active: "gone.py" });
  assert.equal(work.active, "main.py");
});
