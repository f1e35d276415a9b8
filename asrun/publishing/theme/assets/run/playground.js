// <book-playground>: an editor of several files, their run, and a console. book.js imports this where the page has the element.
//
// There is one playground a document: instant navigation takes it off the page and puts it back as it was, with what runs in it.

import { createEditor } from "./editor.js";
import { copy, toggleMenu } from "./menu.js";
import { Output, button } from "./output.js";
import { consoleLine } from "./play/console.js";
import { save, textOf, zip } from "./play/disk.js";
import { examplesBox } from "./play/examples.js";
import { MAIN, filesProblem, inOrder, isChanged, keep, nameProblem, newWork, onOtherWindow, putAside, readKept, same, takeBack } from "./play/files.js";
import { packagesTable } from "./play/packages.js";
import { Runner } from "./play/runner.js";
import { LONG, fromFragment, toFragment } from "./play/share.js";
import { fileTabs } from "./play/tabs.js";
import { addStyles } from "../style.js";

const BASE = new URL("../../", import.meta.url);
const SOON = 200; // milliseconds after which a change is kept
const UNKEPT = "Your browser keeps nothing here (its storage is full or blocked): save your files before you close or reload this page.";

const START = `import matplotlib.pyplot as plt
import numpy as np

x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
y = np.array([2.1, 3.9, 6.2, 7.8, 10.1])

w, b = np.polyfit(x, y, 1)
print(f"y = {w:.2f} x + {b:.2f}")

plt.plot(x, y, "o", label="data")
plt.plot(x, w * x + b, label="fitted line")
plt.title("A line through five points")
plt.xlabel("x")
plt.ylabel("y")
plt.legend()
plt.show()
`;
const startWork = () => newWork("A line through five points", "start", [[MAIN, START]]);

const styled = Promise.all(["run.css", "playground.css"].map((name) => addStyles(new URL(name, import.meta.url))));

const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

class Playground {
  #work;
  #editors = new Map(); // name -> editor
  #wrong = ""; // the file in which the last error arose
  #timer = 0;
  #dirty = false; // whether something is to be kept
  #otherWindow = false; // whether another window has kept something since
  #toldUnkept = false;
  #beforeLink = null; // what was open when a link came
  #leave = null;

