// Small parts of the playground that need no page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { isOpen } from "../../asrun/publishing/theme/assets/run/play/console.js";
import { textOf, zip } from "../../asrun/publishing/theme/assets/run/play/disk.js";

test("a line of the console goes on where a block is open, and a blank line ends it", () => {
  for (const open of ["for i in range(2):", "if x:  # why", "def f():\n    return 1", "class A:\n    x = 1\n    y = 2"])
    assert.ok(isOpen(open), open);
  for (const whole of ["", "x = 1", "x = {1: 2}", "print(':')", "f(", "for i in range(2):\n    i\n", "if x:\n    y\nz"]) {
    assert.ok(!isOpen(whole), whole);
  }
});

test("a file is taken as text, with the line ends of the book, or refused with a sentence", async () => {
  assert.equal(await textOf(new File(["a\r\nb\rc"], "a.csv")), "a\nb\nc");
  await assert.rejects(textOf(new File([new Uint8Array([0xff, 0xfe])], "a.csv")), /a\.csv is no text, or not in UTF-8\./);
  await assert.rejects(textOf(new File(["a\0b"], "a.csv")), /a\.csv is no text\./);
  await assert.rejects(textOf(new File(["x".repeat(2_000_001)], "a.csv")), /too large for the playground: it has 2\.0 MB/);
});

test("the archive of the same files is the same, and holds each with its checksum", async () => {
  /** @type {[string, string][]} */
  const files = [
    ["main.py", "print(1)\n"],
    ["数据.csv", "x,y\n1,2\n"],
  ];
  const bytes = Buffer.from(await zip(files).arrayBuffer());
  assert.deepEqual(Buffer.from(await zip(files).arrayBuffer()), bytes);
  let place = 0;
  for (const [name, text] of files) {
    assert.equal(bytes.readUInt32LE(place), 0x04034b50);
    assert.equal(bytes.readUInt32LE(place + 14), crc32(text));
    const [size, length] = [bytes.readUInt32LE(place + 22), bytes.readUInt16LE(place + 26)];
    assert.equal(bytes.toString("utf8", place + 30, place + 30 + length), name);
    assert.equal(bytes.toString("utf8", place + 30 + length, place + 30 + length + size), text);
    place += 30 + length + size;
  }
  assert.equal(bytes.readUInt32LE(place), 0x02014b50);
  assert.equal(bytes.readUInt32LE(bytes.length - 22), 0x06054b50);
  assert.equal(bytes.readUInt32LE(bytes.length - 6), place, "where the directory begins");
});
