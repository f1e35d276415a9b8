r"""What KaTeX's parser is taken for: `katex.__parse` is documented as unstable, and an update must read all this alike."""

from __future__ import annotations

import re

import pytest

from asrun.formulas.katex import parse
from asrun.formulas.reader import read, symbol_of
from asrun.formulas.symbols import tag
from asrun.formulas.tree import CannotRead, Node, nodes_of
from asrun.model import Meaning
from asrun.settings import Settings
from tests.book.drift import REPOSITORY

TREES = [
    ("a + b - c", "(subtract (add a b) c)"),
    (r"-a b^2", "(negate (multiply a (power b 2)))"),
    (r"10^{-6} x", "(multiply (power 10 (negate 6)) x)"),
    (r"\frac12 n", "(multiply (divide 1 2) n)"),
    (r"\hat y_i = \mathbf{x}_i^\top \boldsymbol{\theta}", "(index 'hat y' i) = (multiply (transpose (index 'bf x' i)) 'bf \\theta')"),
    (r"x_{ij} \cdot x_{i,j+1}", "(multiply (index x i j) (index x i (add j 1)))"),
    (r"\mathrm{SS}_{\text{res}} \le \lambda_{\max}", r"SS_res <= \lambda_\max"),
    (r"\theta^{(t+1)}_j = \theta_j^\star", r"(index \theta^(t+1) j) = (index \theta^* j)"),
    (r"\left( A^\top A \right)^{-1} A^+", "(multiply (inverse (multiply (transpose A) A)) (pinv A))"),
    (r"\bigl( a + b \bigr) \odot c / 2", "(divide (hadamard (add a b) c) 2)"),
    (r"\lVert r \rVert_1^2 = \|r\|^2 + |b|", "(power (norm_1 r) 2) = (add (power (norm r) 2) (abs b))"),
    (r"\sqrt{x} + \sqrt[3]{\bar y}", "(add (root x) (root 'bar y' 3))"),
    (r"\sum_{i=1}^n r_i^2 + \prod\limits_j w_j", "(add (sum (power (index r i) 2) i 1 n) (product (index w j) j))"),
    (r"\max_i y_i \cdot \operatorname{Var}(y, w) - \log 2", "(subtract (extreme_max (multiply (index y i) (call 'fn Var' y w)) i) (call 'fn log' 2))"),
    (r"\frac{\partial L}{\partial w_j} = \frac{d}{dx} (3x)", r"(partial L (index w j)) = (partial (multiply 3 x) x)"),
    (r"\frac{d + 1}{d} \nabla_\theta L", r"(multiply (divide (add d 1) d) (nabla L \theta))"),
    (r"\arg\min_{w, b} L(w) = \operatorname*{arg\,min}_w L", "(argmin (call L w) (tuple w b)) = (argmin L w)"),
    (r"\begin{bmatrix} n & \mathbf{1}^\top X \\ 0 & 1.5 \end{bmatrix}", "(matrix (row n (multiply (transpose (ones)) X)) (row 0 1.5))"),
    (r"(1, 2) := \textstyle a \; \color{red} b", "(tuple 1 2) <- (multiply a b)"),
    (r"w \leftarrow w \coloneqq 2, \qquad a \iff b \text{ and } c > 0.", "w <- w <- 2; a iff b; c > 0"),
    (r"\begin{aligned} a &= b && \text{why} \\[4pt] &\approx \bm c \end{aligned}", "a = b ~ 'bf c'"),
]  # fmt: skip
REFUSED = [  # formula, message, the text that it points at
    (r"a \oplus b", r"cannot read \oplus here", r"\oplus"),
    (r"a = = b", "cannot read = here", "= b"),
    ("= b", "the formula begins with a relation: nothing stands on its left", "= b"),
    ("a +", "the formula ends too early", ""),
    (r"\left( a + b \right]", "expected ) here, found ]", "]"),
    ("f'(x)", r"a prime: write ^\top for a transpose", "'"),
    ("n!", "cannot read ! here", "!"),
    (r"\frac{a}{\text{no}}", r"cannot read \text{no} here", r"\text{no}"),
    (r"\frac{\partial L}{w}", r"expected \partial here, found w", "w}"),
    (r"\sum_{i=1} x_i", "a sum with a lower bound and no upper one", r"\sum"),
    (r"\sum^n x_i", "a sum with an upper bound and no lower one", r"\sum"),
    (r"\begin{cases} 1 \\ 2 \end{cases}", "cannot read an environment cases here", r"\begin"),
    (r"\hat{a + b}", "cannot read + here", "+ b"),
    (r"\dots", r"cannot read \dots here", r"\dots"),
    (r"\newcommand{\mean}{\oplus} a \mean b", r"cannot read \mean here", r"\mean b"),
    ("_i", "a script with nothing before it", "i"),
    (r"\log_{10} a", "a subscript on the name of a function", "_{10}"),
    (r"\text{nothing}", "the formula is empty", r"\text"),
]


def tree_of(tex: str) -> str:
    return parse(Settings.load(REPOSITORY), [(tex, True)])[tex, True].tree


