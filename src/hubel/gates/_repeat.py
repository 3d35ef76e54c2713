"""Copies of elements side by side: tile and repeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import DTypeError, ShapeError
from hubel.gates._axes import at_least
from hubel.gates._gather import gather
from hubel.gates._given import known
from hubel.gates._layout import lengths_of, np_ravel, reshape
from hubel.gates._sum import broadcast_to
from hubel.gates.define import implements, ndim_of, normal_axis, shape_of
from hubel.graph.registry import Value
from hubel.graph.term import Term


@implements(np.tile)
def np_tile(A: Value, reps: int | Sequence[int]) -> Value:
    """Mean what ``np.tile`` means; the counts are static."""
    if isinstance(reps, Term):
        if reps.dtype.kind not in "iu":
            raise DTypeError(
                f"repeats of np.tile of dtype {reps.dtype}",
                remedy="give an int, such as a static argument, or .astype(int)",
            )
        reps = known(reps, "the repeats of np.tile").tolist()
    times = lengths_of(reps)
    a = at_least(A, len(times))
    shape = shape_of(a)
    times = (1,) * (len(shape) - len(times)) + times
    pairs = list(zip(times, shape, strict=True))
    apart = tuple(n for _, length in pairs for n in (1, length))
    spread = tuple(n for pair in pairs for n in pair)
    whole = tuple(t * n for t, n in pairs)
    return reshape(broadcast_to(reshape(a, shape=apart), shape=spread), shape=whole)


@implements(np.repeat)
def np_repeat(a: Value, repeats: Any, axis: int | None = None) -> Value:
    """Mean what ``np.repeat`` means; the counts are static."""
    if axis is None:
        a, axis = np_ravel(a), 0
    axis = normal_axis(axis, ndim_of(a))
    shape = shape_of(a)
    counts = known(repeats, "the repeats of np.repeat")
    if counts.size != 1:
        if counts.shape != shape[axis : axis + 1]:
            raise ShapeError(
                f"repeats of shape {counts.shape} for axis {axis} of length "
                f"{shape[axis]}",
                remedy="give one count, or one for each position along the axis",
            )
        return gather(a, np.repeat(np.arange(shape[axis]), counts), axis=axis)
    count = int(counts.reshape(()))
    if count < 0:
        raise ShapeError(f"repeats of np.repeat is {count}, which is negative")
    before, after = shape[: axis + 1], shape[axis + 1 :]
    spread = broadcast_to(
        reshape(a, shape=(*before, 1, *after)), shape=(*before, count, *after)
    )
    return reshape(spread, shape=(*shape[:axis], shape[axis] * count, *after))
