"""The oracle: node by node, just what NumPy computes."""

from __future__ import annotations

import numpy as np

from hubel.graph.evaluate import evaluate
from hubel.graph.graph import build
from hubel.graph.node import Spec, input_node
from hubel.graph.text import from_text

WEAK = Spec((), np.dtype("float64"), weak=True)


def test_every_node_gets_the_value_that_numpy_computes():
    graph = from_text("""
    graph(x: float64[2, 3], w: float64[3])
    p = matmul(x, w) : float64[2]
    y = tanh(p) : float64[2]
    return out = y
    """)
    x, w = np.arange(6.0).reshape(2, 3) / 7, np.array([0.5, -1.0, 2.0])
    values = {graph.names[n]: v for n, v in evaluate(graph, {"x": x, "w": w}).items()}
    assert values["x"] is x
    np.testing.assert_array_equal(values["p"], x @ w)
    np.testing.assert_array_equal(values["y"], np.tanh(x @ w))


def test_python_numbers_stay_python_numbers_through_operators():
    x = input_node(WEAK)
    graph = build({"x": x}, {"sum": x * 2.0 + 1.0, "wave": np.sin(x)})
    values = evaluate(graph, {"x": 3.0})
    assert type(values[graph.outputs["sum"]]) is float
    assert type(values[graph.outputs["wave"]]) is np.float64


def test_weak_numbers_do_not_widen_float32():
    x, scale = input_node(Spec((2,), np.dtype("float32"))), input_node(WEAK)
    graph = build({"x": x, "scale": scale}, {"out": x * (scale + 1.0)})
    given = {"x": np.ones(2, np.float32), "scale": 0.1}
    out = evaluate(graph, given)[graph.outputs["out"]]
    assert out.dtype == graph.outputs["out"].dtype == np.float32


def test_a_sweep_over_nodes_gives_nodes():
    x = input_node(WEAK)
    graph = build({"x": x}, {"out": x * x})
    fresh = input_node(WEAK)
    out = evaluate(graph, {"x": fresh})[graph.outputs["out"]]
    assert out.inputs == (fresh, fresh)


def test_a_long_chain():
    x = node = input_node(WEAK)
    for _ in range(100_000):
        node = -node
    graph = build({"x": x}, {"out": node})
    assert evaluate(graph, {"x": 3.0})[node] == 3.0
