// The scale of step sizes: whole decades that hold the limits of the points as they are and scaled.

import * as descent from "./descent-math.js";
/** @import { Walk } from "./types" */

export const POSITIONS = 1000; // of the slider

export class EtaScale {
  /** Powers of ten at both ends. */
  range = [-3, 0];

  /** Makes the scale that of a walk. @param {Walk} walk */
  fit({ data, surface }) {
    const { x, y } = data;
    const limits = [x, descent.standardize(x).z].map((values) => Math.log10(2 / descent.bowl(values, y, surface.f).max));
    this.range = [Math.floor(Math.min(...limits) - 2), Math.ceil(Math.max(...limits) + 0.3)];
  }

  /** The step size at a position of the slider. @param {number} position */
  at(position) {
    const [low, high] = this.range;
    return Number((10 ** (low + ((high - low) * position) / POSITIONS)).toPrecision(4));
  }

  /** The place of a step size, between 0 and 1. @param {number} eta */
  placeOf(eta) {
    const [low, high] = this.range;
    return Math.min(1, Math.max(0, (Math.log10(eta) - low) / (high - low)));
  }
}
