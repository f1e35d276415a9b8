// What can be fitted: the book's own data, and small sets that make one point each.

import { loadCsv } from "./lab.js";

const plain = (x, y) => ({ x, y, xLabel: "x", yLabel: "y" });

// Every set by its name: {title, x, y, xLabel, yLabel, line?, frame?}.
export async function loadSets() {
  const [birds, quartet] = await Promise.all([loadCsv("penguins.csv"), loadCsv("anscombe.csv")]);
  const whole = birds.filter((bird) => bird.flipper_length_mm !== "NA" && bird.body_mass_g !== "NA");
  const of = (rows, column) => rows.map((row) => Number(row[column]));
  const anscombe = (name) => {
    const rows = quartet.filter((row) => row.set === name);
    return { title: `Anscombe ${name}`, ...plain(of(rows, "x"), of(rows, "y")) };
  };
  return {
    penguins: {
      title: "Penguins",
      x: of(whole, "flipper_length_mm"),
      y: of(whole, "body_mass_g"),
      xLabel: "flipper length (mm)",
      yLabel: "body mass (g)",
      line: { w: 40, b: -3700 }, // the first guess of the first chapter
    },
    tiny: { title: "Three points on a line", ...plain([1, 2, 3], [2, 4, 6]), line: { w: 1, b: 0 }, frame: [[0, 5], [0, 6.6]] }, // the tiny example of the book
    three: { title: "Three points", ...plain([1, 2, 3], [1, 5, 3]) },
    outlier: { title: "One outlier", ...plain([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [2.1, 2.4, 3.2, 3.4, 4.1, 4.4, 5.2, 5.3, 6.1, 1.2]) },
    "anscombe-1": anscombe("I"),
    "anscombe-2": anscombe("II"),
    "anscombe-3": anscombe("III"),
    "anscombe-4": anscombe("IV"),
    curve: { title: "A curve", ...plain([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [0.3, 0.8, 2.1, 3.2, 5.4, 7.7, 11.2, 14.1, 18.5, 22.6, 28.3]) },
    groups: { title: "Two groups", ...plain([1, 1.5, 2, 2.5, 3, 3.5, 6, 6.5, 7, 7.5, 8, 8.5], [3.4, 3.1, 2.5, 2.3, 1.8, 1.4, 7.6, 7.1, 6.8, 6.2, 5.9, 5.3]) },
    equal: { title: "All x equal", ...plain([3, 3, 3, 3, 3], [1, 2, 4, 5, 6]) },
    one: { title: "One point", ...plain([2], [3]) },
    own: { title: "Your own", ...plain([], []) },
  };
}
