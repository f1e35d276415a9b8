"""The formula check: what agrees, what is caught, and what the author is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from asrun.formulas.compare import check
from asrun.formulas.katex import parse
from asrun.formulas.notation import meanings_on, read_table
from asrun.model import Binding, Check, Meaning
from asrun.settings import Settings
from tests.book.drift import REPOSITORY


@pytest.fixture(scope="module")
def meanings() -> dict[str, Meaning]:
    """The book's own notation, as it stands on a page with many features."""
    rows, problems = read_table(Settings.load(REPOSITORY))
    assert problems == []
    return meanings_on("gradient", rows)


def predict(X: Any, w: Any, b: Any) -> Any:
    return X @ w + b


def mse(y: Any, y_hat: Any) -> Any:
    return np.mean((y_hat - y) ** 2)


def gradients(X: Any, y: Any, w: Any, b: Any) -> Any:
    r = X @ w + b - y
    return 2 / len(y) * X.T @ r, 2 / len(y) * r.sum()


def gradient(A: Any, y: Any, theta: Any) -> Any:
    return 2 / len(y) * A.T @ (A @ theta - y)


def solve(A: Any, y: Any) -> Any:
    return np.linalg.solve(A.T @ A, A.T @ y)


def shrug(y: Any) -> Any:
    return np.nan * y


def bound(tex: str, code: str, where: str = "", *, actual: bool = False) -> Check:
    """A displayed formula with its comment, as a page has it."""
    tree = parse(Settings.load(REPOSITORY), [(tex, True)])[tex, True].tree
    return Check(tex, Binding(1, code, where, actual), tree)


PAGE = {
    "np": np,
    "predict": predict,
    "mse": mse,
    "gradients": gradients,
    "gradient": gradient,
    "solve": solve,
    "shrug": shrug,
    "level": 3.0,
}

HOLDS = [
    (r"\hat y = X w + b", "predict(X, w, b)", ""),
    (r"\hat y_i = \mathbf{x}_i^\top \mathbf{w} + b", "predict(X, w, b)", ""),
    (r"\hat y_i = b + \sum_{j=1}^{d} w_j x_{ij}", "predict(X, w, b)", ""),
    (r"\hat y = A \theta = X \mathbf{w} + b \mathbf{1}", "predict(X, w, b)", ""),
    (r"L = \frac{1}{n} \sum_{i=1}^{n} (\hat y_i - y_i)^2", "mse(y, y_hat)", ""),
    (r"L(w, b) = \frac1n \lVert \hat y - y \rVert^2 = \frac{1}{n} r^\top r", "mse(y, y_hat)", ""),
    (r"\frac{1}{n} \sum_i |\hat y_i - y_i|", "np.mean(np.abs(y_hat - y))", ""),
    (r"\sqrt{\frac1n \sum_i r_i^2}", "np.sqrt(mse(y, y_hat))", ""),
    (r"\frac{\partial L}{\partial w_j} = \frac{2}{n} \sum_{i=1}^{n} (\hat y_i - y_i)\, x_{ij}", "gradients(X, y, w, b)[0]", ""),
    (r"\frac{\partial L}{\partial b} = \frac{2}{n} \sum_{i=1}^{n} (\hat y_i - y_i)", "gradients(X, y, w, b)[1]", ""),
    (r"\nabla_{\mathbf w} L = \frac{2}{n} X^\top (\hat y - y)", "gradients(X, y, w, b)[0]", ""),
    (
        r"\begin{aligned} \nabla_\theta L &= \tfrac{2}{n} A^\top (A\theta - y) && \text{chain rule} \\[4pt]"
        r" &= \frac2n \left( A^\top A\, \theta - A^\top y \right) \end{aligned}",
        "gradient(A, y, theta)",
        "",
    ),
    (r"w \leftarrow w - \eta\, \frac{\partial L}{\partial w}", "w - eta * gradients(X, y, w, b)[0]", ""),
    (
        r"w \leftarrow w - \eta \frac{\partial L}{\partial w}, \qquad b \leftarrow b - \eta \frac{\partial L}{\partial b}",
        "(w - eta * gradients(X, y, w, b)[0], b - eta * gradients(X, y, w, b)[1])",
        "",
    ),
    (r"\theta^\star = \arg\min_\theta L(\theta) = (A^\top A)^{-1} A^\top y", "solve(A, y)", "n > d + 1"),
    (r"H = \frac{2}{n} A^\top A", "2 / len(A) * A.T @ A", ""),
    (r"\bar y = \frac{1}{n} \sum_i y_i = \operatorname{mean}(y)", "np.mean(y)", ""),
    (r"\max_i y_i", "y.max()", ""),
    (r"\mathrm{SS}_{\text{res}} = \sum_i r_i^2 \le \lVert r \rVert_1^2", "np.sum((y_hat - y) ** 2)", ""),
    (r"\begin{bmatrix} n & \mathbf{1}^\top X \\ X^\top \mathbf{1} & X^\top X \end{bmatrix}",
     "np.column_stack([np.ones(len(X)), X]).T @ np.column_stack([np.ones(len(X)), X])", ""),
]  # fmt: skip


