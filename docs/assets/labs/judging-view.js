// What the labs on judging a fit draw and say alike.

import { h } from "./lab.js";
import { px } from "./plot.js";

// Many dots as one path: strokes of no length with round ends.
export const dots = (plot, xs, ys) => Array.from(xs, (x, i) => `M${px(plot.x(x))} ${px(plot.y(ys[i]))}h0`).join("");

// A curve through places of a plot, broken where a value is null.
export function curve(plot, xs, ys) {
  let path = "";
  let pen = "M";
  xs.forEach((x, i) => {
    if (ys[i] === null) pen = "M";
    else {
      path += `${pen}${px(plot.x(x))} ${px(plot.y(ys[i]))}`;
      pen = "L";
    }
  });
  return path;
}

// A line over the whole width of a plot.
export function across(plot, w, b) {
  const [from, to] = plot.x.domain();
  return `M${px(plot.x(from))} ${px(plot.y(w * from + b))}L${px(plot.x(to))} ${px(plot.y(w * to + b))}`;
}

// A level or upright line at a value, over the whole plot.
export const level = (plot, y) => `M0 ${px(plot.y(y))}H${px(plot.innerWidth)}`;
export const upright = (plot, x) => `M${px(plot.x(x))} 0V${px(plot.innerHeight)}`;

// A sample of a line beside its name.
export const key = (name, ...classes) => h("span", { class: ["lab-key", ...classes].join(" ") }, name);

// A frame that stays while it holds what is drawn and is not far too large: the smallest of unit, 2 unit, 4 unit, … around the middle.
export function frame(unit, middle, values) {
  const reach = values.reduce((most, value) => Math.max(most, Math.abs(value - middle)), unit / 8);
  const half = unit * 2 ** Math.ceil(Math.log2(reach / unit));
  return [middle - half, middle + half];
}
