"""The merged style sheet is whole, and the colors of figures can be told from the page in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import material
import pytest

from asrun.publishing import stylesheet as stylesheets
from asrun.publishing.stylesheet import stylesheet
from asrun.settings import PACKAGE, BookError
from snippets import plots

THEME = Path(material.__file__).parent / "templates"
ASSETS = PACKAGE / "publishing/theme/assets"
BOOK = (stylesheets.STYLES / "book.css").read_text(encoding="utf-8")
FIGURE_COLORS = {name: value for name, value in vars(plots).items() if name.isupper() and isinstance(value, str)}


def theme(scheme: str) -> dict[str, str]:
    """The variables of one color scheme."""
    match = re.search(rf'\[data-md-color-scheme="{scheme}"\] \{{(.*?)\n\}}', BOOK, re.DOTALL)
    assert match
    return dict(re.findall(r"(--[\w-]+): ([^;]+);", match[1]))


def contrast(one: str, other: str) -> float:
    """The ratio that WCAG defines, for two colors written as #rrggbb."""

    def luminance(color: str) -> float:
        channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_address_in_the_merged_style_sheet_leads_to_a_file() -> None:
    _, text = stylesheet(THEME)
    addresses = {
        address for address in re.findall(r"""url\(["']?([^"')]+)""", text) if not address.startswith(("data:", "#"))
    }
    assert len(addresses) > 10
    missing = {address for address in addresses if not ASSETS.joinpath(address).is_file()}
    assert not missing


def test_the_merged_style_sheet_holds_all_four_parts_in_order() -> None:
    _, text = stylesheet(THEME)
    places = [text.find(part) for part in (".md-header", "[data-md-color-scheme=slate]", ".katex ", "--book-measure")]
    assert -1 not in places
    assert places == sorted(places)


def test_the_name_of_the_style_sheet_changes_with_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylesheets, "STYLES", tmp_path)
    (tmp_path / "katex.css").write_text(".katex{}")
    (tmp_path / "book.css").write_text("a { color: red }")
    first, _ = stylesheet(THEME)
    assert stylesheet(THEME)[0] == first
    (tmp_path / "book.css").write_text("a { color: blue }")
    assert stylesheet(THEME)[0] != first


def test_a_missing_part_of_the_theme_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="which version of Material"):
        stylesheet(tmp_path)


def test_a_missing_part_of_ours_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylesheets, "STYLES", tmp_path)
    with pytest.raises(
        BookError, match=r"the style sheet .*/katex\.css, a part of asrun, is missing: install asrun again"
    ):
        stylesheet(THEME)


def test_the_style_sheet_names_no_other_host() -> None:
    _, text = stylesheet(THEME)
    # An SVG inside a data: address names its own language, which nobody fetches.
    assert not re.findall(r"@import|url\([\"']?(?:https?:)?//", text)


@pytest.mark.parametrize("scheme", ["default", "slate"])
@pytest.mark.parametrize("name", FIGURE_COLORS)
def test_a_color_of_figures_has_a_shade_that_stands_out(name: str, scheme: str) -> None:
    for attribute in ("fill", "stroke"):
        match = re.search(rf'svg \[{attribute}="{FIGURE_COLORS[name]}"\] \{{ {attribute}: var\((--[\w-]+)\); \}}', BOOK)
        assert match, f"asrun/publishing/styles/book.css maps no {attribute} for {name} = {FIGURE_COLORS[name]}"
        assert match[1] == f"--book-{name.lower()}"
        assert contrast(theme(scheme)[match[1]], theme(scheme)["--book-paper"]) >= 3


@pytest.mark.parametrize("scheme", ["default", "slate"])
def test_text_and_code_are_readable(scheme: str) -> None:
    colors = {name: value for name, value in theme(scheme).items() if re.fullmatch(r"#[0-9a-f]{6}", value)}
    for name in ("--md-default-fg-color", "--md-default-fg-color--light", "--book-accent"):
        assert contrast(colors[name], colors["--book-paper"]) >= 4.5, name
    for name, color in colors.items():
        if name.startswith("--md-code-hl-") or name == "--md-code-fg-color":
            assert contrast(color, colors["--book-tint"]) >= 4.5, name
