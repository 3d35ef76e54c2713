"""NumPy's other ways to join: each puts axes in place and concatenates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._axes import at_least, np_atleast_1d, np_atleast_2d, np_atleast_3d
from hubel.gates._concatenate import np_concatenate
from hubel.gates._given import as_value
from hubel.gates._layout import np_transpose
from hubel.gates.define import implements, ndim_of
from hubel.graph.registry import Value


def _all(change: Any, arrays: Sequence[Value]) -> list[Value]:
    return [change(as_value(a)) for a in arrays]


@implements(np.vstack)
def np_vstack(
    tup: Sequence[Value], *, dtype: Any = None, casting: str = "same_kind"
) -> Value:
    """Mean what ``np.vstack`` means."""
    return np_concatenate(_all(np_atleast_2d, tup), 0, dtype=dtype)


@implements(np.hstack)
def np_hstack(
    tup: Sequence[Value], *, dtype: Any = None, casting: str = "same_kind"
) -> Value:
    """Mean what ``np.hstack`` means."""
    pieces = _all(np_atleast_1d, tup)
    axis = 0 if pieces and ndim_of(pieces[0]) == 1 else 1
    return np_concatenate(pieces, axis, dtype=dtype)


@implements(np.dstack)
def np_dstack(tup: Sequence[Value]) -> Value:
    """Mean what ``np.dstack`` means."""
    return np_concatenate(_all(np_atleast_3d, tup), 2)


@implements(np.column_stack)
def np_column_stack(tup: Sequence[Value]) -> Value:
    """Mean what ``np.column_stack`` means."""
    arrays = [as_value(a) for a in tup]
    columns = [np_transpose(at_least(a, 2)) if ndim_of(a) < 2 else a for a in arrays]
    return np_concatenate(columns, 1)


@implements(np.block)
def np_block(arrays: Any) -> Value:
    """Mean what ``np.block`` means: nested lists of blocks."""
    depth = _depth(arrays)
    ndim = max(depth, _most_axes(arrays))
    return _block(arrays, depth, ndim)


def _depth(arrays: Any) -> int:
    """Measure how deep the lists are nested, which has to be the same everywhere."""
    if isinstance(arrays, tuple):
        raise ShapeError("np.block was given a tuple", remedy="use lists, or np.stack")
    if not isinstance(arrays, list):
        return 0
    depths = {_depth(a) for a in cast(list[Any], arrays)}
    if len(depths) != 1:
        raise ShapeError(
            f"the lists given to np.block are nested to depths {sorted(depths)}"
            if depths
            else "np.block was given an empty list",
            remedy="nest every block equally deep",
        )
    return 1 + depths.pop()


def _most_axes(arrays: Any) -> int:
    if isinstance(arrays, list):
        return max(_most_axes(a) for a in cast(list[Any], arrays))
    return ndim_of(as_value(arrays))


def _block(arrays: Any, depth: int, ndim: int) -> Value:
    """Join the innermost lists along the last axis, the next ones before it."""
    if depth == 0:
        return at_least(as_value(arrays), ndim)
    return np_concatenate([_block(a, depth - 1, ndim) for a in arrays], ndim - depth)
