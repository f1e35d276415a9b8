from __future__ import annotations

from pathlib import Path

import pytest

from asrun.checking.book import verify
from asrun.reading.pages import read_pages
from asrun.settings import Settings
from tests.book.changes import KINDS, Mutant, mutants
from tests.book.drift import REPOSITORY, copy_book, equivalent, report, sample, try_all


@pytest.fixture(scope="module")
def every() -> list[Mutant]:
    return mutants(REPOSITORY)


def test_a_sample_of_drift_is_noticed(every: list[Mutant]) -> None:
    chosen = sample(every, 60)
    assert len(chosen) >= 60
    assert {mutant.kind for mutant in chosen} == set(KINDS)
    assert report(try_all(REPOSITORY, chosen), equivalent()) == []


def test_every_equivalent_change_exists_and_is_argued(every: list[Mutant]) -> None:
    names = {f"{mutant.kind} {mutant.name}" for mutant in every}
    assert [name for name in equivalent() if name not in names] == []
    assert all(len(reason) > 20 for reason in equivalent().values())


@pytest.mark.parametrize(
    ("file", "old", "new", "told_at"),
    [
        ("docs/loss.md", r"$$L = \frac{1}{n} \sum", r"$$L = \frac{2}{n} \sum", r"\frac{2}{n} \sum"),
        ("snippets/loss.py", "np.mean(", "2 * np.mean(", r"$$L = \frac{1}{n} \sum"),
        (
            "docs/gradient.md",
            r"\frac{\partial L}{\partial w_j} &= ",
            r"\frac{\partial L}{\partial w_j} &= 2 ",
            r"&= 2 ",
        ),
    ],
)
def test_a_factor_of_two_is_told_at_its_line(file: str, old: str, new: str, told_at: str, tmp_path: Path) -> None:
    root = copy_book(REPOSITORY, tmp_path / "book")
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} no longer holds {old}: choose another formula of the page"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    page = "docs/loss.md" if file.startswith("snippets") else file
    found = [
        problem
        for problem in verify(Settings.load(root), [page.removeprefix("docs/")]).problems
        if problem.file == page
    ]
    lines = (root / page).read_text(encoding="utf-8").split("\n")
    wanted = next(number for number, line in enumerate(lines, 1) if told_at in line)
    assert wanted in {problem.line for problem in found}
    assert any("2 times as much" in problem.message or "0.5 times as much" in problem.message for problem in found)


def test_a_factor_of_two_in_a_number_of_the_prose_is_told_at_its_line(tmp_path: Path) -> None:
    root = copy_book(REPOSITORY, tmp_path / "book")
    settings = Settings.load(root)
    page = next(page for page in read_pages(settings, ["loss.md"]))
    number = next(n for n in page.numbers if "." in n.text and not n.element)
    start, end = number.span
    doubled = f"{2 * float(number.text.replace(',', '')):.3f}"
    (settings.docs / "loss.md").write_text(page.text[:start] + doubled + page.text[end:], encoding="utf-8")
    found = verify(settings, ["loss.md"]).problems
    assert [(problem.line, problem.message.split(",")[0]) for problem in found] == [
        (number.line, f"the text says {doubled}")
    ]
