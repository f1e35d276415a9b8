from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from asrun.reading.blocks import find_blocks
from tests.book.census import REPOSITORY, disagreements, find_claims, take_census, unproven

TABBED = """---
title: A page
description: It hides a block.
---

```python
a = 1
```

=== "A tab"

    ```python
    b = a + 1
    ```
"""


def test_three_counts_agree_on_every_page(tmp_path: Path) -> None:
    census = take_census(REPOSITORY, tmp_path)
    assert disagreements(census) == []
    assert sum(len(count.raw) for count in census.values()) > 0


@pytest.fixture
def tabbed_book(tmp_path: Path) -> Path:
    root = tmp_path / "book"
    (root / "docs").mkdir(parents=True)
    (root / "snippets").mkdir()
    for name in ("mkdocs.yml", "snippets/plots.py"):  # which holds the style that it names
        shutil.copy(REPOSITORY / name, root / name)
    (root / "docs" / "page.md").write_text(TABBED, encoding="utf-8")
    return root


def test_a_block_in_a_tab_is_counted_by_all_three(tabbed_book: Path, tmp_path: Path) -> None:
    census = take_census(tabbed_book, tmp_path)
    assert census["page.md"].raw == [6, 12]
    assert disagreements(census) == []


BLIND = """
from tests.book import second_reader

second_reader.without_containers = lambda text: text
"""


def test_a_block_hidden_from_the_second_reader_turns_the_census_red(tabbed_book: Path, tmp_path: Path) -> None:
    (tmp_path / "blind_reader.py").write_text(BLIND)
    census = take_census(tabbed_book, tmp_path, "-p", "blind_reader")
    assert disagreements(census) == [
        "docs/page.md: Python blocks in the raw text at [6, 12], run by the engine at [6, 12], run by pytest-markdown-docs at [6]"
    ]


def test_a_block_hidden_from_the_engine_turns_the_census_red(
    tabbed_book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_blocks

    def blind(*given: Any) -> Any:
        blocks, problems = found(*given)
        return tuple(block for block in blocks if not block.prefix), problems

    monkeypatch.setattr("asrun.reading.pages.find_blocks", blind)
    assert disagreements(take_census(tabbed_book, tmp_path)) == [
        "docs/page.md: Python blocks in the raw text at [6, 12], run by the engine at [6], run by pytest-markdown-docs at [6, 12]"
    ]


CLAIMS = ("claims.md", "claims-descent.md")


def test_every_claim_hides_one_verdict_and_proves_it() -> None:
    texts = {uri: (REPOSITORY / "docs" / uri).read_text(encoding="utf-8") for uri in CLAIMS}
    assert {uri: unproven(text) for uri, text in texts.items()} == {uri: [] for uri in CLAIMS}
    verdicts = [claim.verdicts[0] for text in texts.values() for claim in find_claims(text)]
    assert len(verdicts) >= 60
    assert verdicts.count("True") >= verdicts.count("False") >= len(verdicts) / 4
    assert verdicts.count("It depends") >= len(verdicts) / 4


CLAIM = """### “Two is larger than one.”

??? question "True, false, or does it depend?"
    **It depends** on the one.

    ```python
    two = 2
    ```

    Here it is,<!-- holds: two > 1 --> there not.<!-- holds below: two < 3 -->

## Another part

No claim.<!-- holds: two > 1 -->
"""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("", "", None),
        ("<!-- holds below: two < 3 -->", "", "“It depends” needs 2 `holds`, found 1"),
        ("holds", "hold", "“It depends” needs 2 `holds`, found 0"),
        ("**It depends**", "**False**", None),
        ("    **It depends**", "    It depends", "one verdict belongs into a fold box, found []"),
        ("??? question", "!!! question", "one verdict belongs into a fold box, found ['It depends']"),
        ("```python", "```text", "no run decides it"),
    ],
)
def test_an_unproven_claim_turns_the_census_red(old: str, new: str, fault: str | None) -> None:
    faults = unproven(CLAIM.replace(old, new))
    assert faults == ([f"line 1, “Two is larger than one.”: {fault}"] if fault else [])
