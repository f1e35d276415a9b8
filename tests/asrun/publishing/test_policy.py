"""The policy names every inline script of the whole site, and refuses pages that it would break."""

from __future__ import annotations

import re

import pytest

from asrun.publishing.policy import insert_policy, script_hashes

HEAD = '<!doctype html><html><head><meta charset="utf-8"><title>t</title></head><body>'
# Worked out apart from the engine: printf 'let a=1' | openssl dgst -sha256 -binary | base64
LET_A = "'sha256-+Q3dsIT3kYyYXlBldxY4Baal1kEoF6cDrlPvZn4iLYs='"
LET_B = "'sha256-BoHjPkLikf8SqJJHNHINhQ2jmvqxf+vGUP8CMGjOKsk='"


def directives(html: str) -> dict[str, list[str]]:
    match = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)
    assert match, html
    return {name: sources for name, *sources in (part.split() for part in match[1].split(";"))}


def test_every_page_allows_the_inline_scripts_of_every_other() -> None:
    pages = {
        "a/index.html": HEAD + "<script>let a=1</script>",
        "b/index.html": HEAD + "<script>let b=2</script>",
        "404.html": HEAD,
    }
    done = insert_policy(pages, serving=False)
    assert done.keys() == pages.keys()
    for html in done.values():
        assert set(directives(html)["script-src"]) == {"'self'", "'wasm-unsafe-eval'", LET_A, LET_B}


def test_the_policy_stands_directly_behind_the_charset_and_changes_nothing_else() -> None:
    before = HEAD + "<p>text</p>"
    after = insert_policy({"index.html": before}, serving=False)["index.html"]
    start, rest = after.split('<meta charset="utf-8">')
    assert rest.startswith('<meta http-equiv="Content-Security-Policy"')
    assert re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", after) == before
    assert start == before.split("<meta charset")[0]


@pytest.mark.parametrize(
    "element",
    [
        '<script src="a.js"></script>',
        '<script type="module" src="a.js"></script>',
        '<script id="__config" type="application/json">{"a": 1}</script>',
        "<script type='application/ld+json'>{}</script>",
    ],
)
def test_scripts_with_an_address_and_data_need_no_hash(element: str) -> None:
    assert script_hashes(HEAD + element) == set()


def test_a_script_over_several_lines_and_with_attributes_is_hashed_whole() -> None:
    assert script_hashes('<SCRIPT type="module">let a=1</SCRIPT>') == {LET_A}
    assert len(script_hashes("<script>\nlet a = 1\n</script><script>let b=2</script>")) == 2


def test_while_serving_inline_scripts_are_allowed_and_hashes_left_out() -> None:
    # A hash in the list would switch 'unsafe-inline' off.
    sources = directives(insert_policy({"index.html": HEAD + "<script>let a=1</script>"}, serving=True)["index.html"])[
        "script-src"
    ]
    assert "'unsafe-inline'" in sources
    assert not any(source.startswith("'sha256") for source in sources)


@pytest.mark.parametrize("serving", [False, True])
def test_nothing_comes_from_another_host(serving: bool) -> None:
    found = directives(insert_policy({"index.html": HEAD}, serving=serving)["index.html"])
    assert found["default-src"] == found["object-src"] == found["base-uri"] == ["'none'"]
    assert found["connect-src"] == found["style-src"] == ["'self'"]
    assert found["worker-src"] == ["'self'", "blob:"]
    allowed = {"'self'", "'none'", "data:", "blob:", "'unsafe-inline'", "'wasm-unsafe-eval'"}
    assert {source for sources in found.values() for source in sources} <= allowed


def test_a_style_element_is_refused_with_the_page_that_holds_it() -> None:
    with pytest.raises(ValueError, match=r"^project/index\.html: a <style> element"):
        insert_policy({"project/index.html": HEAD + "<style>p{}</style>"}, serving=False)


def test_code_that_shows_a_style_element_is_no_style_element() -> None:
    insert_policy({"index.html": HEAD + "<code>&lt;style&gt;p{}&lt;/style&gt;</code>"}, serving=False)


def test_a_page_without_a_charset_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^index\.html: no <meta charset"):
        insert_policy({"index.html": "<html><head></head>"}, serving=False)
