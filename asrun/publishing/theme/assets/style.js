// Style sheets that come with what they style. (A <link> in the page would go with the first instant navigation.)

const added = new Map();

// Resolves when the style sheet is there, and also when it cannot come: everything works without it.
export function addStyles(address) {
  if (!added.has(address.href)) added.set(address.href, bring(address));
  return added.get(address.href);
}

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
