"""Rebuild a graph node by node: what every pass is made of."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, cast

from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import Node

Rewrite = Callable[[Node, tuple[Node, ...]], Node]
"""Given a node and the new versions of its inputs, return its replacement."""


def rewrite(graph: CoreGraph, rule: Rewrite) -> CoreGraph:
    """Apply a rule to every node that is computed, in topological order."""
    new: dict[Node, Node] = {}
    for node in graph.nodes:
        new[node] = (
            node if node.is_leaf else rule(node, tuple([new[i] for i in node.inputs]))
        )
    outputs = {name: new[node] for name, node in graph.outputs.items()}
    return build(graph.inputs, outputs)


def with_inputs(node: Node, inputs: tuple[Node, ...]) -> Node:
    """Return the node on other inputs of the same specs."""
    if all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
        return node
    return Node(
        node.gate,
        inputs,
        node.params,
        node.shape,
        node.dtype,
        node.weak,
        line=node.line,
    )


def freeze(value: Any) -> Hashable:
    """Make parameters hashable: dicts and lists become tuples."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return tuple((k, freeze(v)) for k, v in sorted(entries.items()))
    if isinstance(value, list | tuple):
        return tuple(freeze(v) for v in cast("list[Any]", value))
    return value
