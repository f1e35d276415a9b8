// What the scripts of the labs hand to each other. Readers do not load this: it is for authors and for TypeScript.

import type { ScaleContinuousNumeric } from "d3-scale";
import type { CollinearLab } from "./collinear-lab.js";
import type { DegreeLab } from "./degree-lab.js";
import type { DescentLab } from "./descent-lab.js";
import type { bowl } from "./descent-math.js";
import type { FitLab } from "./fit-lab.js";
import type { Lab } from "./lab.js";
import type { Points as PointMarks } from "./marks.js";
import type { bestLine } from "./math.js";
import type { OutlierLab } from "./outlier-lab.js";
import type { Plot } from "./plot.js";
import type { ResampleLab } from "./resample-lab.js";

export type { CollinearLab, DegreeLab, DescentLab, FitLab, OutlierLab, Plot, ResampleLab };
export type AnyLab = Lab<any, any>;

// ---- what a lab is about ----

/** All numbers of a state, by the names of the facts; null where there is none. */
export type Numbers = Record<string, any>;
export type FactText = string | ((state: any, numbers: Numbers) => string);
/** A number that a lab can show, and the expression that makes it in the program. */
export type Fact = { label: FactText; python: FactText; color?: string };
export type Facts = Record<string, Fact>;

/**
 * A task counts as done when `done` holds after something that the reader did. `lab` has the model, and in `used` the names of what was
 * done since the task began.
 */
export type Task = {
  goal: string;
  predict?: { question: string; choices: string[]; right: number };
  start?: (state: any, lab: any) => object;
  done: (state: any, numbers: Numbers, lab: any) => boolean;
  why: string;
};

/** What a lab is about, without a page. A state is plain data. */
export interface Model<S = any> {
  /** The first state. */
  start(): S;
  /** The state of a link, if it may be used; else throws an Error with a sentence. */
  check(state: any): S;
  measure(state: S): Numbers;
  /** What is seen, in a sentence or two. */
  words(state: S, numbers: Numbers): string;
  /** The lines of Python before the prints, for the state that was measured last. */
  preamble(state: S): string[];
}

/** The rows of a CSV file. */
export type Rows = Record<string, string>[];
export type Points = { x: number[]; y: number[] };
export type PointSet = Points & {
  title: string;
  xLabel: string;
  yLabel: string;
  line?: { w: number; b: number } | null;
  frame?: number[][];
  eta?: number;
};
export type OutlierSet = Points & { title: string; cut: number; chosen: number };

// ---- states: plain data ----

export type FitState = Points & { preset: string; w: number; b: number; chosen: number; show: string; best: boolean };
export type FilmState = { step: number };
export type DescentState = {
  preset: string;
  points: Points | null;
  chosen: number;
  scaled: boolean;
  loss: string;
  w: number;
  b: number;
  eta: number;
  step: number;
};
export type OutlierState = Points & { preset: string; cut: number; chosen: number };
export type CollinearState = { rho: number; birds: number; samples: number; at: number[] };
export type ResampleState = {
  n: number;
  noise: string;
  sigma: number;
  from: number;
  target: "slope" | "intercept";
  level: number;
  first: number;
  samples: number;
};
export type DegreeState = { truth: string; n: number; sigma: number; degree: number; draw: number };

// ---- what is computed of them ----

