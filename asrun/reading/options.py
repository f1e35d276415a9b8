"""The options of a fence, as in `python title="…"`: what each of them means is in this table."""

from __future__ import annotations

from dataclasses import dataclass

from asrun.model import Block

RUN, RECORD = "python", "output"
SHOWN = frozenset({"console", "text", "toml", "json", "latex", "bash"})


@dataclass(frozen=True)
class Option:
    """An option of blocks that run, and also of those that are only shown where it is `on_shown`.

    If one that `affects_run` changes, the page runs again. One that is `prose` is text for readers: its numbers have
    expressions. One that is `for_scripts` is an attribute `data-NAME` of the block's HTML.
    """

    name: str
    on_shown: bool = False
    affects_run: bool = False
    prose: bool = False
    for_scripts: bool = False


OPTIONS = (
    Option("alt", prose=True),
    Option("needs", for_scripts=True),
    Option("raises", affects_run=True, for_scripts=True),
    Option("title", on_shown=True, prose=True),
)


def allowed_options(language: str) -> list[str]:
    """The names of the options that a block of this language may have."""
    return [option.name for option in OPTIONS if language == RUN or (option.on_shown and language != RECORD)]


def run_options(block: Block) -> dict[str, str]:
    """Those of a block's options that affect how it runs."""
    return {o.name: block.options[o.name] for o in OPTIONS if o.affects_run and o.name in block.options}
