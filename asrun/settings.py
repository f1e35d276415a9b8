"""What `mkdocs.yml` says: the site's folders, `nav` and Markdown extensions, and the options of the plugin `asrun`."""

import difflib
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import yaml

__version__ = "0.1.0"
PACKAGE = Path(__file__).parent
PAGE_SUFFIXES = (".md", ".ipynb")


class BookError(Exception):
    """The book itself cannot be read (its settings, say); the message is a whole sentence."""


@dataclass(frozen=True)
class Options:
    """The options of the plugin `asrun` in `mkdocs.yml`; all may be left out."""

    modules: str = "snippets"  # the folder of the modules whose sections pages show, a package that pages import from
    tests: str = "tests/snippets"  # the folder with a test file for each of them
    plots: str = "tests/plots"  # the folder with what the figures of each page draw, as text; `update` makes it
    shared_modules: tuple[str, ...] = ()  # those that belong to no single chapter
    notation: str = ""  # the page with the table of symbols
    terms: str = ""  # the page with the table of terms
    style: str = ""  # the `module:NAME` of a dict of Matplotlib settings
    preload: tuple[str, ...] = ()  # libraries that are loaded once for all pages that import them
    runtime: tuple[
        str, ...
    ] = ()  # those that the Python in the page can have; without any, the site has no such Python
    time_limit: float = 30.0  # seconds, for one block
    license: str = ""  # of code
    text_license: str = ""  # of text and figures
    report: str = ""  # the page where a reader reports a problem while the repository is not known
    playground: str = ""  # the page that holds `<book-playground>`

    @classmethod
    def read(cls, given: Any) -> "Options":
        """Check what stands below `asrun:`. Raises BookError, with a sentence, for what cannot be meant."""
        if given is not None and not isinstance(given, Mapping):
            raise BookError(f"mkdocs.yml: the options of asrun are a list of `name: value`, not {given!r}")
        known = vars(cls())
        for name in given or {}:
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1)
                meant = f"do you mean {near[0]}?" if near else f"there are {', '.join(known)}"
                raise BookError(f"mkdocs.yml: asrun has no option {name}: {meant}")
        return cls(**{name: _typed(name, value, known[name]) for name, value in (given or {}).items()})


def _typed(name: str, value: Any, default: Any) -> Any:
    """The value of an option in the type of its default."""
    match default, value:
        case tuple(), list() if all(isinstance(part, str) for part in value):
            return tuple(value)
        case str(), str():
            return value
        case float(), int() | float() if value > 0 and value is not True:
            return float(value)
    wanted = {tuple: "a list of words, as [one, two]", str: "a text", float: "a number of seconds above 0"}
    raise BookError(f"mkdocs.yml: the option {name} of asrun is {wanted[type(default)]}, not {value!r}")


@dataclass(frozen=True)
class Entry:
    """One page of `nav`, with the titles of the sections that hold it."""

    uri: str
    sections: tuple[str, ...]


