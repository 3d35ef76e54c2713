"""What the methods of ufuncs mean: reduce, accumulate and reduceat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from hubel.gates._cast import astype
from hubel.gates._compare import logical_and, logical_or
from hubel.gates._concatenate import np_stack
from hubel.gates._cumulative import doublings, np_cumprod, np_cumsum, shift
from hubel.gates._exponential import logaddexp
from hubel.gates._extremes import np_max, np_min
from hubel.gates._given import as_value, known
from hubel.gates._layout import np_moveaxis
from hubel.gates._product import np_prod
from hubel.gates._quantifiers import np_all, np_any
from hubel.gates._softmax import logsumexp
from hubel.gates._sum import np_sum
from hubel.gates._where import maximum, minimum, where
from hubel.gates.define import (
    axes_to_reduce,
    dtype_of,
    ndim_of,
    normal_axis,
    result_dtype,
    shape_of,
)
from hubel.graph.node import Gate
from hubel.graph.registry import REDUCTIONS, Value

Axis = int | Sequence[int] | None
Meaning = Callable[..., Value]


def reduce_first(
    meaning: Meaning, array: Value, axis: Axis = 0, **options: Any
) -> Value:
    """Reduce the first axis if none is named, unlike the functions of NumPy."""
    return meaning(array, axis=axis, **options)


def _logaddexp_reduce(array: Value, axis: Axis = None, keepdims: bool = False) -> Value:
    axes = axes_to_reduce(axis, ndim_of(array))
    return logsumexp(array, axis=axes, keepdims=bool(keepdims))


def _scan(meaning: Meaning, array: Value, axis: int = 0) -> Value:
    return meaning(array, axis=axis)


def accumulate_gate(gate: Gate, array: Value, axis: int = 0) -> Value:
    """Accumulate an associative gate by doubling (Hillis & Steele 1986)."""
    axis = normal_axis(axis, ndim_of(array))
    kind = dtype_of(array)
    array = astype(array, dtype=result_dtype(gate.forward, (kind,) * 2, (False,) * 2))
    length = shape_of(array)[axis]
    places = np.arange(length).reshape((length,) + (1,) * (ndim_of(array) - axis - 1))
    for by in doublings(length, reverse=False):
        array = where(places < by, array, gate(array, shift(array, axis=axis, by=by)))
    return array


def reduce_between(
    meaning: Meaning, array: Value, indices: Value, axis: int = 0
) -> Value:
    """Reduce from each index to the next, or take the element where that is behind."""
    array = as_value(array)
    first = np_moveaxis(array, axis, 0)
    starts = known(indices, "where the pieces of reduceat begin").ravel().tolist()
    ends = [*starts[1:], shape_of(first)[0]]
    pieces = [
        meaning(first[i : max(j, i + 1)], axis=0)
        for i, j in zip(starts, ends, strict=True)
    ]
    return np_moveaxis(np_stack(pieces), 0, axis)


for _ufunc, _meaning in {
    np.add: np_sum,
    np.multiply: np_prod,
    np.maximum: np_max,
    np.minimum: np_min,
    np.logical_and: np_all,
    np.logical_or: np_any,
    np.logaddexp: _logaddexp_reduce,
}.items():
    REDUCTIONS[_ufunc, "reduce"] = partial(reduce_first, _meaning)
    REDUCTIONS[_ufunc, "reduceat"] = partial(reduce_between, _meaning)

REDUCTIONS[np.add, "accumulate"] = partial(_scan, np_cumsum)
REDUCTIONS[np.multiply, "accumulate"] = partial(_scan, np_cumprod)
for _ufunc, _gate in {
    np.maximum: maximum,
    np.minimum: minimum,
    np.logical_and: logical_and,
    np.logical_or: logical_or,
    np.logaddexp: logaddexp,
}.items():
    REDUCTIONS[_ufunc, "accumulate"] = partial(accumulate_gate, _gate)
