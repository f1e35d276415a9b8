// Runs blocks one after the other, each behind the earlier ones it needs, in one namespace a page; and knows what is out of date.
//
// A block: {number, page, book, edited, element, needs, raises, output, busy, cancelled, stamp}
// A page:  {stem, blocks: Map(number -> block), ran, wrote, generation}, where ran and wrote are what plan.js asks for

import { Output, button } from "./output.js";
import { firstToRun, stampOf, writes } from "./plan.js";

const BASE = new URL("../../", import.meta.url);
const LARGE = 10e6; // bytes that are not downloaded without asking
const QUICK = 150; // milliseconds in which nothing is said of a run that goes on

let active = null; // the block whose turn it is
let queue = Promise.resolve();
let loading = null;

export const codeOf = (block) => block.edited ?? block.book;
// The blocks of a page as asrun/programs/program.py reads them. What a changed block raises is not asked any more.
export const sourcesOf = ({ blocks }) => [...blocks.values()].map((block) => ({ code: codeOf(block), raises: raisesOf(block) }));
const raisesOf = (block) => (block.edited === null ? block.raises : "");
const codesOf = ({ blocks }) => new Map([...blocks].map(([number, block]) => [number, codeOf(block)]));

export async function theRuntime() {
  loading ??= import("./runtime.js").then(({ runtime }) => {
    runtime.addEventListener("progress", ({ detail }) => {
      if (active && !detail?.background) active.output.progress(detail ?? { text: "Running" });
    });
    return runtime;
  });
  try {
    return await loading;
  } catch {
    loading = null;
    throw new Error("Python could not be loaded. Check the connection, then reload the page.");
  }
}

// `changed` is called when the block begins to be busy and when it ends.
export function run(block, changed) {
  if (block.busy) return; // however fast somebody clicks
  Object.assign(block, { busy: true, cancelled: false });
  block.output ??= new Output(block.number);
  if (!block.output.element.isConnected) block.output.adopt(block.element);
  block.output.begin();
  if (active) block.output.say(`Waiting for block ${active.number} …`);
  changed(block);
  queue = queue.then(async () => {
    active = block;
    try {
      await turn(block, changed);
    } catch (error) {
      block.output.finish({ status: "failed", error: { text: error.message } });
    }
    active = null;
    block.busy = false;
    changed(block);
  });
}

export async function stop(block) {
  if (!block.busy || block.cancelled) return;
  block.cancelled = true;
  block.output.cancel?.();
  block.stopWaiting?.();
  block.output.say("Stopping …");
  if (block === active && loading) await (await loading).stop();
}

async function turn(block, changed) {
  const { output, page } = block;
  const stopped = () => output.finish({ status: "stopped" });
  if (block.cancelled) return stopped();
  const runtime = await theRuntime();
  if (runtime.state !== "ready") output.progress({ text: "Starting Python" });
  await Promise.race([runtime.boot(), new Promise((resolve) => (block.stopWaiting = resolve))]);
  if (block.cancelled) return stopped();

  const facts = await factsOf(page);
  const ran = [];
  for (;;) {
    forgetWhatIsLost(page, runtime);
    // Asked anew after each: what one block wrote decides what the next must find.
    const codes = codesOf(page);
    const earlier = firstToRun(block.number, facts, codes, page.ran, page.wrote).map((number) => page.blocks.get(number));
    if (!(await mayRun(runtime, [...earlier, block], output))) return block.cancelled ? stopped() : undefined;
    if (block.cancelled) return stopped();
    if (!earlier.length) break;
    const [first] = earlier;
    output.progress({ text: `Running block ${first.number} first` });
    const result = await runQuietly(runtime, first, facts, codes);
    changed(first);
    ran.push(first.number);
    if (result.status === "error") {
      return output.finish({ status: "failed" }, ...named(page, "Block ", [first.number], ", which this one needs, ended with an error."));
    }
    if (result.status !== "done") return output.finish(result);
    if (block.cancelled) return stopped();
  }

  const soon = setTimeout(() => output.progress({ text: "Running" }), QUICK);
  const to = { onText: (text, stream) => output.write(text, stream), onFigure: (svg) => output.draw(svg) };
  const result = await runOne(runtime, block, facts, codesOf(page), to);
  clearTimeout(soon);
  return output.finish(result, ...(ran.length ? named(page, "Ran ", ran, " first.") : []));
}

// An earlier block's output is shown where it is not what stands there already.
async function runQuietly(runtime, block, facts, codes) {
  const had = block.output;
  const output = had ?? new Output(block.number);
  output.adopt(block.element, Boolean(had));
  output.begin();
  const to = { onText: (text, stream) => output.write(text, stream), onFigure: (svg) => output.draw(svg) };
  const result = await runOne(runtime, block, facts, codes, to);
  const same = output.finish(result);
  if (!had && !same && result.status !== "failed") {
    block.output = output;
    output.adopt(block.element);
  }
  return result;
}

