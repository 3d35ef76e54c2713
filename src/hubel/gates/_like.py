"""New arrays in the shape of another, into which traced values can be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.gates._cast import copy
from hubel.gates._given import as_value
from hubel.gates.define import dtype_of, implements, shape_of
from hubel.graph.registry import GATES, Value
from hubel.graph.term import Term

Shape = int | Sequence[int] | None


@implements(np.full_like)
def np_full_like(
    a: Value,
    fill_value: Value,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Shape = None,
    *,
    device: Any = None,
) -> Value:
    """Mean what ``np.full_like`` means; the memory order plays no role in a graph."""
    if shape is None:
        shape = shape_of(a)
    lengths = (shape,) if isinstance(shape, int) else tuple(shape)
    kind = dtype_of(a) if dtype is None else np.dtype(dtype)
    filled = GATES["astype"](as_value(fill_value), dtype=kind)
    array = GATES["broadcast_to"](filled, shape=lengths)
    term = next((each for each in (array, a) if isinstance(each, Term)), None)
    return copy(array) if term is None else term.apply(copy, (array,), {})


@implements(np.zeros_like, np.empty_like)
def np_zeros_like(
    a: Value,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Shape = None,
    *,
    device: Any = None,
) -> Value:
    """Mean what ``np.zeros_like`` means."""
    return np_full_like(a, 0, dtype, shape=shape)


@implements(np.ones_like)
def np_ones_like(
    a: Value,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Shape = None,
    *,
    device: Any = None,
) -> Value:
    """Mean what ``np.ones_like`` means."""
    return np_full_like(a, 1, dtype, shape=shape)


@implements(np.result_type)
def np_result_type(*arrays_and_dtypes: Any) -> np.dtype[Any]:
    """Mean what ``np.result_type`` means."""
    return np.result_type(*[_typed(each) for each in arrays_and_dtypes])


def _typed(given: Any) -> Any:
    """Give a term's dtype; of a Python number's term, such a number."""
    if not isinstance(given, Term):
        return given
    return given.dtype.type(1).item() if given.weak else given.dtype
