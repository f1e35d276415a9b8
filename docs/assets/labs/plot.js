// The picture of a lab: axes that follow the width, and what can be moved in it, by mouse, touch and keyboard.

import { axisBottom, axisLeft, drag, pointer, scaleLinear, select } from "../vendor/d3/d3.js";
import { roundStep } from "./math.js";

const SVG = "http://www.w3.org/2000/svg";
const REACH = { mouse: 12, touch: 24 }; // pixels from the middle of a mark within which it is grabbed
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Coordinates with one decimal: finer cannot be seen.
export const px = (value) => Math.round(value * 10) / 10;

// A domain that holds the values, and at both ends a share of their spread.
export function around(values, share = 0.08) {
  const all = values.length ? values : [0, 10];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = (high - low) * share || Math.abs(high) * 0.25 || 1;
  return [low - room, high + room];
}

// To what a drag over a domain rounds, and how far a key goes.
export const grain = ([from, to], pixels) => 10 ** Math.floor(Math.log10((to - from) / pixels));
export const stride = ([from, to]) => roundStep((to - from) / 100);

export class Plot {
  // `shape` is height / width; `relaid` is called when the size has changed and everything must be drawn anew.
  constructor({ label, relaid, shape = 0.6, left = 56, bottom = 40, xScale = scaleLinear(), yScale = scaleLinear(), yFormat }) {
    Object.assign(this, { relaid, shape, left, bottom, yFormat, top: 26, right: 12, x: xScale, y: yScale, width: 0, innerWidth: 1, innerHeight: 1, movables: [] });
    this.xAxis = svg("g", { class: "lab-axis", "aria-hidden": true });
    this.yAxis = svg("g", { class: "lab-axis", "aria-hidden": true });
    this.xLabel = svg("text", { class: "lab-axis-label", "text-anchor": "end", "aria-hidden": true }, "");
    this.yLabel = svg("text", { class: "lab-axis-label", x: 0, y: 12, "aria-hidden": true }, "");
    this.area = svg("svg", { class: "lab-area", "aria-hidden": true }); // clips what is drawn in it
    this.overlay = svg("g"); // handles and the ring, which may stick out
    this.svg = svg("svg", { class: "lab-plot", role: "group", "aria-label": label }, this.xAxis, this.yAxis, this.xLabel, this.yLabel, this.area, this.overlay);
    this.box = document.createElement("div");
    this.box.className = "lab-plot-box";
    this.box.append(this.svg);
    this.resizing = new ResizeObserver(() => this.resize());
    this.#listen();
  }

  connect() {
    this.resizing.observe(this.box);
    this.resize();
  }

  // A drag that is under way listens at the window until it ends; it ends here.
  disconnect() {
    this.resizing.disconnect();
    select(window).on(".drag", null);
  }

  // A layer of the picture; the first is the lowest.
  layer(className, tag = "g") {
    return this.area.appendChild(svg(tag, { class: className }));
  }

  labels(x, y) {
    this.xLabel.firstChild.data = x;
    this.yLabel.firstChild.data = y;
  }

  // Which part of the plane is seen. Whoever changes it draws what stands there anew.
  domain(xDomain, yDomain) {
    this.x.domain(xDomain);
    this.y.domain(yDomain);
    if (this.width) this.#axes();
  }

  resize() {
    const width = Math.floor(this.box.clientWidth);
    if (!width || width === this.width) return;
    this.width = width;
    this.height = Math.round(Math.max(240, width * this.shape));
    this.#relay();
  }

