// The picture of a lab: axes that follow the width, layers to draw on, and the dragging of what can be moved (marks.js).

import { h } from "../dom.js";
import { axisBottom, axisLeft, drag, pointer, scaleLinear, select } from "../vendor/d3/d3.js";
import { setText } from "./elements.js";
import { roundStep } from "./math.js";
/** @import { Movable, PlotOptions } from "./types" */

const SVG = "http://www.w3.org/2000/svg";
const REACH = { mouse: 12, touch: 24 }; // pixels from the middle of a mark within which it is grabbed

/** @param {Element} element @param {Record<string, any>} attributes */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag @param {Record<string, any>} attributes @param {...(Node | string)} children @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** Coordinates with one decimal: finer cannot be seen. @param {number} value */
export const px = (value) => Math.round(value * 10) / 10;

/**
 * Puts a line between two places in pixels.
 * @param {SVGLineElement} line @param {number[][]} places @param {(value: number) => number} rounded
 */
export function setLine(line, [[x1, y1], [x2, y2]], rounded = px) {
  set(line, { x1: rounded(x1), y1: rounded(y1), x2: rounded(x2), y2: rounded(y2) });
}

/** A domain that holds the values, and at both ends a share of their spread. @param {number[]} values */
export function around(values, share = 0.08) {
  const all = values.length ? values : [0, 10];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = (high - low) * share || Math.abs(high) * 0.25 || 1;
  return [low - room, high + room];
}

/** To what a drag over a domain rounds. @param {number[]} domain @param {number} pixels */
export const grain = ([from, to], pixels) => 10 ** Math.floor(Math.log10((to - from) / pixels));
/** How far a key goes. @param {number[]} domain */
export const stride = ([from, to]) => roundStep((to - from) / 100);

export class Plot {
  width = 0;
  height = 0;
  innerWidth = 1;
  innerHeight = 1;
  top = 26;
  right = 12;
  /** @type {Movable[]} */
  movables = [];
  /** Is called with a place in data where somebody clicked beside all marks. @type {((x: number, y: number) => void) | null} */
  clicked = null;

  /**
   * `shape` is height / width; `relaid` is called when the size has changed and everything must be drawn anew.
   * @param {PlotOptions} options
   */
  constructor({ label, relaid, shape = 0.6, left = 56, bottom = 40, yScale = scaleLinear(), yFormat }) {
    this.relaid = relaid;
    this.shape = shape;
    this.left = left;
    this.bottom = bottom;
    this.yFormat = yFormat;
    this.x = scaleLinear();
    this.y = yScale;
    this.xAxis = svg("g", { class: "lab-axis", "aria-hidden": true });
    this.yAxis = svg("g", { class: "lab-axis", "aria-hidden": true });
    this.xLabel = svg("text", { class: "lab-axis-label", "text-anchor": "end", "aria-hidden": true }, "");
    this.yLabel = svg("text", { class: "lab-axis-label", x: 0, y: 12, "aria-hidden": true }, "");
    this.area = svg("svg", { class: "lab-area", "aria-hidden": true }); // clips what is drawn in it
    this.overlay = svg("g"); // handles and the ring, which may stick out
    const parts = [this.xAxis, this.yAxis, this.xLabel, this.yLabel, this.area, this.overlay];
    this.svg = svg("svg", { class: "lab-plot", role: "group", "aria-label": label }, ...parts);
    this.box = h("div", { class: "lab-plot-box" }, this.svg);
    this.resizing = new ResizeObserver(() => this.resize());
    this.#listen();
  }

  connect() {
    this.resizing.observe(this.box);
    this.resize();
  }

  /** A drag that is under way listens at the window until it ends; it ends here. */
  disconnect() {
    this.resizing.disconnect();
    select(window).on(".drag", null);
  }

  /**
   * A layer of the picture; the first is the lowest.
   * @template {keyof SVGElementTagNameMap} Tag
   * @param {string} className @param {Tag} tag
   */
  layer(className, tag) {
    return this.area.appendChild(svg(tag, { class: className }));
  }

  /** @param {string} x @param {string} y */
  labels(x, y) {
    setText(this.xLabel, x);
    setText(this.yLabel, y);
  }

  /** Which part of the plane is seen. Whoever changes it draws what stands there anew. @param {number[]} xDomain @param {number[]} yDomain */
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
    set(this.svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    set(this.area, { x: left, y: top, width: this.innerWidth, height: this.innerHeight });
    this.x.range([0, this.innerWidth]);
    this.y.range([this.innerHeight, 0]);
    this.overlay.setAttribute("transform", `translate(${left},${top})`);
    this.xAxis.setAttribute("transform", `translate(${left},${top + this.innerHeight})`);
    this.yAxis.setAttribute("transform", `translate(${left},${top})`);
    set(this.xLabel, { x: width - right, y: height - 4 });
    this.#axes();
    this.relaid();
  }

  #axes() {
    select(this.xAxis).call(
      axisBottom(this.x)
        .ticks(Math.max(2, this.innerWidth / 90))
        .tickSizeOuter(0),
    );
    select(this.yAxis).call(
      axisLeft(this.y)
        .ticks(Math.max(2, this.innerHeight / 60), this.yFormat)
        .tickSizeOuter(0),
    );
  }

  // ---- moving ----

  /** @param {Movable} movable */
  add(movable) {
    this.movables.push(movable);
  }

  /** @param {number} x @param {number} y @param {number} reach */
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
      return { x: x - this.left, y: y - this.top };
    };
    /** @type {import("d3-drag").DragBehavior<SVGSVGElement, any, any>} */
    const grabbing = drag();
    grabbing
      .container(() => this.overlay)
      .subject((event) => this.#hit(event.x, event.y, reach(event.sourceEvent)))
      .on("start", ({ subject }) => subject.movable.grab(subject))
      .on("drag", ({ subject, x, y }) =>
        subject.movable.move(subject, Math.min(Math.max(x, 0), this.innerWidth), Math.min(Math.max(y, 0), this.innerHeight)),
      )
      .on("end", ({ subject }) => subject.movable.drop(subject));
    // A finger that begins beside every mark scrolls the page, as everywhere.
    select(this.svg).call(grabbing).style("touch-action", "manipulation");
    this.svg.addEventListener("click", (event) => {
      const { x, y } = inside(event);
      if (x < 0 || y < 0 || x > this.innerWidth || y > this.innerHeight || this.#hit(x, y, reach(event))) return;
      this.clicked?.(this.x.invert(x), this.y.invert(y));
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch" || event.buttons) return;
      const { x, y } = inside(event);
      this.svg.classList.toggle("lab-over", Boolean(this.#hit(x, y, REACH.mouse)));
    });
  }
}
