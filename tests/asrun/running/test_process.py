"""A page runs once, in order, in a process of its own; nothing of it reaches another page."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from asrun.checking.book import Book
from asrun.model import Figure
from tests.asrun.conftest import SmallBook

FIGURE = 'plt.title("Growth")\nplt.xlabel("time (s)")\nplt.ylabel("mass (g)")'


def block(code: str, options: str = "", output: str = "") -> str:
    record = f"\n```output\n{output}\n```\n" if output else ""
    return f"\n```python{' ' if options else ''}{options}\n{code}\n```\n{record}"


def pieces(book: Book, place: int = 0, uri: str = "page.md") -> list[str]:
    """What a block gave: its text as it was printed, and a word for each figure."""
    given = book.runs[uri].blocks[place].pieces
    return ["figure" if isinstance(piece, Figure) else piece for piece in given]


# ---- where an error is ----


def test_an_error_in_a_module_that_a_module_imports(book: SmallBook) -> None:
    book.snippet("inner", "def divide(x):\n    return 1 / x\n")
    book.snippet("outer", "from snippets.inner import divide\n\n\ndef invert(x):\n    return divide(x)\n")
    book.page(block("from snippets.outer import invert\n\ninvert(0)"))
    assert book.problems() == ["snippets/inner.py:2: ZeroDivisionError: division by zero (run by docs/page.md:6)"]


def test_a_syntax_error_in_a_module(book: SmallBook) -> None:
    book.snippet("broken", "x = 1\ny = = 2\n")
    book.page(block("x = 1\nimport snippets.broken"))
    assert book.problems() == ["snippets/broken.py:2: SyntaxError: invalid syntax (run by docs/page.md:6)"]


def test_an_error_raised_by_a_library_is_told_at_the_last_own_line(book: SmallBook) -> None:
    book.snippet("solve", "import numpy as np\n\n\ndef solve(a):\n    return np.linalg.inv(a)\n")
    book.page(block("from snippets.solve import solve\n\nsolve([[0.0]])"))
    assert book.problems() == ["snippets/solve.py:5: LinAlgError: Singular matrix (run by docs/page.md:6)"]


def test_an_error_in_generated_code_is_told_at_the_line_of_the_page(book: SmallBook) -> None:
    book.page(block("x = 1\nexec('1 / 0')"))
    assert book.problems() == ["docs/page.md:8: ZeroDivisionError: division by zero"]


def test_own_lines_before_and_behind_an_include_keep_their_lines(book: SmallBook) -> None:
    book.snippet("part", "\n\n# --8<-- [start:f]\ndef f(x):\n\n    return 1 / x\n# --8<-- [end:f]\n")
    include = '--8<-- "part.py:f"'
    book.page(block(f"x = 1\n{include}\n\ny = 2\nf(1)\n1 / 0") + block("x = f(0)"))
    assert book.problems() == [
        "docs/page.md:12: ZeroDivisionError: division by zero",
        "snippets/part.py:4: ZeroDivisionError: division by zero (run by docs/page.md:15)",
    ]


# ---- one namespace a page ----


def test_blocks_of_a_page_share_their_names_and_pages_do_not(book: SmallBook) -> None:
    book.page(block("x = 1") + block("x += 1\nprint(x)", output="2"), "a.md")
    book.page(block("print('x' in globals())", output="False"), "b.md")
    assert book.problems() == []


LEAVE_TRACES = """\
import os, random, sys, types
import matplotlib.pyplot as plt
import numpy as np

plt.rcParams["lines.linewidth"] = 77
os.environ["TRACE"] = "1"
os.chdir("/")
sys.path.insert(0, "/trace")
sys.modules["trace_of_a_page"] = types.ModuleType("trace_of_a_page")
np.set_printoptions(precision=2)
np.seterr(all="ignore")
np.trace_of_a_page = 1
sys.setrecursionlimit(500)"""
FIND_TRACES = """\
import os, sys
import matplotlib.pyplot as plt
import numpy as np

