"""Many sweeps at once: seeds are a batch, and the gates of the sweep take batches.

The sweep is recorded once, with a node for its seed, and runs for all seeds together;
what does not depend on the seed, such as the partials, is computed once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from hubel.derive.batch import sweep
from hubel.derive.forward import push
from hubel.derive.reverse import pull
from hubel.graph.node import Node, Spec, input_node
from hubel.graph.observer import observer
from hubel.graph.registry import Value
from hubel.graph.walk import topological_order

Array = np.ndarray[Any, Any]

FEWEST = 4
"""Fewer seeds are swept one by one: recording a sweep takes as long as a few sweeps."""

ROOM = 2**20
"""The bytes that a batch may take on the largest node in between: more does not stay in
cache, where single sweeps would."""

ENDS = 2**26
"""The same at the inputs, where results come to lie or seeds come from."""


def together(nodes: Sequence[Node], inputs: Sequence[Node]) -> int:
    """Return how many seeds may share a sweep over these nodes; 1 if none should."""
    if observer() or any(node.gate.facts.opaque for node in nodes):
        return 1  # an observer is told of values, and opaque code takes no nodes
    inside = ROOM // max([1, *(node.nbytes for node in nodes)])
    ends = ENDS // max([1, *(node.nbytes for node in inputs)])
    return max(1, min(inside, ends))


def push_many(
    nodes: Sequence[Node], values: Mapping[Node, Value], start: Node, seeds: Value
) -> dict[Node, Value]:
    """Sweep forward with many tangents of one node.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order.
    values : mapping of Node to value
        What the forward sweep put on each node.
    start : Node
        Where the tangents are.
    seeds : array
        One tangent after the other along the first axis.

    Returns
    -------
    dict of Node to value
        For each node that has tangents, one after the other along the first axis.
    """
    seed = input_node(Spec(start.shape, start.dtype))
    found = push(nodes, _themselves(nodes), {start: seed})
    return _run(found, values, seed, seeds)


def pull_many(
    nodes: Sequence[Node],
    values: Mapping[Node, Value],
    start: Node,
    seeds: Value,
    active: set[Node],
) -> dict[Node, Value]:
    """Sweep backward with many upstream gradients of one node; see `push_many`."""
    seed = input_node(Spec(start.shape, start.dtype))
    found = pull(nodes, _themselves(nodes), {start: seed}, active)
    return _run(found, values, seed, seeds)


def _themselves(nodes: Sequence[Node]) -> dict[Node, Node]:
    """Let nodes stand for their own values."""
    known = {node: node for node in nodes}
    return known | {source: source for node in nodes for source in node.inputs}


def _run(
    found: Mapping[Node, Value],
    values: Mapping[Node, Value],
    seed: Node,
    seeds: Value,
) -> dict[Node, Value]:
    """Compute what was recorded for one seed, for all of them."""
    ends = [value for value in found.values() if isinstance(value, Node)]
    known, batched = {**values, seed: seeds}, {seed}
    with np.errstate(all="ignore"):
        sweep(topological_order(ends), known, batched, len(seeds))
    return {
        node: known[end] if end in batched else _repeated(known.get(end, end), seeds)
        for node, end in found.items()
    }


def _repeated(value: Value, seeds: Value) -> Value:
    """Give the same to every seed."""
    return np.broadcast_to(value, (len(seeds), *np.shape(value)))


def units(node: Node, count: int) -> Iterator[Array]:
    """Give the unit arrays of a node's shape, so many at once."""
    for first in range(0, node.size, count):
        places = np.arange(first, min(first + count, node.size))
        seeds = np.zeros((places.size, node.size), node.dtype)
        seeds[np.arange(places.size), places] = 1
        yield seeds.reshape(places.size, *node.shape)
