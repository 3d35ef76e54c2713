"""Stretches: elementwise gates that follow each other are one diagonal.

Their partials are multiplied with each other, an array at a time, before they meet the
Jacobian of what lies before them. For an elementwise function this is all there is to
do; behind a matrix product, the matrix is scaled once and not once a gate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hubel.derive.effort import Flow, last_uses
from hubel.graph.node import Node
from hubel.graph.registry import Value
from hubel.structure import Composed, Diagonal, Operator, Scaled

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

    __slots__ = ("_whole", "before", "ones", "partials")

    def __init__(
        self,
        before: Operator,
        ones: Array | None = None,
        partials: Array | None = None,
    ) -> None:
        self.before = before
        self.ones = ones
        self.partials = partials
        self._whole: Operator | None = before if partials is ones else None

    @property
    def products(self) -> float:
        """The multiplications that `whole` takes."""
        before = self.before
        if self._whole is not None or isinstance(before, Scaled):
            return 0.0
        scaled = before.factors[0] if isinstance(before, Composed) else before
        return scaled.nbytes / scaled.dtype.itemsize

    def whole(self) -> Operator:
        """Multiply the stretch out, once."""
        if self._whole is not None:
            return self._whole
        assert self.partials is not None  # or the whole would be known
        own, before = Diagonal(self.partials), self.before
        alone = isinstance(before, Scaled) and before.is_identity
        if isinstance(before, Composed):  # a chain whose order is not chosen yet
            first, *rest = before.factors
            whole: Operator = Composed((own @ first, *rest))
        else:
            whole = own if alone else own @ before
        self._whole = whole
        return whole

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
    before = [found[node.inputs[i]].onto(node.inputs[i]) for i in positions]
    first = found[node.inputs[positions[0]]]
    total = _multiplied(node, positions, before, values)
    return None if total is None else Stretch(first.before, first.ones, total)


def _fits(node: Node, positions: Sequence[int], found: Mapping[Node, Stretch]) -> bool:
    """Whether a gate works element by element on nodes of one stretch."""
    first = found[node.inputs[positions[0]]].before
    shape, dtype = node.shape, node.dtype
    if node.gate.facts.kind != "elementwise" or dtype.kind != "f":
        return False
    sources = [node.inputs[i] for i in positions]
    alike = all([s.shape == shape and s.dtype == dtype for s in sources])
    return alike and all([found[source].before is first for source in sources])


def _multiplied(
    node: Node,
    positions: Sequence[int],
    before: Sequence[Array],
    values: Mapping[Node, Value],
) -> Array | None:
    """Multiply the partials of a gate onto those before it, and add them up."""
    args, out = tuple([values[i] for i in node.inputs]), values[node]
    total: Value = None
    same = len(positions) > 1
    for position, partials in zip(positions, before, strict=True):
        rule = node.gate.rule(position)
        part = rule.pull(position, partials, out, args, node.params)
        same = same and part is partials is before[0]
        total = part if total is None else total + part
    found: Array = np.asarray(total)
    # A multiple of what is before is left to operators, which have a class for it.
    return None if same or found.dtype != node.dtype else found


def one_stretch(
    flow: Flow, values: Mapping[Node, Value], source: Node, output: Node
) -> Array | None:
    """Return the partials of a function that is nothing but elementwise gates.

    Parameters
    ----------
    flow : dict of Node to list of int
        What lies between; see :func:`hubel.derive.effort.between`.
    values : mapping of Node to value
        What the forward sweep put on each node.
    source, output : Node
        The only ones.

    Returns
    -------
    array
        The diagonal of the Jacobian; None where that is not all there is to it.
    """
    shape, dtype = source.shape, source.dtype
    if dtype.kind != "f" or output not in flow:
        return None
    for node in flow:
        if node.gate.facts.kind != "elementwise":
            return None
        if node.shape != shape or node.dtype != dtype:
            return None
    ones = np.ones(shape, dtype)
    found: dict[Node, Array] = {source: ones}
    last = last_uses(flow, (output,))
    with np.errstate(all="ignore"):
        for node, places in flow.items():
            before = [found[node.inputs[i]] for i in places]
            total = _multiplied(node, places, before, values)
            if total is None:
                return None
            found[node] = total
            for gone in last.get(node, ()):
                del found[gone]
    return None if found[output] is ones else found[output]