  #relay() {
    const { width, height, left, right, top, bottom } = this;
    this.innerWidth = width - left - right;
    this.innerHeight = height - top - bottom;
    for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) this.svg.setAttribute(name, value);
    for (const [name, value] of Object.entries({ x: left, y: top, width: this.innerWidth, height: this.innerHeight })) this.area.setAttribute(name, value);
    this.x.range([0, this.innerWidth]);
    this.y.range([this.innerHeight, 0]);
    this.overlay.setAttribute("transform", `translate(${left},${top})`);
    this.xAxis.setAttribute("transform", `translate(${left},${top + this.innerHeight})`);
    this.yAxis.setAttribute("transform", `translate(${left},${top})`);
    this.xLabel.setAttribute("x", width - right);
    this.xLabel.setAttribute("y", height - 4);
    this.#axes();
    this.relaid();
  }

  #axes() {
    select(this.xAxis).call(axisBottom(this.x).ticks(Math.max(2, this.innerWidth / 90)).tickSizeOuter(0));
    select(this.yAxis).call(axisLeft(this.y).ticks(Math.max(2, this.innerHeight / 60), this.yFormat).tickSizeOuter(0));
  }

  // ---- moving ----

  // `movable`: hit(px, py, reach) gives {x, y, …} in pixels of the area or null; grab, move(subject, px, py), drop(subject).
  add(movable) {
    this.movables.push(movable);
  }

  #hit(x, y, reach) {
    for (const movable of this.movables) {
      const subject = movable.hit(x, y, reach);
      if (subject) return { ...subject, movable };
    }
    return null;
  }

  #listen() {
    const reach = (event) => (event.touches || event.pointerType === "touch" ? REACH.touch : REACH.mouse);
    const inside = (event) => {
      const [x, y] = pointer(event, this.svg);
      return [x - this.left, y - this.top];
    };
    const grabbing = drag()
      .container(() => this.overlay)
      .subject((event) => this.#hit(event.x, event.y, reach(event.sourceEvent)))
      .on("start", ({ subject }) => subject.movable.grab(subject))
      .on("drag", ({ subject, x, y }) => subject.movable.move(subject, Math.min(Math.max(x, 0), this.innerWidth), Math.min(Math.max(y, 0), this.innerHeight)))
      .on("end", ({ subject }) => subject.movable.drop(subject));
    // A finger that begins beside every mark scrolls the page, as everywhere.
    select(this.svg).call(grabbing).style("touch-action", "manipulation");
    this.svg.addEventListener("click", (event) => {
      const [x, y] = inside(event);
      if (x < 0 || y < 0 || x > this.innerWidth || y > this.innerHeight || this.#hit(x, y, reach(event))) return;
      this.clicked?.(this.x.invert(x), this.y.invert(y));
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch" && !event.buttons) this.svg.classList.toggle("lab-over", Boolean(this.#hit(...inside(event), REACH.mouse)));
    });
  }
}

// A mark with a place of its own in the tab order: `role=slider`, which screen readers move by arrow keys.
function knob(plot, className, label, parts, steer) {
  const mark = plot.overlay.appendChild(svg("g", { class: className, tabindex: 0, role: "slider", "aria-label": label, "aria-valuenow": 0 }, ...parts));
  mark.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = KEYS[event.key];
    const done = direction ? steer.step(...direction.map((part) => part * (event.shiftKey ? 10 : 1))) : steer.key?.(event.key);
    if (done !== false && (direction || done)) event.preventDefault();
  });
  return mark;
}

function say(mark, value, text) {
  mark.setAttribute("aria-valuenow", value);
  mark.setAttribute("aria-valuetext", text);
}

// Points of data. All are drawn; one is chosen and wears the ring, which is the one tab stop of them all.
export class Points {
  // `on`: choose(i), move(i, x, y), step(i, dx, dy) in steps, drop(), remove(i); `describe(i)` for screen readers.
  constructor(plot, on) {
    Object.assign(this, { plot, on, circles: [], xs: [], ys: [], chosen: -1 });
    this.layer = plot.layer("lab-points");
    this.ring = knob(plot, "lab-ring", "Chosen point", [svg("circle", { r: 9 })], {
      step: (dx, dy) => on.step(this.chosen, dx, dy),
      key: (key) => this.#key(key),
    });
    plot.add(this);
  }

