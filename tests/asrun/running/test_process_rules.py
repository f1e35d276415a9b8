"""What a block may not do: draw random numbers without a seed, write into the folder of the book."""

from __future__ import annotations

import pytest

from tests.asrun.conftest import SmallBook
from tests.asrun.faults import UNSEEDED, block

GLOBAL_STATE = "draws from a global random state (np.random.… or random.…): use rng = np.random.default_rng(seed)"


@pytest.mark.parametrize(
    "expression",
    [
        "np.random.default_rng()",
        "np.random.default_rng(None)",
        "np.random.default_rng(seed=None)",
        "np.random.RandomState()",
        "np.random.RandomState(None)",
        "np.random.SeedSequence()",
        "np.random.PCG64()",
        "np.random.MT19937()",
        "np.random.Philox()",
        "np.random.SFC64()",
        "np.random.Generator(np.random.PCG64())",
        "pick()",
    ],
)
def test_a_generator_without_a_seed(book: SmallBook, expression: str) -> None:
    book.page(block(f"import numpy as np\npick = np.random.default_rng\nrng = {expression}"))
    assert book.problems() == [f"docs/page.md:9: ValueError: {UNSEEDED}"]


def test_a_generator_without_a_seed_in_a_module(book: SmallBook) -> None:
    book.snippet("noise", "import numpy as np\n\n\ndef noise():\n    return np.random.default_rng().normal()\n")
    book.page(block("from snippets.noise import noise\nx = noise()"))
    assert book.problems() == [f"snippets/noise.py:5: ValueError: {UNSEEDED} (run by docs/page.md:6)"]


def test_a_generator_without_a_seed_whose_error_is_caught(book: SmallBook) -> None:
    book.page(block("import numpy as np\ntry:\n    np.random.default_rng()\nexcept ValueError:\n    pass"))
    assert book.problems() == [f"docs/page.md:6: {UNSEEDED}"]


@pytest.mark.parametrize(
    "statement",
    [
        "np.random.rand(2)",
        "np.random.normal()",
        "np.random.seed(1)",
        "np.random.shuffle([1, 2, 3])",
        "random.random()",
        "random.seed(1)",
        "random.shuffle([1, 2, 3])",
    ],
)
def test_a_global_random_state(book: SmallBook, statement: str) -> None:
    book.page(block(f"import random\nimport numpy as np\n{statement}"))
    assert book.problems() == [f"docs/page.md:6: {GLOBAL_STATE}"]


def test_a_global_random_state_in_an_expression(book: SmallBook) -> None:
    book.page(block("import random") + "\nIt is 0.5<!-- = random.random():.1f -->.\n" + block("x = 1"))
    assert book.problems() == [f"docs/page.md:10: the expression random.random():.1f {GLOBAL_STATE}"]


@pytest.mark.parametrize(
    "expression",
    [
        "np.random.default_rng(3)",
        "np.random.default_rng(seed=3)",
        "np.random.RandomState(3)",
        "np.random.RandomState(seed=3)",
        "np.random.Generator(np.random.PCG64(3))",
        "np.random.default_rng([1, 2])",
        "np.random.default_rng(3).spawn(2)",
        "random.Random(3).random()",
    ],
)
def test_randomness_with_a_seed_is_welcome(book: SmallBook, expression: str) -> None:
    book.page(block(f"import random\nimport numpy as np\nx = {expression}"))
    assert book.problems() == []


@pytest.mark.parametrize(
    ("statement", "file"),
    [
        ("open('data/new.csv', 'w')", "docs/data/new.csv"),
        ("open('data/a.csv', 'a')", "docs/data/a.csv"),
        ("open('data/a.csv', 'r+')", "docs/data/a.csv"),
        ("Path('data/a.csv').write_text('x')", "docs/data/a.csv"),
        ("Path('data').resolve().joinpath('a.csv').write_text('x')", "docs/data/a.csv"),
        ("Path('data/a.csv').unlink()", "docs/data/a.csv"),
        ("os.rename('data/a.csv', 'b.csv')", "docs/data/a.csv"),
        ("os.rename('b.csv', 'data/a.csv')", "docs/data/a.csv"),
        ("Path('data/new').mkdir()", "docs/data/new"),
    ],
)
def test_writing_into_the_data_folder(book: SmallBook, statement: str, file: str) -> None:
    data = book.write("docs/data/a.csv", "1\n")
    book.page(block(f"import os\nfrom pathlib import Path\n{statement}"))
    assert book.problems() == [
        f"docs/page.md:9: PermissionError: a page must not write into the book's own folders: {file}"
    ]
    assert [path.name for path in data.parent.iterdir()] == ["a.csv"]
    assert data.read_text() == "1\n"
