"""The prose of a page for readers without the site: Markdown that any notebook shows, or comments in a script."""

import html
import re
import textwrap
from collections.abc import Callable

# A custom element on a line of its own lives by scripts, which a notebook does not have.
ELEMENT = re.compile(r"^[ \t]*(?:<div[^>\n]*>)?<(?P<name>[a-z]+(?:-[a-z]+)+)\b.*</(?P=name)>(?:</div>)?[ \t]*$", re.M)
CONTAINER = re.compile(
    r'^(?P<mark>!!!|\?\?\?\+?|===)[ \t]+[\w \t-]*?"(?P<title>.*)"[ \t]*\n(?P<body>(?:[ \t]*\n|(?: {4}|\t).*\n)*)', re.M
)
# Code, which stays as it is; the address of a link; attributes at the end of a line; a heading.
TOKEN = re.compile(
    r"(?P<code>(?P<fence>`{3,}|~{3,})[^\0]*?(?P=fence)(?!`)|(?P<ticks>`+)(?:(?!\n\n)[^\0])+?(?<!`)(?P=ticks)(?!`))"
    r"|(?<=\])\((?P<address>[^()\s]+)(?P<title>\s+\"[^\"]*\")?\)"
    r"|(?P<attributes>[ \t]*\{:?[ \t]*[.#][^{}\n]*\}[ \t]*$)"
    r"|^(?P<heading>#{1,4} )",
    re.M,
)
FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")
COLUMNS = 88


def place(number: int) -> str:
    """The line that stands for a block while the prose around it is rewritten."""
    return f"\0{number}\0"


def pieces(lines: list[str], resolve: Callable[[str], str]) -> list[str | int]:
    """Prose and numbers of blocks in page order, each heading at the start of a piece. `resolve` makes an address absolute.

    In place of a lab stands where to find it; other custom elements leave nothing.
    """

    def rewrite(token: re.Match[str]) -> str:
        if token["address"]:
            return f"({resolve(token['address'])}{token['title'] or ''})"
        return f"\0\0{token['heading']}" if token["heading"] else token["code"] or ""

    lab = f"*Here stands a lab to play with: [see it on the page]({resolve('')}).*"
    text = ELEMENT.sub(lambda element: lab if element["name"].endswith("-lab") else "", "\n".join(lines))
    found: list[str | int] = []
    for number, piece in enumerate(re.split(r"[ \t]*\0(\d*)\0", TOKEN.sub(rewrite, _without_containers(text)))):
        if number % 2:
            found += [int(piece)] if piece else []
        elif prose := re.sub(r"\n{3,}", "\n\n", piece).strip("\n"):
            found.append(prose)
    return found


def _without_containers(text: str) -> str:
    return CONTAINER.sub(_opened, f"{text}\n")[:-1]


def _opened(container: re.Match[str]) -> str:
    """A quotation in place of a note, and HTML in place of what opens on a click."""
    title = container["title"]
    inner = _without_containers(textwrap.dedent(container["body"]).strip("\n"))
    if container["mark"] == "===" or "\0" in inner:  # a block stands in a cell of its own
        return f"{title and f'**{title}**'}\n\n{inner}\n\n"
    if container["mark"] == "!!!":
        quoted = "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
        return f"> **{title}**\n>\n{quoted}\n\n"
    return f"<details><summary>{_inline_html(title)}</summary>\n\n{inner}\n\n</details>\n\n"


def _inline_html(text: str) -> str:
    """A title as HTML: within `<summary>`, Markdown is not read."""
    made = html.escape(text, quote=False)
    made = re.sub(r"`([^`]+)`", r"<code>\1</code>", made)
    made = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", made)
    return re.sub(r"(?<!\*)\*([^*]+)\*(?!\*)", r"<i>\1</i>", made)


def comment(markdown: str) -> str:
    """Prose as the comment of a script, its paragraphs in lines of at most 88 characters."""

    def summary(found: re.Match[str]) -> str:
        return f"**{html.unescape(re.sub('<.*?>', '', found[1]))}**"

    text = re.sub(r"<details><summary>(.*?)</summary>", summary, markdown).replace("\n</details>", "")
    made: list[str] = []
    in_code = False
    for line in re.sub(r"\n{3,}", "\n\n", text).split("\n"):
        in_code ^= (edge := bool(FENCE.match(line)))
        if in_code or edge or len(line) <= COLUMNS - 2 or re.match(r"\s*(?:[|#<]|\$\$)", line):
            made.append(line)
            continue
        [(lead, rest)] = re.findall(r"^(\s*(?:>\s*)?(?:[-*+]\s+|\d+\.\s+)?)(.*)", line)
        made += textwrap.wrap(
            rest,
            COLUMNS - 2,
            initial_indent=lead,
            subsequent_indent=re.sub(r"[^>\s]", " ", lead),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(f"# {line}".rstrip() for line in made)
