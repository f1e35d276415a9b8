"""Includes and sections that lead nowhere are told with file and line."""

from __future__ import annotations

import pytest

from tests.asrun.conftest import SmallBook
from tests.asrun.faults import INCLUDE, SECTION, UNUSED, block, told


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
