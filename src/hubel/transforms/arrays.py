"""Arrays that traced values may be written into."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from hubel.graph.registry import NUMPY
from hubel.graph.term import Term
from hubel.tracing.trace import innermost


def zeros(shape: int | tuple[int, ...], dtype: Any = np.float64) -> Any:
    """Make an array of zeros into which traced values can be written.

    Inside a traced function it is a traced value, on which ``a[i] = value`` works;
    outside it is a plain array.

    Examples
    --------
    >>> zeros(2)
    array([0., 0.])
    """
    plain = np.zeros(shape, dtype)
    trace = innermost()
    return plain if trace is None else trace.constant(plain)


def array(values: Any, dtype: Any = None) -> Any:
    """Make an array of a nested list of numbers and traced values.

    What ``np.array`` is for plain numbers. Inside a traced function the result is a
    traced value: ``a[i] = value`` and ``a[i]`` with a traced ``i`` work on it.

    Examples
    --------
    >>> array([1.0, 2.0])
    array([1., 2.])
    """
    result = values.copy() if isinstance(values, Term) else _array(values)
    trace = innermost()
    if trace is not None and not isinstance(result, Term):
        result = trace.constant(result)
    if dtype is None:
        return result
    return result.astype(dtype)


def _array(values: Any) -> Any:
    if isinstance(values, Term):
        return values
    if isinstance(values, list | tuple) and _has_terms(values):
        rows = [_array(each) for each in cast("list[Any]", values)]
        return NUMPY[np.stack](rows)
    make: Any = np.array
    return make(values)


def _has_terms(values: Any) -> bool:
    if isinstance(values, list | tuple):
        return any(_has_terms(each) for each in cast("list[Any]", values))
    return isinstance(values, Term)
