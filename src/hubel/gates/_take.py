"""Picking by position with NumPy's functions: take, compress, delete, insert ..."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import DTypeError, OptionError, ShapeError, TraceError
from hubel.gates._cast import astype
from hubel.gates._concatenate import concatenate
from hubel.gates._gather import gather
from hubel.gates._given import as_value, known, without_out
from hubel.gates._layout import lengths_of, np_ravel
from hubel.gates.define import dtype_of, implements, ndim_of, normal_axis, shape_of
from hubel.graph.registry import Value
from hubel.graph.term import Term

Array = np.ndarray[Any, Any]
WHERE = "use np.where(condition, this, that), which keeps the shape"


def as_index(given: Value) -> Value:
    """Return an array of integers that can index."""
    index = as_value(given)
    kind = dtype_of(index).kind
    if kind == "u" or isinstance(index, bool | int):
        return astype(index, dtype=np.dtype(np.intp))
    if kind != "i":
        raise DTypeError(
            f"indices of dtype {dtype_of(index)}",
            remedy="index with integers (.astype(int)) or with a boolean mask",
        )
    return index


def in_bounds(index: Value, length: int, mode: str) -> Value:
    """Bring indices that are out of bounds back in, as ``mode`` says."""
    if mode == "wrap":
        return np.remainder(index, length)
    if mode == "clip":
        return np.minimum(np.maximum(index, 0), length - 1)
    if mode != "raise":
        raise OptionError(f"mode={mode!r}", remedy="use mode raise, wrap or clip")
    return index


@implements(np.take)
def np_take(
    a: Value,
    indices: Value,
    axis: int | None = None,
    out: None = None,
    mode: str = "raise",
) -> Value:
    """Mean what ``np.take`` means."""
    without_out(out)
    a = as_value(a)
    if axis is None:
        a, axis = np_ravel(a), 0
    axis = normal_axis(axis, ndim_of(a))
    index = in_bounds(as_index(indices), shape_of(a)[axis], mode)
    return gather(a, index, axis=axis)


def index_along(shape: tuple[int, ...], indices: Value, axis: int) -> tuple[Value, ...]:
    """Give the indices that pick along one axis, each line by its own indices."""
    if ndim_of(indices) != len(shape):
        raise ShapeError(
            f"indices of shape {shape_of(indices)} for an array of shape {shape}",
            remedy="they need equally many axes; use np.take for the same everywhere",
        )
    one = [1] * len(shape)
    return tuple(
        indices if i == axis else np.arange(n).reshape([*one[:i], n, *one[i + 1 :]])
        for i, n in enumerate(shape)
    )


@implements(np.take_along_axis)
def np_take_along_axis(arr: Value, indices: Value, axis: int | None = -1) -> Value:
    """Mean what ``np.take_along_axis`` means."""
    arr, indices = as_value(arr), as_index(indices)
    if axis is None:
        return gather(np_ravel(arr), np_ravel(indices), axis=0)
    axis = normal_axis(axis, ndim_of(arr))
    return gather(arr, *index_along(shape_of(arr), indices, axis), axis=0)


@implements(np.put_along_axis)
def np_put_along_axis(arr: Value, indices: Value, values: Value, axis: int) -> None:
    """Mean what ``np.put_along_axis`` means: it writes into ``arr``."""
    if not isinstance(arr, Term):
        raise TraceError(
            "np.put_along_axis would write a traced value into a plain array",
            remedy="start from hb.array(arr)",
        )
    axis = normal_axis(axis, ndim_of(arr))
    arr[index_along(shape_of(arr), as_index(indices), axis)] = values  # type: ignore[index]


@implements(np.compress)
def np_compress(
    condition: Value, a: Value, axis: int | None = None, out: None = None
) -> Value:
    """Mean what ``np.compress`` means; the condition is static."""
    without_out(out)
    flags = known(condition, "the condition of np.compress")
    if flags.ndim != 1:
        raise ShapeError(f"the condition of np.compress has shape {flags.shape}")
    return np_take(a, np.flatnonzero(flags), axis)


@implements(np.extract)
def np_extract(condition: Value, arr: Value) -> Value:
    """Mean what ``np.extract`` means; the condition is static."""
    flags = known(condition, "the condition of np.extract")
    return np_take(arr, np.flatnonzero(flags))


@implements(np.delete)
def np_delete(arr: Value, obj: Any, axis: int | None = None) -> Value:
    """Mean what ``np.delete`` means; what is deleted is static."""
    if axis is None:
        arr, axis = np_ravel(as_value(arr)), 0
    axis = normal_axis(axis, ndim_of(arr))
    gone = _places(obj, "what np.delete leaves out")
    kept = np.delete(np.arange(shape_of(arr)[axis]), gone)
    return gather(arr, kept, axis=axis)


def _places(obj: Any, use: str) -> Any:
    """Return a slice as it is, and the array that anything else stands for."""
    return obj if type(obj) is slice else known(obj, use)


@implements(np.insert)
def np_insert(arr: Value, obj: Any, values: Value, axis: int | None = None) -> Value:
    """Mean what ``np.insert`` means; where it inserts is static."""
    arr, values = as_value(arr), as_value(values)
    if dtype_of(values) != dtype_of(arr):
        values = astype(values, dtype=dtype_of(arr))
    at = _places(obj, "where np.insert inserts")
    count = _size(arr)
    names = np.arange(count).reshape(shape_of(arr))
    new = np.arange(count, count + _size(values)).reshape(shape_of(values))
    pieces = concatenate(np_ravel(arr), np_ravel(values), axis=0)
    return gather(pieces, np.insert(names, at, new, axis), axis=0)


@implements(np.resize)
def np_resize(a: Value, new_shape: Any) -> Value:
    """Mean what ``np.resize`` means: elements in order, again and again."""
    a, shape = as_value(a), lengths_of(new_shape)
    order = np.resize(np.arange(_size(a)), shape)
    if not _size(a):
        return np.zeros(shape, dtype_of(a))
    return gather(np_ravel(a), order, axis=0)


def _size(a: Value) -> int:
    return math.prod(shape_of(a))


@implements(np.choose)
def np_choose(a: Value, choices: Any, out: None = None, mode: str = "raise") -> Value:
    """Mean what ``np.choose`` means."""
    without_out(out)
    options = [as_value(c) for c in choices]
    index, *spread = np.broadcast_arrays(as_index(a), *options)
    layers = np.stack(spread)
    index = in_bounds(index, len(options), mode)
    return np_take_along_axis(layers, index[None], 0)[0]


@implements(np.nonzero)
def np_nonzero(a: Value) -> tuple[Array, ...]:
    """Mean what ``np.nonzero`` means, where the values are known."""
    return np.nonzero(known(a, "np.nonzero", WHERE))


@implements(np.flatnonzero)
def np_flatnonzero(a: Value) -> Array:
    """Mean what ``np.flatnonzero`` means, where the values are known."""
    return np.flatnonzero(known(a, "np.flatnonzero", WHERE))


@implements(np.argwhere)
def np_argwhere(a: Value) -> Array:
    """Mean what ``np.argwhere`` means, where the values are known."""
    return np.argwhere(known(a, "np.argwhere", WHERE))
