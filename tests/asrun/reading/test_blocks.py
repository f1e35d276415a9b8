"""A block is found, run, compared and updated wherever it can stand; where it cannot, that is an error."""

from __future__ import annotations

import textwrap
from html.parser import HTMLParser

import markdown
import pytest

from asrun.checking.update import update
from asrun.publishing.render import render_page
from tests.asrun.conftest import FRONT_MATTER, SmallBook

BLOCK = "```python\nprint(6 * 7)\n\nprint('done')\n```"
RECORD = "```output\n42\ndone\n```"


def inside(prefix: str, text: str) -> str:
    """The lines of a text as they stand in a container; blank lines keep what a quote needs."""
    return "\n".join((prefix + line).rstrip() for line in text.split("\n"))


# Name, what stands before the block (from line 6 on), what stands before each of its lines, what stands after it,
# and the elements in which a reader finds it.
CONTAINERS = [
    ("page", "Text.\n\n", "", "\n\nMore.\n", []),
    ("right-behind-a-paragraph", "Text.\n", "", "\nMore.\n", []),
    ("under-a-heading", "## Heading\n", "", "\n", []),
    ("list", "- item\n\n", "    ", "\n\n- another\n", ["ul", "li"]),
    ("tight-list", "- item\n", "    ", "\n- another\n", ["ul", "li"]),
    ("nested-list", "- item\n\n    - inner\n\n", "        ", "\n", ["ul", "li", "ul", "li"]),
    ("numbered-list", "1. item\n\n", "    ", "\n\n2. another\n", ["ol", "li"]),
    ("numbered-list-in-a-list", "- item\n\n    1. inner\n\n", "        ", "\n", ["ul", "li", "ol", "li"]),
    ("list-with-a-tab", "- item\n\n", "\t", "\n", ["ul", "li"]),
    ("admonition", "!!! note\n\n", "    ", "\n\nMore.\n", ["div.admonition"]),
    ("tight-admonition", '!!! note "Title"\n', "    ", "\n", ["div.admonition"]),
    ("margin-note", '!!! margin "Title"\n\n    Text.\n\n', "    ", "\n", ["div.admonition"]),
    ("details", "??? question\n\n", "    ", "\n", ["details"]),
    ("open-details", '???+ success "Answer"\n\n', "    ", "\n", ["details"]),
    ("tab", '=== "A"\n\n', "    ", '\n\n=== "B"\n\n    Text.\n', ["div.tabbed-block"]),
    ("second-tab", '=== "A"\n\n    Text.\n\n=== "B"\n\n', "    ", "\n", ["div.tabbed-block"]),
    ("quote", "> Text.\n>\n", "> ", "\n", ["blockquote"]),
    ("quote-without-a-space", "", ">", "\n", ["blockquote"]),
    ("footnote", "Text[^1].\n\n[^1]:\n    Note.\n\n", "    ", "\n", ["div.footnote", "ol", "li"]),
    ("definition", "Term\n:   Meaning.\n\n", "    ", "\n", ["dl", "dd"]),
    ("div", "<div markdown>\n\n", "", "\n\n</div>\n", ["div"]),
    ("tight-div", "<div markdown>\n", "", "\n</div>\n", ["div"]),
    ("html-details", "<details markdown><summary>S</summary>\n\n", "", "\n\n</details>\n", ["details"]),
    ("admonition-in-a-list", "- item\n\n    !!! note\n\n", "        ", "\n", ["ul", "li", "div.admonition"]),
    ("list-in-an-admonition", "!!! note\n\n    - item\n\n", "        ", "\n", ["div.admonition", "ul", "li"]),
    (
        "tab-in-an-admonition-in-a-list",
        '- item\n\n    !!! note\n\n        === "A"\n\n',
        "            ",
        "\n",
        ["ul", "li", "div.admonition", "div.tabbed-block"],
    ),
    ("quote-in-a-list", "- item\n\n", "    > ", "\n", ["ul", "li", "blockquote"]),
    ("quote-in-an-admonition", "!!! note\n\n    > Text.\n    >\n", "    > ", "\n", ["div.admonition", "blockquote"]),
    ("list-in-a-quote", "> - item\n>\n", ">     ", "\n", ["blockquote", "ul", "li"]),
]
everywhere = pytest.mark.parametrize(
    ("before", "prefix", "after", "elements"), [pytest.param(*rest, id=name) for name, *rest in CONTAINERS]
)


def first_line(before: str) -> int:
    return 6 + before.count("\n")


KNOWN = ("admonition", "tabbed-block", "footnote", "highlight")
UNCLOSED = ("p", "hr", "input")  # a paragraph is closed by the browser where a block begins
HOLDERS = {"ul", "ol", "li", "dl", "dd", "details", "blockquote", *(f"div.{name}" for name in KNOWN[:3])}


