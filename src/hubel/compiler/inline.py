"""Inline: put the parts of compound gates in their place."""

from __future__ import annotations

from hubel.compiler.rewrite import rewrite, with_inputs
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node


def inline(graph: CoreGraph) -> CoreGraph:
    """Replace the gates that are made of others by those, down to the last."""
    while any(node.gate.facts.expand for node in graph.nodes):
        graph = rewrite(graph, _expanded)
    return graph


def _expanded(node: Node, inputs: tuple[Node, ...]) -> Node:
    node = with_inputs(node, inputs)
    expand = node.gate.facts.expand
    return node if expand is None else expand(node)
