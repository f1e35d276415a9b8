"""A small book to begin with: `asrun new FOLDER`."""

from pathlib import Path

from asrun.publishing.render import write
from asrun.settings import BookError

STARTER = Path(__file__).parent / "starter"
TITLE = b"@TITLE@"
RENAMED = {"gitignore": ".gitignore"}  # as .gitignore it would hide files of our own


def title_for(folder: Path) -> str:
    """A title made of the folder's name."""
    return folder.resolve().name.replace("-", " ").replace("_", " ").strip().capitalize() or "A book"


def write_book(folder: Path, title: str) -> list[Path]:
    """Write the files of a small book that holds in every way, and return them.

    Raises BookError where the folder holds something already: nothing of an author is ever overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BookError(f"{folder} is there already and not empty: name a folder that is new")
    written = []
    for source in sorted(path for path in STARTER.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        path = folder / source.relative_to(STARTER)
        path = path.with_name(RENAMED.get(path.name, path.name))
        write(path, source.read_bytes().replace(TITLE, title.replace('"', "'").encode()))
        written.append(path)
    return written
