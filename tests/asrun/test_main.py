"""The command `asrun check`."""

from __future__ import annotations

from tests.asrun.conftest import SmallBook
from tests.asrun.faults import block, check


def test_the_command_prints_every_problem_and_exits_with_1_again_and_again(book: SmallBook) -> None:
    book.page("\nText.\n", "good.md")
    book.page(block("1 / 0") + "\nIt is 1.5.\n")
    book.settings()
    for _ in range(2):
        done = check(book.root)
        assert done.stdout.splitlines() == [
            "docs/page.md:7: ZeroDivisionError: division by zero",
            "docs/page.md:10: the number 1.5 has no expression: write <!-- = expression:.3f --> behind it, or "
            "<!-- version --> or <!-- quoted: source -->",
        ]
        assert done.returncode == 1
    book.page("\nText.\n")
    assert (check(book.root).returncode, check(book.root, "docs/no.md").stderr.splitlines()) == (
        0,
        ["error: there is no page docs/no.md: the pages are docs/good.md, docs/page.md"],
    )
