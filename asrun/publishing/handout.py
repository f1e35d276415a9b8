"""What readers take away from one page: the program of each block, and the page as a script and as a notebook."""

import ast
import json
import re
import textwrap
from dataclasses import asdict
from functools import cached_property
from importlib.metadata import distributions
from itertools import count, islice
from typing import Any
from urllib.parse import urljoin, urlsplit

import nbformat

from asrun.checking.book import Book
from asrun.checking.rules import UNFINISHED
from asrun.model import Block, Figure, Ran
from asrun.programs import About, Library, Programs, Source, Unclear
from asrun.programs.text import header
from asrun.publishing import plain, render
from asrun.running.namespace import with_images
from asrun.settings import PAGE_SUFFIXES, Settings

PAPER = 'style="background:#ffffff;color:#1c1b1a" '  # a notebook may be dark, and its figures are on paper
IMPORTED = "The functions of the book that this page imports, and the data it reads"
v4: Any = nbformat.v4


def licenses_of(settings: Settings) -> tuple[str, str]:
    """The licenses of the code, with the notice that it asks to keep, and of text and figures: a sentence each.

    Empty where none is named.
    """
    code = text = ""
    if settings.options.license:
        path = settings.root / "LICENSE"
        notice = re.search(r"^Copyright .*$", path.read_text(encoding="utf-8"), re.M) if path.is_file() else None
        code = f"Code: {settings.options.license}." + (f" {notice[0].strip().rstrip('.')}." if notice else "")
    if settings.options.text_license:
        text = f"Text and figures: {settings.options.text_license}."
    return code, text


