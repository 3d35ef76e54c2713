"""Advanced indexing: gather by index arrays, its transpose, and its assignment.

The index arrays are arguments, broadcast together, one for each axis of a block of
neighbouring axes that begins at ``axis``; what they pick takes the place of the block.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from hubel.errors import DTypeError, ShapeError
from hubel.gates._held import Held
from hubel.gates._layout import reshape
from hubel.gates._sum import broadcast_to, unbroadcast
from hubel.gates.batch import Call, from_place, to_place
from hubel.gates.define import (
    CONSTANT_RULE,
    Linear,
    broadcast_shape,
    define,
    dtype_of,
    ndim_of,
    shape_of,
)
from hubel.graph.node import Spec, Use
from hubel.graph.registry import GATES, Value

Array = np.ndarray[Any, Any]
FEW = 1024
"""Up to this many elements, adding one by one is the fastest."""


def picked_shape(
    shape: tuple[int, ...], indices: tuple[tuple[int, ...], ...], axis: int
) -> tuple[int, ...]:
    """Give the shape of what index arrays of those shapes pick from an array."""
    return shape[:axis] + broadcast_shape(*indices) + shape[axis + len(indices) :]


def _key(indices: tuple[Value, ...], axis: int) -> tuple[Any, ...]:
    """Write the index arrays as NumPy reads them."""
    return (slice(None),) * axis + indices


def _gather(x: Value, first: Value, *others: Value, axis: int, out: Any = None) -> Any:
    if others:
        found = x[_key((first, *others), axis)]
    elif out is None:
        return x.take(first, axis)
    else:
        index, length = np.asarray(first), x.shape[axis]
        if index.size and index.min() >= 0 and index.max() < length:
            # NumPy buffers ``out`` in its default mode, where an index may be bad.
            return x.take(index, axis, out, "clip")
        found = x.take(index, axis)
    if out is None:
        return found
    np.copyto(out, found)
    return out


def _infer_gather(x: Spec, *indices: Spec, axis: int) -> Spec:
    _check_indices(indices)
    if axis + len(indices) > len(x.shape):
        raise ShapeError(f"{len(indices)} index arrays at axis {axis} of {x.shape}")
    return Spec(picked_shape(x.shape, tuple(i.shape for i in indices), axis), x.dtype)


def _check_indices(indices: tuple[Spec, ...]) -> None:
    for index in indices:
        if index.dtype.kind not in "iu":
            raise DTypeError(
                f"an index array of dtype {index.dtype}",
                remedy="index with integers (.astype(int)) or with a boolean mask",
            )


def _add_back(g: Value, out: Value, x: Value, *indices: Value, axis: int) -> Value:
    return scatter_add(g, *indices, axis=axis, shape=shape_of(x))


def _add_all_back(uses: Sequence[Use]) -> Value:
    """Add the gradients of all reads of one array where they were read.

    They are joined to one read, for which there is one array of zeros, unless they are
    larger than the zeros that this saves.
    """
    blocks: dict[tuple[int, int], list[Use]] = {}
    for use in uses:
        blocks.setdefault((use.params["axis"], len(use.args)), []).append(use)
    parts: list[Value] = []
    for (axis, _), alike in blocks.items():
        zeros = (len(alike) - 1) * math.prod(shape_of(alike[0].args[0]))
        if sum([math.prod(shape_of(use.g)) for use in alike]) < zeros:
            parts.append(_add_joined(alike, axis))
        else:
            parts += [_add_back(u.g, u.out, *u.args, axis=axis) for u in alike]
    return reduce(GATES["add"], parts)


def _add_joined(uses: Sequence[Use], axis: int) -> Value:
    """Add back what reads of the same axes picked, as if one had picked it all."""
    shape, join = shape_of(uses[0].args[0]), GATES["concatenate"]
    flat = [_in_a_row(use, axis) for use in uses]
    columns = zip(*[rows for _, rows in flat], strict=True)
    indices = [join(*column, axis=0) for column in columns]
    picked = join(*[g for g, _ in flat], axis=axis)
    return scatter_add(picked, *indices, axis=axis, shape=shape)


def _in_a_row(use: Use, axis: int) -> tuple[Value, list[Value]]:
    """Write a read's index arrays in a row each, and its gradient along one axis."""
    indices = use.args[1:]
    block = broadcast_shape(*[shape_of(i) for i in indices])
    rows = [
        reshape(broadcast_to(i, shape=block), shape=(math.prod(block),))
        for i in indices
    ]
    shape = shape_of(use.g)
    flat = (*shape[:axis], math.prod(block), *shape[axis + len(block) :])
    return reshape(use.g, shape=flat), rows


