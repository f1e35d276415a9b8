"""The program of a block prints what the block prints at its place on the page: every way in which an earlier line can matter."""

from __future__ import annotations

import builtins
import contextlib
import io
import json
import linecache
import os
import sys
import textwrap
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import pytest

from asrun.model import Facts
from asrun.programs import About, Library, Programs, Source, Unclear
from asrun.running.recorder import Recorder, compiled

ABOUT = About("A page", "https://example.org/page/", "A book", "MIT License.", "3.11", {"numpy": "2.4.6"})
MODULES = {
    "tools": '''\
        """Tools."""

        import math

        from snippets.more import half

        SCALE = 10


        # --8<-- [start:grow]
        def grow(items: list, by: float = SCALE) -> None:
            """Add to a list, in place."""
            items.append(by)


        # --8<-- [end:grow]


        def area(r: float) -> float:  # noqa: E501
            """Of a circle."""
            return half(2 * math.pi * r**2)


        def draw(rng, n: int):
            """Move a generator on."""
            return [int(rng.integers(0, 100)) for _ in range(n)]


        def unused() -> None:
            """Nobody needs this."""


        if __name__ == "__main__":
            print("never")
    ''',
    "more": '''\
        def half(x: float) -> float:
            """One of two."""
            return x / 2
    ''',
    "other": '''\
        def half(x: float) -> str:
            """Another one of that name."""
            return f"{x} / 2"


        def told(x: float) -> str:
            """Uses it."""
            return f"half is {half(x)}"
    ''',
    "store": '''\
        _KEPT: list[list[int]] = []


        def keep(items: list[int]) -> list[int]:
            """Hold on to a list."""
            _KEPT.append(items)
            return items


        def grow() -> None:
            """Change all that is held."""
            for items in _KEPT:
                items.append(len(items))
    ''',
    "reader": '''\
        import json
        from pathlib import Path


        def load(path: str) -> dict:
            """Read JSON."""
            return json.loads(Path(path).read_text("utf-8"))
    ''',
}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    for name, source in MODULES.items():
        path = tmp_path / "book" / "snippets" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source))
    (tmp_path / "book/snippets/__init__.py").touch()
    data = tmp_path / "book" / "data"
    (data / "sets").mkdir(parents=True)
    (data / "small.csv").write_text("a,b\n1,2\n")
    (data / "large.csv").write_text("".join(f"{n},{n * n}\n" for n in range(1000)))
    (data / "times.json").write_text(json.dumps({"date": "today", "works": {"a": 1, "b": 2}, "rest": list(range(99))}))
    for name in ("one", "two", "three"):
        (data / "sets" / f"{name}.dat").write_text(name)
    return Library(tmp_path / "book" / "snippets", data)


matplotlib.use("agg")  # as the process of a page does, or the first plot would change the settings


def run_program(code: str) -> str:
    out = io.StringIO()
    linecache.cache["<program>"] = (len(code), None, code.splitlines(True), "<program>")
    with contextlib.redirect_stdout(out):
        exec(compile(code, "<program>", "exec", dont_inherit=True), types.ModuleType("__main__").__dict__)
    return out.getvalue()


def on_page(blocks: Sequence[Source], library: Library, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Source], str]:
    """The blocks with what the recorder noted of them, and what the last one prints where all before it have run."""
    book = library.modules.parent
    monkeypatch.syspath_prepend(str(book))
    monkeypatch.chdir(book)
    out = io.StringIO()
    recorder = Recorder(str(book), str(library.data), "snippets", out.tell)
    monkeypatch.setitem(sys.modules, "__main__", recorder.main)
    recorders.append(recorder)
    for name in [name for name in sys.modules if name.split(".")[0] == "snippets"]:
        monkeypatch.delitem(sys.modules, name)
    recorded, start = [], 0
    for number, block in enumerate(blocks):
        file, start = f"<block {number}>", out.tell()
        linecache.cache[file] = (len(block.code), None, block.code.splitlines(True), file)
        expected: tuple[type[BaseException], ...] = (getattr(builtins, block.raises),) if block.raises else ()
        facts: list[Facts] = []
        with contextlib.redirect_stdout(out), contextlib.suppress(*expected):
            recorder.run(compiled(block.code, file), facts)
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
        recorded.append(Source(block.code, block.raises, tuple(facts)))
    recorders.remove(recorder)
    for name in [name for name in sys.modules if name.split(".")[0] == "snippets"]:
        del sys.modules[name]
    return recorded, out.getvalue()[start:]


