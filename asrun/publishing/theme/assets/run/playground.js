// <book-playground>: an editor of several files, their run, and a console. book.js imports this where the page has the element.
//
// There is one playground a document: instant navigation takes it off the page and puts it back as it was, with what runs in it.

import { button, h } from "../dom.js";
import { addStyles } from "../style.js";
import { Output } from "./output.js";
import { consoleLine } from "./play/console.js";
import { blockOfBook, examplesBox } from "./play/examples.js";
import { isChanged, MAIN, newWork, putAside, readKept, takeBack } from "./play/files.js";
import { askedBy, fromFragment } from "./play/link.js";
import { Panel } from "./play/panel.js";
import { Runner } from "./play/runner.js";
import { FROM_A_LINK, fileChooser, offerToSave, readFiles, share, takeDrops } from "./play/sharing.js";
import { OpenWork, ownExamples, startWork } from "./play/work.js";

/** @import { Choice } from "./play/examples.js" */
/** @import { Work } from "./play/files.js" */

const UNKEPT = "Your browser keeps nothing here (its storage is full or blocked): save your files before you close or reload this page.";

const styled = Promise.all(["run.css", "playground.css"].map((name) => addStyles(new URL(name, import.meta.url))));

class Playground {
  #work = new OpenWork(() => this.#say(UNKEPT));
  /** @type {Work | null} */
  #beforeLink = null; // what was open when a link came
  #leave = new AbortController();
  #title = h("p", { class: "play-title" });
  #warning = h("div", { class: "play-warning", role: "group", "aria-label": "Code from a link" });
  #confirm = button("Run this code", () => {
    this.#work.trust();
    this.#showWarning();
    this.run();
  });
  #said = h("div", { class: "play-said", role: "status" });
  #packages = h("div", { class: "play-packages", id: "play-packages", hidden: true });
  #output = new Output(0, "Your program", true);
  #runner = new Runner(this.#output);
  #chooser = fileChooser((files) => this.#take(files));
  #buttons = {
    run: button("Run", () => this.run(), { title: "Ctrl+Enter, or Cmd+Enter" }),
    stop: button("Stop", () => this.#runner.stop()),
    reset: button("Reset", () => this.#reset()),
    open: button("Open", () => this.#chooser.click(), { "aria-label": "Open files" }),
    save: button("Save", () => offerToSave(this.#work, this.#buttons.save)),
    share: button("Share", () => share(this.#work, (...said) => this.#say(...said)), { "aria-label": "Share as a link" }),
    packages: button("Packages", () => this.#togglePackages(), { "aria-expanded": "false", "aria-controls": "play-packages" }),
  };
  #panel = new Panel(this.#work, {
    say: (...said) => this.#say(...said),
    run: () => this.run(),
    complete: (code, offset) => this.#runner.complete(code, offset),
  });

  constructor() {
    this.#output.body.tabIndex = 0;
    this.element = h(
      "div",
      { class: "play" },
      examplesBox(ownExamples, (choice) => this.#start(choice)),
      this.#title,
      h("div", { class: "book-bar play-bar", role: "group", "aria-label": "Playground" }, ...Object.values(this.#buttons)),
      this.#chooser,
      this.#warning,
      ...this.#panel.elements,
      this.#said,
      this.#packages,
      this.#output.element,
      consoleLine((code) => this.#evaluate(code)),
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
      event.stopPropagation(); // book.js would look for a block
      if (!event.defaultPrevented) this.run(); // the editor has its own key
      event.preventDefault();
    });
    takeDrops(this.element, (files) => this.#take(files));
    this.#show(this.#work.snapshot());
  }

  // ---- coming and going ----

  arrive() {
    this.#leave = new AbortController();
    const { signal } = this.#leave;
    addEventListener("hashchange", () => this.#readAddress(), { signal });
    const told = "The playground was changed in another window. If you go on here, that is kept as earlier work.";
    this.#work.watch(() => this.#say(told), signal);
    this.#panel.measure();
    // Instant navigation sets the address once more when it has brought the page: what it asks for is done after that.
    setTimeout(() => this.#readAddress());
  }

  leave() {
    this.#leave.abort();
    this.#work.keepNow();
  }

  /** What the address asks for is done once: a reload must not undo what the reader did since. */
  async #readAddress() {
    const asked = askedBy(location.hash);
    if (!asked) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    if ("page" in asked) {
      await this.#start(asked);
      return;
    }
    try {
      const opened = newWork("Code from a link", "link", await fromFragment(asked.code), false);
      if (!this.#work.is(opened)) this.#open(opened);
    } catch (error) {
      this.#say(`${error.message} Your own files are as they were.`);
    }
  }

  // ---- what is open ----

  /**
   * @param {Work} work
   * @param {boolean} offerUndo is left out where the reader goes back himself
   */
  #open(work, offerUndo = true) {
    this.#runner.stop();
    const before = this.#work.snapshot();
    const aside = this.#work.isWorthKeeping;
    const kept = !aside || putAside(before);
    takeBack(work);
    if (work.source === "link") this.#beforeLink = before;
    this.#show(work);
    this.#output.clear();
    this.#work.keepNow();
    const held = kept ? " What you had is kept as earlier work. " : ` ${UNKEPT} Until then, what you had is here: `;
    const back = button("Back to it", () => this.#open(before, false));
    this.#say(`Opened: ${work.title}.`, ...(aside && offerUndo ? [held, back] : []));
  }

  /** @param {Work} work */
  #show(work) {
    this.#work.replace(work);
    this.#title.textContent = this.#work.title;
    this.#showWarning();
    this.#showButtons();
    this.#panel.reset();
  }

  #reset() {
    this.#runner.stop();
    const before = this.#work.snapshot();
    const changed = isChanged(before);
    this.#show({ ...before, files: structuredClone(before.opened) });
    this.#output.clear();
    this.#runner.reset();
    this.#work.keepNow();
    if (!changed) this.#say("Variables and output are gone.");
    else this.#say("As it was opened; variables and output are gone. ", this.#undoTo(before, "Your changes are back."));
  }

  /**
   * @param {Work} before
   * @param {string} said
   */
  #undoTo(before, said) {
    return button("Undo", () => {
      this.#show(before);
      this.#work.keepNow();
      this.#say(said);
    });
  }

  #showWarning() {
    if (this.#work.trusted) {
      const focused = this.#warning.contains(document.activeElement);
      this.#warning.replaceChildren();
      if (focused) this.#buttons.run.focus();
      return;
    }
    const close = () => this.#open(this.#beforeLink ?? readKept().earlier[0]?.work ?? startWork(), false);
    this.#warning.replaceChildren(h("p", { role: "alert" }, FROM_A_LINK), this.#confirm, " ", button("Close it", close));
  }

  /** @param {Choice} choice */
  async #start(choice) {
    if ("work" in choice) return this.#open(choice.work);
    this.#say(`Opening block ${choice.block} …`);
    try {
      const { title, text } = await blockOfBook(choice);
      const opened = newWork(title, "example", [[MAIN, text]]);
      return this.#work.is(opened) ? this.#say(`Opened: ${title}.`) : this.#open(opened);
    } catch (error) {
      return this.#say(error.message);
    }
  }

  /**
   * Puts files of the reader's beside those that are open; one of the same name takes its place.
   * @param {File[]} chosen
   */
  async #take(chosen) {
    const before = this.#work.snapshot();
    const { names, refused, work, asMain } = await readFiles(chosen, before);
    if (!work) return this.#say(refused.join(" "));
    this.#show(work);
    this.#work.keepNow();
    const main = asMain ? [`Run starts ${MAIN}. `, button(`Make ${asMain.title} ${MAIN}`, () => this.#open(asMain)), " "] : [];
    const undo = this.#undoTo(before, "The files are as they were.");
    return this.#say(`Opened ${names.join(", ")}. `, ...refused.map((line) => `${line} `), ...main, undo);
  }

  // ---- run ----

  run() {
    if (this.#mayStart()) this.#execute(this.#work.textOf(MAIN), MAIN);
  }

  /** @param {string} code a line of the console */
  #evaluate(code) {
    if (this.#runner.busy) this.#say("The program is still running: wait for its end, or stop it.");
    if (!this.#mayStart()) return false;
    this.#execute(code);
    return true;
  }

  #mayStart() {
    if (this.#runner.busy) return false;
    if (this.#work.trusted) return true;
    this.#say("This code came with a link: read it, then press “Run this code”.");
    this.#confirm.focus();
    return false;
  }

  /**
   * @param {string} code
   * @param {string} file whose code it is, and none for a line of the console
   */
  async #execute(code, file = "") {
    this.#panel.markWrong(null);
    const running = this.#runner.run(code, this.#work.snapshot().files, file);
    this.#showButtons();
    const result = await running;
    if (result) {
      const wrong = this.#panel.markWrong(result.error);
      const go = wrong && button(`Go to ${wrong.file}, line ${wrong.line}`, () => this.#panel.goTo(wrong));
      this.#output.finish(result, ...(go ? [go] : []));
    }
    if (!file) this.#output.body.scrollTop = this.#output.body.scrollHeight;
    this.#showButtons();
  }

  #showButtons() {
    const { run, stop } = this.#buttons;
    const focused = document.activeElement === stop;
    run.setAttribute("aria-disabled", String(this.#runner.busy));
    stop.hidden = !this.#runner.busy;
    if (focused && stop.hidden) run.focus();
  }

  // ---- what is said ----

  async #togglePackages() {
    const list = this.#packages;
    list.hidden = !list.hidden;
    this.#buttons.packages.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) return;
    list.textContent = "Loading the list …";
    try {
      const { packagesList } = await import("./play/packages.js");
      list.replaceChildren(...(await packagesList((module) => this.#runner.hasLoaded(module))));
    } catch (error) {
      list.textContent = error.sentence ? error.message : "The list could not be loaded. Check the connection and try again.";
    }
  }

  /** @param {...(string | Node)} said */
  #say(...said) {
    const focused = this.#said.contains(document.activeElement);
    this.#said.replaceChildren(...said);
    if (focused) this.#panel.focusTabs(); // a button that goes hands the focus on
  }
}

/** @type {Playground | null} */
let playground = null;

class BookPlayground extends HTMLElement {
  async connectedCallback() {
    await styled; // it would jump, and print, without
    if (!this.isConnected) return;
    playground ??= new Playground();
    this.replaceChildren(playground.element);
    playground.arrive();
  }

  disconnectedCallback() {
    if (this.firstChild === playground?.element) playground?.leave();
  }
}

customElements.define("book-playground", BookPlayground);
