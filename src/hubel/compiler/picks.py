"""Picks: gates that read or add where index arrays say, as parts of kernels.

``gather`` picks from an array, ``scatter_add`` adds what is given to an array of zeros.
Some neighbouring axes of that array are walked by index arrays, one each, which are
broadcast to a block of axes of what is picked or given. An index array that only counts
along one axis of the block walks with that axis: nothing has to be computed for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.compiler.reach import reach
from hubel.graph.node import CONSTANT, Node

PICKED = -2
"""Among coordinates: an axis along which a computed position goes."""

Coords = tuple[int, ...]


def is_pick(node: Node) -> bool:
    """Whether index arrays say where a node reads or adds."""
    return node.gate.name in ("gather", "scatter_add")


def is_scatter(node: Node) -> bool:
    """Whether a node adds where index arrays say."""
    return node.gate.name == "scatter_add"


def is_printed_pick(node: Node) -> bool:
    """Whether a kernel can read or add where a node does."""
    if not node.size or not all(i.size for i in node.inputs):
        return False
    return not (is_scatter(node) and node.dtype.kind == "b")


def walked(node: Node) -> list[int]:
    """Return which arguments are index arrays whose numbers a kernel has to look at."""
    every = range(1, len(node.inputs))
    return [i for i in every if _counts_along(node, i) is None] or [every[-1]]


def length_walked(node: Node, position: int) -> int:
    """Return the length of the axis that an index array walks."""
    return _whole(node)[_axis(node) + position - 1]


def may_fail(node: Node) -> bool:
    """Whether a number in an index array may be out of bounds."""
    return any(_may_leave(node, i) for i in walked(node))


def _may_leave(node: Node, position: int) -> bool:
    least, most = reach(node.inputs[position])
    length = length_walked(node, position)
    return not -length <= least <= most < length


def of_whole(node: Node, picked: Coords) -> Coords:
    """Return the coordinates of the indexed array, from those of what is picked."""
    axis, block, looked = _axis(node), _block(node), walked(node)
    middle: list[int] = []
    for i in range(1, len(node.inputs)):
        along = _counts_along(node, i)
        if i in looked or along is None:
            middle.append(PICKED)
        else:
            middle.append(along if along < 0 else picked[axis + along])
    return (*picked[:axis], *middle, *picked[axis + block :])


def of_index(node: Node, position: int, picked: Coords) -> Coords:
    """Return the coordinates of an index array, from those of what is picked."""
    shape = node.inputs[position].shape
    end = _axis(node) + _block(node)
    own = picked[end - len(shape) : end]
    return tuple(-1 if n == 1 else c for c, n in zip(own, shape, strict=True))


def _whole(node: Node) -> tuple[int, ...]:
    """Return the shape of the array that is indexed."""
    return node.shape if is_scatter(node) else node.inputs[0].shape


def _axis(node: Node) -> int:
    """Return the first axis that is walked."""
    axis: int = node.params["axis"]
    return axis


def _block(node: Node) -> int:
    """Count the axes of the index arrays together."""
    return max(len(i.shape) for i in node.inputs[1:])


def _counts_along(node: Node, position: int) -> int | None:
    """Return the axis of the block along which an index array counts 0, 1, 2 ...

    -1 stands for a single zero; None says that it does anything else. What is added to
    has no other places on its axis.
    """
    index = node.inputs[position]
    length = length_walked(node, position)
    long = [axis for axis, n in enumerate(index.shape) if n > 1]
    if index.gate is not CONSTANT or len(long) > 1:
        return None
    number: Any = np.asarray(index.known).reshape(-1)
    if is_scatter(node) and number.size != length:
        return None
    if not 0 < number.size <= length or number[0] or not _is_count(number):
        return None
    return _block(node) - len(index.shape) + long[0] if long else -1


def _is_count(number: Any) -> bool:
    return number[-1] == number.size - 1 and bool((number[1:] - number[:-1] == 1).all())
