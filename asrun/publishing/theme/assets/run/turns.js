// Runs blocks one after the other, each behind the earlier ones it needs, in one namespace a page.

import { Output } from "./output.js";
import { firstToRun, stampOf, writes } from "./plan.js";
import { mayDownload, onProgress, runtimeIfAsked, theRuntime } from "./python.js";

/** @import { Block } from "./block.js" */
/** @import { Facts } from "./plan.js" */
/** @import { Found, Runtime } from "./runtime.js" */

/**
 * A run of a block that a reader asked for. `stopWaiting` ends its waiting for Python.
 * @typedef {{ cancelled: boolean, stopWaiting: () => void }} Turn
 */

const QUICK = 150; // milliseconds in which nothing is said of a run that goes on

/** @type {Block | null} */
let active = null; // the block whose turn it is
let queue = Promise.resolve();
/** @type {Runtime | null} */
let heard = null; // the Python whose progress is shown

/** @param {Block} block */
export function run(block) {
  if (block.turn) return; // however fast somebody clicks
  const turn = { cancelled: false, stopWaiting: () => {} };
  block.turn = turn;
  const output = block.theOutput();
  if (!output.element.isConnected) output.adopt(block.element);
  output.begin();
  if (active) output.say(`Waiting for block ${active.number} …`);
  block.ran();
  queue = queue.then(async () => {
    active = block;
    try {
      await take(turn, block, output);
    } catch (error) {
      output.finish({ status: "failed", error: { text: error.message } });
    }
    active = null;
    block.turn = null;
    block.ran();
  });
}

/** @param {Block} block */
export async function stop(block) {
  const { turn, output } = block;
  if (!turn || turn.cancelled) return;
  turn.cancelled = true;
  output?.cancel();
  turn.stopWaiting();
  output?.say("Stopping …");
  if (block === active) await (await runtimeIfAsked())?.stop();
}

async function listened() {
  const runtime = await theRuntime();
  if (heard !== runtime) onProgress(runtime, (progress) => active?.output?.progress(progress));
  heard = runtime;
  return runtime;
}

/**
 * @param {Turn} turn
 * @param {Block} block
 * @param {Output} output
 */
async function take(turn, block, output) {
  const { page } = block;
  const stopped = () => output.finish({ status: "stopped" });
  if (turn.cancelled) return stopped();
  const runtime = await listened();
  if (runtime.state !== "ready") output.progress({ text: "Starting Python" });
  const stopsWaiting = new Promise((resolve) => {
    turn.stopWaiting = () => resolve(undefined);
  });
  await Promise.race([runtime.boot(), stopsWaiting]);
  if (turn.cancelled) return stopped();

  const facts = await page.facts();
  const ran = [];
  for (;;) {
    page.forgetWhatIsLost(runtime);
    // Asked anew after each: what one block wrote decides what the next must find.
    const { codes } = page;
    const earlier = firstToRun(block.number, facts, codes, page.ran, page.wrote).map((number) => page.block(number));
    if (!(await mayRun(runtime, [...earlier, block], output))) return turn.cancelled ? stopped() : undefined;
    if (turn.cancelled) return stopped();
    if (!earlier.length) break;
    const [first] = earlier;
    output.progress({ text: `Running block ${first.number} first` });
    const result = await runQuietly(runtime, first, facts, codes);
    first.ran();
    ran.push(first.number);
    if (result.status === "error") {
      return output.finish({ status: "failed" }, ...page.named("Block ", [first.number], ", which this one needs, ended with an error."));
    }
    if (result.status !== "done") return output.finish(result);
    if (turn.cancelled) return stopped();
  }

  const soon = setTimeout(() => output.progress({ text: "Running" }), QUICK);
  const result = await runOne(runtime, block, facts, page.codes, output);
  clearTimeout(soon);
  return output.finish(result, ...(ran.length ? page.named("Ran ", ran, " first.") : []));
}

/**
 * Runs an earlier block; its output is shown where it is not what stands there already.
 * @param {Runtime} runtime
 * @param {Block} block
 * @param {Map<number, Facts>} facts
 * @param {Map<number, string>} codes
 */
async function runQuietly(runtime, block, facts, codes) {
  const had = block.output;
  const output = had ?? new Output(block.number);
  output.adopt(block.element, Boolean(had));
  output.begin();
  const result = await runOne(runtime, block, facts, codes, output);
  const same = output.finish(result);
  if (!had && !same && result.status !== "failed") {
    block.output = output;
    output.adopt(block.element);
  }
  return result;
}

/**
 * @param {Runtime} runtime
 * @param {Block} block
 * @param {Map<number, Facts>} facts
 * @param {Map<number, string>} codes
 * @param {Output} output
 */
async function runOne(runtime, block, facts, codes, output) {
  const { page, number, code, raises } = block;
  const stamp = stampOf(number, facts, codes);
  block.error = null;
  const result = await runtime.run({ page: page.stem, block: number, code, raises, ...output.receiver });
  page.forgetWhatIsLost(runtime);
  if (result.lost || result.status === "failed") return result;
  // What a run wrote that broke off is good for nothing that follows.
  const good = result.status === "done" ? stamp : null;
  page.ran.set(number, good);
  for (const name of writes(/** @type {Facts} */ (facts.get(number)))) page.wrote.set(name, good);
  block.stamp = stamp;
  block.error = result.error ?? null;
  return result;
}

/**
 * Before anything runs: what the browser's Python lacks is told, and what is large is asked for.
 * @param {Runtime} runtime
 * @param {Block[]} blocks in the order in which they will run, the one that was clicked last
 * @param {Output} output
 */
async function mayRun(runtime, blocks, output) {
  for (const block of blocks) {
    const lacks = block.lacks ? `the Python in this page does not have ${block.lacks}` : "";
    const [missing] = lacks ? [] : await runtime.unavailable(block.code);
    if (!lacks && !missing) continue;
    const own = block === blocks.at(-1);
    const text = own && missing ? missing.sentence : `This needs block ${block.number}, and ${lacks || missing.sentence}`;
    const why = `${text.replace(/\.$/, "")}. In the menu, More, the block can be copied as a program.`;
    output.finish({ status: "failed", error: { text: why } });
    return false;
  }
  /** @type {Map<string, Found>} */
  const open = new Map();
  for (const block of blocks) {
    for (const found of await runtime.packages(block.code)) if (!found.loaded) open.set(found.name, found);
  }
  return mayDownload([...open.values()], output);
}
