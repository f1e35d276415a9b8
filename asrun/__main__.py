"""The command `asrun`: check, update, render, zip, new."""

import argparse
import sys
import time
from pathlib import Path

from asrun.checking.book import page_uri, verify
from asrun.settings import BookError, Settings, __version__


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    given = _parser().parse_args(arguments)
    try:
        if given.command == "new":
            return _new(given.folder, given.yes)
        settings = Settings.load(Path.cwd())
        return _zip(settings, given.site) if given.command == "zip" else _check(settings, given)
    except BookError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="asrun", description="Documentation that is its own test suite.")
    parser.add_argument("--version", action="version", version=f"asrun {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("check", "run the pages and check them"), ("update", "rewrite outputs, numbers and plots")):
        command = commands.add_parser(name, help=text)
        command.add_argument("pages", nargs="*", help="pages, as docs/loss.md; all where none is named")
    command = commands.add_parser("render", help="write every page as finished Markdown")
    command.add_argument("out", type=Path, help="the folder to write to")
    text = "mathematics as HTML for site builders, or as $TeX$ for code hosts"
    command.add_argument("--math", choices=("html", "tex"), default="html", help=text)
    command = commands.add_parser("zip", help="pack the built site into a file that can be read without a server")
    command.add_argument("site", nargs="?", type=Path, default=Path("site"), help="the built site; site/ by default")
    command = commands.add_parser("new", help="write a small book to begin with")
    command.add_argument("folder", type=Path, help="a folder that is new, or empty")
    command.add_argument("--yes", action="store_true", help="ask nothing")
    return parser


def _check(settings: Settings, given: argparse.Namespace) -> int:
    """Check the book, before that update it, or write it out; print every problem, and what was checked."""
    only = [page_uri(settings, name) for name in getattr(given, "pages", ())]
    started = time.perf_counter()
    book = verify(settings, only, say)
    if given.command == "update":
        from asrun.checking.update import update

        print(update(book) or "nothing to update")
        book = verify(settings, only, say)
    if given.command == "render":
        from asrun.publishing.render import write_out

        write_out(book, given.out, given.math)
        say(f"wrote {len(book.pages)} pages to {given.out}")
    for problem in book.problems:
        print(problem)
    pages = book.pages.values()
    blocks, numbers = sum(len(page.code_blocks) for page in pages), sum(len(page.numbers) for page in pages)
    counts = f"{len(pages)} pages, {blocks} blocks, {numbers} numbers checked in {time.perf_counter() - started:.1f} s"
    say(f"{counts}: {f'{len(book.problems)} problems' if book.problems else 'all is well'}")
    return 1 if book.problems else 0


def _zip(settings: Settings, site: Path) -> int:
    from asrun.publishing.archive import write_zip

    packed = write_zip(settings, site)
    say(f"wrote {packed} ({packed.stat().st_size / 1e6:.0f} MB)")
    return 0


def _new(folder: Path, yes: bool) -> int:
    from asrun.publishing.new import title_for, write_book

    title = title_for(folder)
    if not yes and sys.stdin.isatty():
        title = input(f"Title of the book [{title}]: ").strip() or title
    print(*write_book(folder, title), sep="\n")
    say(f"Now: cd {folder}, then `asrun check`, and `mkdocs serve --livereload` to look at it")
    return 0


def say(text: str) -> None:
    """Tell what a long step is doing."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    status = main()
    sys.exit(status)
