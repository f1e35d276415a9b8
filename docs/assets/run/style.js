// Style sheets that come with what they style. (A <link> in the page would go with the first instant navigation.)

const added = new Set();

export function addStyles(address) {
  if (added.has(address.href)) return;
  added.add(address.href);
  fetch(address)
    .then((answer) => answer.text())
    .then((text) => new CSSStyleSheet().replace(text))
    .then((sheet) => (document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]))
    .catch(() => added.delete(address.href)); // everything works without it
}
