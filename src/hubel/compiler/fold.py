"""Compute what depends on constants alone, once."""

from __future__ import annotations

import numpy as np

from hubel.compiler.rewrite import rewrite, with_inputs
from hubel.graph.evaluate import settle
from hubel.graph.graph import CoreGraph
from hubel.graph.node import CONSTANT, Node, constant_node

LARGEST = 1 << 20
"""Results of more bytes than this are computed in the plan, not stored in it."""


def fold(graph: CoreGraph) -> CoreGraph:
    """Replace gates on constants by their values."""
    return rewrite(graph, _folded)


def _folded(node: Node, inputs: tuple[Node, ...]) -> Node:
    node = with_inputs(node, inputs)
    if node.gate.facts.opaque or any(i.gate is not CONSTANT for i in inputs):
        return node
    if node.nbytes > LARGEST and not node.gate.facts.view:
        return node
    with np.errstate(all="ignore"):
        value = node.gate.forward(*[i.constant for i in inputs], **node.params)
    return constant_node(settle(value, node.weak))
