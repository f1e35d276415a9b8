// What the labs on judging a fit draw alike.

import { h } from "../dom.js";
import { px } from "./plot.js";
/** @import { Plot } from "./types" */

/** Many dots as one path: strokes of no length with round ends. @param {Plot} plot @param {number[]} xs @param {number[]} ys */
export const dots = (plot, xs, ys) => Array.from(xs, (x, i) => `M${px(plot.x(x))} ${px(plot.y(ys[i]))}h0`).join("");

/** A curve through places of a plot, broken where a value is null. @param {Plot} plot @param {number[]} xs @param {(number | null)[]} ys */
export function curve(plot, xs, ys) {
  let path = "";
  let pen = "M";
  xs.forEach((x, i) => {
    const y = ys[i];
    if (y === null) pen = "M";
    else {
      path += `${pen}${px(plot.x(x))} ${px(plot.y(y))}`;
      pen = "L";
    }
  });
  return path;
}

/** A line over the whole width of a plot. @param {Plot} plot @param {number} w @param {number} b */
export function across(plot, w, b) {
  const [from, to] = plot.x.domain();
  return `M${px(plot.x(from))} ${px(plot.y(w * from + b))}L${px(plot.x(to))} ${px(plot.y(w * to + b))}`;
}

/** A level line over the whole plot. @param {Plot} plot @param {number} y */
export const level = (plot, y) => `M0 ${px(plot.y(y))}H${px(plot.innerWidth)}`;
/** An upright line over the whole plot. @param {Plot} plot @param {number} x */
export const upright = (plot, x) => `M${px(plot.x(x))} 0V${px(plot.innerHeight)}`;

/** A sample of a line beside its name. @param {string} name @param {string[]} classes */
export const key = (name, ...classes) => h("span", { class: ["lab-key", ...classes].join(" ") }, name);
