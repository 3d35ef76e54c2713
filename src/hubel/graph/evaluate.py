"""Evaluate a graph node by node: the slow, obvious oracle of every fast path."""

from __future__ import annotations

from collections.abc import Mapping

from hubel.graph.graph import CoreGraph
from hubel.graph.node import CONSTANT, INPUT, Node
from hubel.graph.observer import observer
from hubel.graph.registry import Value


def evaluate(graph: CoreGraph, inputs: Mapping[str, Value]) -> dict[Node, Value]:
    """Return the value of every node.

    Parameters
    ----------
    graph : CoreGraph
        What to evaluate.
    inputs : mapping of str to value
        One value for each input. Values may be terms: then the sweep is recorded.
    """
    watch = observer()
    values: dict[Node, Value] = {graph.inputs[k]: v for k, v in inputs.items()}
    for node in graph.nodes:
        if node.gate is CONSTANT:
            values[node] = node.constant
        elif node.gate is not INPUT:
            args = [values[i] for i in node.inputs]
            values[node] = settle(node.gate(*args, **node.params), node.weak)
            if watch:
                watch.computed(node, values[node], args)
    return values


def settle(value: Value, weak: bool) -> Value:
    """Turn the result of Python's operators on Python scalars back into one."""
    return value.item() if weak and hasattr(value, "item") else value