def outcome(tex: str, code: str, where: str, meanings: dict[str, Meaning], **more: Any) -> Any:
    return check(bound(tex, code, where, **more), meanings, PAGE, [])


@pytest.mark.parametrize(("tex", "code", "where"), HOLDS)
def test_a_right_formula_agrees_in_several_draws(tex: str, code: str, where: str, meanings: dict[str, Meaning]) -> None:
    result = outcome(tex, code, where, meanings)
    assert result.error == ""
    assert result.agreed >= 4


PLANTED = [  # (which of HOLDS, old, new): a sign, factor, exponent, transposition, index, symbol
    (0, "+", "-"), (0, "X w", "2 X w"), (0, "w", "X"), (0, "b", "w"), (1, "+", "-"), (1, r"^\top", ""), (1, "x}_i", "x}_1"),
    (2, r"\sum_{j=1}^{d}", r"\sum_{j=2}^{d}"), (2, "x_{ij}", "x_{ji}"), (2, "w_j", "w_1"), (3, r"b \mathbf{1}", r"\mathbf{1}"),
    (4, r"\frac{1}{n}", r"\frac{1}{2n}"), (4, r"\frac{1}{n}", ""), (4, "- y_i", "+ y_i"), (4, ")^2", ")^3"), (4, "- y_i", "- y_1"),
    (4, "i=1", "i=2"), (5, r"\rVert^2", r"\rVert"), (5, r"^\top", ""), (6, "|", ""), (7, r"\sqrt", ""), (7, "r_i^2", "r_i"),
    (8, r"\frac{2}{n}", r"\frac{1}{n}"), (8, r"\frac{2}{n}", r"-\frac{2}{n}"), (8, "x_{ij}", "x_{i1}"), (8, "w_j", "w_1"),
    (9, r"\partial b", r"\partial w_1"), (10, r"X^\top", "X"), (10, r"\hat y - y", r"y - \hat y"),
    (11, r"A^\top A\,", "A A"), (11, r"- A^\top y", r"+ A^\top y"), (11, r"\tfrac{2}{n}", r"\tfrac{1}{n}"), (12, "- ", "+ "),
    (12, r"\eta", ""), (13, r"b - \eta", r"b + \eta"), (14, "^{-1}", ""), (14, r"A^\top y", r"A^\top A"), (15, r"A^\top A", r"A A^\top"),
    (16, r"\frac{1}{n}", r"\frac{1}{n-1}"), (17, r"\max", r"\min"), (18, "r_i^2", "r_i"), (19, r"\mathbf{1}^\top X", r"X^\top \mathbf{1}"),
]  # fmt: skip


@pytest.mark.parametrize(("which", "old", "new"), PLANTED)
def test_a_planted_error_is_caught(which: int, old: str, new: str, meanings: dict[str, Meaning]) -> None:
    tex, code, where = HOLDS[which]
    assert old in tex
    result = outcome(tex.replace(old, new, 1), code, where, meanings)
    assert result.agreed == 0
    assert result.error


REFUSED = [  # formula, code, what the author is told, and the text that the caret points at
    (
        r"\hat y = X w + b",
        "forecast(X, w, b)",
        "the binding names forecast, which neither the page nor the notation table knows",
        "",
    ),
    (
        r"\hat y = X w + b",
        "predict(X, w, level)",
        "the binding names level, a value of the page that the notation table does not know",
        "",
    ),
    (r"\hat y = X w + \Xi", "predict(X, w, b)", r"the symbol \Xi is missing from the notation table", r"\Xi"),
    (r"\hat y = w X + b", "predict(X, w, b)", "cannot multiply w (3, 1) with X (7, 3)", "X"),
    (
        r"\hat y = X w + b = X^\top y",
        "predict(X, w, b)",
        "has shape (3,), and predict(X, w, b) gives (7,)",
        r"X^\top y",
    ),
    (
        r"L = r^\top r \oplus 1",
        "mse(y, y_hat)",
        r"cannot read \oplus here (understood so far: L = r^\top r)",
        r"\oplus",
    ),
    (r"L = \frac{1}{n \sum_i r_i^2", "mse(y, y_hat)", "KaTeX cannot read the formula", ""),
    (r"L = \left( \frac{1}{n} \sum_i r_i^2 \right]", "mse(y, y_hat)", "expected ) here, found ]", r"]"),
    (r"L = \frac{1}{n} \sum_k r_k^2", "mse(y, y_hat)", "is not an index of the notation table", "k"),
    (r"r = \hat y - y", "shrug(y)", "is not finite in a draw", "r"),
    (r"(A^\top A)^{-1} A^\top y", "solve(A, y)", "state the domain, as `where n > d + 1`", ""),
    (r"\hat y", "predict(X, w, b)[0:1]", "has shape (7,), and predict(X, w, b)[0:1] gives (1,)", r"\hat y"),
    (r"\hat y = X w + b", "predict(X, w,", "is not an expression", ""),
    (r"\nabla_y \hat y", "predict(X, w, b)", "only a number has a gradient", r"\nabla"),
    (r"L = \operatorname{frobnicate}(y)", "mse(y, y_hat)", "unknown function frobnicate", r"\operatorname"),
]


