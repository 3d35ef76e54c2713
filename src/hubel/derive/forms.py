"""The simplest class for a Jacobian that products along a graph have left general."""

from __future__ import annotations

import numpy as np

from hubel.structure import (
    Banded,
    BlockDiagonal,
    Dense,
    Entrywise,
    LowRank,
    Operator,
    Sparse,
)
from hubel.structure.chain import Estimate

FEW = 8
"""Through so few numbers what follows is a sum of that many outer products."""

_ROOM = 2
"""Diagonals are kept as such while their array has at most so many cells a place."""


def through_few(left: Operator, right: Operator) -> LowRank | None:
    """Return outer products where all goes through a few numbers, such as one sum."""
    rows, few, columns = left.shape[0], *right.shape
    stored = isinstance(left, Entrywise) and isinstance(right, Entrywise)
    terms, _ = Estimate.of(left).times(Estimate.of(right))
    if not stored or few > FEW or 2 * few * (rows + columns) > terms:
        return None
    return LowRank(left.matrix(), right.matrix().T)


def simplest(found: Sparse) -> Operator:
    """Return a sparse matrix as blocks or as diagonals, where it is that.

    Examples
    --------
    >>> from hubel.structure import Sparse
    >>> simplest(Sparse.at([0, 0, 1, 1], [0, 1, 2, 3], np.ones(4), (2, 4)))
    BlockDiagonal(2 x 4, float64, 32 B)
    """
    return _in_blocks(found) or _in_bands(found) or found


def _in_blocks(found: Sparse) -> BlockDiagonal | Dense | None:
    """Return one block for each run of rows that share a run of columns."""
    rows, columns = found.shape
    width = found.nnz // max(rows, 1)
    if width < 2 or width * rows != found.nnz or columns % width:
        return None
    count = columns // width
    if rows % count:
        return None
    places = np.arange(columns).reshape(count, 1, width)
    expected = np.broadcast_to(places, (count, rows // count, width)).reshape(-1)
    if not np.array_equal(found.pattern.columns, expected):
        return None
    if count == 1:
        return Dense(found.values.reshape(rows, columns))
    return BlockDiagonal(found.values.reshape(count, rows // count, width))


def _in_bands(found: Sparse) -> Banded | None:
    """Return the diagonals, where they are few and nearly full."""
    rows, columns = found.pattern.places()
    offsets, which = np.unique(columns - rows, return_inverse=True)
    if not 0 < offsets.size * found.shape[0] <= _ROOM * found.nnz:
        return None
    values = np.zeros((offsets.size, found.shape[0]), found.dtype)
    values[which, rows] = found.values
    return Banded(offsets.tolist(), values, found.shape[1])
