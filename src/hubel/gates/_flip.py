"""Turning the order of elements around: flip, rotate by quarters, roll."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._layout import lengths_of, np_ravel, reshape, transpose
from hubel.gates._slice import slice_of, span, trimmed
from hubel.gates.batch import lines
from hubel.gates.define import (
    Linear,
    define,
    implements,
    ndim_of,
    normal_axes,
    normal_axis,
    shape_of,
)
from hubel.graph.node import Spec
from hubel.graph.registry import Value

Axes = int | Sequence[int]
BACKWARD = slice(None, None, -1)


@implements(np.flip)
def np_flip(m: Value, axis: Axes | None = None) -> Value:
    """Mean what ``np.flip`` means."""
    shape = shape_of(m)
    axes = normal_axes(axis, len(shape))
    index = tuple(
        span(BACKWARD, n) if i in axes else (0, n, 1) for i, n in enumerate(shape)
    )
    return slice_of(m, index=trimmed(index, shape))


@implements(np.fliplr)
def np_fliplr(m: Value) -> Value:
    """Mean what ``np.fliplr`` means."""
    return np_flip(m, 1)


@implements(np.flipud)
def np_flipud(m: Value) -> Value:
    """Mean what ``np.flipud`` means."""
    return np_flip(m, 0)


@implements(np.rot90)
def np_rot90(m: Value, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Value:
    """Mean what ``np.rot90`` means."""
    ndim = ndim_of(m)
    first, second = (normal_axis(a, ndim) for a in axes)
    if first == second:
        raise ShapeError(f"axes {tuple(axes)} of np.rot90 have to differ")
    if k % 4 == 0:
        return slice_of(m, index=())
    if k % 4 == 2:
        return np_flip(m, (first, second))
    order = list(range(ndim))
    order[first], order[second] = second, first
    if k % 4 == 1:
        return transpose(np_flip(m, second), axes=tuple(order))
    return np_flip(transpose(m, axes=tuple(order)), second)


def _roll(x: Value, shift: tuple[int, ...], axis: tuple[int, ...]) -> Value:
    return np.roll(x, shift, axis)


def _infer_roll(x: Spec, shift: tuple[int, ...], axis: tuple[int, ...]) -> Spec:
    return Spec(x.shape, x.dtype)


def _back(
    g: Value, out: Value, x: Value, shift: tuple[int, ...], axis: tuple[int, ...]
) -> Value:
    return roll(g, shift=tuple([-s for s in shift]), axis=axis)


roll = define(
    "roll",
    _roll,
    _infer_roll,
    Linear(_back),
    kind="layout",
    batch=lines,
)


@implements(np.roll)
def np_roll(a: Value, shift: Axes, axis: Axes | None = None) -> Value:
    """Mean what ``np.roll`` means."""
    if axis is None:
        flat = roll(np_ravel(a), shift=(sum(lengths_of(shift)),), axis=(0,))
        return reshape(flat, shape=shape_of(a))
    shifts, axes = lengths_of(shift), lengths_of(axis)
    if len(shifts) != len(axes) and 1 not in (len(shifts), len(axes)):
        raise ShapeError(f"{len(shifts)} shifts for {len(axes)} axes")
    count = max(len(shifts), len(axes))
    shifts = shifts * count if len(shifts) == 1 else shifts
    axes = axes * count if len(axes) == 1 else axes
    return roll(a, shift=shifts, axis=tuple(normal_axis(i, ndim_of(a)) for i in axes))
