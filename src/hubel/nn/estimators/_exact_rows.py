"""Products with all examples, made a block at a time: no copy of the data is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hubel.nn._module import Array

BLOCK, GRAM_ROWS = 2**22, 2048
"""Bytes of a block in thin products, which should stay in cache; rows of one in the
Gram matrix, where the addition of a whole matrix comes with each."""


@dataclass(frozen=True, eq=False)
class Rows:
    """The matrix whose rows are examples, shifted and scaled, with a 1 at the end.

    Attributes
    ----------
    data : array of shape (n, d)
        Any real dtype; read only.
    chosen : int array of shape (m,) or None
        Which examples are rows; None for all.
    mean, scale : array of shape (d,)
        A row is ``(example - mean) * scale``, in their dtype, and a 1.
    """

    data: Array
    chosen: Array | None
    mean: Array
    scale: Array

    def __len__(self) -> int:
        return len(self.data if self.chosen is None else self.chosen)

    @property
    def width(self) -> int:
        """The length of a row."""
        return self.data.shape[1] + 1

    def gram(self) -> Array:
        """Return the transposed matrix times itself, in the dtype of the rows."""
        total = np.zeros((self.width, self.width), self.mean.dtype)
        part = np.empty_like(total)
        for _, block in self._blocks(GRAM_ROWS):
            total += np.matmul(block.T, block, out=part)
        return total

    def times(self, weights: Array) -> Array:
        """Return the product with weights (d + 1, k), as float64 of shape (m, k)."""
        found, factor = np.empty((len(self), weights.shape[1])), self._cast(weights)
        for where, block in self._blocks():
            found[where] = block @ factor
        return found

    def transposed_times(self, values: Array) -> Array:
        """Return the transposed matrix times (m, k), as float64 of shape (d + 1, k)."""
        total, factor = np.zeros((self.width, values.shape[1])), self._cast(values)
        for where, block in self._blocks():
            total += block.T @ factor[where]
        return total

    def _cast(self, values: Array) -> Array:
        return values.astype(self.mean.dtype, copy=False)

    def _blocks(self, rows: int = 0) -> Iterator[tuple[slice, Array]]:
        """Give rows in blocks, each in the memory of the one before."""
        dtype = self.mean.dtype
        rows = rows or max(BLOCK // (self.width * dtype.itemsize), 1)
        space = np.ones((min(rows, len(self)), self.width), dtype)
        for first in range(0, len(self), rows):
            where = slice(first, min(first + rows, len(self)))
            chosen = where if self.chosen is None else self.chosen[where]
            block = space[: where.stop - first]
            inner = block[:, :-1]
            np.subtract(self.data[chosen], self.mean, out=inner)
            inner *= self.scale
            yield where, block
