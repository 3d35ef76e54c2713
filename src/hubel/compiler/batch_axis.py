"""The batch axis: which axis of each value counts the rows of a batch.

A graph is row-separable when rows meet only in reductions over that axis, as in the
gradients of parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Set

from hubel.compiler.coords import is_printed, is_reduction, reduced_axes
from hubel.compiler.operation import is_operation
from hubel.graph.graph import CoreGraph
from hubel.graph.node import CONSTANT, Node

WITHOUT = -1
"""The axis of a value that has no row for each example."""

Axes = Mapping[Node, int]


def batch_axes(
    graph: CoreGraph, rows: int, batched: Set[Node]
) -> dict[Node, int] | None:
    """Find the batch axis of every value.

    Parameters
    ----------
    graph : CoreGraph
        Of primitive gates.
    rows : int
        The extent of the axis.
    batched : set of Node
        The inputs whose first axis it is.

    Returns
    -------
    dict of Node to int or None
        ``WITHOUT`` for what does not have the axis. None if rows mix, or if a gate is
        none of those that this is known of.
    """
    found: dict[Node, int] = {}
    for node in graph.nodes:
        axis: int | None
        if node.is_leaf:
            constant = node.gate is CONSTANT and rows in node.shape
            axis = node.shape.index(rows) if constant else WITHOUT
            axis = 0 if node in batched else axis
        else:
            axis = _axis(node, found, rows)
        if axis is None:
            return None
        found[node] = axis
    return found


def _axis(node: Node, axes: Axes, rows: int) -> int | None:
    name = node.gate.name
    if name in _RULES:
        return _RULES[name](node, axes, rows)
    if not is_printed(node):
        return None
    if is_operation(node) or name == "copy":
        return _elementwise(node, axes, rows)
    return _reduction(node, axes, rows) if is_reduction(node) else None


def _elementwise(node: Node, axes: Axes, rows: int) -> int | None:
    """Align the arguments at the right; where one has rows, so must the others."""
    del rows
    rank = len(node.shape)
    found = {axes[i] + rank - len(i.shape) for i in node.inputs if axes[i] != WITHOUT}
    if not found:
        return WITHOUT
    axis = found.pop()
    if found or any(_is_long(i, axis - rank, axes) for i in node.inputs):
        return None
    return axis


def _is_long(node: Node, axis: int, axes: Axes) -> bool:
    """Whether a value without rows has several elements where others have rows."""
    has_axis = axes[node] == WITHOUT and len(node.shape) >= -axis
    return has_axis and node.shape[axis] != 1


def _reduction(node: Node, axes: Axes, rows: int) -> int | None:
    del rows
    axis, reduced = axes[node.inputs[0]], reduced_axes(node)
    if axis in reduced:
        return None if node.gate.name.startswith("arg") else WITHOUT
    if axis == WITHOUT or node.params.get("keepdims", False):
        return axis
    return axis - sum(a < axis for a in reduced)


def _transpose(node: Node, axes: Axes, rows: int) -> int:
    del rows
    axis = axes[node.inputs[0]]
    order: tuple[int, ...] = node.params["axes"]
    return axis if axis == WITHOUT else order.index(axis)


def _reshape(node: Node, axes: Axes, rows: int) -> int | None:
    """Find the axis of the result that counts the same."""
    (source,) = node.inputs
    axis = axes[source]
    if axis == WITHOUT:
        return axis
    before = math.prod(source.shape[:axis])
    fits = [
        a
        for a, n in enumerate(node.shape)
        if n == rows and math.prod(node.shape[:a]) == before
    ]
    return fits[0] if fits else None


def _broadcast(node: Node, axes: Axes, rows: int) -> int | None:
    """Take what is repeated once for each row for a value of each row."""
    (source,) = node.inputs
    more = len(node.shape) - len(source.shape)
    if axes[source] != WITHOUT:
        return axes[source] + more
    repeated = node.shape[:1] == (rows,) and (more or source.shape[0] == 1)
    return 0 if repeated else WITHOUT


def _matmul(node: Node, axes: Axes, rows: int) -> int | None:
    del rows
    left, right = node.inputs
    if max(len(left.shape), len(right.shape)) > 2 or node.dtype.kind not in "fiu":
        return None
    a, b = axes[left], axes[right]
    along = len(left.shape) - 1, 0  # the axes over which a product sums
    if (a, b) == (WITHOUT, WITHOUT) or (a, b) == along:
        return WITHOUT
    if a == 0 and b == WITHOUT and len(left.shape) == 2:
        return 0
    if b == 1 and a == WITHOUT:
        return len(node.shape) - 1
    return None


def _same(node: Node, axes: Axes, rows: int) -> int | None:
    del rows
    return axes[node.inputs[0]] if is_printed(node) else None


def _slice(node: Node, axes: Axes, rows: int) -> int | None:
    """Follow an axis that is taken whole past the axes that come and go."""
    axis, at, index = axes[node.inputs[0]], 0, node.params["index"]
    if axis == WITHOUT:
        return axis
    for place, part in enumerate(index):
        if part is not None and at == axis:
            return place - _picked(index[:place]) if part == (0, rows, 1) else None
        at += part is not None
    return axis - at + len(index) - _picked(index)


def _picked(index: tuple[object, ...]) -> int:
    """Count the axes of which an index picks one place."""
    return sum(isinstance(part, int) for part in index)


def _joined(node: Node, axes: Axes, rows: int) -> int | None:
    """Join values that all have rows, or none, along another axis."""
    del rows
    found = {axes[i] for i in node.inputs}
    (axis,), along = found if len(found) == 1 else (None,), node.params["axis"]
    if axis is None or axis == WITHOUT:
        return axis
    along %= len(node.shape)
    if node.gate.name == "stack":
        return axis + (along <= axis)
    return None if along == axis else axis


_RULES: dict[str, Callable[[Node, Axes, int], int | None]] = {
    "transpose": _transpose,
    "reshape": _reshape,
    "broadcast_to": _broadcast,
    "matmul": _matmul,
    "one_hot": _same,
    "labels_within": _same,
    "slice": _slice,
    "concatenate": _joined,
    "stack": _joined,
}