class _Places(HTMLParser):
    """The elements around each piece of text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, int]] = []
        self.found: dict[str, list[tuple[str, int]]] = {}
        self.count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count += 1
        classes = (dict(attrs).get("class") or "").split()
        known = next((name for name in KNOWN if name in classes), "")
        if tag not in UNCLOSED:
            self.open.append((f"{tag}.{known}" if known else tag, self.count))

    def handle_endtag(self, tag: str) -> None:
        if tag not in UNCLOSED:
            assert self.open.pop()[0].split(".")[0] == tag

    def handle_data(self, data: str) -> None:
        self.found.setdefault(data.strip(), list(self.open))


def around_code(html: str, word: str) -> list[tuple[str, int]]:
    """The elements around the block of code in which a word stands, each with its number on the page."""
    parser = _Places()
    parser.feed(html)
    chain = parser.found[word]
    return chain[: [name for name, _ in chain].index("div.highlight")]


@everywhere
def test_a_block_is_found_at_its_line_and_run(
    book: SmallBook, before: str, prefix: str, after: str, elements: list[str]
) -> None:
    book.page("\n" + before + inside(prefix, BLOCK) + after)
    checked = book.verify()
    line = first_line(before)
    assert [str(problem) for problem in checked.problems] == [
        f"docs/page.md:{line}: the block prints '42' and has no record: run `make update`"
    ]
    assert [ran.outcome for ran in checked.runs["page.md"].blocks] == ["ran"]


@everywhere
def test_an_error_in_it_has_its_line(
    book: SmallBook, before: str, prefix: str, after: str, elements: list[str]
) -> None:
    book.page("\n" + before + inside(prefix, "```python\nx = 1\nif x:\n    1 / 0\n```") + after)
    assert book.problems() == [f"docs/page.md:{first_line(before) + 3}: ZeroDivisionError: division by zero"]


@everywhere
def test_its_record_is_compared(book: SmallBook, before: str, prefix: str, after: str, elements: list[str]) -> None:
    wrong = RECORD.replace("done", "ready")
    book.page("\n" + before + inside(prefix, f"{BLOCK}\n\n{wrong}") + after)
    assert book.problems() == [
        f"docs/page.md:{first_line(before) + 8}: the record says 'ready', but the block prints 'done': mend the code, or "
        "run `make update`"
    ]


@everywhere
def test_its_record_is_written_into_the_container(
    book: SmallBook, before: str, prefix: str, after: str, elements: list[str]
) -> None:
    page = book.page("\n" + before + inside(prefix, BLOCK) + after)
    update(book.verify())
    assert page.read_text() == FRONT_MATTER + "\n" + before + inside(prefix, f"{BLOCK}\n\n{RECORD}") + after
    assert book.problems() == []


@everywhere
def test_a_reader_finds_its_output_in_the_same_container(
    book: SmallBook, before: str, prefix: str, after: str, elements: list[str]
) -> None:
    book.page("\n" + before + inside(prefix, f"{BLOCK}\n\n{RECORD}") + after)
    checked = book.verify()
    assert checked.problems == ()
    text = render_page(checked.pages["page.md"], checked.runs["page.md"], lambda figure, alt: alt)
    names, configs = checked.settings.extensions
    html = markdown.markdown(text, extensions=names, extension_configs=configs)
    around = around_code(html, "print")
    assert [name for name, _ in around if name in HOLDERS or elements == ["div"]] == elements
    assert around_code(html, "42") == around


NOT_CLOSED = (
    "this fence is not closed, or does not stand on a line of its own at the indentation of its container: "
    "the block would be printed as text and never run"
)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(
            "-   ```python\n    x = 1\n    ```\n", f"docs/page.md:6: {NOT_CLOSED}", id="line-of-a-list-marker"
        ),
        pytest.param("1.  ```python\n    x = 1\n    ```\n", f"docs/page.md:6: {NOT_CLOSED}", id="line-of-a-number"),
        pytest.param("- a\n\n    ```python\n    x = 1\n```\n", f"docs/page.md:8: {NOT_CLOSED}", id="closed-outside"),
        pytest.param(
            "- a\n\n    ```python\n  x = 1\n    ```\n", f"docs/page.md:8: {NOT_CLOSED}", id="body-to-the-left"
        ),
        pytest.param("> ```python\n> x = 1\n\nText.\n", f"docs/page.md:6: {NOT_CLOSED}", id="not-closed-in-a-quote"),
        pytest.param(
            "Text.\n\n    ```python\n    x = 1\n    ```\n",
            f"docs/page.md:8: {NOT_CLOSED}",
            id="indented-in-no-container",
        ),
    ],
)
def test_a_block_that_the_reader_would_see_as_text(book: SmallBook, body: str, problem: str) -> None:
    book.write("docs/page.md", f"{FRONT_MATTER}\n{body}")
    assert book.problems() == [problem]


@pytest.mark.parametrize(
    "body", ["````text\n{}\n````\n", "~~~text\n{}\n~~~\n", "~~~~~text\n{}\n~~~~~\n", "<!--\n{}\n-->\n"]
)
def test_a_fence_that_is_shown_as_text_or_not_at_all_is_no_block(book: SmallBook, body: str) -> None:
    book.page("\n" + body.format(BLOCK))
    checked = book.verify()
    assert checked.problems == ()
    assert checked.pages["page.md"].code_blocks == []


def test_blocks_of_all_containers_run_in_page_order(book: SmallBook) -> None:
    body = """
        Text[^1].

        [^1]:
            Note.

            ```python
            steps = [1]
            ```

        ```python
        steps += [2]
        ```

        - item

            ```python
            steps += [3]
            ```

        > ```python
        > print(steps)
        > ```
        >
        > ```output
        > [1, 2, 3]
        > ```
        """
    book.page(textwrap.dedent(body))
    assert book.problems() == []
