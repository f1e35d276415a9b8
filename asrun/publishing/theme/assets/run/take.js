// Taking a block along: as text, as a program of its own, to the playground, with its page as a file.

import { h } from "../dom.js";
import { copy, toggleMenu } from "./menu.js";
import { theRuntime } from "./python.js";

/** @import { Block } from "./block.js" */

const BASE = new URL("../../", import.meta.url);

/** @param {Block} block */
export async function copyCode(block) {
  const copied = await copy(block.code);
  block.say(copied ? "Copied." : "The browser does not let this page copy. Select the code and copy it by hand.");
}

/** @param {Block} block */
export async function copyProgram(block) {
  block.say("Making the program …");
  try {
    const copied = await copy(programOf(block));
    block.say(
      copied ? "Copied as a complete program." : "The browser does not let this page copy. The menu, More, has the whole page as a file.",
    );
  } catch (error) {
    block.say(error.message);
  }
}

/**
 * The build made the program of each block; only where a reader changed something it is made here.
 * @param {Block} block
 * @returns {Promise<string>}
 */
async function programOf({ page, number }) {
  const taken = await page.taken();
  const parts = [number, ...(taken?.blocks[number - 1]?.after ?? [])];
  if (parts.every((part) => (page.blocks.get(part)?.edited ?? null) === null)) {
    const answer = await fetch(new URL(`take/${page.stem}/${number}.py`, BASE)).catch(() => null);
    if (answer?.ok) return answer.text();
    throw new Error("The program could not be loaded. Check the connection and try again.");
  }
  const runtime = await theRuntime();
  const about = { ...taken?.about, title: taken?.title ?? document.title, url: taken?.url ?? location.href };
  return runtime.program(await page.sources(), number, about);
}

// The address of the playground below the site, where the book has one.
const playground = () => document.querySelector('meta[name="asrun:playground"]')?.getAttribute("content");

/**
 * The playground finds the book's own blocks; what the reader changed is handed over to it.
 * @param {Block} block
 * @returns {{ href?: string, action?: () => void }}
 */
function toPlayground(block) {
  const { number, page } = block;
  const href = new URL(`${playground()}#page=${page.stem}&block=${number}`, BASE).href;
  if (!page.isChanged) return { href };
  const action = async () => {
    block.say("Making the program …");
    try {
      const text = await programOf(block);
      sessionStorage.setItem("book.playground.from", JSON.stringify({ page: page.stem, block: number, text }));
      block.say("");
    } catch (error) {
      return block.say(`Your change cannot be taken along: ${error.message}`);
    }
    const link = h("a", { href });
    block.element.append(link);
    link.click(); // by a link, so that instant navigation takes it and Python lives on
    return link.remove();
  };
  return { action };
}

/** @param {Block} block */
export function showMenu(block) {
  const { number, page } = block;
  const file = (/** @type {string} */ ending) => ({
    text: `Download this page as .${ending}`,
    href: new URL(`take/${page.stem}.${ending}`, BASE).href,
    download: `${page.stem}.${ending}`,
  });
  const resetAll = () => {
    page.resetAll();
    block.say("All blocks of this page are the book’s again.");
  };
  toggleMenu(block.moreButton, `More for block ${number}`, [
    { text: "Copy as a program", action: () => copyProgram(block) },
    ...(playground() ? [{ text: "Open in the playground", ...toPlayground(block) }] : []),
    file("py"),
    file("ipynb"),
    ...(page.isChanged ? [{ text: "Reset all blocks of this page", action: resetAll }] : []),
  ]);
}
