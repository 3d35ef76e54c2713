"""LowRank: outer products, such as what one number does on the way to many."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from hubel.errors import ShapeError
from hubel.structure.arithmetic import Array, frozen, locked, matmul, times
from hubel.structure.dense import Dense
from hubel.structure.operator import DType, Operator
from hubel.structure.pattern import Pattern


class LowRank(Operator):
    """The product ``left @ right.T`` of two thin matrices.

    Parameters
    ----------
    left : array
        Shape (rows, r), or (rows,) for a single outer product.
    right : array
        Shape (columns, r), or (columns,).

    Raises
    ------
    ShapeError
        When the two do not have the same r.

    Examples
    --------
    >>> import numpy as np
    >>> J = LowRank(np.ones(2), np.array([1.0, 2.0, 3.0]))
    >>> J @ np.ones(3)
    array([6., 6.])
    """

    __slots__ = ("left", "right")

    left: Array
    right: Array

    def __init__(self, left: ArrayLike, right: ArrayLike) -> None:
        left, right = frozen(left), frozen(right)
        left = left[:, None] if left.ndim == 1 else left
        right = right[:, None] if right.ndim == 1 else right
        if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[1]:
            raise ShapeError(
                f"arrays of shapes {left.shape} and {right.shape} are not the factors "
                f"of a matrix.",
                remedy="Give (rows, r) and (columns, r).",
            )
        super().__init__(left.shape[:1], right.shape[:1])
        self.left, self.right = left, right

    @property
    def dtype(self) -> DType:
        """The dtype of its entries."""
        return np.result_type(self.left, self.right)

    @property
    def nbytes(self) -> int:
        """The bytes that both factors take."""
        return self.left.nbytes + self.right.nbytes

    @property
    def rank_bound(self) -> int:
        """The number of outer products."""
        return min(self.left.shape[1], *self.shape)

    @property
    def pattern(self) -> Pattern:
        """All places."""
        return Pattern.full(self.shape)

    @property
    def nnz(self) -> int:
        """The number of all places."""
        return self.shape[0] * self.shape[1]

    @property
    def work(self) -> int:
        """The multiplications that a product with one vector takes."""
        return self.left.size + self.right.size

    def multiply(self, columns: Array) -> Array:
        """Multiply by the right factor, then by the left one."""
        return matmul(self.left, matmul(self.right.T, columns))

    def transposed(self) -> LowRank:
        """Return the factors exchanged."""
        return LowRank(self.right, self.left)

    def scaled(self, factor: Any) -> Self:
        """Return the operator times a number."""
        return self._replace(left=locked(times(self.left, factor)))

    def conj(self) -> Self:
        """Return the complex conjugate."""
        return self._replace(
            left=locked(self.left.conj()), right=locked(self.right.conj())
        )

    def astype(self, dtype: DTypeLike) -> Self:
        """Return the operator with its numbers in another dtype."""
        return self._replace(
            left=frozen(self.left.astype(dtype, copy=False)),
            right=frozen(self.right.astype(dtype, copy=False)),
        )

    def explicit(self) -> Operator:
        """Return the product of both factors."""
        self.require_room()
        dense = Dense(matmul(self.left, self.right.T))
        return dense.reshaped(self.output_shape, self.input_shape)

    def diagonal(self) -> Array:
        """Return the entries (0, 0), (1, 1), ... of the matrix."""
        count = min(self.shape)
        return times(self.left[:count], self.right[:count]).sum(axis=1)
