"""Medians: the middle element, or half of each of the two in the middle."""

from __future__ import annotations

import numpy as np

from hubel.gates._cast import astype
from hubel.gates._given import as_value, without_out
from hubel.gates._layout import reshape
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.gates.numpy_lib._nan_sums import np_nanmean
from hubel.gates.numpy_lib._ranks import Axis, lanes, ranked, with_axes, without_nan
from hubel.graph.registry import Value


def _middle(lined: Value, below: Value, above: Value) -> Value:
    """Average the elements of two ranks, which may be the same."""
    if dtype_of(lined).kind in "biu":
        lined = astype(lined, dtype=np.dtype(np.float64))
    first, second = ranked(lined, below), ranked(lined, above)
    return 0.5 * first + 0.5 * second


def _finished(value: Value, a: Value, axes: tuple[int, ...], keepdims: bool) -> Value:
    found = reshape(value, shape=shape_of(value)[1:])
    return with_axes(found, ndim_of(as_value(a)), axes, 0) if keepdims else found


@implements(np.median)
def np_median(
    a: Value,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
) -> Value:
    """Mean what ``np.median`` means."""
    without_out(out)
    lined, axes = lanes(a, axis, "np.median")
    n = shape_of(lined)[0]
    if not n:
        return np.mean(a, axis, keepdims=keepdims)
    value = _middle(lined, np.array([(n - 1) // 2]), np.array([n // 2]))
    return _finished(without_nan(value, lined), a, axes, keepdims)


@implements(np.nanmedian)
def np_nanmedian(
    a: Value,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
) -> Value:
    """Mean what ``np.nanmedian`` means."""
    a = as_value(a)
    lined, axes = lanes(a, axis, "np.nanmedian")
    if dtype_of(lined).kind != "f" or 0 in shape_of(lined):
        plain = np_nanmean if 0 in shape_of(lined) else np_median
        return plain(a, axis, out=out, keepdims=keepdims)
    without_out(out)
    n = np.sum(np.logical_not(np.isnan(lined)), axis=0)[None]
    value = _middle(lined, np.maximum(n - 1, 0) // 2, n // 2)
    return _finished(value, a, axes, keepdims)