print(plt.rcParams["lines.linewidth"], plt.get_fignums())
print(os.environ.get("TRACE"), os.listdir())
print("/trace" in sys.path, "trace_of_a_page" in sys.modules)
print(np.array([1 / 3]), np.geterr()["divide"], hasattr(np, "trace_of_a_page"))
print(sys.getrecursionlimit())"""


def test_nothing_of_a_page_reaches_another(book: SmallBook) -> None:
    found = "1.5 []\nNone []\nFalse False\n[0.33333333] warn False\n1000"
    pages = ["a", "c", "e", "g"]
    for name in pages:
        book.page(block(LEAVE_TRACES), f"{name}.md")
        book.page(block(FIND_TRACES, output=found), f"{chr(ord(name) + 1)}.md")
    assert book.problems() == []


def test_every_page_starts_with_the_style_of_the_book(book: SmallBook) -> None:
    book.write("snippets/look.py", 'STYLE = {"font.size": 13, "lines.linewidth": 3}\n')
    code = "import matplotlib.pyplot as plt\nprint(plt.rcParams['font.size'], plt.rcParams['lines.linewidth'])"
    book.page(block(code, output="13.0 3.0"))
    assert book.problems() == []


def test_global_random_states_are_the_same_on_every_page(book: SmallBook) -> None:
    code = "import random\nimport numpy as np\nprint(np.random.get_state()[1][0], random.getstate()[1][0])"
    for name in ("a", "b", "c"):
        book.page(block(code), f"{name}.md")
    checked = book.verify()
    assert len({pieces(checked, uri=uri)[0] for uri in checked.pages}) == 1


def test_hashes_of_strings_are_the_same_in_every_process(book: SmallBook) -> None:
    for name in ("a", "b"):
        book.page(block("print(hash('text'), list({'one', 'two', 'three'}))"), f"{name}.md")
    checked = book.verify()
    assert pieces(checked, uri="a.md") == pieces(checked, uri="b.md")


# ---- what stands around the code ----


def test_code_is_the_main_module(book: SmallBook) -> None:
    code = """\
from __future__ import annotations

import pickle
from dataclasses import dataclass

@dataclass
class Point:
    x: int = 3

if __name__ == "__main__":
    print(Point(), Point.__module__, pickle.loads(pickle.dumps(Point(4))))"""
    book.page(block(code, output="Point(x=3) __main__ Point(x=4)"))
    assert book.problems() == []


def test_a_future_import_of_one_block_is_not_in_force_in_the_next(book: SmallBook) -> None:
    book.page(
        block(
            "from __future__ import annotations\ndef f(x: int): pass\nprint(f.__annotations__)", output="{'x': 'int'}"
        )
        + block("def f(x: int): pass\nprint(f.__annotations__)", output="{'x': <class 'int'>}")
    )
    assert book.problems() == []


def test_data_are_read_by_one_relative_path(book: SmallBook) -> None:
    book.write("docs/data/points.csv", "1,2\n")
    book.page(block("with open('data/points.csv') as file:\n    print(file.read())", output="1,2"), "part/page.md")
    assert book.problems() == []


def test_a_page_may_write_into_its_own_folder_and_the_file_is_gone_afterwards(book: SmallBook) -> None:
    before = {path for path in book.root.rglob("*") if path.name == "own.txt"}
    book.page(
        block("from pathlib import Path\n_ = Path('own.txt').write_text('text')")
        + block(
            "print(Path('own.txt').read_text(), Path('own.txt').resolve().parent == Path.cwd())", output="text True"
        )
        + block("Path('own.txt').rename('other.txt')\nPath('other.txt').unlink()")
    )
    assert book.problems() == []
    assert {path for path in book.root.rglob("*") if path.name == "own.txt"} == before


def test_modules_beside_the_engine_do_not_exist_for_another_book(book: SmallBook) -> None:
    book.page(block("try:\n    import snippets.plots\nexcept ImportError:\n    print('not there')", output="not there"))
    assert book.problems() == []


def test_importing_leaves_no_files_in_the_book(book: SmallBook) -> None:
    book.snippet("part", "x = 1\n")
    book.page(block("from snippets.part import x"))
    assert book.problems() == []
    assert not list(book.root.rglob("*.pyc"))


# ---- what a block shows ----


def test_output_of_subprocesses_and_of_the_system_comes_in_order(book: SmallBook) -> None:
    code = """\
import os, subprocess, sys

