"""Code that a reader runs reaches nothing but our own origin, and puts nothing into the page but text and figures of ours."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.site.python import PythonPage

# Every way out that a worker has: each says "reached" or what refused it, in the list `said`.
WAYS_OUT = """
import js
from pyodide.ffi import create_once_callable, to_js

said = {}

def settle(name, promise):
    promise.then(create_once_callable(lambda *_: said.setdefault(name, "reached")),
                 create_once_callable(lambda error, *_: said.setdefault(name, f"refused: {error}")))

def attempt(name, action):
    try:
        result = action()
        if hasattr(result, "then"):
            settle(name, result)
        else:
            said.setdefault(name, "reached")
    except BaseException as error:
        said.setdefault(name, f"refused: {type(error).__name__}: {error}")

def options(**given):
    return to_js(given, dict_converter=js.Object.fromEntries)

def synchronous(address):
    request = js.XMLHttpRequest.new()
    request.open("GET", address, False)
    request.send()

def listening(name, target):
    target.onopen = create_once_callable(lambda *_: said.setdefault(name, "reached"))
    target.onmessage = create_once_callable(lambda event: said.setdefault(name, f"{event.data}"))
    target.onerror = create_once_callable(lambda *_: said.setdefault(name, "refused: error event"))
    keep.append(target)

def module(text):
    return js.URL.createObjectURL(js.Blob.new(to_js([text]), options(type="text/javascript")))

keep = []
report = ".then(() => postMessage('reached'), (error) => postMessage('refused: ' + error))"
attempt("fetch", lambda: js.fetch(other + "fetch"))
attempt("fetch without cors", lambda: js.fetch(other + "no-cors", options(mode="no-cors")))
attempt("XMLHttpRequest", lambda: synchronous(other + "xhr"))
attempt("eval of an import", lambda: js.eval(f"import('{other}eval.js')"))
attempt("Function of an import", lambda: js.Function.new(f"return import('{other}function.js')")())
attempt("importScripts", lambda: js.importScripts(other + "scripts.js"))
__import__("pyodide_js").loadPackage(other + "evil-1.0-py3-none-any.whl")  # tells by the console alone
attempt("open_url", lambda: __import__("pyodide.http").http.open_url(other + "open_url"))
for name, make in {
    "WebSocket": lambda: js.WebSocket.new(other.replace("http", "ws") + "socket"),
    "EventSource": lambda: js.EventSource.new(other + "events"),
    "a worker from there": lambda: js.Worker.new(other + "worker.js", options(type="module")),
    "import in a worker": lambda: js.Worker.new(module(f"import('{other}import.js')" + report), options(type="module")),
    "static import in a worker": lambda: js.Worker.new(module(f"import '{other}static.js'; postMessage('reached')"), options(type="module")),
    "fetch in a worker": lambda: js.Worker.new(module(f"fetch('{other}nested')" + report), options(type="module")),
    "a worker from data": lambda: js.Worker.new("data:text/javascript," + f"fetch('{other}data')" + report),
}.items():
    try:
        listening(name, make())
    except BaseException as error:
        said.setdefault(name, f"refused: {type(error).__name__}")
"""
COUNT = 14


@pytest.fixture
def other_host() -> Iterator[tuple[str, list[str]]]:
    """A server of somebody else, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")  # so that nothing but our policy keeps code away
            self.send_header("Content-Type", "text/javascript")
            self.end_headers()
            self.wfile.write(b"export default 1;")

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", asked
    server.shutdown()
    server.server_close()


async def test_code_in_the_page_reaches_no_other_host(python: PythonPage, other_host: tuple[str, list[str]]) -> None:
    address, asked = other_host
    with urllib.request.urlopen(address + "control"):
        assert asked == ["/control"], "the other server does not listen"
    ran = await python.run(f"other = {address!r}\n{WAYS_OUT}", "security")
    assert ran["status"] == "done", ran
    listed = await python.js(
        "let text; await until(async () => {"
        f"  text = (await run('import json; print(json.dumps(said))', {{page: 'security'}})).stdout; return Object.keys(JSON.parse(text)).length >= {COUNT}; }});"
        "return text"
    )
    said = json.loads(listed)
    assert {name for name, what in said.items() if not what.startswith("refused")} == set(), said
    assert asked == ["/control"], "the other server was asked"


