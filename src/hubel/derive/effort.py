"""What sweeps over a part of a graph cost, counted before any is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hubel.derive.local import is_differentiable
from hubel.graph.cost import operations
from hubel.graph.node import Node

Flow = dict[Node, list[int]]
"""The nodes between inputs and outputs, in topological order, and the positions of the
arguments through which derivatives come to each of them."""

CALL = 3000.0
"""Operations that could be done while Python applies one gate."""


@dataclass(frozen=True, slots=True)
class Effort:
    """The cost of the two ways to sweep from some inputs to some outputs.

    Attributes
    ----------
    rows, columns : int
        Elements of the outputs and of the inputs.
    forward, reverse : float
        Weighted operations of one sweep.
    """

    rows: int
    columns: int
    forward: float
    reverse: float

    @property
    def all_forward(self) -> float:
        """Operations of a forward sweep for every element of the inputs."""
        return self.columns * self.forward

    @property
    def all_reverse(self) -> float:
        """Operations of a reverse sweep for every element of the outputs."""
        return self.rows * self.reverse

    @property
    def cheaper(self) -> str:
        """The way that takes fewer operations."""
        return "forward" if self.all_forward <= self.all_reverse else "reverse"

    @property
    def least(self) -> float:
        """Operations of the whole Jacobian the cheaper way."""
        return min(self.all_forward, self.all_reverse)


def effort(flow: Flow, inputs: Sequence[Node], outputs: Sequence[Node]) -> Effort:
    """Count what sweeps between inputs and outputs cost."""
    forward = reverse = 0.0
    for node, places in flow.items():
        once = operations(node) + CALL
        rules = node.gate.rules
        joint = sum([rules[min(i, len(rules) - 1)].joint for i in places])
        forward += once * (len(places) - joint + (joint > 0))
        reverse += once * len(places)
    rows, columns = (sum([n.size for n in part]) for part in (outputs, inputs))
    return Effort(rows, columns, max(forward, 1.0), max(reverse, 1.0))


def between(
    nodes: Iterable[Node], inputs: Sequence[Node], outputs: Iterable[Node]
) -> Flow:
    """Find what lies between inputs and outputs, and the arguments that matter.

    Returns
    -------
    dict of Node to list of int
        The nodes in topological order, without the inputs, and the positions of those
        of their arguments through which derivatives flow.
    """
    starts = set(inputs)
    moving, reached = set(starts), dict[Node, list[int]]()
    for node in nodes:
        places = [
            i
            for i, source in enumerate(node.inputs)
            if source in moving and is_differentiable(node, i)
        ]
        if places and node not in starts:
            moving.add(node)
            reached[node] = places
    wanted = set(outputs)
    for node in reversed(reached):
        if node in wanted:
            wanted.update([node.inputs[i] for i in reached[node]])
    if len(wanted) > len(reached):
        return reached
    return {node: places for node, places in reached.items() if node in wanted}


def last_uses(flow: Flow, outputs: Sequence[Node]) -> dict[Node, list[Node]]:
    """Say which nodes are not needed any more after each one."""
    last = {node.inputs[i]: node for node, places in flow.items() for i in places}
    kept = set(outputs)
    gone: dict[Node, list[Node]] = {}
    for node, user in last.items():
        if node not in kept:
            gone.setdefault(user, []).append(node)
    return gone
