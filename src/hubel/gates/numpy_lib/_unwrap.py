"""Phases without jumps."""

from __future__ import annotations

import math

import numpy as np

from hubel.gates._cast import astype
from hubel.gates._given import as_value
from hubel.gates._split import slice_along
from hubel.gates._where import where
from hubel.gates.define import implements, ndim_of, normal_axis
from hubel.graph.registry import Value


@implements(np.unwrap)
def np_unwrap(
    p: Value,
    discont: Value | None = None,
    axis: int = -1,
    *,
    period: Value = 2 * math.pi,
) -> Value:
    """Mean what ``np.unwrap`` means: whole periods are added, which have no slope."""
    p = as_value(p)
    axis = normal_axis(axis, ndim_of(p))
    steps = np.diff(p, axis=axis)
    dtype = np.result_type(steps, period)
    high, rest = divmod(period, 2) if dtype.kind in "iu" else (period / 2, 0)
    wrapped = np.remainder(steps + high, period) - high
    if not rest:
        half_turn = np.logical_and(np.equal(wrapped, -high), steps > 0)
        wrapped = where(half_turn, high, wrapped)
    limit = period / 2 if discont is None else discont
    correction = where(abs(steps) < limit, 0, wrapped - steps)
    later = slice_along(p, slice(1, None), axis) + np.cumsum(correction, axis)
    first = astype(slice_along(p, slice(None, 1), axis), dtype=dtype)
    return np.concatenate([first, astype(later, dtype=dtype)], axis)