def _index_batch(call: Call, first: int) -> tuple[tuple[Value, ...], bool]:
    """Give the index arrays of all examples, and whether they differ among them.

    Then one more in front says which example each is for.
    """
    places = range(first, len(call.args))
    if not any([call.batched[i] for i in places]):
        return call.args[first:], False
    ndim = max([call.ndim(i) for i in places])
    example = np.arange(call.size).reshape(call.size, *[1] * ndim)
    return (example, *[call.aligned(i, ndim) for i in places]), True


def _gather_batch(call: Call) -> Value:
    axis = call.params["axis"]
    indices, differ = _index_batch(call, 1)
    if not differ:
        return gather(call.args[0], *indices, axis=axis + 1)
    if not call.batched[0]:  # every example picks from the same array
        return from_place(gather(call.args[0], *indices[1:], axis=axis), axis)
    x = to_place(call.args[0], axis)
    return from_place(gather(x, *indices, axis=axis), axis)


gather = define(
    "gather",
    _gather,
    _infer_gather,
    Held(_add_back, _add_all_back),
    CONSTANT_RULE,
    fills=True,
    batch=_gather_batch,
)


def _scatter_add(g: Value, *indices: Value, axis: int, shape: tuple[int, ...]) -> Array:
    """Add each element where the index arrays say; several may go to one place."""
    total = np.zeros(shape, dtype_of(g))
    if np.size(g) <= FEW:
        np.add.at(total, _key(indices, axis), g)
        return total
    lengths = shape[axis : axis + len(indices)]
    places = np.arange(math.prod(lengths)).reshape(lengths)[indices]
    if _all_differ(places, math.prod(lengths)):
        total[_key(indices, axis)] = g
        return total
    rows = np.moveaxis(g, range(axis, axis + places.ndim), range(places.ndim))
    sums = _sum_rows(rows.reshape(places.size, -1), places.reshape(-1), total)
    rest = shape[:axis] + shape[axis + len(indices) :]
    block = range(len(lengths))
    there = np.moveaxis(total, [axis + i for i in block], block)
    there[...] = sums.reshape(lengths + rest)
    return total


def _all_differ(places: Array, count: int) -> bool:
    """Whether no place (below ``count``) occurs twice."""
    owner = np.empty(count, np.intp)
    order: Array = np.reshape(np.arange(places.size, dtype=np.intp), places.shape)
    owner[places] = order
    return np.array_equal(owner[places], order)


