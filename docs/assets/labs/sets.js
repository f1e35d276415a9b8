// What can be fitted: the book's own data, and small sets that make one point each.

/** @import { PointSet, Points, Rows } from "./types" */

/** @param {number[]} x @param {number[]} y */
const plain = (x, y) => ({ x, y, xLabel: "x", yLabel: "y" });

/** @param {Rows} rows @param {string} column */
const numbers = (rows, column) => rows.map((row) => Number(row[column]));

/** The columns x and y of a table. @param {Rows} rows @returns {Points} */
export const pointsOf = (rows) => ({ x: numbers(rows, "x"), y: numbers(rows, "y") });

/** One of Anscombe's four sets. @param {Rows} rows @param {string} name */
export const anscombe = (rows, name) => pointsOf(rows.filter((row) => row.set === name));

/** Flipper lengths and body masses of the birds that have both. @param {Rows} rows @returns {Points} */
export function flippersAndMasses(rows) {
  const known = rows.filter((bird) => bird.flipper_length_mm !== "NA" && bird.body_mass_g !== "NA");
  return { x: numbers(known, "flipper_length_mm"), y: numbers(known, "body_mass_g") };
}

/** Every set of the lab on fitting, by its name. @param {Rows} birds @param {Rows} quartet @returns {Record<string, PointSet>} */
export function fitSets(birds, quartet) {
  const one = (name) => {
    const { x, y } = anscombe(quartet, name);
    return { title: `Anscombe ${name}`, ...plain(x, y) };
  };
  return {
    penguins: {
      title: "Penguins",
      ...flippersAndMasses(birds),
      xLabel: "flipper length (mm)",
      yLabel: "body mass (g)",
      line: { w: 40, b: -3700 }, // the first guess of the first chapter
    },
    tiny: {
      title: "Three points on a line",
      ...plain([1, 2, 3], [2, 4, 6]),
      line: { w: 1, b: 0 },
      frame: [
        [0, 5],
        [0, 6.6],
      ],
    }, // the tiny example of the book
    three: { title: "Three points", ...plain([1, 2, 3], [1, 5, 3]) },
    outlier: { title: "One outlier", ...plain([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [2.1, 2.4, 3.2, 3.4, 4.1, 4.4, 5.2, 5.3, 6.1, 1.2]) },
    "anscombe-1": one("I"),
    "anscombe-2": one("II"),
    "anscombe-3": one("III"),
    "anscombe-4": one("IV"),
    curve: { title: "A curve", ...plain([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [0.3, 0.8, 2.1, 3.2, 5.4, 7.7, 11.2, 14.1, 18.5, 22.6, 28.3]) },
    groups: {
      title: "Two groups",
      ...plain([1, 1.5, 2, 2.5, 3, 3.5, 6, 6.5, 7, 7.5, 8, 8.5], [3.4, 3.1, 2.5, 2.3, 1.8, 1.4, 7.6, 7.1, 6.8, 6.2, 5.9, 5.3]),
    },
    equal: { title: "All x equal", ...plain([3, 3, 3, 3, 3], [1, 2, 4, 5, 6]) },
    one: { title: "One point", ...plain([2], [3]) },
    own: { title: "Your own", ...plain([], []) },
  };
}
