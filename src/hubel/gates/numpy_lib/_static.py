"""What depends on dtypes alone, and comparisons of whole arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._cast import astype
from hubel.gates._compare import equal, isnan, logical_and, logical_or
from hubel.gates._given import as_value, known
from hubel.gates._order import np_sort
from hubel.gates._quantifiers import np_all
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.graph.registry import Value
from hubel.graph.term import Term

SMALL = "bhBH"
"""Codes of the integers that fit single precision."""


@implements(np.array_equal)
def np_array_equal(a1: Value, a2: Value, equal_nan: bool = False) -> Value:
    """Mean what ``np.array_equal`` means."""
    a1, a2 = as_value(a1), as_value(a2)
    if shape_of(a1) != shape_of(a2):
        return False
    same = equal(a1, a2)
    if equal_nan and "f" in dtype_of(a1).kind + dtype_of(a2).kind:
        same = logical_or(same, logical_and(isnan(a1), isnan(a2)))
    return np_all(same)


@implements(np.array_equiv)
def np_array_equiv(a1: Value, a2: Value) -> Value:
    """Mean what ``np.array_equiv`` means."""
    a1, a2 = as_value(a1), as_value(a2)
    try:
        np.broadcast_shapes(shape_of(a1), shape_of(a2))
    except ValueError:
        return False
    return np_all(equal(a1, a2))


@implements(np.can_cast)
def np_can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Mean what ``np.can_cast`` means."""
    source = dtype_of(from_) if isinstance(from_, Term) else from_
    return np.can_cast(source, to, casting)


@implements(np.common_type)
def np_common_type(*arrays: Value) -> Any:
    """Mean what ``np.common_type`` means."""
    find: Any = np.common_type
    return find(*[np.empty(0, dtype_of(as_value(a))) for a in arrays])


@implements(np.min_scalar_type)
def np_min_scalar_type(a: Value, /) -> np.dtype[Any]:
    """Mean what ``np.min_scalar_type`` means; of one number the value counts."""
    if ndim_of(a):
        return dtype_of(a)
    return np.min_scalar_type(known(a, "the number that np.min_scalar_type looks at"))


@implements(np.sort_complex)
def np_sort_complex(a: Value) -> Value:
    """Mean what ``np.sort_complex`` means."""
    given = dtype_of(as_value(a))
    ordered = np_sort(a)
    if given.kind == "c":
        return ordered
    code = "F" if given.char in SMALL else "G" if given.char == "g" else "D"
    return astype(ordered, dtype=np.dtype(code))
