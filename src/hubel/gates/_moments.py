"""Mean, variance and standard deviation, as compositions of sums."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.gates._arithmetic import divide, subtract
from hubel.gates._cast import astype
from hubel.gates._complex import real_dtype, squared_modulus
from hubel.gates._given import as_value, without_out
from hubel.gates._power import sqrt
from hubel.gates._sum import broadcast_to, sum_over
from hubel.gates._where import where as choose
from hubel.gates.define import dtype_of, implements, ndim_of, normal_axes, shape_of
from hubel.graph.registry import Value

Axis = int | Sequence[int] | None


def _accumulated(a: Value, dtype: Any) -> tuple[Value, np.dtype[Any] | None]:
    """Cast as NumPy does before it adds up; give the dtype to cast back to, if any."""
    given = dtype_of(a)
    if dtype is not None:
        return astype(a, dtype=np.dtype(dtype)), None
    if given.kind in "biu":
        return astype(a, dtype=np.dtype(np.float64)), None
    if given == np.float16:
        return astype(a, dtype=np.dtype(np.float32)), given
    return a, None


def _total(a: Value, axis: tuple[int, ...], keepdims: bool, where: Value) -> Value:
    """Add up the elements that count."""
    counted = a if where is None else choose(as_value(where), a, 0)
    return sum_over(counted, axis=axis, keepdims=keepdims)


def _count(a: Value, axis: tuple[int, ...], keepdims: bool, where: Value) -> Value:
    """Count the elements: a number, or an array where that depends on ``where``."""
    if where is None:
        return math.prod([shape_of(a)[i] for i in axis])
    spread = broadcast_to(as_value(where), shape=shape_of(a))
    counted = astype(spread, dtype=real_dtype(dtype_of(a)))
    return sum_over(counted, axis=axis, keepdims=keepdims)


@implements(np.mean)
def np_mean(
    a: Value,
    axis: Axis = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: Value = None,
) -> Value:
    """Mean what ``np.mean`` means."""
    without_out(out)
    a, kept = _accumulated(as_value(a), dtype)
    axes = normal_axes(axis, ndim_of(a))
    total = _total(a, axes, bool(keepdims), where)
    mean = divide(total, _count(a, axes, bool(keepdims), where))
    return mean if kept is None else astype(mean, dtype=kept)


@implements(np.var)
def np_var(
    a: Value,
    axis: Axis = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Value = None,
    mean: None = None,
    correction: float | None = None,
) -> Value:
    """Mean what ``np.var`` means; ``mean=`` is refused."""
    without_out(out)
    if mean is not None:
        raise OptionError(
            "mean= of np.var and np.std would hide how the mean depends on the array",
            remedy="leave it out: the mean is worked out here",
        )
    a, kept = _accumulated(as_value(a), dtype)
    axes = normal_axes(axis, ndim_of(a))
    centre = divide(_total(a, axes, True, where), _count(a, axes, True, where))
    squares = _total(squared_modulus(subtract(a, centre)), axes, bool(keepdims), where)
    count = _count(a, axes, bool(keepdims), where)
    variance = divide(squares, count - (ddof if correction is None else correction))
    return variance if kept is None else astype(variance, dtype=kept)


@implements(np.std)
def np_std(
    a: Value,
    axis: Axis = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Value = None,
    mean: None = None,
    correction: float | None = None,
) -> Value:
    """Mean what ``np.std`` means; 0 for equal numbers; ``mean=`` is refused."""
    return sqrt(
        np_var(
            a,
            axis,
            dtype,
            out,
            ddof,
            keepdims,
            where=where,
            mean=mean,
            correction=correction,
        )
    )
