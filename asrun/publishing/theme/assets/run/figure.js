// A figure that came from the Python in the page. What draws it is ours (asrun/running/figures.py), but code of a reader, or of a link that
// somebody shared, runs beside it and can send anything. So nothing goes into the page but the shapes and texts that ours consists of.

const ELEMENTS = new Set(["svg", "defs", "clipPath", "g", "path", "rect", "text", "tspan", "image"]);
const ATTRIBUTES = new Set(
  [
    "class clip-path d data-name dominant-baseline dx dy fill fill-opacity font-family font-size font-style font-weight height href id",
    "opacity preserveAspectRatio stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-opacity stroke-width",
    "style text-anchor textLength transform viewBox width x xmlns y",
  ].flatMap((names) => names.split(" ")),
);
const ID = /^run-\d+(-clip-\d+)?$/;
const PICTURE = /^data:image\/png;base64,[A-Za-z0-9+/=]*$/;
const COLOR_OR_NUMBER = /^[\w\s#.,%()+-]*$/; // no address: `url(…)` is allowed for clips alone

/**
 * @param {string} name
 * @param {string} value
 */
function allowed(name, value) {
  if (name === "href") return PICTURE.test(value);
  if (name === "id") return ID.test(value);
  if (name === "clip-path") return /^url\(#run-\d+-clip-\d+\)$/.test(value);
  // A frame of a film, which the style sheet shows or not.
  if (name === "class") return /^book-frame( book-between)?( book-end)?$/.test(value);
  if (name === "style") return /^--frame:\d+$/.test(value);
  if (name === "xmlns") return value === "http://www.w3.org/2000/svg";
  if (name === "font-family" || name === "data-name") return !/[<>&]/.test(value);
  return COLOR_OR_NUMBER.test(value) && !/url|javascript/i.test(value);
}

/**
 * The figure as text that is safe to put into the page, or nothing where it is no figure of ours.
 * @param {string} text
 */
export function clean(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const root = parsed.documentElement;
  if (root.localName !== "svg" || root.namespaceURI !== "http://www.w3.org/2000/svg" || parsed.querySelector("parsererror")) return "";
  for (const element of [root, ...root.querySelectorAll("*")]) {
    if (element.namespaceURI !== root.namespaceURI || !ELEMENTS.has(element.localName)) {
      element.remove();
      continue;
    }
    for (const { name, value } of [...element.attributes]) {
      if (!ATTRIBUTES.has(name) || !allowed(name, value)) element.removeAttribute(name);
    }
  }
  return new XMLSerializer().serializeToString(root);
}
