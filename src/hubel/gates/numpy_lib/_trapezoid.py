"""Integrals of samples by the trapezoidal rule."""

from __future__ import annotations

import numpy as np

from hubel.gates._difference import np_diff
from hubel.gates._given import as_value
from hubel.gates._layout import np_reshape
from hubel.gates._split import slice_along
from hubel.gates._sum import np_sum
from hubel.gates.define import implements, ndim_of, normal_axis
from hubel.graph.registry import Value


@implements(np.trapezoid)
def np_trapezoid(
    y: Value, x: Value | None = None, dx: Value = 1.0, axis: int = -1
) -> Value:
    """Mean what ``np.trapezoid`` means, differentiable in the places too."""
    y = as_value(y)
    axis = normal_axis(axis, ndim_of(y))
    width = as_value(dx) if x is None else _widths(as_value(x), ndim_of(y), axis)
    later = slice_along(y, slice(1, None), axis)
    earlier = slice_along(y, slice(None, -1), axis)
    return np_sum(width * (later + earlier) / 2.0, axis)


def _widths(x: Value, ndim: int, axis: int) -> Value:
    """Give the distances between places, ready to broadcast along an axis."""
    if ndim_of(x) == 1:
        return np_reshape(np_diff(x), (-1, *[1] * (ndim - axis - 1)))
    return np_diff(x, axis=axis)
