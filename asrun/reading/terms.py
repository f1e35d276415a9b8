"""The table of terms: the words of the field, the one sentence that each gets, and the section that explains it.

One Markdown table of the page that the option `terms` names, with the columns Term, Also called, In one sentence, Where (a
link to a section). A name in *italics* is also an everyday word: the search finds its section, but it does not answer.
"""

import os.path
import re
from collections.abc import Iterable, Mapping

from asrun.model import Problem, Term
from asrun.settings import Settings

COLUMNS = ("Term", "Also called", "In one sentence", "Where")
LINK = re.compile(r"\[[^\]]*\]\((?P<path>[^)#\s]+)(?:#(?P<anchor>[^)\s]+))?\)")


def read_terms(settings: Settings) -> tuple[tuple[Term, ...], list[Problem]]:
    """The rows of the table, and what is wrong with them."""
    uri = settings.options.terms
    path = settings.docs / uri
    if not uri or not path.is_file():
        return (), []
    file, terms, problems, inside = settings.name(path), list[Term](), list[Problem](), False
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|")) if line.startswith("|") else ()
        if cells == COLUMNS or not cells:
            inside = bool(cells)
        elif inside and not set("".join(cells)) <= set("-: "):
            link = LINK.fullmatch(cells[-1])
            if len(cells) != len(COLUMNS) or not cells[0] or not link:
                what = f"a row of terms has the columns {', '.join(COLUMNS)}, the last a link to the section"
                problems.append(Problem(file, number, what))
                continue
            others = tuple(name.strip() for name in cells[1].split(",") if name.strip())
            target = os.path.normpath(os.path.join(os.path.dirname(uri), link["path"]))
            terms.append(Term((cells[0], *others), cells[2], target, link["anchor"] or "", number))
    return tuple(terms), problems


def finder(names: Iterable[str]) -> re.Pattern[str]:
    """Finds any of the names as whole words, the longest first, in either case unless they are abbreviations, and in the plural."""
    longest = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(_pattern, longest))})(?![\w-])", re.I)


def _pattern(name: str) -> str:
    parts = re.split(r"([\s–-]+|['\u2019])", name)
    said = "".join((r"[\s–-]+", r"['\u2019]")[p in "'\u2019"] if n % 2 else re.escape(p) for n, p in enumerate(parts))
    return rf"(?-i:{said}s?)" if any(letter.isupper() for letter in name[1:]) else rf"{said}(?:s|es)?"


def key(name: str) -> str:
    """What all ways to write a name have in common."""
    return re.sub(r"[\W_]+", " ", name.casefold().replace("'", "\u2019")).strip()


def found_in(named: Mapping[str, Term], words: str) -> Term | None:
    """The term that `finder` found, by the keys of its names."""
    said = key(words)
    return next((named[one] for one in (said, said.removesuffix("s"), said.removesuffix("es")) if one in named), None)
