"""One test proves the links of every gate: its pattern covers the true one.

It is parametrised by the registry, with the sample calls of the gates' own test.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hubel.derive.interactions import hessian_pattern_of
from hubel.derive.link_rules import BY_NAME
from hubel.derive.reverse import gradient_graph
from hubel.derive.sparsity import pattern_of
from hubel.graph.evaluate import evaluate
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import Node, constant_node, input_node, make_node, spec_of
from hubel.graph.registry import GATES
from hubel.structure import Pattern
from tests.derive.test_sparsity import dense
from tests.gates.case import Case
from tests.gates.test_every_gate import EVERY, smooth_cases

LARGEST = 200
"""The most elements of an argument whose derivatives are found one by one."""


def graph_of(name: str, case: Case, place: int) -> CoreGraph:
    """Make the graph of a sample call in which one argument is an input."""
    nodes = [
        input_node(spec_of(arg)) if k == place else constant_node(arg)
        for k, arg in enumerate(case.args)
    ]
    out = make_node(GATES[name], tuple(nodes), case.params)
    return build({"x": nodes[place]}, {"y": out})


def real_cases(name: str, order: int = 1) -> list[tuple[CoreGraph, Any]]:
    """List the graphs of a gate's calls with a real argument and a real result."""
    found: list[tuple[CoreGraph, Any]] = []
    for case, places in smooth_cases(name):
        for place in places:
            graph, value = graph_of(name, case, place), case.args[place]
            kinds = graph.inputs["x"].dtype.kind + graph.outputs["y"].dtype.kind
            small = np.size(value) <= LARGEST and case.order >= order
            if kinds == "ff" and small:
                found.append((graph, value))
    return found


def ends(graph: CoreGraph) -> tuple[Node, Node]:
    return graph.inputs["x"], graph.outputs["y"]


@EVERY
def test_patterns_cover_the_true_ones(name: str) -> None:
    for graph, value in real_cases(name):
        true = Pattern.of(dense(graph, {"x": value}, *ends(graph)))
        values = evaluate(graph, {"x": value})
        wide = pattern_of(graph.nodes, {}, *ends(graph))
        near = pattern_of(graph.nodes, values, *ends(graph), local=True)
        assert near.covers(true)
        assert wide.covers(near)


@EVERY
def test_interactions_cover_the_true_ones(name: str) -> None:
    for graph, value in real_cases(name, order=2):
        gradients = gradient_graph(graph)
        source, gradient = gradients.inputs["x"], gradients.outputs["d_x"]
        upstream = np.random.default_rng(3).normal(size=graph.outputs["y"].shape)[()]
        inputs = {"x": value, "d_y": upstream}
        true = Pattern.of(dense(gradients, inputs, source, gradient))
        found = hessian_pattern_of(graph.nodes, {}, *ends(graph))
        assert found.covers(true)


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - {"fft", "rfft", "irfft"}))
def test_rules_by_name_are_tried(name: str) -> None:
    assert real_cases(name)
