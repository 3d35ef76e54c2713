"""Common subexpressions: compute equal nodes once."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from hubel.compiler.rewrite import freeze, rewrite, with_inputs
from hubel.graph.graph import CoreGraph
from hubel.graph.node import CONSTANT, Node

COMPARED = 4096
"""Constants of at most this many bytes are compared by content."""


def cse(graph: CoreGraph) -> CoreGraph:
    """Merge nodes of the same gate, parameters and inputs."""
    known: dict[Hashable, Node] = {}  # what is computed -> the node that computes it
    places: dict[Node, Hashable] = {}  # constant -> its content, where small

    def place(node: Node) -> Hashable:
        if node.gate is not CONSTANT:
            return node
        if node not in places:
            places[node] = _content(node)
        return places[node]

    def merged(node: Node, inputs: tuple[Node, ...]) -> Node:
        node = with_inputs(node, inputs)
        if node.gate.facts.opaque:
            return node
        operands: Hashable = tuple([place(i) for i in inputs])
        if node.gate.facts.commutative:
            operands = frozenset(operands)
        return known.setdefault((node.gate, operands, freeze(node.params)), node)

    return rewrite(graph, merged)


def _content(node: Node) -> Hashable:
    array = np.asarray(node.constant)
    if array.nbytes > COMPARED:
        return node
    return (node.weak, array.dtype.str, array.shape, array.tobytes())
