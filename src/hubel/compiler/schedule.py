"""Schedule: an order of the nodes in which donated arrays are written last."""

from __future__ import annotations

from collections.abc import Mapping

from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node
from hubel.graph.walk import topological_order

Before = dict[Node, list[Node]]
"""For each node, what must run before it."""


def schedule(graph: CoreGraph, writes: Mapping[str, str]) -> tuple[Node, ...]:
    """Order the nodes so that an input is overwritten after all that read it.

    Parameters
    ----------
    graph : CoreGraph
        Its own order is kept where nothing speaks against it.
    writes : mapping of str to str
        Output name to the name of the donated input that it is written into. Where a
        reader needs the new value, the wish is left out: the plan then copies.
    """
    before: Before = {node: list(node.inputs) for node in graph.nodes}
    for output, given in writes.items():
        writer = graph.outputs[output]
        for reader in readers(graph, graph.inputs[given]):
            if reader is not writer and not _needs(reader, writer, before):
                before[writer].append(reader)
    return topological_order(graph.nodes, before)


def readers(graph: CoreGraph, given: Node) -> list[Node]:
    """Find what reads a node, directly or through views of it."""
    views: set[Node] = {given}
    found: list[Node] = []
    for node in graph.nodes:
        if not views.isdisjoint(node.inputs):
            found.append(node)
            if node.gate.facts.view:
                views.add(node)
    return found


def _needs(node: Node, other: Node, before: Before) -> bool:
    """Whether a node must run after another one."""
    stack, seen = [node], {node}
    while stack:
        for earlier in before[stack.pop()]:
            if earlier is other:
                return True
            if earlier not in seen:
                seen.add(earlier)
                stack.append(earlier)
    return False
