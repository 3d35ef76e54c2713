"""Sets of values: which they are is told from known values, and they keep slopes.

Of several equal elements the first one is taken, and the gradient flows to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._concatenate import np_concatenate
from hubel.gates._gather import gather
from hubel.gates._given import as_value, known
from hubel.gates._layout import np_ravel
from hubel.gates._order import np_sort, searchsorted
from hubel.gates.define import implements, ndim_of, normal_axis, shape_of
from hubel.graph.registry import NUMPY, Value

PLAIN: Any = np
"""NumPy on values that are known."""
REMEDY = "call it outside of the traced function, or differentiate without compiling"


def _values(a: Value, name: str) -> Any:
    return known(a, f"which elements {name} finds", REMEDY)


@implements(np.unique)
def np_unique(
    ar: Value,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """Mean what ``np.unique`` means."""
    ar = as_value(ar)
    values = _values(ar, "np.unique")
    flags = {"return_inverse": return_inverse, "return_counts": return_counts}
    options: Any = {**flags, "axis": axis, "equal_nan": equal_nan}
    _, first, *rest = PLAIN.unique(values, return_index=True, **options)
    if axis is None:
        picked = gather(np_ravel(ar), first, axis=0)
    else:
        picked = gather(ar, first, axis=normal_axis(axis, ndim_of(ar)))
    found = (picked, *([first] if return_index else []), *rest)
    return found if len(found) > 1 else picked


def _unique_by(function: Any) -> Any:
    """Give the meaning of a function of the array API standard."""

    def meaning(x: Value, /) -> Any:
        values = _values(x, f"np.{function.__name__}")
        picked = gather(np_ravel(as_value(x)), PLAIN.unique_all(values).indices, axis=0)
        found = function(values)
        return found._replace(values=picked) if hasattr(found, "_replace") else picked

    return meaning


for _function in (
    np.unique_all,
    np.unique_counts,
    np.unique_inverse,
    np.unique_values,
):
    NUMPY[_function] = _unique_by(_function)


def _flat(ar1: Value, ar2: Value) -> tuple[Value, Value]:
    return np_ravel(as_value(ar1)), np_ravel(as_value(ar2))


@implements(np.union1d)
def np_union1d(ar1: Value, ar2: Value) -> Value:
    """Mean what ``np.union1d`` means."""
    return np_unique(np_concatenate(_flat(ar1, ar2)))


@implements(np.intersect1d)
def np_intersect1d(
    ar1: Value, ar2: Value, assume_unique: bool = False, return_indices: bool = False
) -> Any:
    """Mean what ``np.intersect1d`` means; the gradient flows to the first array."""
    first, second = _flat(ar1, ar2)
    names = (_values(each, "np.intersect1d") for each in (first, second))
    _, i, j = PLAIN.intersect1d(*names, assume_unique, return_indices=True)
    picked = gather(first, i, axis=0)
    return (picked, i, j) if return_indices else picked


@implements(np.setdiff1d)
def np_setdiff1d(ar1: Value, ar2: Value, assume_unique: bool = False) -> Value:
    """Mean what ``np.setdiff1d`` means."""
    first, second = _flat(ar1, ar2)
    a, b = (_values(each, "np.setdiff1d") for each in (first, second))
    if assume_unique:
        places = PLAIN.arange(a.size)
    else:
        places = PLAIN.unique(a, return_index=True)[1]
    return gather(first, places[~np.isin(a[places], b)], axis=0)


@implements(np.setxor1d)
def np_setxor1d(ar1: Value, ar2: Value, assume_unique: bool = False) -> Value:
    """Mean what ``np.setxor1d`` means."""
    alone = np_setdiff1d(ar1, ar2, assume_unique), np_setdiff1d(ar2, ar1, assume_unique)
    return np_sort(np_concatenate(alone))


@implements(np.isin)
def np_isin(
    element: Value,
    test_elements: Value,
    assume_unique: bool = False,
    invert: bool = False,
    *,
    kind: str | None = None,
) -> Value:
    """Mean what ``np.isin`` means, by looking elements up in sorted ones."""
    element, among = as_value(element), np_sort(np_ravel(as_value(test_elements)))
    count = shape_of(among)[0]
    if not count:
        return np.full(shape_of(element), invert)
    place = np.minimum(searchsorted(among, element, side="left"), count - 1)
    there = np.equal(gather(among, place, axis=0), element)
    return np.logical_not(there) if invert else there