async function runOne(runtime, block, facts, codes, to) {
  const { page, number } = block;
  const stamp = stampOf(number, facts, codes);
  block.error = null;
  const result = await runtime.run({ page: page.stem, block: number, code: codes.get(number), raises: raisesOf(block), ...to });
  forgetWhatIsLost(page, runtime);
  if (result.lost || result.status === "failed") return result;
  // What a run wrote that broke off is good for nothing that follows.
  const good = result.status === "done" ? stamp : null;
  page.ran.set(number, good);
  for (const name of writes(facts.get(number))) page.wrote.set(name, good);
  block.stamp = stamp;
  block.error = result.error ?? null;
  return result;
}

function forgetWhatIsLost(page, runtime) {
  const generation = runtime.generation ?? 0;
  if (page.generation !== generation) Object.assign(page, { generation, ran: new Map(), wrote: new Map() });
}

// ---- before anything runs: what the browser's Python lacks, and what is large ----

async function mayRun(runtime, blocks, output) {
  for (const block of blocks) {
    const lacks = block.needs && block.edited === null ? `the Python in this page does not have ${block.needs}` : "";
    const [missing] = lacks ? [] : await runtime.unavailable(codeOf(block));
    if (!lacks && !missing) continue;
    const own = block === blocks.at(-1);
    const text = own && missing ? missing.sentence : `This needs block ${block.number}, and ${lacks || missing.sentence}`;
    output.finish({ status: "failed", error: { text: `${text.replace(/\.$/, "")}. In the menu, More, the block can be copied as a program.` } });
    return false;
  }
  const open = new Map();
  for (const block of blocks) {
    for (const found of await runtime.packages(codeOf(block))) if (!found.loaded) open.set(found.name, found);
  }
  return mayDownload([...open.values()], output);
}

// Large packages come only if the reader agrees; what is already there costs nothing.
export async function mayDownload(packages, output) {
  const open = packages.filter(({ loaded }) => !loaded);
  const bytes = open.reduce((sum, found) => sum + found.bytes, 0);
  if (bytes <= LARGE) return true;
  const names = open.map(({ title, name }) => title ?? name).join(" and ");
  const yes = await output.ask(`This needs ${names}: ${Math.round(bytes / 1e6)} MB to download, once.`, "Download and run", "Not now");
  if (!yes) output.finish({ status: "failed" }, "Nothing was downloaded.");
  return yes;
}

// ---- which blocks need which ----

async function factsOf(page) {
  const codes = codesOf(page);
  const key = JSON.stringify([...codes.values()]);
  if (page.facts?.key === key) return page.facts.found;
  const numbers = [...codes.keys()];
  const found = new Map();
  try {
    const analyzed = await (await theRuntime()).analyze(sourcesOf(page));
    numbers.forEach((number, place) => found.set(number, analyzed[place]));
  } catch {
    const taken = await takenOf(page);
    // Where nothing is known, everything before is needed.
    const after = (number) => taken?.blocks[number - 1]?.after ?? numbers.filter((other) => other < number);
    numbers.forEach((number) => found.set(number, { defines: [], uses: [], after: after(number) }));
  }
  page.facts = { key, found };
  return found;
}

// What the build wrote of a page and its blocks.
export function takenOf(page) {
  page.taken ??= fetch(new URL(`take/${page.stem}.json`, BASE))
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  return page.taken;
}

// number -> why what stands beneath that block is out of date, as pieces of a sentence. Loads no Python to find that out.
export async function staleOf(page) {
  const blocks = [...page.blocks.values()];
  const changed = new Set(blocks.filter((block) => block.edited !== null).map(({ number }) => number));
  const reasons = new Map();
  if (!changed.size && blocks.every((block) => block.stamp === null)) return reasons;
  const running = loading && ["ready", "running"].includes((await theRuntime()).state);
  const facts = running ? await factsOf(page) : null;
  const taken = facts ? null : await takenOf(page);
  const codes = codesOf(page);
  for (const { number, stamp } of blocks) {
    const after = facts?.get(number)?.after ?? taken?.blocks[number - 1]?.after ?? [];
    if (stamp === null) {
      const why = after.filter((other) => changed.has(other));
      if (why.length) reasons.set(number, named(page, "You changed ", why, ", which this one needs."));
      continue;
    }
    const then = new Map(JSON.parse(stamp));
    const why = after.filter((other) => then.get(other) !== codes.get(other));
    if (why.length) reasons.set(number, named(page, "Out of date: ", why, " changed since."));
    else if (then.get(number) !== codes.get(number)) reasons.set(number, ["Out of date: the code changed since."]);
  }
  return reasons;
}

// "Ran blocks 1 and 3 first.", with links to them.
function named(page, before, numbers, behind) {
  const links = numbers.map((number) => {
    const link = Object.assign(document.createElement("a"), { href: `#${page.blocks.get(number).element.id}`, textContent: number });
    link.addEventListener("click", (event) => event.stopPropagation()); // instant navigation would take it and, the first time, not scroll
    return link;
  });
  const joined = links.flatMap((link, place) => [place === 0 ? "" : place === links.length - 1 ? " and " : ", ", link]);
  const noun = before === "Block " ? "" : numbers.length === 1 ? "block " : "blocks ";
  return [before + noun, ...joined, behind];
}