  constructor() {
    this.element = make("div", "play");
    this.title = make("p", "play-title");
    this.bar = make("div", "book-bar play-bar");
    this.bar.setAttribute("role", "group");
    this.bar.setAttribute("aria-label", "Playground");
    this.buttons = {
      run: button("Run", () => this.run()),
      stop: button("Stop", () => this.runner.stop()),
      reset: button("Reset", () => this.reset()),
      open: button("Open", () => this.chooser.click()),
      save: button("Save", () => this.save()),
      share: button("Share", () => this.share()),
      packages: button("Packages", () => this.#togglePackages()),
    };
    const { run, open, packages, share } = this.buttons;
    run.title = "Ctrl+Enter, or Cmd+Enter";
    open.setAttribute("aria-label", "Open files");
    share.setAttribute("aria-label", "Share as a link");
    packages.setAttribute("aria-expanded", "false");
    packages.setAttribute("aria-controls", "play-packages");
    this.bar.append(...Object.values(this.buttons));
    this.chooser = Object.assign(document.createElement("input"), { type: "file", multiple: true, accept: ".py,.csv,.json,.md,.txt", hidden: true });
    this.chooser.addEventListener("change", async () => {
      await this.take([...this.chooser.files]);
      this.chooser.value = "";
    });
    this.warning = make("div", "play-warning");
    this.warning.setAttribute("role", "group");
    this.warning.setAttribute("aria-label", "Code from a link");
    this.tabs = fileTabs({
      names: () => this.#work.files.map(([name]) => name),
      active: () => this.#work.active,
      choose: (name, byReader) => this.#choose(name, byReader),
      add: (name) => this.#add(name),
      rename: (name, to) => this.#rename(name, to),
      remove: (name) => this.#remove(name),
    });
    this.panel = Object.assign(make("div", "play-panel"), { id: "play-panel" });
    this.panel.setAttribute("role", "tabpanel");
    this.said = make("div", "play-said");
    this.said.setAttribute("role", "status");
    this.packages = Object.assign(make("div", "play-packages"), { id: "play-packages", hidden: true });
    this.output = new Output(0, "Your program", true);
    this.output.body.tabIndex = 0;
    this.runner = new Runner(this.output);
    const examples = examplesBox(() => this.#ownExamples(), (value) => this.#start(value));
    const line = consoleLine((code) => this.#evaluate(code));
    this.element.append(examples, this.title, this.bar, this.chooser, this.warning, this.tabs.element, this.panel, this.said, this.packages, this.output.element, line);
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
      event.stopPropagation(); // book.js would look for a block
      if (!event.defaultPrevented) this.run(); // the editor has its own key
      event.preventDefault();
    });
    this.#takeDrops();
    this.#show(readKept().now ?? startWork());
  }

  // ---- coming and going ----

  arrive() {
    this.#leave = new AbortController();
    const { signal } = this.#leave;
    addEventListener("hashchange", () => this.#readAddress(), { signal });
    addEventListener("pagehide", () => this.#keepNow(), { signal });
    onOtherWindow(() => {
      this.#otherWindow = true;
      this.#say("The playground was changed in another window. If you go on here, that is kept as earlier work.");
    }, signal);
    this.#editors.forEach((editor) => editor.measure());
    // Instant navigation sets the address once more when it has brought the page: what it asks for is done after that.
    setTimeout(() => this.#readAddress());
  }

  leave() {
    this.#leave.abort();
    this.#keepNow();
  }

  // What the address asks for is done once: a reload must not undo what the reader did since.
  async #readAddress() {
    const asked = location.hash.slice(1);
    const code = asked.match(/^code=(.*)$/s)?.[1];
    const [, page, block] = asked.match(/^page=([a-z0-9-]+)&block=(\d{1,4})$/) ?? [];
    if (code === undefined && !page) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    if (page) return this.#start({ page, block: Number(block) });
    try {
      const opened = newWork("Code from a link", "link", await fromFragment(code), false);
      if (!this.#isOpen(opened)) this.#open(opened);
    } catch (error) {
      this.#say(`${error.message} Your own files are as they were.`);
    }
  }

  // ---- what is open ----

  // `offerUndo` is left out where the reader goes back himself.
  #open(work, offerUndo = true) {
    this.runner.stop();
    const before = this.#snapshot();
    const aside = isChanged(before) || before.source === "link";
    const kept = !aside || putAside(before);
    takeBack(work);
    if (work.source === "link") this.#beforeLink = before;
    this.#show(work);
    this.output.clear();
    this.#keepNow();
    const held = kept ? " What you had is kept as earlier work. " : ` ${UNKEPT} Until then, what you had is here: `;
    this.#say(`Opened: ${work.title}.`, ...(aside && offerUndo ? [held, button("Back to it", () => this.#open(before, false))] : []));
  }

  #isOpen({ source, files }) {
    return source === this.#work.source && same(files, this.#work.files);
  }

  #snapshot() {
    return structuredClone(this.#work);
  }

  #show(work) {
    this.#work = work;
    if (!work.files.some(([name]) => name === work.active)) work.active = MAIN;
    this.#wrong = "";
    this.#editors.forEach((editor) => editor.destroy());
    this.#editors.clear();
    this.title.textContent = work.title;
    this.#showWarning();
    this.#showButtons();
    this.#choose(work.active);
  }

  #textOf(name) {
    return this.#work.files.find(([other]) => other === name)?.[1] ?? "";
  }

  #choose(name, byReader = false) {
    this.#work.active = name;
    const editor = this.#editorOf(name);
    this.panel.replaceChildren(editor.element);
    this.panel.setAttribute("aria-labelledby", `play-tab-${name}`);
    this.tabs.show(this.#wrong);
    if (byReader) this.tabs.focus();
    editor.measure();
    this.#keepSoon();
  }

