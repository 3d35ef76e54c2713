"""Scaled: the identity, and every element times one number."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from hubel.errors import ShapeError
from hubel.structure.arithmetic import Array, Shape, times
from hubel.structure.operator import DType, is_number
from hubel.structure.pattern import Pattern
from hubel.structure.stored import Entrywise


class Scaled(Entrywise):
    """Every element times the same number.

    Parameters
    ----------
    factor : number
        The number; an array without axes gives its dtype.
    shape : tuple of int
        The shape of the input and the output.

    Examples
    --------
    >>> import numpy as np
    >>> (3 * identity((2,))) @ np.array([1.0, 2.0])
    array([3., 6.])
    """

    __slots__ = ()

    def __init__(self, factor: Any, shape: Shape) -> None:
        if not is_number(factor):
            raise ShapeError(
                f"Scaled takes one number, not {type(factor).__name__} of shape "
                f"{np.shape(factor)}.",
                remedy="Use Diagonal for one number an element.",
            )
        super().__init__(shape, shape, factor)

    @property
    def factor(self) -> Array:
        """The number, as an array without axes."""
        return self.values

    @property
    def is_identity(self) -> bool:
        """Whether the number is 1."""
        return bool(self.values == 1)

    @property
    def nnz(self) -> int:
        """The number of elements."""
        return self.shape[0]

    def multiply(self, columns: Array) -> Array:
        """Multiply all elements by the number."""
        return times(columns, self.values)

    def transposed(self) -> Scaled:
        """Return itself."""
        return self

    def diagonal(self) -> Array:
        """Return the number, once an element."""
        return np.full(self.shape[0], self.values)

    def entries(self) -> tuple[Pattern, Array]:
        """Return the places on the diagonal."""
        count = self.shape[0]
        pattern = Pattern.ordered(np.arange(count + 1), np.arange(count), count)
        return pattern, self.diagonal()


def identity(shape: Shape, dtype: DTypeLike = np.float64) -> Scaled:
    """Return the operator that leaves every array of a shape as it is.

    Examples
    --------
    >>> identity((2, 3))
    Scaled(6 x 6, float64, 8 B)
    """
    return _identity(tuple(shape), np.dtype(dtype))


@lru_cache(maxsize=256)
def _identity(shape: Shape, dtype: DType) -> Scaled:
    return Scaled(np.ones((), dtype), shape)
