// How elements are made: for the page, for what runs in it, and for labs.

/**
 * An element with attributes, properties that begin with a dot, listeners that begin with "on", and children.
 * An attribute that is false or undefined is left out, and one that is true is empty.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.startsWith(".")) Object.assign(element, { [name.slice(1)]: value });
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/**
 * A button that submits no form.
 * @param {string} text
 * @param {((event: MouseEvent) => void) | null} onclick
 * @param {Record<string, any>} attributes
 */
export const button = (text, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, text);