recorders: list[Recorder] = []  # those at work, which hear of every file that is opened


def hear(event: str, args: tuple[Any, ...]) -> None:
    if event == "open" and recorders and isinstance(args[0], (str, bytes)):
        recorders[-1].opened(os.path.abspath(os.fsdecode(args[0])), bool((args[2] or 0) & (os.O_WRONLY | os.O_RDWR)))


sys.addaudithook(hear)


def programs_of(blocks: Sequence[str | Source], library: Library) -> Programs:
    """The programs of a page that has run."""
    sources = [block if isinstance(block, Source) else Source(block) for block in blocks]
    with pytest.MonkeyPatch.context() as patch:
        return Programs(on_page(sources, library, patch)[0], library)


def check(blocks: Sequence[str | Source], library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The program of the last block, which has been seen to print what the block prints on the page."""
    sources = [block if isinstance(block, Source) else Source(textwrap.dedent(block).strip("\n")) for block in blocks]
    with monkeypatch.context() as patch:
        recorded, wanted = on_page(sources, library, patch)
    assert wanted, "the last block must print, or nothing is tested"
    made: str = Programs(recorded, library).program(len(sources), ABOUT)
    empty = tmp_path / "empty"
    empty.mkdir(exist_ok=True)
    monkeypatch.chdir(empty)
    assert run_program(made) == wanted, made
    return made


# What an earlier line may do to a later one. The last block of each prints.
DEPENDENCES: dict[str, list[str]] = {
    "a name": ["x = 1", "print(x)"],
    "the last of several": ["x = 1\nx = 2", "x = 3", "print(x)"],
    "an augmented assignment": ["x = 1", "x += 1", "print(x)"],
    "one within a loop": ["x = 0", "for n in range(3):\n    x += n", "print(x)"],
    "a method that changes": ["a = []", "a.append(1)", "print(a)"],
    "an item": ["a = [0, 0]", "a[1] = 5", "print(a)"],
    "a slice": ["a = [0, 0, 0]", "a[1:] = [5]", "print(a)"],
    "an attribute": ["import types\na = types.SimpleNamespace(n=0)", "a.n = 5", "print(a.n)"],
    "an item deleted": ["a = [1, 2]", "del a[0]", "print(a)"],
    "another name of the same": ["a = [1]\nb = a", "b.append(2)", "print(a)"],
    "another name, by two targets": ["a = b = []", "b.append(2)", "print(a)"],
    "a part of something": ["a = {'k': [1]}", "part = a['k']\npart.append(2)", "print(a)"],
    "what was put in": ["a, b = [], [1]\na.append(b)", "b.append(2)", "print(a)"],
    "what was put in by item": ["a, b = {}, [1]\na['k'] = b", "b.append(2)", "print(a)"],
    "a view of an array": ["import numpy as np\na = np.zeros(3)\nb = a[1:]", "b[0] = 7", "print(a)"],
    "a transposed view": ["import numpy as np\na = np.zeros((1, 2))\nb, c = a.T", "c[0] = 7", "print(a)"],
    "a reshaped view": ["import numpy as np\na = np.zeros(4)\nb = np.reshape(a, (2, 2))", "b += 1", "print(a)"],
    "a function of NumPy that fills": [
        "import numpy as np\na = np.zeros((2, 2))", "np.fill_diagonal(a, 3)", "print(a)",
    ],
    "out=": ["import numpy as np\na = np.zeros(2)", "np.add(1, 2, out=a)", "print(a)"],
    "a generator of random numbers": [
        "import numpy as np\nrng = np.random.default_rng(0)", "print(rng.normal())", "print(rng.normal())",
    ],
    "one drawn from in a call": [
        "import numpy as np\nrng = np.random.default_rng(0)",
        "from snippets.tools import draw\nfirst = draw(rng, 3)",
        "print(draw(rng, 3))",
    ],
    "one drawn from in an f-string": [
        "import numpy as np\nrng = np.random.default_rng(0)", "x = f'{rng.integers(9)}'", "print(rng.integers(99))",
    ],
    "one passed on by name": [
        "import numpy as np\nrng = np.random.default_rng(0)\nother = rng", "other.random()", "print(rng.random())",
    ],
    "one in a list": [
        "import numpy as np\nboth = [np.random.default_rng(0)]",
        "for one in both:\n    one.random()",
        "print(both[0].random())",
    ],
    "one drawn from by a function that holds it": [
        "import numpy as np\nrng = np.random.default_rng(0)\ndef toss():\n    return rng.integers(0, 99)",
        "toss()",
        "print(rng.integers(0, 99))",
    ],
    "one drawn from by a function handed on": [
        "import numpy as np\nrng = np.random.default_rng(0)\ndef toss(n):\n    return rng.integers(0, 99)",
        "list(map(toss, range(3)))",
        "print(rng.integers(0, 99))",
    ],
    "one drawn from by a generator function": [
        "import numpy as np\nrng = np.random.default_rng(0)\ndef tosses(r):\n    while True:\n        yield r.integers(99)",
        "t = tosses(rng)\nnext(t)",
        "print(rng.integers(99))",
    ],
    "an iterator": ["it = iter([1, 2, 3])", "next(it)", "print(next(it))"],
    "an iterator run through": ["it = (n for n in range(5))", "for n in it:\n    if n == 2:\n        break", "print(list(it))"],
    "an iterator that something was zipped with": ["it = iter('abc')", "pairs = list(zip([1], it))", "print(next(it))"],
    "an iterator summed": ["it = iter([1, 2])", "print(sum(it))", "print(list(it))"],
    "an iterator in a comprehension": ["it = iter([1, 2, 3])", "a = [x for x, _ in zip(it, '12')]", "print(list(it))"],
    "a generator expression that looks up late": ["k = 1\ng = (k * n for n in [1, 2])", "k = 10", "print(list(g))"],
    "a function": ["def f(x):\n    return x + 1", "print(f(1))"],
    "what a function looks up": ["k = 1", "def f():\n    return k", "print(f())"],
    "what it looks up when it is called": ["k = 1\ndef f():\n    return k", "k = 2", "print(f())"],
    "what is defined behind it": ["def f():\n    return g()", "def g():\n    return 'later'", "print(f())"],
    "what a function in a list looks up": ["k = 1\ndef f():\n    return k\nways = [f]", "k = 2", "print([w() for w in ways])"],
    "what a lambda looks up": ["k = 1\nf = lambda: k", "k = 2", "print(f())"],
    "a default, which is evaluated once": ["k = 1", "def f(x=k):\n    return x", "k = 2", "print(f())"],
    "a default that remembers": ["def f(x, seen=[]):\n    seen.append(x)\n    return seen", "f(1)", "print(f(2))"],
    "a closure": ["def adder(n):\n    return lambda x: x + n", "add = adder(5)", "print(add(1))"],
    "a closure that counts": [
        "def counter():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n    return up\nup = counter()",
        "up()",
        "print(up())",
    ],
    "a closure over a list": [
        "def box():\n    held = []\n    def put(x):\n        held.append(x)\n        return held\n    return put\nput = box()",
        "put(1)",
        "print(put(2))",
    ],
    "global": ["n = 0\ndef up():\n    global n\n    n += 1", "up()", "print(n)"],
    "a global list changed by a function": ["log = []\ndef note(x):\n    log.append(x)", "note(1)", "print(log)"],
    "an argument changed by a function": ["def f(a):\n    a[0] = 9", "a = [1]\nf(a)", "print(a)"],
    "an argument changed two calls down": [
        "def f(a):\n    a.append(1)\ndef g(a):\n    f(a)", "a = []", "g(a)", "print(a)",
    ],
    "an argument changed by a module": ["from snippets.tools import grow\na = []", "grow(a)", "print(a)"],
    "an argument changed by keyword": ["def f(n, into):\n    into.append(n)", "a = []", "f(1, into=a)", "print(a)"],
    "an argument changed by a function handed on": [
        "def f(a):\n    a.append(1)\ndef apply(way, a):\n    way(a)", "a = []", "apply(f, a)", "print(a)",
    ],
    "a recursive function": ["def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)", "print(f(10))"],
    "two functions that call each other": [
        "def even(n):\n    return n == 0 or odd(n - 1)\ndef odd(n):\n    return n > 0 and even(n - 1)", "print(even(10))",
    ],
    "a decorator": ["def twice(f):\n    return lambda: 2 * f()", "@twice\ndef g():\n    return 4", "print(g())"],
    "a class": ["class A:\n    k = 3\n    def m(self):\n        return self.k", "print(A().m())"],
    "what a class body looks up": ["k = 2", "class A:\n    j = k + 1", "print(A.j)"],
    "what a method looks up": ["k = 1\nclass A:\n    def m(self):\n        return k", "a = A()", "k = 2", "print(a.m())"],
    "a base class": ["class A:\n    def m(self):\n        return 'A'", "class B(A):\n    pass", "print(B().m())"],
    "an object that a method changes": [
        "class A:\n    def __init__(self):\n        self.n = 0\n    def up(self):\n        self.n += 1",
        "a = A()",
        "a.up()",
        "print(a.n)",
    ],
    "an object that a method returns": [
        "class A:\n    def fit(self, x):\n        self.x = x\n        return self", "a = A()\nb = a.fit(3)", "a.fit(4)", "print(b.x)",
    ],
    "an object of a library": [
        "from collections import Counter\nc = Counter()", "c.update('aab')", "print(c)",
    ],
    "a dataclass": ["from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 0", "p = P()\np.x = 3", "print(p)"],
    "a name bound in a loop": ["for n in [1, 2]:\n    last = n", "print(n, last)"],
    "a name bound under a condition": ["x = 1", "if x:\n    y = 2\nelse:\n    y = 3", "print(y)"],
    "a name that a condition may bind": ["y = 1\nflag = False", "if flag:\n    y = 2", "print(y)"],
    "a name bound by with": ["import io\nwith io.StringIO('abc') as f:\n    text = f.read()", "print(text)"],
    "a name bound in try": ["try:\n    x = 1 / 0\nexcept ZeroDivisionError:\n    x = 'none'", "print(x)"],
    "a name bound by walrus": ["if (n := 10) > 5:\n    pass", "print(n)"],
    "a walrus in a comprehension": ["a = [last := n for n in range(3)]", "print(last)"],
    "a name bound by match": ["p = (1, 2)", "match p:\n    case (a, b):\n        s = a + b", "print(s)"],
    "a while loop": ["n = 5", "while n > 2:\n    n -= 1", "print(n)"],
    "a loop that is left early": [
        "found = None\nfor n in range(9):\n    if n * n > 20:\n        found = n\n        break", "print(found, n)",
    ],
    "a loop with else": ["for n in range(3):\n    pass\nelse:\n    end = 'done'", "print(end)"],
    "a name deleted": ["x = 1", "del x", "print('x' in globals())"],
    "unpacking with a star": ["a, *b = 1, 2, 3", "print(b)"],
    "a swap": ["a, b = 1, 2", "a, b = b, a", "print(a, b)"],
    "two statements in a line": ["a = 1; b = a + 1", "print(b)"],
    "the scope of a comprehension": ["n = 7", "squares = [n * n for n in range(3)]", "print(n, squares)"],
    "a comprehension that reads": ["k = 3", "a = [k * n for n in range(3)]", "print(a)"],
    "a file that was written": ["with open('made.txt', 'w') as f:\n    f.write('abc')", "print(open('made.txt').read())"],
    "a file written by its path": [
        "from pathlib import Path\nPath('made2.txt').write_text('abc')", "print(Path('made2.txt').read_text())",
    ],
    "a setting": ["import numpy as np", "np.set_printoptions(precision=2)", "print(np.array([1 / 3]))", ],
    "a setting of Matplotlib": [
        "import matplotlib.pyplot as plt", "plt.rcParams['font.size'] = 33.0", "print(plt.rcParams['font.size'])",
    ],
    "the global random state": ["import random\nrandom.seed(1)", "random.random()", "print(random.random())"],
    "exec": ["exec('hidden = 3')", "print(hidden)"],
    "an annotation with a value": ["x: int = 3", "print(x)"],
    "an annotated function": ["Pair = tuple[int, int]", "def f(x: Pair) -> Pair:\n    return x", "print(f((1, 2)))"],
    "names in an f-string": ["k, width = 3.14159, 8", "print(f'{k:{width}.2f}')"],
    "an import under another name": ["import math as m", "print(m.pi)"],
    "an attribute of a function": ["def f():\n    return f.n", "f.n = 3", "print(f())"],
    "a submodule": ["import os.path", "import os", "print(os.path.join('a', 'b'))"],
    "an import that a name hides": ["import math", "math = 3", "print(math)"],
    "a builtin that a name hides": ["sum = 3", "print(sum)"],
    "an import in try": ["try:\n    import nothing_like_it as j\nexcept ImportError:\n    import json as j", "print(j.dumps(1))"],
    "a module's function": ["from snippets.tools import area", "print(area(1))"],
    "a module's function under another name": ["from snippets.tools import area as circle", "print(circle(1))"],
    "a module's function of the same name as another's": [
        "from snippets.more import half\nfrom snippets.other import told", "print(half(3), told(3))",
    ],
    "a name that hides what a module's function needs": ["from snippets.tools import area", "half = 7", "print(half, area(1))"],
    "a function that hides what a module's function needs": [
        "from snippets.tools import area", "def half(x):\n    return 'mine'", "print(half(1), area(1))",
    ],
    "an imported function that is then hidden": ["from snippets.more import half\nx = half(3)", "half = x + 1", "print(half)"],
    "a name that is then imported": ["half = 5\nx = half", "from snippets.more import half", "print(x, half(3))"],
    "what a module has and the page shows": [
        "from snippets.tools import area\nx = area(1)",
        'def half(x: float) -> float:\n    """One of two."""\n    return x / 2',
        "print(half(3), x, area(2))",
    ],
    "a constant of a module": ["from snippets.tools import SCALE", "print(SCALE)"],
    "all names of a module": ["from math import *", "print(pi)"],
    "an attribute of a class": ["class A:\n    n = 0", "A.n += 1", "print(A.n)"],
    "what a class counts": [
        "class A:\n    made = []\n    def __init__(self):\n        self.made.append(self)", "a = A()", "print(len(A.made))",
    ],
    "a class of objects": ["class A:\n    n = 0\na = A()", "A.n = 5", "print(a.n)"],
    "what a library shuffles": [
        "import numpy as np\nx = np.arange(9)\nrng = np.random.default_rng(0)", "rng.shuffle(x)", "print(x)",
    ],
    "what a ufunc adds in place": ["import numpy as np\nx = np.zeros(3)", "np.add.at(x, [0, 0], 1)", "print(x)"],
    "what a method handed on changes": ["v = []", "list(map(v.append, [1, 2]))", "print(v)"],
    "a dict that makes what is asked for": [
        "from collections import defaultdict\nd = defaultdict(list)", "d['k']", "print(dict(d))",
    ],
    "what a module keeps": ["from snippets.store import keep, grow\nx = keep([1])", "grow()", "print(x)"],
    "numbers whose hashes are equal": ["a = [-1, 1]", "a[0], a[1] = -2, 1.0", "print(a)"],
    "main": ["x = 1", "if __name__ == '__main__':\n    print(x)"],
}  # fmt: skip


@pytest.mark.parametrize("blocks", DEPENDENCES.values(), ids=DEPENDENCES.keys())
def test_a_program_prints_what_its_block_prints(
    blocks: list[str], library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    check(blocks, library, tmp_path, monkeypatch)


# What must not stand in the program of the last block.
LEFT_OUT: dict[str, tuple[list[str], list[str]]] = {
    "other names": (["x = 1\ny = 2\nz = 3", "print(y)"], ["x = 1", "z = 3"]),
    "what was bound anew": (["x = [1]", "x = 2", "print(x)"], ["[1]"]),
    "what only prints": (["x = 1\nprint('sooner', x)", "print(x)"], ["sooner"]),
    "figures": (
        ["import matplotlib.pyplot as plt\nx = [1, 2]\nplt.plot(x)\nplt.title('sooner')", "print(x)"],
        ["sooner", "matplotlib"],
    ),
    "calls that change nothing": (
        ["import numpy as np\na = np.arange(3)\nprint(np.sort(a), a.mean(), sorted(a))", "print(a.sum())"],
        ["sort"],
    ),
    "functions that print": (["def say(x):\n    print('said', x)", "x = [1]\nsay(x)", "print(x)"], ["said"]),
    "what a method only reads": (
        ["class A:\n    def __init__(self):\n        self.n = 1\n    def get(self):\n        return self.n",
         "a = A()\nprint('got', a.get())", "print(a.n)"],
        ["got"],
    ),
    "imports that nothing uses": (["import csv\nimport json as j", "import numpy as np\nprint(1)"], ["csv", "json", "numpy"]),
    "functions of a module that nothing needs": (["from snippets.tools import area", "print(area(1))"], ["unused", "SCALE", "grow"]),
    "marks and words for tools": (["from snippets.tools import area, grow\na = []\ngrow(a)", "print(area(1), a)"], ["8<--", "noqa"]),
    "a generator that was made anew": (
        ["import numpy as np\nrng = np.random.default_rng(0)\nfirst = rng.normal()",
         "rng = np.random.default_rng(1)\nprint(rng.normal())"],
        ["default_rng(0)"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("blocks", "absent"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_a_program_holds_nothing_that_is_not_needed(
    blocks: list[str], absent: list[str], library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    made = check(blocks, library, tmp_path, monkeypatch)
    body = made.split("# ///\n")[-1]
    assert not [word for word in absent if word in body], made


# What a compound statement does beside that which is needed: it stays whole, prints nothing, and shows no figure.
WHOLE: dict[str, list[str]] = {
    "what a loop prints": ["total = 0\nfor n in range(3):\n    total += n\n    print('so far', total)", "print(total)"],
    "a condition that only prints": [
        "a = []\nfor n in range(9):\n    a.append(n)\n    if n % 3 == 0:\n        print('step', n)", "print(a)",
    ],
    "names that a loop binds by the way": [
        "for n in range(3):\n    square = n * n\n    cube = n**3", "print(square)",
    ],
    "drawing on axes": [
        "import matplotlib.pyplot as plt\n_, axes = plt.subplots(1, 2)\nfor ax, k in zip(axes, [1, 2]):\n"
        "    curve = [k]\n    ax.plot(curve)\n    ax.set_title('sooner')",
        "print(curve)",
    ],
    "a text over several lines": ["def f(x):\n    print('f')\n    return x\na = f(\"\"\"one\n  two\n\"\"\")", "print(repr(a))"],
}  # fmt: skip


@pytest.mark.parametrize("blocks", WHOLE.values(), ids=WHOLE.keys())
def test_a_compound_statement_stays_whole(
    blocks: list[str], library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    assert "plt.show()" not in check(blocks, library, tmp_path, monkeypatch)


def test_the_whole_of_a_program(library: Library) -> None:
    blocks = [
        "import numpy as np\n\nfrom snippets.tools import area\n\nrng = np.random.default_rng(0)\nprint(rng.normal())",
        "radius = 2  # meters\n\n# Twice as far.\nradius *= 2\nprint(radius)",
        "for _ in range(3):\n    print(area(radius))\n\nprint(rng.integers(9))",
    ]
    made = programs_of(blocks, library).program(3, ABOUT)
    assert made == textwrap.dedent('''\
        # Block 3 of “A page”
        # https://example.org/page/
        # From “A book”. MIT License.
        #
        # Runs with `uv run`, or after: pip install numpy==2.4.6
        #
        # /// script
        # requires-python = ">=3.11"
        # dependencies = ["numpy==2.4.6"]
        # ///

        import contextlib
        import io
        import math

        import numpy as np

        # From the modules of the book.


        def half(x: float) -> float:
            """One of two."""
            return x / 2


        def area(r: float) -> float:
            """Of a circle."""
            return half(2 * math.pi * r**2)


        # From earlier on the page.

        rng = np.random.default_rng(0)
        with contextlib.redirect_stdout(io.StringIO()):
            print(rng.normal())

        radius = 2  # meters

        # Twice as far.
        radius *= 2

        # The block.

        for _ in range(3):
            print(area(radius))

        print(rng.integers(9))
        ''')


def test_a_block_that_is_complete_stays_as_it_is(library: Library) -> None:
    code = '"""It says what it is."""\n\nimport math\n\nif __name__ == "__main__":\n    print(math.pi)'
    assert Programs([Source("x = 1"), Source(code)], library).program(2, ABOUT).endswith(f"# ///\n\n{code}\n")


def test_a_function_that_is_only_defined_finds_what_it_looks_up(library: Library) -> None:
    made = programs_of(["k = 3\nunrelated = 4", "def f():\n    return k"], library).program(2, ABOUT)
    assert "k = 3" in made
    assert "unrelated" not in made


def test_a_figure_is_shown_at_the_end(library: Library) -> None:
    blocks = [
        Source("import matplotlib.pyplot as plt"),
        Source("plt.plot([1, 2])"),
        Source("plt.plot([3])\nplt.show()"),
    ]
    programs = programs_of(blocks, library)
    assert programs.program(2, ABOUT).endswith("plt.plot([1, 2])\nplt.show()\n")
    assert programs.program(3, ABOUT).count("plt.show()") == 1


def test_a_block_that_raises_ends_with_its_error(library: Library) -> None:
    made = programs_of([Source("x = 1"), Source("print(x)\nint('x')", "ValueError")], library).program(2, ABOUT)
    with pytest.raises(ValueError, match="invalid literal"):
        exec(compile(made, "<program>", "exec"), {})


def test_what_a_raising_block_did_before_it_raised_stays(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = [Source("a = []"), Source("b = 2\na.append(int('1')); int('x')", "ValueError"), Source("print(a, b)")]
    made = check(blocks, library, tmp_path, monkeypatch)
    assert "contextlib.suppress(ValueError)" in made


# ---- data ----


def test_small_data_stand_in_the_program_as_they_are(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = check(["print(open('data/small.csv').read())"], library, tmp_path, monkeypatch)
    assert 'provide("data/small.csv", b"""\\\na,b\n1,2\n""")' in made
    assert (tmp_path / "empty/data/small.csv").read_text() == "a,b\n1,2\n"


def test_large_data_are_packed(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = check(["name = 'data/large.csv'", "print(len(open(name).read()))"], library, tmp_path, monkeypatch)
    assert "bz2.decompress" in made
    assert len(made) < len(library.read("data/large.csv"))
    assert max(map(len, made.splitlines())) <= 88


def test_a_file_that_is_there_is_left_alone(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty/data").mkdir(parents=True)
    (tmp_path / "empty/data/small.csv").write_text("a,b\n1,2\n")
    before = (tmp_path / "empty/data/small.csv").stat().st_mtime_ns
    check(["print(open('data/small.csv').read())"], library, tmp_path, monkeypatch)
    assert (tmp_path / "empty/data/small.csv").stat().st_mtime_ns == before


def test_a_json_file_travels_whole(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = "from snippets.reader import load\ntimes = load('data/times.json')"
    check([load, "for key in sorted(times):\n    print(key, times[key])"], library, tmp_path, monkeypatch)


def test_a_file_named_by_parts(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = ["names = ['one', 'two']", "for name in names:\n    print(open(f'data/sets/{name}.dat').read())"]
    made = check(blocks, library, tmp_path, monkeypatch)
    assert '"data/sets/one.dat"' in made
    assert "three.dat" not in made


def test_a_file_whose_name_is_computed(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = check(
        ["parts = ['th', 'ree']", "print(open(f'data/sets/{''.join(parts)}.dat').read())".replace("''", '""')],
        library,
        tmp_path,
        monkeypatch,
    )
    assert '"data/sets/three.dat"' in made
    assert "one.dat" not in made


# ---- what no program can be made of ----


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("from snippets.tools import *", "import by names"),
        ("import snippets.tools", "write `from snippets.tools import …`"),
        ("from snippets import tools", "write `from snippets.tools import …`"),
        ("from snippets.nothing import x", "there is no module snippets/nothing.py"),
        ("from snippets.tools import nothing", "snippets/tools.py has no 'nothing'"),
        ("x = = 1", "SyntaxError"),
    ],
)
def test_a_refusal_says_why(code: str, says: str, library: Library) -> None:
    with pytest.raises(Unclear, match="Block 1 of the page cannot be read"):
        Programs([Source(code)], library).program(1, ABOUT)
    with pytest.raises(Unclear) as told:
        Programs([Source(code)], library).program(1, ABOUT)
    assert says in str(told.value)


def test_a_block_that_cannot_be_read_does_not_spoil_the_others(library: Library) -> None:
    programs = Programs([Source("x = 1"), Source("y = = 2"), Source("print(x)")], library)
    assert "x = 1" in programs.program(3, ABOUT)


# ---- for the browser ----


def test_the_facts_of_blocks(library: Library) -> None:
    blocks = [
        "import numpy as np\nrng = np.random.default_rng(0)\na = [1]",
        "b = 2",
        "x = rng.normal()\na.append(b)",
        "print(a, x)",
    ]
    programs = programs_of(blocks, library)
    facts = [programs.told(number) for number in range(1, 5)]
    assert [fact["after"] for fact in facts] == [[], [], [1, 2], [1, 2, 3]]
    assert facts[0]["defines"] == ["a", "np", "rng"]
    assert facts[2]["defines"] == ["x"]
    assert facts[2]["changes"] == ["a", "rng"]
    assert facts[2]["uses"] == ["a", "b", "rng"]
    assert [fact["packages"] for fact in facts] == [["numpy"], [], ["numpy"], ["numpy"]]


def test_earlier_blocks_are_needed_with_what_they_need(library: Library) -> None:
    """A whole block runs in the browser, so what any of its lines needs must have run."""
    programs = programs_of(["a = 1", "b = 2\nprint(a)", "print(b)"], library)
    assert programs.told(3)["after"] == [1, 2]


def test_one_program_by_itself(library: Library) -> None:
    assert "x = 1" in Programs([Source("x = 1"), Source("print(x)")], library).program(2, ABOUT)
