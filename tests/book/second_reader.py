"""The second path: pytest-markdown-docs reads and runs the pages, with a parser of its own.

Nothing here is shared with the engine, so that what one of the two overlooks, the other finds. It
is loaded as a plugin: `pytest -p tests.book.second_reader --markdown-docs …`.

pytest-markdown-docs by itself would miss fences in containers that CommonMark does not know, does
not know includes, and gives each block a namespace of its own; a block that raises TypeError it
would run twice.
"""

from __future__ import annotations

import json
import os
import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pytest_markdown_docs._runners import _Runner, register_runner
from pytest_markdown_docs.definitions import FenceTestDefinition

# Containers of Python-Markdown whose content is indented by four: CommonMark takes it for code.
CONTAINER = re.compile(
    r"^(?P<indent>\s*)(?:!!!|\?\?\?\+?|===[+!]?)\s+\S|^(?P<note>\s*)\[\^[^\]]+\]:|^(?P<definition>\s*):\s{3}\S"
)
HTML_BLOCK = re.compile(r"^\s*</?(?:div|details|section|figure)\b[^>]*>\s*$")
INCLUDE = re.compile(r'^--8<-- "([^":]+):([^"]+)"$', re.M)


def without_containers(text: str) -> str:
    """The text with the content of containers at the indentation of their parents; same lines."""
    lines = text.split("\n")
    place = 0
    while place < len(lines):
        match = CONTAINER.match(lines[place])
        if not match:
            place += 1
            continue
        indent = len(match["indent"] or match["note"] or match["definition"] or "")
        lines[place] = ""
        for inner in range(place + 1, len(lines)):
            line = lines[inner]
            if line.strip() and len(line) - len(line.lstrip()) < indent + 4:
                break
            lines[inner] = line[:indent] + line[indent + 4 :] if line.strip() else line
        place += 1
    return "\n".join("" if HTML_BLOCK.match(line) else line for line in lines)


def section(match: re.Match[str]) -> str:
    """The section of a snippet file that an include names."""
    lines = Path(os.environ["BOOK_ROOT"], "snippets", match[1]).read_text(encoding="utf-8").splitlines()
    start = lines.index(f"# --8<-- [start:{match[2]}]")
    end = lines.index(f"# --8<-- [end:{match[2]}]")
    return "\n".join(line for line in lines[start + 1 : end] if "# --8<--" not in line)


class Reader:
    """CommonMark, with containers opened and includes expanded."""

    def parse(self, text: str) -> list[Token]:
        text = re.sub(r"\A---\n.*?^---\n", lambda match: "\n" * match[0].count("\n"), text, flags=re.S | re.M)
        tokens = MarkdownIt("commonmark").parse(without_containers(text))
        for token in tokens:
            if token.type == "fence":
                raises = re.search(r'raises="(\w+)"', token.info)
                token.content = INCLUDE.sub(section, token.content) + (f"\n# raises {raises[1]}" if raises else "")
                token.info = token.info.split()[0] if token.info.split() else ""  # a word of an alt text is no option
        return tokens


@pytest.hookimpl(tryfirst=True)  # before the plugin's own
def pytest_markdown_docs_markdown_it() -> Reader:
    return Reader()


class BlockError(Exception):
    """What a block raised: the plugin takes a bare TypeError for its own, and runs the block again."""


@register_runner(default=True)
class PageRunner(_Runner):
    """All blocks of a page in one namespace, in the order of the page."""

    pages: dict[Path, types.ModuleType]

    def __init__(self) -> None:
        self.pages = {}

    def runtest(self, test: FenceTestDefinition, args: dict[str, Any], *, asyncio_runner: Any = None) -> None:
        import matplotlib.pyplot as plt

        module = self.pages.setdefault(test.source_path, types.ModuleType("__main__"))
        expected = re.search(r"^# raises (\w+)$", test.source, re.M)
        main, sys.modules["__main__"] = sys.modules["__main__"], module
        plt.show = lambda *args, **kwargs: None
        try:
            exec(compile(test.source, test.source_path, "exec", dont_inherit=True), module.__dict__)
        except Exception as error:
            if not (expected and type(error).__name__ == expected[1]):
                raise BlockError(f"{type(error).__name__}: {error}") from error
        else:
            assert not expected, f"the block should raise {expected[1]}"
        finally:
            sys.modules["__main__"] = main
            plt.close("all")

    def repr_failure(
        self, test: FenceTestDefinition, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> str:
        return f"{test.source_path}:{test.start_line}: {excinfo.value}"


@pytest.fixture(autouse=True)
def _in_docs(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(os.environ["BOOK_ROOT"])
    monkeypatch.chdir(root / "docs")
    monkeypatch.syspath_prepend(str(root))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write what ran to the file that the census reads."""
    if report.when == "call":
        with open(os.environ["BOOK_CENSUS"], "a", encoding="utf-8") as file:
            line = int(re.search(r"line:(\d+)", report.nodeid)[1])  # type: ignore[index]
            page = report.nodeid.split("::")[0]
            print(json.dumps([page, line, report.outcome, str(report.longrepr or "")]), file=file)
