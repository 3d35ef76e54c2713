"""Cost: operations and bytes, counted on the graph."""

from __future__ import annotations

from dataclasses import dataclass

from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node


@dataclass(frozen=True, slots=True)
class Cost:
    """What sweeps over a graph cost.

    Attributes
    ----------
    forward, backward : float
        Weighted operations: an addition is 1, a tanh about 10.
    forward_bytes, backward_bytes : int
        Bytes read and written.
    """

    forward: float
    backward: float
    forward_bytes: int
    backward_bytes: int

    @property
    def ratio(self) -> float:
        """Value and gradient together, in units of the value alone."""
        return (self.forward + self.backward) / self.forward if self.forward else 1.0


def operations(node: Node) -> float:
    """Return the weighted operations of one node."""
    if node.is_leaf or node.gate.facts.view:
        return 0.0
    counted = node.gate.facts.operations
    return counted(node) if counted else node.gate.facts.weight * node.size


def traffic(node: Node) -> int:
    """Return the bytes that one node reads and writes."""
    if node.is_leaf or node.gate.facts.view:
        return 0
    read = [source.nbytes for source in node.inputs]
    if node.gate.facts.kind == "layout":  # moves elements: reads what it writes at most
        read = [min(each, node.nbytes) for each in read]
    return node.nbytes + sum(read)


def total(graph: CoreGraph) -> tuple[float, int]:
    """Return the operations and the bytes of a forward sweep."""
    return sum(map(operations, graph.nodes)), sum(map(traffic, graph.nodes))
