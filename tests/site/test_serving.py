"""`make serve`: an error in a page stands on that page and in the terminal, from the first build on, and the server goes on."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from tests.site.built import ROOT

LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "site", "__pycache__", ".mypy_cache", ".ruff_cache")
PATIENCE = 300  # seconds until a rebuild that must come counts as broken, on a slow and busy machine


class Author:
    """A book that is being written while it is served."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.page = root / "docs" / "loss.md"
        self.good = self.page.read_text(encoding="utf-8")
        site_url = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))["site_url"]
        self.path = urlsplit(site_url).path
        self.terminal: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def serve(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--livereload", "--dev-addr", f"127.0.0.1:{self.port}"],
            cwd=self.root,
            env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        assert self.process
        assert self.process.stdout
        for line in self.process.stdout:
            self.terminal.append(line.rstrip())

    def write(self, text: str) -> None:
        self.page.write_text(text, encoding="utf-8")

    def sees(self, holds: Callable[[str], bool]) -> str:
        """The page, as soon as something holds of it."""
        pause = threading.Event()
        last: str = ""
        for _ in range(PATIENCE * 5):
            try:
                address = f"http://127.0.0.1:{self.port}{self.path}loss/"
                with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                    last = str(answer.read(), "utf-8")
                if holds(last):
                    return last
            except (urllib.error.URLError, ConnectionError):
                pass
            assert self.process
            assert self.process.poll() is None, "the server is gone:\n" + "\n".join(self.terminal)
            pause.wait(0.2)
        pytest.fail("the page never showed it; the terminal says:\n" + "\n".join(self.terminal[-20:]))


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    root = tmp_path / "book"
    shutil.copytree(ROOT, root, ignore=LEFT_OUT)
    author = Author(root)
    yield author
    if author.process:
        author.process.terminate()
        author.process.wait()


def test_an_error_shows_in_the_page_and_the_server_goes_on(author: Author) -> None:
    author.write(author.good + "\n```python\n1 / 0\n```\n")
    line = author.good.count("\n") + 3
    author.serve()
    author.sees(lambda html: f"docs/loss.md:{line}: ZeroDivisionError: division by zero" in html)
    assert any(f"docs/loss.md:{line}: ZeroDivisionError" in text for text in author.terminal)

    author.write(author.good)
    author.sees(lambda html: "ZeroDivisionError" not in html and "This page has errors" not in html)

    author.write(author.good + "\n$$\\frac{1}$$\n\n<!-- statement -->\n\nThis leads [nowhere](nowhere.md).\n")
    html = author.sees(lambda html: "KaTeX cannot read the formula" in html)
    assert "the link nowhere.md leads nowhere" in html

    author.write(author.good.replace("title:", "titel:", 1))
    author.sees(lambda html: "the front matter has no title" in html)

    author.write(author.good)
    author.sees(lambda html: "This page has errors" not in html)

    # The headers that CONTRIBUTING.md asks of a host: with them, Stop interrupts Python in the page.
    with urllib.request.urlopen(f"http://127.0.0.1:{author.port}{author.path}loss/", timeout=PATIENCE) as answer:
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert "'wasm-unsafe-eval'" in answer.headers["Content-Security-Policy"]
