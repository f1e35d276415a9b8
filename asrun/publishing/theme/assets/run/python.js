// The one Python of the document, as the blocks of a page and the playground ask for it.

/** @import { Found, Progress, Runtime } from "./runtime.js" */
/** @import { Output } from "./output.js" */

const LARGE = 10e6; // bytes that are not downloaded without asking

/** @type {Promise<Runtime> | null} */
let loading = null;

/** Loads what starts Python; nothing of Python itself comes yet. */
export async function theRuntime() {
  loading ??= import("./runtime.js").then(({ runtime }) => runtime);
  try {
    return await loading;
  } catch {
    loading = null;
    throw new Error("Python could not be loaded. Check the connection, then reload the page.");
  }
}

/** The same where somebody has asked for it before, and null where nobody has. */
export const runtimeIfAsked = async () => (loading ? theRuntime() : null);

/**
 * Tells how far Python and its packages are, but for what comes in the background.
 * @param {Runtime} runtime
 * @param {(progress: Progress) => void} heard
 */
export function onProgress(runtime, heard) {
  runtime.addEventListener("progress", (event) => {
    const { detail } = /** @type {CustomEvent<Progress | null>} */ (event);
    if (!detail?.background) heard(detail ?? { text: "Running" });
  });
}

/**
 * Large packages come only if the reader agrees; what is already there costs nothing.
 * @param {Found[]} packages
 * @param {Output} output where the question is asked, and said that nothing came
 */
export async function mayDownload(packages, output) {
  const open = packages.filter(({ loaded }) => !loaded);
  const bytes = open.reduce((sum, found) => sum + found.bytes, 0);
  if (bytes <= LARGE) return true;
  const names = open.map(({ title, name }) => title ?? name).join(" and ");
  const yes = await output.ask(`This needs ${names}: ${Math.round(bytes / 1e6)} MB to download, once.`, "Download and run", "Not now");
  if (!yes) output.finish({ status: "failed" }, "Nothing was downloaded.");
  return yes;
}
