"""Positions and their numbers: what is computed with indices alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._given import as_value, known, without_memory_order
from hubel.gates._layout import lengths_of, np_reshape
from hubel.gates._order import np_argsort
from hubel.gates._take import as_index, in_bounds, np_take_along_axis
from hubel.gates.define import dtype_of, implements, ndim_of, normal_axis, shape_of
from hubel.graph.registry import Value


@implements(np.ravel_multi_index)
def np_ravel_multi_index(
    multi_index: Sequence[Value],
    dims: Any,
    mode: str | tuple[str, ...] = "raise",
    order: str = "C",
) -> Value:
    """Mean what ``np.ravel_multi_index`` means; traced indices are not checked."""
    lengths, indices = lengths_of(dims), [as_index(i) for i in multi_index]
    modes = [mode] * len(lengths) if isinstance(mode, str) else mode
    if len(indices) != len(lengths):
        raise ShapeError(f"{len(indices)} indices for {len(lengths)} axes")
    items = list(zip(indices, lengths, modes, strict=True))
    number: Value = 0
    if without_memory_order(order) == "F":
        items.reverse()
    for index, length, way in items:
        number = number * length + in_bounds(index, length, way)
    return number


@implements(np.unravel_index)
def np_unravel_index(indices: Value, shape: Any, order: str = "C") -> tuple[Value, ...]:
    """Mean what ``np.unravel_index`` means; traced indices are not checked."""
    lengths, number = lengths_of(shape), as_index(indices)
    backward = without_memory_order(order) == "C"
    found: list[Value] = []
    for length in reversed(lengths) if backward else lengths:
        found.append(np.remainder(number, length))
        number = np.floor_divide(number, length)
    return tuple(reversed(found) if backward else found)


@implements(np.ix_)
def np_ix_(*args: Value) -> tuple[Value, ...]:
    """Mean what ``np.ix_`` means; masks are static."""
    found: list[Value] = []
    for axis, given in enumerate(args):
        index = as_value(given)
        if ndim_of(index) != 1:
            raise ShapeError(f"np.ix_ of shape {shape_of(index)}: give vectors")
        if dtype_of(index).kind == "b":
            index = np.flatnonzero(known(index, "a mask of np.ix_"))
        shape = (1,) * axis + (-1,) + (1,) * (len(args) - axis - 1)
        found.append(np_reshape(index, shape))
    return tuple(found)


def _square(arr: Value, name: str) -> tuple[int, ...]:
    shape = shape_of(arr)
    if len(shape) < 2 or len(set(shape)) != 1:
        raise ShapeError(f"{name} of shape {shape}: all axes have to be equally long")
    return shape


@implements(np.diag_indices_from)
def np_diag_indices_from(arr: Value) -> Any:
    """Mean what ``np.diag_indices_from`` means."""
    shape = _square(arr, "np.diag_indices_from")
    return np.diag_indices(shape[0], len(shape))


def _matrix(arr: Value, name: str) -> tuple[int, int]:
    shape = shape_of(arr)
    if len(shape) != 2:
        raise ShapeError(f"{name} of shape {shape}: give a matrix")
    return shape[0], shape[1]


@implements(np.tril_indices_from)
def np_tril_indices_from(arr: Value, k: int = 0) -> Any:
    """Mean what ``np.tril_indices_from`` means."""
    rows, columns = _matrix(arr, "np.tril_indices_from")
    return np.tril_indices(rows, k, columns)


@implements(np.triu_indices_from)
def np_triu_indices_from(arr: Value, k: int = 0) -> Any:
    """Mean what ``np.triu_indices_from`` means."""
    rows, columns = _matrix(arr, "np.triu_indices_from")
    return np.triu_indices(rows, k, columns)


@implements(np.lexsort)
def np_lexsort(keys: Value, axis: int = -1) -> Value:
    """Mean what ``np.lexsort`` means: the last key counts first."""
    given = [as_value(key) for key in keys]
    if not given:
        raise ShapeError("np.lexsort of no keys", remedy="give one at least")
    if not ndim_of(given[0]):
        return np.zeros((), np.intp)[()]
    along = normal_axis(axis, ndim_of(given[0]))
    order = np_argsort(given[0], along, stable=True)
    for key in given[1:]:
        later = np_argsort(np_take_along_axis(key, order, along), along, stable=True)
        order = np_take_along_axis(order, later, along)
    return order


@implements(np.einsum_path)
def np_einsum_path(
    subscripts: str, *operands: Value, optimize: Any = "greedy", **options: Any
) -> Any:
    """Mean what ``np.einsum_path`` means, which depends on shapes alone."""
    shaped = [np.broadcast_to(np.zeros(()), shape_of(each)) for each in operands]
    return np.einsum_path(subscripts, *shaped, optimize=optimize, **options)
