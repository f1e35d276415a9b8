// The models of the labs, with the book's own data read from disk.

import { readFileSync } from "node:fs";
import * as collinear from "../../docs/assets/labs/collinear-facts.js";
import { CollinearModel } from "../../docs/assets/labs/collinear-model.js";
import * as degree from "../../docs/assets/labs/degree-facts.js";
import { DegreeModel } from "../../docs/assets/labs/degree-model.js";
import * as descent from "../../docs/assets/labs/descent-facts.js";
import { DescentModel } from "../../docs/assets/labs/descent-model.js";
import * as film from "../../docs/assets/labs/animated-model.js";
import * as fit from "../../docs/assets/labs/fit-model.js";
import * as outlier from "../../docs/assets/labs/outlier-facts.js";
import { OutlierModel } from "../../docs/assets/labs/outlier-model.js";
import * as resample from "../../docs/assets/labs/resample-facts.js";
import { ResampleModel } from "../../docs/assets/labs/resample-model.js";
import { fitSets, flippersAndMasses, pointsOf } from "../../docs/assets/labs/sets.js";
import { parseCsv } from "../../docs/assets/labs/text.js";

const rows = (path) => parseCsv(readFileSync(new URL(`../../docs/${path}`, import.meta.url), "utf8"));
const [penguins, quartet, noisy] = ["data/penguins.csv", "data/anscombe.csv", "assets/labs/noisy-line.csv"].map(rows);

/**
 * What each lab is made of: its numbers and tasks, and a way to make its model.
 * @type {Record<string, { FACTS: any, TASKS: any[], make: () => any }>}
 */
export const LABS = {
  "fit-lab": { ...fit, make: () => new fit.FitModel(fitSets(penguins, quartet)) },
  "animated-fit": { ...film, make: () => new film.FilmModel(flippersAndMasses(penguins)) },
  "descent-lab": { ...descent, make: () => new DescentModel(pointsOf(noisy), fitSets(penguins, quartet)) },
  "outlier-lab": { ...outlier, make: () => new OutlierModel(noisy, quartet) },
  "collinear-lab": { ...collinear, make: () => new CollinearModel(flippersAndMasses(penguins)) },
  "resample-lab": { ...resample, make: () => new ResampleModel() },
  "degree-lab": { ...degree, make: () => new DegreeModel() },
};
