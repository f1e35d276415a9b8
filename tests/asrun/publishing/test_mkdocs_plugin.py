"""What `mkdocs build` says of a book with faults."""

from __future__ import annotations

from tests.asrun.conftest import SmallBook
from tests.asrun.faults import block, run


def test_a_build_tells_every_problem_and_ends_with_1_again_and_again(book: SmallBook) -> None:
    book.page("\nText.\n", "good.md")
    book.page("\nIt is 1.5.\n")
    book.page(block("1 / 0"), "raises.md")
    book.settings()
    book.write("mkdocs.yml", (book.root / "mkdocs.yml").read_text("utf-8") + "theme: {name: material}\n")
    for _ in range(2):
        done = run(book.root, "mkdocs", "build", "--strict")
        assert [line for line in done.stderr.splitlines() if line.startswith("ERROR")] == [
            "ERROR   -  docs/page.md:6: the number 1.5 has no expression: write <!-- = expression:.3f --> behind it, or "
            "<!-- version --> or <!-- quoted: source -->",
            "ERROR   -  docs/raises.md:7: ZeroDivisionError: division by zero",
            "ERROR   -  2 problems in the book",
        ]
        assert done.returncode == 1
        assert not list((book.root / "site").rglob("*.html"))
