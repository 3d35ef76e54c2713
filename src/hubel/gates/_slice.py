"""Basic indexing: a slice of an array, its embedding in zeros, and its assignment.

An index is kept in one normal form, so that equal reads are equal parameters: a tuple
with an int, ``None`` (a new axis) or ``(start, stop, step)`` for each axis, as far as
the last axis that is not taken whole. ``stop`` is None only where a negative step runs
to the first element.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._held import Held
from hubel.gates._sum import broadcast_to, unbroadcast
from hubel.gates.batch import Call
from hubel.gates.define import Linear, define, dtype_of, shape_of
from hubel.graph.node import Node, Spec, Use, make_node
from hubel.graph.registry import GATES, Value

Span = tuple[int, int | None, int]
Basic = tuple[int | Span | None, ...]


def span(part: slice, length: int) -> Span:
    """Bring a slice of an axis of that length to normal form.

    >>> span(slice(None, None, -1), 6), span(slice(4, 1), 6)
    ((5, None, -1), (0, 0, 1))
    """
    picked = range(*part.indices(length))
    if not picked:
        return 0, 0, 1
    step = picked.step if len(picked) > 1 else 1
    stop = picked[-1] + (1 if step > 0 else -1)
    return picked.start, (stop if stop >= 0 else None), step


def span_length(part: Span) -> int:
    """Count the elements that a span picks."""
    start, stop, step = part
    return len(range(start, -1 if stop is None else stop, step))


def place(index: int, length: int, axis: int = 0) -> int:
    """Bring the position along an axis of that length to normal form."""
    if not -length <= index < length:
        raise ShapeError(
            f"index {index} is out of bounds for axis {axis} of length {length}",
            remedy=f"use an index from {-length} to {length - 1}"
            if length
            else "the axis is empty: nothing can be picked from it",
        )
    return index + length if index < 0 else index


def trimmed(index: Basic, shape: tuple[int, ...]) -> Basic:
    """Leave out the axes at the end that are taken whole."""
    axis = sum(item is not None for item in index)
    while index and axis and index[-1] == (0, shape[axis - 1], 1):
        index = index[:-1]
        axis -= 1
    return index


def sliced_shape(shape: tuple[int, ...], index: Basic) -> tuple[int, ...]:
    """Give the shape of what an index in normal form picks."""
    found: list[int] = []
    axis = 0
    for item in index:
        if item is None:
            found.append(1)
            continue
        if axis == len(shape):
            raise ShapeError(f"too many indices for shape {shape}: {index}")
        if isinstance(item, tuple):
            found.append(span_length(item))
        else:
            place(item, shape[axis], axis)
        axis += 1
    return (*found, *shape[axis:])


@lru_cache(4096)
def key_of(index: Basic) -> tuple[Any, ...]:
    """Write an index in normal form as NumPy reads it."""
    return tuple([slice(*item) if isinstance(item, tuple) else item for item in index])


def _slice(x: Value, index: Basic) -> Any:
    return np.asarray(x)[key_of(index)]


def _element(x: Value, index: Basic) -> Any:
    return x[index]


def _infer_slice(x: Spec, index: Basic) -> Spec:
    return Spec(sliced_shape(x.shape, index), x.dtype)


def _into_zeros(g: Value, out: Value, x: Value, index: Basic) -> Value:
    return embed(g, index=index, shape=shape_of(x))


def _into_the_same_zeros(uses: Sequence[Use]) -> Value:
    """Put the gradients of all reads of one array where they were read."""
    if len(uses) == 1:
        return embed(
            uses[0].g, index=uses[0].params["index"], shape=shape_of(uses[0].args[0])
        )
    indices = tuple([use.params["index"] for use in uses])
    shape = shape_of(uses[0].args[0])
    return GATES["embed_many"](*[u.g for u in uses], indices=indices, shape=shape)


READ = Held(_into_zeros, _into_the_same_zeros)


def inside(index: Basic, call: Call, shape: tuple[int, ...]) -> Basic:
    """Give the index that picks the same from every example."""
    return trimmed(((0, call.size, 1), *index), (call.size, *shape))


def _slice_batch(call: Call) -> Value:
    x, index = call.args[0], call.params["index"]
    return slice_of(x, index=inside(index, call, shape_of(x)[1:]))


def _through(node: Node) -> Node | None:
    """Slice, of joined arrays, the one in which all of the slice lies."""
    joined, index = node.inputs[0], node.params["index"]
    if joined.gate is not GATES["concatenate"]:
        return None
    axis: int = joined.params["axis"]
    part = index[axis] if len(index) > axis else None
    if part is None or not all(isinstance(item, tuple) for item in index):
        return None
    found = _source(joined, axis, part)
    if found is None or found[0].dtype != node.dtype:
        return None
    piece, own = found
    inner = trimmed((*index[:axis], own, *index[axis + 1 :]), piece.shape)
    return make_node(slice_of, (piece,), {"index": inner}, node.line)


def _source(joined: Node, axis: int, part: Span) -> tuple[Node, Span] | None:
    """Find the array that holds a span of joined ones, and the span in it."""
    start, stop, step = part
    before = 0
    for piece in joined.inputs:
        after = before + piece.shape[axis]
        if stop is not None and 0 < step and before <= start < stop <= after:
            return piece, (start - before, stop - before, step)
        before = after
    return None


slice_of = define(
    "slice",
    _slice,
    _infer_slice,
    READ,
    kind="layout",
    view=True,
    weight=0,
    identity=lambda node: node.params["index"] == (),
    through=_through,
    batch=_slice_batch,
)


def _element_native(x: Value, index: Basic) -> Value:
    """Pick the same as a view of one element, which needs no memory of its own."""
    spans = tuple([(i, i + 1, 1) for i in index if isinstance(i, int)])
    part = slice_of(x, index=trimmed(spans, shape_of(x)))
    return GATES["reshape"](part, shape=())


# An index of ints alone gives NumPy's scalar, which, unlike a slice, is no view.
element = define(
    "element",
    _element,
    _infer_slice,
    READ,
    kind="layout",
    weight=0,
    batch=_slice_batch,
    native=_element_native,
)


def _embed(g: Value, index: Basic, shape: tuple[int, ...], out: Any = None) -> Any:
    if out is None:
        out = np.zeros(shape, dtype_of(g))
    else:
        out.fill(0)
    out[key_of(index)] = g
    return out


def _infer_embed(g: Spec, index: Basic, shape: tuple[int, ...]) -> Spec:
    picked = sliced_shape(shape, index)
    if g.shape != picked:
        raise ShapeError(f"shape {g.shape} in place of the {picked} that is picked")
    return Spec(shape, g.dtype)


def _embed_batch(call: Call) -> Value:
    index = inside(call.params["index"], call, call.shape)
    return embed(call.args[0], index=index, shape=(call.size, *call.shape))


embed = define(
    "embed",
    _embed,
    _infer_embed,
    Linear(lambda g, out, part, index, shape: slice_of(g, index=index)),
    kind="layout",
    fills=True,
    batch=_embed_batch,
)


def _assign(x: Value, new: Value, index: Basic, out: Any = None) -> Any:
    if out is None:
        out = np.array(x)
    else:
        np.copyto(out, x)
    out[key_of(index)] = new
    return out if out.ndim else out[()]


def _infer_assign(x: Spec, new: Spec, index: Basic) -> Spec:
    broadcast_to.infer(new, shape=sliced_shape(x.shape, index))
    return Spec(x.shape, x.dtype)


def _assign_batch(call: Call) -> Value:
    index = call.params["index"]
    new = call.aligned(1, len(sliced_shape(call.shape, index)))
    return assign(call.spread(0), new, index=inside(index, call, call.shape))


assign = define(
    "assign",
    _assign,
    _infer_assign,
    Linear(lambda g, out, x, new, index: assign(g, 0, index=index)),
    Linear(
        lambda g, out, x, new, index: unbroadcast(
            slice_of(g, index=index), shape_of(new)
        )
    ),
    kind="layout",
    fills=True,
    batch=_assign_batch,
)
