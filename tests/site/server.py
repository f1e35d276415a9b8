"""Serves the built site as a static host would: below the path of its `site_url`, compressed, with the right types, cached for a while."""

from __future__ import annotations

import gzip
import sys
import threading
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from asrun.publishing.policy import ISOLATION

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".gz": "application/gzip",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".ipynb": "application/x-ipynb+json",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".map": "application/json; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
COMPRESSED = (".css", ".html", ".js", ".json", ".map", ".mjs", ".svg", ".txt", ".wasm", ".xml")
ISOLATED = dict(ISOLATION)
SITEMAP_LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def addresses(site: Path) -> list[str]:
    """The pages of the site, as its sitemap lists them: full addresses at the host that it was built for."""
    return [element.text or "" for element in ElementTree.parse(site / "sitemap.xml").iter(SITEMAP_LOC)]


def home(site: Path) -> str:
    """The `site_url` that the site was built for: what all its addresses begin with."""
    return min(addresses(site), key=len)


@contextmanager
def serving(
    site: Path, headers: dict[str, str] | None = None, gone: Container[str] = (), stuck: Container[str] = ()
) -> Iterator[str]:
    """Serves `site` on a free port of this machine and gives the address of its home page.

    `headers` go with every answer. A file whose name is in `gone` gets none: the connection is cut, as when a network fails. One in
    `stuck` waits for its answer as long as it is there.
    """
    built_for = home(site)
    path = urlsplit(built_for).path

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # keeps connections open, as a host does
        disable_nagle_algorithm = True  # head and body are written apart; the second would wait 40 ms for the first
        timeout = 60

        def do_GET(self) -> None:
            wanted = unquote(urlsplit(self.path).path)
            name = wanted.rpartition("/")[2]
            if name in gone:
                self.close_connection = True
                return
            while name in stuck:
                time.sleep(0.05)
            status, kind, plain, packed = answer(wanted)
            body = packed if packed and "gzip" in self.headers.get("Accept-Encoding", "") else plain
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=600")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            if body is packed:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the tests report failed requests, with the page that made them."""

    @cache
    def answer(wanted: str) -> tuple[int, str, bytes, bytes | None]:
        file = site / wanted.removeprefix(path)
        if wanted.endswith("/"):
            file = file / "index.html"
        status = 200
        inside = wanted.startswith(path) and file.resolve().is_relative_to(site.resolve())
        if not inside or not file.is_file():
            status, file = 404, site / "404.html"
        body = file.read_bytes()
        if file.name == "sitemap.xml":
            # Instant navigation looks the sitemap's addresses up and corrects their host, but not their port. With another
            # port than it was built for, it would silently load every page in full.
            body = body.replace(built_for.encode(), address.encode())
        packed = gzip.compress(body, 6) if file.suffix in COMPRESSED else None
        return status, TYPES.get(file.suffix, "application/octet-stream"), body, packed

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Says nothing when a browser hangs up, as it does whenever a page is closed."""
            if not isinstance(sys.exc_info()[1], ConnectionError):
                super().handle_error(request, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    address = f"http://127.0.0.1:{server.server_address[1]}{path}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