class Settings:
    """What `mkdocs.yml`, read as `site`, says about the book below `root`."""

    def __init__(self, root: Path, site: dict[str, Any], options: Options | None = None) -> None:
        self.root, self.site, self.options = root, site, options or Options()
        self.docs = root / str(site.get("docs_dir", "docs"))
        self.data = self.docs / "data"  # which pages read as `data/…`
        self.modules = root / self.options.modules
        self.plots = root / self.options.plots
        self.package = self.options.modules.strip("/").replace("/", ".")  # which pages import these modules from
        self.shared_modules = {"__init__", *self.options.shared_modules}  # these belong to no single chapter
        self.cache = root / ".cache"
        # The name of the site as one file, and of the folder in it.
        self.archive_name = re.sub(r"[^a-z0-9]+", "-", str(site.get("site_name", "book")).lower()).strip("-")

    def __getstate__(self) -> dict[str, Any]:
        """A copy: another thread may ask for `nav`, say, while a page is sent to its process."""
        return dict(self.__dict__)

    @classmethod
    def load(cls, root: Path) -> "Settings":
        """Read `mkdocs.yml`. Raises BookError where it is missing or unreadable, or says what cannot be meant."""
        _expect_surroundings()
        root = root.resolve()
        try:
            site = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BookError(f"{root} holds no mkdocs.yml: start in the book's folder") from None
        except yaml.YAMLError as error:
            raise BookError(f"mkdocs.yml cannot be read: {error}") from None
        given = dict(_entries(site.get("plugins"))).get("asrun")
        options = Options.read(given)
        for name in ("modules", "tests"):
            folder = getattr(options, name)
            if name in (given or {}) and not (root / folder).is_dir():
                what = f"{name} names the folder {folder}, which does not exist: make it, or mend the name"
                raise BookError(f"mkdocs.yml: {what}")
        return cls(root, site, options)

    @cached_property
    def nav(self) -> tuple[Entry, ...]:
        """The pages in the order of `nav`."""

        def walk(node: Any, sections: tuple[str, ...]) -> Iterator[Entry]:
            for title, child in _entries(node):
                if isinstance(child, (list, dict)):
                    yield from walk(child, (*sections, str(title)))
                elif str(child or title).endswith(PAGE_SUFFIXES):
                    yield Entry(child or title, sections)

        return tuple(walk(self.site.get("nav"), ()))

    def page_files(self) -> list[Path]:
        """Every page below `docs/`, in `nav` or not; hidden folders and overrides apart."""
        theme = self.site.get("theme")
        custom = theme.get("custom_dir") if isinstance(theme, dict) else None
        return sorted(
            path
            for path in self.docs.rglob("*")
            if path.suffix in PAGE_SUFFIXES
            and not any(part.startswith(".") for part in path.relative_to(self.docs).parts)
            and not (custom and path.is_relative_to(self.root / custom))
            and not (path.name == "README.md" and path.parent != self.docs)
        )

    def name(self, path: Path) -> str:
        """The path as authors write it, relative to the book's folder."""
        return path.relative_to(self.root).as_posix()

    @cached_property
    def extensions(self) -> tuple[list[str], dict[str, dict[str, Any]]]:
        """The site's Markdown extensions and their settings, as Python-Markdown takes them."""
        given = dict.fromkeys(["toc", "tables", "fenced_code"]) | dict(_entries(self.site.get("markdown_extensions")))
        if "pymdownx.superfences" in given:
            del given["fenced_code"]
        return list(given), {name: config for name, config in given.items() if config}

    @cached_property
    def fingerprint(self) -> str:
        """Changes when asrun, Python or a locked package changes: part of every cache key."""
        digest = hashlib.sha256(sys.version.encode())
        for path in [*sorted(PACKAGE.rglob("*.py")), self.root / "requirements.txt"]:
            digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(repr((self.extensions, self.options.modules)).encode())
        return digest.hexdigest()


def _entries(node: Any) -> Iterator[tuple[Any, Any]]:
    """The names in a list or a mapping of `mkdocs.yml`, each with what stands below it, or None."""
    for item in node if isinstance(node, list) else [node or {}]:
        yield from item.items() if isinstance(item, dict) else [(item, None)]


def _expect_surroundings() -> None:
    """Raises BookError where asrun cannot work: on a system without `fork`, or with two versions of it installed."""
    if not hasattr(os, "fork"):
        raise BookError(
            "asrun runs each page in a process that it forks, which this system cannot (Windows, for one): "
            "use Linux or macOS, or the Windows Subsystem for Linux"
        )
    found = {__version__: str(PACKAGE)}
    for installed in distributions(name=PACKAGE.name):
        found.setdefault(installed.version, str(installed.locate_file("")))
    if len(found) > 1:
        places = ", ".join(f"{version} in {place}" for version, place in found.items())
        raise BookError(f"two versions of asrun are on Python's path ({places}): uninstall one of them")