export type BestLine = ReturnType<typeof bestLine>;
/** The loss over the plane of lines. */
export type Surface = ReturnType<typeof bowl>;
/** A line, or a direction in the plane of lines. */
export type Line = { w: number; b: number };
/** x in units of its own, or as it is. */
export type Units = { z: number[]; mean: number; unit: number };
export type Path = {
  surface: Surface;
  eta: number;
  w: number[];
  b: number[];
  gap: number[];
  loss: number[];
  first: number;
  arrived: number | null;
  diverged: boolean;
};
/** A walk at step k: its points, the units of x, the surface of the loss, and the path on it. */
export type Walk = { data: Points; scaled: boolean; scale: Units; surface: Surface; path: Path; k: number };
/** A line, its slope and level over the means, whether it is the only best one, and whether several are as good. */
export type RobustLine = Line & { w0: number; level: number; unique?: boolean; several?: boolean };
/** A fit with two weights. */
export type TwoWeights = { w1: number; w2: number; b: number; vif: number };
/** Points to fit and points to judge by, the errors of every degree on both, and the curves over the grid. */
export type Polynomials = Points & { xTest: number[]; yTest: number[]; train: number[]; test: number[]; curves: number[][] };
/**
 * A sample: the noise itself, its fit (slope, and level in the middle), the spread of what is left, and the fits of all resamples. `ends`
 * are the percentiles of one kind of interval, kept as long as it is asked for.
 */
export type Sample = {
  raw: number[];
  level: number;
  slope: number;
  s: number;
  slopes: Float64Array;
  levels: Float64Array;
  kind?: string;
  ends: number[];
};
/** The two intervals of a sample. */
export type Intervals = {
  estimate: number;
  error: number;
  low: number;
  high: number;
  bootLow: number;
  bootHigh: number;
  held: boolean;
  bootHeld: boolean;
};

// ---- what stands in the page ----

/**
 * The pictures of a lab, made once. `before` is the state that is drawn already, null when everything must be drawn anew, and the state
 * itself when what was live has settled.
 */
export type View = { plots: Plot[]; draw: (state: any, before: any) => void };
export type PlayedModel = Model & { ended: (state: any) => boolean; next: (state: any) => number; last: () => number };
/** To what a drag rounds, and how far a key goes, in x and y. */
export type Steps = { grain: { x: number; y: number }; steps: { x: number; y: number } };
export type PointsModel = Model & { sets: Record<string, any>; set: (preset: string) => object };
export type PointsView = View & Steps & { plot: Plot; points: PointMarks; unframe: () => void };
/** What a table of points shows and changes. */
export type TableOwner = {
  data: () => Points;
  say: (text: string, at?: Element) => void;
  edit: (i: number, key: "x" | "y", value: number) => void;
  removePoint: (i: number) => unknown;
  replace: (x: number[], y: number[]) => void;
};
/** A control: what stands in the page, and how it shows a state. */
export type Control = { element: HTMLElement; show: (state: any) => void };
/** How a slider's position (0 to `steps`) becomes the value, and back; `text` says the value. */
export type SliderScale = {
  steps?: number;
  from: (place: number) => number;
  to: (value: number) => number;
  text: (value: number) => string;
};

/** A scale of D3, linear or logarithmic. */
export type NumberScale = ScaleContinuousNumeric<number, number>;
export type PlotOptions = {
  label: string;
  relaid: () => void;
  shape?: number;
  left?: number;
  bottom?: number;
  yScale?: NumberScale;
  yFormat?: string;
};
/** What is dragged: where it is, in pixels of the area, and what else the movable knows it by. */
export type Subject = { x: number; y: number; i?: number };
/** What can be moved: `hit` gives what lies within reach, and the others take that along. */
export type Movable = {
  hit: (x: number, y: number, reach: number) => Subject | null;
  grab: (subject: any) => void;
  move: (subject: any, x: number, y: number) => void;
  drop: (subject: any) => void;
};
/** What is done with points: `step` counts in steps, and `describe` is for screen readers. */
export type PointActions = {
  grab: (i: number) => void;
  choose: (i: number) => void;
  move: (i: number, x: number, y: number) => void;
  step: (i: number, dx: number, dy: number) => void;
  drop: () => void;
  remove: (i: number) => boolean;
  describe: (i: number) => string;
};
/** What is done with a handle: `move` gets a place in data, `step` counts in steps. */
export type HandleActions = {
  grab?: () => void;
  move: (x: number, y: number) => void;
  step: (dx: number, dy: number) => void;
  drop: () => void;
};
