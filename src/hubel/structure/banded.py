"""Banded: a few diagonals, such as the stencil of a difference scheme."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from hubel.errors import ShapeError
from hubel.structure.arithmetic import Array, locked, times
from hubel.structure.pattern import Pattern
from hubel.structure.stored import Entrywise


class Banded(Entrywise):
    """A matrix whose entries lie on a few diagonals.

    Parameters
    ----------
    offsets : sequence of int
        The diagonals, increasing: the column minus the row of their entries.
    values : array
        Shape (diagonals, rows): ``values[k, i]`` is the entry in row i and column
        ``i + offsets[k]``; what falls outside the matrix is ignored.
    columns : int
        The number of columns.

    Raises
    ------
    ShapeError
        When offsets and values do not fit each other or the matrix.

    Examples
    --------
    >>> import numpy as np
    >>> J = Banded([0, 1], np.array([[-1.0, -1, -1], [1, 1, 1]]), 3)
    >>> J @ np.array([1.0, 4.0, 9.0])
    array([ 3.,  5., -9.])
    """

    __slots__ = ("offsets",)

    offsets: tuple[int, ...]

    def __init__(self, offsets: Sequence[int], values: ArrayLike, columns: int) -> None:
        values = np.asarray(values)
        if values.ndim != 2 or len(values) != len(offsets):
            raise ShapeError(
                f"{len(offsets)} diagonals need values of shape "
                f"({len(offsets)}, rows), not {values.shape}."
            )
        super().__init__((values.shape[1],), (columns,), values)
        self.offsets = tuple(int(offset) for offset in offsets)
        inside = (-values.shape[1], *self.offsets, columns)
        if any(low >= high for low, high in pairwise(inside)):
            raise ShapeError(
                f"offsets {self.offsets} are not increasing diagonals of a "
                f"{values.shape[1]} x {columns} matrix."
            )

    @property
    def nnz(self) -> int:
        """The number of places on the diagonals."""
        return sum(high - low for low, high in map(self.span, self.offsets))

    def span(self, offset: int) -> tuple[int, int]:
        """Return the first row of a diagonal and the row after its last."""
        rows, columns = self.shape
        low = max(0, -offset)
        return low, max(low, min(rows, columns - offset))

    def with_values(self, values: Array) -> Banded:
        """Return the same diagonals with other numbers."""
        return self._replace(values=locked(values))

    def multiply(self, columns: Array) -> Array:
        """Add the diagonals' products."""
        dtype = np.result_type(self.dtype, columns)
        total = np.zeros((self.shape[0], columns.shape[1]), dtype)
        for offset, values in zip(self.offsets, self.values, strict=True):
            low, high = self.span(offset)
            total[low:high] += times(
                values[low:high, None], columns[low + offset : high + offset]
            )
        return total

    def transposed(self) -> Banded:
        """Return the diagonals on the other side."""
        rows, columns = self.shape
        values = np.zeros((len(self.offsets), columns), self.dtype)
        for k, offset in enumerate(self.offsets):
            low, high = self.span(offset)
            values[k, low + offset : high + offset] = self.values[k, low:high]
        offsets = [-offset for offset in reversed(self.offsets)]
        return Banded(offsets, values[::-1], rows)

    def entries(self) -> tuple[Pattern, Array]:
        """Return the places on the diagonals, row by row."""
        rows, width = self.shape
        columns = np.arange(rows)[:, None] + np.array(self.offsets, np.intp)
        inside = (columns >= 0) & (columns < width)
        starts = np.zeros(rows + 1, np.intp)
        np.cumsum(inside.sum(axis=1), out=starts[1:])
        pattern = Pattern.ordered(starts, columns[inside], width)
        return pattern, self.values.T[inside]
