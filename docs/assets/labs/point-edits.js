// Points that a reader moves, adds and deletes, as parts of a state.

import { LARGEST, MOST_POINTS, SMALLEST } from "./text.js";
/** @import { Points } from "./types" */

/** Whether a number is one that a reader could have typed. @param {any} value */
export const takes = (value) => typeof value === "number" && (value === 0 || (Math.abs(value) <= LARGEST && Math.abs(value) >= SMALLEST));

/** @param {number} value */
const clamped = (value) => (Math.abs(value) > LARGEST ? Math.sign(value) * LARGEST : Math.abs(value) < SMALLEST ? 0 : value);

/** Throws a sentence about a link whose points cannot be used. @param {any} points */
export function checkPoints({ x, y }) {
  const list = (values) => Array.isArray(values) && values.length <= MOST_POINTS && values.every(takes);
  if (!list(x) || !list(y) || x.length !== y.length) throw new Error("its points are no points");
}

/** @param {number[]} values @param {number} i @param {number} value */
export const changed = (values, i, value) => values.map((old, place) => (place === i ? value : old));
/** The points with one in another place. @param {Points} points @param {number} i @param {number} x @param {number} y */
export const moved = (points, i, x, y) => ({ x: changed(points.x, i, clamped(x)), y: changed(points.y, i, clamped(y)) });
/** The points without one. @param {Points} points @param {number} i */
export const without = ({ x, y }, i) => ({ x: x.filter((_, place) => place !== i), y: y.filter((_, place) => place !== i) });
/** Which point is chosen after one was removed. @param {Points} points @param {number} removed */
export const chosenAfter = ({ x }, removed) => Math.max(0, Math.min(removed, x.length - 2));
