// Questions that the tests put to a page, in the page. Put in before the page's own scripts run.
globalThis.probes = (() => {
  const violations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    violations.push(`${event.effectiveDirective} refused ${event.blockedURI} (${event.sourceFile || "page"}:${event.lineNumber})`);
  });

  // Whether a violation of that directive has been told, within two seconds: they are told in tasks of their own, after what caused them.
  async function told(directive) {
    const end = performance.now() + 2000;
    while (performance.now() < end) {
      if (violations.some((violation) => violation.startsWith(`${directive} `))) return true;
      await frame();
    }
    return false;
  }

  const frame = () => new Promise((done) => requestAnimationFrame(done));

  // Everything that the page needs to look as it will look: its fonts, and one frame drawn with them.
  async function settled() {
    await document.fonts.ready;
    await frame();
    await frame();
  }

  // A short name by which an author finds an element: tag, id or classes, and the beginning of its text.
  function name(element) {
    const id = element.id ? `#${element.id}` : "";
    const classes = [...element.classList].slice(0, 3).map((word) => `.${word}`).join("");
    const label = element.getAttribute("aria-label") || element.querySelector("svg[aria-label]")?.getAttribute("aria-label");
    const text = (label || element.textContent || "").replace(/\s+/g, " ").trim().slice(0, 50);
    return `<${element.tagName.toLowerCase()}${id}${classes}>${text ? ` "${text}"` : ""}`;
  }

  function isVisible(element) {
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getBoundingClientRect().width > 1;
  }

  // The elements that make the page scroll sideways: those that reach beyond its right edge, and are not cut or scrolled by a box around them.
  function overflow() {
    const edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= edge) return [];
    const boxed = (element) => {
      for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
        if (getComputedStyle(box).overflowX !== "visible" && box.getBoundingClientRect().right <= edge + 1) return true;
      }
      return false;
    };
    const out = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > edge + 1 && isVisible(element) && !boxed(element),
    );
    const outermost = out.filter((element) => !out.includes(element.parentElement)).slice(0, 3);
    const by = (element) => Math.round(element.getBoundingClientRect().right - edge);
    return outermost.length
      ? outermost.map((element) => `${name(element)} sticks out by ${by(element)} px`)
      : [`the page is ${document.documentElement.scrollWidth - edge} px too wide`];
  }

  // Rules of WCAG 2.2 AA and best practice that the page breaks. `within` narrows the look to a part of it.
  const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
  const OF_COLOR = ["color-contrast", "link-in-text-block"];
  const RULES = {
    all: { type: "tag", values: TAGS },
    color: { type: "rule", values: OF_COLOR },
    narrow: { type: "rule", values: [...OF_COLOR, "scrollable-region-focusable", "target-size"] }, // what hangs on the width
  };

  async function axeViolations(within, rules = "all") {
    const runOnly = RULES[rules];
    const result = await axe.run(within || document, { runOnly, resultTypes: ["violations"], preload: false });
    return result.violations.flatMap((rule) =>
      rule.nodes.map((node) => {
        const why = node.failureSummary.split("\n").slice(1).map((line) => line.trim()).join("; ");
        return `${rule.id}: ${node.target.join(" ")}: ${why}`;
      }),
    );
  }

  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  // Any CSS color as [red, green, blue, alpha], the first three from 0 to 255, alpha from 0 to 1.
  function rgba(color) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  const over = (front, alpha, back) => front.slice(0, 3).map((part, i) => part * alpha + back[i] * (1 - alpha));

  function background(element) {
    const layers = [];
    for (let box = element; box; box = box.parentElement) {
      const color = rgba(getComputedStyle(box).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((back, color) => over(color, color[3], back), [255, 255, 255]);
  }

  function luminance(color) {
    const [red, green, blue] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  // How a figure is painted: each text with its color, each mark that has a color of its own, with their contrast to what lies behind.
  function figures() {
    return [...document.querySelectorAll("article svg[role=img]")].map((svg) => {
      const behind = background(svg);
      const opacity = (element) => {
        let product = 1;
        for (let part = element; part !== svg.parentElement; part = part.parentElement) product *= Number(getComputedStyle(part).opacity);
        return product;
      };
      const painted = (element, kind) => {
        const style = getComputedStyle(element);
        if (style[kind] === "none") return null;
        const color = rgba(style[kind]);
        const alpha = color[3] * Number(style[`${kind}-opacity`]) * opacity(element);
        const paper = [255, 255, 255];
        return { color: style[kind], contrast: contrast(over(color, alpha, behind), behind), onPaper: contrast(over(color, alpha, paper), paper) };
      };
      const own = (element, kind) => element.closest(`[${kind}]`)?.getAttribute(kind).toLowerCase() ?? "";
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      const size = (text) => parseFloat(getComputedStyle(text).fontSize) * scale;
      const written = [...svg.querySelectorAll("text")].filter((text) => text.getClientRects().length && text.textContent.trim());
      const texts = written.map((text) => ({ text: text.textContent.trim(), size: size(text), ...painted(text, "fill") }));
      const marks = [...svg.querySelectorAll("path, line, polyline, polygon, rect, circle, ellipse")].flatMap((element) =>
        ["fill", "stroke"]
          .filter((kind) => own(element, kind).startsWith("#"))
          .map((kind) => ({ own: own(element, kind), kind, ...painted(element, kind) })),
      );
      const label = svg.getAttribute("aria-label") || svg.querySelector(":scope > title")?.textContent || "";
      return { label, shown: svg.checkVisibility(), width: svg.getBoundingClientRect().width, texts, marks, clashes: clashes(svg, written) };
    });
  }

  // Texts of a figure that lie upon each other, or stick out of the box that the figure stands in. The box around a slanted text says
  // nothing of where its letters are.
  function clashes(svg, texts) {
    const inset = (text) => {
      const { left, right, top, bottom } = text.getBoundingClientRect();
      return { text: text.textContent.trim(), left: left + 1, right: right - 1, top: top + (bottom - top) / 5, bottom: bottom - (bottom - top) / 5 };
    };
    const box = (svg.closest("figure") ?? svg).getBoundingClientRect();
    const level = (text) => !(text.getAttribute("transform") ?? "").replace("rotate(-90 ", "").includes("rotate");
    const boxes = texts.filter(level).map(inset);
    const out = boxes.filter(({ left, right }) => left < box.left || right > box.right).map(({ text }) => `“${text}” sticks out`);
    const upon = boxes.flatMap((one, place) =>
      boxes.slice(place + 1).filter((two) => one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom).map((two) => `“${one.text}” and “${two.text}” overlap`),
    );
    return [...out, ...upon];
  }

  // What disturbs a reader on a page whose details are open: [what it is about, where and by how much].
  function disturbing() {
    const found = [];
    const article = document.querySelector("article");
    const size = (element) => parseFloat(getComputedStyle(element).fontSize);
    for (const code of article.querySelectorAll(".highlight pre > code")) {
      const ratio = size(code) / size(article);
      if (ratio < 0.78) found.push(["letters", `${name(code)} is set at ${ratio.toFixed(2)} of the text`]);
      const by = code.scrollWidth - code.clientWidth;
      if (by > 0 && code.closest("[data-block]")) found.push(["code", `${name(code)} is ${by} px wider than its box`]);
    }
    for (const table of article.querySelectorAll("table")) {
      const boxes = [table, table.closest(".md-typeset__scrollwrap") ?? table];
      const by = Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
      if (by > 0) found.push(["tables", `${name(table)} is ${by} px wider than its place`]);
    }
    const floats = [...article.querySelectorAll(".admonition.margin")].filter((note) => getComputedStyle(note).float === "right");
    for (const note of floats) {
      const beside = [note.parentElement.matches(".book-beside") ? note.previousElementSibling : null, note.nextElementSibling].filter((one) => one?.matches("p, .book-formula"));
      const from = (one) => Math.abs(one.getBoundingClientRect().top - note.getBoundingClientRect().top);
      if (!beside.some((one) => from(one) <= 12)) found.push(["notes", `${name(note)} begins beside no paragraph`]);
    }
    for (const seal of article.querySelectorAll(".book-seal")) {
      const box = seal.getBoundingClientRect();
      if (box.width > 2.5 * size(seal) || box.height > 2.5 * size(seal)) found.push(["ticks", `${name(seal)} shows more than its tick`]);
    }
    for (const output of article.querySelectorAll("[data-raises] + .language-output")) {
      const label = getComputedStyle(output, "::before").content;
      if (label !== '"Error"') found.push(["errors", `${name(output)} is labeled ${label}`]);
    }
    for (const part of article.querySelectorAll("p, li, td, h2, h3")) {
      const copy = part.cloneNode(true);
      for (const other of copy.querySelectorAll("code, pre, svg, .katex, script")) other.replaceWith("|");
      const apart = copy.textContent.match(/\d (g|kg|mm|cm|ms|s|GB|MB)(?!\w)/);
      if (apart && !part.closest("book-playground, .lab, .book-run")) found.push(["units", `${name(part)} may part “${apart[0]}”`]);
    }
    return found;
  }

  // The formulas of the page: their source, whether they show, and whether a screen reader gets them.
  function formulas() {
    return [...document.querySelectorAll("article .katex")].map((formula) => {
      const box = formula.querySelector(".katex-html")?.getBoundingClientRect();
      return {
        tex: formula.querySelector("annotation")?.textContent ?? "",
        seen: Boolean(box && box.width > 1 && box.height > 1),
        spoken: Boolean(formula.querySelector("math")?.textContent.trim()),
        family: getComputedStyle(formula).fontFamily,
      };
    });
  }

  // What is still LaTeX in the text that people see, or still waits for a script to set it.
  function rawFormulas() {
    const copy = document.querySelector("article").cloneNode(true);
    for (const part of copy.querySelectorAll("pre, code, .katex")) part.remove();
    const signs = [/\$\$/, /\\\(/, /\\\[/, /\\[a-z]+\{/, /\$[^$]*[\\^_][^$]*\$/].map((sign) => copy.textContent.match(sign)?.[0]);
    const waiting = [...copy.querySelectorAll(".arithmatex, script[type^='math/']")].map((part) => part.textContent.trim());
    return [...signs, ...waiting].filter(Boolean).map((what) => `${what} stands in the text`);
  }

  // Marks a visible link to that address, so that a test can click it; false when the page shows none.
  function markLink(address) {
    const links = [...document.querySelectorAll("a[href]")].filter((link) => link.href === address && isVisible(link));
    for (const marked of document.querySelectorAll("[data-test-link]")) marked.removeAttribute("data-test-link");
    links[0]?.setAttribute("data-test-link", "");
    return links.length > 0;
  }

  // The element, and what stands for it on the screen: radio buttons are hidden behind a label, which with Material's theme toggle just follows.
  function standIns(element) {
    const following = element.nextElementSibling?.matches("label") ? [element.nextElementSibling] : [];
    return [element, ...(element.labels ?? []), ...following];
  }

  // What the keyboard is on, and in which part of the page.
  function focused() {
    const element = document.activeElement;
    const parts = { skip: ".md-skip", search: ".md-search", header: ".md-header", drawer: ".md-sidebar--primary", contents: ".md-sidebar--secondary",
      article: "article", footer: ".md-footer" };
    const part = Object.keys(parts).find((name) => element.closest(parts[name])) ?? (element === document.body ? "nothing" : "elsewhere");
    return { name: name(element), part, seen: standIns(element).some(isVisible) };
  }

  function openDetails() {
    for (const details of document.querySelectorAll("details")) details.open = true;
  }

  // Shows the tab of that number in every set of tabs; false when no set has so many.
  function showTab(number) {
    const inputs = [...document.querySelectorAll(".tabbed-set")].map((set) => set.querySelectorAll(":scope > input")[number]);
    for (const input of inputs) input?.click();
    return inputs.some(Boolean);
  }

  // The text of the page as a reader gets it, without what scripts add for the mouse.
  function text() {
    const copy = document.querySelector("article").cloneNode(true);
    for (const tool of copy.querySelectorAll("book-playground, button, .md-code__nav, .headerlink, script, style, template")) tool.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  }

  // The words of the page without those that formulas and figures consist of, headings and page title included.
  function proseAndCode() {
    const copy = document.querySelector("article").cloneNode(true);
    for (const part of copy.querySelectorAll("svg, .katex, script, style")) part.remove();
    const blocks = "p, pre, div, li, dt, dd, td, th, h1, h2, h3, h4, summary, details, figure, figcaption, blockquote, nav, br";
    for (const block of copy.querySelectorAll(blocks)) {
      block.before(" ");
      block.after(" ");
    }
    return `${document.title} ${copy.textContent}`;
  }

  // The paragraphs of any page of the site.
  async function proseOf(address) {
    const other = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
    for (const part of other.querySelectorAll("svg, .katex, code")) part.remove();
    return [...other.querySelectorAll("article p, article li")].map((part) => part.textContent).join(" ");
  }

  // Whether the element that has the focus looks different from how it looks without: outline, shadow, colors, underline, or a change in its frame.
  function focusShows() {
    const element = document.activeElement;
    if (element.matches("input[type=text], input[type=search], textarea")) return true; // the caret shows it
    const look = (part) => {
      const style = getComputedStyle(part);
      const outline = style.outlineStyle === "none" || style.outlineWidth === "0px" ? "" : `${style.outlineStyle} ${style.outlineColor}`;
      return [outline, style.boxShadow, style.color, style.backgroundColor, style.borderColor, style.textDecoration, style.opacity].join("|");
    };
    const parts = () => [element.parentElement, ...standIns(element)].map(look).join(";");
    const bright = parts();
    element.blur();
    const dull = parts();
    element.focus({ preventScroll: true, focusVisible: true });
    return bright !== dull;
  }

  // Boxes of the article that scroll sideways, but take no focus and hold nothing that does.
  function scrollersWithoutFocus() {
    const scrolls = (box) => box.scrollWidth > box.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(box).overflowX) && box.checkVisibility();
    const takesFocus = "a[href], button, input, summary, [tabindex='0']";
    return [...document.querySelectorAll("article *")]
      .filter((box) => scrolls(box) && !box.matches(takesFocus) && !box.querySelector(takesFocus))
      .map(name);
  }

  // Code, outputs, tables, figures, and paragraphs of the article that take no room. The tabs that are not chosen are meant to hide theirs.
  function unseen() {
    const inOtherTab = (part) => [...document.querySelectorAll(".tabbed-block")].some((block) => block.contains(part) && !block.checkVisibility());
    return [...document.querySelectorAll("article :is(p, pre, table, figure, svg[role=img], li, h1, h2, h3)")]
      .filter((part) => !inOtherTab(part) && part.textContent.trim() && !isVisible(part))
      .map(name);
  }

  // What does not belong on paper, or does not fit on it.
  function printFaults() {
    const faults = [];
    const edge = document.documentElement.clientWidth;
    const tools = "button, input, .md-header, .md-sidebar, .md-search, .md-top, .md-dialog, .headerlink, .md-footer__link";
    for (const tool of document.querySelectorAll(tools)) if (isVisible(tool)) faults.push(`${name(tool)} is printed`);
    for (const part of document.querySelectorAll("article :is(figure, svg[role=img], img, table, .katex-display)")) {
      const by = Math.round(part.getBoundingClientRect().right - edge);
      if (isVisible(part) && by > 0) faults.push(`${name(part)} is ${by} px wider than the paper`);
    }
    for (const code of document.querySelectorAll("article pre > code")) {
      if (isVisible(code) && code.scrollWidth > code.clientWidth + 1) faults.push(`${name(code)} is cut at the right: paper does not scroll`);
    }
    for (const figure of document.querySelectorAll("article figure")) {
      if (getComputedStyle(figure).breakInside !== "avoid") faults.push(`${name(figure)} may be cut by a page break`);
    }
    for (const link of document.querySelectorAll("article a[href^=http]:not(.headerlink)")) {
      if (link.origin === location.origin) continue;
      const spelled = getComputedStyle(link, "::after").content.includes(link.getAttribute("href"));
      if (isVisible(link) && !spelled && !link.textContent.includes(link.href)) faults.push(`${name(link)} does not say where it leads`);
    }
    return faults;
  }

  // The least contrast to white paper of what the selector finds.
  function contrastOnPaper(selector) {
    const colors = [...document.querySelectorAll(selector)].filter(isVisible).map((part) => rgba(getComputedStyle(part).color));
    return Math.min(...colors.map((color) => contrast(over(color, color[3], [255, 255, 255]), [255, 255, 255])));
  }

  return { unseen, printFaults, disturbing, contrastOnPaper, focusShows, scrollersWithoutFocus, proseAndCode, proseOf, violations, told, settled, name, isVisible, overflow, axeViolations, figures, formulas, rawFormulas, markLink, focused, openDetails, showTab, text };
})();
