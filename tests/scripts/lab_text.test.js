// What readers type into labs is either understood or refused with a sentence.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, format, parseCsv, parseNumber, parsePoints, pythonArray } from "../../docs/assets/labs/text.js";

const REFUSED = {
  abc: "not a number",
  "": "empty",
  NaN: "not a number",
  Infinity: "not a number",
  "1e300": "too large",
  "-1e300": "too large",
  "1e-300": "too small",
  "3,5": "decimal comma",
  "1.2.3": "not a number",
  "<img src=x>": "not a number",
};

test("nonsense for a number is refused with a sentence", () => {
  for (const [typed, says] of Object.entries(REFUSED)) {
    const { value, problem } = parseNumber(typed, "slope w");
    assert.equal(value, undefined, typed);
    assert.ok(problem?.includes(says), `${typed}: ${problem}`);
  }
});

test("numbers are taken as they are commonly written", () => {
  const taken = {
    "−7.25": -7.25,
    "–2": -2,
    "1,500": 1500,
    "-12,345.5": -12345.5,
    " 4e2 ": 400,
    "1e−3": 0.001,
    ".5": 0.5,
    "3.": 3,
    "+1": 1,
    "-0": 0,
  };
  for (const [typed, value] of Object.entries(taken)) assert.deepEqual(parseNumber(typed), { value });
});

const BROKEN = {
  "x, y\n1, 2\n3, abc\n5, 6": "Line 3: “abc” is not a number",
  "1, 2\n3, abc": "Line 2: “abc” is not a number",
  "1, 2\n3\n5, 6": "Line 2, “3”, has one value",
  "1, 2\n3, 4, 5": "Line 2, “3, 4, 5”, has 3 values",
  "1, nan": "Line 1: “nan” is not a number",
  "nan, 1": "Line 1: “nan” is not a number",
  "inf, 1": "Line 1: “inf” is not a number",
  "1, 1e300": "Line 1: “1e300” is too large",
  "x, y": "only a header",
  "": "no point in it",
  [Array.from({ length: 10_000 }, (_, i) => `${i}, ${i}`).join("\n")]: "10,000 points, and this lab takes at most 1,000",
};

test("a broken table is refused, and its line is named", () => {
  for (const [csv, says] of Object.entries(BROKEN)) {
    const { x, problem } = parsePoints(csv);
    assert.equal(x, undefined, csv.slice(0, 40));
    assert.ok(problem?.includes(says), `${csv.slice(0, 40)}: ${problem}`);
  }
});

test("a table is taken with any separator, with or without a header", () => {
  const taken = {
    "t;m\n1;2\n2;5\n": [
      [1, 2],
      [2, 5],
      ["t", "m"],
    ],
    "1\t2\n2\t3\n4\t4": [[1, 2, 4], [2, 3, 4], null],
    "1 2\n-3 4e2": [[1, -3], [2, 400], null],
    "1.5, 2\r\n-.5 , 3": [[1.5, -0.5], [2, 3], null],
  };
  for (const [csv, [x, y, header]] of Object.entries(taken)) assert.deepEqual(parsePoints(csv), { x, y, header });
});

test("numbers are shown with six digits, as Python's ,.6g does", () => {
  const shown = { 0: "0", 1234.5678: "1,234.57", "-1.5e7": "−1.5 × 10⁷", 0.00012345: "0.00012345", 1e-5: "1 × 10⁻⁵", 191227.4: "191,227" };
  for (const [value, text] of Object.entries(shown)) assert.equal(format(Number(value)), text);
  for (const none of [null, undefined, NaN, Infinity]) assert.equal(format(none), "–");
});

test("a state survives a link, and what is no state gives undefined", () => {
  const state = { x: [1, -2.5], name: "Huber’s", none: null, deep: { ok: true } };
  assert.match(encode(state), /^[\w-]+$/);
  assert.deepEqual(decode(encode(state)), state);
  assert.equal(decode(encode(state).slice(0, -9)), undefined);
  assert.equal(decode("AAAA"), undefined);
});

test("rows of CSV and arrays of Python", () => {
  assert.deepEqual(parseCsv("a,b\r\n1,x\r\n2,NA\r\n"), [
    { a: "1", b: "x" },
    { a: "2", b: "NA" },
  ]);
  assert.deepEqual(pythonArray("x", [1, 2, 3], 2), ["x = np.array([", "    1, 2,", "    3,", "], dtype=float)"]);
});
