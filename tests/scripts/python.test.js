// What the page takes of the Python in it is data, whatever it says; and what a package still needs is counted once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checked, Job } from "../../asrun/publishing/theme/assets/run/job.js";

Object.assign(globalThis, { self: globalThis }); // as in a worker
const { Packages } = await import("../../asrun/publishing/theme/assets/run/loading.js");

const pack = (/** @type {string} */ name, /** @type {string[]} */ imports, /** @type {string[]} */ depends, size = 100) => ({
  [name]: { name, file_name: `${name}.whl`, size, imports, depends },
});
const LOCK = {
  packages: { ...pack("numpy", ["numpy"], []), ...pack("pytz", ["pytz"], []), ...pack("pandas", ["pandas"], ["numpy", "pytz"], 1000) },
  core: { "pyodide.mjs": { bytes: 5, gzip: 2 }, "pyodide.asm.wasm": { bytes: 900, gzip: 300 } },
};

test("a package comes with all that it needs and that is not there", () => {
  const packages = new Packages(LOCK, "/p/");
  const isLoaded = (/** @type {string} */ name) => name === "numpy";
  assert.deepEqual(packages.imported(["pandas", "math", "numpy", "pandas"], isLoaded), [
    { name: "pandas", title: "pandas", names: ["pytz", "pandas"], bytes: 1100, loaded: false },
    { name: "numpy", title: "NumPy", names: [], bytes: 0, loaded: true },
  ]);
  assert.deepEqual(packages.coreStep().files, [{ address: "/p/pyodide.asm.wasm", bytes: 900, transfer: 300 }]);
  assert.deepEqual(packages.stepOf("numpy", ["numpy"]), { text: "NumPy", files: [{ address: "/p/numpy.whl", bytes: 100, transfer: 100 }] });
});

test("a result is what the page expects, whatever was sent", () => {
  assert.deepEqual(checked({ status: "done", milliseconds: 3 }), { status: "done", milliseconds: 3 });
  assert.deepEqual(checked({ status: "failed", milliseconds: "x" }), { status: "error", milliseconds: 0 });
  const error = { text: 7, line: "3", column: 2, file: 5 };
  assert.deepEqual(checked({ status: "error", milliseconds: 1, error }).error, { text: "7", line: null, column: 2 });
  assert.equal(checked({ status: "error", milliseconds: 1, error: { text: "", file: "a.py" } }).error?.file, "a.py");
});

test("of the ends of a run the first counts", async () => {
  const task = { page: "", block: 0, code: "", raises: "", file: "", interactive: false };
  /** @type {unknown[]} */
  const results = [];
  const job = new Job(task, { onText() {}, onFigure() {} }, (result) => results.push(result));
  job.finish({ status: "stopped", lost: true });
  job.finish({ status: "done" });
  await job.over;
  assert.deepEqual(results, [{ milliseconds: 0, status: "stopped", lost: true }]);
  assert.equal(job.lost, true);
});