def shown(node: Node) -> str:
    """A node as a list: its kind with its name, and its parts."""
    if node.kind in ("symbol", "number"):
        return f"'{node.name}'" if " " in node.name else node.name
    name = f"_{node.name}" if node.kind in ("norm", "extreme") and node.name else ""
    return f"({' '.join([node.kind + name, *map(shown, node.parts)])})"


@pytest.mark.parametrize(("tex", "tree"), TREES)
def test_a_formula_is_read_as_this_tree(tex: str, tree: str) -> None:
    chains = read(tree_of(tex), tex, {"L"}.__contains__)
    found = "; ".join(" ".join(f"{side.relation} {shown(side.node)}".strip() for side in chain) for chain in chains)
    assert found == tree


@pytest.mark.parametrize(("tex", "message", "at"), REFUSED)
def test_what_cannot_be_read_is_told_with_its_place(tex: str, message: str, at: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read(tree_of(tex), tex)
    assert message in str(caught.value)
    assert tex[caught.value.offset :].startswith(at)
    assert at or caught.value.offset == len(tex)


def test_every_part_knows_its_place() -> None:
    tex = r"\hat{\mathbf y}  + \left( \frac{\bm x}{2} \right) ^2 + \begin{pmatrix} a \end{pmatrix} + \lVert u \rVert_1 "
    [[side]] = read(tree_of(tex), tex)
    found: list[str] = []

    def walk(node: Node) -> None:
        found.append(tex[node.start : node.end])
        for part in node.parts:
            walk(part)

    walk(side.node)
    assert found == [
        tex.strip(),
        r"\hat{\mathbf y}  + \left( \frac{\bm x}{2} \right) ^2 + \begin{pmatrix} a \end{pmatrix}",
        r"\hat{\mathbf y}  + \left( \frac{\bm x}{2} \right) ^2",
        r"\hat{\mathbf y}",
        r"\left( \frac{\bm x}{2} \right) ^2",
        r"\left( \frac{\bm x}{2} \right)",
        r"\bm x",
        "2",
        "2",
        r"\begin{pmatrix} a \end{pmatrix}",
        "a",
        "a",
        r"\lVert u \rVert_1",
        "u",
    ]


@pytest.mark.parametrize(
    ("tex", "name"),
    [("x_{ij}", ["x", "i", "j"]), (r"\bar{\mathbf{x}}", ["bar bf x"]), (r"\mathbf a_0", ["bf a", "0"]), (r"\theta^{(t)}", [r"\theta^(t)"])],
)  # fmt: skip
def test_a_symbol_has_one_name(tex: str, name: list[str]) -> None:
    assert symbol_of(nodes_of(tree_of(tex)), tex) == name


@pytest.mark.parametrize("tex", ["a b", "a + b", r"A^\top", "2", ""])
def test_more_or_less_than_a_symbol_has_none(tex: str) -> None:
    with pytest.raises(CannotRead):
        symbol_of(nodes_of(tree_of(tex)), tex)


def meaning(symbol: str, python: str, **more: str) -> Meaning:
    return Meaning(symbol, symbol, python, (), "", **more)  # type: ignore[arg-type]


ROWS = {
    row.symbol: row for row in (meaning("w", "w"), meaning("hat y", "y_hat"), meaning("n", "n"), meaning("bf a", "A"))
}
ROWS["x_i,j"] = Meaning("x_i,j", "x_{ij}", "X[i, j]", (), "", base="x", indices=("i", "j"))


@pytest.mark.parametrize(
    ("tex", "marked"),
    [
        (r"\frac1n w^2", r"\frac1[n=n] [w=w]^2"),
        (r"\hat y_i = w_1 x_{ij} + x_i", r"[y_hat=\hat y_i] = [w=w_1] [X=x_{ij}] + x_i"),
        (r"\text{w is } \mathbf{a}_i^\top \bm w", r"\text{w is } [A=\mathbf{a}_i]^\top \bm [w=w]"),
        (r"\operatorname{now}(w) + \textcolor{n}{q} + \tilde w", r"\operatorname{now}([w=w]) + \textcolor{n}{q} + \tilde [w=w]"),
        (r"\newcommand{\W}{w} \W + w", r"\newcommand{\W}{w} [w=\W] + [w=w]"),
        (r"\foo w", r"\foo w"),
        ("f'(w) = w'", "f'([w=w]) = [w=w]'"),
    ],
)  # fmt: skip
def test_symbols_are_marked_where_they_stand(tex: str, marked: str) -> None:
    made = tag(tex, tree_of(tex), ROWS)
    assert re.sub(r"\{\\htmlData\{s=(\w+)\}\{(.*?)\}\}(?!\})", r"[\1=\2]", made) == marked


def test_the_lines_of_an_aligned_formula_are_numbered() -> None:
    tex = r"\begin{aligned} q &= w \\[4pt] &= 2 && \text{why} \end{aligned}"
    assert tag(tex, tree_of(tex), ROWS) == (
        r"\begin{aligned} \htmlData{step=1}{q} &\htmlData{step=1}{= {\htmlData{s=w}{w}}} \\[4pt] "
        r"&\htmlData{step=2}{= 2} && \htmlData{step=2}{\text{why}} \end{aligned}"
    )
