"""The structure of every gate's local gradients, against one product at a time."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.derive.local import applied, local_operator
from hubel.gates.define import Unknown
from hubel.graph.node import input_node, make_node, spec_of
from hubel.graph.registry import GATES
from hubel.structure import (
    Applied,
    BlockDiagonal,
    Dense,
    Diagonal,
    Kronecker,
    Operator,
    Scaled,
    Scatter,
    Selection,
)
from tests.gates.test_every_gate import EVERY, cases_of


def node_of(name, args, params=None):
    sources = tuple(input_node(spec_of(arg)) for arg in args)
    node = make_node(GATES[name], sources, params or {})
    values = dict(zip(sources, args, strict=True))
    with np.errstate(all="ignore"):
        values[node] = GATES[name](*args, **(params or {}))
    return node, values


@EVERY
def test_the_structure_of_every_gate_is_its_jacobian(name):
    for case in cases_of(name):
        node, values = node_of(name, case.args, case.params)
        for position, source in enumerate(node.inputs):
            if isinstance(node.gate.rule(position), Unknown):
                continue
            local = local_operator(node, position, values)
            assert isinstance(local, Operator)
            assert (local.output_shape, local.input_shape) == (node.shape, source.shape)
            if isinstance(local, Applied) or source.dtype.kind not in "fc":
                continue
            expected = applied(node, position, values)
            assert local.dtype == expected.dtype
            if node.size * source.size > 10**5:
                ones = np.ones(source.size, source.dtype)
                np.testing.assert_allclose(local @ ones, expected @ ones, rtol=1e-11)
                continue
            np.testing.assert_allclose(
                np.asarray(local), np.asarray(expected), rtol=1e-11, atol=1e-11
            )


A = np.random.default_rng(0).normal(size=(4, 3))
B = np.random.default_rng(1).normal(size=(3, 5))
STACK = np.random.default_rng(2).normal(size=(2, 4, 3))
STACK_B = np.random.default_rng(3).normal(size=(2, 3, 5))


@pytest.mark.parametrize(
    ("name", "args", "params", "position", "kind"),
    [
        ("tanh", (A,), {}, 0, Diagonal),
        ("add", (A, A[0]), {}, 1, Selection),
        ("multiply", (A, A[0]), {}, 1, Selection),
        ("transpose", (A,), {"axes": (1, 0)}, 0, Selection),
        ("slice", (A,), {"index": ((0, 4, 2),)}, 0, Selection),
        ("sum", (A,), {"axis": (0,)}, 0, Scatter),
        ("max", (A,), {"axis": (0,)}, 0, Scatter),
        ("matmul", (A, B), {}, 0, Kronecker),
        ("matmul", (A, B), {}, 1, Kronecker),
        ("matmul", (A, B[:, 0]), {}, 1, Dense),
        ("matmul", (STACK, STACK_B), {}, 0, BlockDiagonal),
        ("matmul", (STACK, B), {}, 0, Kronecker),
        ("einsum", (A, B), {"subscripts": "ab,bc->ac"}, 0, Kronecker),
        ("softmax", (A,), {"axis": -1}, 0, BlockDiagonal),
        ("cumsum", (A,), {"axis": 1}, 0, BlockDiagonal),
    ],
)
def test_structures_are_the_most_special_ones(name, args, params, position, kind):
    node, values = node_of(name, args, params)
    local = local_operator(node, position, values)
    assert isinstance(local, kind)
    expected = applied(node, position, values)
    np.testing.assert_allclose(np.asarray(local), np.asarray(expected), atol=1e-13)


def test_no_sum_of_elements_passes_for_one_element():
    node, values = node_of("cumsum", (np.ones(300),), {"axis": 0})
    assert isinstance(local_operator(node, 0, values), Applied)


def test_a_function_of_elementwise_gates_is_one_stretch():
    x = np.linspace(-1.0, 1.0, 9)

    def f(x):
        y = np.tanh(x) * 3.0
        return np.where(y > 0, y + x, x) / (1 + x * x)

    found = hb.jacobian(f)(x)
    assert isinstance(found, Diagonal)
    dense = hb.jacobian(f, structure="dense")(x)
    np.testing.assert_allclose(found.todense(), dense.todense(), rtol=1e-14)
    assert isinstance(hb.jacobian(lambda x: x + x)(x), Scaled)
    assert isinstance(hb.jacobian(lambda x: x + 1)(x), Scaled)


def test_a_stretch_behind_a_matrix_scales_it_once():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=200), rng.normal(size=(200, 200))

    def f(x):
        y = w @ x
        return np.tanh(np.sin(y) * np.exp(y)) + y

    found = hb.jacobian(f)(x)
    np.testing.assert_allclose(found.todense(), hb.jacrev(f)(x).todense(), rtol=1e-11)
    # The matrix is found, and scaled once: not once for each of five gates.
    assert found.explain().spent < 4 * w.size


def test_a_zero_in_a_stretch_stays_zero_beside_infinity():
    found = hb.jacobian(lambda x: np.maximum(np.sqrt(x), 1.0))(np.array([0.0, 4.0]))
    np.testing.assert_array_equal(found.diagonal(), [0.0, 0.25])
