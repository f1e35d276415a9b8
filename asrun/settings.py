"""Where things are: the project's folders, its `nav`, its Markdown extensions and `[tool.book]`."""

from __future__ import annotations

import hashlib
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ENGINE = Path(__file__).parent
PAGE_SUFFIXES = (".md", ".ipynb")


class BookError(Exception):
    """The book itself cannot be read (its settings, say); the message is a whole sentence."""


@dataclass(frozen=True)
class Entry:
    """One page of `nav`, with the titles of the sections that hold it."""

    uri: str
    sections: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """What `mkdocs.yml` and `pyproject.toml` say about the book below `root`."""

    root: Path
    site: dict[str, Any] = field(repr=False)
    book: dict[str, Any] = field(repr=False)

    @classmethod
    def load(cls, root: Path) -> Settings:
        """Read both files. Raises BookError where one is missing or unreadable."""
        root = root.resolve()
        try:
            site = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BookError(f"{root} holds no mkdocs.yml: start in the book's folder") from None
        except yaml.YAMLError as error:
            raise BookError(f"mkdocs.yml cannot be read: {error}") from None
        project = root / "pyproject.toml"
        tables = tomllib.loads(project.read_text(encoding="utf-8")) if project.exists() else {}
        return cls(root, site, tables.get("tool", {}).get("book", {}))

    @property
    def docs(self) -> Path:
        return self.root / str(self.site.get("docs_dir", "docs"))

    @property
    def snippets(self) -> Path:
        return self.root / "snippets"

    @property
    def cache(self) -> Path:
        return self.root / ".cache"

    @property
    def time_limit(self) -> float:
        """Seconds that one block may take."""
        return float(self.book.get("time_limit", 30))

    @property
    def style(self) -> str:
        """`module:NAME` of a dict of Matplotlib settings, or nothing."""
        return str(self.book.get("style", ""))

    @property
    def runtime(self) -> tuple[str, ...]:
        """Packages of the Python that runs in the page; none: the site is built without it."""
        return tuple(self.book.get("runtime", ()))

    @property
    def shared_snippets(self) -> frozenset[str]:
        """Modules below `snippets/` that belong to no single chapter."""
        return frozenset(self.book.get("shared_snippets", ())) | {"__init__"}

    @cached_property
    def nav(self) -> tuple[Entry, ...]:
        """The pages in the order of `nav`."""

        def walk(node: Any, sections: tuple[str, ...]) -> Iterator[Entry]:
            if isinstance(node, str):
                if node.endswith(PAGE_SUFFIXES):
                    yield Entry(node, sections)
            elif isinstance(node, dict):
                for title, child in node.items():
                    inner = sections if isinstance(child, str) else (*sections, str(title))
                    yield from walk(child, inner)
            else:
                for child in node or ():
                    yield from walk(child, sections)

        return tuple(walk(self.site.get("nav"), ()))

    def page_files(self) -> list[Path]:
        """Every page below `docs/`, in `nav` or not; hidden folders and overrides apart."""
        theme = self.site.get("theme")
        custom = theme.get("custom_dir") if isinstance(theme, dict) else None
        overrides = self.root / custom if custom else None
        return sorted(
            path
            for path in self.docs.rglob("*")
            if path.suffix in PAGE_SUFFIXES
            and not any(part.startswith(".") for part in path.relative_to(self.docs).parts)
            and not (overrides and path.is_relative_to(overrides))
            and not (path.name == "README.md" and path.parent != self.docs)
        )

    def name(self, path: Path) -> str:
        """The path as authors write it, relative to the book's folder."""
        return path.relative_to(self.root).as_posix()

    @cached_property
    def extensions(self) -> tuple[list[str], dict[str, dict[str, Any]]]:
        """The site's Markdown extensions and their settings, as Python-Markdown takes them."""
        names, configs = ["toc", "tables", "fenced_code"], {}
        for item in self.site.get("markdown_extensions", ()):
            name, config = next(iter(item.items())) if isinstance(item, dict) else (item, None)
            names.append(name)
            if config:
                configs[name] = config
        if "pymdownx.superfences" in names:
            names.remove("fenced_code")
        return list(dict.fromkeys(names)), configs

    @cached_property
    def fingerprint(self) -> str:
        """Changes when the engine, Python or a locked package changes: part of every cache key."""
        digest = hashlib.sha256(sys.version.encode())
        for path in [*sorted(ENGINE.rglob("*.py")), self.root / "requirements.txt"]:
            digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(repr(self.extensions).encode())
        return digest.hexdigest()
