"""Weighted averages."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.gates._cast import astype
from hubel.gates._given import as_value
from hubel.gates.define import dtype_of, implements, shape_of
from hubel.gates.numpy_lib._weights import Axis, spread_weights
from hubel.graph.registry import Value
from hubel.graph.term import Term


@implements(np.average)
def np_average(
    a: Value,
    axis: Axis = None,
    weights: Value = None,
    returned: bool = False,
    *,
    keepdims: bool = False,
) -> Any:
    """Mean what ``np.average`` means, differentiable in the weights too."""
    a = as_value(a)
    if weights is None:
        average: Any = np.mean(a, axis, keepdims=keepdims)
        size = int(np.prod(shape_of(a)) / max(np.prod(shape_of(average)), 1))
        total: Any = np.array(size, dtype_of(average))
    else:
        weights = spread_weights(as_value(weights), a, axis, "np.average")
        least = np.float64 if dtype_of(a).kind in "biu" else dtype_of(a)
        dtype = np.result_type(dtype_of(a), dtype_of(weights), least)
        weights = astype(weights, dtype=dtype)
        total = _total(weights, axis, keepdims)
        average = np.sum(a * weights, axis, keepdims=keepdims) / total
    if not returned:
        return average
    return average, np.broadcast_to(total, shape_of(average))


def _total(weights: Value, axis: Axis, keepdims: bool) -> Value:
    """Add the weights up, which may not give 0."""
    total = np.sum(weights, axis, keepdims=keepdims)
    if not isinstance(total, Term) and np.any(total == 0):
        raise OptionError(
            "the weights of np.average sum to zero",
            remedy="give weights whose sum is not zero",
        )
    return total
