"""What sweeps over a part of a graph cost, counted before any is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hubel.derive.local import is_differentiable
from hubel.graph.cost import operations
from hubel.graph.node import Node
from hubel.graph.walk import dependents

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


def effort(
    nodes: Sequence[Node], inputs: Sequence[Node], outputs: Sequence[Node]
) -> Effort:
    """Count what sweeps between inputs and outputs cost; nodes lie between them."""
    moving = set(inputs) | set(nodes)
    forward = reverse = 0.0
    for node in nodes:
        places = [
            i
            for i, source in enumerate(node.inputs)
            if source in moving and is_differentiable(node, i)
        ]
        once = operations(node) + CALL
        joint = any(node.gate.rule(i).joint for i in places)
        alone = sum(not node.gate.rule(i).joint for i in places)
        forward += once * (alone + joint)
        reverse += once * len(places)
    sizes = [sum(n.size for n in part) for part in (outputs, inputs)]
    return Effort(sizes[0], sizes[1], max(forward, 1.0), max(reverse, 1.0))


def between(
    nodes: Iterable[Node], inputs: Sequence[Node], outputs: Iterable[Node]
) -> list[Node]:
    """List the nodes through which outputs depend on inputs, without the inputs."""
    order = list(nodes)
    moving = dependents(inputs, order)
    wanted = set(outputs)
    for node in reversed(order):
        if node in wanted:
            wanted.update(s for i, s in enumerate(node.inputs) if _flows(node, i))
    starts = set(inputs)
    return [n for n in order if n in moving and n in wanted and n not in starts]


def _flows(node: Node, position: int) -> bool:
    return is_differentiable(node, position)
