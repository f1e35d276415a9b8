// Files to and from the reader's disk.

import { h } from "../../dom.js";
import { MOST_CHARACTERS } from "./files.js";

/** @import { File as OwnFile } from "./files.js" */

/**
 * @param {string} name
 * @param {string | Blob} content
 * @param {string} type
 */
export function save(name, content, type = "text/x-python") {
  const address = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // some browsers read it late
}

/**
 * The text of a file that somebody chose or dropped; or an Error with a sentence.
 * @param {File} file
 */
export async function textOf(file) {
  if (file.size > 4 * MOST_CHARACTERS)
    throw new Error(`${file.name} is too large for the playground: it has ${(file.size / 1e6).toFixed(1)} MB.`);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} is no text, or not in UTF-8.`);
  }
  if (text.includes("\0")) throw new Error(`${file.name} is no text.`);
  return text.replace(/\r\n?/g, "\n");
}

// ---- several files as one: a zip archive that stores and does not compress, which needs no more than this ----

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ TABLE[(value ^ byte) & 255];
  return (value ^ 0xffffffff) >>> 0;
}

/** @param {...number[]} pairs how many bytes each number has, and the number */
const numbers = (...pairs) => {
  const bytes = new Uint8Array(pairs.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let place = 0;
  for (const [size, value] of pairs) {
    if (size === 2) view.setUint16(place, value, true);
    else view.setUint32(place, value, true);
    place += size;
  }
  return bytes;
};

const UTF8 = 0x0800; // how names are written
const DAY = (1 << 5) | 1; // 1 January 1980: the archive of the same files is the same

/** @param {OwnFile[]} files */
export function zip(files) {
  const parts = [];
  const directory = [];
  let place = 0;
  for (const [name, text] of files) {
    const [title, content] = [name, text].map((string) => new TextEncoder().encode(string));
    const facts = [
      [2, 20],
      [2, UTF8],
      [2, 0],
      [2, 0],
      [2, DAY],
      [4, crc32(content)],
      [4, content.length],
      [4, content.length],
      [2, title.length],
      [2, 0],
    ];
    const head = numbers([4, 0x04034b50], ...facts);
    directory.push(numbers([4, 0x02014b50], [2, 20], ...facts, [2, 0], [2, 0], [2, 0], [4, 0], [4, place]), title);
    parts.push(head, title, content);
    place += head.length + title.length + content.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, place], [2, 0]);
  return new Blob([...parts, ...directory, end]);
}
