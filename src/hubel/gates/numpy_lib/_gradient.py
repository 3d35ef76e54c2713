"""Derivatives of samples: central differences inside, one-sided ones at the ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._cast import astype
from hubel.gates._given import as_value
from hubel.gates._split import slice_along
from hubel.gates.define import dtype_of, implements, ndim_of, normal_axis, shape_of
from hubel.graph.registry import Value

FLOAT = np.dtype(np.float64)


@implements(np.gradient)
def np_gradient(
    f: Value,
    *varargs: Value,
    axis: int | Sequence[int] | None = None,
    edge_order: int = 1,
) -> Any:
    """Mean what ``np.gradient`` means, differentiable in the places too."""
    f = as_value(f)
    if edge_order not in (1, 2):
        raise OptionError(f"{edge_order=} of np.gradient", remedy="use 1 or 2")
    if dtype_of(f).kind not in "fc":
        f = astype(f, dtype=FLOAT)
    given = range(ndim_of(f)) if axis is None else axis
    named = [given] if isinstance(given, int | np.integer) else list(given)
    axes = [normal_axis(int(i), ndim_of(f)) for i in named]
    steps = _steps(f, varargs, axes)
    found = [_along(f, h, i, edge_order) for h, i in zip(steps, axes, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def _steps(f: Value, given: tuple[Value, ...], axes: list[int]) -> list[Value]:
    """Give the distance, or all distances, between neighbours along each axis."""
    if not given:
        return [1.0] * len(axes)
    spacings = [as_value(each) for each in given]
    if len(spacings) == 1 and ndim_of(spacings[0]) == 0:
        return spacings * len(axes)
    if len(spacings) != len(axes):
        raise OptionError(
            f"np.gradient was given {len(spacings)} spacings for {len(axes)} axes",
            remedy="give one number for all axes, or one spacing for each",
        )
    return [_distances(s, shape_of(f)[i]) for s, i in zip(spacings, axes, strict=True)]


def _distances(spacing: Value, length: int) -> Value:
    """Give a distance as it is, and the differences of places."""
    if not ndim_of(spacing):
        return spacing
    if shape_of(spacing) != (length,):
        raise ShapeError(
            f"places of shape {shape_of(spacing)} along an axis of length {length}",
            remedy="give one place to each element along the axis",
        )
    if dtype_of(spacing).kind not in "fc":
        spacing = astype(spacing, dtype=FLOAT)
    return np.diff(spacing)


def _along(f: Value, h: Value, axis: int, edge_order: int) -> Value:
    """Differentiate along one axis."""
    length = shape_of(f)[axis]
    if length < edge_order + 1:
        raise ShapeError(
            f"np.gradient along axis {axis} of length {length} with {edge_order=}",
            remedy=f"give at least {edge_order + 1} elements",
        )
    first, last = (slice(None, 3), slice(-3, None)) if edge_order == 2 else (None, None)
    pieces = [
        _edge(f, h, axis, 0, 1) if first is None else _parabola(f, h, axis, first),
        _inside(f, h, axis),
        _edge(f, h, axis, -2, -1) if last is None else _parabola(f, h, axis, last),
    ]
    joined = np.concatenate(pieces, axis)
    return astype(joined, dtype=dtype_of(f))


def _part(f: Value, axis: int, start: int | None, stop: int | None) -> Value:
    return slice_along(f, slice(start, stop), axis)


def _edge(f: Value, h: Value, axis: int, earlier: int, later: int) -> Value:
    """Take the difference of the two elements at one end."""
    step = h[earlier if earlier == 0 else -1] if ndim_of(h) else h
    here = _part(f, axis, earlier, earlier + 1)
    there = _part(f, axis, later, later + 1 or None)
    return (there - here) / step


def _pair(h: Value, part: slice, ndim: int, axis: int) -> tuple[Value, Value]:
    """Give the distances before and after, ready to broadcast along an axis."""
    if not ndim_of(h):
        return h, h
    shape = (-1, *[1] * (ndim - axis - 1))
    pairs = h[part]
    return np.reshape(pairs[:-1], shape), np.reshape(pairs[1:], shape)


def _inside(f: Value, h: Value, axis: int) -> Value:
    """Weigh both neighbours so that parabolas are differentiated exactly."""
    before, after = _part(f, axis, None, -2), _part(f, axis, 2, None)
    if not ndim_of(h):
        return (after - before) / (2.0 * h)
    here = _part(f, axis, 1, -1)
    p, q = _pair(h, slice(None), ndim_of(f), axis)
    left = -q / (p * (p + q))
    right = p / (q * (p + q))
    return left * before + (q - p) / (p * q) * here + right * after


def _parabola(f: Value, h: Value, axis: int, part: slice) -> Value:
    """Differentiate the parabola through three elements at its outer end."""
    three = slice_along(f, part, axis)
    x, y, z = (_part(three, axis, i, i + 1) for i in range(3))
    distances = slice(None, 2) if part.start is None else slice(-2, None)
    p, q = _pair(h, distances, ndim_of(f), axis)
    if part.start is None:
        left = -(2.0 * p + q) / (p * (p + q))
        return left * x + (p + q) / (p * q) * y - p / (q * (p + q)) * z
    right = (2.0 * q + p) / (q * (p + q))
    return q / (p * (p + q)) * x - (q + p) / (p * q) * y + right * z
