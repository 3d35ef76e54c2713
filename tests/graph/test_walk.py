"""The order of nodes: every node after its inputs, the same for equal graphs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubel.errors import GraphError
from hubel.graph.graph import build
from hubel.graph.node import Node, Spec, constant_node, input_node
from hubel.graph.walk import dependents, topological_order

FLOAT = Spec((), np.dtype("float64"))

PICKS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=30)


def grow(picks: list[tuple[int, int]]) -> list[Node]:
    """Make a node for every pair of earlier nodes."""
    nodes: list[Node] = [input_node(FLOAT), constant_node(2.0)]
    for a, b in picks:
        nodes.append(nodes[a % len(nodes)] * nodes[b % len(nodes)])
    return nodes


@given(picks=PICKS)
def test_every_node_comes_once_and_after_its_inputs(picks):
    nodes = grow(picks)
    order = topological_order([nodes[-1], nodes[0]])
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert all(place[i] < place[n] for n in order for i in n.inputs)
    assert nodes[0] in place
    assert nodes[-1] in place


@given(picks=PICKS)
def test_order_holds_just_what_the_root_depends_on(picks):
    nodes = grow(picks)
    needed = {nodes[-1]}
    for node in reversed(nodes):  # inputs were made before what reads them
        if node in needed:
            needed.update(node.inputs)
    assert set(topological_order([nodes[-1]])) == needed


def test_order_is_depth_first_from_the_roots_in_the_order_given():
    x = input_node(FLOAT)
    left, right = x + 1.0, x * 2.0
    total = right - left
    order = topological_order([total])
    assert [n.gate.name for n in order] == [
        "input",
        "constant",
        "multiply",
        "constant",
        "add",
        "subtract",
    ]
    assert topological_order([left, right])[2] is left


def test_a_chain_of_100_000_nodes_needs_no_recursion():
    x = node = input_node(FLOAT)
    for _ in range(100_000):
        node = -node
    assert len(topological_order([node])) == 100_001
    assert len(build({"x": x}, {"out": node}).names) == 100_001


def test_dependents_are_what_a_change_reaches():
    x, y = input_node(FLOAT), input_node(FLOAT)
    both, own = x * y, y + 1.0
    found = dependents([x], topological_order([both, own]))
    assert found == {x, both}


def test_names_count_each_gate_and_stay_clear_of_given_ones():
    x = input_node(FLOAT)
    a, b = x + 1.0, x + 2.0
    graph = build({"add": x}, {"out": a * b}, {a: "constant"})
    assert [graph.names[node] for node in graph.nodes] == [
        "add",
        "c_1",
        "constant",
        "c_2",
        "add_2",
        "multiply",
    ]


def test_names_of_equal_graphs_are_equal():
    def names():
        x = input_node(FLOAT)
        y = np.tanh(x * x) + np.tanh(x)
        return list(build({"x": x}, {"out": y}).names.values())

    assert names() == names() == ["x", "multiply", "tanh", "tanh_2", "add"]


def test_an_input_without_a_name_is_an_error():
    x, y = input_node(FLOAT), input_node(FLOAT)
    with pytest.raises(GraphError, match="1 input nodes"):
        build({"x": x}, {"out": x + y})


def test_an_input_that_nothing_reads_stays_an_input():
    x, y = input_node(FLOAT), input_node(FLOAT)
    graph = build({"x": x, "y": y}, {"out": x * 2.0})
    assert y in set(graph.nodes)
    assert graph.names[y] == "y"
