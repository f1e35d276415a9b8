// What the two labs on gradient descent share: they play step by step.

import { button } from "../dom.js";
import { select } from "./controls.js";
import { calm, setText } from "./elements.js";
import { Lab } from "./lab.js";
/** @import { PlayedModel, View } from "./types" */

/**
 * A lab whose state has a step. Its model knows whether it has ended, and the next step and the last.
 * @template {PlayedModel} M
 * @template {View} V
 * @extends {Lab<M, V>}
 */
export class Player extends Lab {
  static style = "descent.css";
  static label = "Play";
  /** Milliseconds from picture to picture, by name, "medium" among them. @type {Record<string, number>} */
  static paces = { medium: 100 };

  #pace = "medium";
  #frame = 0;

  get player() {
    return /** @type {typeof Player} */ (this.constructor);
  }

  playing = button(this.player.label, () => (this.#frame ? this.pause() : this.play()), { class: "lab-main" });
  speed = select(
    "Speed",
    Object.keys(this.player.paces).map((name) => [name, name]),
    () => this.#pace,
    (name) => {
      this.#pace = name;
    },
  );

  play() {
    if (this.model.ended(this.state)) this.change({ step: 0 }, { live: true });
    if (calm()) {
      this.change({ step: this.model.last() }); // a still of the end
      return;
    }
    setText(this.playing, "Pause");
    let shownAt = Number.NaN; // before the first frame
    const tick = (time) => {
      this.#frame = requestAnimationFrame(tick);
      if (Number.isNaN(shownAt)) shownAt = time;
      if (time - shownAt < this.player.paces[this.#pace] - 2) return; // frames come a little early or late
      shownAt = time;
      this.change({ step: this.model.next(this.state) }, { live: true });
      if (this.model.ended(this.state)) this.pause();
    };
    this.#frame = requestAnimationFrame(tick);
  }

  pause() {
    if (!this.#frame) return;
    this.#halt();
    this.settle();
  }

  #halt() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    setText(this.playing, this.player.label);
  }

  disconnect() {
    this.#halt();
    super.disconnect();
  }

  /** @param {number} step */
  goTo(step) {
    this.pause();
    this.change({ step });
  }

  undo() {
    this.pause();
    super.undo();
  }

  redo() {
    this.pause();
    super.redo();
  }

  reset() {
    this.pause();
    super.reset();
  }
}
