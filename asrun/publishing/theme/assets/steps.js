// Derivations, line by line. It may come with the first view, so it imports nothing.

const BAR =
  '<button type="button">Back</button><button type="button"></button><button type="button">All lines</button><span class="book-steps__status" role="status"></span>';

/** @param {Element} derivation */
function makeSteps(derivation) {
  const reasons = [...derivation.querySelectorAll("ol > li")];
  /** @type {NodeListOf<HTMLElement>} */
  const cells = derivation.querySelectorAll("[data-step]");
  const bar = document.createElement("div");
  bar.className = "book-steps__bar";
  bar.innerHTML = BAR;
  derivation.prepend(bar);
  const [back, forth, all] = bar.querySelectorAll("button");
  let at = 0; // 0: all lines

  /**
   * @param {Element} part
   * @param {number} line that it belongs to
   */
  function mark(part, line) {
    part.classList.toggle("book-step--at", line === at);
    part.classList.toggle("book-step--later", at > 0 && line > at);
  }

  /** @param {number} line */
  function go(line) {
    at = line;
    derivation.classList.toggle("book-steps--one", at > 0);
    reasons.forEach((reason, place) => mark(reason, place + 1));
    cells.forEach((cell) => mark(cell, Number(cell.dataset.step)));
    forth.textContent = at ? "Next line" : "Step through";
    back.disabled = at === 1;
    forth.disabled = at === reasons.length;
    back.hidden = all.hidden = at === 0;
    /** @type {Element} */ (bar.lastElementChild).textContent = at ? `${at} of ${reasons.length}` : "";
  }

  back.onclick = () => go(at - 1);
  forth.onclick = () => go(at + 1);
  all.onclick = () => {
    go(0);
    forth.focus({ preventScroll: true }); // this button is gone
  };
  go(0);
}

/** Called whenever the page has changed. */
export function attend() {
  document.querySelectorAll(".book-steps:not(:has(.book-steps__bar))").forEach(makeSteps);
}
