"""The complete listing that readers can download: collected from the page, never written by hand.

`python -m tests.snippets.linreg_listing` writes it anew after one of its functions has changed.
"""

from pathlib import Path

from asrun.reading.pages import read_pages
from asrun.settings import Settings

ROOT = Path(__file__).parents[2]
NAME = "linreg_from_scratch.py"
FILE = ROOT / "docs/data" / NAME


def listing() -> str:
    """The block of that title, with the functions of the chapters in place."""
    (page,) = read_pages(Settings.load(ROOT), ["linear-regression-class.md"])
    (block,) = [block for block in page.blocks if block.options.get("title") == NAME]
    return block.code.rstrip() + "\n"


def printed() -> str:
    """What stands on the page beneath that block."""
    (page,) = read_pages(Settings.load(ROOT), ["linear-regression-class.md"])
    titles = [block.options.get("title") for block in page.blocks]
    output = page.blocks[titles.index(NAME) + 1]
    assert output.language == "output"
    return output.source


if __name__ == "__main__":
    FILE.write_text(listing(), encoding="utf-8")
