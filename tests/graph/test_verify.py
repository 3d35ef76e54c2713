"""``verify`` finds every way in which a graph can be malformed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hubel.errors import GraphError
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import Node, Spec, input_node
from hubel.graph.text import from_text
from hubel.graph.verify import verify

TEXT = """
graph(x: float64[2, 3], w: float64[3])
product = matmul(x, w) : float64[2]
y = tanh(product) : float64[2]
return out = y
"""


def sound() -> CoreGraph:
    return from_text(TEXT)


def test_a_sound_graph_passes():
    verify(sound())


def test_nodes_out_of_order():
    graph = sound()
    with pytest.raises(GraphError, match="y comes before one of its inputs"):
        verify(replace(graph, nodes=graph.nodes[::-1]))


def test_an_output_that_is_not_among_the_nodes():
    graph = sound()
    with pytest.raises(GraphError, match="output"):
        verify(replace(graph, nodes=graph.nodes[:-1]))


@pytest.mark.parametrize("inputs", [{}, {"x": "x"}, {"x": "x", "w": "y"}])
def test_inputs_that_are_not_the_input_nodes(inputs):
    graph = sound()
    known = {name: node for node, name in graph.names.items()}
    wrong = {name: known[source] for name, source in inputs.items()}
    with pytest.raises(GraphError, match="input"):
        verify(replace(graph, inputs=wrong))


def test_a_node_whose_shape_is_not_its_gates():
    graph = sound()
    last = graph.nodes[-1]
    lying = Node(last.gate, last.inputs, {}, (5,), last.dtype)
    wrong = build(graph.inputs, {"out": lying})
    with pytest.raises(GraphError, match=r"tanh is float64\[5\].*gives float64\[2\]"):
        verify(wrong)


def test_a_node_whose_dtype_is_not_its_gates():
    graph = sound()
    last = graph.nodes[-1]
    lying = Node(last.gate, last.inputs, {}, last.shape, np.dtype("float32"))
    with pytest.raises(GraphError, match="float32"):
        verify(build(graph.inputs, {"out": lying}))


def test_names_twice_and_names_missing():
    graph = sound()
    with pytest.raises(GraphError, match="one name"):
        verify(replace(graph, names=dict.fromkeys(graph.nodes, "same")))
    with pytest.raises(GraphError, match="no name"):
        verify(replace(graph, names={}))


def test_a_node_listed_twice():
    graph = sound()
    with pytest.raises(GraphError, match="twice"):
        verify(replace(graph, nodes=graph.nodes + graph.nodes[-1:]))


def test_an_input_that_is_not_listed():
    graph = sound()
    extra = input_node(Spec((), np.dtype("float64")))
    with pytest.raises(GraphError, match="input"):
        verify(replace(graph, inputs={**graph.inputs, "z": extra}))
