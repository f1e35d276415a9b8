"""Sections of snippet files, and the lines that their statements keep."""

from __future__ import annotations

import pytest

from asrun.reading.includes import expand, sections_of
from tests.asrun.conftest import SmallBook

MODULE = """\
import math

# --8<-- [start:whole]
# --8<-- [start:first]
def first(x):
    return 1 / x


# --8<-- [end:first]
HALF = 0.5


# --8<-- [start:last-one]
def last(x):
    return first(x)
# --8<-- [end:last-one]
# --8<-- [end:whole]
"""


def test_a_section_is_what_stands_between_its_markers(book: SmallBook) -> None:
    path = book.snippet("part", MODULE)
    sections, problems = sections_of(book.settings(), path)
    assert problems == []
    assert {name: section.line for name, section in sections.items()} == {"first": 5, "last-one": 14, "whole": 4}
    assert sections["first"].pieces == ((5, "def first(x):\n    return 1 / x\n"),)


@pytest.mark.parametrize("include", ["first", "whole"])
def test_an_error_in_a_section_keeps_its_line(book: SmallBook, include: str) -> None:
    book.snippet("part", MODULE)
    book.page(
        f"""
```python
--8<-- "part.py:{include}"
```

```python
first(0)
```

```python title="part.py"
--8<-- "part.py:whole"
--8<-- "part.py:first"
--8<-- "part.py:last-one"
```
"""
    )
    assert book.problems() == ["snippets/part.py:6: ZeroDivisionError: division by zero (run by docs/page.md:10)"]


def test_an_error_behind_a_section_within_a_section_keeps_its_line(book: SmallBook) -> None:
    book.snippet("part", MODULE.replace("HALF = 0.5", "HALF = 1 / 0"))
    includes = "\n".join(f'--8<-- "part.py:{name}"' for name in ("first", "last-one", "whole"))
    book.page(f"\n```python\n{includes}\n```\n")
    assert book.problems() == ["snippets/part.py:10: ZeroDivisionError: division by zero (run by docs/page.md:6)"]


def test_markers_within_a_section_are_not_shown(book: SmallBook) -> None:
    book.snippet("part", MODULE)
    includes = "\n".join(f'--8<-- "part.py:{name}"' for name in ("first", "last-one"))
    book.page(f'\n```python\n{includes}\n```\n\n```python\n--8<-- "part.py:whole"\n```\n')
    checked = book.verify()
    assert checked.problems == ()
    assert checked.pages["page.md"].code_blocks[1].code == (
        "def first(x):\n    return 1 / x\n\n\nHALF = 0.5\n\n\ndef last(x):\n    return first(x)\n"
    )


def test_a_marker_inside_a_statement(book: SmallBook) -> None:
    book.snippet("part", "def f():\n    # --8<-- [start:body]\n    return 1\n    # --8<-- [end:body]\n")
    book.page("\nText.\n")
    assert book.problems() == [
        f"snippets/part.py:{line}: a section marker inside a statement: a section holds whole statements, so that it runs"
        for line in (2, 4)
    ]


def test_sections_in_folders_are_named_with_their_folder(book: SmallBook) -> None:
    book.write("snippets/parts/inner.py", "# --8<-- [start:f]\nx = 1\n# --8<-- [end:f]\n")
    book.page('\n```python\n--8<-- "parts/inner.py:f"\nprint(x)\n```\n\n```output\n1\n```\n')
    assert book.problems() == []


def test_an_include_leads_to_no_file_outside_the_folder(book: SmallBook) -> None:
    book.write("outside.py", "# --8<-- [start:f]\nx = 1\n# --8<-- [end:f]\n")
    book.page('\n```python\n--8<-- "../outside.py:f"\n```\n')
    assert book.problems() == ["docs/page.md:7: the include names snippets/../outside.py, which does not exist"]


def test_own_lines_and_includes_become_segments_in_their_order(book: SmallBook) -> None:
    book.snippet("part", MODULE)
    source = 'x = 1\n\n--8<-- "part.py:first"\ny = 2\n'
    segments, problems = expand(book.settings(), "docs/page.md", source, range(10, 15))
    assert problems == []
    assert [(segment.file, segment.line, segment.section) for segment in segments] == [
        ("docs/page.md", 10, ""),
        ("snippets/part.py", 5, "part.py:first"),
        ("docs/page.md", 13, ""),
    ]
