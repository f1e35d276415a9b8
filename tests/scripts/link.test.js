// Files as a link, and back: whatever a link says, there come sound files of it, or a sentence.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { askedBy, fromFragment, toFragment } from "../../asrun/publishing/theme/assets/run/play/link.js";

const packed = (/** @type {unknown} */ files) => deflateRawSync(JSON.stringify(files)).toString("base64url");

test("a link gives the files that it was made of", async () => {
  /** @type {[string, string][]} */
  const files = [
    ["main.py", 'print("数据 <img src=x> & ŷ")\n'],
    ["helpers.py", ""],
  ];
  const link = await toFragment(files);
  assert.match(link, /^[\w-]+$/);
  assert.deepEqual(await fromFragment(link), files);
  assert.deepEqual(await fromFragment(packed(files)), files);
});

test("a link that is damaged, or packs what is no files, ends in a sentence", async () => {
  const good = packed([["main.py", "x = 1"]]);
  /** @type {[string, string][]} */
  const bad = [
    ["", "damaged"],
    ["!%22<b>", "damaged"],
    [good.slice(0, -4), "damaged"],
    [packed({ "main.py": "x" }), "There is no file in it"],
    [packed([["main.py", 1]]), "It does not hold files"],
    [
      packed([
        ["main.py", ""],
        ["<b>.py", ""],
      ]),
      "The name of a Python file",
    ],
    [packed(Array.from({ length: 21 }, (_, number) => [`f${number}.py`, ""])), "holds 20 files"],
    [packed([["main.py", "x".repeat(600_000)]]), "holds 500,000 characters"],
    [packed([["main.py", "x".repeat(30_000_000)]]), "unpacks to more than the playground holds"],
    ["A".repeat(200_001), "too long"],
  ];
  for (const [code, why] of bad) await assert.rejects(fromFragment(code), (/** @type {Error} */ { message }) => message.includes(why), why);
});

test("an address asks for code, for a block of the book, or for nothing", () => {
  assert.deepEqual(askedBy("#code=a-b_c"), { code: "a-b_c" });
  assert.deepEqual(askedBy("#code="), { code: "" });
  assert.deepEqual(askedBy("#page=closed-form&block=12"), { page: "closed-form", block: 12 });
  for (const other of ["", "#", "#a-section", "#page=../x&block=1", "#page=loss&block=x", "#page=loss&block=12345", "#lab=fit"]) {
    assert.equal(askedBy(other), null, other);
  }
});
