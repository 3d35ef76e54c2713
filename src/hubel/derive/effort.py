"""What sweeps over a part of a graph cost, counted before any is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hubel.derive.local import is_differentiable
from hubel.derive.many import together
from hubel.graph.cost import operations
from hubel.graph.node import Node

Flow = dict[Node, list[int]]
"""The nodes between inputs and outputs, in topological order, and the positions of the
arguments through which derivatives come to each of them."""

CALL = 3000.0
"""Operations that could be done while Python applies one gate."""

RECORDING = 10
"""Calls that recording a gate for a batch of sweeps takes, and running it."""


@dataclass(frozen=True, slots=True)
class Effort:
    """The cost of the two ways to sweep from some inputs to some outputs.

    Attributes
    ----------
    rows, columns : int
        Elements of the outputs and of the inputs.
    forward, reverse : float
        Weighted operations of one sweep by itself.
    forward_calls, reverse_calls : float
        The part of them that is Python's, for applying gates.
    batch : int
        How many sweeps are made at once.
    """

    rows: int
    columns: int
    forward: float
    reverse: float
    forward_calls: float = 0.0
    reverse_calls: float = 0.0
    batch: int = 1

    @property
    def all_forward(self) -> float:
        """Operations of a forward sweep for every element of the inputs."""
        return self._batched(self.columns, self.forward, self.forward_calls)

    @property
    def all_reverse(self) -> float:
        """Operations of a reverse sweep for every element of the outputs."""
        return self._batched(self.rows, self.reverse, self.reverse_calls)

    def _batched(self, count: int, once: float, calls: float) -> float:
        """Charge the calls once for every batch, if there are batches."""
        batches = -(-count // self.batch)
        if RECORDING * batches >= count:
            return count * once
        return count * (once - calls) + batches * RECORDING * calls

    @property
    def cheaper(self) -> str:
        """The way that takes fewer operations."""
        return "forward" if self.all_forward <= self.all_reverse else "reverse"

    @property
    def least(self) -> float:
        """Operations of the whole Jacobian by single sweeps, the cheaper way.

        Structure may cost as much: it is worth more than the time of finding it.
        """
        return min(self.columns * self.forward, self.rows * self.reverse)


def effort(flow: Flow, inputs: Sequence[Node], outputs: Sequence[Node]) -> Effort:
    """Count what sweeps between inputs and outputs cost."""
    forward = reverse = ahead = back = 0.0
    for node, places in flow.items():
        once = operations(node)
        rules = node.gate.rules
        joint = sum([rules[min(i, len(rules) - 1)].joint for i in places])
        times = len(places) - joint + (joint > 0)
        ahead += times * CALL
        back += len(places) * CALL
        forward += once * times
        reverse += once * len(places)
    rows, columns = (sum([n.size for n in part]) for part in (outputs, inputs))
    batch = together(list(flow), inputs)
    forward, reverse = max(forward + ahead, 1.0), max(reverse + back, 1.0)
    return Effort(rows, columns, forward, reverse, ahead, back, batch)


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
