"""Einstein sums and the other products, in every form, against NumPy itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hubel as hb
from hubel.errors import HubelError, ShapeError, TraceError
from hubel.gates._einsum import renamed
from tests.gates.applied import assert_as_numpy, evaluated_results
from tests.gates.case import sample
from tests.gates.derived import assert_derivatives, assert_like_numpy

Shape = tuple[int, ...]


def arrays(*shapes: Shape) -> list[Any]:
    return [sample(*shape, seed=i) for i, shape in enumerate(shapes)]


SUMS: list[tuple[str, list[Shape]]] = [
    ("ij,jk", [(2, 3), (3, 4)]),
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("ij,jk->ki", [(20, 30), (30, 4)]),
    ("bij,bjk->bik", [(5, 4, 30), (5, 30, 3)]),
    ("bij,kjb->kib", [(5, 4, 30), (3, 30, 5)]),
    ("ij", [(2, 3)]),
    ("ji", [(2, 3)]),
    ("ij->ji", [(2, 3)]),
    ("ij->j", [(2, 3)]),
    ("i->", [(3,)]),
    ("ii", [(3, 3)]),
    ("ii->i", [(3, 3)]),
    ("iij->j", [(3, 3, 2)]),
    ("iji->ij", [(3, 2, 3)]),
    ("iii->i", [(3, 3, 3)]),
    ("iijj->ij", [(2, 2, 3, 3)]),
    ("i,i", [(3,), (3,)]),
    ("i,j", [(3,), (2,)]),
    ("i,j->ji", [(3,), (2,)]),
    ("ij,ij->", [(2, 3), (2, 3)]),
    ("ij,ij->ij", [(2, 3), (2, 3)]),
    ("ij,ij->j", [(40, 30), (40, 30)]),
    ("...ij,...jk->...ik", [(5, 2, 3), (3, 4)]),
    ("...ij,...jk->...ik", [(5, 2, 3), (6, 1, 3, 4)]),
    ("...ij,...jk", [(5, 2, 3), (6, 1, 3, 4)]),
    ("...ij->...ji", [(5, 2, 3)]),
    ("i...->...", [(3, 2)]),
    ("...", [(3, 2)]),
    ("...->...", [(3, 2)]),
    ("i...,i...", [(3, 2), (3, 2)]),
    ("...a,...a->...", [(2, 3), (2, 3)]),
    ("...,...", [(2, 3), (3,)]),
    ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)]),
    ("ij,jk,kl,l", [(2, 3), (3, 4), (4, 5), (5,)]),
    ("a,ab,abc->abc", [(2,), (2, 3), (2, 3, 4)]),
    ("ij,kj->k", [(2, 3), (4, 3)]),
    ("ij,k->j", [(2, 3), (4,)]),
    ("ij,jk->i", [(4, 3), (3, 2)]),
    ("ij,jk", [(2, 1), (3, 4)]),
    ("i,i->i", [(1,), (3,)]),
    ("ii,ij->j", [(3, 3), (3, 2)]),
    ("ij,->ij", [(2, 3), ()]),
    (",", [(), ()]),
    ("ij , jk -> ik", [(2, 3), (3, 4)]),
    ("Ab,bC", [(2, 3), (3, 4)]),
    ("bhqd,bhkd->bhqk", [(2, 3, 5, 8), (2, 3, 6, 8)]),
    ("nchw,oc->nohw", [(2, 3, 4, 4), (5, 3)]),
    ("ij,jk->ik", [(2, 0), (0, 3)]),
]


@pytest.mark.parametrize(("subscripts", "shapes"), SUMS)
def test_an_einstein_sum(subscripts: str, shapes: list[Shape]):
    assert_like_numpy(lambda *xs: np.einsum(subscripts, *xs), *arrays(*shapes))


def test_einstein_sums_of_numbered_axes():
    x, y = arrays((2, 3), (3, 4))
    batch = sample(5, 2, 3)
    assert_like_numpy(lambda x, y: np.einsum(x, [0, 1], y, [1, 2]), x, y)
    assert_like_numpy(lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]), x, y)
    assert_like_numpy(lambda x: np.einsum(x, [27, 1]), x)
    assert_like_numpy(
        lambda x, y: np.einsum(x, [..., 1], y, [1, 2], [..., 2]), batch, y
    )


def test_options_of_einsum():
    x, y = arrays((2, 3), (3, 4))
    assert_as_numpy(
        lambda x, y: np.einsum("ij,jk", x, y, optimize=True), x, y, exactly=False
    )
    assert_as_numpy(
        lambda x: np.einsum("ij,jk", x, y, dtype=np.float64, casting="same_kind"),
        x.astype(np.float32),
        exactly=False,
    )
    for dtype in (np.int8, np.bool_, np.complex64):
        assert_as_numpy(lambda x: np.einsum("ij->j", x), np.ones((3, 2), dtype))
        assert_as_numpy(lambda x: np.einsum("ij,ij->j", x, x), np.ones((3, 2), dtype))


def test_subscripts_have_one_normal_form():
    assert renamed(("xy", "yz"), "xz") == renamed(("ij", "jk"), "ik") == "ab,bc->ac"
    graph = hb.Graph.trace(
        lambda x, y: np.einsum("qr,rs->qs", x, y), *arrays((2, 3), (3, 4))
    )
    (node,) = [n for n in graph.nodes if n.gate == "einsum"]
    assert "ab,bc->ac" in str(graph), node


@st.composite
def an_einstein_sum(draw: st.DrawFn) -> tuple[str, list[Shape]]:
    """Draw subscripts of one to three operands, and shapes that fit them."""
    lengths = {letter: draw(st.integers(1, 3)) for letter in "ijkl"}
    word = st.text("ijkl", min_size=0, max_size=3)
    words = draw(st.lists(word, min_size=1, max_size=3))
    used = sorted(set("".join(words)))
    output = "".join(draw(st.permutations(used))[: draw(st.integers(0, 4))])
    rest = draw(st.booleans())
    text = ",".join(("..." if rest else "") + w for w in words)
    shapes: list[Shape] = []
    for w in words:
        batch: Shape = draw(st.sampled_from([(), (2,), (1, 2)])) if rest else ()
        shapes.append((*batch, *(lengths[letter] for letter in w)))
    return f"{text}->{'...' if rest else ''}{output}", shapes


@given(an_einstein_sum())
def test_any_einstein_sum(drawn: tuple[str, list[Shape]]):
    subscripts, shapes = drawn

    def f(*xs: Any) -> Any:
        return np.einsum(subscripts, *xs)

    assert_as_numpy(f, *arrays(*shapes), exactly=False)
    assert_derivatives(f, *arrays(*shapes), order=1)


PRODUCTS: list[tuple[str, Callable[..., Any], list[Shape]]] = [
    *[
        ("dot", np.dot, list(shapes))
        for shapes in (
            ((), ()),
            ((), (3,)),
            ((2, 3), ()),
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((3,), (3, 2)),
            ((2, 3), (3, 4)),
            ((5, 2, 3), (3, 4)),
            ((5, 2, 3), (6, 3, 4)),
            ((3,), (6, 3, 4)),
        )
    ],
    *[
        ("matmul", np.matmul, list(shapes))
        for shapes in (
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((3,), (3, 4)),
            ((2, 3), (3, 4)),
            ((5, 2, 3), (3,)),
            ((5, 2, 3), (3, 4)),
            ((5, 2, 3), (5, 3, 4)),
            ((1, 2, 3), (5, 3, 4)),
            ((3,), (5, 3, 4)),
            ((6, 1, 2, 3), (5, 3, 4)),
        )
    ],
    ("inner", np.inner, [(), (2, 3)]),
    ("inner", np.inner, [(3,), (3,)]),
    ("inner", np.inner, [(2, 5, 3), (4, 3)]),
    ("outer", np.outer, [(2, 2), (3,)]),
    ("vdot", np.vdot, [(2, 3), (3, 2)]),
    ("tensordot", np.tensordot, [(2, 3, 4), (3, 4, 5)]),
    ("tensordot 0", lambda a, b: np.tensordot(a, b, 0), [(2,), (3, 2)]),
    ("tensordot pair", lambda a, b: np.tensordot(a, b, (0, -1)), [(2, 3), (4, 2)]),
    (
        "tensordot lists",
        lambda a, b: np.tensordot(a, b, ((0, 2), (1, 0))),
        [(2, 3, 4), (4, 2, 5)],
    ),
    ("kron", np.kron, [(2, 3), (4,)]),
    ("kron", np.kron, [(2,), (2, 3, 1)]),
    ("cross", np.cross, [(5, 3), (3,)]),
    ("cross axis", lambda a, b: np.cross(a, b, axis=0), [(3, 5), (3, 5)]),
    ("cross axes", lambda a, b: np.cross(a, b, 0, 1, 0), [(3, 5), (5, 3)]),
    ("vecdot", np.vecdot, [(5, 3), (3,)]),
    ("vecdot axis", lambda a, b: np.vecdot(a, b, axis=0), [(3, 5), (3, 5)]),
    ("multiply.outer", np.multiply.outer, [(2, 3), (4,)]),
    ("subtract.outer", np.subtract.outer, [(2,), (4,)]),
]
if hasattr(np, "matvec"):
    PRODUCTS += [
        ("matvec", np.matvec, [(5, 2, 3), (3,)]),
        ("vecmat", np.vecmat, [(2,), (5, 2, 3)]),
    ]


@pytest.mark.parametrize(("name", "f", "shapes"), PRODUCTS)
def test_a_product_is_numpys(name: str, f: Callable[..., Any], shapes: list[Shape]):
    assert_like_numpy(f, *arrays(*shapes))


def test_a_method_and_the_operator_are_products_too():
    x, y = arrays((2, 3), (3, 4))
    assert_as_numpy(lambda x, y: x.dot(y), x, y, exactly=False)
    assert_as_numpy(lambda x: x @ y, x, exactly=False)
    assert_as_numpy(lambda y: x @ y, y, exactly=False)
    assert_as_numpy(lambda x: np.matmul([1.0, 2.0], x), x, exactly=False)


X = sample(2, 3)

REFUSED: dict[str, tuple[Callable[..., Any], type[HubelError], str]] = {
    "lengths": (
        lambda x: np.einsum("ij,kj->ik", x, np.ones((3, 4))),
        ShapeError,
        "length 4 in operand 1 and 3",
    ),
    "axes": (lambda x: np.einsum("ijk", x), ShapeError, "one letter for each axis"),
    "operands": (lambda x: np.einsum("ij,jk", x), ShapeError, "name 2 operands"),
    "output": (lambda x: np.einsum("ij->ik", x), ShapeError, "no operand has"),
    "output twice": (lambda x: np.einsum("ij->ii", x), ShapeError, "twice"),
    "diagonal": (lambda x: np.einsum("ii->i", x), ShapeError, "different lengths"),
    "ellipsis": (lambda x: np.einsum("...i->i", x), ShapeError, "write ..."),
    "einsum out": (lambda x: np.einsum("ij->", x, out=X), TraceError, "out="),
    "matmul": (lambda x: x @ X, ShapeError, "inner lengths 3 and 2"),
    "matmul number": (lambda x: np.matmul(x, 2.0), ShapeError, "with *"),
    "tensordot": (lambda x: np.tensordot(x, X, 1), ShapeError, "equal lengths"),
    "tensordot axes": (
        lambda x: np.tensordot(x, X, ((0, 1), (0,))),
        ShapeError,
        "over 2 axes and 1",
    ),
    "cross": (lambda x: np.cross(x.T, X.T), ShapeError, "a[..., 0] * b[..., 1]"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_what_to_do_and_where(name: str):
    f, kind, words = REFUSED[name]
    with pytest.raises(kind) as refusal:
        evaluated_results(f, X)
    assert words in str(refusal.value)
    assert "test_einsum.py" in refusal.value.where
