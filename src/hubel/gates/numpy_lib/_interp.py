"""Piecewise linear interpolation between given points.

It is differentiable in the places, in the points' places and in their values. At a
point the slope is the one on its right, at the last point that on its left; beyond the
ends it is 0.
"""

from __future__ import annotations

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._cast import astype
from hubel.gates._complex import is_complex
from hubel.gates._gather import gather
from hubel.gates._given import as_value
from hubel.gates._order import np_searchsorted
from hubel.gates._where import where
from hubel.gates.define import implements, shape_of
from hubel.graph.registry import Value
from hubel.graph.term import Term

FLOAT = np.dtype(np.float64)


@implements(np.interp)
def np_interp(
    x: Value,
    xp: Value,
    fp: Value,
    left: Value | None = None,
    right: Value | None = None,
    period: Value | None = None,
) -> Value:
    """Mean what ``np.interp`` means."""
    x, xp = (astype(as_value(each), dtype=FLOAT) for each in (x, xp))
    fp = as_value(fp)
    fp = astype(fp, dtype=np.dtype(np.complex128) if is_complex(fp) else FLOAT)
    if len(shape_of(xp)) != 1 or shape_of(xp) != shape_of(fp) or not shape_of(xp)[0]:
        raise ShapeError(
            f"np.interp between places of shape {shape_of(xp)} with values of shape "
            f"{shape_of(fp)}",
            remedy="give two vectors of the same length, 1 at least",
        )
    if period is not None:
        x, xp, fp = _around(x, xp, fp, period)
        left = right = None
    inside = _between(x, xp, fp) if shape_of(xp)[0] > 1 else fp[0] + 0 * x
    below = fp[0] if left is None else as_value(left)
    above = fp[-1] if right is None else as_value(right)
    return where(x < xp[0], below, where(x > xp[-1], above, inside))


def _around(x: Value, xp: Value, fp: Value, period: Value) -> tuple[Value, ...]:
    """Bring places into one period, with the points next to it on either side."""
    if not isinstance(period, Term) and period == 0:
        raise OptionError("period=0 of np.interp", remedy="give a period that is not 0")
    period = abs(as_value(period))
    x, xp = x % period, xp % period
    order = np.argsort(xp)
    xp, fp = (gather(each, order, axis=0) for each in (xp, fp))
    xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
    return x, xp, np.concatenate([fp[-1:], fp, fp[:1]])


def _between(x: Value, xp: Value, fp: Value) -> Value:
    """Follow the line through the two points around each place."""
    last = shape_of(xp)[0] - 2
    right = np_searchsorted(xp, x, "right") - 1
    j = np.minimum(np.maximum(right, 0), last)
    start, end = (gather(fp, i, axis=0) for i in (j, j + 1))
    from_place, to_place = (gather(xp, i, axis=0) for i in (j, j + 1))
    width = to_place - from_place
    slope = where(np.equal(width, 0), 0, (end - start) / width)
    line = start + slope * (x - from_place)
    return where(np.equal(width, 0), end, line)
