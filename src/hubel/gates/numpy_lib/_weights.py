"""Weights of elements, given for all or for the axes that are reduced."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hubel.errors import ShapeError
from hubel.gates.define import ndim_of, normal_axes, shape_of
from hubel.graph.registry import Value

Axis = int | Sequence[int] | None


def spread_weights(weights: Value, a: Value, axis: Axis, use: str) -> Value:
    """Give weights along axes the shape of the array, as NumPy does."""
    shape, axes = shape_of(a), normal_axes(axis, ndim_of(a))
    if shape_of(weights) == shape:
        return weights
    along = (axis,) if isinstance(axis, int | np.integer) else tuple(axis or ())
    named = [int(i) % len(shape) for i in along]
    if axis is None or shape_of(weights) != tuple(shape[i] for i in named):
        raise ShapeError(
            f"{use} with weights of shape {shape_of(weights)} for {shape}, {axis=}",
            remedy="give weights of the array's shape, or of the axes that are named",
        )
    ordered = np.transpose(weights, tuple(int(i) for i in np.argsort(named)))
    along = tuple(n if i in axes else 1 for i, n in enumerate(shape))
    return np.broadcast_to(np.reshape(ordered, along), shape)
