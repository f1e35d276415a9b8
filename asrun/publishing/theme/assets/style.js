// Style sheets that come with what they style. (A <link> in the page would go with the first instant navigation.)

/** @type {Map<string, Promise<void>>} */
const added = new Map(); // by their address

/**
 * Resolves when the style sheet is there, and also when it cannot come: everything works without it.
 * @param {URL} address
 * @returns {Promise<void>}
 */
export function addStyles(address) {
  const coming = added.get(address.href) ?? bring(address);
  added.set(address.href, coming);
  return coming;
}

/** @param {URL} address */
async function bring(address) {
  const sheet = new CSSStyleSheet(); // has its place before it has its rules: the order is that of asking, not of arriving
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  try {
    const answer = await fetch(address);
    await sheet.replace(await answer.text());
  } catch {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    added.delete(address.href);
  }
}
