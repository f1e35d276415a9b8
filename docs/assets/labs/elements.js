// Small parts of a lab's page.

/** Writes into the text node that is there: the page watches for new nodes, and a drag makes none. @param {Element} element @param {string} text */
export function setText(element, text) {
  const { firstChild } = element;
  if (!firstChild) element.append(text);
  else if (firstChild.nodeValue !== text) firstChild.nodeValue = text;
}

let ids = 0;
export const newId = () => `lab-${++ids}`;

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