def _sum_rows(rows: Array, places: Array, like: Array) -> Array:
    """Sum the rows that have the same place: sort them by it, then add the runs."""
    width = rows.shape[1]
    sums = np.zeros((like.size // max(width, 1), width), rows.dtype)
    if width == 1:
        np.add.at(sums.reshape(-1), places, rows.reshape(-1))
        return sums
    order = np.argsort(places, kind="stable")
    runs = places[order]
    starts = np.flatnonzero(np.diff(runs, prepend=-1))
    sums[runs[starts]] = np.add.reduceat(rows[order], starts, axis=0)
    return sums


def _infer_scatter_add(
    g: Spec, *indices: Spec, axis: int, shape: tuple[int, ...]
) -> Spec:
    _check_indices(indices)
    picked = picked_shape(shape, tuple(i.shape for i in indices), axis)
    if g.shape != picked:
        raise ShapeError(f"shape {g.shape} in place of the {picked} that is picked")
    return Spec(shape, g.dtype)


def _pick_again(
    g: Value, out: Value, part: Value, *indices: Value, axis: int, **_shape: Any
) -> Value:
    return gather(g, *indices, axis=axis)


def _scatter_batch(call: Call) -> Value:
    axis, shape = call.params["axis"], call.shape
    indices, differ = _index_batch(call, 1)
    if not differ:
        return scatter_add(
            call.args[0], *indices, axis=axis + 1, shape=(call.size, *shape)
        )
    g = to_place(call.spread(0), axis)
    whole = (*shape[:axis], call.size, *shape[axis:])
    return from_place(scatter_add(g, *indices, axis=axis, shape=whole), axis)


scatter_add = define(
    "scatter_add",
    _scatter_add,
    _infer_scatter_add,
    Linear(_pick_again),
    CONSTANT_RULE,
    batch=_scatter_batch,
)


def _assign_at(
    x: Value, new: Value, *indices: Value, axis: int, out: Any = None
) -> Array:
    """Write where the index arrays say; of several in one place the last one stays."""
    if out is None:
        out = np.array(x)
    else:
        np.copyto(out, x)
    # NumPy follows the memory of its operands: C order makes the last one the last.
    ordered = tuple([np.ascontiguousarray(i) if ndim_of(i) else i for i in indices])
    out[_key(ordered, axis)] = np.ascontiguousarray(new) if ndim_of(new) else new
    return out


def _infer_assign_at(x: Spec, new: Spec, *indices: Spec, axis: int) -> Spec:
    picked = _infer_gather(x, *indices, axis=axis).shape
    broadcast_to.infer(new, shape=picked)
    return Spec(x.shape, x.dtype)


def _to_old(
    g: Value, out: Value, x: Value, new: Value, *indices: Value, axis: int
) -> Value:
    return assign_at(g, 0, *indices, axis=axis)


def _to_new(
    g: Value, out: Value, x: Value, new: Value, *indices: Value, axis: int
) -> Value:
    """Bring the gradient of each place to the element that was written there last."""
    shape = broadcast_shape(*[shape_of(i) for i in indices])
    lengths = shape_of(x)[axis : axis + len(indices)]
    order = np.arange(math.prod(shape)).reshape(shape)
    owner = assign_at(np.zeros(lengths, np.intp), order, *indices, axis=0)
    stayed = gather(owner, *indices, axis=0) == order
    columns = (1,) * (ndim_of(x) - axis - len(indices))
    picked = gather(g, *indices, axis=axis)
    kept = np.where(np.reshape(stayed, shape + columns), picked, 0)
    return unbroadcast(kept, shape_of(new))


def _assign_batch(call: Call) -> Value:
    axis, x = call.params["axis"], call.spread(0)
    indices, differ = _index_batch(call, 2)
    picked = picked_shape(call.shape, tuple(map(shape_of, indices[differ:])), axis)
    ndim = len(picked) - differ
    new = call.aligned(1, ndim)
    if not differ:
        return assign_at(x, new, *indices, axis=axis + 1)
    if call.batched[1]:
        new = to_place(new, axis)
    else:  # an axis of length 1 for the examples, among those that are there
        shape = (1,) * (ndim - ndim_of(new)) + shape_of(new)
        new = reshape(new, shape=(*shape[:axis], 1, *shape[axis:]))
    changed = assign_at(to_place(x, axis), new, *indices, axis=axis)
    return from_place(changed, axis)


assign_at = define(
    "assign_at",
    _assign_at,
    _infer_assign_at,
    Linear(_to_old),
    Linear(_to_new),
    CONSTANT_RULE,
    fills=True,
    batch=_assign_batch,
)
