"""Reuse: values that kernels write over others, which they are the last to read."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hubel.compiler.regions import Group, Regions
from hubel.graph.node import Node


def find_reuse(
    regions: Regions, last: Mapping[Node, int], apart: Collection[Node]
) -> dict[Node, Node]:
    """Return whose memory values take over: the first value that lay there.

    Parameters
    ----------
    regions : Regions
    last : mapping of Node to int
        The last step that needs the memory of a node.
    apart : collection of Node
        Nodes that have a place outside of the arena.
    """
    found: dict[Node, Node] = {}
    for number, step in enumerate(regions.steps):
        if isinstance(step, Node):
            continue
        read = _read(step, regions)
        dying = {r for r in read if last.get(r) == number and r not in apart}
        for node in step.members:
            kept = node in last and regions.places.get(node) == number
            if not kept or node in apart or node in step.totals or node.size == 1:
                continue
            for given in [r for r in read if r in dying]:
                if given.spec == node.spec and _fits(step, node, given, regions):
                    found[node] = found.get(given, given)
                    dying.discard(given)
                    break
    return found


def _read(step: Group, regions: Regions) -> list[Node]:
    """Give the values in memory that a group reads, each once."""
    every = [i for n in step.members for i in n.inputs if i not in step.members]
    roots = dict.fromkeys(regions.locations[i].root for i in every)
    return [root for root in roots if root not in step.members]


def _fits(step: Group, node: Node, given: Node, regions: Regions) -> bool:
    """Whether each element is read just where it is written, and that only once."""
    where = step.members[node]
    if any(n != 1 and a not in where for a, n in enumerate(step.space)):
        return False
    for reader in step.members:
        for position, source in enumerate(reader.inputs):
            if source in step.members or regions.locations[source].root is not given:
                continue
            if source is not given or step.of(reader, position) != where:
                return False
    return True