async def test_the_worker_refuses_to_start_without_the_policy_of_the_page(python: PythonPage) -> None:
    """Started by its address, a worker would have no policy."""
    said = await python.js("""
      const worker = new Worker(new URL("assets/run/worker.js", document.querySelector("link[rel=stylesheet]").href.replace(/assets\\/.*/, "")), { type: "module" });
      return new Promise((resolve) => {
        worker.onerror = (event) => { event.preventDefault(); resolve(event.message); };
        worker.onmessage = () => resolve("it started");
        worker.postMessage({ id: 1, call: "boot" });
      });
    """)
    assert "not started from a blob" in said


async def test_nothing_but_shapes_and_text_comes_out_of_a_figure(python: PythonPage) -> None:
    """A reader's code, or that of a shared link, can send what looks like a figure."""
    forged = """
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="globalThis.attacked = 1" viewBox="0 0 9 9">
<script>globalThis.attacked = 2</script><style>* { display: none }</style>
<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" srcdoc="x"/><form xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>
<a href="javascript:globalThis.attacked = 3"><text onclick="globalThis.attacked = 4" id="__search">Click</text></a>
<image href="https://other.example/pixel.png"/><image href="data:image/svg+xml,x"/><image href="data:image/png;base64,iVBO"/>
<use xlink:href="#x"/><path d="M0 0" fill="url(https://other.example/#x)" style="position:fixed"/><animate attributeName="href"/>
</svg>"""
    figures = (
        await python.run(
            "import js\nfrom pyodide.ffi import to_js\n"
            "for number in range(1, 500):\n"
            f"    js.postMessage(to_js(dict(run=number, kind='figure', text={forged!r}), dict_converter=js.Object.fromEntries))"
        )
    )["figures"]
    assert figures, "no forged figure came through; has the way of messages changed?"
    kept = await python.js(
        """
        const root = new DOMParser().parseFromString(argument, "image/svg+xml").documentElement;
        return [root, ...root.querySelectorAll("*")].flatMap((e) => [e.localName, ...[...e.attributes].map(({ name, value }) => `${name}=${value}`)]);
        """,
        figures[0],
    )
    assert kept == ["svg", "xmlns=http://www.w3.org/2000/svg", "viewBox=0 0 9 9", "image", "image", "image", "href=data:image/png;base64,iVBO", "path", "d=M0 0"]  # fmt: skip


async def test_a_film_keeps_its_frames(python: PythonPage) -> None:
    """The style sheet hides those that stand between, so their classes must come through."""
    ran = await python.run(
        "import matplotlib.pyplot as plt\nfor n in range(3):\n    plt.plot([n, n + 1], gid=f'frame-{n}' if n == 2 else f'between-{n}')\nplt.show()"
    )
    assert 'class="book-frame book-between" style="--frame:0"' in ran["figures"][0]
    assert 'class="book-frame book-end" style="--frame:2"' in ran["figures"][0]


async def test_text_of_a_reader_stays_text_in_figures_and_output(python: PythonPage) -> None:
    evil = "<img src=x onerror=alert(1)></text><script>alert(1)</script>"
    ran = await python.run(
        f"import matplotlib.pyplot as plt\nevil = {evil!r}\nprint(evil)\nplt.plot([1, 2], label=evil)\nplt.title(evil)\nplt.xlabel(evil)\nplt.legend()\nplt.show()\nraise ValueError(evil)"
    )
    assert ran["stdout"] == f"{evil}\n"
    assert ran["error"]["text"].endswith(f"ValueError: {evil}")
    texts = await python.js(
        """
        const root = new DOMParser().parseFromString(argument, "text/html").querySelector("svg");
        return [root.querySelectorAll("script, img").length, [...root.querySelectorAll("text")].filter((t) => t.textContent.includes("<script>")).length];
        """,
        ran["figures"][0],
    )
    assert texts[0] == 0
    assert texts[1] >= 3
    assert await python.js("return globalThis.attacked ?? 0") == 0
