"""Differences of neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._arithmetic import subtract
from hubel.gates._concatenate import np_concatenate
from hubel.gates._given import as_value
from hubel.gates._layout import np_ravel
from hubel.gates._split import slice_along
from hubel.gates._sum import broadcast_to
from hubel.gates.define import dtype_of, implements, ndim_of, normal_axis, shape_of
from hubel.graph.registry import GATES, Value


@implements(np.diff)
def np_diff(
    a: Value,
    n: int = 1,
    axis: int = -1,
    prepend: Value | None = None,
    append: Value | None = None,
) -> Value:
    """Mean what ``np.diff`` means."""
    if n == 0:
        return a
    if n < 0:
        raise ShapeError(f"n={n} of np.diff is negative")
    a = as_value(a)
    axis = normal_axis(axis, ndim_of(a))
    a = _between(prepend, a, append, axis)
    boolean = dtype_of(a).kind == "b"
    for _ in range(n):
        later, earlier = slice(1, None), slice(None, -1)
        minus: Any = GATES["not_equal"] if boolean else subtract
        a = minus(slice_along(a, later, axis), slice_along(a, earlier, axis))
    return a


def _between(before: Any, a: Value, after: Any, axis: int) -> Value:
    """Put values, spread over the other axes, before and after."""
    one = tuple([1 if i == axis else n for i, n in enumerate(shape_of(a))])
    pieces: list[Value] = []
    for piece in (before, a, after):
        if piece is not None:
            piece = as_value(piece)
            pieces.append(piece if ndim_of(piece) else broadcast_to(piece, shape=one))
    return np_concatenate(pieces, axis) if len(pieces) > 1 else a


@implements(np.ediff1d)
def np_ediff1d(
    ary: Value, to_end: Value | None = None, to_begin: Value | None = None
) -> Value:
    """Mean what ``np.ediff1d`` means."""
    flat = np_ravel(as_value(ary))
    later, earlier = slice(1, None), slice(None, -1)
    steps = subtract(slice_along(flat, later, 0), slice_along(flat, earlier, 0))
    ends = [None if e is None else np_ravel(as_value(e)) for e in (to_begin, to_end)]
    return _between(ends[0], steps, ends[1], 0)
