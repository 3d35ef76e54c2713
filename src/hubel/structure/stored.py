"""Stored and Entrywise: operators whose entries are numbers of one array."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from hubel.structure.arithmetic import Array, Shape, frozen, locked, times
from hubel.structure.operator import DType, Operator
from hubel.structure.pattern import Pattern


class Stored(Operator):
    """An operator whose entries are the numbers of one array (and zeros).

    Attributes
    ----------
    values : array
        The numbers, read-only. It is not copied: change the array that was given to the
        constructor, and the operator changes with it.
    """

    __slots__ = ("values",)

    values: Array

    def __init__(
        self, output_shape: Shape, input_shape: Shape, values: ArrayLike
    ) -> None:
        super().__init__(output_shape, input_shape)
        object.__setattr__(self, "values", frozen(values))

    @property
    def dtype(self) -> DType:
        """The dtype of its numbers."""
        return self.values.dtype

    @property
    def nbytes(self) -> int:
        """The bytes that its numbers take."""
        return self.values.nbytes

    def scaled(self, factor: Any) -> Self:
        """Return the operator times a number."""
        return self._replace(values=locked(times(self.values, factor)))

    def conj(self) -> Self:
        """Return the complex conjugate."""
        return self._replace(values=locked(np.conj(self.values)))

    def astype(self, dtype: DTypeLike) -> Self:
        """Return the operator with its numbers in another dtype."""
        if self.dtype == dtype:
            return self
        return self._replace(values=frozen(self.values.astype(dtype)))

    def explicit(self) -> Self:
        """Return itself."""
        return self


class Entrywise(Stored):
    """An operator with few entries, which it can list in the order of their places."""

    __slots__ = ()

    @abstractmethod
    def entries(self) -> tuple[Pattern, Array]:
        """Return the places and the number at each of them."""

    @property
    def pattern(self) -> Pattern:
        """The places of its entries."""
        return self.entries()[0]

    def matrix(self) -> Array:
        """Return the entries as a new array of shape `shape`."""
        pattern, values = self.entries()
        dense = np.zeros(self.shape, self.dtype)
        dense[pattern.places()] = values
        return dense

    def diagonal(self) -> Array:
        """Return the entries (0, 0), (1, 1), ... of the matrix."""
        pattern, values = self.entries()
        rows, columns = pattern.places()
        found = np.zeros(min(self.shape), self.dtype)
        found[rows[rows == columns]] = values[rows == columns]
        return found

    def tosparse(self) -> Any:
        """Return a ``scipy.sparse.csr_array`` with the entries of the pattern."""
        from hubel.structure.scipy_forms import csr_array

        return csr_array(*self.entries())
