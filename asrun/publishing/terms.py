"""Terms that answer: the first use of each on a page leads to the section that explains it, and the search knows all its names."""

import json
import os.path
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from asrun.formulas.symbols import ATTRIBUTE
from asrun.model import Term
from asrun.reading.terms import finder, found_in, key

MARK = "term:"  # stands before the name in the attribute, so that no variable is meant
NOT_TEXT = re.compile(r"a|code|pre|h[1-6]|th|summary|label|button|kbd|svg|script|style|textarea")


class Links:
    """Puts the links into the tree of one page, each term once."""

    def __init__(self, uri: str, table: str, terms: Iterable[Term]) -> None:
        self._folder = os.path.dirname(uri)
        self._named = {key(name): term for term in terms for name in term.answering if uri != table}
        self._finder = finder(name for term in terms for name in term.answering)
        self._done = {term for term in terms if term.uri == uri}

    def put(self, parent: Element) -> None:
        """Link the text of an element and of all within it, in the order of reading."""
        if not self._named or NOT_TEXT.fullmatch(parent.tag) or "admonition-title" in parent.get("class", ""):
            return
        children = list(parent)
        parent.text, links = self._linked(parent.text)
        parent[:0] = links
        for child in children:
            if isinstance(child.tag, str):
                self.put(child)
            child.tail, links = self._linked(child.tail)
            place = list(parent).index(child) + 1
            parent[place:place] = links

    def _linked(self, text: str | None) -> tuple[str | None, list[Element]]:
        """The text before the first link, and the links, with the texts behind them."""
        head, links, at = text, list[Element](), 0
        for match in self._finder.finditer(text or ""):
            term = found_in(self._named, match[0])
            if text is None or term is None or term in self._done:
                continue
            self._done.add(term)
            address = os.path.relpath(term.uri, self._folder or ".") + (f"#{term.anchor}" if term.anchor else "")
            link = Element("a", {"class": "book-term", "href": address, ATTRIBUTE: MARK + term.name})
            link.text, link.tail = match[0], text[match.end() :]
            if links:
                links[-1].tail = text[at : match.start()]
            else:
                head = text[: match.start()]
            links.append(link)
            at = match.end()
        return head, links


def told(html: str, terms: Iterable[Term]) -> Iterator[tuple[str, list[str]]]:
    """What the script shows of the terms that a piece of HTML links."""
    for term in terms:
        if f'{ATTRIBUTE}="{MARK}{term.name}"' in html:
            yield MARK + term.name, ["", term.sentence]


def into_search(index: Path, terms: Iterable[Term], urls: dict[str, str]) -> None:
    """Give the sections in the search index the names of what they explain, as tags; `urls` are the pages' addresses."""
    if not index.is_file():
        return
    found = json.loads(index.read_text(encoding="utf-8"))
    entries = {entry["location"]: entry for entry in found["docs"]}
    for term in terms:
        location = urls.get(term.uri, "") + (f"#{term.anchor}" if term.anchor else "")
        if entry := entries.get(location):
            entry["tags"] = [*dict.fromkeys([*entry.get("tags", ()), *term.names])]
    index.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