@pytest.mark.parametrize(("tex", "code", "message", "at"), REFUSED)
def test_what_cannot_hold_is_told_with_its_place(
    tex: str, code: str, message: str, at: str, meanings: dict[str, Meaning]
) -> None:
    result = outcome(tex, code, "", meanings)
    assert result.agreed == 0
    assert message in result.error
    if at:
        assert tex[result.offset :].startswith(at)


def test_a_domain_that_leaves_nothing_is_an_error(meanings: dict[str, Meaning]) -> None:
    assert "leaves no sizes to try" in outcome(r"\bar y", "np.mean(y)", "n > 1000", meanings).error


def test_the_values_of_the_page_can_be_meant(meanings: dict[str, Meaning]) -> None:
    page = PAGE | {"y": np.array([2.0, 4.0, 6.0]), "y_hat": np.array([1.0, 2.0, 3.0])}
    right = bound(r"\frac{1^2 + 2^2 + 3^2}{3} = \frac{14}{3} \approx 4.667", "mse(y, y_hat)", actual=True)
    assert check(right, meanings, page, []).agreed == 1
    wrong = bound(right.tex.replace("4.667", "4.668"), "mse(y, y_hat)", actual=True)
    assert "4.668 gives" in check(wrong, meanings, page, []).error


def test_a_derivative_is_that_of_the_loss_that_the_page_binds(meanings: dict[str, Meaning]) -> None:
    slope = bound(r"\frac{\partial L}{\partial b} = \frac{1}{n} \sum_i r_i", "gradients(X, y, w, b)[1] / 2")
    half = bound(r"L = \frac{1}{2n} \sum_i r_i^2", "mse(y, y_hat) / 2")
    assert "gives" in check(slope, meanings, PAGE, []).error  # the table's loss has no half
    assert check(slope, meanings, PAGE, [half]).agreed > 4


def test_a_minimum_must_be_one(meanings: dict[str, Meaning]) -> None:
    tex = r"\arg\min_\theta L(\theta)"
    assert outcome(tex, "solve(A, y)", "n > d + 1", meanings).agreed > 2
    assert "minimum" in outcome(tex, "solve(A, y) + 1e-3", "n > d + 1", meanings).error


@pytest.mark.parametrize(("name", "agreed"), [("D_i", True), ("D_1", False), ("D", False)])
def test_what_names_the_result_carries_its_open_indices(name: str, agreed: bool) -> None:
    rows, _ = read_table(Settings.load(REPOSITORY))
    result = outcome(rf"{name} = r_i^2", "(y_hat - y) ** 2", "", meanings_on("wrong-tool", rows))
    assert bool(result.agreed) is agreed
    if not agreed:
        assert result.error == f"{name} must carry the indices that the other sides leave open: i"


def test_what_names_the_result_is_as_long_as_its_index_counts() -> None:
    rows, _ = read_table(Settings.load(REPOSITORY))
    known = meanings_on("wrong-tool", rows)
    known["D"] = replace(known["D"], shape=("d + 2",))
    result = outcome("D_i = r_i^2", "(y_hat - y) ** 2", "", known)
    assert result.error == "D_i counts to n, and the notation table gives D the shape (d + 2)"


WRONG_NAMES = [  # formula, code, what the author is told of its left side
    (
        r"y = X w + b",
        "predict(X, w, b)",
        r"y is not what predict(X, w, b) gives: the notation table calls that \hat y (y_hat).",
    ),
    (r"y_i = \mathbf{x}_i^\top \mathbf{w} + b", "predict(X, w, b)", r"the notation table calls that \hat y (y_hat)"),
    (r"X w + b = y", "predict(X, w, b)", r"the notation table calls that \hat y (y_hat)"),
    (r"u = A \theta", "A @ theta", r"u is not what A @ theta gives: the notation table calls that \hat y (y_hat)"),
    (
        r"c = \frac{1}{n} \sum_i r_i^2",
        "mse(y, y_hat)",
        "c is not what mse(y, y_hat) gives: the notation table calls that L (L)",
    ),
    (
        r"y = X w",
        "X @ w",
        r"y is not what X @ w gives: the notation table takes y for data, from which it makes \bar y, r, L.",
    ),
    (r"c = X w", "X @ w", "c is not what X @ w gives: c is a number in the notation table, and the code gives (7,)"),
    (r"\delta = X w", "X @ w", "delta is the shape (d + 1) in the notation table, and the code gives (7,)"),
    (r"x_{ij} = 2 z_{ij}", "2 * (X - mu) / s", r"x_{ij} gives "),
    (r"n = 3 d", "3 * X.shape[1]", "n gives 7"),
]


