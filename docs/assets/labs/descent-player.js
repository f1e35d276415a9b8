// What the two labs on gradient descent share: they play step by step.

import { Lab, button, calm, setText } from "./lab.js";

export class Player extends Lab {
  // static paces  {name: milliseconds from picture to picture}, "medium" among them
  // ended         whether there is nothing left to play
  // next()        the step that the next picture shows
  // last()        the step at the end

  static style = "descent.css";

  // The button and the choice of a speed: this.playing, this.speed.
  buildPlaying(label) {
    this.label = label;
    this.pace = "medium";
    this.playing = button(label, () => (this.frame ? this.pause() : this.play()), { class: "lab-main" });
    this.speed = this.select("Speed", Object.keys(this.constructor.paces).map((name) => [name, name]), () => this.pace, (name) => (this.pace = name));
  }

  play() {
    if (this.ended) this.change({ step: 0 }, { live: true });
    if (calm()) {
      this.change({ step: this.last() }); // a still of the end
      return;
    }
    setText(this.playing, "Pause");
    let shownAt = null;
    const tick = (time) => {
      this.frame = requestAnimationFrame(tick);
      shownAt ??= time;
      if (time - shownAt < this.constructor.paces[this.pace] - 2) return; // frames come a little early or late
      shownAt = time;
      this.change({ step: this.next() }, { live: true });
      if (this.ended) this.pause();
    };
    this.frame = requestAnimationFrame(tick);
  }

  pause() {
    if (!this.frame) return;
    this.halt();
    this.settle();
  }

  // Whoever has more to let go of calls this one too.
  halt() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    if (this.playing) setText(this.playing, this.label);
  }

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
