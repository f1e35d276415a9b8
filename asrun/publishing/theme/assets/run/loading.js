// What the Python worker loads, and how far it is.

/** @type {Record<string, string>} */
const TITLES = { numpy: "NumPy", matplotlib: "Matplotlib", "scikit-learn": "scikit-learn", scipy: "SciPy", pandas: "pandas" };
const NEAR = 30; // milliseconds
const OFTEN = 80; // milliseconds between two messages of how far it is

/** An error whose message is for the reader as it stands. */
export class Sentence extends Error {}

/** @import { Found } from "./runtime.js" */

/** @typedef {{ name: string, file_name: string, size: number, imports: string[], depends: string[] }} Package */
/** @typedef {{ packages: Record<string, Package>, core: Record<string, { bytes: number, gzip: number }> }} Lock */
/** @typedef {{ address: string, bytes: number, transfer: number }} Loaded a file: its size, and what of that is sent */
/** @typedef {{ text: string, files: Loaded[] }} Step */

export const post = (/** @type {unknown} */ message) => self.postMessage(message);
const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

const plainFetch = self.fetch.bind(self);
/** @type {Map<string, number>} */
let arrived = new Map(); // address -> bytes
/** @type {(error: Error) => void} */
let failed = () => {};

/**
 * Counts what comes from below an address, so that a slow network is told from a dead one: Pyodide fetches by itself.
 * @param {string} root
 */
export function countFetches(root) {
  self.fetch = async (input, init) => {
    const address = String(input instanceof Request ? input.url : input);
    if (!address.startsWith(root)) return plainFetch(input, init);
    try {
      const asked = performance.now();
      const answer = await plainFetch(input, init);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      // From the cache or from near by, it is there before anybody could read how far it is, and counting would cost a tenth of the time.
      if (performance.now() - asked < NEAR) arrived.set(address, Infinity);
      else count(address, answer.clone());
      return answer;
    } catch (error) {
      failed(new Error(`Failed to fetch ${address.slice(root.length)}: ${error.message}`));
      throw error;
    }
  };
}

/**
 * Pyodide itself waits for ever for some files that do not come: what loads is over with the first of them that fails.
 * @template T
 * @param {Promise<T>} loads
 * @returns {Promise<T>}
 */
export function unlessAFileFails(loads) {
  /** @type {Promise<never>} */
  const fails = new Promise((_, reject) => {
    failed = reject;
  });
  return Promise.race([loads, fails]);
}

/**
 * @param {string} address
 * @param {Response} copy
 */
async function count(address, { body }) {
  const chunks = body?.getReader();
  try {
    for (;;) {
      const { done, value } = (await chunks?.read()) ?? {};
      if (done || !value) return;
      arrived.set(address, (arrived.get(address) ?? 0) + value.length);
      progress.show();
    }
  } catch {
    // Whoever asked for the file is told.
  }
}

/** What is being loaded, and how far it is. */
export const progress = {
  /** @type {Step[]} */
  steps: [],
  background: false,
  last: 0, // when the page was told
  /** @param {Step[]} steps */
  begin(steps, background = false) {
    Object.assign(this, { steps, background, last: 0 });
    arrived = new Map();
    this.show(true);
  },
  show(now = false) {
    if (!this.steps.length || (!now && performance.now() - this.last < OFTEN)) return;
    this.last = performance.now();
    let loaded = 0;
    let total = 0;
    let current = "";
    for (const { text, files } of this.steps) {
      let open = 0;
      for (const { address, bytes, transfer } of files) {
        const share = Math.min(1, (arrived.get(address) ?? 0) / bytes);
        loaded += share * transfer;
        total += transfer;
        if (share < 1) open += transfer;
      }
      if (open && !current) current = `${text}, ${megabytes(files.reduce((sum, file) => sum + file.transfer, 0))}`;
    }
    const text = current ? `Loading ${current}` : "Starting Python";
    post({ progress: { text, loaded: Math.round(loaded), total, background: this.background } });
  },
  end() {
    this.steps = [];
  },
};

/**
 * @param {string} address of a JSON file
 * @param {string} what it is, for the reader
 */
export async function get(address, what) {
  /** @type {Response} */
  let answer;
  try {
    answer = await plainFetch(address, { cache: "no-cache" });
  } catch {
    throw new Sentence(`${what} could not be loaded: the connection is gone. Everything that you read stays; try again when it is back.`);
  }
  if (answer.status === 404) {
    throw new Sentence("This copy of the book has no Python in the page: it was built without it. Copy the block as a program instead.");
  }
  if (!answer.ok) throw new Sentence(`${what} could not be loaded: the host answers ${answer.status}. Try again later.`);
  return answer.json();
}

/** The packages that the site carries, by the list of their files. */
export class Packages {
  /** @type {Map<string, string>} */
  byModule = new Map();
  #lock;
  #root;

  /**
   * @param {Lock} lock
   * @param {string} root where the files stand
   */
  constructor(lock, root) {
    this.#lock = lock;
    this.#root = root;
    for (const { name, imports } of Object.values(lock.packages)) {
      for (const module of imports) this.byModule.set(module.split(".")[0], name);
    }
  }

  /** @returns {Step} the loading of Python itself */
  coreStep() {
    const files = Object.entries(this.#lock.core).filter(([name]) => !name.endsWith(".js") && !name.endsWith(".mjs"));
    return { text: "Python", files: files.map(([name, { bytes, gzip }]) => ({ address: this.#root + name, bytes, transfer: gzip })) };
  }

  /**
   * @param {string} name
   * @param {string[]} names of the packages that it needs, itself among them
   * @returns {Step}
   */
  stepOf(name, names) {
    const files = names.map((one) => this.#lock.packages[one]);
    return {
      text: TITLES[name] ?? name,
      files: files.map(({ file_name, size }) => ({ address: this.#root + file_name, bytes: size, transfer: size })),
    };
  }

  /**
   * The packages of modules that code imports, each with all that it needs and that is not there yet.
   * @param {string[]} modules
   * @param {(name: string) => boolean} isLoaded
   */
  imported(modules, isLoaded) {
    /** @type {(Found & { names: string[] })[]} */
    const found = [];
    for (const module of modules) {
      const name = this.byModule.get(module);
      if (!name || found.some((other) => other.name === name)) continue;
      const names = this.#missing(name, isLoaded);
      const bytes = names.reduce((sum, one) => sum + this.#lock.packages[one].size, 0);
      found.push({ name, title: TITLES[name] ?? name, names, bytes, loaded: names.length === 0 });
    }
    return found;
  }

  /**
   * @param {string} name
   * @param {(name: string) => boolean} isLoaded
   */
  #missing(name, isLoaded) {
    /** @type {Set<string>} */
    const names = new Set();
    const add = (/** @type {string} */ one) => {
      if (isLoaded(one) || names.has(one)) return;
      this.#lock.packages[one].depends.forEach(add);
      names.add(one);
    };
    add(name);
    return [...names];
  }
}
