// A browser's storage for modules that keep things there.

/**
 * Puts a new and empty one in place.
 * @param {{ setItem?: () => void, getItem?: () => string }} faults what fails in it
 */
export function newStorage(faults = {}) {
  /** @type {Map<string, string>} */
  const items = new Map();
  const storage = {
    items,
    getItem: (/** @type {string} */ key) => items.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void items.set(key, value),
    removeItem: (/** @type {string} */ key) => void items.delete(key),
    ...faults,
  };
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true, writable: true });
  return storage;
}

export const full = () => {
  throw new DOMException("full", "QuotaExceededError");
};