  #editorOf(name) {
    if (!this.#editors.has(name)) {
      const label = `${name}. Tab indents; Escape, then Tab, leaves the editor.`;
      const on = {
        change: (code) => this.#changed(name, code),
        run: () => this.run(),
        complete: (code, offset) => this.runner.complete(code, offset),
      };
      this.#editors.set(name, createEditor(this.#textOf(name), label, on, true));
    }
    return this.#editors.get(name);
  }

  #changed(name, code) {
    const file = this.#work.files.find(([other]) => other === name);
    if (!file) return;
    file[1] = code;
    this.#keepSoon();
  }

  #add(name) {
    const before = this.#snapshot();
    const problem = filesProblem([...before.files, [name, ""]]);
    if (problem) return this.#say(problem);
    this.#work.files.push([name, ""]);
    this.#choose(name);
    this.#editors.get(name).focus();
    const module = name.endsWith(".py") ? ` Other files use it by: import ${name.slice(0, -3)}` : ` Programs read it by: open("${name}")`;
    return this.#say(`Added ${name}.${module}`);
  }

  #rename(name, to) {
    this.#work.files.find(([other]) => other === name)[0] = to;
    this.#editors.get(name)?.destroy();
    this.#editors.delete(name);
    this.#choose(to, true);
    this.#say(`${name} is now ${to}. What imports it must say so, too.`);
  }

  #remove(name) {
    const before = this.#snapshot();
    const place = before.files.findIndex(([other]) => other === name);
    this.#work.files.splice(place, 1);
    this.#editors.get(name)?.destroy();
    this.#editors.delete(name);
    this.#choose(this.#work.files[place - 1][0], true);
    this.#say(`Deleted ${name}. `, button("Undo", () => {
      const back = before.files[place];
      if (nameProblem(name, this.#work.files.map(([other]) => other))) return this.#say(`There is another ${name} by now.`);
      this.#work.files.splice(place, 0, back);
      this.#choose(name, true);
      return this.#say(`${name} is back.`);
    }));
  }

  reset() {
    this.runner.stop();
    const before = this.#snapshot();
    const changed = isChanged(before);
    this.#show({ ...before, files: structuredClone(before.opened) });
    this.output.clear();
    this.runner.reset();
    this.#keepNow();
    const undo = button("Undo", () => {
      this.#show(before);
      this.#keepNow();
      this.#say("Your changes are back.");
    });
    this.#say(changed ? "As it was opened; variables and output are gone. " : "Variables and output are gone.", ...(changed ? [undo] : []));
  }

  #showWarning() {
    if (this.#work.trusted) {
      const focused = this.warning.contains(document.activeElement);
      this.warning.replaceChildren();
      return focused ? this.buttons.run.focus() : undefined;
    }
    const text = make("p", "", "This code came with a link and not from the book. None of it has run. Read it first. When it runs, it is shut in this page: it reaches no other host and no file of yours, but it can use your computer’s time and print what it likes.");
    text.setAttribute("role", "alert");
    this.confirm = button("Run this code", () => {
      this.#work.trusted = true;
      this.#showWarning();
      this.#keepSoon();
      this.run();
    });
    return this.warning.replaceChildren(text, this.confirm, " ", button("Close it", () => this.#open(this.#beforeLink ?? readKept().earlier[0]?.work ?? startWork(), false)));
  }

  // ---- where to start from ----

  #ownExamples() {
    const { earlier } = readKept();
    const first = (work) => work.files[0][1].split("\n").find((line) => line.trim()) ?? "";
    const kept = earlier.map(({ when, work }) => ({
      text: work.title,
      more: `${new Date(when).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" })}, ${first(work)}`,
      value: { work },
    }));
    const start = [
      { text: "An empty file", more: "", value: { work: newWork("Your program", "own", [[MAIN, ""]]) } },
      { text: startWork().title, more: "data, a fit and a figure", value: { work: startWork() } },
    ];
    return [{ title: "New", options: start }, ...(kept.length ? [{ title: "Your earlier work", options: kept }] : [])];
  }

  async #start({ work, page, block }) {
    if (work) return this.#open(work);
    this.#say(`Opening block ${block} …`);
    try {
      const text = takeHandedOver(page, block) ?? (await programOf(page, block));
      const title = text.match(/^# (Block \d+ of “.*”)$/m)?.[1] ?? `Block ${block} of ${page}`;
      const opened = newWork(title, "example", [[MAIN, text]]);
      return this.#isOpen(opened) ? this.#say(`Opened: ${title}.`) : this.#open(opened);
    } catch (error) {
      return this.#say(error.message);
    }
  }

  // ---- run ----

  run() {
    if (this.#mayStart()) this.#execute(this.#textOf(MAIN), MAIN);
  }

  #evaluate(code) {
    if (this.runner.busy) this.#say("The program is still running: wait for its end, or stop it.");
    if (!this.#mayStart()) return false;
    this.#execute(code);
    return true;
  }

  #mayStart() {
    if (this.runner.busy) return false;
    if (this.#work.trusted) return true;
    this.#say("This code came with a link: read it, then press “Run this code”.");
    this.confirm.focus();
    return false;
  }

  async #execute(code, file = "") {
    const { output } = this;
    this.#markWrong(null);
    const running = this.runner.run(code, structuredClone(this.#work.files), file);
    this.#showButtons();
    const result = await running;
    if (result) output.finish(result, ...this.#markWrong(result.error));
    if (!file) output.body.scrollTop = output.body.scrollHeight;
    this.#showButtons();
  }

  #showButtons() {
    const { run, stop } = this.buttons;
    const focused = document.activeElement === stop;
    run.setAttribute("aria-disabled", String(this.runner.busy));
    stop.hidden = !this.runner.busy;
    if (focused && stop.hidden) run.focus();
  }

  // Marks the line in the file in which it arose, and gives what to say of it.
  #markWrong(error) {
    this.#editors.forEach((editor) => editor.markLine(0));
    const known = error?.line && this.#work.files.some(([name]) => name === error.file);
    this.#wrong = known ? error.file : "";
    this.tabs.show(this.#wrong);
    if (!known) return [];
    const { file, line } = error;
    this.#editorOf(file).markLine(line);
    const go = () => {
      if (!this.#work.files.some(([name]) => name === file)) return;
      this.#choose(file);
      this.#editors.get(file).goTo(line);
    };
    return [button(`Go to ${file}, line ${line}`, go)];
  }

  // ---- to and from elsewhere ----

  async share() {
    const { files } = this.#snapshot();
    try {
      const link = `${location.origin}${location.pathname}#code=${await toFragment(files)}`;
      const size = link.length.toLocaleString("en");
      if (link.length <= LONG) return await this.#give(link, `The link is copied: ${size} characters, with the code in them. Nothing was sent anywhere.`);
      return this.#say(
        `As a link this would have ${size} characters, and mail and chat programs cut such links. Send the file instead. `,
        button(files.length > 1 ? "Save all as .zip" : `Save ${MAIN}`, () => this.#saveAll()), " ",
        button("Copy the link all the same", () => this.#give(link, `The link is copied: ${size} characters.`)),
      );
    } catch (error) {
      return this.#say(error.message);
    }
  }

  async #give(link, said) {
    if (await copy(link)) return this.#say(said);
    const field = Object.assign(document.createElement("input"), { type: "text", readOnly: true, value: link });
    field.setAttribute("aria-label", "Link with the code");
    field.addEventListener("focus", () => field.select());
    return this.#say("The browser does not let this page copy. Copy the link by hand: ", field);
  }

  save() {
    const { active, files } = this.#work;
    if (files.length === 1) return save(active, this.#textOf(active));
    return toggleMenu(this.buttons.save, "Save", [
      { text: `Save ${active}`, action: () => save(active, this.#textOf(active), active.endsWith(".py") ? "text/x-python" : "text/plain") },
      { text: "Save all as .zip", action: () => this.#saveAll() },
    ]);
  }

  #saveAll() {
    const { files } = this.#work;
    if (files.length === 1) save(...files[0]);
    else save("playground.zip", zip(files), "application/zip");
  }

  // Puts files of the reader's beside those that are open; one of the same name takes its place.
  async take(chosen) {
    const before = this.#snapshot();
    const refused = [];
    const taken = [];
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
    if (problem || !taken.length) return this.#say([...refused, problem].filter(Boolean).join(" "));
    this.#show({ ...before, files, active: names.at(-1) });
    this.#keepNow();
    const undo = button("Undo", () => {
      this.#show(before);
      this.#keepNow();
      this.#say("The files are as they were.");
    });
    const more = [undo];
    const [name, text] = taken.at(-1);
    if (name !== MAIN && name.endsWith(".py")) {
      more.unshift(`Run starts ${MAIN}. `, button(`Make ${name} ${MAIN}`, () => this.#open(newWork(name, "own", [...files.filter(([other]) => ![name, MAIN].includes(other)), [MAIN, text]]))), " ");
    }
    return this.#say(`Opened ${names.join(", ")}. `, ...refused.map((line) => `${line} `), ...more);
  }

  #takeDrops() {
    const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
    // In the capturing phase: the editor would insert the text where it is dropped.
    const listen = (type, act) =>
      this.element.addEventListener(type, (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        act(event);
      }, true);
    listen("dragover", () => this.element.classList.add("play--drop"));
    listen("drop", (event) => {
      this.element.classList.remove("play--drop");
      this.take([...event.dataTransfer.files]);
    });
    this.element.addEventListener("dragleave", ({ relatedTarget }) => this.element.contains(relatedTarget) || this.element.classList.remove("play--drop"));
  }

  async #togglePackages() {
    const { packages, buttons } = this;
    packages.hidden = !packages.hidden;
    buttons.packages.setAttribute("aria-expanded", String(!packages.hidden));
    if (packages.hidden) return;
    packages.textContent = "Loading the list …";
    try {
      const { python, table } = await packagesTable((module) => this.runner.hasLoaded(module));
      packages.replaceChildren(
        make("p", "", `Python ${python} with its standard library, the book’s own modules (from snippets.loss import mse), its data (data/penguins.csv), and these packages, each loaded, with what it needs, when a program imports it. Above 10 MB you are asked first.`),
        table,
        make("p", "", "Other packages are not here: save your files and run them on your computer."),
      );
    } catch (error) {
      packages.textContent = error.message.startsWith("This copy") ? error.message : "The list could not be loaded. Check the connection and try again.";
    }
  }

  // ---- keeping ----

  #keepSoon() {
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#keepNow(), SOON);
  }

  // Only what changed here: a window that lies idle must not undo what was done in another.
  #keepNow() {
    clearTimeout(this.#timer);
    if (!this.#dirty) return;
    this.#dirty = false;
    const { now } = this.#otherWindow ? readKept() : {};
    this.#otherWindow = false;
    if (now && !same(now.files, this.#work.files)) putAside(now);
    if (!keep(this.#work)) this.#tellUnkept();
  }

  #tellUnkept() {
    if (this.#toldUnkept) return;
    this.#toldUnkept = true;
    this.#say(UNKEPT);
  }

  #say(...said) {
    const focused = this.said.contains(document.activeElement);
    this.said.replaceChildren(...said);
    if (focused) this.tabs.focus(); // a button that goes hands the focus on
  }
}

// A program that the reader changed on its page comes from there (run.js), not from the build.
function takeHandedOver(page, block) {
  try {
    const handed = JSON.parse(sessionStorage.getItem("book.playground.from") ?? "null");
    sessionStorage.removeItem("book.playground.from");
    return handed?.page === page && handed.block === block && typeof handed.text === "string" ? handed.text : null;
  } catch {
    return null;
  }
}

async function programOf(page, block) {
  const answer = await fetch(new URL(`take/${page}/${block}.py`, BASE)).catch(() => null);
  if (answer?.status === 404) throw new Error(`The book has no block ${block} on a page ${page}. Your own files are as they were.`);
  if (!answer?.ok) throw new Error("The block could not be loaded. Check the connection and try again.");
  return answer.text();
}

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
    if (this.firstChild === playground?.element) playground.leave();
  }
}

customElements.define("book-playground", BookPlayground);
