"""Kronecker: one map along some axes and another one along the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from hubel.structure.arithmetic import Array, times
from hubel.structure.block_diagonal import BlockDiagonal
from hubel.structure.dense import Dense
from hubel.structure.operator import DType, Operator
from hubel.structure.pattern import Pattern
from hubel.structure.scaled import Scaled
from hubel.structure.sparse import kron_sparse
from hubel.structure.stored import Entrywise
from hubel.structure.table import Table

KRONECKERS = Table()
"""What the Kronecker product of two classes gives; filled in `tables`."""


class Kronecker(Operator):
    """The Kronecker product of two operators.

    Use `kronecker`, which finds a simpler class where there is one. The product with a
    matrix, ``X @ W`` with X of shape (b, n), is ``kronecker(identity((b,)), W.T)``.

    Parameters
    ----------
    left, right : Operator
        The map along the first axes and the map along the last axes.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.structure import identity
    >>> W = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> J = Kronecker(identity((4,)), Dense(W.T))
    >>> X = np.arange(12.0).reshape(4, 3)
    >>> np.array_equal(J @ X.reshape(-1), (X @ W).reshape(-1))
    True
    """

    __slots__ = ("left", "right")

    left: Operator
    right: Operator

    def __init__(self, left: Operator, right: Operator) -> None:
        super().__init__(
            (*left.output_shape, *right.output_shape),
            (*left.input_shape, *right.input_shape),
        )
        self.left, self.right = left, right

    @property
    def dtype(self) -> DType:
        """The dtype of its entries."""
        return np.result_type(self.left.dtype, self.right.dtype)

    @property
    def nbytes(self) -> int:
        """The bytes that both factors take."""
        return self.left.nbytes + self.right.nbytes

    @property
    def nnz(self) -> int:
        """The product of the factors' numbers."""
        return self.left.nnz * self.right.nnz

    @property
    def work(self) -> int:
        """The multiplications that a product with one vector takes."""
        return min(self._orders())

    def _orders(self) -> tuple[int, int]:
        """Return the work of applying the left factor first, and the right one."""
        (m, n), (p, q) = self.left.shape, self.right.shape
        left, right = self.left.work, self.right.work
        return left * q + right * m, right * n + left * p

    @property
    def rank_bound(self) -> int:
        """The product of the factors' bounds."""
        return self.left.rank_bound * self.right.rank_bound

    @property
    def pattern(self) -> Pattern:
        """The Kronecker product of the factors' patterns."""
        return self.left.pattern.kron(self.right.pattern)

    def multiply(self, columns: Array) -> Array:
        """Apply both factors along their axes, the one that saves more work first."""
        count = columns.shape[1]
        n, q = self.left.shape[1], self.right.shape[1]
        cube = columns.reshape(n, q, count)
        left_first, right_first = self._orders()
        if left_first <= right_first:
            cube = _on_second(self.right, _on_first(self.left, cube))
        else:
            cube = _on_first(self.left, _on_second(self.right, cube))
        return cube.reshape(self.shape[0], count)

    def transposed(self) -> Operator:
        """Return the product of the transposed factors."""
        return kronecker(self.left.T, self.right.T)

    def scaled(self, factor: Any) -> Kronecker:
        """Return the product with its smaller factor scaled."""
        if self.left.nbytes <= self.right.nbytes:
            return self._replace(left=self.left.scaled(factor))
        return self._replace(right=self.right.scaled(factor))

    def conj(self) -> Kronecker:
        """Return the product of the conjugates."""
        return self._replace(left=self.left.conj(), right=self.right.conj())

    def astype(self, dtype: DTypeLike) -> Kronecker:
        """Return the product with its numbers in another dtype."""
        return self._replace(
            left=self.left.astype(dtype), right=self.right.astype(dtype)
        )

    def explicit(self) -> Operator:
        """Return equal blocks where the left factor is one number, else all entries."""
        left, right = self.left.explicit(), self.right.explicit()
        return _explicit(left, right).reshaped(self.output_shape, self.input_shape)

    def diagonal(self) -> Array:
        """Return the entries (0, 0), (1, 1), ... of the matrix."""
        if self.right.shape[0] != self.right.shape[1]:
            return super().diagonal()
        left, right = self.left.diagonal(), self.right.diagonal()
        return times(left[:, None], right).reshape(-1)


def kronecker(left: Operator, right: Operator) -> Operator:
    """Return the Kronecker product of two operators in the simplest class.

    Examples
    --------
    >>> from hubel.structure import identity
    >>> kronecker(identity((2,)), identity((3,)))
    Scaled(6 x 6, float64, 8 B)
    """
    return KRONECKERS(left, right).reshaped(
        (*left.output_shape, *right.output_shape),
        (*left.input_shape, *right.input_shape),
    )


def equal_blocks(operator: Kronecker) -> BlockDiagonal | None:
    """Return a product as equal blocks that share memory, where it has that form."""
    if isinstance(operator.left, Scaled) and isinstance(operator.right, Dense):
        number, block = operator.left, operator.right.values
        block = block if number.is_identity else times(block, number.factor)
        return BlockDiagonal(np.broadcast_to(block, (number.shape[0], *block.shape)))
    return None


def _explicit(left: Operator, right: Operator) -> Operator:
    """Return the entries of a product of explicit operators."""
    product = Kronecker(left, right)
    blocks = equal_blocks(product)
    if blocks is not None:
        return blocks
    if isinstance(left, Entrywise) and isinstance(right, Entrywise):
        return kron_sparse(left, right)
    product.require_room()
    if isinstance(left, Dense) and isinstance(right, Dense):
        first, second = left.values[:, None, :, None], right.values[:, None]
        return Dense(times(first, second).reshape(product.shape))
    return kron_sparse(_as_entrywise(left), _as_entrywise(right))


def _as_entrywise(operator: Operator) -> Entrywise:
    """Return a dense matrix as one block."""
    if isinstance(operator, Dense):
        return BlockDiagonal(operator.values[None])
    assert isinstance(operator, Entrywise)
    return operator


def _on_first(operator: Operator, cube: Array) -> Array:
    """Apply an operator along the first axis."""
    n, q, count = cube.shape
    product = operator.multiply(cube.reshape(n, q * count))
    return product.reshape(operator.shape[0], q, count)


def _on_second(operator: Operator, cube: Array) -> Array:
    """Apply an operator along the second axis."""
    m, q, count = cube.shape
    turned = cube.transpose(1, 0, 2).reshape(q, m * count)
    product = operator.multiply(turned).reshape(operator.shape[0], m, count)
    return product.transpose(1, 0, 2)
