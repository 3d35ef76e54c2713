"""All, any and how many: what holds of elements along axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hubel.gates._compare import not_equal, np_isclose
from hubel.gates._given import as_value, without_out
from hubel.gates._reduce import reduction
from hubel.gates._sum import sum_over
from hubel.gates._where import where as choose
from hubel.gates.define import CONSTANT_RULE, axes_to_reduce, implements, ndim_of
from hubel.graph.registry import Value

Axis = int | Sequence[int] | None

all_of = reduction("all", np.logical_and.reduce, CONSTANT_RULE)
any_of = reduction("any", np.logical_or.reduce, CONSTANT_RULE)


@implements(np.all)
def np_all(
    a: Value,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: Value = None,
) -> Value:
    """Mean what ``np.all`` means."""
    without_out(out)
    a = as_value(a) if where is None else choose(as_value(where), a, True)
    return all_of(a, axis=axes_to_reduce(axis, ndim_of(a)), keepdims=bool(keepdims))


@implements(np.any)
def np_any(
    a: Value,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: Value = None,
) -> Value:
    """Mean what ``np.any`` means."""
    without_out(out)
    a = as_value(a) if where is None else choose(as_value(where), a, False)
    return any_of(a, axis=axes_to_reduce(axis, ndim_of(a)), keepdims=bool(keepdims))


@implements(np.count_nonzero)
def np_count_nonzero(a: Value, axis: Axis = None, *, keepdims: bool = False) -> Value:
    """Mean what ``np.count_nonzero`` means."""
    a = as_value(a)
    nonzero = not_equal(a, 0)
    return sum_over(
        nonzero, axis=axes_to_reduce(axis, ndim_of(a)), keepdims=bool(keepdims)
    )


@implements(np.allclose)
def np_allclose(
    a: Value,
    b: Value,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> Value:
    """Mean what ``np.allclose`` means."""
    return np_all(np_isclose(a, b, rtol, atol, equal_nan))
