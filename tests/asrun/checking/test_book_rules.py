"""Formulas, links, front matter, `nav` and partners that do not fit are told with file and line."""

from __future__ import annotations

import pytest

from tests.asrun.conftest import SmallBook
from tests.asrun.faults import told


@told(
    [
        (
            "bad-latex-in-a-line",
            "\nText $a_b_c$.\n",
            ["docs/page.md:6: column 10: KaTeX cannot read the formula: Double subscript"],
        ),
        (
            "bad-latex-in-its-own-lines",
            "\nText.\n\n$$\na = b \\\\\n  \\foo{3}\n$$\n\n<!-- definition -->\n",
            ["docs/page.md:10: column 3: KaTeX cannot read the formula: Undefined control sequence: \\foo"],
        ),
        (
            "bad-latex-in-a-quote",
            "\n> $$\n> a \\foo\n> $$\n>\n> <!-- definition -->\n",
            ["docs/page.md:7: column 5: KaTeX cannot read the formula: Undefined control sequence: \\foo"],
        ),
        (
            "formula-that-the-site-does-not-see",
            "\nText\n$$ a $$\n<!-- definition -->\nmore.\n",
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
    book.write("tests/snippets/__init__.py", "")  # where no tests are kept, none are missed
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
