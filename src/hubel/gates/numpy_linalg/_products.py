"""Products of many matrices, and what ``numpy.linalg`` calls by its own names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._axes import at_least
from hubel.gates._diagonal import np_diagonal, np_trace
from hubel.gates._given import as_value, without_out
from hubel.gates._layout import np_matrix_transpose, reshape
from hubel.gates._matmul import matmul
from hubel.gates._products import np_cross, np_outer, np_tensordot, np_vecdot
from hubel.gates.define import implements, ndim_of, shape_of
from hubel.graph.registry import NUMPY, Value

NUMPY[np.linalg.matmul] = matmul
NUMPY[np.linalg.matrix_transpose] = np_matrix_transpose
NUMPY[np.linalg.tensordot] = np_tensordot
NUMPY[np.linalg.vecdot] = np_vecdot


@implements(np.linalg.cross)
def np_linalg_cross(x1: Value, x2: Value, /, *, axis: int = -1) -> Value:
    """Mean what ``np.linalg.cross`` means."""
    return np_cross(x1, x2, axis=axis)


@implements(np.linalg.outer)
def np_linalg_outer(x1: Value, x2: Value, /) -> Value:
    """Mean what ``np.linalg.outer`` means: of vectors only."""
    x1, x2 = as_value(x1), as_value(x2)
    if ndim_of(x1) != 1 or ndim_of(x2) != 1:
        raise ShapeError(
            f"np.linalg.outer of shapes {shape_of(x1)} and {shape_of(x2)}",
            remedy="give vectors, or use np.outer, which flattens",
        )
    return np_outer(x1, x2)


@implements(np.linalg.trace)
def np_linalg_trace(x: Value, /, *, offset: int = 0, dtype: Any = None) -> Value:
    """Mean what ``np.linalg.trace`` means: over the last two axes."""
    return np_trace(x, offset, -2, -1, dtype)


@implements(np.linalg.diagonal)
def np_linalg_diagonal(x: Value, /, *, offset: int = 0) -> Value:
    """Mean what ``np.linalg.diagonal`` means: of the last two axes."""
    return np_diagonal(x, offset, -2, -1)


@implements(np.linalg.multi_dot)
def np_multi_dot(arrays: Sequence[Value], *, out: None = None) -> Value:
    """Mean what ``np.linalg.multi_dot`` means: products in the cheapest order."""
    without_out(out)
    matrices = [as_value(each) for each in arrays]
    if len(matrices) < 2:
        raise ShapeError(f"np.linalg.multi_dot of {len(matrices)} arrays: 2 are needed")
    row, column = ndim_of(matrices[0]) == 1, ndim_of(matrices[-1]) == 1
    matrices[0] = at_least(matrices[0], 2)
    if column:
        matrices[-1] = reshape(matrices[-1], shape=(*shape_of(matrices[-1]), 1))
    if any(ndim_of(m) != 2 for m in matrices):
        raise ShapeError("np.linalg.multi_dot takes matrices, and vectors at its ends")
    lengths = tuple([*[shape_of(m)[0] for m in matrices], shape_of(matrices[-1])[1]])
    found = _product(matrices, 0, len(matrices), lengths)
    shape = (() if row else lengths[:1]) + (() if column else lengths[-1:])
    return reshape(found, shape=shape)


def _product(
    matrices: list[Value], start: int, stop: int, lengths: tuple[int, ...]
) -> Value:
    """Multiply the matrices from start to stop."""
    if stop - start == 1:
        return matrices[start]
    _, cut = _cheapest(lengths[start : stop + 1])
    left = _product(matrices, start, start + cut, lengths)
    return matmul(left, _product(matrices, start + cut, stop, lengths))


@cache
def _cheapest(lengths: tuple[int, ...]) -> tuple[int, int]:
    """Find the cost of a chain of products, and where to cut it (Cormen et al., 15.2).

    >>> _cheapest((10, 100, 5, 50))
    (7500, 2)
    """
    if len(lengths) <= 2:
        return 0, 0
    first, last = lengths[0], lengths[-1]
    return min(
        (
            _cheapest(lengths[: cut + 1])[0]
            + _cheapest(lengths[cut:])[0]
            + first * lengths[cut] * last,
            cut,
        )
        for cut in range(1, len(lengths) - 1)
    )
