// Data of the book, as the labs load them.

import { parseCsv } from "./text.js";

/** The rows of a CSV file below docs/data, as objects; numbers stay text. @param {string} name */
export async function loadCsv(name) {
  const response = await fetch(new URL(`../../data/${name}`, import.meta.url));
  if (!response.ok) throw new Error(`${name} cannot be read (${response.status})`);
  return parseCsv(await response.text());
}
