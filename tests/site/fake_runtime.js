// Stands for asrun/publishing/theme/assets/run/runtime.js where a test asks what the page does with what Python tells it, and not what Python does.
// It starts at once and reads a language of a few lines: x = 3, x += 1, print(x), print("text"), raise, plot, crash, import NAME, and
// `while True: pass`, which goes on until it is stopped. Every other line does nothing. `fake` is what a test asks and sets.

const fake = (globalThis.fake = { runs: [], files: {}, atOnce: 0, most: 0, refuses: "", loses: false, loaded: new Set(), stop: null });
const NAME = /[A-Za-z_]\w*/g;
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60" viewBox="0 0 90 60" fill="none"><text x="9" y="9" font-size="9" fill="currentColor">drawn</text></svg>';
const frame = () => new Promise((done) => setTimeout(done));

class Runtime extends EventTarget {
  state = "off";
  isolated = true;
  generation = 0;
  #spaces = new Map();
  #queue = Promise.resolve();

  async boot() {
    if (this.state !== "off") return;
    this.state = "loading";
    for (const loaded of [1, 2]) {
      this.dispatchEvent(new CustomEvent("progress", { detail: { text: "Loading Python, 2.0 MB", loaded, total: 2 } }));
      await frame();
    }
    this.state = fake.refuses ? "off" : "ready";
    if (fake.refuses) throw new Error(fake.refuses);
  }

  run(job) {
    const result = this.#queue.then(() => this.#run(job));
    this.#queue = result;
    return result;
  }

  async #run({ page, block, code, raises, onText, onFigure, file }) {
    fake.runs.push(`${page} ${block}`);
    fake.most = Math.max(fake.most, ++fake.atOnce);
    if (!this.#spaces.has(page)) this.#spaces.set(page, new Map());
    const result = await this.#read(this.#spaces.get(page), code, onText, onFigure);
    fake.atOnce -= 1;
    if (file && result.error) result.error.file = fake.raisesIn ?? file;
    return { milliseconds: 5, ...(raises && result.status === "error" ? { status: "done" } : result) };
  }

  async #read(names, code, onText, onFigure) {
    for (const [place, text] of code.split("\n").entries()) {
      const line = text.trim();
      const [, name, sign, value] = line.match(/^(\w+) (\+?=) (\d+)$/) ?? [];
      if (name) names.set(name, Number(value) + (sign === "=" ? 0 : names.get(name)));
      const printed = line.match(/^print\((?:"(.*)"|(\w+))\)$/);
      if (printed) onText(`${printed[1] ?? names.get(printed[2])}\n`, "stdout");
      if (line === "plot") onFigure(SVG);
      if (line.startsWith("import ")) fake.loaded.add(line.slice(7));
      if (line === "raise") return { status: "error", error: { text: `Traceback\n  line ${place + 1}\nError: raised`, line: place + 1, column: null } };
      if (line === "crash") {
        this.generation += 1;
        this.#spaces.clear();
        return { status: "lost", lost: true, error: { text: "Python stopped unexpectedly.", line: null, column: null } };
      }
      if (line === "while True: pass") {
        await new Promise((stopped) => (fake.stop = stopped));
        return { status: "stopped", lost: fake.loses };
      }
      await frame();
    }
    return { status: "done" };
  }

  async stop() {
    if (fake.loses) {
      this.generation += 1;
      this.#spaces.clear();
    }
    fake.stop?.();
    return { lost: fake.loses };
  }

  async write(page, files) {
    fake.files = files;
  }

  async packages(code) {
    return /^import large$/m.test(code) ? [{ name: "large", title: "Large", bytes: 26e6, loaded: fake.loaded.has("large") }] : [];
  }

  async unavailable(code) {
    return /^import absent$/m.test(code) ? [{ name: "absent", sentence: "The Python in this page does not have absent." }] : [];
  }

  async analyze(sources) {
    if (fake.analyzes === false) throw new Error("cannot");
    const facts = [];
    for (const [place, { code }] of sources.entries()) {
      const defines = [...code.matchAll(/^(\w+) \+?= /gm)].map(([, name]) => name);
      const uses = new Set();
      const own = new Set();
      for (const line of code.split("\n")) {
        const [, name, sign] = line.match(/^(\w+) (\+?=) \d+$/) ?? [];
        for (const word of line.replace(/".*?"/g, "").match(NAME) ?? []) if (!own.has(word) && (word !== name || sign === "+=")) uses.add(word);
        if (name) own.add(name);
      }
      const after = new Set();
      for (const name of uses) {
        facts.forEach((fact, earlier) => fact.defines.includes(name) && [...fact.after, earlier + 1].forEach((number) => after.add(number)));
      }
      facts.push({ defines, uses: [...uses], after: [...after].sort((a, b) => a - b), number: place + 1 });
    }
    return facts;
  }

  async program(sources, number) {
    return `# made here\n${sources[number - 1].code}\n`;
  }

  async complete(page) {
    return [...(this.#spaces.get(page)?.keys() ?? [])].map((name) => ({ name, kind: "variable" }));
  }

  async reset(page) {
    this.#spaces.delete(page);
  }
}

export const runtime = new Runtime();
