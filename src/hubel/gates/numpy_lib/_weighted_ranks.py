"""Quantiles of weighted elements: where the sum of the weights reaches a share."""

from __future__ import annotations

import numpy as np

from hubel.errors import OptionError
from hubel.gates._given import as_value
from hubel.gates.define import dtype_of, ndim_of, normal_axes, shape_of
from hubel.gates.numpy_lib._ranks import Axis, to_front
from hubel.gates.numpy_lib._weights import spread_weights
from hubel.graph.registry import Value


def weighted(
    a: Value, weights: Value, axis: Axis, q: Value, method: str, skips: bool
) -> Value:
    """Pick, for every q, the first element at which the weights reach its share."""
    if method != "inverted_cdf":
        raise OptionError(
            f"a quantile with weights and {method=}",
            remedy="use method='inverted_cdf', the only one that takes weights",
        )
    a = as_value(a)
    spread = spread_weights(as_value(weights), a, axis, "a quantile")
    axes = normal_axes(axis, ndim_of(a))
    lined, heavy = to_front(a, axes), to_front(spread, axes)
    if skips and dtype_of(lined).kind == "f":
        heavy = np.where(np.isnan(lined), 0, heavy)
    order = np.argsort(lined, axis=0)
    total = np.cumsum(np.take_along_axis(heavy, order, 0), axis=0, dtype=np.float64)
    share = total / total[-1:]
    share = np.where(
        np.equal(share, 0), -1.0, share
    )  # what weighs nothing never counts
    asked = np.reshape(q, shape_of(q) + (1,) * ndim_of(lined))
    below = np.sum(np.less(share, asked), axis=1)
    rank = np.minimum(below, shape_of(lined)[0] - 1)
    place = np.take_along_axis(order, rank, 0)
    return np.take_along_axis(lined, place, 0)
