"""Shape rules refuse parameters that do not fit, and compositions of simple passes."""

from __future__ import annotations

from string import ascii_letters
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, HubelError, ShapeError
from hubel.graph.cost import operations
from hubel.graph.node import input_node, make_node, spec_of
from hubel.graph.registry import GATES
from tests.gates.applied import evaluated_results
from tests.gates.case import sample

X = sample(3, 4)
ROWS = np.array([0, 2])

MISFITS: dict[str, tuple[str, list[Any], dict[str, Any], type[HubelError]]] = {
    "reshape": ("reshape", [X], {"shape": (5,)}, ShapeError),
    "slice": ("slice", [X], {"index": (0, 0, 0)}, ShapeError),
    "embed": ("embed", [X], {"index": (0,), "shape": (5, 5)}, ShapeError),
    "gather": ("gather", [X, ROWS, ROWS], {"axis": 1}, ShapeError),
    "index dtype": ("gather", [X, X[0]], {"axis": 0}, DTypeError),
    "scatter": ("scatter_add", [X, ROWS], {"axis": 0, "shape": (3, 4)}, ShapeError),
    "diagonal": ("diagonal", [X[0]], {"offset": 0}, ShapeError),
    "on diagonal": ("from_diagonal", [X], {"offset": 0, "shape": (3, 3)}, ShapeError),
    "partition": ("argpartition", [X], {"kth": (4,), "axis": 1}, ShapeError),
    "einsum letters": ("einsum", [X, X], {"subscripts": "ab,a->b"}, ShapeError),
    "einsum lengths": ("einsum", [X, X], {"subscripts": "ab,bc->ac"}, ShapeError),
    "einsum alone": ("einsum", [X, X], {"subscripts": "ab,ac->b"}, ShapeError),
    "einsum of one": ("einsum", [X], {"subscripts": "ab->ba"}, ShapeError),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_shape_rule_refuses_what_does_not_fit(name: str):
    gate, args, params, kind = MISFITS[name]
    nodes = tuple(input_node(spec_of(arg)) for arg in args)
    with pytest.raises(kind, match=rf"^{gate}\("):
        make_node(GATES[gate], nodes, params)


def test_compositions_refuse_what_no_array_can_be():
    for f, words in (
        (lambda x: x.reshape(), "12 elements"),
        (lambda x: np.einsum(f"...,{ascii_letters}", x, x), "52 letters"),
    ):
        with pytest.raises(ShapeError, match=words):
            evaluated_results(f, X)


def test_layout_changes_in_a_row_become_one():
    def turned(x: Any) -> Any:
        return x.T.T.reshape(2, 6).reshape(12).transpose()[None].transpose(1, 0)

    compiled = hb.compile(turned)
    np.testing.assert_array_equal(compiled(X), turned(X))
    both = GATES["transpose"].facts.compose
    assert both is not None
    first, second = (2, 0, 1), (1, 0, 2)
    joined = both({"axes": second}, {"axes": first})["axes"]
    x = sample(2, 3, 4)
    np.testing.assert_array_equal(
        x.transpose(joined), x.transpose(first).transpose(second)
    )


def test_products_count_their_operations():
    nodes = tuple(input_node(spec_of(a)) for a in (sample(2, 3), sample(3, 4)))
    assert operations(make_node(GATES["matmul"], nodes, {})) == 48
    product = make_node(GATES["einsum"], nodes, {"subscripts": "ab,bc->ac"})
    assert operations(product) == 48
