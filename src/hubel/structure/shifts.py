"""Which operators are a few diagonals, and the arithmetic of diagonals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hubel.structure.arithmetic import Array, Index, times
from hubel.structure.banded import Banded
from hubel.structure.diagonal import Diagonal
from hubel.structure.scaled import Scaled
from hubel.structure.selection import Scatter, Selection
from hubel.structure.stored import Entrywise

_SHIFTS = 3
"""A selection with more shifts than this is not a few diagonals."""

_ROOM = 3
"""Diagonals are kept as such while their array has at most so many cells a place; a
periodic stencil has short ones in two corners, and its array less than 2."""


def as_banded(operator: Entrywise) -> Banded | None:
    """Return an operator as diagonals, or None where that is not its structure."""
    if isinstance(operator, Banded):
        return operator
    if 0 in operator.shape:
        return None
    if isinstance(operator, Diagonal | Scaled):
        return Banded([0], operator.diagonal()[None], operator.shape[1])
    if isinstance(operator, Selection):
        return _shifted(operator)
    if isinstance(operator, Scatter):
        turned = _shifted(operator.transposed())
        return None if turned is None else turned.transposed()
    return None


def _shifted(selection: Selection) -> Banded | None:
    """Return a selection whose elements move by a few distances, each as one diagonal.

    ``x[1:]`` moves all by 1; rolling moves those that come round by another distance.
    """
    rows, columns = selection.shape
    distances: Index = selection.index - np.arange(rows)
    rest = selection.index >= 0
    found: dict[int, Array] = {}
    while rest.any():
        offset = int(distances[np.argmax(rest)])
        mine = rest & (distances == offset)
        low, high = _span(offset, rows, columns)
        if len(found) == _SHIFTS or np.count_nonzero(mine) != high - low:
            return None
        found[offset] = np.where(mine, selection.values, 0)
        rest &= ~mine
    return _banded(found, rows, columns)


def add_bands(left: Banded | None, right: Banded | None) -> Banded | None:
    """Add diagonals; None where they are too many or one operand is None."""
    if left is None or right is None:
        return None
    found = _by_offset(left)
    for offset, values in _by_offset(right).items():
        found[offset] = found[offset] + values if offset in found else values
    return _banded(found, *left.shape)


def multiply_bands(left: Banded | None, right: Banded | None) -> Banded | None:
    """Multiply diagonals; None where they are too many or one operand is None."""
    if left is None or right is None:
        return None
    rows, columns = left.shape[0], right.shape[1]
    dtype = np.result_type(left.dtype, right.dtype)
    offsets = _offsets(left, right)
    if not _is_compact(offsets, rows, columns):
        return None
    found = {offset: np.zeros(rows, dtype) for offset in offsets}
    for first, ours in _by_offset(left).items():
        for second, theirs in _by_offset(right).items():
            if first + second in found:
                low, high = _meeting(left, first, right, second)
                terms = times(ours[low:high], theirs[low + first : high + first])
                found[first + second][low:high] += terms
    return _banded(found, rows, columns)


def _offsets(left: Banded, right: Banded) -> list[int]:
    """Return the diagonals of a product on which a term lands."""
    return sorted(
        {
            first + second
            for first in left.offsets
            for second in right.offsets
            for low, high in [_meeting(left, first, right, second)]
            if low < high
        }
    )


def _meeting(left: Banded, first: int, right: Banded, second: int) -> tuple[int, int]:
    """Return the rows in which the product of two diagonals has terms."""
    low, high = left.span(first)
    begin, end = right.span(second)
    low = max(low, begin - first)
    return low, max(low, min(high, end - first))


def _by_offset(banded: Banded) -> dict[int, Array]:
    return dict(zip(banded.offsets, banded.values, strict=True))


def _banded(found: dict[int, Array], rows: int, columns: int) -> Banded | None:
    """Return diagonals as an operator, unless they take too much room."""
    offsets = sorted(found)
    if not _is_compact(offsets, rows, columns):
        return None
    return Banded(offsets, np.stack([found[offset] for offset in offsets]), columns)


def _is_compact(offsets: Sequence[int], rows: int, columns: int) -> bool:
    """Whether the array of some diagonals is not much larger than what is on them."""
    spans = [_span(offset, rows, columns) for offset in offsets]
    places = sum(high - low for low, high in spans)
    return 0 < len(offsets) * rows <= _ROOM * places


def _span(offset: int, rows: int, columns: int) -> tuple[int, int]:
    """Return the first row of a diagonal and the row after its last."""
    low = max(0, -offset)
    return low, max(low, min(rows, columns - offset))
