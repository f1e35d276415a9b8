"""What readers take away from the site: the files of each block and page, and the whole book as one file."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from playwright.async_api import Browser

from asrun.publishing.archive import write_zip
from asrun.settings import Settings
from tests.site.built import ROOT, Site, Tags, expect_none
from tests.site.survey import PROBES


@pytest.fixture(scope="session")
def archive(folder: Path) -> Path:
    """The whole book as one file."""
    return folder / f"{Settings.load(ROOT).archive_name}.zip"


@pytest.fixture(scope="session")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a reader gets from it."""
    place = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(place, [name for name in opened.namelist() if "/assets/pyodide/" not in name])
    (found,) = place.iterdir()
    return found


def test_every_block_can_be_taken(site: Site) -> None:
    problems = []
    for page in site.chapters():
        numbers = sorted(int(a["data-block"]) for _, a in Tags(site.html(page)).tags if "data-block" in a)
        stem = page.strip("/") or "index"
        take = site.folder / "take"
        if not numbers:
            continue
        facts = json.loads((take / f"{stem}.json").read_text(encoding="utf-8"))
        if numbers != list(range(1, len(facts["blocks"]) + 1)):
            problems.append((page, f"shows the blocks {numbers}, and {stem}.json has {len(facts['blocks'])}"))
        wanted = [f"{stem}.py", f"{stem}.ipynb", *(f"{stem}/{number}.py" for number in numbers)]
        problems += [(page, f"there is no take/{name}") for name in wanted if not (take / name).is_file()]
    expect_none(problems, "see asrun/publishing/take.py")


def test_the_book_in_one_file_is_the_same_every_time(folder: Path, archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        (date,) = {entry.date_time for entry in opened.infolist()}
    for name in ("index.html", "take/loss.py", "loss/index.html"):
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, tmp_path / "site" / name)  # with other times, in another folder
    one, other = (write_zip(Settings.load(ROOT), tmp_path / "site", tmp_path / name) for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as opened, zipfile.ZipFile(archive) as whole:
        for entry in opened.infolist():
            if entry.filename.endswith(".py"):
                assert opened.read(entry) == whole.read(entry.filename)
    assert date >= (1980, 1, 1, 0, 0, 0)


def test_it_holds_all_files_of_the_site(folder: Path, archive: Path) -> None:
    name = Settings.load(ROOT).archive_name
    with zipfile.ZipFile(archive) as opened:
        held = {entry.removeprefix(f"{name}/") for entry in opened.namelist()}
        assert opened.testzip() is None
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert held - there == {"README.txt"}
    assert {path for path in there - held if not path.endswith((".gz", f"{name}.zip"))} == set()


def test_every_link_in_it_leads_to_a_file(unpacked: Path) -> None:
    problems, checked = [], 0
    for path in sorted(unpacked.rglob("*.html")):
        if path.name == "404.html":
            continue  # a server sends it; nobody opens it
        for tag, attributes in Tags(path.read_text(encoding="utf-8")).tags:
            written = attributes.get("href") or attributes.get("src") or ""
            address = urldefrag(urljoin(path.as_uri(), written))[0]
            if not written or written.startswith("#") or urlsplit(address).scheme != "file":
                continue
            checked += 1
            file = Path(unquote(urlsplit(address).path))
            if not file.is_file() and file.suffix != ".zip":  # the file does not hold itself
                problems.append((path.relative_to(unpacked), f"<{tag}> {written} leads to no file"))
    assert checked > 500
    expect_none(problems, "see `for_files` in asrun/publishing/archive.py")


async def test_it_is_read_by_a_double_click(browser: Browser, unpacked: Path) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    tab = await context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    await tab.goto((unpacked / "index.html").as_uri())
    await tab.locator("article a[href$='index.html']").first.click()
    await tab.wait_for_url(re.compile(r"/[\w-]+/index\.html(#.*)?$"))
    await tab.evaluate(PROBES.read_text(encoding="utf-8"))
    font = await tab.evaluate("getComputedStyle(document.querySelector('article p')).fontFamily")
    assert "Book Serif" in font, f"the style sheet does not reach a page that was opened as a file: {font}"
    loaded = await tab.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Book Serif\"'))")
    assert loaded, "the fonts do not reach a page that was opened as a file"
    assert await tab.locator("article figure svg").count() > 0
    assert await tab.locator("article .katex").count() > 0
    assert not await tab.evaluate("probes.overflow()")
    refused = [text for text in said if "Content Security Policy" in text or "Content-Security-Policy" in text]
    assert not refused, refused
    # Without a server a browser runs no modules, and says so; of everything else, nothing is missed.
    assert not [text for text in said if "net::ERR_FAILED" not in text and "CORS policy" not in text], said
    # On to the next page, and a folded answer.
    await tab.locator("a[rel=next]").click()
    await tab.wait_for_load_state()
    assert await tab.locator("article h1").inner_text()
    answer = tab.locator("article details summary").first
    await answer.click()
    assert await tab.locator("article details[open]").count() > 0
    await context.close()


def test_it_says_how_to_read_it(unpacked: Path) -> None:
    text = (unpacked / "README.txt").read_text(encoding="utf-8")
    assert "index.html" in text
    assert "python -m http.server" in text


def test_a_folder_without_a_site_is_refused(tmp_path: Path) -> None:
    from asrun.settings import BookError

    with pytest.raises(BookError, match="holds no built site: run `make build` first"):
        write_zip(Settings.load(ROOT), tmp_path)


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ('<a href="../one/">', '<a href="../one/index.html">'),
        ('<a href="../one/#part">', '<a href="../one/index.html#part">'),
        ('<a href="..">', '<a href="../index.html">'),
        ('<a href="../">', '<a href="../index.html">'),
        ('<a href="./">', '<a href="index.html">'),
        ('<a href=".">', '<a href="index.html">'),
        ("<a class=x href=../one/>", '<a class=x href="../one/index.html">'),
        ('<a href="#here">', '<a href="#here">'),
        ('<a href="../data/small.csv">', '<a href="../data/small.csv">'),
        ('<a href="https://example.org/one/">', '<a href="https://example.org/one/">'),
        ('<a href="../../outside/">', '<a href="../../outside/">'),
    ],
)
def test_links_to_folders_name_the_page_in_them(written: str, becomes: str, tmp_path: Path) -> None:
    from asrun.publishing.archive import for_files

    for name in ("", "one", "two", "../outside"):
        (tmp_path / "site" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name / "index.html").touch()
    assert for_files(written, tmp_path / "site", tmp_path / "site/two/index.html") == becomes


def test_dates_in_it_are_those_of_the_commit(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SOURCE_DATE_EPOCH", "1700000000")
    small = tmp_path / "site"
    small.mkdir()
    (small / "index.html").write_text("<!doctype html>")
    with zipfile.ZipFile(write_zip(Settings.load(ROOT), small)) as opened:
        assert {entry.date_time[:3] for entry in opened.infolist()} == {(2023, 11, 14)}