  #key(key) {
    const last = this.xs.length - 1;
    // In the order that the eye finds them: from left to right.
    const order = () => [...this.xs.keys()].sort((i, j) => this.xs[i] - this.xs[j] || this.ys[i] - this.ys[j]);
    const go = (place) => {
      const row = order();
      const at = place(row.indexOf(this.chosen));
      this.on.choose(row[Math.min(Math.max(at, 0), last)]);
      return true;
    };
    if (key === "PageDown") return go((at) => at + 1);
    if (key === "PageUp") return go((at) => at - 1);
    if (key === "Home") return go(() => 0);
    if (key === "End") return go(() => last);
    if (key === "Delete" || key === "Backspace") return this.on.remove?.(this.chosen) ?? false;
    return false;
  }

  // Draws what differs from what stands there; `all` when the scales have changed.
  draw(xs, ys, chosen, all) {
    const { plot } = this;
    while (this.circles.length > xs.length) this.circles.pop().remove();
    while (this.circles.length < xs.length) this.circles.push(this.layer.appendChild(svg("circle")));
    const radius = xs.length > 100 ? 3 : 5;
    for (let i = 0; i < xs.length; i++) {
      if (!all && xs[i] === this.xs[i] && ys[i] === this.ys[i] && radius === this.radius) continue;
      const circle = this.circles[i];
      circle.setAttribute("cx", px(plot.x(xs[i])));
      circle.setAttribute("cy", px(plot.y(ys[i])));
      circle.setAttribute("r", radius);
    }
    Object.assign(this, { xs, ys, chosen, radius });
    this.ring.style.display = xs[chosen] === undefined ? "none" : "";
    if (xs[chosen] === undefined) return;
    this.ring.setAttribute("transform", `translate(${px(plot.x(xs[chosen]))},${px(plot.y(ys[chosen]))})`);
    say(this.ring, ys[chosen], this.on.describe(chosen));
  }

  hit(x, y, reach) {
    let nearest = null;
    let least = reach ** 2;
    for (let i = 0; i < this.xs.length; i++) {
      const [cx, cy] = [this.plot.x(this.xs[i]), this.plot.y(this.ys[i])];
      const distance = (cx - x) ** 2 + (cy - y) ** 2;
      // The chosen point lies on top.
      if (distance < least || (distance === least && i === this.chosen)) [nearest, least] = [{ x: cx, y: cy, i }, distance];
    }
    return nearest;
  }

  grab({ i }) {
    this.layer.append(this.circles[i]);
    this.on.choose(i);
  }

  move({ i }, x, y) {
    this.on.move(i, this.plot.x.invert(x), this.plot.y.invert(y));
  }

  drop() {
    this.ring.focus({ preventScroll: true });
    this.on.drop();
  }
}

// One handle, such as an end of a line. `on`: grab(), move(x, y) in data, step(dx, dy) in steps, drop().
export class Handle {
  constructor(plot, label, on, className = "lab-handle") {
    Object.assign(this, { plot, on });
    this.mark = knob(plot, className, label, [svg("circle", { r: 8 })], { step: on.step });
    plot.add(this);
  }

  // At (x, y) of the data, or at the edge when that lies outside.
  draw(x, y, text) {
    const { plot } = this;
    this.at = [Math.min(Math.max(plot.x(x), 0), plot.innerWidth), Math.min(Math.max(plot.y(y), 0), plot.innerHeight)];
    this.mark.setAttribute("transform", `translate(${this.at.map(px)})`);
    say(this.mark, y, text);
  }

  hit(x, y, reach) {
    return this.at && this.mark.style.display !== "none" && Math.hypot(this.at[0] - x, this.at[1] - y) < reach ? { x: this.at[0], y: this.at[1] } : null;
  }

  grab() {
    this.on.grab?.();
  }

  move(_, x, y) {
    this.on.move(this.plot.x.invert(x), this.plot.y.invert(y));
  }

  drop() {
    this.mark.focus({ preventScroll: true });
    this.on.drop();
  }
}
