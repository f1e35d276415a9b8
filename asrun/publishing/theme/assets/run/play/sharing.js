// The files of the playground to and from elsewhere: as a link, as files on the reader's disk, by dragging.

import { button, h } from "../../dom.js";
import { copy, toggleMenu } from "../menu.js";
import { save, textOf, zip } from "./disk.js";
import { filesProblem, inOrder, MAIN, nameProblem, newWork } from "./files.js";
import { LONG, toFragment } from "./link.js";

/** @import { File as OwnFile, Work } from "./files.js" */
/** @import { Say } from "./panel.js" */
/** @import { OpenWork } from "./work.js" */

export const FROM_A_LINK =
  "This code came with a link and not from the book. None of it has run. Read it first. When it runs, it is shut in this page: it reaches no other host and no file of yours, but it can use your computer’s time and print what it likes.";

/**
 * @param {OpenWork} work
 * @param {Say} say
 */
export async function share(work, say) {
  try {
    const link = `${location.origin}${location.pathname}#code=${await toFragment(work.files)}`;
    const size = link.length.toLocaleString("en");
    if (link.length <= LONG) {
      await give(link, `The link is copied: ${size} characters, with the code in them. Nothing was sent anywhere.`, say);
      return;
    }
    say(
      `As a link this would have ${size} characters, and mail and chat programs cut such links. Send the file instead. `,
      button(work.files.length > 1 ? "Save all as .zip" : `Save ${MAIN}`, () => saveAll(work)),
      " ",
      button("Copy the link all the same", () => give(link, `The link is copied: ${size} characters.`, say)),
    );
  } catch (error) {
    say(error.message);
  }
}

/**
 * @param {string} link
 * @param {string} said where it could be copied
 * @param {Say} say
 */
async function give(link, said, say) {
  if (await copy(link)) return say(said);
  const onfocus = (/** @type {any} */ { target }) => target.select();
  const field = h("input", { type: "text", readonly: true, value: link, "aria-label": "Link with the code", onfocus });
  return say("The browser does not let this page copy. Copy the link by hand: ", field);
}

/**
 * Saves the one file; where there are several, a menu asks which.
 * @param {OpenWork} work
 * @param {HTMLElement} owner the button of the menu
 */
export function offerToSave(work, owner) {
  const { active, files } = work;
  if (files.length === 1) return save(active, work.textOf(active));
  const type = active.endsWith(".py") ? "text/x-python" : "text/plain";
  return toggleMenu(owner, "Save", [
    { text: `Save ${active}`, action: () => save(active, work.textOf(active), type) },
    { text: "Save all as .zip", action: () => saveAll(work) },
  ]);
}

/** @param {OpenWork} work */
function saveAll({ files }) {
  if (files.length === 1) save(...files[0]);
  else save("playground.zip", zip(files), "application/zip");
}

/**
 * The work with the files that somebody chose or dropped, each in the place of one of the same name.
 * @param {File[]} chosen
 * @param {Work} before
 * @returns {Promise<{ names: string[], refused: string[], work: Work | null, asMain: Work | null }>} the names of the files that were
 *   taken; why others were not; `asMain`: a work in which the last of them is what Run starts
 */
export async function readFiles(chosen, before) {
  /** @type {OwnFile[]} */
  const taken = [];
  /** @type {string[]} */
  const refused = [];
  for (const file of chosen) {
    const name = file.name.replace(/[^\w.-]+/g, "_");
    const problem = nameProblem(name);
    try {
      if (problem) throw new Error(`${file.name} was not opened. ${problem}`);
      taken.push([name, await textOf(file)]);
    } catch (error) {
      refused.push(error.message);
    }
  }
  const names = taken.map(([name]) => name);
  const files = inOrder([...before.files.filter(([name]) => !names.includes(name)), ...taken]);
  const problem = taken.length ? filesProblem(files) : "";
  if (problem) refused.push(problem);
  const last = taken.at(-1);
  if (problem || !last) return { names, refused, work: null, asMain: null };
  const [name, text] = last;
  const isModule = name !== MAIN && name.endsWith(".py");
  const others = files.filter(([other]) => ![name, MAIN].includes(other));
  const asMain = isModule ? newWork(name, "own", [...others, [MAIN, text]]) : null;
  return { names, refused, work: { ...before, files, active: name }, asMain };
}

/** @param {(files: File[]) => Promise<void>} take */
export function fileChooser(take) {
  const chooser = h("input", { type: "file", multiple: true, accept: ".py,.csv,.json,.md,.txt", hidden: true });
  chooser.addEventListener("change", async () => {
    await take([...(chooser.files ?? [])]);
    chooser.value = "";
  });
  return chooser;
}

/**
 * @param {HTMLElement} element onto which files can be dropped
 * @param {(files: File[]) => void} take
 */
export function takeDrops(element, take) {
  /**
   * In the capturing phase: the editor would insert the text where it is dropped.
   * @param {"dragover" | "drop"} type
   * @param {(files: File[]) => void} act
   */
  const listen = (type, act) => {
    const heard = (/** @type {DragEvent} */ event) => {
      const { dataTransfer } = event;
      if (!dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      act([...dataTransfer.files]);
    };
    element.addEventListener(type, heard, true);
  };
  const showDrop = (/** @type {boolean} */ on) => element.classList.toggle("play--drop", on);
  listen("dragover", () => showDrop(true));
  listen("drop", (files) => {
    showDrop(false);
    take(files);
  });
  element.addEventListener("dragleave", ({ relatedTarget }) => element.contains(/** @type {Node} */ (relatedTarget)) || showDrop(false));
}
