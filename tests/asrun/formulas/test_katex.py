"""Formulas become HTML and MathML at build time; what KaTeX cannot read is told with its place."""

from __future__ import annotations

import pickle

import pytest

from asrun.formulas import katex
from tests.asrun.conftest import SmallBook


def rendered(book: SmallBook, tex: str, display: bool = False) -> katex.Rendered:
    """What becomes of a formula on a page."""
    book.page(f"\n$${tex}$$\n\n<!-- definition -->\n" if display else f"\nText ${tex}$.\n")
    return book.verify().math["page.md"][tex, display, ""]


def test_a_formula_becomes_html_and_mathml(book: SmallBook) -> None:
    inline, display = rendered(book, "w^2").html, rendered(book, "w^2", display=True).html
    assert inline.startswith('<span class="katex">')
    assert "<msup><mi>w</mi><mn>2</mn></msup>" in inline
    assert display.startswith('<span class="katex-display">')
    assert "<script" not in inline + display


@pytest.mark.parametrize(
    ("tex", "error", "position"),
    [
        (r"a + \foo", r"Undefined control sequence: \foo", 4),
        (r"\frac{1}{", "Unexpected end of input in a macro argument, expected '}'", 9),
        ("a_b_c", "Double subscript", 3),
        ("a } b", "Expected 'EOF', got '}'", 2),
    ],
)
def test_what_cannot_be_read_has_a_place(book: SmallBook, tex: str, error: str, position: int) -> None:
    made = rendered(book, tex)
    assert (made.error, made.position, made.html) == (error, position, "")


def test_a_formula_cannot_smuggle_a_link_in(book: SmallBook) -> None:
    assert "href=" not in rendered(book, r"\href{javascript:x}{y}").html


def test_one_bad_formula_does_not_spoil_the_others(book: SmallBook) -> None:
    book.page("\nText $a$, $\\foo$ and $b$.\n")
    made = {tex: bool(rendered.html) for (tex, *_), rendered in book.verify().math["page.md"].items()}
    assert made == {"a": True, r"\foo": False, "b": True}


def test_formulas_are_rendered_once(book: SmallBook, monkeypatch: pytest.MonkeyPatch) -> None:
    book.page("\nText $a$ and $\\foo$.\n")
    first = book.verify().math
    monkeypatch.setattr(katex, "_interpreter", None)  # whoever asks for it now fails
    assert book.verify().math == first
    book.page("\nText $\\foo$ and $a$, but other prose.\n")
    assert book.verify().math == first
    book.page("\nText without any.\n")
    assert book.verify().math == {"page.md": {}}
    book.page("\nText $b$.\n")
    with pytest.raises(TypeError):
        book.verify()


def test_another_katex_renders_anew(book: SmallBook) -> None:
    first = rendered(book, "a")
    file = book.root / ".cache/katex.pickle"
    stamp, kept = pickle.loads(file.read_bytes())
    kept = {key: katex.Rendered("kept") for key in kept}
    file.write_bytes(pickle.dumps((stamp, kept)))
    assert rendered(book, "a").html == "kept"
    file.write_bytes(pickle.dumps(("another script", kept)))
    assert rendered(book, "a") == first