@pytest.mark.parametrize(("tex", "code", "message"), WRONG_NAMES)
def test_a_free_symbol_must_be_what_the_code_gives(
    tex: str, code: str, message: str, meanings: dict[str, Meaning]
) -> None:
    result = outcome(tex, code, "", meanings)
    assert result.agreed == 0
    assert message in result.error
    if "is not what" in message:
        assert result.offset == (tex.index("y") if tex.endswith("y") else 0)


@pytest.mark.parametrize(
    ("tex", "code", "where"),
    [
        (r"y = X w + b + \varepsilon", "predict(X, w, b) + epsilon", ""),
        (r"y_i = \mathbf{x}_i^\top \mathbf{w} + b + \varepsilon_i", "predict(X, w, b) + epsilon", ""),
        (r"\eta = \frac{2}{\lambda_{\max} + \lambda_{\min}}", "2 / (lam_max + lam_min)", ""),
        (r"b^\star = \bar y - \mu^\top w", "np.mean(y) - X.mean(axis=0) @ w", ""),
        (r"\theta^{(t+1)} = \theta^{(t)} - \eta g", "theta_t - eta * gradient(A, y, theta)", ""),
        (r"u = X w", "X @ w", ""),
        ("c = 2", "2", ""),
        (r"\hat y = X w + b", "predict(X, w, b)", ""),
        (r"\mathbf{a}_i^\top \theta = \hat y_i", "predict(X, w, b)", ""),
    ],
)
def test_a_free_symbol_may_name_what_has_no_other_name(
    tex: str, code: str, where: str, meanings: dict[str, Meaning]
) -> None:
    result = outcome(tex, code, where, meanings)
    assert result.error == ""
    assert result.agreed >= 4


def test_the_page_gives_data_its_values(meanings: dict[str, Meaning]) -> None:
    page = PAGE | {"X": np.array([[1.0, 2.0], [3.0, 5.0]]), "w": np.array([1.0, -1.0]), "b": 0.5, "d": 2}

    def told(tex: str, code: str, **more: Any) -> str:
        return check(bound(tex, code, actual=True), meanings, page | more, []).error

    assert told("d = 2", "X.shape[1]") == ""
    assert told("d = 3", "X.shape[1]") == "3 gives 3, 1.5 times as much, where X.shape[1] gives 2"
    assert told("d = 2", "X.shape[0]", d=3) == "d gives 3, 1.5 times as much, where X.shape[0] gives 2"
    assert told("n = 2", "len(X)") == ""
    assert told("y = (-0.5, -1.5)", "predict(X, w, b)") == ""
    assert "calls that \\hat y (y_hat)" in told("y = X w + b", "predict(X, w, b)")
    assert told("y = X w + b", "predict(X, w, b)", y=np.array([-0.5, -1.5])) == ""
    assert "y gives 1, " in told("y = X w + b", "predict(X, w, b)", y=np.array([1.0, 2.0]))
    assert "the page gives sigma no value" in told(r"\hat y = 2 \sigma", "predict(X, w, b)")


WRONG_COMMENTS = [
    ("predict(X, w,", "", "the binding predict(X, w, is not an expression"),
    ("forecast(X, w, b)", "", "the binding names forecast, which neither the page nor the notation table knows"),
    ("predict(X, w, level)", "", "the binding names level, a value of the page that the notation table does not know"),
    ("predict(X, w)", "", "the code predict(X, w) raises TypeError: "),
    ("predict(X, w, b)", "n > > 2", "`where n > > 2` is no condition on n and d: "),
    ("predict(X, w, b)", "k > 2", "`where k > 2` is no condition on n and d: name 'k' is not defined"),
    ("predict(X, w, b)", "n > 1000", "`where n > 1000` leaves no sizes to try"),
    ("str(X @ w + b)", "", "str(X @ w + b) gives str, and no numbers"),
]


@pytest.mark.parametrize(("code", "where", "message"), WRONG_COMMENTS)
def test_what_is_wrong_with_the_comment_is_told_of_the_comment(
    code: str, where: str, message: str, meanings: dict[str, Meaning]
) -> None:
    result = outcome(r"\hat y = X w + b", code, where, meanings)
    assert result.error.startswith(message)
    assert result.offset is None
