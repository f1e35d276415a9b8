// Numbers and points as text, both ways. What a reader types is either understood or refused with a sentence, never guessed.

// Readers get, and may type, what squares and sums of squares can hold without overflow.
export const LARGEST = 1e12;
export const SMALLEST = 1e-12;
export const MOST_POINTS = 1000;

/**
 * Six significant digits, as Python's format ",.6g" gives them, but with a true minus and a power of ten instead of "e+07".
 * @param {number | null | undefined} value
 */
export function format(value, digits = 6) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power < -4 || power >= digits) {
    return `${Number(mantissa)} × 10${superscript(power)}`.replaceAll("-", "−");
  }
  const [whole, fraction] = String(Number(value.toFixed(Math.max(0, digits - 1 - power)))).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return (fraction ? `${grouped}.${fraction}` : grouped).replace("-", "−");
}

/** @param {number} power */
const superscript = (power) => String(power).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);

/** Just enough digits to give the same number again, for fields and programs. @param {number} value */
export const exact = (value) => String(value);

/**
 * A number that a reader typed, or a sentence about the problem.
 * @param {string} text @returns {{ value: number, problem?: undefined } | { value?: undefined, problem: string }}
 */
export function parseNumber(text, name = "It") {
  const typed = text.trim();
  const plain = typed
    .replace(/^[−–]/, "-")
    .replace(/(e)[−–]/i, "$1-")
    .replace(/\s/g, "");
  const said = typed.length > 24 ? `${typed.slice(0, 24)}…` : typed;
  if (plain === "") return { problem: `${name} is empty: a number is needed.` };
  if (/^[-+]?\d+,\d+$/.test(plain) && !/^[-+]?\d{1,3},\d{3}$/.test(plain))
    return { problem: `“${said}” has a decimal comma: write ${plain.replace(",", ".")}.` };
  const joined = /^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain) ? plain.replaceAll(",", "") : plain;
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(joined)) return { problem: `“${said}” is not a number.` };
  const value = Number(joined);
  if (Math.abs(value) > LARGEST) return { problem: `“${said}” is too large: this lab takes numbers up to 10¹² in size.` };
  if (Math.abs(value) < SMALLEST && (value !== 0 || /[1-9]/.test(joined.split(/e/i)[0])))
    return { problem: `“${said}” is too small: this lab takes numbers from 10⁻¹² in size, and 0.` };
  return { value: value === 0 ? 0 : value };
}

/** A row of numbers as Python, so many a line. @param {string} name @param {number[]} values */
export function pythonArray(name, values, wide = 12) {
  const lines = [];
  for (let i = 0; i < values.length; i += wide) lines.push(`    ${values.slice(i, i + wide).join(", ")},`);
  return [`${name} = np.array([`, ...lines, "], dtype=float)"];
}

/**
 * Points, one a line: two numbers with a comma, a semicolon, a tab or spaces between; or a sentence that names the line with the problem.
 * @param {string} text
 * @returns {{ x: number[], y: number[], header: string[] | null, problem?: undefined } | { x?: undefined, y?: undefined, header?: undefined, problem: string }}
 */
export function parsePoints(text) {
  if (text.length > 2_000_000)
    return { problem: `That is ${format(text.length)} characters of text, and this lab takes at most ${format(MOST_POINTS)} points.` };
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line, i) => ({ text: line.trim(), number: i + 1 }))
    .filter((line) => line.text);
  if (!lines.length) return { problem: "There is no point in it: write one a line, as 1.5, 2." };
  const between = (line) => (/[;\t]/.test(line) ? /\s*[;\t]\s*/ : line.includes(",") ? /\s*,\s*/ : /\s+/);
  const split = (line) => line.split(between(line)).map((cell) => cell.replace(/^"(.*)"$/, "$1"));
  // A first line without any number is a header.
  const isName = (cell) => Number.isNaN(Number(cell)) && /[a-z]{2}|^[a-z]$/i.test(cell) && !/^[-+]?(nan|inf|infinity)$/i.test(cell);
  const first = split(lines[0].text);
  const header = first.every(isName) ? first : null;
  if (header) lines.shift();
  if (!lines.length) return { problem: "There is only a header: write one point a line below it, as 1.5, 2." };
  if (lines.length > MOST_POINTS)
    return { problem: `These are ${format(lines.length)} points, and this lab takes at most ${format(MOST_POINTS)}.` };
  /** @type {number[]} */
  const x = [];
  /** @type {number[]} */
  const y = [];
  for (const line of lines) {
    const cells = split(line.text);
    const said = line.text.length > 30 ? `${line.text.slice(0, 30)}…` : line.text;
    if (cells.length !== 2)
      return {
        problem: `Line ${line.number}, “${said}”, has ${cells.length === 1 ? "one value" : `${cells.length} values`}: a point has two, x and y.`,
      };
    const [px, py] = [parseNumber(cells[0], "x"), parseNumber(cells[1], "y")];
    if (px.value === undefined || py.value === undefined) return { problem: `Line ${line.number}: ${px.problem ?? py.problem}` };
    x.push(px.value);
    y.push(py.value);
  }
  return { x, y, header: header?.length === 2 ? header : null };
}

/** Whether a value is a whole number within bounds. @param {any} value @param {number} least @param {number} most */
export const whole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;

// ---- tables ----

/** The rows of a CSV file without quotes, as objects; numbers stay text. @param {string} text @returns {Record<string, string>[]} */
export function parseCsv(text) {
  const [head, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [head[i], cell])));
}

// ---- a state as a link ----

/** Plain data as letters that an address may hold as they are. @param {any} value */
export function encode(value) {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** The data of such letters; undefined for what is no such text. @param {string} text */
export function decode(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
