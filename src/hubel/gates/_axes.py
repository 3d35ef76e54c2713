"""Axes of length 1, put in and taken out; and what NumPy does with shapes alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._given import as_value
from hubel.gates._layout import lengths_of, np_ravel, reshape
from hubel.gates._sum import broadcast_to
from hubel.gates.define import (
    broadcast_shape,
    implements,
    ndim_of,
    normal_axes,
    shape_of,
)
from hubel.graph.registry import Value

Axes = int | Sequence[int]


@implements(np.expand_dims)
def np_expand_dims(a: Value, axis: Axes) -> Value:
    """Mean what ``np.expand_dims`` means."""
    new = lengths_of(axis)
    rest = iter(shape_of(a))
    ndim = ndim_of(a) + len(new)
    places = normal_axes(new, ndim)
    shape = tuple(1 if i in places else next(rest) for i in range(ndim))
    return reshape(a, shape=shape)


@implements(np.squeeze)
def np_squeeze(a: Value, axis: Axes | None = None) -> Value:
    """Mean what ``np.squeeze`` means."""
    shape = shape_of(a)
    if axis is None:
        return reshape(a, shape=tuple(n for n in shape if n != 1))
    gone = normal_axes(axis, len(shape))
    for i in gone:
        if shape[i] != 1:
            raise ShapeError(
                f"axis {i} of shape {shape} has length {shape[i]}, not 1",
                remedy="squeeze axes of length 1; sum over or index the others",
            )
    return reshape(a, shape=tuple(n for i, n in enumerate(shape) if i not in gone))


def _each(change: Callable[[Value], Value], arrays: tuple[Value, ...]) -> Any:
    """Apply a change to one array, or to each of several."""
    changed = tuple(change(as_value(a)) for a in arrays)
    return changed[0] if len(changed) == 1 else changed


def at_least(a: Value, ndim: int) -> Value:
    """Put axes of length 1 in front until there are enough."""
    missing = ndim - ndim_of(a)
    return a if missing <= 0 else reshape(a, shape=(1,) * missing + shape_of(a))


@implements(np.atleast_1d)
def np_atleast_1d(*arys: Value) -> Any:
    """Mean what ``np.atleast_1d`` means."""
    return _each(lambda a: at_least(a, 1), arys)


@implements(np.atleast_2d)
def np_atleast_2d(*arys: Value) -> Any:
    """Mean what ``np.atleast_2d`` means."""
    return _each(lambda a: at_least(a, 2), arys)


@implements(np.atleast_3d)
def np_atleast_3d(*arys: Value) -> Any:
    """Mean what ``np.atleast_3d`` means: a vector is a row, a matrix gets depth 1."""

    def deep(a: Value) -> Value:
        if ndim_of(a) >= 3:
            return a
        return np_expand_dims(at_least(a, 2), 2)

    return _each(deep, arys)


@implements(np.broadcast_arrays)
def np_broadcast_arrays(*args: Value, subok: bool = False) -> tuple[Value, ...]:
    """Mean what ``np.broadcast_arrays`` means."""
    arrays = [as_value(a) for a in args]
    shape = broadcast_shape(*[shape_of(a) for a in arrays])
    return tuple(broadcast_to(a, shape=shape) for a in arrays)


@implements(np.meshgrid)
def np_meshgrid(
    *xi: Value, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> tuple[Value, ...]:
    """Mean what ``np.meshgrid`` means."""
    if indexing not in ("xy", "ij"):
        raise OptionError(f"indexing={indexing!r}", remedy="use indexing xy or ij")
    vectors = [np_ravel(as_value(v)) for v in xi]
    count = len(vectors)
    places = list(range(count))
    if indexing == "xy" and count > 1:
        places[:2] = 1, 0
    grids = [
        np_expand_dims(v, [i for i in range(count) if i != p])
        for v, p in zip(vectors, places, strict=True)
    ]
    return tuple(grids) if sparse else np_broadcast_arrays(*grids)


@implements(np.shape)
def np_shape(a: Value) -> tuple[int, ...]:
    """Mean what ``np.shape`` means."""
    return shape_of(a)


@implements(np.ndim)
def np_ndim(a: Value) -> int:
    """Mean what ``np.ndim`` means."""
    return ndim_of(a)


@implements(np.size)
def np_size(a: Value, axis: Axes | None = None) -> int:
    """Mean what ``np.size`` means."""
    shape = shape_of(a)
    return math.prod(shape[i] for i in normal_axes(axis, len(shape)))
