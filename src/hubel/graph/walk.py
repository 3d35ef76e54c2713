"""Walks over nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hubel.graph.node import Node


def topological_order(
    roots: Iterable[Node], before: Mapping[Node, Sequence[Node]] | None = None
) -> tuple[Node, ...]:
    """List every node that the roots depend on, each after its inputs.

    The order is that of a depth-first walk from the roots in the order given, so equal
    graphs give equal orders. No recursion: a chain of 100,000 nodes is fine. ``before``
    may say for each node what else, beside its inputs, has to come before it.
    """
    order: list[Node] = []
    seen: set[Node] = set()
    for root in roots:
        stack = [(root, False)]
        while stack:
            node, inputs_done = stack.pop()
            if inputs_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                first = node.inputs if before is None else before[node]
                stack.extend((n, False) for n in reversed(first) if n not in seen)
    return tuple(order)


def dependents(sources: Iterable[Node], nodes: Iterable[Node]) -> set[Node]:
    """Find the nodes, given in topological order, that depend on a source."""
    found = set(sources)
    for node in nodes:
        if any(i in found for i in node.inputs):
            found.add(node)
    return found
