"""How the text of a page is set: what may not be parted, what stands beside what, and what cells say when they stand alone."""

import re
from xml.etree.ElementTree import Element

UNITS = "[kmµn]?[gm]|[mµn]?s|cm|min|h|[kKMG]?B|px|Hz|pt|°C?|%"
# Behind a number (or the end of a formula, which is finished HTML by now) and before its unit; and before a sign of equality.
TOGETHER = re.compile(rf"(?<=[\d\x03]) (?=(?:{UNITS})[²³]?(?![^\W_]))|(?<=\S) (?==\s)")
NOT_TEXT = re.compile(r"code|pre|kbd|svg|script|style|textarea")
COLUMNS = 5  # from here on, a row of a table is a list of its cells where the screen is narrow
STASHED = re.compile("\x02[^\x03]*\x03")


def keep_together(parent: Element) -> None:
    """Put no-break spaces between numbers and units into the text of an element, and of all within it but code."""
    if isinstance(parent.tag, str) and not NOT_TEXT.fullmatch(parent.tag):
        parent.text = _kept(parent.text)
        for child in parent:
            keep_together(child)
            behind = "".join(child.itertext())[-1:] if isinstance(child.tag, str) else ""
            child.tail = child.tail and (_kept(behind + child.tail) or "")[len(behind) :]


def _kept(text: str | None) -> str | None:
    return text and TOGETHER.sub("\N{NO-BREAK SPACE}", text)


def label_cells(table: Element) -> None:
    """Name in each cell of a table with many columns the column that it stands in."""
    names = [STASHED.sub("", "".join(cell.itertext())).strip() for cell in table.iter("th")]
    if len(names) >= COLUMNS:
        for row in table.iter("tr"):
            for name, cell in zip(names, row.findall("td"), strict=False):
                cell.set("data-label", name)


def join(parent: Element, first: Element, second: Element, css_class: str) -> Element:
    """Put two neighbors into an element of their own, and give that."""
    place = list(parent).index(first)
    pair = Element("div", {"class": css_class})
    pair.extend([first, second])
    pair.tail, first.tail, second.tail = second.tail, "\n", ""
    parent[place : place + 2] = [pair]
    return pair
