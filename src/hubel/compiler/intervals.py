"""Between which numbers the values of a graph lie, and from where they may be NaN."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hubel.graph.interval import EVERYTHING, Interval
from hubel.graph.node import CONSTANT, Node

CHECKED = 4096
"""Constants of more elements than this are not looked into."""

FOLLOWED = 8
"""Of more sources of NaN than this nothing is said."""

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
"""The dtypes of which something is said."""

ROOM = 16
"""What comes so close to the largest number of a dtype may round to infinity."""

WIDER = 8
"""By so many of a dtype's relative steps a value may be beyond its interval."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a value.

    Attributes
    ----------
    interval : (float, float)
        Where its elements lie that are not NaN.
    nan : frozenset of Node
        An element is NaN exactly where one of these values, broadcast to its shape, is.
    """

    interval: Interval
    nan: frozenset[Node]


class Intervals:
    """Finds what is known of nodes; remembers it."""

    def __init__(self) -> None:
        self._known: dict[Node, Known] = {}

    def of(self, node: Node) -> Known:
        """Return what is known of a node."""
        found = self._known.get(node)
        if found is None:
            found = self._known[node] = self._find(node)
        return found

    def _find(self, node: Node) -> Known:
        unknown = Known(EVERYTHING, frozenset({node}))
        if node.gate is CONSTANT and node.dtype.kind in "biuf":
            return _of_constant(node) or unknown
        if node.dtype.kind in "biu":
            return Known(EVERYTHING, frozenset())
        if node.dtype not in FLOATS:
            return unknown
        if node.is_leaf or node.gate.facts.interval is None:
            return unknown
        given = [self.of(each) for each in node.inputs]
        intervals = [_rounded(each.interval, node.dtype) for each in given]
        found = node.gate.facts.interval(*intervals)
        if found is None:
            return unknown
        nan = frozenset[Node]().union(*(each.nan for each in given))
        if len(nan) > FOLLOWED:
            nan = frozenset({node})
        return Known(_rounded(found, node.dtype), nan)


def _of_constant(node: Node) -> Known | None:
    value = np.asarray(node.constant)
    if value.size and not any(value.strides):
        value = value.reshape(-1)[:1]
    if not 0 < value.size <= CHECKED or np.isnan(value).any():
        return None
    return Known((float(value.min()), float(value.max())), frozenset())


def _rounded(interval: Interval, dtype: np.dtype[np.floating]) -> Interval:
    """Leave room for rounding, and take what may round to infinity for infinite.

    So that a difference has zero within if its operands may be rounded to the same.
    """
    limits = np.finfo(dtype)
    most, slack = float(limits.max) / ROOM, WIDER * float(limits.eps)
    low = interval[0] - slack * abs(interval[0])
    high = interval[1] + slack * abs(interval[1])
    return (
        min(low, most) if low >= -most else -np.inf,
        max(high, -most) if high <= most else np.inf,
    )
