"""The built site as one file that needs no server to be read: links to folders lead to their `index.html`."""

from __future__ import annotations

import os
import re
import time
import zipfile
from pathlib import Path

from asrun.settings import BookError, Settings

ADDRESS = re.compile(r"""(?P<before><(?:a|link)\b[^>]*?\bhref=)(?P<quote>["']?)(?P<address>[^"'\s>]+)(?P=quote)""")
# What a browser may load ahead of need it must ask another origin for, and a file has none.
AHEAD = re.compile(r"""<link\b[^>]*\brel=["']?preload\b[^>]*>\s*""")
PACKED = (".whl", ".zip", ".gz", ".woff", ".woff2", ".png", ".jpg", ".webp")  # smaller they do not get
README = """{name}

Double-click index.html. Text, code, outputs, figures, formulas and solutions are all there.

Search and running code in the page need a server, because browsers give pages that
were opened as files no access to their neighbors. One that is enough:

    python -m http.server --directory "{folder}"

Then open http://localhost:8000/ in a browser. Nothing leaves your computer.

The programs of all blocks are in take/, one folder a page; take/*.py and take/*.ipynb are
whole pages.{licenses}
"""


def write_zip(settings: Settings, site: Path, target: Path | None = None) -> Path:
    """Pack a built site into a file, within it unless `target` is given. The same site gives the same bytes.

    Raises BookError where there is no built site.
    """
    if not (site / "index.html").is_file():
        raise BookError(f"{site} holds no built site: run `make build` first")
    name = settings.archive_name
    own = site / f"{name}.zip"
    target = target or own
    # A zip knows no year before 1980.
    stamp = max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800)
    date = time.gmtime(stamp)[:6]
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w") as archive:
        readme = README.format(
            name=settings.site.get("site_name", "The book"), folder=name, licenses=_licenses(settings)
        )
        _add(archive, f"{name}/README.txt", readme.encode(), date)
        for path in sorted(site.rglob("*")):
            if not path.is_file() or path in (own, target, part) or path.suffix == ".gz":
                continue
            content = path.read_bytes()
            if path.suffix == ".html":
                content = for_files(content.decode(), site, path).encode()
            _add(archive, f"{name}/{path.relative_to(site).as_posix()}", content, date)
    part.replace(target)
    return target


def _licenses(settings: Settings) -> str:
    named = [(settings.options.license, "the code"), (settings.options.text_license, "text and figures")]
    said = ", ".join(f"{name} for {what}" for name, what in named if name)
    return f" License: {said}." if said else ""


def _add(archive: zipfile.ZipFile, name: str, content: bytes, date: tuple[int, ...]) -> None:
    entry = zipfile.ZipInfo(name, date)  # type: ignore[arg-type]
    entry.external_attr = 0o644 << 16
    entry.create_system = 3  # the same on every system
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(PACKED) else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def for_files(html: str, site: Path, page: Path) -> str:
    """A page whose links to folders of the site name the file in them."""

    def lead(match: re.Match[str]) -> str:
        address, mark, anchor = match["address"].partition("#")
        if not address or re.match(r"[a-z][a-z0-9+.-]*:|//|/", address):
            return match[0]
        path, question, query = address.partition("?")
        inside = (page.parent / path).resolve()
        if not (inside.is_dir() and (inside / "index.html").is_file() and inside.is_relative_to(site.resolve())):
            return match[0]
        whole = f"{path.rstrip('/')}/index.html" if path not in (".", "./") else "index.html"
        return f'{match["before"]}"{whole}{question}{query}{mark}{anchor}"'

    return ADDRESS.sub(lead, AHEAD.sub("", html))
