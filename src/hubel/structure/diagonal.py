"""Diagonal: what an elementwise gate does to each element alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hubel.structure.arithmetic import Array, times
from hubel.structure.pattern import Pattern
from hubel.structure.stored import Entrywise


class Diagonal(Entrywise):
    """Every element times a number of its own.

    Parameters
    ----------
    partials : array
        The partial derivatives, of the shape of input and output.

    Attributes
    ----------
    values : array
        The partial derivatives in C order, of shape (size,).

    Examples
    --------
    >>> import numpy as np
    >>> J = Diagonal(np.array([1.0, 0.0, 1.0]))
    >>> J @ np.array([5.0, 6.0, 7.0])
    array([5., 0., 7.])
    >>> J.nbytes
    24
    """

    __slots__ = ()

    def __init__(self, partials: ArrayLike) -> None:
        partials = np.asarray(partials)
        super().__init__(partials.shape, partials.shape, partials.reshape(-1))

    @property
    def nnz(self) -> int:
        """The number of elements."""
        return self.values.size

    def multiply(self, columns: Array) -> Array:
        """Multiply elementwise."""
        return times(self.values[:, None], columns)

    def transposed(self) -> Diagonal:
        """Return itself."""
        return self

    def diagonal(self) -> Array:
        """Return the diagonal, of shape (size,)."""
        return self.values.copy()

    def entries(self) -> tuple[Pattern, Array]:
        """Return the places on the diagonal."""
        count = self.values.size
        pattern = Pattern.ordered(np.arange(count + 1), np.arange(count), count)
        return pattern, self.values
