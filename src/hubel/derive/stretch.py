"""Stretches: elementwise gates that follow each other are one diagonal.

Their partials are multiplied with each other, an array at a time, before they meet the
Jacobian of what lies before them. For an elementwise function this is all there is to
do; behind a matrix product, the matrix is scaled once and not once a gate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hubel.graph.node import Node
from hubel.graph.registry import Value
from hubel.structure import Diagonal, Operator, Scaled

Array = np.ndarray[Any, Any]


class Stretch:
    """The Jacobian of a node: that of an earlier node, and the gates in between.

    Parameters
    ----------
    before : Operator
        The Jacobian where the stretch begins; stretches that share it can be added.
    ones : array, optional
        What partials are multiplied onto, of the shape and dtype of the earlier node.
        None until the first gate.
    partials : array, optional
        The product of the partials; ``ones`` itself where all of them are known to be
        1, which keeps the identity what it is.
    """

    __slots__ = ("before", "ones", "partials", "whole_")

    def __init__(
        self,
        before: Operator,
        ones: Array | None = None,
        partials: Array | None = None,
    ) -> None:
        self.before = before
        self.ones = ones
        self.partials = partials
        self.whole_: Operator | None = before if partials is ones else None

    @property
    def products(self) -> float:
        """The multiplications that `whole` takes."""
        known = self.whole_ is not None or isinstance(self.before, Scaled)
        return 0.0 if known else self.before.nbytes / self.before.dtype.itemsize

    def whole(self) -> Operator:
        """Multiply the stretch out, once."""
        if self.whole_ is None:
            assert self.partials is not None  # or whole_ would be known
            own, before = Diagonal(self.partials), self.before
            alone = isinstance(before, Scaled) and before.is_identity
            self.whole_ = own if alone else own @ before
        return self.whole_

    def onto(self, node: Node) -> Array:
        """Return the partials up to a node, ready to be multiplied."""
        if self.partials is None:
            self.ones = self.partials = np.ones(node.shape, node.dtype)
        return self.partials


def continued(
    node: Node,
    positions: Sequence[int],
    found: Mapping[Node, Stretch],
    values: Mapping[Node, Value],
) -> Stretch | None:
    """Go on with a stretch through one more gate.

    Parameters
    ----------
    node : Node
        A use of the gate.
    positions : sequence of int
        Its inputs that have a Jacobian in ``found``.
    found : mapping of Node to Stretch
        The Jacobians of the nodes before.
    values : mapping of Node to value
        What the forward sweep put on each node.

    Returns
    -------
    Stretch
        None where the gate is no diagonal of the same size, or joins two stretches.
    """
    if not _fits(node, positions, found):
        return None
    args = tuple([values[i] for i in node.inputs])
    parts: list[Any] = []
    for position in positions:
        source = node.inputs[position]
        partials = found[source].onto(source)
        rule = node.gate.rule(position)
        parts.append(rule.pull(position, partials, values[node], args, node.params))
    first = found[node.inputs[positions[0]]]
    if len(parts) > 1 and all(part is first.ones for part in parts):
        return None  # a multiple of what is before, for which there is a class
    total = np.asarray(sum(parts[1:], parts[0]))
    return Stretch(first.before, first.ones, total) if _is(total, node) else None


def _is(array: Array, node: Node) -> bool:
    return array.dtype == node.dtype and array.shape == node.shape


def _fits(node: Node, positions: Sequence[int], found: Mapping[Node, Stretch]) -> bool:
    """Whether a gate works element by element on nodes of one stretch."""
    if node.gate.facts.kind != "elementwise" or node.dtype.kind != "f":
        return False
    before = found[node.inputs[positions[0]]].before
    for position in positions:
        source = node.inputs[position]
        if source.shape != node.shape or source.dtype != node.dtype:
            return False
        if found[source].before is not before:
            return False
    return True
