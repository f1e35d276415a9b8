"""Every address that the built site names leads somewhere: links, anchors, images, styles, scripts, and what style sheets load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from tests.site.built import Site, Tags, expect_none

ADDRESS_IN_CSS = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
# Only a reader's click may lead to another host; whatever the browser loads by itself comes from ours.
MAY_LEAD_AWAY = {("a", "href"), ("link canonical", "href"), ("link license", "href")}


def addresses_in(html: str) -> Iterator[tuple[str, str, str]]:
    for tag, attributes in Tags(html).tags:
        kind = f"link {attributes.get('rel', '')}" if tag == "link" else tag
        for name in ("href", "src", "poster", "data", "action", "xlink:href"):
            if name in attributes and (tag == "object") == (name == "data"):
                yield kind, name, attributes[name]
        for candidate in attributes.get("srcset", "").split(","):
            if candidate.strip():
                yield kind, "srcset", candidate.split()[0]


def file_of(site: Site, address: str) -> Path | None:
    """The file behind an address of the site, or None where there is none, or the address lies outside of the site."""
    if not address.startswith(site.built_for):
        return None
    path = unquote(urlsplit(address).path).removeprefix(urlsplit(site.built_for).path)
    file = site.folder / path / "index.html" if path == "" or path.endswith("/") else site.folder / path
    return file if file.is_file() else None


@cache
def anchors_of(file: Path) -> set[str]:
    tags = Tags(file.read_text(encoding="utf-8")).tags
    return {attributes[name] for _, attributes in tags for name in ("id", "name") if name in attributes} | {""}


def test_every_link_and_asset_of_every_page_is_there(site: Site) -> None:
    problems = []
    checked = 0
    for page in site.pages:
        here = urljoin(site.built_for, page)
        for kind, name, written in addresses_in(site.html(page)):
            address, anchor = urldefrag(urljoin(here, written))
            scheme = urlsplit(address).scheme
            if scheme in ("mailto", "data"):
                continue
            checked += 1
            if scheme not in ("http", "https"):
                problems.append((page, f"<{kind} {name}={written}>: the scheme {scheme} is none that a page may use"))
            elif not address.startswith(site.built_for):
                inside = urlsplit(address).netloc == urlsplit(site.built_for).netloc
                if inside:
                    problems.append((page, f"<{kind} {name}={written}> leads out of {site.built_for}"))
                elif (kind, name) not in MAY_LEAD_AWAY:
                    problems.append((page, f"<{kind} {name}={written}> loads from another host"))
            elif (file := file_of(site, address)) is None:
                problems.append((page, f"<{kind} {name}={written}> leads to no file"))
            elif anchor and file.suffix == ".html" and unquote(anchor) not in anchors_of(file):
                problems.append((page, f"<{kind} {name}={written}> leads to no such place in the page"))
    assert checked > len(site.pages), "found hardly any address: the reader of HTML does not work"
    expect_none(
        problems,
        "correct the link in docs/*.md, or the template in docs/overrides/; relative links work below any path",
    )


def test_everything_that_style_sheets_load_is_there(site: Site) -> None:
    problems = []
    for sheet in sorted(site.folder.rglob("*.css")):
        here = urljoin(site.built_for, sheet.relative_to(site.folder).as_posix())
        for written in ADDRESS_IN_CSS.findall(sheet.read_text(encoding="utf-8")):
            if not written.startswith(("data:", "#")) and file_of(site, urldefrag(urljoin(here, written))[0]) is None:
                problems.append((sheet.relative_to(site.folder), f"url({written}) leads to no file of the site"))
    expect_none(problems, "correct the address in the style sheet, or add the file below docs/assets/")


def test_the_site_lives_below_a_path(site: Site) -> None:
    """Else a link that begins with `/` would pass here, and be broken where the site is published below a path."""
    assert len(urlsplit(site.built_for).path) > 1, (
        f"site_url in mkdocs.yml is {site.built_for}: give it a path, as in https://example.org/book/"
    )


def test_every_page_has_a_title_and_a_description_of_its_own(site: Site) -> None:
    problems = []
    titles: dict[str, str] = {}
    for page in site.chapters():
        tags = Tags(site.html(page))
        described = [
            attributes.get("content", "")
            for tag, attributes in tags.tags
            if tag == "meta" and attributes.get("name") == "description"
        ]
        if not tags.title:
            problems.append((page, "has no title"))
        elif tags.title in titles:
            problems.append((page, f"has the same title as {titles[tags.title] or 'the home page'}: {tags.title}"))
        titles[tags.title] = page
        if not described or not described[0]:
            problems.append((page, "has no description"))
    expect_none(problems, "give `title` and `description` in the front matter of the page")
