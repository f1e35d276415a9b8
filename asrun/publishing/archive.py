"""The built site as one file that needs no server to be read: links to folders lead to their `index.html`."""

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
    folder = settings.archive_name
    own = site / f"{folder}.zip"
    target = target or own
    part = target.with_suffix(".part")
    named = (settings.options.license, "the code"), (settings.options.text_license, "text and figures")
    said = ", ".join(f"{license} for {what}" for license, what in named if license)
    readme = README.format(
        name=settings.site.get("site_name", "The book"), folder=folder, licenses=said and f" License: {said}."
    )
    with zipfile.ZipFile(part, "w") as archive:
        _add(archive, f"{folder}/README.txt", readme.encode())
        for path in sorted(site.rglob("*")):
            if path.is_file() and path not in (own, target, part) and path.suffix != ".gz":
                content = path.read_bytes()
                if path.suffix == ".html":
                    content = for_files(content.decode(), site, path).encode()
                _add(archive, f"{folder}/{path.relative_to(site).as_posix()}", content)
    part.replace(target)
    return target


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # A zip knows no year before 1980.
    date = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800))
    entry = zipfile.ZipInfo(name, date[:6])
    entry.external_attr = 0o644 << 16
    entry.create_system = 3  # the same on every system
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(PACKED) else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def for_files(html: str, site: Path, page: Path) -> str:
    """A page whose links to folders of the site name the file in them."""

    def lead(match: re.Match[str]) -> str:
        address, mark, anchor = match["address"].partition("#")
        if not address or re.match(r"[a-z][a-z0-9+.-]*:|/", address):
            return match[0]
        path, question, query = address.partition("?")
        inside = (page.parent / path).resolve()
        if not ((inside / "index.html").is_file() and inside.is_relative_to(site.resolve())):
            return match[0]
        whole = "index.html" if path in (".", "./") else f"{path.rstrip('/')}/index.html"
        return f'{match["before"]}"{whole}{question}{query}{mark}{anchor}"'

    return ADDRESS.sub(lead, AHEAD.sub("", html))
