"""Numbers at equal distances or in equal proportions between two ends."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._cast import astype
from hubel.gates._complex import real_dtype
from hubel.gates._exponential import exp, log
from hubel.gates._given import as_value
from hubel.gates._layout import np_moveaxis
from hubel.gates._like import np_result_type
from hubel.gates._power import power
from hubel.gates._rounding import floor
from hubel.gates._where import where
from hubel.gates.define import broadcast_shape, dtype_of, implements, ndim_of, shape_of
from hubel.gates.numpy_lib._lerp import lerp
from hubel.graph.registry import Value
from hubel.graph.term import Term


def _shares(
    num: Any, endpoint: bool, dtype: np.dtype[Any], ends: tuple[Value, Value]
) -> Any:
    """Give the share of the way to the stop, along a new first axis."""
    count = operator.index(num)
    if count < 0:
        raise ShapeError(f"{count} numbers in a sequence", remedy="give 0 or more")
    steps = max(count - 1 if endpoint else count, 1)
    ndim = len(broadcast_shape(*map(shape_of, ends)))
    return np.arange(count).astype(dtype).reshape((-1,) + (1,) * ndim) / dtype.type(
        steps
    )


def _finished(values: Value, dtype: np.dtype[Any], axis: int) -> Value:
    if dtype.kind in "iu":
        values = floor(values)
    return np_moveaxis(astype(values, dtype=dtype), 0, axis)


@implements(np.linspace)
def np_linspace(
    start: Value,
    stop: Value,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """Mean what ``np.linspace`` means, differentiable in both ends."""
    kind = np_result_type(start, stop, 0.0)
    start, stop = (astype(as_value(end), dtype=kind) for end in (start, stop))
    shares = _shares(num, endpoint, real_dtype(kind), (start, stop))
    values = lerp(start, stop, shares)
    values = _finished(values, kind if dtype is None else np.dtype(dtype), axis)
    if not retstep:
        return values
    steps = num - 1 if endpoint else num
    return values, (stop - start) / steps if steps > 0 else np.nan


@implements(np.logspace)
def np_logspace(
    start: Value,
    stop: Value,
    num: int = 50,
    endpoint: bool = True,
    base: Value = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Value:
    """Mean what ``np.logspace`` means, differentiable in the ends and the base."""
    start, stop, base = (as_value(each) for each in (start, stop, base))
    if ndim_of(base):
        ndim = max(map(ndim_of, (start, stop, base)))
        start, stop, base = (
            np.reshape(each, (1,) * (ndim - ndim_of(each)) + shape_of(each))
            for each in (start, stop, base)
        )
        base = np.expand_dims(base, axis)
    values = power(base, np_linspace(start, stop, num, endpoint, axis=axis))
    return values if dtype is None else astype(values, dtype=np.dtype(dtype))


@implements(np.geomspace)
def np_geomspace(
    start: Value,
    stop: Value,
    num: int = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: int = 0,
) -> Value:
    """Mean what ``np.geomspace`` means, differentiable in both ends."""
    kind = np.result_type(*[dtype_of(as_value(end)) for end in (start, stop)], 0.0)
    if dtype is not None:
        kind = np.result_type(kind, np.dtype(dtype))
    start, stop = (astype(as_value(end), dtype=kind) for end in (start, stop))
    for end in (start, stop):
        if not isinstance(end, Term) and np.any(end == 0):
            raise OptionError("np.geomspace from or to 0", remedy="give other ends")
    shares = _shares(num, endpoint, real_dtype(kind), (start, stop))
    values = start * exp(shares * log(stop / start))
    if endpoint and num > 1:
        values = where(np.equal(shares, 1), stop, values)  # exactly
    wanted = dtype_of(values) if dtype is None else np.dtype(dtype)
    return _finished(values, wanted, axis)
