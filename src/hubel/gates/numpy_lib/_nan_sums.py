"""Sums, products and moments that leave NaN out; nothing flows to what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.gates._cumulative import np_cumprod, np_cumsum
from hubel.gates._given import as_value
from hubel.gates._moments import np_mean, np_var
from hubel.gates._product import np_prod
from hubel.gates._sum import np_sum
from hubel.gates.define import (
    axes_to_reduce,
    dtype_of,
    implements,
    ndim_of,
    shape_of,
)
from hubel.graph.registry import Value

Axis = int | Sequence[int] | None


def filled(a: Value, number: float) -> Value:
    """Put a number in place of NaN."""
    a = as_value(a)
    return np.where(np.isnan(a), number, a) if dtype_of(a).kind in "fc" else a


def counted(a: Value, where: Value) -> Value:
    """Say which elements count: those that ``where`` names and that are not NaN."""
    if dtype_of(a).kind not in "fc":
        return where
    numbers = np.logical_not(np.isnan(a))
    return numbers if where is None else np.logical_and(numbers, where)


@implements(np.nansum)
def np_nansum(a: Value, axis: Axis = None, dtype: Any = None, **options: Any) -> Value:
    """Mean what ``np.nansum`` means."""
    return np_sum(filled(a, 0), axis, dtype, **options)


@implements(np.nanprod)
def np_nanprod(a: Value, axis: Axis = None, dtype: Any = None, **options: Any) -> Value:
    """Mean what ``np.nanprod`` means."""
    return np_prod(filled(a, 1), axis, dtype, **options)


@implements(np.nancumsum)
def np_nancumsum(
    a: Value, axis: int | None = None, dtype: Any = None, out: None = None
) -> Value:
    """Mean what ``np.nancumsum`` means."""
    return np_cumsum(filled(a, 0), axis, dtype, out)


@implements(np.nancumprod)
def np_nancumprod(
    a: Value, axis: int | None = None, dtype: Any = None, out: None = None
) -> Value:
    """Mean what ``np.nancumprod`` means."""
    return np_cumprod(filled(a, 1), axis, dtype, out)


def _axes(a: Value, axis: Axis) -> Axis:
    """Let a single number have the axes that sums let it have, as NumPy does."""
    return axes_to_reduce(axis, ndim_of(a)) if dtype_of(a).kind in "fc" else axis


@implements(np.nanmean)
def np_nanmean(
    a: Value,
    axis: Axis = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: Value = None,
) -> Value:
    """Mean what ``np.nanmean`` means."""
    a = as_value(a)
    axis = _axes(a, axis)
    return np_mean(a, axis, dtype, out, keepdims, where=counted(a, where))


@implements(np.nanvar)
def np_nanvar(
    a: Value,
    axis: Axis = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Value = None,
    **options: Any,
) -> Value:
    """Mean what ``np.nanvar`` means: NaN where no degree of freedom is left."""
    a = as_value(a)
    axis, which = _axes(a, axis), counted(a, where)
    variance = np_var(a, axis, dtype, out, ddof, keepdims, where=which, **options)
    if which is None or dtype_of(a).kind not in "fc":
        return variance
    spread = np.broadcast_to(which, shape_of(a))
    freedom = np.sum(spread, axis, keepdims=keepdims) - options.get("correction", ddof)
    return np.where(freedom > 0, variance, np.nan)


@implements(np.nanstd)
def np_nanstd(a: Value, *args: Any, **options: Any) -> Value:
    """Mean what ``np.nanstd`` means."""
    return np.sqrt(np_nanvar(a, *args, **options))
