// What a reader changed is kept under the book's own text, and found again whatever an edition did to it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { editsOf } from "../../asrun/publishing/theme/assets/run/edits.js";
import { full, newStorage } from "./storage.js";

const PATH = "/book/loss/";
const KEY = "book.edits /book/loss/";
const texts = (/** @type {string[]} */ ...all) => new Map(all.map((text, place) => [place + 1, text]));

test("a change is found again where the text is the same, whatever its number is by then", () => {
  const { items } = newStorage();
  assert.equal(editsOf(PATH, texts("a = 1", "b = 2")).keep(2, "b = 3"), true);
  assert.deepEqual([...items.keys()], [KEY]);
  assert.deepEqual([...editsOf(PATH, texts("new", "a = 1", "b = 2")).current], [[3, "b = 3"]]);
  assert.deepEqual([...editsOf(`${PATH}index.html`, texts("b = 2")).current], [[1, "b = 3"]]);
  assert.deepEqual([...editsOf("/book/model/", texts("b = 2")).current], []);
});

test("two blocks of one text are two blocks", () => {
  newStorage();
  const edits = editsOf(PATH, texts("x", "x", "x"));
  edits.keep(2, "second");
  edits.keep(3, "third");
  edits.forget(3);
  assert.deepEqual([...editsOf(PATH, texts("x", "x", "x")).current], [[2, "second"]]);
});

test("nothing is left in the storage when nothing is changed any more", () => {
  const { items } = newStorage();
  const edits = editsOf(PATH, texts("a", "b"));
  edits.keep(1, "c");
  edits.keep(2, "d");
  edits.forget(1);
  assert.equal(items.size, 1);
  edits.forgetAll();
  assert.equal(items.size, 0);
});

test("a change that another window makes meanwhile stays", () => {
  newStorage();
  const [here, there] = [editsOf(PATH, texts("a", "b")), editsOf(PATH, texts("a", "b"))];
  here.keep(1, "mine");
  there.keep(2, "yours");
  here.forget(1);
  assert.deepEqual([...editsOf(PATH, texts("a", "b")).current], [[2, "yours"]]);
});

test("a change of an older edition is offered at the block that has most of its lines, or its number", () => {
  const { items } = newStorage();
  const offered = (/** @type {any} */ older, /** @type {string[]} */ ...all) => {
    items.set(KEY, JSON.stringify({ "0123456789abcdef": { code: "mine", ...older } }));
    const edits = editsOf(PATH, texts(...all));
    assert.equal(edits.current.size, 0);
    return edits.older;
  };
  assert.deepEqual([...offered({ number: 1, was: "gone\nx = 1\ny = 2" }, "z = 3", "x = 1\ny = 2", "x = 1").keys()], [2]);
  assert.deepEqual([...offered({ number: 3, was: "x = 1" }, "x = 1", "z = 3", "x = 1").keys()], [3]);
  assert.deepEqual([...offered({ number: 2, was: "gone" }, "a", "b", "c").keys()], [2]);
  assert.deepEqual([...offered({ number: 9, was: "gone" }, "a", "b", "c").keys()], [3]);
  assert.deepEqual([...offered({ number: 2, was: "\n\n" }, "a\n\n\n", "b").keys()], [2], "blank lines are no lines in common");
  const older = offered({ number: 1, was: "gone" }, "a");
  assert.equal(older.get(1)?.code, "mine");
  assert.equal(older.get(1)?.forget(), true);
  assert.equal(items.size, 0);
});

test("a storage that is full or blocked, or holds what is not ours, does no harm", () => {
  newStorage({ setItem: full });
  const edits = editsOf(PATH, texts("a"));
  assert.equal(edits.keep(1, "b"), false);
  newStorage({ getItem: full, setItem: full });
  assert.equal(editsOf(PATH, texts("a")).keep(1, "b"), false);
  const { items } = newStorage();
  for (const broken of [
    '{"a": 7, "b": [',
    "null",
    "7",
    '{"a": null, "b": {"code": 1, "was": "", "number": 1}, "c": {"code": "x", "was": "y"}}',
  ]) {
    items.set(KEY, broken);
    const { current, older } = editsOf(PATH, texts("a"));
    assert.deepEqual([current.size, older.size], [0, 0], broken);
  }
});
