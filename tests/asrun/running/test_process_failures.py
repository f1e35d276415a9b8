"""What goes wrong while a block runs is told with file and line."""

from __future__ import annotations

from tests.asrun.conftest import SmallBook
from tests.asrun.faults import FIGURE, block, recorded, told


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
