"""Coordinates: on which axes of a kernel's space the axes of a value lie.

A value in a kernel has for each of its axes the number of an axis of the space, or -1
for an axis of length 1, or PICKED where a computed position goes along it. Layout
changes that only move axes, or add and drop axes of length 1, are nothing but other
coordinates.
"""

from __future__ import annotations

import math

from hubel.compiler.operation import is_operation
from hubel.compiler.picks import (
    Coords,
    is_pick,
    is_printed_pick,
    may_fail,
    of_index,
    of_whole,
)
from hubel.compiler.primitives import DTYPES, REDUCTIONS
from hubel.graph.node import Node

OTHERS = ("copy", "labels_within", "one_hot")
"""Gates that kernels can compute though no primitive is just that."""

Shape = tuple[int, ...]


def natural(shape: Shape) -> Coords:
    """Lay the axes of a shape on the axes of a space of the same shape."""
    return tuple(-1 if length == 1 else i for i, length in enumerate(shape))


def is_printed(node: Node) -> bool:
    """Whether backends print a node as a part of a kernel."""
    every = (node, *node.inputs)
    if not all(n.dtype.name in DTYPES and n.dtype.isnative for n in every):
        return False
    name = node.gate.name
    if is_pick(node):
        return is_printed_pick(node)
    if name in OTHERS or is_operation(node):
        return True
    if name in REDUCTIONS:
        axes = reduced_axes(node)
        return bool(axes) and (len(axes) == 1 or not name.startswith("arg"))
    return is_layout(node)


def may_find_wrong(node: Node) -> bool:
    """Whether a node looks at values that may be such that NumPy refuses them."""
    return node.gate.name == "labels_within" or (is_pick(node) and may_fail(node))


def is_layout(node: Node) -> bool:
    """Whether a node only gives its argument other coordinates."""
    match node.gate.name:
        case "transpose" | "broadcast_to":
            return True
        case "reshape":
            return _long(node.shape) == _long(node.inputs[0].shape)
        case _:
            return False


def _long(shape: Shape) -> Shape:
    return tuple(length for length in shape if length != 1)


def is_reduction(node: Node) -> bool:
    """Whether a node reduces axes of its argument."""
    return node.gate.name in REDUCTIONS


def reduced_axes(node: Node) -> tuple[int, ...]:
    """Return the axes of its argument that a reduction reduces, of any length."""
    axis = node.params.get("axis", ())
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    return tuple(a % len(node.inputs[0].shape) for a in axes)


def of_argument(node: Node, position: int, coords: Coords, inner: int) -> Coords | None:
    """Return the coordinates of an argument, from those of the result.

    Parameters
    ----------
    node : Node
        Printed in a kernel.
    position : int
        Which argument.
    coords : tuple of int
        Of the node.
    inner : int
        The space's inner axis, along which a reduction may run.

    Returns
    -------
    tuple of int or None
        None where a reduction does not run along the inner axis alone.
    """
    shape = node.inputs[position].shape
    match node.gate.name:
        case "transpose":
            axes: tuple[int, ...] = node.params["axes"]
            return tuple(coords[axes.index(i)] for i in range(len(shape)))
        case "reshape":
            left = iter([c for c, n in zip(coords, node.shape, strict=True) if n != 1])
            return tuple(-1 if length == 1 else next(left) for length in shape)
        case "one_hot":
            return coords[:-1]
        case "gather" if position:
            return of_index(node, position, coords)
        case "gather":
            return of_whole(node, coords)
        case name if name in REDUCTIONS:
            return _of_reduced(node, coords, inner)
        case _:
            own = coords[len(coords) - len(shape) :]
            return tuple(-1 if n == 1 else c for c, n in zip(own, shape, strict=True))


def _of_reduced(node: Node, coords: Coords, inner: int) -> Coords | None:
    shape, axes = node.inputs[0].shape, reduced_axes(node)
    if len(axes) != 1 or inner in coords:
        return None
    kept = list(coords)
    if node.params.get("keepdims", False):
        kept.pop(axes[0])
    kept.insert(axes[0], -1 if shape[axes[0]] == 1 else inner)
    return tuple(kept)


def strides_of(shape: Shape) -> tuple[int, ...]:
    """Return the strides, in elements, of an array in C order.

    >>> strides_of((2, 3, 4))
    (12, 4, 1)
    """
    return tuple(math.prod(shape[i + 1 :]) for i in range(len(shape)))
