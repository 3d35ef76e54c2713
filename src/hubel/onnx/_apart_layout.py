"""Gates that move elements and that ONNX has no operator for, made of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.gates._slice import embed, slice_of
from hubel.gates.define import dtype_of, shape_of
from hubel.graph.registry import GATES, Value


def _one_hot(labels: Value, classes: int, dtype: Any = None) -> Value:
    shape = shape_of(labels)
    same = GATES["equal"](
        GATES["reshape"](labels, shape=(*shape, 1)), np.arange(classes)
    )
    return GATES["astype"](same, dtype=np.dtype(np.float64 if dtype is None else dtype))


def _assign(x: Value, new: Value, index: Any) -> Value:
    shape = shape_of(x)
    picked = shape_of(slice_of(x, index=index))
    put = GATES["broadcast_to"](_as(new, dtype_of(x)), shape=picked)
    ones = GATES["broadcast_to"](np.float32(1), shape=picked)
    there = embed(ones, index=index, shape=shape) > 0.5
    return GATES["where"](there, embed(put, index=index, shape=shape), x)


def _as(x: Value, dtype: np.dtype[Any]) -> Value:
    return x if dtype_of(x) == dtype else GATES["astype"](x, dtype=dtype)


def _embed_many(*parts: Value, indices: Any, shape: Any) -> Value:
    dtype = np.result_type(*[dtype_of(part) for part in parts])
    total: Value = None
    for part, index in zip(parts, indices, strict=True):
        each = embed(_as(part, dtype), index=index, shape=shape)
        total = each if total is None else GATES["add"](total, each)
    return total


def _axis(ndim: int, axis: int, start: int, stop: int, shape: Any) -> Any:
    """Return the index in normal form that takes a part of one axis."""
    spans = [(0, n, 1) for n in shape]
    spans[axis] = (start, stop, 1) if stop > start else (0, 0, 1)
    return tuple(spans[:ndim])


def _roll(x: Value, shift: tuple[int, ...], axis: tuple[int, ...]) -> Value:
    shape = shape_of(x)
    for by, along in zip(shift, axis, strict=True):
        length = shape[along]
        if not length or not by % length:
            continue
        cut = length - by % length
        ends = (
            _axis(len(shape), along, cut, length, shape),
            _axis(len(shape), along, 0, cut, shape),
        )
        x = GATES["concatenate"](*[slice_of(x, index=end) for end in ends], axis=along)
    return x


def _shift(x: Value, axis: int, by: int) -> Value:
    shape = shape_of(x)
    kept = max(shape[axis] - abs(by), 0)
    start, to = (0, shape[axis] - kept) if by >= 0 else (shape[axis] - kept, 0)
    part = slice_of(x, index=_axis(len(shape), axis, start, start + kept, shape))
    return embed(part, index=_axis(len(shape), axis, to, to + kept, shape), shape=shape)


def _diagonal(x: Value, offset: int) -> Value:
    *_, rows, columns = shape = shape_of(x)
    count = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    along = np.arange(count)
    places = along + max(0, -offset), along + max(0, offset)
    return GATES["gather"](x, *places, axis=len(shape) - 2)


def _from_diagonal(g: Value, offset: int, shape: tuple[int, int]) -> Value:
    along = np.arange(shape_of(g)[-1])
    places = along + max(0, -offset), along + max(0, offset)
    lead = shape_of(g)[:-1]
    whole = (*lead, *shape)
    return GATES["scatter_add"](g, *places, axis=len(lead), shape=whole)


LAYOUTS: dict[str, Callable[..., Value]] = {
    "assign": _assign,
    "diagonal": _diagonal,
    "embed_many": _embed_many,
    "from_diagonal": _from_diagonal,
    "one_hot": _one_hot,
    "roll": _roll,
    "shift": _shift,
}
"""What each gate is made of."""
