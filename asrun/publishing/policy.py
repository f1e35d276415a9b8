"""The Content-Security-Policy of the site: nothing from another host, no inline script but the known ones."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

INLINE_SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)
# Scripts with an address fall under 'self', and a block of data is never run.
NO_CODE = re.compile(r"""\bsrc\s*=|\btype\s*=\s*["']?application/(ld\+)?json""", re.IGNORECASE)
CHARSET = re.compile(r"""<meta charset=["']?utf-8["']?\s*/?>""", re.IGNORECASE)

# With these a page is cross-origin isolated: then Stop interrupts Python in the page instead of ending it.
ISOLATION = (("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Embedder-Policy", "require-corp"))


def write_policy(site: Path, *, serving: bool) -> None:
    """Write the policy into every page of a built site: its hashes are those of the whole site."""
    paths = sorted(site.rglob("*.html"))
    pages = {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    for name, html in insert_policy(pages, serving=serving).items():
        (site / name).write_text(html, encoding="utf-8")


def with_headers(app: Callable[..., Any]) -> Callable[..., Any]:
    """A WSGI application whose every answer carries the headers that CONTRIBUTING.md asks of a host."""
    headers = [*ISOLATION, ("Content-Security-Policy", policy([], serving=True))]

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        def start(status: str, given: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*given, *headers], *rest)

        return app(environ, start)

    return answer


def insert_policy(pages: dict[str, str], *, serving: bool) -> dict[str, str]:
    """Give every page (path -> HTML) the same policy, directly behind its charset.

    It is the same for all because instant navigation keeps the policy of the page that was loaded first: each must
    allow the inline scripts of every other. While the site is served for writing, live reload adds a script that
    differs every time, so inline scripts are allowed then.

    Raises ValueError for a page that the policy would break: one with a `<style>` element, or one without a charset
    to put the policy behind.
    """
    element = f'<meta http-equiv="Content-Security-Policy" content="{policy(pages.values(), serving=serving)}">'
    done = {}
    for path, html in pages.items():
        if "<style" in html:
            raise ValueError(f"{path}: a <style> element, which the policy forbids: put its rules into a style sheet")
        charset = CHARSET.search(html)
        if charset is None:
            raise ValueError(f'{path}: no <meta charset="utf-8"> to put the policy behind')
        done[path] = html[: charset.end()] + element + html[charset.end() :]
    return done


def policy(pages: Iterable[str], *, serving: bool) -> str:
    """The directives, with the hash of every inline script of `pages`."""
    inline = ["'unsafe-inline'"] if serving else sorted(set().union(*map(script_hashes, pages)))
    directives = {
        "default-src": "'none'",
        "script-src": " ".join(["'self' 'wasm-unsafe-eval'", *inline]),  # WebAssembly: Python in the page
        "worker-src": "'self' blob:",  # a worker inherits this policy only if it starts from a blob
        "connect-src": "'self'",
        "style-src": "'self'",
        "style-src-attr": "'unsafe-inline'",  # KaTeX sets heights, Material sets places
        "img-src": "'self' data:",
        "font-src": "'self' data:",  # the style sheet carries the smallest fonts of formulas
        "base-uri": "'none'",
        "form-action": "'self'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def script_hashes(html: str) -> set[str]:
    """The CSP source of each inline script of a page."""
    return {
        f"'sha256-{base64.b64encode(hashlib.sha256(match['text'].encode()).digest()).decode()}'"
        for match in INLINE_SCRIPT.finditer(html)
        if not NO_CODE.search(match["attributes"])
    }
