// Style sheets that come with what they style. (A <link> in the page would go with the first instant navigation.)

const added = new Map();

// Resolves when the style sheet is there, and also when it cannot come: everything works without it.
export function addStyles(address) {
  if (!added.has(address.href)) added.set(address.href, bring(address));
  return added.get(address.href);
}

async function bring(address) {
  try {
    const answer = await fetch(address);
    const sheet = await new CSSStyleSheet().replace(await answer.text());
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  } catch {
    added.delete(address.href);
  }
}
