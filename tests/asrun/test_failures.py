"""Every kind of bad input is told with file and line, in the words given here, and stays red until it is mended.

The body of a page written here begins with a line break after four lines of front matter: its first line is line 6.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.asrun.conftest import FRONT_MATTER, REPOSITORY, SmallBook

FIGURE = 'import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title("Growth")\nplt.xlabel("time (s)")\nplt.ylabel("mass (g)")'
GLOBAL_STATE = "draws from a global random state (np.random.… or random.…): use rng = np.random.default_rng(seed)"
UNSEEDED = "unseeded randomness: give default_rng a seed"


def block(code: str, options: str = "") -> str:
    """A page that is one block: its fence is line 6, its first statement line 7."""
    return f"\n```python{' ' if options else ''}{options}\n{code}\n```\n"


def recorded(text: str) -> str:
    return f"\n```output\n{text}\n```\n"


Case = tuple[str, str, list[str]]


def told(cases: list[Case]) -> Callable[..., None]:
    """Parametrize a test with (name, body of the page, all problems of the book)."""
    return pytest.mark.parametrize(
        ("body", "problems"), [pytest.param(body, problems, id=name) for name, body, problems in cases]
    )


# ---- running ----


@told(
    [
        ("raises", block("x = 1\nx / 0"), ["docs/page.md:8: ZeroDivisionError: division by zero"]),
        (
            "raises-in-a-figure",
            block("import matplotlib.pyplot as plt\nplt.plot([1, 2])\n1 / 0") + block("x = 1"),
            ["docs/page.md:9: ZeroDivisionError: division by zero"],
        ),
        (
            "raises-in-a-function",
            block("def f():\n    return 1 / 0\n\nf()"),
            ["docs/page.md:8: ZeroDivisionError: division by zero"],
        ),
        (
            "raises-in-a-library",
            block("import json\n\njson.loads('{')"),
            [
                "docs/page.md:9: JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
            ],
        ),
        ("raises-without-a-word", block("x = 1\nassert x == 2"), ["docs/page.md:8: AssertionError"]),
        ("interrupts", block("raise KeyboardInterrupt"), ["docs/page.md:7: KeyboardInterrupt"]),
        ("reads-input", block("input()"), ["docs/page.md:7: EOFError: EOF when reading a line"]),
        ("syntax-error", block("x = 1\ny = = 2"), ["docs/page.md:8: SyntaxError: invalid syntax"]),
        ("bad-indentation", block("x = 1\n  y = 2"), ["docs/page.md:8: IndentationError: unexpected indent"]),
        ("open-bracket", block("x = 1\ny = (1,\nz = 2"), ["docs/page.md:8: SyntaxError: '(' was never closed"]),
        (
            "sys.exit",
            block("import sys\nsys.exit(3)"),
            ["docs/page.md:8: the block calls sys.exit: delete it, the page goes on after it"],
        ),
        (
            "exit-without-an-error",
            block("x = 1\nexit()"),
            ["docs/page.md:8: the block calls sys.exit: delete it, the page goes on after it"],
        ),
        (
            "os._exit",
            block("import os\nos._exit(0)"),
            ["docs/page.md:7: the block ended the Python process (os._exit, or a signal)"],
        ),
        (
            "killed",
            block("import os\nos.kill(os.getpid(), 9)") + block("x = 1") + block("y = 1"),
            [
                "docs/page.md:7: the block ended the Python process (os._exit, or a signal) (2 blocks after it not run)",
            ],
        ),
        (
            "segmentation-fault",
            block("x = 1\nimport os\nos.kill(os.getpid(), 11)"),
            ["docs/page.md:9: the block crashed Python: Segmentation fault"],
        ),
        (
            "null-pointer",
            block("import ctypes\nctypes.string_at(0)") + block("x = 1"),
            ["docs/page.md:8: the block crashed Python: Segmentation fault (1 block after it not run)"],
        ),
        (
            "stderr",
            block("import sys\nprint('oh', file=sys.stderr)"),
            ["docs/page.md:6: writes to standard error: 'oh'"],
        ),
        (
            "stderr-of-a-subprocess",
            block("import subprocess\n_ = subprocess.run('echo oh >&2', shell=True, check=True)"),
            ["docs/page.md:6: writes to standard error: 'oh'"],
        ),
        (
            "too-much-output",
            block("for _ in range(30_000):\n    print('x' * 99)"),
            ["docs/page.md:8: prints more than 1,000,000 characters: print less"],
        ),
        (
            "too-much-output-of-a-subprocess",
            block("import subprocess\n_ = subprocess.run('yes | head -c 3000000', shell=True, check=True)"),
            ["docs/page.md:6: prints more than 1,000,000 characters: print less"],
        ),
    ]
)
def test_running(book: SmallBook, body: str, problems: list[str]) -> None:
    book.page(body)
    assert book.problems() == problems


@told(
    [
        (
            "in-python",
            block("x = 1\nwhile True: pass"),
            ["docs/page.md:8: the block does not end: it was stopped at the time limit"],
        ),
        (
            "in-c",
            block("import itertools\nsum(itertools.repeat(0))"),
            ["docs/page.md:8: the block does not end: it was stopped at the time limit"],
        ),
        (
            "in-c-without-a-check-for-signals",
            block("import re\nre.match('(a+)+$', 'a' * 60 + 'b')"),
            ["docs/page.md:8: the block does not end: it was stopped at the time limit"],
        ),
        (
            "that-catches-everything",
            block("while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
            ["docs/page.md:9: the block does not end: it was stopped at the time limit"],
        ),
        (
            "with-blocks-after-it",
            block("while True: pass") + block("x = 1"),
            ["docs/page.md:7: the block does not end: it was stopped at the time limit (1 block after it not run)"],
        ),
        (
            "in-an-expression",
            block("import itertools") + "\nIt is 1.5<!-- = sum(itertools.repeat(0)):.1f -->.\n",
            ["docs/page.md:10: the expression does not end: it was stopped at the time limit"],
        ),
    ]
)
def test_an_endless_loop(hasty_book: SmallBook, body: str, problems: list[str]) -> None:
    hasty_book.page(body)
    assert hasty_book.problems() == problems


def test_an_endless_loop_in_a_module_is_told_where_it_is(hasty_book: SmallBook) -> None:
    hasty_book.snippet("slow", "def count():\n    while True: pass\n")
    hasty_book.page(block("from snippets.slow import count\ncount()"))
    assert hasty_book.problems() == ["snippets/slow.py:2: the block does not end: it was stopped at the time limit"]


@told(
    [
        (
            "warning",
            block("x = 1\nimport warnings\nwarnings.warn('careful')"),
            ["docs/page.md:9: UserWarning: careful (a page must not warn: mend the cause)"],
        ),
        (
            "warning-of-numpy",
            block("import numpy as np\nx = np.array(1.0) / 0"),
            [
                "docs/page.md:8: RuntimeWarning: divide by zero encountered in divide (a page must not warn: mend the cause)"
            ],
        ),
        (
            "invalid-escape",
            block("x = '\\d'"),
            [
                "docs/page.md:7: DeprecationWarning: invalid escape sequence '\\d' (a page must not warn: mend the cause)"
            ],
        ),
        (
            "missing-letter-in-a-figure",
            block(f"{FIGURE}\nplt.title('漢')", 'alt="A line"'),
            [
                "docs/page.md:6: UserWarning: Glyph 28450 (\\N{CJK UNIFIED IDEOGRAPH-6F22}) missing from font(s) DejaVu Sans. "
                "(a page must not warn: mend the cause)"
            ],
        ),
        (
            "expected-error-does-not-come",
            block("x = 1", 'raises="ValueError"'),
            ["docs/page.md:6: the block should raise ValueError, and raises nothing"],
        ),
        (
            "another-error-comes",
            block("x = 1\n[][1]", 'raises="ValueError"'),
            ["docs/page.md:8: the block should raise ValueError, but raises IndexError: list index out of range"],
        ),
        (
            "an-error-of-a-subclass-comes",
            block("[][1]", 'raises="LookupError"'),
            ["docs/page.md:7: the block should raise LookupError, but raises IndexError: list index out of range"],
        ),
        (
            "expected-error-without-a-record",
            block("[][1]", 'raises="IndexError"'),
            [
                "docs/page.md:6: the block prints 'IndexError: list index out of range' and has no record: run `make update`"
            ],
        ),
        ("expected-error", block("[][1]", 'raises="IndexError"') + recorded("IndexError: list index out of range"), []),
        (
            "expected-syntax-error",
            block("x = 1\ny = = 2", 'raises="SyntaxError"') + recorded("SyntaxError: invalid syntax"),
            [],
        ),
    ]
)
def test_warnings_and_expected_errors(book: SmallBook, body: str, problems: list[str]) -> None:
    book.page(body)
    assert book.problems() == problems


def test_a_deprecation_in_a_module_of_the_book_is_a_warning_too(book: SmallBook) -> None:
    book.snippet("old", "import warnings\n\n\ndef f():\n    warnings.warn('old', DeprecationWarning)\n")
    book.page(block("from snippets.old import f\nf()"))
    assert book.problems() == ["snippets/old.py:5: DeprecationWarning: old (a page must not warn: mend the cause)"]


# ---- randomness ----


@pytest.mark.parametrize(
    "expression",
    [
        "np.random.default_rng()",
        "np.random.default_rng(None)",
        "np.random.default_rng(seed=None)",
        "np.random.RandomState()",
        "np.random.RandomState(None)",
        "np.random.SeedSequence()",
        "np.random.PCG64()",
        "np.random.MT19937()",
        "np.random.Philox()",
        "np.random.SFC64()",
        "np.random.Generator(np.random.PCG64())",
        "pick()",
    ],
)
def test_a_generator_without_a_seed(book: SmallBook, expression: str) -> None:
    book.page(block(f"import numpy as np\npick = np.random.default_rng\nrng = {expression}"))
    assert book.problems() == [f"docs/page.md:9: ValueError: {UNSEEDED}"]


def test_a_generator_without_a_seed_in_a_module(book: SmallBook) -> None:
    book.snippet("noise", "import numpy as np\n\n\ndef noise():\n    return np.random.default_rng().normal()\n")
    book.page(block("from snippets.noise import noise\nx = noise()"))
    assert book.problems() == [f"snippets/noise.py:5: ValueError: {UNSEEDED} (run by docs/page.md:6)"]


def test_a_generator_without_a_seed_whose_error_is_caught(book: SmallBook) -> None:
    book.page(block("import numpy as np\ntry:\n    np.random.default_rng()\nexcept ValueError:\n    pass"))
    assert book.problems() == [f"docs/page.md:6: {UNSEEDED}"]


@pytest.mark.parametrize(
    "statement",
    [
        "np.random.rand(2)",
        "np.random.normal()",
        "np.random.seed(1)",
        "np.random.shuffle([1, 2, 3])",
        "random.random()",
        "random.seed(1)",
        "random.shuffle([1, 2, 3])",
    ],
)
def test_a_global_random_state(book: SmallBook, statement: str) -> None:
    book.page(block(f"import random\nimport numpy as np\n{statement}"))
    assert book.problems() == [f"docs/page.md:6: {GLOBAL_STATE}"]


def test_a_global_random_state_in_an_expression(book: SmallBook) -> None:
    book.page(block("import random") + "\nIt is 0.5<!-- = random.random():.1f -->.\n" + block("x = 1"))
    assert book.problems() == [f"docs/page.md:10: the expression random.random():.1f {GLOBAL_STATE}"]


@pytest.mark.parametrize(
    "expression",
    [
        "np.random.default_rng(3)",
        "np.random.default_rng(seed=3)",
        "np.random.RandomState(3)",
        "np.random.RandomState(seed=3)",
        "np.random.Generator(np.random.PCG64(3))",
        "np.random.default_rng([1, 2])",
        "np.random.default_rng(3).spawn(2)",
        "random.Random(3).random()",
    ],
)
def test_randomness_with_a_seed_is_welcome(book: SmallBook, expression: str) -> None:
    book.page(block(f"import random\nimport numpy as np\nx = {expression}"))
    assert book.problems() == []


# ---- fences, languages, options ----


@told(
    [
        (
            "unknown-language",
            "\n```pyhton\nx = 1\n```\n",
            [
                "docs/page.md:6: unknown language 'pyhton': use one of bash, console, json, latex, output, python, text, toml"
            ],
        ),
        (
            "capital-letter",
            "\n```Python\nx = 1\n```\n",
            [
                "docs/page.md:6: unknown language 'Python': use one of bash, console, json, latex, output, python, text, toml"
            ],
        ),
        (
            "unknown-option",
            block("x = 1", 'skip="yes"'),
            ["docs/page.md:6: unknown option 'skip': `python` takes alt, needs, raises, title"],
        ),
        (
            "unknown-word",
            block("x = 1", "notest"),
            ["docs/page.md:6: unknown option 'notest': `python` takes alt, needs, raises, title"],
        ),
        (
            "unknown-class-in-braces",
            "\n```{.python .continuation}\nx = 1\n```\n",
            ["docs/page.md:6: unknown option 'continuation': `python` takes alt, needs, raises, title"],
        ),
        (
            "option-of-an-output",
            block("print(1)") + '\n```output title="t"\n1\n```\n',
            ["docs/page.md:10: unknown option 'title': `output` takes none"],
        ),
        (
            "option-of-a-text",
            '\n```text raises="ValueError"\n1\n```\n',
            ["docs/page.md:6: unknown option 'raises': `text` takes title"],
        ),
        ("empty-option", block("x = 1", 'alt=""'), ["docs/page.md:6: the option 'alt' is empty: write alt=\"…\""]),
        ("empty-block", "\n```python\n```\n", ["docs/page.md:6: an empty block: fill it or delete it"]),
        (
            "no-language",
            "\n```\nx = 1\n```\n\n- item\n\n    ~~~\n    x = 1\n    ~~~\n\n```\nx = 1\n```\n\n```\n```\n",
            [
                f"docs/page.md:{line}: this fence names no language: write ```python, or ```text for what does not run"
                for line in (6, 12, 16, 20)
            ],
        ),
        (
            "unclosed-at-the-end",
            "\nText.\n\n```python\nx = 1\n",
            [
                "docs/page.md:8: this fence is not closed, or does not stand on a line of its own at the indentation of its "
                "container: the block would be printed as text and never run"
            ],
        ),
        (
            "unclosed-before-another",
            "\n```python\nx = 1\n\nText.\n\n```python\ny = 1\n```\n",
            ["docs/page.md:6: this fence is not closed: another one opens at line 11; add ``` before it"],
        ),
        (
            "unclosed-in-an-admonition",
            "\n!!! note\n\n    ```python\n    x = 1\n\nText.\n\n```python\ny = 1\n```\n",
            [
                "docs/page.md:8: this fence is not closed, or does not stand on a line of its own at the indentation of its "
                "container: the block would be printed as text and never run"
            ],
        ),
        (
            "indented-block",
            "\nText.\n\n    x = 1\n    y = 2\n",
            ["docs/page.md:8: an indented block of code is shown but never run: write it as a fence"],
        ),
    ]
)
def test_fences(book: SmallBook, body: str, problems: list[str]) -> None:
    book.write("docs/page.md", FRONT_MATTER + body)
    assert book.problems() == problems


# ---- records ----


@told(
    [
        (
            "prints-without-a-record",
            block("print(6 * 7)"),
            ["docs/page.md:6: the block prints '42' and has no record: run `make update`"],
        ),
        (
            "long-line-without-a-record",
            block("print('x' * 200)"),
            [f"docs/page.md:6: the block prints '{'x' * 80}…' and has no record: run `make update`"],
        ),
        (
            "record-differs",
            block("print(1)\nprint(2)") + recorded("1\n3"),
            ["docs/page.md:13: the record says '3', but the block prints '2': mend the code, or run `make update`"],
        ),
        (
            "record-ends-early",
            block("print(1)\nprint(2)") + recorded("1"),
            [
                "docs/page.md:13: the record says 'nothing more', but the block prints '2': mend the code, or run `make update`"
            ],
        ),
        (
            "record-goes-on",
            block("print(1)") + recorded("1\n2"),
            [
                "docs/page.md:12: the record says '2', but the block prints 'nothing more': mend the code, or run `make update`"
            ],
        ),
        (
            "record-of-nothing",
            block("x = 1") + recorded("1"),
            [
                "docs/page.md:10: a record of output, but the block above it prints nothing: delete it, or run `make update`"
            ],
        ),
        (
            "empty-record-of-nothing",
            block("x = 1") + "\n```output\n```\n",
            [
                "docs/page.md:10: a record of output, but the block above it prints nothing: delete it, or run `make update`"
            ],
        ),
        (
            "record-with-no-block",
            recorded("1"),
            ["docs/page.md:6: a record of output with no block above it: put it right beneath its ```python block"],
        ),
        (
            "record-behind-a-sentence",
            block("print(1)") + "\nIt prints:\n" + recorded("1"),
            [
                "docs/page.md:12: a record of output with no block above it: put it right beneath its ```python block",
            ],
        ),
        (
            "record-outside-the-container",
            "\n!!! note\n\n    ```python\n    print(1)\n    ```\n" + recorded("1"),
            ["docs/page.md:12: a record of output with no block above it: put it right beneath its ```python block"],
        ),
        (
            "two-records",
            block("print(1)") + recorded("1") + recorded("1"),
            ["docs/page.md:14: a record of output with no block above it: put it right beneath its ```python block"],
        ),
    ]
)
def test_records(book: SmallBook, body: str, problems: list[str]) -> None:
    book.page(body)
    assert book.problems() == problems


# ---- numbers ----


@told(
    [
        (
            "differs",
            block("x = 1 / 3") + "\nIt is 0.334<!-- = x:.3f -->.\n",
            ["docs/page.md:10: the text says 0.334, but x:.3f gives 0.333: mend the code, or run `make update`"],
        ),
        (
            "without-an-expression",
            "\nIt is 0.334.\n",
            [
                "docs/page.md:6: the number 0.334 has no expression: write <!-- = expression:.3f --> behind it, or "
                "<!-- version --> or <!-- quoted: source -->"
            ],
        ),
        (
            "expression-raises",
            "\nIt is 0.334<!-- = x:.3f -->.\n" + block("x = 1 / 3"),
            ["docs/page.md:6: the expression x:.3f raises NameError: name 'x' is not defined"],
        ),
        (
            "expression-is-none",
            block("x = 1 / 3") + "\nIt is 0.334<!-- = x +:.3f -->.\n",
            ["docs/page.md:10: the expression x +:.3f raises SyntaxError: 'x +:.3f' is no expression"],
        ),
        (
            "format-is-unknown",
            block("x = 1 / 3") + "\nIt is 0.334<!-- = x:.3q -->.\n",
            [
                "docs/page.md:10: the expression x:.3q raises ValueError: Unknown format code 'q' for object of type 'float'"
            ],
        ),
        (
            "expression-warns",
            block("import numpy as np\nx = np.zeros(1)") + "\nIt is 0.334<!-- = (1 / x)[0]:.3f -->.\n",
            [
                "docs/page.md:11: the expression (1 / x)[0]:.3f raises RuntimeWarning: divide by zero encountered in divide"
            ],
        ),
        (
            "no-number",
            block("x = 1 / 3") + "\nIt is small<!-- = x:.3f -->.\n",
            [
                "docs/page.md:10: no number stands before <!-- = x:.3f -->: put the comment right behind the number it checks"
            ],
        ),
        (
            "in-a-heading",
            block("x = 1 / 3") + "\n## A step of 0.334\n",
            [
                "docs/page.md:10: the number 0.334 has no expression: write beneath it a line <!-- 0.334 = expression:.3f -->, "
                "or <!-- version --> or <!-- quoted: source -->"
            ],
        ),
        (
            "in-a-heading-that-differs",
            block("x = 1 / 3") + "\n## A step of 0.334\n\n<!-- 0.334 = x:.3f -->\n",
            ["docs/page.md:12: the text says 0.334, but x:.3f gives 0.333: mend the code, or run `make update`"],
        ),
        (
            "in-a-formula",
            "\nText.\n\n$$x = 0.334$$\n\n<!-- statement -->\n",
            [
                "docs/page.md:8: the number 0.334 has no expression: write beneath it a line <!-- 0.334 = expression:.3f -->, "
                "or <!-- version --> or <!-- quoted: source -->"
            ],
        ),
        (
            "in-a-formula-that-differs",
            block("x = 1 / 3") + "\nWith $x = 0.334$<!-- 0.334 = x:.3f --> it ends.\n",
            ["docs/page.md:10: the text says 0.334, but x:.3f gives 0.333: mend the code, or run `make update`"],
        ),
        (
            "in-an-alt-text",
            block(FIGURE, 'alt="A line with slope 0.334"'),
            [
                "docs/page.md:6: the number 0.334 has no expression: write beneath it a line <!-- 0.334 = expression:.3f -->, "
                "or <!-- version --> or <!-- quoted: source -->"
            ],
        ),
        (
            "in-an-alt-text-that-differs",
            block(f"x = 1 / 3\n{FIGURE}", 'alt="A line with slope 0.334"') + "\n<!-- 0.334 = x:.3f -->\n",
            ["docs/page.md:15: the text says 0.334, but x:.3f gives 0.333: mend the code, or run `make update`"],
        ),
        (
            "named-but-not-there",
            block("x = 1 / 3") + "\n$$x = 1$$\n\n<!-- statement -->\n<!-- 0.333 = x:.3f -->\n",
            [
                "docs/page.md:13: no 0.333 stands in the formula, heading or alt text above this comment: name the number as "
                "it is written there"
            ],
        ),
    ]
)
def test_numbers(book: SmallBook, body: str, problems: list[str]) -> None:
    book.page(body)
    assert book.problems() == problems


# ---- includes and sections ----

SECTION = "# --8<-- [start:f]\ndef f(x):\n    return 1 / x\n# --8<-- [end:f]\n"
INCLUDE = '--8<-- "part.py:f"'
UNUSED = "snippets/part.py:1: no page shows the section 'f': include it, or delete its markers"


@told(
    [
        (
            "missing-file",
            block('--8<-- "nothing.py:f"') + block(INCLUDE),
            ["docs/page.md:7: the include names snippets/nothing.py, which does not exist"],
        ),
        (
            "missing-section",
            block(f'x = 1\n--8<-- "part.py:g"\n{INCLUDE}'),
            ["docs/page.md:8: snippets/part.py has no section 'g': it has f"],
        ),
        (
            "whole-file",
            block(f'--8<-- "part.py"\n{INCLUDE}'),
            ['docs/page.md:7: the include --8<-- "part.py" cannot be read: write --8<-- "file.py:section"'],
        ),
        (
            "indented",
            block(f"if True:\n    {INCLUDE}\n{INCLUDE}"),
            ["docs/page.md:8: an include must stand at the start of its line, between whole statements"],
        ),
        (
            "outside-a-block",
            f"\n{INCLUDE}\n" + block(INCLUDE),
            ["docs/page.md:6: an include stands outside a ```python block: put it into one"],
        ),
        (
            "escaped-outside-a-block",
            f"\n;{INCLUDE}\n" + block(INCLUDE),
            ["docs/page.md:6: an include stands outside a ```python block: put it into one"],
        ),
        (
            "in-a-block-that-does-not-run",
            f"\n```text\n{INCLUDE}\n```\n" + block(INCLUDE),
            ["docs/page.md:7: an include stands outside a ```python block: put it into one"],
        ),
        (
            "inside-a-statement",
            block(f"x = [\n{INCLUDE}\n]"),
            ["docs/page.md:7: SyntaxError: '[' was never closed (an include must stand between whole statements)"],
        ),
        (
            "error-in-the-included-lines",
            block(f"{INCLUDE}\nf(0)"),
            ["snippets/part.py:3: ZeroDivisionError: division by zero (run by docs/page.md:6)"],
        ),
        ("unused-section", "\nText.\n", [UNUSED]),
        (
            "shown-twice",
            block(INCLUDE) + block(f"y = 1\n{INCLUDE}"),
            [
                "docs/page.md:10: part.py:f is shown at line 6 already: "
                'refer to it, or give a complete listing a title="….py"'
            ],
        ),
        ("shown-again-in-a-listing", block(INCLUDE) + block(INCLUDE, 'title="all.py"'), []),
    ]
)
def test_includes(book: SmallBook, body: str, problems: list[str]) -> None:
    book.snippet("part", SECTION)
    book.page(body)
    assert book.problems() == problems


@pytest.mark.parametrize(
    ("module", "problem"),
    [
        pytest.param(
            SECTION + "# --8<-- [start:g]\nx = 1\n",
            "snippets/part.py:5: the section 'g' is never closed: add # --8<-- [end:g]",
            id="unclosed",
        ),
        pytest.param(
            SECTION + "# --8<-- [end:g]\n",
            "snippets/part.py:5: the section 'g' ends but never started: add # --8<-- [start:g]",
            id="never-started",
        ),
        pytest.param(
            SECTION + SECTION,
            "snippets/part.py:5: the section 'f' is there twice: give each its own name",
            id="doubled",
        ),
        pytest.param(
            SECTION + "# --8<-- [start:G]\n",
            "snippets/part.py:5: the section marker [start:G] is not of the form [start:some-name] or [end:some-name]",
            id="capital-letter",
        ),
        pytest.param(
            SECTION + "# --8<-- start g\n",
            "snippets/part.py:5: a section marker that cannot be read: write # --8<-- [start:name]",
            id="unreadable",
        ),
    ],
)
def test_sections(book: SmallBook, module: str, problem: str) -> None:
    book.snippet("part", module)
    book.page(block(INCLUDE))
    assert book.problems() == [problem]


# ---- figures ----


@told(
    [
        (
            "no-alt-text",
            block(FIGURE),
            ['docs/page.md:6: the block draws a figure and has no alt text: add alt="what the picture shows"'],
        ),
        (
            "no-figure",
            block("x = 1", 'alt="A line"'),
            ["docs/page.md:6: the block has an alt text and draws no figure: delete it, or draw"],
        ),
        (
            "two-figures-one-alt-text",
            block(f"{FIGURE}\nplt.figure()\n{FIGURE}", 'alt="A line"'),
            ["docs/page.md:6: the block draws 2 figures and has 1 alt texts: separate them by ' | '"],
        ),
        (
            "no-title-no-labels",
            block("import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])", 'alt="A line"'),
            [
                "docs/page.md:6: figure 1: an axes has no title",
                "docs/page.md:6: figure 1: an axes has no x label: say what it shows, and its unit",
                "docs/page.md:6: figure 1: an axes has no y label: say what it shows, and its unit",
            ],
        ),
        (
            "nothing-in-it",
            block("import matplotlib.pyplot as plt\n_ = plt.figure()", 'alt="Nothing"'),
            ["docs/page.md:6: figure 1: it holds no axes: draw something or delete it"],
        ),
        (
            "small-text",
            block(f"{FIGURE}\nplt.text(0, 1, 'tiny', fontsize=6)", 'alt="A line"'),
            [
                "docs/page.md:6: figure 1: text too small to read on a phone ('tiny'): at least 9.7 points at this figure width"
            ],
        ),
        (
            "picture-without-alt-text",
            "\n![](data/a.png)\n",
            ["docs/page.md:6: the picture data/a.png has no alt text: say what it shows"],
        ),
    ]
)
def test_figures(book: SmallBook, body: str, problems: list[str]) -> None:
    book.write("docs/data/a.png", "")
    book.page(body)
    assert book.problems() == problems


# ---- mathematics, links, front matter ----


@told(
    [
        (
            "bad-latex-in-a-line",
            "\nText $a_b_c$.\n",
            ["docs/page.md:6: column 10: KaTeX cannot read the formula: Double subscript"],
        ),
        (
            "bad-latex-in-its-own-lines",
            "\nText.\n\n$$\na = b \\\\\n  \\foo{3}\n$$\n\n<!-- statement -->\n",
            ["docs/page.md:10: column 3: KaTeX cannot read the formula: Undefined control sequence: \\foo"],
        ),
        (
            "bad-latex-in-a-quote",
            "\n> $$\n> a \\foo\n> $$\n>\n> <!-- statement -->\n",
            ["docs/page.md:7: column 5: KaTeX cannot read the formula: Undefined control sequence: \\foo"],
        ),
        (
            "formula-that-the-site-does-not-see",
            "\nText\n$$ a $$\n<!-- statement -->\nmore.\n",
            [
                "docs/page.md:7: the site's parser does not read $a$ as a formula: leave a blank line around $$…$$, and escape "
                "a dollar sign that is none as \\$"
            ],
        ),
        ("dead-link", "\n[a](no.md)\n", ["docs/page.md:6: the link no.md leads nowhere: there is no docs/no.md"]),
        (
            "dead-reference",
            "\n[a][b]\n\n[b]: no.md\n",
            ["docs/page.md:8: the link no.md leads nowhere: there is no docs/no.md"],
        ),
        (
            "dead-link-in-html",
            '\n<a href="no.md">a</a>\n',
            ["docs/page.md:6: the link no.md leads nowhere: there is no docs/no.md"],
        ),
        (
            "dead-picture",
            "\n![A](no.png)\n",
            ["docs/page.md:6: the link no.png leads nowhere: there is no docs/no.png"],
        ),
        (
            "dead-anchor",
            "\n## Here\n\n[a](page.md#here) [b](#there)\n",
            ["docs/page.md:8: the link #there leads nowhere: docs/page.md has no heading or id #there"],
        ),
        (
            "dead-anchor-of-a-page",
            "\n[a](page.md#there)\n",
            ["docs/page.md:6: the link page.md#there leads nowhere: docs/page.md has no heading or id #there"],
        ),
        (
            "absolute-link",
            "\n[a](/page.md)\n",
            [
                "docs/page.md:6: the link /page.md is absolute and breaks below a path: link to the file, as other-page.md"
            ],
        ),
        ("living-links", "\n## Here\n\n[a](#here) [b](page.md) [c](https://example.org/) <mailto:a@b.c>\n", []),
    ]
)
def test_formulas_and_links(book: SmallBook, body: str, problems: list[str]) -> None:
    book.page(body)
    assert book.problems() == problems


@pytest.mark.parametrize(
    ("front", "problems"),
    [
        (
            "",
            [
                "docs/page.md:1: the front matter has no description: add `description: …`",
                "docs/page.md:1: the front matter has no title: add `title: …`",
            ],
        ),
        ("---\ntitle: A page\n---\n", ["docs/page.md:1: the front matter has no description: add `description: …`"]),
        (
            "---\ntitle:\ndescription: It is short.\n---\n",
            ["docs/page.md:1: the front matter has no title: add `title: …`"],
        ),
    ],
)
def test_front_matter(book: SmallBook, front: str, problems: list[str]) -> None:
    book.page("\nText.\n", front=front)
    assert book.problems() == problems


# ---- the parts of the book ----


def test_a_page_that_is_missing_from_nav(book: SmallBook) -> None:
    book.page("\nText.\n")
    book.page("\nText.\n", "other.md")
    assert book.problems(nav=["page.md"]) == [
        "docs/other.md:1: the page is missing from nav in mkdocs.yml: readers would never find it"
    ]


def test_a_nav_that_names_what_is_not_there_or_is_there_twice(book: SmallBook) -> None:
    book.page("\nText.\n")
    assert book.problems(nav=["page.md", {"Part": ["part/page.md", "page.md"]}]) == [
        "mkdocs.yml:3: nav names page.md twice",
        "mkdocs.yml:5: nav names part/page.md, which does not exist below docs/",
    ]


CHAPTER = "---\ntitle: A chapter\ndescription: It is short.\nlevel: Beginner\n---\n"


def test_a_chapter_without_a_module(book: SmallBook) -> None:
    book.page("\nText.\n", "two-words.md", front=CHAPTER)
    assert book.problems() == [
        "docs/two-words.md:1: the chapter has no snippets/two_words.py: add it, or take `level` out of the front matter"
    ]


def test_a_module_without_tests(book: SmallBook) -> None:
    book.page("\nText.\n", "two-words.md", front=CHAPTER)
    book.write("snippets/two_words.py", "x = 1\n")
    assert book.problems() == ["snippets/two_words.py:1: the module has no tests/snippets/test_two_words.py"]


def test_a_module_without_a_chapter(book: SmallBook) -> None:
    book.page("\nText.\n", "two-words.md")  # no `level`: not a chapter
    book.write("snippets/two_words.py", "x = 1\n")
    book.write("tests/snippets/test_two_words.py", "")
    assert book.problems() == [
        "snippets/two_words.py:1: the module has no chapter docs/two-words.md: add it, or name the module in shared_modules"
    ]


def test_three_partners_are_complete(book: SmallBook) -> None:
    book.page("\nText.\n", "two-words.md", front=CHAPTER)
    book.write("snippets/two_words.py", "x = 1\n")
    book.write("tests/snippets/test_two_words.py", "")
    assert book.problems() == []


# ---- what a page may not touch ----


@pytest.mark.parametrize(
    ("statement", "file"),
    [
        ("open('data/new.csv', 'w')", "docs/data/new.csv"),
        ("open('data/a.csv', 'a')", "docs/data/a.csv"),
        ("open('data/a.csv', 'r+')", "docs/data/a.csv"),
        ("Path('data/a.csv').write_text('x')", "docs/data/a.csv"),
        ("Path('data').resolve().joinpath('a.csv').write_text('x')", "docs/data/a.csv"),
        ("Path('data/a.csv').unlink()", "docs/data/a.csv"),
        ("os.rename('data/a.csv', 'b.csv')", "docs/data/a.csv"),
        ("os.rename('b.csv', 'data/a.csv')", "docs/data/a.csv"),
        ("Path('data/new').mkdir()", "docs/data/new"),
    ],
)
def test_writing_into_the_data_folder(book: SmallBook, statement: str, file: str) -> None:
    data = book.write("docs/data/a.csv", "1\n")
    book.page(block(f"import os\nfrom pathlib import Path\n{statement}"))
    assert book.problems() == [
        f"docs/page.md:9: PermissionError: a page must not write into the book's own folders: {file}"
    ]
    assert [path.name for path in data.parent.iterdir()] == ["a.csv"]
    assert data.read_text() == "1\n"


# ---- notebooks ----


def test_a_notebook_that_holds_outputs(book: SmallBook) -> None:
    path = book.notebook([("code", "x = 1")])
    path.write_text(path.read_text().replace('"execution_count": null', '"execution_count": 3'))
    assert book.problems() == [
        "docs/page.ipynb:5: the notebook holds outputs, or is not written as Jupyter does: run `make update`, which strips it"
    ]


def test_a_notebook_with_a_raw_cell(book: SmallBook) -> None:
    book.notebook([("markdown", "Text."), ("raw", "x = 1")])
    assert book.problems() == ["docs/page.ipynb:16: a raw cell: use Markdown and code cells only"]


def test_a_notebook_that_is_none(book: SmallBook) -> None:
    book.write("docs/page.ipynb", '{"nothing": 1}')
    assert book.problems() == ["docs/page.ipynb:1: this is not a notebook: 'cells'"]


# ---- all of it in one run, and again ----


def test_all_problems_of_all_pages_are_told_in_one_run_by_file_and_line(book: SmallBook) -> None:
    book.page(block("print(1)") + block("1 / 0") + "\nIt is 1.5.\n" + block("while True: pass"), "second.md")
    book.page("\nSee [this](no.md).\n" + block("print(1)") + recorded("2"), "first.md")
    book.snippet("part", SECTION)
    hasty = SmallBook(book.root, time_limit=0.5)
    assert hasty.problems() == [
        "docs/first.md:6: the link no.md leads nowhere: there is no docs/no.md",
        "docs/first.md:13: the record says '2', but the block prints '1': mend the code, or run `make update`",
        "docs/second.md:6: the block prints '1' and has no record: run `make update`",
        "docs/second.md:11: ZeroDivisionError: division by zero",
        "docs/second.md:14: the number 1.5 has no expression: write <!-- = expression:.3f --> behind it, or "
        "<!-- version --> or <!-- quoted: source -->",
        "docs/second.md:17: the block does not end: it was stopped at the time limit",
        UNUSED,
    ]


def test_blocks_after_a_failed_one_still_run_and_what_follows_from_it_is_not_told(book: SmallBook) -> None:
    book.page(
        block("import missing_module\nx = missing_module.x")
        + block("y = x + 1\nprint(y)")
        + recorded("2")
        + block("print(y)")
        + block("1 / 0")
        + block("print(unknown)")
        + "\nIt is 1.5<!-- = x:.1f -->.\n"
    )
    assert book.problems() == [
        "docs/page.md:7: ModuleNotFoundError: No module named 'missing_module'",
        "docs/page.md:25: ZeroDivisionError: division by zero",
        "docs/page.md:29: NameError: name 'unknown' is not defined",
    ]


@pytest.mark.parametrize(
    "body",
    [
        block("1 / 0"),
        block("import os\nos._exit(0)"),
        block("print(1)"),
        block("import warnings\nwarnings.warn('careful')"),
        block(FIGURE),
        block("import numpy as np\nnp.random.seed(1)"),
        block("x = 1") + "\nIt is 1.5<!-- = x:.1f -->.\n",
        "\nIt is 1.5.\n",
        "\nText $a_b_c$.\n",
        "\n```python\nx = 1\n",
        "\n[a](no.md)\n",
    ],
)
def test_what_failed_stays_red_without_a_change(book: SmallBook, body: str) -> None:
    book.page(body)
    first = book.problems()
    assert first
    assert book.problems() == first
    assert book.problems() == first


def test_the_command_prints_every_problem_and_exits_with_1_again_and_again(book: SmallBook) -> None:
    book.page("\nText.\n", "good.md")
    book.page(block("1 / 0") + "\nIt is 1.5.\n")
    book.settings()
    for _ in range(2):
        done = _check(book.root)
        assert done.stdout.splitlines() == [
            "docs/page.md:7: ZeroDivisionError: division by zero",
            "docs/page.md:10: the number 1.5 has no expression: write <!-- = expression:.3f --> behind it, or "
            "<!-- version --> or <!-- quoted: source -->",
        ]
        assert done.returncode == 1
    book.page("\nText.\n")
    assert (_check(book.root).returncode, _check(book.root, "docs/no.md").stderr.splitlines()) == (
        0,
        ["error: there is no page docs/no.md: the pages are docs/good.md, docs/page.md"],
    )


def test_a_build_tells_every_problem_and_ends_with_1_again_and_again(book: SmallBook) -> None:
    book.page("\nText.\n", "good.md")
    book.page("\nIt is 1.5.\n")
    book.page(block("1 / 0"), "raises.md")
    book.settings()
    book.write("mkdocs.yml", (book.root / "mkdocs.yml").read_text("utf-8") + "theme: {name: material}\n")
    for _ in range(2):
        done = _run(book.root, "mkdocs", "build", "--strict")
        assert [line for line in done.stderr.splitlines() if line.startswith("ERROR")] == [
            "ERROR   -  docs/page.md:6: the number 1.5 has no expression: write <!-- = expression:.3f --> behind it, or "
            "<!-- version --> or <!-- quoted: source -->",
            "ERROR   -  docs/raises.md:7: ZeroDivisionError: division by zero",
            "ERROR   -  2 problems in the book",
        ]
        assert done.returncode == 1
        assert not list((book.root / "site").rglob("*.html"))


def test_a_book_that_holds_the_engine_is_not_blamed_for_it(book: SmallBook) -> None:
    shutil.copytree(REPOSITORY / "asrun", book.root / "asrun", ignore=shutil.ignore_patterns("__pycache__"))
    book.page(block("import numpy as np\nnp.random.default_rng()"))
    book.settings()
    assert _check(book.root).stdout.splitlines() == [f"docs/page.md:8: ValueError: {UNSEEDED}"]


def _check(root: Path, *pages: str) -> subprocess.CompletedProcess[str]:
    return _run(root, "asrun", "check", *pages)


def _run(root: Path, *module: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *module],
        cwd=root,
        env=os.environ | ({} if (root / "asrun").exists() else {"PYTHONPATH": str(REPOSITORY)}),
        capture_output=True,
        text=True,
        check=False,
    )
