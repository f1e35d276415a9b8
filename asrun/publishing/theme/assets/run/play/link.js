// Files as a link, and back: JSON, deflated, in base64url. A link may come from anybody, so what it unpacks to is limited and checked.

import { filesProblem } from "./files.js";

/** @import { File } from "./files.js" */

export const LONG = 8000; // characters of a link; beyond, mail and chat programs cut it
const LONGEST = 200_000; // characters that are looked at
const UNPACKED = 2_000_000; // bytes that a link may unpack to

const DAMAGED = "The link is damaged: perhaps it was cut when it was copied. Ask for it again, or for the file.";
const OLD = "This browser cannot pack code into links or unpack it: it is of before 2023. Save the file and send that.";

/**
 * What the address asks for: code, or a block of the book.
 * @param {string} hash
 * @returns {{ code: string } | { page: string, block: number } | null}
 */
export function askedBy(hash) {
  const code = hash.match(/^#code=(.*)$/s)?.[1];
  if (code !== undefined) return { code };
  const [, page, block] = hash.match(/^#page=([a-z0-9-]+)&block=(\d{1,4})$/) ?? [];
  return page ? { page, block: Number(block) } : null;
}

/** @param {File[]} files */
export async function toFragment(files) {
  if (!globalThis.CompressionStream) throw new Error(OLD);
  const plain = new Blob([JSON.stringify(files)]).stream();
  const packed = new Uint8Array(await new Response(plain.pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer());
  let text = "";
  for (const byte of packed) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The files; or an Error whose message is a sentence for the reader.
 * @param {string} text
 * @returns {Promise<File[]>}
 */
export async function fromFragment(text) {
  if (text.length > LONGEST)
    throw new Error(`The link is too long to be one of this playground: it has ${text.length.toLocaleString("en")} characters.`);
  if (!globalThis.DecompressionStream) throw new Error(OLD);
  if (!/^[\w-]+$/.test(text)) throw new Error(DAMAGED);
  let files;
  try {
    const packed = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    files = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await unpack(packed)));
  } catch (error) {
    throw error.sentence ? error : new Error(DAMAGED);
  }
  const problem = filesProblem(files);
  if (problem) throw new Error(`The link cannot be opened. ${problem}`);
  return files;
}

/**
 * A few bytes can unpack to gigabytes: it ends where there are too many.
 * @param {Uint8Array<ArrayBuffer>} packed
 */
async function unpack(packed) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts).arrayBuffer();
    size += value.length;
    if (size > UNPACKED) {
      reader.cancel().catch(() => {});
      throw Object.assign(new Error("The link unpacks to more than the playground holds, so it was not opened."), { sentence: true });
    }
    parts.push(value);
  }
}
