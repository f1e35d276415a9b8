"""The Python in the page: it runs, stops, fails in a sentence, and the next run works, whatever happened."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from snippets.plots import STYLE
from tests.site.browser import flags, get_browser, uses_sandbox
from tests.site.built import Site
from tests.site.python import PythonPage, python_page
from tests.site.server import serving

COMPUTING = "print('go')\n"  # what a block prints first, so that a test knows that it computes


async def stop_while(python: PythonPage, code: str) -> dict[str, Any]:
    """Run a block, press Stop once it has printed, and tell what came of both."""
    found = await python.js(
        """
        let begun = false;
        const running = runtime.run({ page: "stops", block: 1, code: argument, onText: () => (begun = true) });
        await until(() => begun);
        const stopped = await runtime.stop();
        return { ...(await running), ...stopped };
        """,
        COMPUTING + code,
    )
    return dict(found)


# ---- Python that lives on: one for all of these, on a page that is cross-origin isolated ----


async def test_output_comes_while_the_block_runs_and_in_order(python: PythonPage) -> None:
    ran = await python.run(
        "import sys\nfor i in range(3):\n    print(i)\nprint('bad', file=sys.stderr)\nprint('end', end='')"
    )
    assert (ran["status"], ran["stdout"], ran["stderr"]) == ("done", "0\n1\n2\nend", "bad\n")
    assert ran["pieces"] >= 4


async def test_what_was_printed_before_a_long_computation_is_seen_before_its_end(python: PythonPage) -> None:
    lines = await python.js(
        """
        let text = "";
        runtime.run({ code: "for n in range(300):\\n    print(n)\\nwhile True: pass", onText: (more) => (text += more) });
        await until(() => text.endsWith("299\\n"));
        await runtime.stop();
        return text.split("\\n").length;
        """
    )
    assert lines == 301


async def test_a_page_has_a_namespace_of_its_own_that_can_be_emptied(python: PythonPage) -> None:
    await python.run("x = 1", "one")
    assert (await python.run("print('x' in globals(), __name__)", "two"))["stdout"] == "False __main__\n"
    assert (await python.run("print(x)", "one"))["stdout"] == "1\n"
    await python.js("await runtime.reset('one')")
    assert (await python.run("print('x' in globals())", "one"))["stdout"] == "False\n"


async def test_the_books_modules_and_data_are_there(python: PythonPage) -> None:
    ran = await python.run(
        "from snippets.loss import mse\nimport numpy as np\nprint(mse(np.ones(2), np.zeros(2)))\nprint(open('data/penguins.csv').readline().count(','))"
    )
    assert ran["status"] == "done", ran
    assert ran["stdout"].startswith("1.0\n")


async def test_settings_of_matplotlib_stay_on_their_page(python: PythonPage) -> None:
    await python.run("import matplotlib.pyplot as plt\nplt.rcParams['font.size'] = 33", "one")
    assert (await python.run("import matplotlib.pyplot as plt\nprint(plt.rcParams['font.size'])", "two"))[
        "stdout"
    ] == f"{STYLE['font.size']}\n"
    assert (await python.run("print(plt.rcParams['font.size'], plt.get_fignums())", "one"))["stdout"] == "33.0 []\n"


async def test_a_bare_expression_shows_nothing(python: PythonPage) -> None:
    ran = await python.run("1 + 1")
    assert (ran["status"], ran["stdout"]) == ("done", "")


async def test_a_traceback_holds_the_readers_own_lines_and_the_line_for_the_editor(python: PythonPage) -> None:
    await python.run("def half(x):\n    return 1 / x", block=1)
    ran = await python.run("import numpy as np\n\nnp.vectorize(half)(0)", block=2)
    assert ran["error"] == {
        "text": "Traceback (most recent call last):\n  block 2, line 3\n    np.vectorize(half)(0)\n  block 1, line 2, in half\n    return 1 / x\n"
        "            ~~^~~\nZeroDivisionError: division by zero",
        "line": 3,
        "column": 1,
    }
    ran = await python.run("x = 1\ny = = 2", block=3)
    assert (ran["error"]["line"], ran["error"]["column"]) == (2, 5)
    assert ran["error"]["text"].startswith('  File "block 3", line 2\n    y = = 2')


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("input('Name? ')", "input() has nobody to ask here: give the value in the code"),
        ("import sys\nsys.stdin.read()", "input() has nobody to ask here"),
        ("import sys\nsys.exit(1)", "the block called sys.exit() and ended there"),
        ("def f(n):\n    return f(n + 1)\nf(0)", "RecursionError: maximum recursion depth exceeded"),
        ("import sys\nsys.setrecursionlimit(10**9)\ndef f(n):\n    return f(n + 1)\nf(0)", "RecursionError"),
        ("import statsmodels", "The Python in this page does not have statsmodels. Copy the block as a program"),
        ("import numpy as np\nnp.ones(2**40)", "ValueError: Maximum allowed dimension exceeded"),
        ("import numpy as np\nnp.linalg.inv(np.zeros((2, 2)))", "LinAlgError: Singular matrix"),
        (
            "import threading\nthreading.Thread(target=print).start()",
            "The Python in this page has one thread and no processes",
        ),
        ("import pathlib\npathlib.Path('none.csv').read_text()", "FileNotFoundError"),
    ],
)
async def test_what_fails_says_what_to_do_and_the_next_run_works(python: PythonPage, code: str, sentence: str) -> None:
    ran = await python.run(code)
    assert ran["status"] == "error"
    assert sentence in ran["error"]["text"]
    assert "/lib/" not in ran["error"]["text"], "lines of somebody else"
    assert (await python.run("print('on')"))["stdout"] == "on\n"


async def test_an_error_that_a_block_is_there_to_raise_is_its_output(python: PythonPage) -> None:
    ran = await python.run("[][0]", raises="IndexError")
    assert (ran["status"], ran["stdout"]) == ("done", "IndexError: list index out of range\n")
    assert (await python.run("[][0]", raises="KeyError"))["status"] == "error"


async def test_a_warning_is_shown_with_its_line_each_time(python: PythonPage) -> None:
    for _ in range(2):
        ran = await python.run("import warnings\nwarnings.warn('careful')", block=4)
        assert (ran["status"], ran["stderr"]) == ("done", "block 4, line 2: UserWarning: careful\n")


async def test_text_of_all_alphabets_comes_as_it_is(python: PythonPage) -> None:
    ran = await python.run("print('ŷ ≈ Xw, 数据, 🐧, \\x1b[31m, \\ud800')")
    assert ran["status"] in ("done", "error")
    assert (await python.run("print('ŷ ≈ Xw, 数据, 🐧')"))["stdout"] == "ŷ ≈ Xw, 数据, 🐧\n"


async def test_ten_megabytes_are_cut_with_a_note_and_the_page_answers_meanwhile(python: PythonPage) -> None:
    begun = await python.js(
        """
        globalThis.much = { stdout: 0, stderr: "", done: null };
        const onText = (text, stream) => (stream === "stdout" ? (much.stdout += text.length) : (much.stderr += text));
        runtime.run({ code: "for _ in range(1_000_000):\\n    print('123456789')", onText }).then((result) => (much.done = result));
        await until(() => much.stdout > 0);
        return [much.done, runtime.state];
        """
    )
    assert begun == [None, "running"], "the page was told nothing before the block had ended"
    much = await python.js("await until(() => much.done); return much")
    assert much["done"]["status"] == "done"
    assert much["stdout"] == 1_000_000
    assert much["stderr"].strip() == "… cut: the block printed more than 1,000,000 characters"


async def test_five_hundred_figures_are_cut_with_a_note(python: PythonPage) -> None:
    ran = await python.run("import matplotlib.pyplot as plt\nfor _ in range(500):\n    plt.figure(layout='none')")
    assert (ran["status"], len(ran["figures"])) == ("done", 30)
    assert "… cut: the block drew more than 30 figures" in ran["stderr"]
    assert (await python.run("print(plt.get_fignums())"))["stdout"] == "[]\n"


async def test_large_packages_are_told_with_their_size_before_they_load(python: PythonPage) -> None:
    packages = await python.js("return runtime.packages('import sklearn.linear_model\\nimport numpy')")
    assert [(p["name"], p["loaded"]) for p in packages] in (
        [("scikit-learn", False), ("numpy", True)],
        [("scikit-learn", True), ("numpy", True)],  # another test had it loaded
    )
    by_module = await python.js("return runtime.packages('from snippets.estimator import LinearRegressionEstimator')")
    assert "scikit-learn" in {package["name"] for package in by_module}, "a module of the book imports it"
    assert packages[0]["loaded"] or 25e6 < packages[0]["bytes"] < 28e6
    missing = await python.js("return runtime.unavailable('import os, statsmodels, numpy')")
    assert [entry["name"] for entry in missing] == ["statsmodels"]


async def test_the_editor_gets_names_from_the_namespace(python: PythonPage) -> None:
    await python.run("import numpy as np\nweights = np.ones(3)\ndef weigh(): pass", "names")
    found = await python.js("return runtime.complete('names', 'print(wei', 9)")
    assert found == [{"name": "weigh", "kind": "function"}, {"name": "weights", "kind": "variable"}]
    assert {"name": "linalg", "kind": "module"} in await python.js("return runtime.complete('names', 'np.lin', 6)")
    assert await python.js("return runtime.complete('names', '1 + ', 4)") == []


async def test_edited_blocks_are_analyzed_and_made_programs(python: PythonPage) -> None:
    found = await python.js("return runtime.analyze(['a = 1', 'b = 2', 'print(a)'])")
    assert found[2]["after"] == [1]
    program = await python.js("return runtime.program(['a = 1', 'b = 2', 'print(a)'], 3, { title: 'A page' })")
    assert "a = 1" in program
    assert "b = 2" not in program


async def test_fifty_quick_runs_come_in_turn(python: PythonPage) -> None:
    said = await python.js(
        "return Promise.all(Array.from({ length: 50 }, (_, n) => run(`print(${n})`))).then((all) => all.map(({ stdout }) => stdout.trim()))"
    )
    assert said == [str(number) for number in range(50)]


async def test_stop_interrupts_a_loop_and_keeps_the_variables(python: PythonPage) -> None:
    await python.run("kept = 1", "stops")
    ran = await stop_while(python, "while True:\n    pass")
    assert (ran["status"], ran["lost"]) == ("stopped", False)
    assert (await python.run("print(kept)", "stops"))["stdout"] == "1\n"


async def test_stop_forgets_what_is_queued(python: PythonPage) -> None:
    found = await python.js(
        """
        let begun = false;
        const all = ["print('go')\\nwhile True: pass", "print(1)", "print(2)"].map((code) => runtime.run({ code, onText: () => (begun = true) }));
        await until(() => begun);
        await runtime.stop();
        return (await Promise.all(all)).map(({ status }) => status);
        """
    )
    assert found == ["stopped", "stopped", "stopped"]


async def test_stop_without_a_run_does_nothing(python: PythonPage) -> None:
    assert await python.js("return runtime.stop()") == {"lost": False}


async def test_stop_in_code_that_takes_no_interrupt_starts_python_anew(python: PythonPage) -> None:
    await python.run("kept = 1", "stops")
    ran = await stop_while(python, "sum(range(10**13))")
    assert (ran["status"], ran["lost"]) == ("stopped", True)
    assert (await python.run("print('kept' in globals())", "stops"))["stdout"] == "False\n"


# ---- Python on a page that is not isolated, as on most hosts ----


@pytest.fixture(scope="module")
def lone(runner: Any, browser: Browser, site: Site) -> Iterator[PythonPage]:
    opened = python_page(browser, f"{site.home}loss/")
    yield runner.run(opened.__aenter__())
    runner.run(opened.__aexit__(None, None, None))


async def test_a_start_tells_its_steps_and_sizes(lone: PythonPage) -> None:
    ran = await lone.run("import numpy as np\nprint(np.arange(3))")
    assert (ran["status"], ran["stdout"]) == ("done", "[0 1 2]\n"), ran
    steps = await lone.js("return progress.filter(Boolean)")
    assert steps[0]["text"] == "Loading Python, 5.5 MB"
    assert all(0 <= step["loaded"] <= step["total"] for step in steps)
    assert await lone.js("return states") == ["off", "loading", "ready", "running", "ready"]
    assert await lone.js("return runtime.isolated") is False


async def test_matplotlib_comes_in_the_background(lone: PythonPage) -> None:
    await lone.js("await until(() => progress.some((step) => step?.background))")
    ran = await lone.run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('behind')")
    assert (ran["status"], len(ran["figures"]), ran["stdout"], ran["stderr"]) == ("done", 1, "behind\n", "")
    assert 'fill="currentColor"' in ran["figures"][0] or 'stroke="currentColor"' in ran["figures"][0]
    assert lone.watch.problems == [], "what Python needs is refused by the policy, or asked of another host"


async def test_stop_starts_python_anew_from_a_spare(lone: PythonPage) -> None:
    await lone.run("kept = 1", "stops")
    before = await lone.js("return runtime.generation")
    ran = await stop_while(lone, "while True:\n    pass")
    assert (ran["status"], ran["lost"]) == ("stopped", True)
    assert (await lone.run("print('kept' in globals())", "stops"))["stdout"] == "False\n"
    assert await lone.js("return [runtime.generation, lost]") == [before + 1, before + 1]


async def test_a_worker_that_is_killed_while_it_runs_is_noticed(lone: PythonPage) -> None:
    ran = await lone.js(
        """
        let begun = false;
        const running = runtime.run({ code: "import js, time\\nprint('go')\\njs.close()\\ntime.sleep(0.2)", onText: () => (begun = true) });
        await until(() => begun);
        await running;
        await until(() => runtime.state === "off");
        return running;
        """
    )
    assert ran["status"] in ("lost", "done")
    assert (await lone.run("print('anew')"))["stdout"] == "anew\n"


async def test_python_lives_through_instant_navigation(lone: PythonPage) -> None:
    await lone.run("kept = 7", "navigation")
    await lone.page.evaluate("() => { globalThis.same = true; }")
    await lone.page.locator("a.book-turn__link--next").click()
    await lone.page.wait_for_url("**/closed-form/")
    assert await lone.page.evaluate("() => globalThis.same"), "the page was loaded in full"
    assert (await lone.run("print(kept)", "navigation"))["stdout"] == "7\n"


# ---- starts that fail ----


@asynccontextmanager
async def served(
    browser: Browser,
    folder: Path,
    headers: dict[str, str] | None = None,
    gone: set[str] | None = None,
    stuck: set[str] | None = None,
) -> AsyncIterator[PythonPage]:
    with serving(folder, headers, gone or set(), stuck or set()) as address:
        async with python_page(browser, f"{address}loss/") as python:
            yield python


BOOT = "return runtime.boot().then(() => 'ready', (error) => error.message)"


async def test_a_network_that_goes_while_python_loads_is_told_and_the_next_start_goes_on(
    browser: Browser, folder: Path
) -> None:
    gone = {"numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl"}
    async with served(browser, folder, gone=gone) as python:
        assert "Python could not be loaded: the connection is gone" in await python.js(BOOT)
        assert await python.js("return runtime.state") == "failed"
        ran = await python.run("print(1)")
        assert (ran["status"], ran["stdout"]) == ("failed", "")
        gone.clear()
        assert await python.js(BOOT) == "ready"
        gone.add("scikit_learn-1.6.1-cp312-cp312-pyodide_2024_0_wasm32.whl")
        ran = await python.run("import sklearn")
        assert ran["status"] == "failed"
        assert "scikit-learn could not be loaded" in ran["error"]["text"]
        assert (await python.run("print('on')"))["stdout"] == "on\n"


@pytest.mark.parametrize("name", ["worker.js", "pyodide.mjs", "pyodide-lock.json", "book.json", "pyodide.asm.wasm"])
async def test_whichever_file_is_missing_the_start_fails_in_a_sentence(
    browser: Browser, folder: Path, name: str
) -> None:
    async with served(browser, folder, gone={name}) as python:
        said = await python.js(BOOT)
        assert "could not be loaded" in said
        assert await python.js("return runtime.state") == "failed"


async def test_a_start_that_hangs_ends_in_a_sentence(browser: Browser, folder: Path) -> None:
    stuck = {"pyodide.asm.wasm"}
    async with served(browser, folder, stuck=stuck) as python:
        said = await python.js(f"runtime.patience = 1500; {BOOT}")
        stuck.clear()
        assert said.startswith("Python did not start: nothing has come for")


async def test_a_policy_that_forbids_webassembly_is_told(browser: Browser, folder: Path) -> None:
    policy = {"Content-Security-Policy": "script-src 'self' 'unsafe-inline' blob:; worker-src 'self' blob:"}
    async with served(browser, folder, headers=policy) as python:
        assert "forbids WebAssembly" in await python.js(BOOT)


async def test_a_browser_without_webassembly_is_told(browser: Browser, site: Site) -> None:
    kind = browser.browser_type
    without = await kind.launch(
        executable_path=get_browser(), chromium_sandbox=uses_sandbox(), args=[*flags(), "--js-flags=--jitless"]
    )
    try:
        async with python_page(without, f"{site.home}loss/") as python:
            assert "does not run WebAssembly" in await python.js(BOOT)
    finally:
        await without.close()


async def test_a_book_without_the_files_says_so(browser: Browser, folder: Path, tmp_path: Path) -> None:
    bare = tmp_path / "site"
    shutil.copytree(folder / "assets", bare / "assets", ignore=shutil.ignore_patterns("pyodide", "book.json"))
    (bare / "loss").mkdir()
    for name in ("sitemap.xml", "404.html", "loss/index.html"):
        shutil.copy(folder / name, bare / name)
    async with served(browser, bare) as python:
        assert "it was built without it" in await python.js(BOOT)
