"""Products with all examples, made a block at a time: no copy of the data is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hubel.compiler.openblas import one_thread
from hubel.nn._module import Array

BLOCK, GRAM_ROWS, LARGE = 2**22, 2048, 30.0
"""Bytes of a block in thin products, which should stay in cache; rows of one in the
Gram matrix, where the addition of a whole matrix comes with each; a mean that is large
beside its spread."""


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
        width = self.width - 1
        total = np.zeros((self.width, self.width), self.mean.dtype)
        part = np.empty((width, width), self.mean.dtype)
        for _, block in self._scaled(GRAM_ROWS):
            total[:-1, :-1] += np.matmul(block.T, block, out=part)
            total[-1, :-1] += block.sum(axis=0)
        total[:-1, -1] = total[-1, :-1]
        total[-1, -1] = len(self)
        return total

    def times(self, weights: Array) -> Array:
        """Return the product with weights (d + 1, k), as float64 of shape (m, k)."""
        inner, shift = weights[:-1], weights[-1]
        if self._as_it_is:
            inner = self.scale[:, np.newaxis] * inner
            shift = shift - self.mean @ inner
        factor = inner.astype(self.mean.dtype, copy=False)
        found = np.empty((len(self), weights.shape[1]))
        with one_thread():
            for where, block in self._thin():
                found[where] = block @ factor
        return found + shift

    def transposed_times(self, values: Array) -> Array:
        """Return the transposed matrix times (m, k), as float64 of shape (d + 1, k)."""
        factor = values.astype(self.mean.dtype, copy=False)
        total, sums = np.zeros((self.width - 1, values.shape[1])), values.sum(axis=0)
        with one_thread():
            for where, block in self._thin():
                total += block.T @ factor[where]
        if self._as_it_is:
            total -= np.multiply.outer(self.mean, sums)
            total *= self.scale[:, np.newaxis]
        return np.vstack([total, sums])

    @cached_property
    def _as_it_is(self) -> bool:
        """Whether thin products may shift and scale their results in place of data.

        That costs as many digits as means are large beside spreads.
        """
        size = np.abs(self.mean * self.scale).max(initial=0)
        return self.data.dtype == self.mean.dtype and bool(size < LARGE)

    def _thin(self) -> Iterator[tuple[slice, Array]]:
        """Give the blocks of thin products, whose time is that of reading the data.

        Threads would wait for each other at the end of every block: on a busy machine
        for many times as long as the block takes.
        """
        rows = max(BLOCK // (self.width * self.mean.dtype.itemsize), 1)
        if not self._as_it_is:
            yield from self._scaled(rows)
            return
        for where in self._places(rows):
            yield where, self.data[self._at(where)]

    def _scaled(self, rows: int) -> Iterator[tuple[slice, Array]]:
        """Give rows shifted and scaled, each block in the memory of the one before."""
        space = np.empty((min(rows, len(self)), self.width - 1), self.mean.dtype)
        for where in self._places(rows):
            block = space[: where.stop - where.start]
            np.subtract(self.data[self._at(where)], self.mean, out=block)
            block *= self.scale
            yield where, block

    def _places(self, rows: int) -> Iterator[slice]:
        """Cut all rows into so many at a time."""
        for first in range(0, len(self), rows):
            yield slice(first, min(first + rows, len(self)))

    def _at(self, where: slice) -> slice | Array:
        """Return where the data of some rows are."""
        return where if self.chosen is None else self.chosen[where]
