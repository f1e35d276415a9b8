"""What readers take away from one page: the program of each block, and the page as a script and as a notebook."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from dataclasses import asdict
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urljoin

from asrun.checking.book import Book
from asrun.model import Figure, Page, Ran
from asrun.programs import About, Library, Programs, Source, Unclear
from asrun.programs.text import header
from asrun.publishing import cells, plain, render
from asrun.settings import Settings


def url_of(uri: str, site_url: str) -> str:
    """The address of a page, with the folder addresses that the site uses."""
    stem = uri.rsplit(".", 1)[0]
    return urljoin(site_url, "" if stem == "index" else f"{stem}/")


def license_of(settings: Settings) -> str:
    """The license of the code in one sentence, with the notice that it asks to keep; empty where none is named."""
    if not settings.options.license:
        return ""
    path = settings.root / "LICENSE"
    notice = re.search(r"^Copyright .*$", path.read_text(encoding="utf-8"), re.M) if path.is_file() else None
    said = f"Code: {settings.options.license}."
    return f"{said} {notice[0].strip().rstrip('.')}." if notice else said


def text_license_of(settings: Settings) -> str:
    """The license of text and figures in one sentence; empty where none is named."""
    named = settings.options.text_license
    return f"Text and figures: {named}." if named else ""


class Handout:
    """What readers take away from one page."""

    def __init__(
        self, book: Book, page: Page, run: tuple[Ran, ...], library: Library, insert: render.Insert, site_url: str
    ) -> None:
        self.page, self.run, self.insert, self.site_url = page, run, insert, site_url
        self.blocks = page.code_blocks
        facts = [ran.statements if ran.outcome not in ("failed", "not run") else None for ran in run]
        sources = [
            Source(block.code.rstrip("\n"), block.raises, known)
            for block, known in zip(self.blocks, facts or [None] * len(self.blocks), strict=True)
        ]
        self.programs = Programs(sources, library)
        self.packages = self.programs.packages(0)
        self.text_license = text_license_of(book.settings)
        self.about = About(
            title=str(page.meta.get("title", page.stem)),
            url=url_of(page.uri, site_url),
            book=str(book.settings.site.get("site_name", "")),
            license=license_of(book.settings),
            versions=_versions(self.packages),
        )

    def files(self) -> dict[str, str]:
        """Name -> content; a block that no program can be made of is left out (the check tells its author)."""
        stem = self.page.stem
        made: dict[str, str] = {f"{stem}.json": self._facts()}
        for number in range(1, len(self.blocks) + 1):
            try:
                made[f"{stem}/{number}.py"] = self.programs.program(number, self.about)
            except Unclear as error:
                made[f"{stem}/{number}.py"] = f"# This block cannot be made a program: {error}\n"
        try:
            preamble, codes = self.programs.page()
        except Unclear:
            return made
        made[f"{stem}.py"] = self._script(preamble, codes)
        made[f"{stem}.ipynb"] = self._notebook(preamble, codes)
        return made

    def _facts(self) -> str:
        about = {name: getattr(self.about, name) for name in ("book", "license", "python", "versions")}
        blocks = [
            {
                "code": block.code.rstrip("\n"),
                "needs": block.needs,
                "raises": block.raises,
                "facts": [
                    {name: value for name, value in asdict(facts).items() if value}
                    for facts in self.programs.sources[number - 1].facts or ()
                ],
                **self.programs.told(number),
            }
            for number, block in enumerate(self.blocks, 1)
        ]
        whole = {"title": self.about.title, "url": self.about.url, "about": about, "blocks": blocks}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n"

    # ---- the prose between the blocks ----

    @cached_property
    def _pieces(self) -> list[str | int]:
        lines: list[list[str]] = [[line] for line in render.without_comments(self.page, None, self.insert)]
        for block in self.page.blocks:
            for place in range(block.line - 1, min(block.end, len(lines))):
                lines[place] = []
            if block.language == "python":
                indent = block.prefix if not block.prefix.strip() else ""
                lines[block.line - 1] = [indent + plain.place(self.blocks.index(block) + 1)]
            elif block.language != "output":
                fence = "~~~" if "```" in block.code else "```"
                text = [f"{fence}{block.language}", *block.code.rstrip("\n").split("\n"), fence]
                lines[block.line - 1] = [(block.prefix + line).rstrip() for line in text]
        return plain.pieces([line for group in lines for line in group], self._resolve)

    def _resolve(self, address: str) -> str:
        path, mark, anchor = address.partition("#")
        if re.match(r"[a-z][a-z0-9+.-]*:", address):
            return address
        if not path:
            return self.about.url + mark + anchor
        base = urljoin(self.site_url, self.page.uri)
        if path.endswith((".md", ".ipynb")):
            uri = str(urljoin(base, path)).removeprefix(self.site_url)
            return f"{url_of(uri, self.site_url)}{mark}{anchor}"
        return urljoin(base, address)

    def _shows(self, number: int) -> bool:
        return any(isinstance(piece, Figure) for piece in self.run[number - 1].pieces) if self.run else False

    # ---- as a script ----

    def _script(self, preamble: str, codes: list[str]) -> str:
        """A plain program, whose comments are the page; editors know its marks as cells."""
        head = header(self.about, self.packages, f"“{self.about.title}”, the whole page")
        parts = [head, f"# %% [markdown]\n# # {self.about.title}"]
        if preamble:
            parts.append(
                f"# %%\n# The functions of the book that this page imports, and the data it reads.\n\n{preamble}"
            )
        for piece in self._pieces:
            if isinstance(piece, str):
                parts.append(f"# %% [markdown]\n{plain.comment(piece)}")
            elif code := codes[piece - 1]:
                parts.append(f"# %%\n{self._caught(piece, code)}")
        return "\n".join(f"{part.strip(chr(10))}\n" for part in parts)

    def _caught(self, number: int, code: str) -> str:
        """A block that is there to raise an error must not end the script."""
        raises = self.blocks[number - 1].raises
        if raises:
            last = ast.parse(code).body[-1]
            lines = code.split("\n")
            start, end = last.lineno - 1, last.end_lineno or 0
            inner = textwrap.indent("\n".join(lines[start:end]), "    ")
            catch = f'try:\n{inner}\nexcept {raises} as error:\n    print(f"{{type(error).__name__}}: {{error}}")'
            return "\n".join([*lines[:start], catch, *lines[end:]])
        if self._shows(number) and not re.search(r"\.show\(\)\s*\Z", code):
            return f"{code}\n{self.programs.pyplot}.show()"
        return code

    # ---- as a notebook ----

    def _notebook(self, preamble: str, codes: list[str]) -> str:
        made: list[dict[str, Any]] = [cells.markdown("title", self._title())]
        count = 0
        if preamble:
            note = "The functions of the book that this page imports, and the data it reads, so that it runs in an empty folder:"
            count = 1
            made += [cells.markdown("setup-note", note), cells.code("setup", preamble, count, [])]
        texts = 0
        for piece in self._pieces:
            if isinstance(piece, str):
                texts += 1
                made.append(cells.markdown(f"text-{texts}", piece))
            elif codes[piece - 1]:
                count += 1
                block = self.blocks[piece - 1]
                cell = cells.code(
                    f"block-{piece}",
                    cells.quiet(codes[piece - 1]),
                    count,
                    cells.outputs(block, self.run[piece - 1] if self.run else None),
                )
                if block.raises:
                    cell["metadata"] = {"tags": ["raises-exception"]}
                made.append(cell)
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "title": self.about.title}
        whole = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def _title(self) -> str:
        pins = " ".join(f"{name}=={found}" for name, found in self.about.versions.items())
        needs = f"\n\nIt was made with these packages: `%pip install {pins}`" if pins else ""
        licenses = " ".join(part for part in (self.about.license, self.text_license) if part)
        where = f"A page of [{self.about.book}]({self.about.url}). {licenses}".rstrip()
        return f"# {self.about.title}\n\n{where}{needs}"


def _versions(packages: list[str]) -> dict[str, str]:
    return {name: found for name in packages if (found := _version(name))}


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