class Handout:
    """What readers take away from one page."""

    def __init__(self, book: Book, uri: str, library: Library, site_url: str) -> None:
        self.book, self.page, self.site_url = book, book.pages[uri], site_url
        self.blocks = self.page.code_blocks
        self.run = book.runs[uri].blocks or (Ran("not run"),) * len(self.blocks)
        sources = [
            Source(block.code.rstrip("\n"), block.raises, None if ran.outcome in UNFINISHED else ran.statements)
            for block, ran in zip(self.blocks, self.run, strict=True)
        ]
        self.programs = Programs(sources, library)
        self.packages = self.programs.packages(0)
        self.licenses = licenses_of(book.settings)
        self.about = About(
            title=str(self.page.meta.get("title", self.page.stem)),
            url=self._url_of(uri),
            book=str(book.settings.site.get("site_name", "")),
            license=self.licenses[0],
            versions={name: one.version for name in self.packages for one in islice(distributions(name=name), 1)},
        )

    def files(self) -> dict[str, str]:
        """Name -> content; a block that no program can be made of is left out (the check tells its author)."""
        stem = self.page.stem
        made = {f"{stem}.json": self._facts()}
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
                "code": source.code,
                "needs": block.needs,
                "raises": block.raises,
                "facts": [{name: value for name, value in asdict(one).items() if value} for one in source.facts or ()],
            }
            | self.programs.told(number)
            for number, (block, source) in enumerate(zip(self.blocks, self.programs.sources, strict=True), 1)
        ]
        whole = {"title": self.about.title, "url": self.about.url, "about": about, "blocks": blocks}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n"

    # ---- the prose between the blocks ----

    @cached_property
    def _pieces(self) -> list[str | int]:
        def shown(block: Block) -> list[str]:
            if block.language == "output":
                return []
            if block.language == "python":
                indent = block.prefix if not block.prefix.strip() else ""
                return [indent + plain.place(self.blocks.index(block) + 1)]
            ticks = "~~~" if "```" in block.code else "```"
            return render.indented(block, "\n".join([ticks + block.language, block.code.rstrip("\n"), ticks]))

        text = render.without_comments(self.page, record=render.record_on(self.page, self.book))
        return plain.pieces(render.with_blocks(self.page, text, shown), self._resolve)

    def _url_of(self, uri: str) -> str:
        """The address of a page, with the folder addresses that the site uses."""
        stem = uri.rsplit(".", 1)[0]
        return urljoin(self.site_url, "" if stem == "index" else f"{stem}/")

    def _resolve(self, address: str) -> str:
        """The address of a link on the page, without the page; "" is the page itself."""
        path, mark, anchor = address.partition("#")
        whole = urljoin(urljoin(self.site_url, self.page.uri), path)
        if whole.endswith(PAGE_SUFFIXES) and not urlsplit(path).scheme:
            whole = self._url_of(whole.removeprefix(self.site_url))
        return whole + mark + anchor

    # ---- as a script ----

    def _script(self, preamble: str, codes: list[str]) -> str:
        """A plain program, whose comments are the page; editors know its marks as cells."""
        head = header(self.about, self.packages, f"“{self.about.title}”, the whole page")
        parts = [head, f"# %% [markdown]\n# # {self.about.title}"]
        if preamble:
            parts.append(f"# %%\n# {IMPORTED}.\n\n{preamble}")
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
            place = slice(last.lineno - 1, last.end_lineno)
            body = textwrap.indent("\n".join(lines[place]), "    ")
            lines[place] = ["try:", body, f"except {raises} as error:", '    print(f"{type(error).__name__}: {error}")']
            return "\n".join(lines)
        draws = any(isinstance(piece, Figure) for piece in self.run[number - 1].pieces)
        if draws and not re.search(r"\.show\(\)\s*\Z", code):
            return f'{code}\n{self.programs.pyplot}.show()\n{self.programs.pyplot}.close("all")'
        return code

    # ---- as a notebook ----

    def _notebook(self, preamble: str, codes: list[str]) -> str:
        pins = " ".join(f"{name}=={found}" for name, found in self.about.versions.items())
        where = " ".join([f"A page of [{self.about.book}]({self.about.url}).", *filter(None, self.licenses)])
        title = f"# {self.about.title}\n\n{where}"
        if pins:
            title += f"\n\nIt was made with these packages: `%pip install {pins}`"
        cells = [v4.new_markdown_cell(title, id="title")]
        if preamble:
            cells.append(v4.new_markdown_cell(f"{IMPORTED}, so that it runs in an empty folder:", id="setup-note"))
            cells.append(v4.new_code_cell(preamble.strip("\n"), id="setup"))
        texts = count(1)
        for piece in self._pieces:
            if isinstance(piece, str):
                cells.append(v4.new_markdown_cell(piece, id=f"text-{next(texts)}"))
            elif code := codes[piece - 1]:
                block, ran = self.blocks[piece - 1], self.run[piece - 1]
                cell = v4.new_code_cell(_quiet(code).strip("\n"), id=f"block-{piece}", outputs=_outputs(block, ran))
                if block.raises:
                    cell.metadata.tags = ["raises-exception"]
                cells.append(cell)
        for number, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), 1):
            cell.execution_count = number
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "title": self.about.title}
        return str(v4.writes(v4.new_notebook(cells=cells, metadata=metadata))) + "\n"


def _outputs(block: Block, ran: Ran) -> list[Any]:
    """What came of a block, as a notebook stores it."""
    found = []
    alts = iter(block.alts)
    for place, piece in enumerate(ran.pieces, 1):
        if isinstance(piece, Figure):
            svg = with_images(piece).replace("<svg ", f"<svg {PAPER}", 1)
            found.append(v4.new_output("display_data", {"image/svg+xml": svg, "text/plain": next(alts, "figure")}))
            continue
        text, error = piece, ""
        if block.raises and place == len(ran.pieces):
            start = max(piece.rfind(f"\n{block.raises}:") + 1, 0)
            text, error = piece[:start], piece[start:].strip("\n")
        if text:
            found.append(v4.new_output("stream", text=text))
        if error:
            name, _, value = error.partition(": ")
            found.append(v4.new_output("error", ename=name, evalue=value, traceback=[error]))
    return found


def _quiet(code: str) -> str:
    """A notebook shows what the last line gives, a page does not: the semicolon says so."""
    match ast.parse(code).body:
        case [*_, ast.Expr(ast.Call(ast.Name("print")))]:
            return code
        case [*_, ast.Expr(end_lineno=int(row), end_col_offset=int(column))]:
            lines = code.encode().split(b"\n")
            lines[row - 1] = lines[row - 1][:column] + b";" + lines[row - 1][column:]
            return b"\n".join(lines).decode()
    return code
