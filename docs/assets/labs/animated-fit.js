// <animated-fit>: the line finds the penguins by steps of gradient descent, as a film that its reader plays, stops and steps through.

import { button, h } from "../dom.js";
import { FACTS, FilmModel, STEPS, TASKS } from "./animated-model.js";
import { slider } from "./controls.js";
import { loadCsv } from "./data.js";
import { Player } from "./descent-player.js";
import { across, dots } from "./judging-view.js";
import { Plot } from "./plot.js";
import { flippersAndMasses } from "./sets.js";
import { format } from "./text.js";
/** @import { FilmState } from "./types" */

class FilmView {
  #model;

  /** @param {AnimatedFit} lab */
  constructor(lab) {
    this.#model = lab.model;
    this.plot = new Plot({ label: "Penguins, and the line of each step so far", relaid: () => lab.refresh(), shape: 0.5 });
    this.plots = [this.plot];
    this.dots = this.plot.layer("lab-points", "path");
    this.ghosts = this.plot.layer("lab-ghosts", "path");
    this.line = this.plot.layer("lab-line", "path");
    this.plot.domain([168, 235], [-200, 6600]);
    this.plot.labels("flipper length (mm)", "body mass (g)");
  }

  /** @param {FilmState} state @param {unknown} before */
  draw({ step }, before) {
    const { x, y } = this.#model;
    if (before === null) this.dots.setAttribute("d", dots(this.plot, x, y));
    const path = (at) => {
      const { w, b } = this.#model.line(at);
      return across(this.plot, w, b);
    };
    this.ghosts.setAttribute("d", Array.from({ length: step }, (_, at) => path(at)).join(""));
    this.line.setAttribute("d", path(step));
  }
}

/** @extends {Player<FilmModel, FilmView>} */
class AnimatedFit extends Player {
  static heading = "The line finds the birds";
  static facts = FACTS;
  static tasks = TASKS;
  static paces = { slow: 900, medium: 300, fast: 80 };

  #stepping = button("Step", () => this.goTo(this.state.step + 1));
  #backing = button("Back", () => this.goTo(this.state.step - 1));

  async load() {
    return new FilmModel(flippersAndMasses(await loadCsv("penguins.csv")));
  }

  /** @param {HTMLElement} body */
  build(body) {
    const view = new FilmView(this);
    const scale = { steps: STEPS, from: (step) => step, to: (step) => step, text: (step) => format(step) };
    const place = slider(
      this,
      "Step",
      scale,
      (state) => state.step,
      (step, options) => {
        this.pause();
        this.change({ step }, options);
      },
    );
    this.controls = [place, this.speed];
    body.append(
      h("div", { class: "lab-row lab-buttons" }, this.playing, this.#stepping, this.#backing, this.speed.element),
      place.element,
      view.plot.box,
      this.sentence,
      this.cells.list(Object.keys(FACTS)),
    );
    return view;
  }

  /** @param {FilmState} state */
  enable({ step }) {
    this.#stepping.disabled = step === STEPS;
    this.#backing.disabled = step === 0;
  }
}

customElements.define("animated-fit", AnimatedFit);
