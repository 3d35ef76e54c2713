"""Functions that are applied along one axis after the other, or to every line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._axes import np_expand_dims
from hubel.gates._concatenate import np_stack
from hubel.gates._given import as_value
from hubel.gates._layout import np_moveaxis, np_reshape, np_transpose
from hubel.gates.define import implements, ndim_of, normal_axis, shape_of
from hubel.graph.registry import Value


@implements(np.apply_along_axis)
def np_apply_along_axis(
    func1d: Callable[..., Value], axis: int, arr: Value, *args: Any, **kwargs: Any
) -> Value:
    """Mean what ``np.apply_along_axis`` means: the function sees line after line."""
    arr = as_value(arr)
    axis = normal_axis(axis, ndim_of(arr))
    last = np_moveaxis(arr, axis, -1)
    before = shape_of(last)[:-1]
    if not math.prod(before):
        raise ShapeError(f"np.apply_along_axis of an array of shape {shape_of(arr)}")
    lines = np_reshape(last, (math.prod(before), shape_of(last)[-1]))
    found = [
        as_value(func1d(lines[i], *args, **kwargs)) for i in range(shape_of(lines)[0])
    ]
    joined = np_reshape(np_stack(found), before + shape_of(found[0]))
    new = range(len(before), ndim_of(joined))
    order = (*range(axis), *new, *range(axis, len(before)))
    return np_transpose(joined, order)


@implements(np.apply_over_axes)
def np_apply_over_axes(
    func: Callable[[Value, int], Value], a: Value, axes: int | Sequence[int]
) -> Value:
    """Mean what ``np.apply_over_axes`` means."""
    value = as_value(a)
    ndim = ndim_of(value)
    for given in (axes,) if isinstance(axes, int | np.integer) else axes:
        axis = normal_axis(int(given), ndim)
        value = func(value, axis)
        if ndim_of(value) == ndim - 1:
            value = np_expand_dims(value, axis)
        if ndim_of(value) != ndim:
            raise ShapeError(
                f"np.apply_over_axes: a function made {ndim_of(value)} axes of {ndim}",
                remedy="give a function that leaves out the axis, or keeps it",
            )
    return value
