// The state of a lab in a link to its page: #lab=KEY.LETTERS

import { decode, encode } from "./text.js";

const LONGEST = 4000; // characters of state that an address may carry

/** What follows the # of the address; null if the state is too much for one. @param {string} key the lab's name @param {any} state */
export function fragmentOf(key, state) {
  const code = encode(state);
  return code.length > LONGEST ? null : `lab=${key}.${code}`;
}

/** The state in a link, if it is one for this lab, else null; throws an Error with a sentence when it is broken. @param {string} hash @param {string} own */
export function stateIn(hash, own) {
  const [, key, code] = hash.match(/^#lab=([\w-]+)\.([\w-]+)$/) ?? [];
  if (key !== own) return null;
  const state = decode(code);
  if (state === undefined || state === null || typeof state !== "object") throw new Error("its end is missing or changed");
  return state;
}
