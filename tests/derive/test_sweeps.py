"""Both sweeps on one graph: on values, on traced values and as graphs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from hubel.derive.forward import push, tangent_graph
from hubel.derive.local import local_gradient
from hubel.derive.reverse import gradient_graph, pull
from hubel.graph.evaluate import evaluate
from hubel.graph.text import from_text
from hubel.graph.verify import verify
from hubel.structure import Diagonal
from tests.compiler.programs import PROGRAMS, inputs_of

NET = """
graph(x: float64[4, 3], w: float64[3, 2], b: float64[2], n: int64[])
p = matmul(x, w) : float64[4, 2]
s = add(p, b) : float64[4, 2]
h = tanh(s) : float64[4, 2]
y = sum(h, axis=(0,), keepdims=False) : float64[2]
z = multiply(y, n) : float64[2]
return out = z, hidden = h
"""


@pytest.fixture
def net():
    graph = from_text(NET)
    random = np.random.default_rng(0)
    given = {
        name: random.normal(size=node.shape)
        for name, node in graph.inputs.items()
        if node.dtype.kind == "f"
    }
    return graph, {**given, "n": np.int64(3)}


def test_pull_and_push_are_transposes(net):
    graph, inputs = net
    values = evaluate(graph, inputs)
    random = np.random.default_rng(1)
    moving = {n: x for n, x in graph.inputs.items() if x.dtype.kind == "f"}
    t = {node: random.normal(size=node.shape) for node in moving.values()}
    u = {node: random.normal(size=node.shape) for node in graph.outputs.values()}
    pushed, pulled = push(graph.nodes, values, t), pull(graph.nodes, values, u)
    forward = sum((u[n] * pushed[n]).sum() for n in u)
    reverse = sum((pulled[n] * t[n]).sum() for n in t)
    assert forward == pytest.approx(reverse, rel=1e-12)


def test_gradients_reach_the_active_nodes_only(net):
    graph, inputs = net
    values = evaluate(graph, inputs)
    by_name = {graph.names[n]: n for n in graph.nodes}
    active = {by_name[n] for n in ("w", "p", "s", "h", "y", "z")}
    out = graph.outputs["out"]
    found = pull(graph.nodes, values, {out: np.ones(2)}, active)
    assert by_name["w"] in found
    assert by_name["x"] not in found
    assert by_name["b"] not in found
    assert by_name["n"] not in found


def test_integers_get_no_gradient_and_no_tangent(net):
    graph, inputs = net
    values = evaluate(graph, inputs)
    found = pull(graph.nodes, values, {graph.outputs["out"]: np.ones(2)})
    assert graph.inputs["n"] not in found
    assert "t_n" not in tangent_graph(graph).inputs
    assert "d_n" not in gradient_graph(graph).outputs


def test_the_graphs_of_the_sweeps(net):
    graph, inputs = net
    values = evaluate(graph, inputs)
    u = {"d_out": np.ones(2), "d_hidden": np.full((4, 2), 0.5)}
    back = gradient_graph(graph)
    verify(back)
    assert list(back.outputs) == ["d_x", "d_w", "d_b"]
    found = evaluate(back, {**inputs, **u})
    seeds = {graph.outputs[k[2:]]: v for k, v in u.items()}
    pulled = pull(graph.nodes, values, seeds)
    for name in ("x", "w", "b"):
        expected = pulled[graph.inputs[name]]
        np.testing.assert_array_equal(found[back.outputs[f"d_{name}"]], expected)


def test_gradients_with_respect_to_some_inputs(net):
    graph, _ = net
    back = gradient_graph(graph, wrt=["b"])
    assert list(back.outputs) == ["d_b"]
    # The gradient of the first product is never made.
    assert [n.gate.name for n in back.nodes].count("matmul") == 1


def test_an_output_that_does_not_depend_on_an_input_gives_zeros():
    graph = from_text("""
    graph(x: float32[3], y: float64[])
    return out = y
    """)
    back = gradient_graph(graph)
    zero = back.outputs["d_x"].constant
    assert (zero.shape, zero.dtype) == ((3,), np.float32)
    forth = tangent_graph(graph)
    assert forth.outputs["t_out"] is forth.inputs["t_y"]


def test_an_output_that_no_tangent_reaches_gives_zeros():
    graph = from_text("""
    graph(x: float64[3], n: int64[3])
    y = negative(n) : int64[3]
    return out = x, count = y
    """)
    zero = tangent_graph(graph).outputs["t_count"].constant
    np.testing.assert_array_equal(zero, np.zeros(3))


def test_one_output_under_two_names_adds_its_seeds():
    graph = from_text("""
    graph(x: float64[])
    y = sin(x) : float64[]
    return a = y, b = y
    """)
    back = gradient_graph(graph)
    found = evaluate(back, {"x": 0.0, "d_a": 2.0, "d_b": 3.0})
    assert found[back.outputs["d_x"]] == 5.0


def test_local_gradients_of_one_use_of_a_node():
    graph = from_text("""
    graph(x: float64[2])
    y = multiply(x, x) : float64[2]
    return out = y
    """)
    x = np.array([2.0, 3.0])
    values = evaluate(graph, {"x": x})
    for position in (0, 1):
        local = local_gradient(graph.outputs["out"], position, values)
        assert isinstance(local, Diagonal)
        np.testing.assert_array_equal(local.diagonal(), x)


def test_local_gradients_of_other_gates_are_applied(net):
    graph, inputs = net
    values = evaluate(graph, inputs)
    total = next(n for n in graph.nodes if n.gate.name == "sum")
    local = local_gradient(total, 0, values)
    assert local.shape == (2, 8)
    np.testing.assert_array_equal(local @ np.ones(8), [4.0, 4.0])
    np.testing.assert_array_equal(local.T @ np.ones(2), np.ones(8))
    dense = np.asarray(local)
    assert dense.shape == (2, 4, 2)
    np.testing.assert_array_equal(dense.sum(axis=1), 4 * np.eye(2))


@settings(max_examples=40)
@given(PROGRAMS)
def test_both_sweeps_agree_on_random_programs(program):
    graph, seed = program
    inputs = inputs_of(graph, seed)
    with np.errstate(all="ignore"):
        values = evaluate(graph, inputs)
        random = np.random.default_rng(seed + 1)
        u = {n: random.normal(size=n.shape) for n in set(graph.outputs.values())}
        t = {n: random.normal(size=n.shape) for n in graph.inputs.values()}
        pushed, pulled = push(graph.nodes, values, t), pull(graph.nodes, values, u)
    zero = np.zeros(())
    forward = sum(float((u[n] * pushed.get(n, zero)).sum()) for n in u)
    reverse = sum(float((pulled.get(n, zero) * t[n]).sum()) for n in t)
    # Programs round to float32 on the way.
    assert forward == pytest.approx(reverse, rel=1e-5, abs=1e-5)
