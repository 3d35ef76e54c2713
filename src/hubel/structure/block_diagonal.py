"""BlockDiagonal: the same kind of map for each example by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hubel.errors import ShapeError
from hubel.structure.arithmetic import Array, Index, matmul
from hubel.structure.pattern import Pattern
from hubel.structure.stored import Entrywise


class BlockDiagonal(Entrywise):
    """Blocks of equal shape on the diagonal.

    Parameters
    ----------
    blocks : array
        Shape (k, m, n): k blocks of shape (m, n). Blocks that are all the same may be a
        broadcast view, which takes the room of one.

    Raises
    ------
    ShapeError
        When the array has not three axes.

    Examples
    --------
    >>> import numpy as np
    >>> J = BlockDiagonal(np.ones((2, 1, 3)))
    >>> J @ np.arange(6.0)
    array([ 3., 12.])
    """

    __slots__ = ()

    def __init__(self, blocks: ArrayLike) -> None:
        blocks = np.asarray(blocks)
        if blocks.ndim != 3:
            raise ShapeError(
                f"blocks have shape (k, m, n), not {blocks.shape}.",
                remedy="Add an axis: matrix[None] is one block.",
            )
        k, m, n = blocks.shape
        super().__init__((k, m), (k, n), blocks)

    @property
    def blocks(self) -> Array:
        """The blocks, of shape (k, m, n)."""
        return self.values

    @property
    def nnz(self) -> int:
        """The number of places in the blocks."""
        return self.values.size

    @property
    def nbytes(self) -> int:
        """The bytes that its numbers take; blocks that share memory count once."""
        base = self.values[:1] if self.values.strides[0] == 0 else self.values
        return base.nbytes

    def multiply(self, columns: Array) -> Array:
        """Multiply each block with its own rows."""
        k, m, n = self.values.shape
        width = columns.shape[1]
        product = matmul(self.values, columns.reshape(k, n, width))
        return product.reshape(k * m, width)

    def transposed(self) -> BlockDiagonal:
        """Return the transposed blocks."""
        return BlockDiagonal(self.values.transpose(0, 2, 1))

    def matrix(self) -> Array:
        """Return the entries as a new array of shape `shape`."""
        k, m, n = self.values.shape
        dense = np.zeros((k, m, k, n), self.dtype)
        dense[np.arange(k), :, np.arange(k)] = self.values
        return dense.reshape(self.shape)

    def entries(self) -> tuple[Pattern, Array]:
        """Return the places in the blocks, row by row."""
        k, m, n = self.values.shape
        starts: Index = np.arange(k * m + 1, dtype=np.intp) * n
        columns: Index = np.arange(k * n, dtype=np.intp).reshape(k, 1, n)
        columns = np.broadcast_to(columns, (k, m, n)).reshape(-1)
        pattern = Pattern.ordered(starts, columns, k * n)
        return pattern, self.values.reshape(-1)