print("one")
subprocess.run(["echo", "two"], check=True)
os.write(1, b"three\\n") and None
sys.stdout.write("four\\n") and None
print("fünf", end="")"""
    book.page(block(code, output="one\ntwo\nthree\nfour\nfünf"))
    assert book.problems() == []


def test_a_bare_last_expression_shows_nothing(book: SmallBook) -> None:
    book.page(block("1 + 1\n'text'\n[1, 2]"))
    checked = book.verify()
    assert checked.problems == ()
    assert pieces(checked) == []


def test_prints_and_figures_keep_their_order(book: SmallBook) -> None:
    draw = f"plt.plot([1, 2])\n{FIGURE}\nplt.show()"
    code = f"import matplotlib.pyplot as plt\nprint('one')\n{draw}\nprint('two')\n{draw}\nprint('three')"
    book.page(block(code, 'alt="First | Second"', "one\ntwo\nthree"))
    checked = book.verify()
    assert checked.problems == ()
    assert pieces(checked) == ["one\n", "figure", "two\n", "figure", "three\n"]


def test_figures_that_are_left_open_are_shown_once_and_closed(book: SmallBook) -> None:
    draw = f"plt.figure()\nplt.plot([1, 2])\n{FIGURE}\n"
    book.page(
        block(f"import matplotlib.pyplot as plt\n{draw}{draw}print('text')", 'alt="First | Second"', "text")
        + block("print(plt.get_fignums())", output="[]")
        + block(draw, 'alt="Third"')
    )
    checked = book.verify()
    assert checked.problems == ()
    assert pieces(checked) == ["text\n", "figure", "figure"]  # they come at the end of the block
    assert pieces(checked, 2) == ["figure"]


def test_show_takes_the_arguments_that_it_has_elsewhere(book: SmallBook) -> None:
    code = f"import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.plot([1, 2])\n{FIGURE}\nplt.show(block=False)"
    book.page(block(code, 'alt="A line"'))
    assert book.problems() == []


def test_what_was_printed_before_an_expected_error_is_shown_above_it(book: SmallBook) -> None:
    book.page(block("print('text')\n[][1]", 'raises="IndexError"', "text\nIndexError: list index out of range"))
    checked = book.verify()
    assert checked.problems == ()
    assert checked.runs["page.md"].blocks[0].outcome == "raised IndexError"


# ---- processes ----


def test_pages_run_at_the_same_time(book: SmallBook, tmp_path: Path) -> None:
    """Each of two pages waits until the other has started: one after the other, both would end at the time limit."""
    for name, other in (("a", "b"), ("b", "a")):
        code = f"""\
import time
from pathlib import Path

Path({str(tmp_path / name)!r}).touch()
while not Path({str(tmp_path / other)!r}).exists():
    time.sleep(0.01)"""
        book.page(block(code), f"{name}.md")
    assert book.problems() == []


@pytest.mark.parametrize("ending", ["", "\nos._exit(0)", "\nwhile True: pass"])
def test_processes_that_a_page_leaves_behind_are_ended(book: SmallBook, tmp_path: Path, ending: str) -> None:
    sign = tmp_path / "alive"
    code = f"""\
import os, subprocess, time

loop = "while true; do touch {sign}; sleep 0.01; done"
child = subprocess.Popen(["sh", "-c", loop])
while not os.path.exists({str(sign)!r}):
    time.sleep(0.01)
child.returncode = 0  # nobody needs to be told that it still runs{ending}"""
    SmallBook(book.root, time_limit=2).page(block(code))
    SmallBook(book.root, time_limit=2).problems()
    deadline = time.monotonic() + 20
    while True:  # a process that has been killed touches the file no more
        sign.unlink(missing_ok=True)
        pause = time.monotonic() + 0.5
        while time.monotonic() < pause and not sign.exists():
            time.sleep(0.01)
        if not sign.exists():
            break
        assert time.monotonic() < deadline, "the process is still there"


def test_a_server_that_was_killed_is_replaced(book: SmallBook) -> None:
    from asrun.running import server as forker

    book.page(block("x = 1"))
    assert book.problems() == []
    for running in forker._running.values():
        running.process.kill()
        running.process.wait()
    book.page(block("x = 2"))
    assert book.problems() == []
