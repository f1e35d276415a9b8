// The files of the playground: which there may be, and how they are kept.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  filesProblem,
  inOrder,
  isChanged,
  keep,
  nameProblem,
  newWork,
  putAside,
  readKept,
  takeBack,
} from "../../asrun/publishing/theme/assets/run/play/files.js";
import { full, newStorage } from "./storage.js";

/** @import { File } from "../../asrun/publishing/theme/assets/run/play/files.js" */

const KEY = "book.playground";

beforeEach(() => {
  newStorage();
});

test("a name that no program could use is refused with a sentence", () => {
  for (const name of ["main.py", "_own.py", "data.csv", "my-data.json", "2024.csv", "notes.md", "a.txt"])
    assert.equal(nameProblem(name), "", name);
  const bad = {
    "": "A file needs a name",
    [`${"a".repeat(60)}.py`]: "60 characters",
    "data.xlsx": "A name ends in .py, .csv, .json, .md or .txt.",
    noending: "A name ends in",
    "2nd.py": "begins with a letter",
    "my-module.py": "else nothing could import it",
    "a b.csv": "A name consists of",
    "../up.csv": "A name consists of",
    ".csv": "A name consists of",
  };
  for (const [name, why] of Object.entries(bad)) assert.ok(nameProblem(name).includes(why), `${name}: ${nameProblem(name)}`);
  assert.equal(nameProblem("data.csv", ["data.csv"]), "There is a data.csv already.");
});

test("what may have come from anywhere is looked at before it is opened", () => {
  assert.equal(filesProblem([["main.py", "x = 1"]]), "");
  /** @type {[unknown, string][]} */
  const bad = [
    [null, "There is no file in it"],
    [[], "There is no file in it"],
    [{ "main.py": "x" }, "There is no file in it"],
    [[["main.py", 1]], "It does not hold files"],
    [[["main.py"]], "It does not hold files"],
    [["main.py"], "It does not hold files"],
    [
      [
        ["main.py", ""],
        ["main.py", ""],
      ],
      "There is a main.py already",
    ],
    [
      [
        ["main.py", ""],
        ["<img src=x>.py", ""],
      ],
      "The name of a Python file",
    ],
    [Array.from({ length: 21 }, (_, number) => [`f${number}.py`, ""]), "holds 20 files, and these are 21"],
    [[["main.py", "x".repeat(600_000)]], "holds 500,000 characters, and these are 600,000"],
  ];
  for (const [files, why] of bad) assert.ok(filesProblem(files).includes(why), filesProblem(files));
});

test("main.py is always there, and first", () => {
  assert.deepEqual(
    inOrder([
      ["a.py", "1"],
      ["main.py", "2"],
    ]),
    [
      ["main.py", "2"],
      ["a.py", "1"],
    ],
  );
  assert.deepEqual(inOrder([["a.py", "1"]]), [
    ["main.py", ""],
    ["a.py", "1"],
  ]);
});

test("a work knows whether it was changed since it was opened", () => {
  const work = newWork("A title", "own", [["main.py", "x"]]);
  assert.equal(isChanged(work), false);
  work.files[0][1] = "y";
  assert.equal(isChanged(work), true);
  assert.deepEqual(work.opened, [["main.py", "x"]]);
});

const workOf = (/** @type {string} */ text) => newWork(text, "own", [["main.py", text]]);

test("ten works are kept beside the one that is open, each once, the latest first", () => {
  keep(workOf("open"));
  for (let number = 1; number <= 12; number++) putAside(workOf(`work ${number}`));
  putAside(workOf("work 5"));
  const titles = readKept().earlier.map(({ work }) => work.title);
  assert.deepEqual(titles.slice(0, 3), ["work 5", "work 12", "work 11"]);
  assert.equal(titles.length, 10);
  takeBack(workOf("work 12"));
  assert.ok(!readKept().earlier.some(({ work }) => work.title === "work 12"));
  assert.equal(readKept().now?.title, "open");
});

test("what came by a link stays untrusted until its reader says so", () => {
  keep(newWork("Code from a link", "link", [["main.py", ""]], false));
  assert.equal(readKept().now?.trusted, false);
  keep(/** @type {any} */ ({ ...workOf("x"), trusted: "yes" }));
  assert.equal(readKept().now?.trusted, false);
});

test("a storage that is full or blocked, or holds what is not ours, does no harm", () => {
  newStorage({ setItem: full });
  assert.equal(keep(workOf("x")), false);
  newStorage({ getItem: full });
  assert.deepEqual(readKept(), { now: null, earlier: [] });
  const { items } = newStorage();
  const good = workOf("x");
  const broken = [
    "[",
    "null",
    "7",
    "[]",
    '{"now": 7, "earlier": 7}',
    JSON.stringify({
      now: { ...good, files: [] },
      earlier: [
        { when: "today", work: good },
        { when: 1, work: null },
      ],
    }),
    JSON.stringify({ now: { ...good, files: [["a.py", ""]] }, earlier: [null, { when: 1, work: { ...good, title: 1 } }] }),
  ];
  for (const text of broken) {
    items.set(KEY, text);
    assert.deepEqual(readKept(), { now: null, earlier: [] }, text);
  }
});
