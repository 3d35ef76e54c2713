"""Batches: evaluate a graph for many examples at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hubel.gates.batch import Call, batch
from hubel.graph.evaluate import settle
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import CONSTANT, Node, Spec, constant_node, input_node
from hubel.graph.registry import Value
from hubel.graph.source import Replay


def sweep(
    nodes: Iterable[Node], values: dict[Node, Value], batched: set[Node], size: int
) -> None:
    """Compute the values of nodes in topological order, for all examples.

    Parameters
    ----------
    nodes : iterable of Node
        In topological order.
    values : dict of Node to value
        Those of the inputs; those of the other nodes are added. They may be terms: then
        the sweep is recorded.
    batched : set of Node
        The nodes whose values are batches, with the examples along the first axis: the
        others are the same for every example. Nodes that depend on them are added.
    size : int
        The number of examples.
    """
    with Replay() as replay:
        for node in nodes:
            if node in values:
                continue
            if node.gate is CONSTANT:
                values[node] = node.constant
                continue
            replay.at(node.line)
            args = tuple([values[source] for source in node.inputs])
            each = tuple([source in batched for source in node.inputs])
            if any(each):
                batched.add(node)
                values[node] = batch(
                    Call(
                        node.gate, args, each, node.params, size, node.shape, node.dtype
                    )
                )
            else:
                values[node] = settle(node.gate(*args, **node.params), node.weak)


def batch_graph(graph: CoreGraph, names: Collection[str], size: int) -> CoreGraph:
    """Derive the graph that does what ``graph`` does, for many examples.

    Parameters
    ----------
    graph : CoreGraph
        For one example.
    names : collection of str
        The inputs of which each example has its own; their first axis, and that of all
        outputs that depend on them, counts examples.
    size : int
        The number of examples.
    """
    inputs = {
        name: input_node(_of_batch(node, size)) if name in names else node
        for name, node in graph.inputs.items()
    }
    values: dict[Node, Value] = {graph.inputs[n]: node for n, node in inputs.items()}
    batched = {graph.inputs[name] for name in names}
    sweep(graph.nodes, values, batched, size)
    outputs = {name: _as_node(values[node]) for name, node in graph.outputs.items()}
    return build(inputs, outputs)


def _of_batch(node: Node, size: int) -> Spec:
    return Spec((size, *node.shape), node.dtype)


def _as_node(value: Value) -> Node:
    return value if isinstance(value, Node) else constant_node(value)
